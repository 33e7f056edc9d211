"""How good scores are: figures with intervals, curves, comparisons, and a page that shows them."""
