"""One network and its optimiser in PyTorch; weights have torch's names ("0.weight", ...)."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn

from core.config import SGD_MOMENTUM, TrainConfig
from core.mistakes import Mistake
from core.networks.tensors import load_into, network_input
from core.training.events import BatchDone, LayerMeasured
from core.training.torch_measuring import measuring

TORCH_DTYPES = {"float32": torch.float32, "float64": torch.float64}


class TorchLearner:
    """Trains ``model``, a network from (N, 3, S, S) in 0..1 to P(class 1) as (N, 1)."""

    def __init__(self, model: nn.Module, config: TrainConfig) -> None:
        self.dtype = TORCH_DTYPES[config.dtype]
        # The same numbers in another order in memory: oneDNN convolves it a fifth faster.
        self.model = model.to(self.dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.seed = config.seed
        self.batch_norm_in_test = Mistake.BATCH_NORM_IN_TEST in config.mistakes
        self.optimizer = build_optimizer(config, model)

    def train_batch(
        self, photos: np.ndarray, labels: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one optimiser step; return the batch's mean loss and how many were right.

        ``photos`` (N, S, S, 3) uint8, ``labels`` (N,) uint8. The loss is binary cross entropy on
        the probability, before the step. When it is not finite no step is taken and the loss comes
        back as NaN. Random layers draw from (seed, ``step``) alone, so that nothing but the step
        has to be remembered to go on.
        """
        self.model.train()
        target = torch.from_numpy(labels).to(self.dtype).unsqueeze(1)
        with random_numbers_of(self.seed * 1_000_003 + step):
            probability = self.model(network_input(photos, self.dtype))
        if not bool(torch.isfinite(probability).all()):  # cross entropy itself would raise
            return float("nan"), 0
        loss = nn.functional.binary_cross_entropy(probability, target)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        right = ((probability.detach() >= 0.5) == (target >= 0.5)).sum()
        return loss.item(), int(right)

    def measuring(self) -> AbstractContextManager[list[LayerMeasured]]:
        """Measure the one step within the block."""
        return measuring(self.model)

    def report(self, batch: BatchDone) -> None:
        """Add nothing to what ``batch`` tells."""

    def predict(self, photos: np.ndarray) -> np.ndarray:
        """Return P(class 1) (N,) float32 of photos (N, S, S, 3) uint8, in evaluation mode."""
        self.model.eval()
        mistaken = batch_norm_in_training(self.model) if self.batch_norm_in_test else nullcontext()
        with torch.inference_mode(), mistaken:
            probabilities: Tensor = self.model(network_input(photos, self.dtype)).squeeze(1)
        return probabilities.to(torch.float32).numpy()

    def weights(self) -> dict[str, np.ndarray]:
        """Return views of all weights and batch-norm statistics; they change with the next step."""
        return {name: tensor.numpy() for name, tensor in self.model.state_dict().items()}

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy weights in; ``ValueError`` when a name or a shape does not fit this network."""
        load_into(self.model, weights)

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return the optimiser's memory as "parameter number.name" -> array (views)."""
        state = self.optimizer.state_dict()["state"]
        return {
            f"{index}.{name}": tensor.numpy()
            for index, tensors in state.items()
            for name, tensor in tensors.items()
            if isinstance(tensor, Tensor)
        }

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in, in each parameter's own order in memory.

        Without any it starts afresh.
        """
        self.optimizer.state.clear()
        parameters = self.optimizer.param_groups[0]["params"]
        for key, array in arrays.items():
            index, name = key.split(".", 1)
            parameter = parameters[int(index)]
            saved = torch.from_numpy(np.array(array))
            if saved.shape == parameter.shape:
                saved = torch.empty_like(parameter, requires_grad=False).copy_(saved)
            self.optimizer.state[parameter][name] = saved


@contextmanager
def batch_norm_in_training(model: nn.Module) -> Iterator[None]:
    """Let batch norm normalise by the batch within the block, without moving what it keeps."""
    layers = [layer for layer in model.modules() if isinstance(layer, nn.BatchNorm2d)]
    for layer in layers:
        layer.training, layer.track_running_stats = True, False
    try:
        yield
    finally:
        for layer in layers:
            layer.training, layer.track_running_stats = False, True


@contextmanager
def random_numbers_of(seed: int) -> Iterator[None]:
    """Let random layers draw from ``seed`` within the block; the caller's numbers are untouched.

    ``torch.manual_seed`` would do, but it also walks the stack for devices that are not here.
    """
    generator = torch.default_generator
    before = generator.get_state()
    generator.manual_seed(seed)
    try:
        yield
    finally:
        generator.set_state(before)


def build_optimizer(config: TrainConfig, model: nn.Module) -> torch.optim.Optimizer:
    """Build the configured optimiser, each with torch's defaults where the config says nothing.

    The fused kernels compute the same update in one pass over the weights instead of ten.
    """
    parameters = list(model.parameters())
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "adam":
        return torch.optim.Adam(parameters, lr=rate, weight_decay=decay, fused=True)
    if config.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=rate, weight_decay=decay, fused=True)
    return torch.optim.SGD(
        parameters, lr=rate, momentum=SGD_MOMENTUM, weight_decay=decay, fused=True
    )
