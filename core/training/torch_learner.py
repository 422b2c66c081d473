"""One network and its optimiser in PyTorch; weights have torch's names ("0.weight", ...)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn

from core.config import SGD_MOMENTUM, TrainConfig
from core.mistakes import Mistake
from core.networks.tensors import load_into, network_input
from core.training.devices import choose_device
from core.training.events import BatchDone, LayerMeasured
from core.training.muon import Muon
from core.training.torch_measuring import measuring


class TorchLearner:
    """Trains ``model``, a network from (N, 3, S, S) in 0..1 to P(class 1) as (N, 1).

    In bfloat16, all but the last linear layer and what follows is computed in it while training;
    weights, sums over steps and answers are float32 (mixed precision, Micikevicius et al., 2018).
    """

    def __init__(self, model: nn.Sequential, config: TrainConfig) -> None:
        self.dtype = torch.float64 if config.dtype == "float64" else torch.float32
        self.device = choose_device(config.device).name
        # The same numbers in another order in memory: oneDNN convolves it a fifth faster.
        self.model = model.to(self.device, self.dtype).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.mixed = config.dtype == "bfloat16"
        self.seed = config.seed
        self.batch_norm_in_test = Mistake.BATCH_NORM_IN_TEST in config.mistakes
        self.optimizer = build_optimizer(config, model)

    def train_batch(
        self, photos: np.ndarray, targets: np.ndarray, learning_rate: float, step: int
    ) -> tuple[float, int]:
        """Take one optimiser step; return the batch's mean loss and how many were right.

        Random layers draw from (seed, ``step``) alone, so that nothing but the step has to be
        remembered to go on.
        """
        probability, target = self.answer(photos, targets, step, self.forward)
        if not bool(torch.isfinite(probability).all()):  # cross entropy itself would raise
            return float("nan"), 0
        loss = nn.functional.binary_cross_entropy(probability, target)
        self.descend(loss, learning_rate)
        return loss.item(), count_right(probability, target)

    def answer(
        self,
        photos: np.ndarray,
        targets: np.ndarray,
        step: int,
        forward: Callable[[Tensor], Tensor],
    ) -> tuple[Tensor, Tensor]:
        """Return P(class 1) and the targets, both (N, 1), in training mode."""
        self.model.train()
        target = torch.from_numpy(targets).to(self.device, self.dtype).unsqueeze(1)
        with random_numbers_of(self.seed * 1_000_003 + step):
            return forward(network_input(photos, self.dtype, self.device)), target

    def descend(self, loss: Tensor, learning_rate: float) -> None:
        """Take the optimiser's step down the gradient of ``loss``."""
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()

    def forward(self, x: Tensor) -> Tensor:
        """Return P(class 1) (N, 1) in full precision, computed in the numbers of the training."""
        last = max(i for i, layer in enumerate(self.model) if isinstance(layer, nn.Linear))
        with torch.autocast(self.device, torch.bfloat16, enabled=self.mixed):
            features = self.model[:last](x)
        probability: Tensor = self.model[last:](features.to(self.dtype))
        return probability

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
            probabilities: Tensor = self.model(
                network_input(photos, self.dtype, self.device)
            ).squeeze(1)
        return probabilities.to("cpu", torch.float32).numpy()

    def weights(self) -> dict[str, np.ndarray]:
        """Return all weights and batch-norm statistics; on the processor they are views, which
        change with the next step.
        """
        return {name: tensor.cpu().numpy() for name, tensor in self.model.state_dict().items()}

    def load_weights(self, weights: Mapping[str, np.ndarray]) -> None:
        """Copy weights in; ``ValueError`` when a name or a shape does not fit this network."""
        load_into(self.model, weights)

    def optimizer_arrays(self) -> dict[str, np.ndarray]:
        """Return the optimiser's memory as "parameter number.name" -> array (views)."""
        state = self.optimizer.state_dict()["state"]
        return {
            f"{index}.{name}": tensor.cpu().numpy()
            for index, tensors in state.items()
            for name, tensor in tensors.items()
            if isinstance(tensor, Tensor)
        }

    def load_optimizer_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy an optimiser's memory in, in each parameter's own order in memory.

        Without any it starts afresh.
        """
        self.optimizer.state.clear()
        parameters = [each for group in self.optimizer.param_groups for each in group["params"]]
        for key, array in arrays.items():
            index, name = key.split(".", 1)
            parameter = parameters[int(index)]
            saved = torch.from_numpy(np.array(array))
            if saved.shape == parameter.shape:
                saved = torch.empty_like(parameter, requires_grad=False).copy_(saved)
            self.optimizer.state[parameter][name] = saved


def count_right(probability: Tensor, target: Tensor) -> int:
    """Count the answers (N, 1) on their targets' side of 0.5."""
    return int(((probability.detach() >= 0.5) == (target >= 0.5)).sum())


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
    if config.optimizer == "muon":
        numbers = torch.bfloat16 if config.dtype == "bfloat16" else None
        return Muon(parameters, rate, decay, numbers)
    return torch.optim.SGD(
        parameters, lr=rate, momentum=SGD_MOMENTUM, weight_decay=decay, fused=True
    )
