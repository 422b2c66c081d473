"""The linear layer: every output is a weighted sum of all inputs."""

from dataclasses import dataclass

from core.comparison.layer_comparison import compare_layer
from core.comparison.torch_layer import linear_layer
from core.conv_lab.demos.demo import Demo, Panel, random_numbers
from core.conv_lab.demos.settings import Layer, setting
from core.conv_lab.typed_numbers import Axis
from core.numpy_nn import linear, linear_backward


@dataclass(frozen=True)
class Linear(Layer):
    """``batch`` rows of ``features`` numbers become rows of ``outputs`` numbers."""

    batch: int = setting(2, "Photos", "Rows of the input.", (1, 8))
    features: int = setting(6, "Inputs", "Numbers that go in.", (1, 32))
    outputs: int = setting(3, "Outputs", "Numbers that come out.", (1, 16))
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other random numbers.", (0, 20))
    own_x: str = ""
    own_weight: str = ""
    own_bias: str = ""
    own_dy: str = ""

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """x decides about photos and inputs, the weight about outputs; the rest must fit."""
        batch, features, outputs = self.batch, self.features, self.outputs
        return {
            "x": (Axis("photo", 1, 8), Axis("input", 1, 32)),
            "weight": (Axis("output", 1, 16), Axis("input", features, features)),
            "bias": (Axis("output", outputs, outputs),),
            "dy": (Axis("photo", batch, batch), Axis("output", outputs, outputs)),
        }

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """Photos and inputs, or outputs."""
        if name == "x":
            return {"batch": shape[0], "features": shape[1]}
        return {"outputs": shape[0]} if name == "weight" else {}

    def carry_out(self) -> Demo:
        """Compute y and the three gradients in both engines."""
        shapes: dict[str, tuple[int, ...]] = {
            "x": (self.batch, self.features),
            "weight": (self.outputs, self.features),
            "bias": (self.outputs,),
            "dy": (self.batch, self.outputs),
        }
        x, weight, bias, dy = (
            self.numbers(name, shape, random_numbers(self.seed + k, shape, self.dtype))
            for k, (name, shape) in enumerate(shapes.items())
        )
        ours = linear(x, weight, bias)
        dx, dweight, dbias = linear_backward(dy, x, weight)
        numpy = {"y": ours, "dx": dx, "dweight": dweight, "dbias": dbias}
        compared = compare_layer(linear_layer(weight, bias), x, dy, numpy)
        return Demo(
            steps=(
                ("Output", "y[n, o] = Σ x[n, i] · w[o, i] + b[o], over the inputs i"),
                ("dX", "dX[n, i] = Σ dy[n, o] · w[o, i], over the outputs o"),
                ("dW", "dW[o, i] = Σ dy[n, o] · x[n, i], over the photos n"),
                ("db", "db[o] = Σ dy[n, o], over the photos n"),
            ),
            note="dX asks how much each input mattered, so it sums over the outputs; dW and db ask "
            "how much a parameter mattered, so they sum over the batch.",
            comparisons={
                "Output y": compared["y"],
                "Gradient dX": compared["dx"],
                "Gradient dW": compared["dweight"],
                "Gradient db": compared["dbias"],
            },
            panels=(
                Panel("x", "Input x", x),
                Panel("weight", "Weight w", weight),
                Panel("bias", "Bias b", bias),
                Panel("y", "Output y", ours),
                Panel("dy", "Upstream gradient dy", dy, "Backward"),
                Panel("dx", "Gradient dX", dx, "Backward"),
                Panel("dweight", "Gradient dW", dweight, "Backward"),
                Panel("dbias", "Gradient db", dbias, "Backward"),
            ),
        )
