"""Adam, AdamW and SGD, whose steps are torch's, and Muon; all in place."""

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
                self.change(param, grads[name], *self.memory[name].values())

    def change(self, param: np.ndarray, grad: np.ndarray, *memory: np.ndarray) -> None:
        """Change a parameter in place, given its gradient and its memories."""
        over_blocks(self.update, param, grad, *memory)

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


class Muon(AdamW):
    """Moves kernels in all their directions alike, and everything else as Adam does.

    A convolution's kernels (O, I, KH, KW) are a matrix (O, I * KH * KW). Its ``momentum`` is
    replaced by the nearest matrix whose rows are orthogonal (Jordan et al., 2024), scaled to the
    size that steps of Adam have (Liu et al., 2025). Only kernels decay, decoupled as in AdamW.
    """

    def __init__(
        self,
        network: Sequential,
        learning_rate: float = 1e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(network, learning_rate, weight_decay=0.0)
        if not weight_decay >= 0:
            raise ValueError(f"weight_decay must be at least 0, not {weight_decay!r}")
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum must be at least 0 and below 1, not {momentum!r}")
        self.kernel_decay, self.momentum = weight_decay, momentum
        for name, array in network.params.items():
            if array.ndim == 4:
                self.memory[name] = {"momentum_buffer": np.zeros_like(array)}

    def change(self, param: np.ndarray, grad: np.ndarray, *memory: np.ndarray) -> None:
        """Move kernels in all their directions alike, everything else as Adam does."""
        if param.ndim == 4:
            self.move(param, grad, *memory)
        else:
            super().change(param, grad, *memory)

    def move(self, kernels: np.ndarray, grad: np.ndarray, momentum: np.ndarray) -> None:
        """Move one layer's kernels, by Nesterov's momentum made orthogonal."""
        momentum += (1 - self.momentum) * (grad - momentum)
        ahead = (grad + self.momentum * (momentum - grad)).reshape(len(grad), -1)
        size = 0.2 * max(ahead.shape) ** 0.5
        kernels *= 1 - self.learning_rate * self.kernel_decay
        kernels -= self.learning_rate * size * orthogonal(ahead).reshape(kernels.shape)


def orthogonal(matrix: np.ndarray) -> np.ndarray:
    """Return about the nearest matrix with orthogonal rows or columns, by Newton and Schulz.

    Its singular values lie between 0.7 and 1.2, not at 1: the polynomial of fifth degree is chosen
    to lift small ones in few steps.
    """
    a, b, c = 3.4445, -4.7750, 2.0315
    wide = matrix.T if len(matrix) > matrix.shape[1] else matrix
    wide = wide / max(float(np.linalg.norm(wide)), 1e-7)
    for _ in range(5):
        gram = wide @ wide.T
        wide = a * wide + (b * gram + c * gram @ gram) @ wide
    return wide.T if len(matrix) > matrix.shape[1] else wide
