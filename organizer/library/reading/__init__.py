"""What is read from a library. Nothing here writes."""
