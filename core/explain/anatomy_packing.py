"""A photo inside a network, packed as bytes for the page that shows it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.explain.anatomy import Network, PhotoInside
from core.explain.contributions import Contributions
from core.explain.receptive_field import spans
from core.explain.silence import Silence
from core.explain.statistics import sum_up
from core.explain.weight_change import kernel_change
from core.pictures.packing import pack
from core.pictures.tiles import fold, kernel_colours, palette, scale_of, shrink, to_bytes

STRIP_SIDE = 28  # cells; a map in the strip is drawn about that large
STRIP_MAPS = 24  # as many as fit beside a layer's name
GRID_SIDE = 112  # cells; larger maps show every other cell in the grid, and the page says so
PART_SIDE = 40

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Selection:
    """What a visitor looks at: a layer, perhaps one of its channels, perhaps one cell of it.

    ``shared`` says whether the layer's channels share one colour scale or have one each.
    """

    layer: int
    channel: int | None = None
    cell: tuple[int, int] | None = None
    shared: bool = True


def clean_selection(inside: PhotoInside, selection: Selection) -> Selection:
    """Bring a selection, which may come from an address, to what this network has."""
    layer = min(max(selection.layer, 0), len(inside.outputs) - 1)
    channel = selection.channel
    if channel is None and inside.outputs[layer].size == 1:
        channel = 0  # a layer of one number has nothing else to choose from
    if (
        channel is None
        or layer != selection.layer
        or not 0 <= channel < inside.channel_count(layer)
    ):
        return Selection(layer, shared=selection.shared)
    cell, shape = selection.cell, inside.maps(layer).shape
    if cell is None or not (0 <= cell[0] < shape[1] and 0 <= cell[1] < shape[2]):
        cell = strongest_cell(inside, layer, channel)
    return Selection(layer, channel, cell, selection.shared)


def strongest_cell(inside: PhotoInside, layer: int, channel: int) -> tuple[int, int]:
    """Find the cell of a channel's map with the largest finite magnitude."""
    if has_no_map(inside, layer):
        return 0, 0
    values = np.nan_to_num(np.abs(inside.maps(layer)[channel]), posinf=0.0)
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)


def has_no_map(inside: PhotoInside, layer: int) -> bool:
    """Tell whether a channel of the layer is a single number, drawn as one cell of a folded map."""
    return inside.outputs[layer].ndim == 1 and inside.source_shape(layer) is None


def pack_inside(
    inside: PhotoInside,
    selection: Selection,
    facts: dict[str, Any],
    compared: PhotoInside | None = None,
    silence: Silence | None = None,
) -> bytes:
    """Pack the strip of all layers, the selected layer's grid and the selected channel.

    ``facts`` (names of run, epoch, photo and classes) travel along in the header. With ``compared``
    the maps of both photos share their scales. Without ``silence`` it is not known which silent
    channels are dead. Maps are bytes of ``pictures.to_bytes``.
    """
    selection = clean_selection(inside, selection)
    words = inside.words
    if silence is not None:
        words = [silence.told(index, each) if each else each for index, each in enumerate(words)]
    arrays: Arrays = {"photo": inside.pixels, "palette": palette()}
    header: dict[str, Any] = {
        **facts,
        "probability": number(inside.probability),
        "logit": number(inside.logit),
        "layers": [
            pack_strip(inside, compared, index, words[index], arrays)
            for index in range(len(inside.outputs))
        ],
        "grid": pack_grid(inside, compared, selection, words[selection.layer], arrays),
    }
    if selection.channel is not None and selection.cell is not None:
        header["channel"] = pack_channel(
            inside, compared, selection.layer, selection.channel, selection.cell, arrays
        )
        header["channel"]["words"] = words[selection.layer].get(selection.channel, "")
    return pack(header, arrays)


def number(value: float) -> float | str:
    """Return a number for JSON, which has no NaN and no infinity."""
    return float(value) if np.isfinite(value) else str(float(value))


