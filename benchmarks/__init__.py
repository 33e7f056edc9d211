"""Speeds, memory and robustness, measured; each file is a benchmark: ``python -m benchmarks NAME``."""
