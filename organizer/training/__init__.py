"""How classifiers are trained and measured, the bundled one among them."""
