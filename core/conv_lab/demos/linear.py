"""The linear layer: every output is a weighted sum of all inputs."""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from core.conv_lab.demos.demo import (
    Demo,
    compare,
    in_brackets,
    number,
    random_numbers,
    tensor,
)
from core.numpy_nn import linear, linear_backward


@dataclass(frozen=True)
class Linear:
    """``batch`` rows of ``features`` numbers become rows of ``outputs`` numbers."""

    batch: int = 2
    features: int = 6
    outputs: int = 3
    dtype: str = "float32"
    seed: int = 0

    def carry_out(self) -> Demo:
        """Compute y and the three gradients in both engines."""
        shapes = ((self.batch, self.features), (self.outputs, self.features), (self.outputs,))
        x, weight, bias = (
            random_numbers(self.seed + k, shape, self.dtype) for k, shape in enumerate(shapes)
        )
        dy = random_numbers(self.seed + 3, (self.batch, self.outputs), self.dtype)
        ours = linear(x, weight, bias)
        dx, dweight, dbias = linear_backward(dy, x, weight)
        theirs = [tensor(array) for array in (x, weight, bias)]
        y = F.linear(*theirs)
        gradients = torch.autograd.grad(y, theirs, torch.from_numpy(dy))
        size_x, size_w, size_b, size_dy = (np.abs(array) for array in (x, weight, bias, dy))
        return Demo(
            steps=(
                ("Output", f"y[0, 0] = {self._sum(x[0], weight[0])} + {number(bias[0])} (bias)"),
                ("", f"= {number(ours[0, 0])}"),
                ("dX", f"dX[0, 0] = {self._sum(dy[0], weight[:, 0])} = {number(dx[0, 0])}"),
                ("dW", f"dW[0, 0] = {self._sum(dy[:, 0], x[:, 0])} = {number(dweight[0, 0])}"),
                ("db", f"db[0] = {' + '.join(map(number, dy[:, 0]))} = {number(dbias[0])}"),
            ),
            note="dX asks how much each input mattered, so it sums over the outputs; dW and db ask "
            "how much a parameter mattered, so they sum over the batch.",
            comparisons=(
                compare("Output y", ours, y, size_x @ size_w.T + size_b),
                compare("Gradient dX", dx, gradients[0], size_dy @ size_w),
                compare("Gradient dW", dweight, gradients[1], size_dy.T @ size_x),
                compare("Gradient db", dbias, gradients[2], size_dy.sum(axis=0)),
            ),
        )

    @staticmethod
    def _sum(left: np.ndarray, right: np.ndarray) -> str:
        pairs = list(zip(left, right, strict=True))
        terms = [f"{in_brackets(a)}·{in_brackets(b)}" for a, b in pairs[:8]]
        return " + ".join(terms) + (f" + {len(pairs) - 8} more" if len(pairs) > 8 else "")
