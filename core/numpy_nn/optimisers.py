"""Adam, AdamW and SGD, whose steps are torch's, in place."""

from collections.abc import Mapping

import numpy as np

from core.numpy_nn.engine.parallel import over_blocks
from core.numpy_nn.network import Sequential


class Optimizer:
    """What every optimiser has: it changes ``network``'s parameters by its gradients.

    ``learning_rate`` may be set between two steps.
    """

    memories: tuple[str, ...] = ()
    """Names of the arrays remembered for each parameter."""

    def __init__(self, network: Sequential, learning_rate: float, weight_decay: float) -> None:
        for name, value in (("learning_rate", learning_rate), ("weight_decay", weight_decay)):
            if not value >= 0:
                raise ValueError(f"{name} must be at least 0, not {value!r}")
        self.network = network
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.memory: dict[str, dict[str, np.ndarray]] = {
            name: {memory: np.zeros_like(array) for memory in self.memories}
            for name, array in network.params.items()
        }

    def step(self) -> None:
        """Take one step against the newest gradients; a parameter without one stays as it is."""
        self.steps += 1
        grads = self.network.grads
        for name, param in self.network.params.items():
            if name in grads:
                memory = (self.memory[name][memory] for memory in self.memories)
                over_blocks(self.update, param, grads[name], *memory)

    def update(self, param: np.ndarray, grad: np.ndarray, *memory: np.ndarray) -> None:
        """Update one block of a parameter in place, given its gradient and its memories."""
        raise NotImplementedError

    def arrays(self) -> dict[str, np.ndarray]:
        """Return all that is remembered between steps, by name; not copies."""
        remembered = {
            f"{name}.{memory}": array
            for name, memories in self.memory.items()
            for memory, array in memories.items()
        }
        return {"steps": np.array(self.steps, np.int64)} | remembered

    def read_arrays(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Copy in what ``arrays()`` returned, so that training goes on exactly as it would have.

        Raises ``ValueError``, and changes nothing, when a name or a shape does not fit.
        """
        own = self.arrays()
        if own.keys() != arrays.keys():
            raise ValueError(f"optimiser arrays must be named {sorted(own)}, not {sorted(arrays)}")
        for name, array in own.items():
            if array.shape != np.shape(arrays[name]):
                raise ValueError(
                    f"{name} must have the shape {array.shape}, not {np.shape(arrays[name])}"
                )
        self.steps = int(arrays["steps"])
        for name, array in own.items():
            np.copyto(array, arrays[name])


class Adam(Optimizer):
    """Adam (Kingma and Ba, 2015); ``weight_decay`` times the weight is added to the gradient.

    ``betas`` are the shares of the old in the running means of the gradient and of its square,
    ``eps`` is added to the square root in the denominator.
    """

    memories = ("exp_avg", "exp_avg_sq")
    decoupled = False

    def __init__(
        self,
        network: Sequential,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(network, learning_rate, weight_decay)
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas must be at least 0 and below 1, not {betas!r}")
        if not eps >= 0:
            raise ValueError(f"eps must be at least 0, not {eps!r}")
        self.betas, self.eps = betas, eps

    def update(self, param: np.ndarray, grad: np.ndarray, *memory: np.ndarray) -> None:
        """Update one block by the running means of the gradient and of its square."""
        mean, square = memory
        beta1, beta2 = self.betas
        step_size = self.learning_rate / (1 - beta1**self.steps)
        if self.weight_decay and self.decoupled:
            param *= 1 - self.learning_rate * self.weight_decay
        elif self.weight_decay:
            grad = grad + self.weight_decay * param
        scratch = grad - mean
        scratch *= 1 - beta1
        mean += scratch
        np.multiply(grad, grad, out=scratch)
        scratch *= 1 - beta2
        square *= beta2
        square += scratch
        np.sqrt(square, out=scratch)
        scratch /= (1 - beta2**self.steps) ** 0.5
        scratch += self.eps
        np.divide(mean, scratch, out=scratch)
        scratch *= step_size
        param -= scratch


class AdamW(Adam):
    """Adam with decoupled weight decay (Loshchilov and Hutter, 2019): each step first shrinks the
    weights by ``learning_rate`` times ``weight_decay``.
    """

    decoupled = True

    def __init__(
        self,
        network: Sequential,
        learning_rate: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(network, learning_rate, betas, eps, weight_decay)


class SGD(Optimizer):
    """Gradient descent with ``momentum``, Nesterov's or plain, as torch defines both."""

    memories = ("momentum_buffer",)

    def __init__(
        self,
        network: Sequential,
        learning_rate: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        super().__init__(network, learning_rate, weight_decay)
        if not momentum >= 0:
            raise ValueError(f"momentum must be at least 0, not {momentum!r}")
        if nesterov and not momentum:
            raise ValueError(f"momentum must be above 0 for nesterov, not {momentum!r}")
        self.momentum, self.nesterov = momentum, nesterov

    def update(self, param: np.ndarray, grad: np.ndarray, *memory: np.ndarray) -> None:
        """Update one block by the velocity that gradients add up to."""
        (velocity,) = memory
        if self.weight_decay:
            grad = grad + self.weight_decay * param
        velocity *= self.momentum
        velocity += grad
        step = grad + self.momentum * velocity if self.nesterov else velocity
        param -= self.learning_rate * step
