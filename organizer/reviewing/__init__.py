"""Suggestions put to a person one after the other, the most telling first."""
