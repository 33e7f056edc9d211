"""Where videos are decoded: worker processes, and how the scan sees them."""
