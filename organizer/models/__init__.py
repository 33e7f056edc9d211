"""Model bundles: what belongs together, and where it is found."""
