"""One recording in several files: whether two files are one, and decisions that follow it."""
