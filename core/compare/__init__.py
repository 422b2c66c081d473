"""Rounding or a bug? Two arrays from anywhere, or two networks, held against each other."""
