"""The other layers: settings, the numbers with their sums, both engines' arrays."""

from collections.abc import Mapping
from html import escape

import streamlit as st

from core.comparison.rounding import EXPLANATION, Comparison
from core.conv_lab.demos import Demo, Initialisation, Layer, Loss
from core.conv_lab.demos.by_hand import number
from core.conv_lab.demos.demo import Row
from core.conv_lab.demos.loss import curves
from core.conv_lab.demos.settings import Broken, Setting, own_fields, settings
from core.conv_lab.questions import question_about
from pages.parts.conv_lab import layer_numbers, layer_state, question_field, state
from pages.parts.conv_lab.initialisation import COLOURS, show_initialisation
from pages.parts.conv_lab.layer_take_away import offer_layer
from pages.parts.conv_lab.layer_view import layer_view
from pages.parts.conv_lab.strips import strips
from pages.parts.conv_lab.ways_out import offer_ways_out
from pages.parts.shared.following import follow
from pages.parts.shared.line_chart import Chart, Mark, Series, line_chart
from pages.parts.shared.words import escape_markdown

_STYLE = """
<style>
.st-key-layer_sliders { row-gap: .2rem; }
.st-key-layer_sliders > div { flex: 1 1 110px !important; min-width: 110px; max-width: 260px; }
.st-key-layer_sliders > div:has([data-testid="stCheckbox"], [data-testid="stPopover"],
  [data-testid="stButton"]) {
  flex: 0 0 auto !important; width: auto !important; max-width: none; }
.st-key-layer_steps { padding-bottom: 1.4rem; }
.st-key-layer_steps p { margin-bottom: .15rem; font-variant-numeric: tabular-nums; }
.layer-values { border-collapse: collapse; width: 100%; max-width: 900px; font-size: 14px; }
.layer-values :is(td, th) { text-align: right; padding: 4px 8px; border-bottom: 1px solid #8883;
  vertical-align: top; font-weight: 400; }
.layer-values :is(td, th):first-child { text-align: left; padding-left: 0; }
.layer-values thead th { opacity: .75; font-size: 12px; line-height: 1.25; }
.layer-values small { display: block; opacity: .75; }
.layer-values .apart { color: color-mix(in srgb, #D5005E 65%, currentColor); font-weight: 600; }
@media (max-width: 640px) {
  .layer-values { font-size: 12px; }
  .layer-values :is(td, th) { padding: 4px 3px; }
}
</style>
"""


def show(name: str) -> None:
    """Draw one layer's tab; ``name`` is one of ``core.conv_lab.demos.LAYERS``."""
    st.html(_STYLE)
    for sentence in state.sentences():
        st.warning(sentence, icon=":material/info:")
    layer = layer_state.current(name)
    with st.container(
        horizontal=True, key="layer_sliders", gap="medium", vertical_alignment="center"
    ):
        _controls(name, layer)
    broken = layer.broken()
    if broken:
        _offer(name, layer, broken)
        layer = st.session_state.get(f"layer_legal_{name}", type(layer)())
    else:
        st.session_state[f"layer_legal_{name}"] = layer
    comparisons: Mapping[str, Comparison]
    if isinstance(layer, Initialisation):
        demo, comparisons = None, show_initialisation(layer)
    else:
        demo = _show(name, layer, stale=broken is not None)
        comparisons = demo.comparisons
    if broken is None:
        question_field.ask(
            name,
            question_about(layer),
            lambda changes: layer_state.use(name, layer_state.current(name).but(**changes)),
        )
    st.caption("NumPy, torch, and their difference", help=EXPLANATION)
    strips(comparisons, key="layer_strips")
    if demo is not None and demo.panels:
        offer_layer(name, state.LAYERS[name], layer, demo)


def _controls(name: str, layer: Layer) -> None:
    for field, setting in settings(layer).items():
        _control(name, field, setting, getattr(layer, field))
    dtype = _key(name, "dtype")

    def choose_dtype() -> None:
        chosen = "float64" if st.session_state[dtype] else "float32"
        layer_state.use(name, layer_state.current(name).but(dtype=chosen))

    st.toggle(
        "float64",
        bool(follow(dtype, layer.dtype == "float64")),
        key=dtype,
        on_change=choose_dtype,
        help="16 digits instead of 7.",
    )
    if own_fields(layer):
        own = st.popover("Own numbers", icon=":material/edit_square:", on_change="rerun")
        if own.open:
            with own:
                layer_numbers.show(name)


