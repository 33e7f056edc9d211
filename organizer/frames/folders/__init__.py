"""Which files below a folder are videos."""
