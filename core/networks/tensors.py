"""Photos and weights on their way between NumPy and torch."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from core.errors import ModelError
from core.wording import shape_words


def network_input(
    photos: np.ndarray, dtype: torch.dtype = torch.float32, device: str = "cpu"
) -> Tensor:
    """Turn photos (N, S, S, 3) uint8 into (N, 3, S, S) in 0..1, channels last in memory.

    They are divided in float32 whatever ``dtype`` is, as the NumPy engine does, and travel to
    ``device`` as bytes, a quarter of what they are then.
    """
    there = torch.from_numpy(photos).to(device)
    return there.permute(0, 3, 1, 2).to(torch.float32).div_(255).to(dtype)


def load_into(model: nn.Module, weights: Mapping[str, np.ndarray]) -> None:
    """Copy weights into a network; ``ModelError`` names the first array that does not fit it."""
    wanted = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    given = {name: np.asarray(array).shape for name, array in weights.items()}
    for name in [*wanted, *given]:
        if wanted.get(name) != given.get(name):
            raise ModelError(
                f"These weights do not fit the network: {name} is {shape_words(given.get(name))}, "
                f"and the network has {shape_words(wanted.get(name))}."
            )
    tensors = {name: torch.from_numpy(np.array(array)) for name, array in weights.items()}
    model.load_state_dict(tensors)
