"""Adam, step by step on a single weight: two running means of the gradient make a step."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.comparison.rounding import Array, Comparison
from core.conv_lab.demos.adam_lines import FORMULAS, AdamLines
from core.conv_lab.demos.adam_steps import Rates, numpy_steps, step_sums, torch_steps
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Demo, Panel
from core.conv_lab.demos.settings import Layer, setting
from core.conv_lab.demos.terms import Line
from core.conv_lab.typed_numbers import Axis

PANELS = {
    "g": ("Gradient g", "g"),
    "m": ("Mean of the gradient m", "m"),
    "v": ("Mean of its square v", "v"),
    "m_hat": ("Corrected m̂", "m̂"),
    "v_hat": ("Corrected v̂", "v̂"),
    "step": ("Step Δ", "Δ"),
    "w": ("Weight w afterwards", "w"),
}
"""Title and symbol of each list, by its name in the sums."""
SMALL_EPS = 0.01
"""Up to this share of a gradient, ε hardly changes the step."""


@dataclass(frozen=True)
class Adam(Layer):
    """``steps`` steps from a ``weight`` whose ``gradient`` scatters by ``noise``.

    ``eps_digits`` is the n of ε = 10^-n. ``decay`` is decoupled, as in AdamW, or a part of the
    gradient.
    """

    weight: float = setting(0.5, "Weight w", "Before the first step.", (-2, 2), step=0.1)
    gradient: float = setting(1.0, "Gradient g", "The same at every step.", (-5, 5), step=0.1)
    noise: float = setting(0.0, "Noise", "How far gradients scatter around it.", (0, 3), step=0.1)
    steps: int = setting(3, "Steps t", "How many steps are taken.", (1, 12))
    lr: float = setting(0.1, "Learning rate", "How far one step goes.", (0.01, 1), step=0.01)
    beta1: float = setting(
        0.9, "β₁", "The share of the old in the mean of the gradient.", (0, 0.99), step=0.01
    )
    beta2: float = setting(
        0.999, "β₂", "The share of the old in the mean of its square.", (0, 0.999), step=0.001
    )
    eps_digits: int = setting(8, "ε = 10⁻ⁿ, n", "Keeps the division from being by 0.", (1, 12))
    decay: float = setting(0.0, "Weight decay λ", "Pulls the weight to 0.", (0, 0.5), step=0.01)
    decoupled: bool = setting(
        True,
        "Decoupled",
        "AdamW: the weight is first multiplied by 1 − lr · λ. Off: λ · w is added to the gradient.",
    )
    dtype: str = "float32"
    seed: int = setting(0, "Seed", "Other noise.", (0, 20))
    own_g: str = ""

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Gradients of one's own, one for each step."""
        return {"g": (Axis("step", 1, 12),)}

    def sizes_of(self, name: str, shape: tuple[int, ...]) -> dict[str, object]:
        """As many steps as gradients."""
        return {"steps": shape[0]}

    @property
    def rates(self) -> Rates:
        """The optimiser's settings."""
        eps = 10.0**-self.eps_digits
        return Rates(self.lr, self.beta1, self.beta2, eps, self.decay, self.decoupled)

    def gradients(self) -> Array:
        """Return the gradients (steps,), rounded to two decimals."""
        noise = np.random.default_rng(self.seed).standard_normal(self.steps) * self.noise
        drawn = (self.gradient + noise).round(2) + 0.0
        return self.numbers("g", (self.steps,), drawn.astype(self.dtype))

    def carry_out(self) -> Demo:
        """Take the steps with both engines' optimisers."""
        g = self.gradients()
        ours, theirs = (take(self.weight, g, self.rates) for take in (numpy_steps, torch_steps))
        sums = step_sums(self.weight, g, self.rates, ours["v_hat"])
        lines = AdamLines(self.weight, g, self.rates, ours)
        written = {name: tuple(lines.of(name)) for name in ours}
        return Demo(
            steps=tuple(self._steps(written)),
            note=self._note(g),
            comparisons={
                PANELS[name][0]: Comparison(ours[name], theirs[name], sums[name]) for name in ours
            },
            panels=tuple(
                Panel(name, title, array, "Step by step, from t = 1", symbol, first=1)
                for (name, (title, symbol)), array in zip(
                    PANELS.items(), (g, *ours.values()), strict=True
                )
            ),
            lines=written,
        )

    def _steps(self, written: dict[str, tuple[Line, ...]]) -> Iterator[tuple[str, str]]:
        """The last step, with every number in between."""
        formulas = dict(FORMULAS)
        if self.decay and self.decoupled:
            formulas["w"] = "w · (1 − lr · λ) − Δ"
        elif self.decay:
            yield (
                "Step t",
                f"{self.steps}; its gradient is g + λ · w, with the weight's decay in it",
            )
            formulas |= {
                "m": "β₁ · m + (1 − β₁) · (g + λ · w)",
                "v": "β₂ · v + (1 − β₂) · (g + λ · w)²",
            }
        for name, lines in written.items():
            title, symbol = PANELS[name]
            yield f"{title}, t = {self.steps}", f"{symbol} = {formulas[name]} = {lines[-1].text}"

    def _note(self, g: Array) -> str:
        if self.decay and not self.decoupled:
            return (
                "As a part of the gradient, decay is divided by √v̂ like everything else, so it "
                "hardly depends on λ. This is why AdamW takes it out of the gradient."
            )
        if len(set(g.tolist())) == 1:
            return self._same_at_every_step(abs(float(g[0])))
        return (
            "Where gradients agree in sign, |m̂| is near √v̂ and a step is nearly the learning rate. "
            "Where they do not, m̂ shrinks and v̂ does not, so the steps get smaller."
        )

    def _same_at_every_step(self, size: float) -> str:
        """Say what becomes of a gradient of one ``size`` that never changes."""
        decays = " Decay takes lr · λ · w off besides." if self.decay else ""
        if not size:
            return f"Without a gradient m̂ and v̂ are 0, and so is the step.{decays}"
        same = "With the same gradient at every step m̂ is g and v̂ is g²: each step"
        rate, eps = self.rates.lr, self.rates.eps
        if eps <= SMALL_EPS * size:
            return (
                f"{same} is the learning rate, {number(rate)}, however large the gradient is. Only "
                f"its sign counts.{decays}"
            )
        return (
            f"{same} is lr · |g| / (|g| + ε) = {number(rate * size / (size + eps))}. Beside "
            f"|g| = {number(size)}, ε = {number(eps)} is not small: it keeps the steps below the "
            f"learning rate, {number(rate)}.{decays}"
        )
