"""What both poolings keep to: where a window fits, and how many there are."""

from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.settings import Broken, Layer, WayOut, nearest_ways, settings
from core.conv_lab.typed_numbers import Axis


class Pooling(Layer):
    """A pooling of one channel of ``side`` x ``side``, by windows of ``kernel`` x ``kernel``."""

    side: int
    kernel: int
    stride: int
    padding: int
    ceil_mode: bool
    dilation: int = 1

    def axes(self) -> dict[str, tuple[Axis, ...]]:
        """Rows and columns; of dy as many as y has."""
        size = 1 if self.broken() else self.size
        return {
            "x": (Axis("row", 2, 12), Axis("column", 2, 12)),
            "dy": (Axis("row", size, size), Axis("column", size, size)),
        }

    def broken(self) -> Broken | None:
        """Return the rule that the settings break, with each setting that mends it alone."""
        problem = self._problem()
        if problem is None:
            return None
        sentence, candidates = problem
        ways = nearest_ways(self, candidates, lambda layer: layer._problem() is None)
        small = {"kernel": 2, "padding": 0, "dilation": 1}
        own = settings(self)
        back = WayOut("Back to a 2 x 2 kernel", {k: v for k, v in small.items() if k in own})
        return Broken(sentence, ways or (back,))

    def _problem(self) -> tuple[str, dict[str, int]] | None:
        """Return the broken rule as a sentence, and values of settings that keep it."""
        if self.padding > self.kernel // 2:
            return (
                f"Padding must be at most half the kernel, {self.kernel} / 2 = "
                f"{self.kernel // 2} rounded down, not {self.padding}: "
                "otherwise a window could see nothing but padding.",
                {"padding": self.kernel // 2, "kernel": 2 * self.padding},
            )
        extent, padded = self._extent(), self.side + 2 * self.padding
        if extent <= padded:
            return self._blind_window()
        return (
            f"The window must fit into the padded input: it spans {self.dilation}·"
            f"({self.kernel} − 1) + 1 = {extent}, the padded input {padded}.",
            {
                "kernel": (padded - 1) // self.dilation + 1,
                "dilation": (padded - 1) // (self.kernel - 1),
                "padding": -(-(extent - self.side) // 2),
                "side": extent - 2 * self.padding,
            },
        )

    def _blind_window(self) -> tuple[str, dict[str, int]] | None:
        """A window without a cell of the input has no largest number: torch then reads elsewhere.

        A dilation that is larger than the input can step over it.
        """
        starts = [place * self.stride - self.padding for place in range(self.size)]
        for start in starts:
            cells = [start + k * self.dilation for k in range(self.kernel)]
            if not any(0 <= cell < self.side for cell in cells):
                return (
                    f"Every window must see the input: with a dilation of {self.dilation} the one "
                    f"that starts at row {number(start)} steps over all {self.side} rows of it.",
                    {"dilation": self.side, "side": self.dilation, "padding": self.padding - 1},
                )
        return None

    def _extent(self) -> int:
        return self.dilation * (self.kernel - 1) + 1

    @property
    def size(self) -> int:
        """Rows and columns of y, when no rule is broken (torch.nn.MaxPool2d's formula)."""
        size = self._full_size()
        starts_outside = (size - 1) * self.stride >= self.side + self.padding
        return size - 1 if self.ceil_mode and starts_outside else size

    @property
    def size_formula(self) -> str:
        """How that comes about, with the numbers in it."""
        left, right = ("⌈", "⌉") if self.ceil_mode else ("⌊", "⌋")
        less = (
            "" if self.size == self._full_size() else ", one less: its window starts in the padding"
        )
        return (
            f"{left}({self.side} + 2·{self.padding} − {self.dilation}·({self.kernel} − 1) − 1) / "
            f"{self.stride}{right} + 1 = {self.size}{less}"
        )

    def _full_size(self) -> int:
        room = self.side + 2 * self.padding - self._extent()
        return -(-room // self.stride) + 1 if self.ceil_mode else room // self.stride + 1
