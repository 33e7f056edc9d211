"""One frame for each second: the protocol, its readers, and what they decode."""
