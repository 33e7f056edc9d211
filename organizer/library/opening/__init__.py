"""Open a library: for writing, with its schema brought up to date, or for reading alone."""
