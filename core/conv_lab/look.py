"""What of an experiment is looked at: everything that the lab shows and that is no part of it."""

from dataclasses import dataclass, replace
from typing import Final

from core.conv_lab.experiment import Experiment, HeightWidth

VIEWS: Final = ("y", "dx", "dw", "db")
"""The output, and the gradients of the input, the kernel and the bias."""


@dataclass(frozen=True)
class Look:
    """One of the ``VIEWS``, the input and output channel in it, and the cell (row, column).

    ``cell`` is None while none is pinned. ``apart`` is whether height and width have controls of
    their own.
    """

    view: str = "y"
    channel: int = 0
    out: int = 0
    cell: HeightWidth | None = None
    apart: bool = False

    def inside(self, experiment: Experiment) -> "Look":
        """Return the nearest look at what a legal experiment has; its channels belong together."""
        e = experiment
        view = "y" if self.view == "db" and not e.bias else self.view
        ins, outs = e.channels // e.groups, e.out_channels // e.groups
        channel, out = min(self.channel, e.channels - 1), min(self.out, e.out_channels - 1)
        if channel // ins != out // outs:
            channel, out = (
                (channel, channel // ins * outs) if view == "dx" else (out // outs * ins, out)
            )
        size = {"y": e.output_size, "dx": e.size, "dw": e.kernel, "db": (1, 1)}[view]
        cell = self.cell and (min(self.cell[0], size[0] - 1), min(self.cell[1], size[1] - 1))
        return replace(self, view=view, channel=channel, out=out, cell=cell)


def look_at(array: str, index: tuple[int, ...], experiment: Experiment) -> Look:
    """Look at an element of "y" (O, OH, OW), "dx" (C, H, W), "dweight" or "dbias" (O,)."""
    if array == "dbias":
        return Look("db", out=index[0], cell=(0, 0)).inside(experiment)
    cell = index[-2], index[-1]
    if array == "dx":
        return Look("dx", channel=index[0], cell=cell).inside(experiment)
    if array == "y":
        return Look("y", out=index[0], cell=cell).inside(experiment)
    ins, outs = (n // experiment.groups for n in (experiment.channels, experiment.out_channels))
    return Look("dw", index[0] // outs * ins + index[1], index[0], cell)
