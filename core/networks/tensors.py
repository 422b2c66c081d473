"""Photos and weights on their way between NumPy and torch."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ModelError


def network_input(photos: np.ndarray, dtype: torch.dtype = torch.float32) -> Tensor:
    """Turn photos (N, S, S, 3) uint8 into (N, 3, S, S) in 0..1, channels last in memory.

    They are divided in float32 whatever ``dtype`` is, as the NumPy engine does.
    """
    scaled = torch.from_numpy(photos).permute(0, 3, 1, 2).to(torch.float32).div_(255)
    return scaled.to(dtype)


def load_into(model: nn.Module, weights: Mapping[str, np.ndarray]) -> None:
    """Copy weights into a network; ``ModelError`` when a name or a shape does not fit it."""
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in weights.items()}
    try:
        model.load_state_dict(tensors)
    except RuntimeError as error:
        reason = str(error).splitlines()[-1].strip().rstrip(".")
        raise ModelError(f"These weights do not fit the network: {reason}.") from error
