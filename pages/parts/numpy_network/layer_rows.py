"""The layers of a compared network as HTML: a row each, with both engines' maps and figures."""

import base64
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from core.wording import short_time
from pages.parts.shared.words import apart, typeset

if TYPE_CHECKING:
    from core.comparison.network_comparison import LayerComparison
    from core.comparison.rounding import Agreement
    from core.comparison.strips import Strips

_STYLE = """
<style>
.layer-row { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 7px 0;
  border-top: 1px solid #8883; font-variant-numeric: tabular-nums; }
.layer-row .what { flex: 0 0 178px; line-height: 1.35; font-size: 14px; }
.layer-row .what b { font-size: 16px; }
.layer-row .what small { display: block; opacity: .75; font-size: 12px; }
.layer-row .strips { flex: 0 1 auto; display: flex; flex-wrap: wrap; gap: 4px 10px; }
.layer-row figure { margin: 0; width: 152px; }
.layer-row img { display: block; height: 38px; max-width: 152px; image-rendering: pixelated; }
.layer-row .number { display: block; height: 38px; line-height: 38px; font-size: 17px; }
.layer-row .long { font-size: 13px; }
.layer-row figcaption { font-size: 12px; margin-top: 3px; border-top: 2px solid #8a94a0; }
.layer-row .torch figcaption { border-top-style: dashed; }
.layer-row .difference figcaption { border-top-color: transparent; }
@media (min-width: 1600px) {
  .layer-row figure { width: 228px; }
  .layer-row img, .layer-row .number { height: 57px; max-width: 228px; }
}
@media (max-width: 640px) {  /* below each other, so that the same cells stand in one column */
  .layer-row .what { flex-basis: 100%; }
  .layer-row .strips, .layer-row figure { width: 100%; }
  .layer-row figure { display: flex; flex-direction: row-reverse; justify-content: flex-end;
    align-items: center; gap: 10px; }
  .layer-row img, .layer-row .number { height: 57px; width: 228px; max-width: 228px;
    object-fit: contain; object-position: left; }
  .layer-row .number { height: 32px; line-height: 32px; }
  .layer-row figcaption { border-top: 0; border-right: 2px solid #8a94a0; flex: 1 1 80px;
    padding-right: 8px; margin: 0; }
  .layer-row .torch figcaption { border-right-style: dashed; }
  .layer-row .difference figcaption { border-right-color: transparent; }
}
.layer-row .beyond { color: color-mix(in srgb, #D5005E 65%, currentColor); font-weight: 600; }
</style>
"""


def layers_html(layers: "Sequence[LayerComparison]") -> str:
    """Return all layers, top first."""
    return _STYLE + "".join(layer_html(each) for each in layers)


def layer_html(compared: "LayerComparison") -> str:
    """Return one layer's row."""
    from core.comparison.strips import draw_strips

    strips = draw_strips(compared.numpy, compared.torch)
    shape = " × ".join(map(str, compared.torch.shape))
    shown = f", first {strips.shown} maps" if strips.shown < strips.total else ""
    parameters = "".join(
        f"<small>{name} gradient: {agreement_html(found)}</small>"
        for name, found in compared.parameters
    )
    return (
        f'<div class="layer-row" data-layer="{compared.layer.index}"><div class="what">'
        f"<b>{escape(compared.layer.name)}</b><small>{shape}{shown}</small>"
        f"{agreement_html(compared.agreement)}{parameters}"
        f"<small>NumPy {short_time(compared.numpy_seconds)}, "
        f"torch {short_time(compared.torch_seconds)}</small></div>"
        f'<div class="strips">{figures_html(compared, strips)}</div></div>'
    )


def figures_html(compared: "LayerComparison", strips: "Strips") -> str:
    """Return the three pictures, or the three numbers where there is only one."""
    parts = []
    for name, array, content, scale in (
        ("NumPy", compared.numpy, strips.numpy, strips.scale),
        ("torch", compared.torch, strips.torch, strips.scale),
        ("difference", compared.numpy - compared.torch, strips.difference, strips.difference_scale),
    ):
        if array.size == 1:
            long = " long" if array.dtype == np.float64 and name != "difference" else ""
            picture = f'<span class="number{long}">{number(array.flat[0], name)}</span>'
            caption = name
        else:
            address = "data:image/png;base64," + base64.b64encode(content).decode()
            alt = f"{compared.layer.name}, {name}"
            picture = f'<img src="{address}" alt="{escape(alt)}">'
            caption = f"{name} ±{typeset(f'{scale:.2g}')}" if scale else f"{name}: none"
        parts.append(
            f'<figure class="{name.lower()}">{picture}<figcaption>{caption}</figcaption></figure>'
        )
    return "".join(parts)


def number(value: np.floating, name: str) -> str:
    """Write one number with all digits of its dtype, or a difference with two."""
    if name == "difference":
        return apart(float(value))
    return typeset(f"{value:.{9 if value.dtype == np.float32 else 17}g}")


def agreement_html(found: "Agreement") -> str:
    """Return the difference on the same input in units of rounding, marked where it is too much."""
    if not found.units:
        return "equal on the same input"
    if not found.within:
        return f'<span class="beyond">{escape(found.sentence)}</span>'
    return f"{found.units:.2g} of {found.allowed:,} units"
