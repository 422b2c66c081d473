"""The matrix product on all cores, each with its share of the result."""

from functools import partial

import numpy as np

from core.numpy_nn.engine.parallel import in_parallel, shares
from core.system import cpu_count, one_blas_thread

SMALL = 2_000_000
"""Multiplications up to which a second thread would cost more than it saves."""


def matrix_product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a @ b of two matrices of the same dtype."""
    if a.size * b.shape[1] <= SMALL:
        result: np.ndarray = a @ b
        return result
    result = np.empty((len(a), b.shape[1]), a.dtype)
    with one_blas_thread() as alone:
        if not alone:
            return np.matmul(a, b, out=result)
        if len(a) >= b.shape[1]:
            work = [
                partial(np.matmul, a[part], b, out=result[part])
                for part in shares(len(a), cpu_count())
            ]
        else:
            work = [
                partial(np.matmul, a, b[:, part], out=result[:, part])
                for part in shares(b.shape[1], cpu_count())
            ]
        in_parallel(work)
    return result
