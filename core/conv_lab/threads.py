"""Torch on one thread while it computes something small."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Keep torch to one thread inside the block.

    Handing a few microseconds of work to a second thread takes longer than doing it, and ten times
    as long when the machine is busy.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
