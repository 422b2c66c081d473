"""The linear layer: every output is a weighted sum of all inputs."""

from dataclasses import dataclass

from core.comparison.layer_comparison import compare_layer
from core.comparison.rounding import Array
from core.comparison.torch_layer import linear_layer
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, in_brackets, random_numbers
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
        numpy = {"y": ours, "dx": dx, "dweight": dweight, "dbias": dbias}
        compared = compare_layer(linear_layer(weight, bias), x, dy, numpy)
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
            comparisons={
                "Output y": compared["y"],
                "Gradient dX": compared["dx"],
                "Gradient dW": compared["dweight"],
                "Gradient db": compared["dbias"],
            },
        )

    @staticmethod
    def _sum(left: Array, right: Array) -> str:
        pairs = list(zip(left, right, strict=True))
        terms = [f"{in_brackets(a)}·{in_brackets(b)}" for a, b in pairs[:8]]
        return " + ".join(terms) + (f" + {len(pairs) - 8} more" if len(pairs) > 8 else "")
