"""Benchmarks: `python -m core.bench NAME` prints a table of ratios measured in one run."""
