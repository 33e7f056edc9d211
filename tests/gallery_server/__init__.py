"""A gallery with a server process of its own, for tests."""
