"""Damaged files, made from sound ones by chance that can be repeated."""
