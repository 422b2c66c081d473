"""One convolution taken apart: an experiment, its numbers from NumPy and torch, and every sum."""