def _control(name: str, field: str, setting: Setting, value: int | float) -> None:
    if setting.button:
        following = value + 1 if value < setting.high else setting.low
        st.button(
            setting.label,
            key=_key(name, field),
            on_click=lambda: layer_state.use(
                name, layer_state.current(name).but(**{field: type(value)(following)})
            ),
            help=setting.explanation,
            icon=":material/casino:",
        )
        return
    key = _key(name, field)
    shown = follow(key, bool(value) if setting.switch else value)

    def change() -> None:
        chosen = type(value)(st.session_state[key])
        layer_state.use(name, layer_state.current(name).but(**{field: chosen}))

    if setting.switch:
        st.toggle(setting.label, bool(shown), key=key, on_change=change, help=setting.explanation)
        return
    kind = type(value)
    low, high, step = (kind(each) for each in (setting.low, setting.high, setting.step))
    st.slider(
        setting.label,
        low,
        high,
        shown,
        step=step,
        format=f"%.{_decimals(setting.step)}f" if kind is float else None,
        key=key,
        on_change=change,
        help=setting.explanation,
    )


def _decimals(step: float) -> int:
    """How many digits after the point tell two neighbouring values apart."""
    return len(f"{step:g}".partition(".")[2])


def _key(name: str, field: str) -> str:
    return f"layer_{name}_{field}"


def _offer(name: str, layer: Layer, broken: Broken) -> None:
    ways = [(way.label, (name, layer.but(**way.changes))) for way in broken.ways_out]
    offer_ways_out(broken.sentence, ways, layer_state.use, "layer_way")


def _show(name: str, layer: Layer, stale: bool) -> Demo:
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    if demo.panels:
        layer_view(name, layer, demo, stale=stale, key=f"layer_view_{name}")
    with st.container(border=True, key="layer_steps"):
        for title, line in demo.steps:
            st.markdown(f"**{title}**   {escape_markdown(line)}")
        if demo.rows:
            st.html(_values_html(demo.rows))
        st.caption(demo.note)
    if isinstance(layer, Loss):
        _curves(layer)
    return demo


def _values_html(rows: tuple[Row, ...]) -> str:
    """Draw what the formulas give beside what torch makes of it; what differs is marked."""

    def cell(row: Row, value: float | None) -> str:
        if value is None:
            return "<td></td>"
        apart = abs(value - row.exact) > 1e-3 * abs(row.exact)
        return f"<td class='apart'>{number(value)} ≠</td>" if apart else f"<td>{number(value)}</td>"

    body = "".join(
        f"<tr><th scope='row'>{escape(row.name)}<small>{escape(row.formula)}</small></th>"
        f"<td>{number(row.exact)}</td>{cell(row, row.two_steps)}{cell(row, row.one_step)}</tr>"
        for row in rows
    )
    heads = ("", "the formula", "torch: sigmoid, then loss of p", "torch: loss of z in one step")
    head = "".join(f"<th scope='col'>{each}</th>" for each in heads)
    return f"<table class='layer-values tabular'><thead><tr>{head}</tr></thead>{body}</table>"


def _curves(layer: Loss) -> None:
    """Draw the curves over the logit, with a mark where the slider stands."""
    known = curves(layer.target, max(8, abs(layer.logit)))
    line_chart(
        Chart(
            f"Over the logit, for a {('dog', 'cat')[layer.target]}",
            [
                Series(name, [float(v) for v in x], [float(v) for v in y], colour)
                for (name, (x, y)), colour in zip(known.items(), COLOURS, strict=False)
            ],
            x_label="logit z",
            y_label="value",
            marks=[Mark(layer.logit, f"z = {number(layer.logit)}")],
        ),
        key="layer_curves",
    )
    st.caption(
        "What to look for: the loss grows without end where the network is sure and wrong, "
        "but its gradient at z never gets beyond 1 in size."
    )
