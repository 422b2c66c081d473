"""The sum behind one number, added up in other orders: what rounding really does to it.

The rule allows a sum of n terms n units of rounding, which is the most that can happen. What
happens is far less, so that in a long sum a dropped term would pass. Where the terms are known,
they are added up anew.
"""

import math
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.comparison.rounding import FEWEST_TERMS

CAUTION: Final = 4
"""What libraries do in blocks and threads is another order still."""


def units_of_orders(terms: NDArray[np.float64], dtype: np.dtype) -> int:
    """Return how many units of rounding a sum of these terms may be off.

    They are added up one by one in ``dtype``, in their order, in the opposite one, and from the
    smallest to the largest, which lets the sum on its way grow most.
    """
    exact, size = math.fsum(terms), math.fsum(np.abs(terms))
    if not size:
        return FEWEST_TERMS
    rounded = terms.astype(dtype)
    orders = (rounded, rounded[::-1], np.sort(rounded))
    off = max(abs(float(np.cumsum(each, dtype=dtype)[-1]) - exact) for each in orders)
    return FEWEST_TERMS + math.ceil(CAUTION * off / (float(np.finfo(dtype).eps) / 2 * size))


def terms_behind(
    layer: nn.Module, x: Tensor, dy: Tensor, result: str, index: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return the terms that add up to one number of a layer's "y", "dx", "dweight" or "dbias".

    ``layer``, ``x`` and ``dy`` are in float64; ``index`` may lack the axis of the batch.

    Every number of the weight is in one term of an output or of dx, every number of dy in one of
    dweight or dbias: a derivative tells by what it is multiplied there.
    """
    x, dy = x.detach().requires_grad_(), dy.detach().requires_grad_()
    weight, bias = (dict(layer.named_parameters()).get(name) for name in ("weight", "bias"))
    assert weight is not None
    found = y = layer(x)
    if result != "y":
        operand = {"dx": x, "dweight": weight, "dbias": bias}[result]
        assert operand is not None
        (found,) = torch.autograd.grad(y, operand, dy, create_graph=True)
    number = found[(0,) * (found.ndim - len(index)) + index]
    many = weight if result in ("y", "dx") else dy
    (factors,) = torch.autograd.grad(number, many)
    terms = (factors * many).detach().numpy().ravel()
    if result == "y" and bias is not None:
        terms = np.append(terms, number.item() - math.fsum(terms))
    return np.asarray(terms[terms != 0], np.float64)
