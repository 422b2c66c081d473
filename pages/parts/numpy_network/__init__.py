"""The parts of the NumPy network page."""
