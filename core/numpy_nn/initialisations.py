"""Random starting weights: the four distributions that the presets can be drawn from."""

from collections.abc import Callable, Iterable

import numpy as np

from core.numpy_nn.layers import BatchNorm2d, Layer

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return (fan_in, fan_out) of a weight (outputs, inputs, *kernel): the inputs that one output
    sees and the outputs that one input reaches.
    """
    if len(shape) < 2:
        raise ValueError(f"weight must have the shape (outputs, inputs, ...), not {shape}")
    kernel = int(np.prod(shape[2:]))
    return shape[1] * kernel, shape[0] * kernel


def xavier_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw from N(0, 2 / (fan_in + fan_out)), Glorot and Bengio (2010)."""
    return generator.normal(0, np.sqrt(2 / sum(fans(shape))), shape)


def kaiming_normal(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw from N(0, 2 / fan_in), He et al. (2015), for layers before a ReLU."""
    return generator.normal(0, np.sqrt(2 / fans(shape)[0]), shape)


def uniform(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Draw evenly from -0.1 to 0.1."""
    return generator.uniform(-0.1, 0.1, shape)


def constant(generator: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Return 0.01 everywhere: the bad choice that shows why weights must differ."""
    return np.full(shape, 0.01)


INITIALISATIONS: dict[str, Draw] = {
    "xavier_normal": xavier_normal,
    "kaiming_normal": kaiming_normal,
    "uniform": uniform,
    "constant": constant,
}


def initialisation(name: str) -> Draw:
    """Look a distribution up; ``ValueError`` lists the names there are."""
    if name not in INITIALISATIONS:
        raise ValueError(f"init must be one of {', '.join(INITIALISATIONS)}, not {name!r}")
    return INITIALISATIONS[name]


def initialise(network: Iterable[Layer], init: str = "xavier_normal", seed: int = 0) -> None:
    """Set all parameters: convolution and linear weights from ``init`` ("xavier_normal",
    "kaiming_normal", "uniform" or "constant"), batch-norm weights from N(1, 0.02), biases 0.
    """
    draw, generator = initialisation(init), np.random.default_rng(seed)
    for layer in network:
        for name, array in layer.params.items():
            if name == "bias":
                values = np.zeros(array.shape)
            elif isinstance(layer, BatchNorm2d):
                values = generator.normal(1, 0.02, array.shape)
            else:
                values = draw(generator, array.shape)
            layer.params[name] = values.astype(array.dtype)
