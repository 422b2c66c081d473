"""A layer's settings as a page's address, and back: only what differs from the default is written.

Each parameter has the layer's name in front, "max_pool.kernel": the same names without it are the
convolution's.
"""

import math
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from core.config import DTYPES
from core.conv_lab.demos.settings import Layer, Setting, own_fields, settings
from core.conv_lab.own import decode_own
from core.errors import NumbersError
from core.wording import quote


def layer_to_query(name: str, layer: Layer) -> dict[str, str]:
    """Write a layer's settings as query parameters; the default ones are an empty address."""
    default = type(layer)()
    query = {}
    for each in fields(layer):  # type: ignore[arg-type]
        value = getattr(layer, each.name)
        if value != getattr(default, each.name):
            query[f"{name}.{each.name}"] = _text(value)
    return query


def layer_from_query(
    name: str, kind: type[Layer], query: Mapping[str, str]
) -> tuple[Layer, list[str]]:
    """Read a layer's settings, and a sentence about everything that was wrong.

    Numbers out of range are moved to its end; what cannot be read stays at its default.
    """
    default, values, sentences = kind(), dict[str, Any](), list[str]()
    for field, setting in settings(kind).items():
        text = query.get(f"{name}.{field}")
        if text is not None:
            value, sentence = _read(f"{name}.{field}", text, setting, getattr(default, field))
            values[field] = value
            sentences += [sentence] if sentence else []
    dtype = query.get(f"{name}.dtype", default.dtype)
    if dtype in DTYPES:
        values["dtype"] = dtype
    else:
        sentences.append(
            f"In the address, {name}.dtype must be one of {', '.join(DTYPES)}, not {quote(dtype)}; "
            f"{default.dtype} is used."
        )
    layer = default.but(**values)
    for field in own_fields(kind):
        text = query.get(f"{name}.{field}", "")
        axes = layer.axes()[field.removeprefix("own_")]
        try:
            if text:
                decode_own(text, tuple(axis.least for axis in axes))
                layer = layer.but(**{field: text})
        except NumbersError as error:
            sentences.append(f"In the address, {name}.{field} can not be used. {error}")
    return layer, sentences


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _read(key: str, text: str, setting: Setting, default: int | float) -> tuple[int | float, str]:
    """Read one number or switch; return it and what was wrong with it, if anything was."""
    kind = type(default)
    wanted = "0 or 1" if setting.switch else "a number" if kind is float else "a whole number"
    try:
        value = float(text[:20]) if kind is float else int(text[:9])
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or (setting.switch and value not in (0, 1)):
        return (
            default,
            f"In the address, {key} must be {wanted}, not {quote(text)}; {_text(default)} is used.",
        )
    inside = min(max(value, setting.low), setting.high)
    if inside != value:
        return kind(inside), (
            f"In the address, {key} must be from {setting.low:g} to {setting.high:g}, not "
            f"{value:g}; {inside:g} is used."
        )
    return kind(inside), ""
