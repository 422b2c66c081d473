"""A training to take along: the same network, data and recipe as a program of one's own.

Each program stands in one file, reads like a textbook's, and takes the same steps as the training
here: the same starting weights, the same photos in the same batches, so its first losses are ours.
"""

from core.take_along.numpy_program import numpy_code
from core.take_along.torch_program import torch_code

__all__ = ["numpy_code", "torch_code"]