def pack_strip(
    inside: PhotoInside,
    compared: PhotoInside | None,
    index: int,
    words: dict[int, str],
    arrays: Arrays,
) -> dict[str, Any]:
    """Describe one layer and add its first maps, few cells large."""
    layer, output = inside.network.layers[index], inside.outputs[index]
    scale = scale_of(output)
    if compared is not None:
        scale = max(scale, scale_of(compared.outputs[index]))
    if output.ndim == 3:
        maps = shrink(output[:STRIP_MAPS], STRIP_SIDE)
    else:
        maps = fold(output, columns=-(-len(output) // 8))
    arrays[f"strip{index}"] = to_bytes(maps, scale)
    return {
        "name": layer.name,
        "shape": layer.shape,
        "parameters": layer.parameters,
        "field": inside.network.fields[index].size,
        "words": inside.not_finite[index] or sum_up(words, len(output)),
        "value": number(output.item()) if output.size == 1 else None,
    }


def pack_grid(
    inside: PhotoInside,
    compared: PhotoInside | None,
    selection: Selection,
    words: dict[int, str],
    arrays: Arrays,
) -> dict[str, Any]:
    """Describe the selected layer and add all its maps, and the fields of their cells."""
    index = selection.layer
    layer, maps = inside.network.layers[index], inside.maps(index)
    scales = grid_scales(maps, compared.maps(index) if compared else None, selection.shared)
    field = inside.network.fields[index]
    arrays["grid"] = to_bytes(shrink(maps, GRID_SIDE), scales[:, None, None])
    arrays["scales"] = scales
    arrays["rows"], arrays["columns"] = spans_array(field.rows), spans_array(field.columns)
    kernel_scales = pack_kernels(inside.network, arrays) if index == 0 else {}
    figures, moved = inside.statistics(index), inside.network.moved[index]
    return {
        **kernel_scales,
        "moved": None if moved is None else number(moved),
        "layer": index,
        "shared": selection.shared,
        "maps": maps.shape,
        "step": max(1, -(-max(maps.shape[1:]) // GRID_SIDE)),
        "folded": has_no_map(inside, index),
        "size": layer.shape[0],
        "holes": field.has_holes,
        "words": words,
        "mean": number(figures.mean),
        "spread": number(figures.spread),
        "minimum": number(figures.minimum),
        "maximum": number(figures.maximum),
        "zeros": figures.zeros,
        "notFinite": figures.not_finite,
        "counts": figures.counts.tolist(),
        "edges": [number(figures.edges[0]), number(figures.edges[-1])],
    }


def pack_kernels(network: Network, arrays: Arrays) -> dict[str, float]:
    """Add the first layer's kernels, and what training changed in them; return their scales."""
    module = network.model[0]
    if not isinstance(module, nn.Conv2d) or module.weight.shape[1] != 3:
        return {}
    weight = module.weight.detach().numpy()
    arrays["kernels"] = kernel_colours(weight)
    before = None if network.untrained is None else network.untrained[0]
    if not isinstance(before, nn.Conv2d):
        return {"kernelScale": scale_of(weight)}
    change = kernel_change(module, before)
    scale = scale_of(change)
    arrays["changes"] = to_bytes(change, scale)
    return {"kernelScale": scale_of(weight), "changeScale": scale if change.any() else 0.0}


def grid_scales(
    maps: NDArray[np.floating], compared: NDArray[np.floating] | None, shared: bool
) -> NDArray[np.float64]:
    """What full colour means for each channel (C,), over both photos when two are compared."""
    both = [maps] if compared is None else [maps, compared]
    if shared:
        return np.full(len(maps), max(scale_of(each) for each in both))
    return np.array([max(scale_of(each[c]) for each in both) for c in range(len(maps))])


def spans_array(reach: NDArray[np.bool_]) -> NDArray[np.float32]:
    """First and last-but-one line of pixels of each cell (cells, 2); -1 where it sees none."""
    return np.array([span or (-1, -1) for span in spans(reach)], dtype=np.float32)


def pack_channel(
    inside: PhotoInside,
    compared: PhotoInside | None,
    layer: int,
    channel: int,
    cell: tuple[int, int],
    arrays: Arrays,
) -> dict[str, Any]:
    """Describe one channel, add its map, and what each input put into it."""
    header: dict[str, Any] = {"channel": channel, "cell": cell}
    if has_no_map(inside, layer):
        header["value"] = number(float(inside.outputs[layer][channel]))
    else:
        values = inside.maps(layer)[channel]
        arrays["map"] = np.ascontiguousarray(values, dtype=np.float32)
        both = [values] if compared is None else [values, compared.maps(layer)[channel]]
        header["scale"] = max(map(scale_of, both))
    flattened = inside.source_shape(layer) is not None
    split = None if flattened else inside.contributions(layer, channel)
    if split is not None:
        header["parts"] = pack_parts(inside, layer, channel, split, arrays)
        header["sum"] = pack_sum(inside, layer, channel, cell)
    elif layer and inside.outputs[layer - 1].ndim == 3 and not flattened:
        before = inside.outputs[layer - 1][channel]
        arrays["before"] = np.ascontiguousarray(before, dtype=np.float32)
    return header


def pack_parts(
    inside: PhotoInside, layer: int, channel: int, split: Contributions, arrays: Arrays
) -> dict[str, Any]:
    """Add each input's map, its kernel and the part that it put in, the most influential first."""
    module, x = inside.network.model[layer], inside.input(layer).detach().numpy()
    weight = getattr(module, "weight", None)
    parts: NDArray[np.floating] = split.parts
    inputs, kernels = x[list(split.inputs)], None
    if isinstance(module, nn.Conv2d):
        kernels = module.weight[channel].detach().numpy()
    elif isinstance(module, nn.Linear) and weight is not None:
        shape = inside.source_shape(layer - 1) if layer else None
        as_maps = (lambda v: v.reshape(shape)) if shape else fold
        parts, inputs = as_maps(parts), as_maps(inputs)
        kernels = as_maps(weight[channel].detach().numpy())
    influence = np.abs(np.nan_to_num(parts)).reshape(len(parts), -1).sum(axis=1)
    order = np.argsort(-influence, kind="stable")
    small = shrink(parts[order], PART_SIDE)
    scale = scale_of(small)
    arrays["parts"] = to_bytes(small, scale)
    shown = shrink(inputs[order], PART_SIDE)
    arrays["inputs"] = to_bytes(shown, scale_of(shown))
    if kernels is not None:
        arrays["weights"] = np.ascontiguousarray(kernels[order], dtype=np.float32)
    names = order if len(order) != len(split.inputs) else np.array(split.inputs)[order]
    total = float(influence.sum())
    return {
        "names": [int(name) for name in names],
        "shares": [float(each / total) if total else 0.0 for each in influence[order]],
        "scale": scale,
        "inputScale": scale_of(shown),
    }


def pack_sum(
    inside: PhotoInside, layer: int, channel: int, cell: tuple[int, int]
) -> dict[str, Any] | None:
    """Write the value of one cell as a sum over the inputs."""
    written = inside.sum_at(layer, channel, cell)
    if written is None:
        return None
    return {
        "terms": [[term.name, number(term.value)] for term in written.terms],
        "bias": number(written.bias),
        "rounding": number(written.rounding),
        "total": number(written.total),
    }
