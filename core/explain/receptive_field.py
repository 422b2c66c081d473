"""Which pixels of the photo a cell of a map can depend on, and where in the photo it sits.

Every layer that moves a window does so along height and width alike but apart, so the pixels a
cell can see are the product of a set of rows and a set of columns. Both sets are followed exactly
through padding, stride, dilation (with its holes) and pooling, rather than by the usual
size-and-stride rule, which forgets the borders.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.architecture.reach import Windows, adaptive, sliding
from core.networks.layers import POINTWISE, LayerFacts

Box = tuple[int, int, int, int]
ADAPTIVE = (nn.AdaptiveAvgPool2d, nn.AdaptiveMaxPool2d)
WINDOWED = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


@dataclass(frozen=True)
class ReceptiveField:
    """What the cells of one layer can see of the photo.

    ``rows`` (H, photo height) and ``columns`` (W, photo width) are True where a cell of that row
    or column can depend on that line of pixels; ``centre_rows`` (H,) and ``centre_columns`` (W,)
    say in pixels where the middle of a cell's field is. A layer without maps has one cell that
    sees what all cells before it saw.
    """

    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]
    centre_rows: NDArray[np.float64]
    centre_columns: NDArray[np.float64]

    def box(self, row: int, column: int) -> Box | None:
        """Bound the field of one cell: (top, left, bottom, right), the last two not included.

        None when the cell sees nothing of the photo, only padding.
        """
        vertical, horizontal = spans(self.rows)[row], spans(self.columns)[column]
        if vertical is None or horizontal is None:
            return None
        return vertical[0], horizontal[0], vertical[1], horizontal[1]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels of the largest field of any cell."""
        return _largest(self.rows), _largest(self.columns)

    @property
    def has_holes(self) -> bool:
        """Whether some cell skips pixels inside its box, as under a dilated kernel."""
        lines = [line for reach in (self.rows, self.columns) for line in reach]
        bounds = [span for reach in (self.rows, self.columns) for span in spans(reach)]
        return any(
            span is not None and span[1] - span[0] != np.count_nonzero(line)
            for span, line in zip(bounds, lines, strict=True)
        )


def _largest(reach: NDArray[np.bool_]) -> int:
    return max((stop - start for start, stop in filter(None, spans(reach))), default=0)


def spans(reach: NDArray[np.bool_]) -> list[tuple[int, int] | None]:
    """First line that each cell sees and the one after its last; None where it sees none."""
    size = reach.shape[1]
    first, backwards = reach.argmax(axis=1), reach[:, ::-1].argmax(axis=1)
    return [
        (int(first[cell]), size - int(backwards[cell])) if reach[cell].any() else None
        for cell in range(len(reach))
    ]


def receptive_fields(
    model: nn.Sequential, layers: list[LayerFacts], image_size: int
) -> list[ReceptiveField]:
    """Follow the receptive field of every layer for photos of ``image_size`` x ``image_size``.

    ``layers`` comes from ``describe_layers``. A layer of a kind not known here is taken to see
    everything that the layer before it sees, which is never too little.
    """
    everything = np.eye(image_size, dtype=np.bool_)
    middle = np.arange(image_size, dtype=np.float64) + 0.5
    field = ReceptiveField(everything, everything, middle, middle)
    fields = []
    for layer, description in zip(model, layers, strict=True):
        field = _through(layer, field, description)
        fields.append(field)
    return fields


def cell_edges(centres: NDArray[np.float64], photo_size: int) -> NDArray[np.float64]:
    """Where to draw the cells of a map over its photo: their (n + 1) edges in pixels.

    Neighbours meet half-way between the middles of their fields, which is where they are in the
    photo; stretching a map over the whole photo would shift it wherever a layer has no padding. A
    single cell stands for the whole photo.
    """
    if len(centres) == 1:
        return np.array([0.0, photo_size])
    inner = (centres[1:] + centres[:-1]) / 2
    first, last = 2 * centres[0] - inner[0], 2 * centres[-1] - inner[-1]
    edges: NDArray[np.float64] = np.clip(np.array([first, *inner, last]), 0, photo_size)
    return edges


def _through(layer: nn.Module, field: ReceptiveField, after: LayerFacts) -> ReceptiveField:
    if isinstance(layer, (nn.Flatten, *POINTWISE)):
        return field  # flattened numbers still belong to the cells they came from
    if not after.has_maps:
        return _merged(field)
    if isinstance(layer, WINDOWED) and getattr(layer, "padding_mode", "zeros") == "zeros":
        rows = _window(layer, 0, after.shape[1])
        columns = _window(layer, 1, after.shape[2])
    elif isinstance(layer, ADAPTIVE):
        rows = adaptive(len(field.rows), after.shape[1])
        columns = adaptive(len(field.columns), after.shape[2])
    else:
        rows = _everything(len(field.rows), after.shape[1])
        columns = _everything(len(field.columns), after.shape[2])
    return ReceptiveField(
        _reach(field.rows, rows),
        _reach(field.columns, columns),
        _centres(field.centre_rows, rows),
        _centres(field.centre_columns, columns),
    )


def _merged(field: ReceptiveField) -> ReceptiveField:
    rows = np.logical_or.reduce(field.rows, axis=0)
    columns = np.logical_or.reduce(field.columns, axis=0)
    return ReceptiveField(rows[None], columns[None], _middle(rows), _middle(columns))


def _middle(seen: NDArray[np.bool_]) -> NDArray[np.float64]:
    if not seen.any():  # every cell before it read padding alone
        return np.array([len(seen) / 2])
    return np.array([np.flatnonzero(seen).mean() + 0.5])


def _window(layer: nn.Module, axis: int, cells: int) -> Windows:
    """Input positions that each output cell reads along an axis; padding lies outside."""
    kernel, stride, dilation = (
        _along(getattr(layer, name, 1), axis) for name in ("kernel_size", "stride", "dilation")
    )
    return sliding(cells, kernel, stride, padding_before(layer, axis), dilation)


def _everything(size: int, cells: int) -> Windows:
    return np.broadcast_to(np.arange(size), (cells, size))


def padding_before(layer: nn.Module, axis: int) -> int:
    """Rows (axis 0) or columns (axis 1) of padding above or left of the input of a layer."""
    padding = getattr(layer, "padding", 0)
    if padding == "valid":
        return 0
    if padding == "same":  # torch puts the odd one of an even extent after the input
        kernel, dilation = (_along(getattr(layer, n), axis) for n in ("kernel_size", "dilation"))
        return dilation * (kernel - 1) // 2
    return _along(padding, axis)


def _along(value: int | tuple[int, ...], axis: int) -> int:
    return value if isinstance(value, int) else value[axis]


def _reach(before: NDArray[np.bool_], windows: Windows) -> NDArray[np.bool_]:
    inside = [window[(window >= 0) & (window < len(before))] for window in windows]
    return np.array([before[window].any(axis=0) for window in inside])


def _centres(before: NDArray[np.float64], windows: Windows) -> NDArray[np.float64]:
    """Mean place of a window's cells; cells in the padding continue the line of the others."""
    ends = windows[:, [0, -1]]
    step_first = before[1] - before[0] if len(before) > 1 else 0.0
    step_last = before[-1] - before[-2] if len(before) > 1 else 0.0
    clipped = np.clip(ends, 0, len(before) - 1)
    outside = ends - clipped
    places = before[clipped] + np.where(outside < 0, step_first, step_last) * outside
    middles: NDArray[np.float64] = places.mean(axis=1)
    return middles
