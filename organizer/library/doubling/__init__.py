"""Doubles in the library: pairs that were found, answers about them, and originals that were moved."""
