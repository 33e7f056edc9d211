"""How the bundled model lite is made: corpus, recipe, conversion, out-of-fold figures."""
