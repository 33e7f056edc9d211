"""Tests of playing what browsers do not."""
