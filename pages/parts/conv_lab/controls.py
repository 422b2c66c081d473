"""Everything that can be chosen for a convolution; every change goes through ``state``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import streamlit as st

from core.config import DTYPES
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import INPUTS, KERNELS, RANGES, UPSTREAMS, Experiment
from core.conv_lab.lessons import where_wrong
from core.conv_lab.look import Look
from core.conv_lab.rules import is_legal
from core.conv_lab.sabotage import MISTAKES
from pages.parts.conv_lab import own_input, state

_STYLE = """
<style>
.st-key-lab_sliders, .st-key-lab_choices { row-gap: .1rem; }
.st-key-lab_sliders > div { flex: 1 1 88px !important; min-width: 88px; max-width: 240px; }
.stMainBlockContainer > [data-testid="stVerticalBlock"],
.st-key-lab_controls, .st-key-lab_result { gap: .55rem; }
@media (max-width: 640px) {  /* on the phone the picture comes first, then what changes it */
  div:has(> .st-key-lab_result) { order: 1; }
  div:has(> .st-key-lab_controls) { order: 2; }
  div:has(> .st-key-lab_below) { order: 3; }
}
.st-key-lab_choices > div { flex: 1 1 126px !important; min-width: 114px; }
.st-key-lab_choices > div:nth-child(2) { flex-basis: 134px !important; }
.st-key-lab_choices > div:nth-child(3) { flex-basis: 150px !important; }
.st-key-lab_choices > div:nth-child(4) { flex: 9 1 170px !important; }
.st-key-lab_choices > div:nth-child(5) { flex-basis: 148px !important; }
.st-key-lab_choices > div:nth-child(6) { flex-basis: 114px !important; }
.st-key-lab_choices [data-testid="stSelectbox"] :is(input, [value]) { text-overflow: ellipsis; }
.st-key-lab_sliders [data-testid="stWidgetLabel"] p { white-space: nowrap; }
</style>
"""
_PAIRS = (
    ("size", "Input", "Cells a side."),
    ("kernel", "Kernel", "Rows and columns of weights that slide over the input."),
    ("stride", "Stride", "How many cells the window moves from one output to the next."),
    ("padding", "Padding", "How many zeros are put round the input on each side."),
    (
        "dilation",
        "Dilation",
        "Distance between the cells that one window reads; 1 leaves no holes.",
    ),
)
_NUMBERS = (
    ("channels", "Channels in", "How many pictures the input has, such as R, G and B."),
    ("out_channels", "Channels out", "How many kernels there are, one output each."),
    ("groups", "Groups", "1: every output reads all inputs. More: each its own share."),
)
_AXIS_WORDS: dict[tuple[int, ...], str] = {(0, 1): "", (0,): " height", (1,): " width"}


def show(experiment: Experiment) -> None:
    """Draw the controls: sliders for the sizes, then what the numbers are, then the rest folded."""
    st.html(_STYLE)
    with st.container(horizontal=True, key="lab_sliders", gap="small"):
        for axes in _axes(experiment):
            for name, label, explanation in _PAIRS:
                _pair_slider(experiment, name, label, explanation, axes)
        for name, label, explanation in _NUMBERS:
            _number_slider(experiment, name, label, explanation)
    with st.container(horizontal=True, key="lab_choices", vertical_alignment="bottom"):
        _choice(experiment, "image", "Input", INPUTS, own=bool(experiment.image_data))
        _choice(experiment, "filters", "Kernel", KERNELS, own=bool(experiment.filters_data))
        _choice(experiment, "upstream", "Upstream", UPSTREAMS, own=bool(experiment.upstream_data))
        mistakes = {"": "none"} | {key: each.title for key, each in MISTAKES.items()}
        _choice(experiment, "mistake", "Mistake", mistakes, apply=_plant)
        own = st.popover("Own numbers", icon=":material/edit_square:", on_change="rerun")
        if own.open:  # a closed one costs every slider's move the time to fill it
            with own:
                own_input.show()
        with st.popover("More", icon=":material/tune:"):
            _rest(experiment)


def _axes(experiment: Experiment) -> Iterable[tuple[int, ...]]:
    return ((0,), (1,)) if _apart(experiment) else ((0, 1),)


def _apart(experiment: Experiment) -> bool:
    return state.look().apart or not experiment.square


def _pair_slider(
    experiment: Experiment, name: str, label: str, explanation: str, axes: tuple[int, ...]
) -> None:
    _slider(
        "Input size" if name == "size" and axes == (0, 1) else label + _AXIS_WORDS[axes],
        f"{name}{axes[0]}",
        getattr(experiment, name)[axes[0]],
        RANGES["height" if name == "size" else name],
        lambda value: state.use(state.current().with_pair(name, axes, value)),
        explanation,
    )


def _number_slider(experiment: Experiment, name: str, label: str, explanation: str) -> None:
    _slider(
        label,
        name,
        getattr(experiment, name),
        RANGES[name],
        lambda value: state.change(**{name: value}),
        explanation,
    )


def _slider(
    label: str,
    name: str,
    value: int,
    limits: tuple[int, int],
    apply: Callable[[int], None],
    explanation: str,
) -> None:
    key = _key(name, value)
    st.slider(
        label,
        *limits,
        value,
        key=key,
        on_change=lambda: apply(st.session_state[key]),
        help=explanation,
    )


def _choice(
    experiment: Experiment,
    name: str,
    label: str,
    names: Mapping[str, str],
    own: bool = True,
    apply: Callable[[str], None] | None = None,
) -> None:
    def change(value: str) -> None:
        state.change(**{name: value})

    options = [key for key in names if key != "own" or own]
    chosen = getattr(experiment, name)
    key = _key(name, chosen)
    st.selectbox(
        label,
        options,
        options.index(chosen),
        format_func=lambda option: f"{label}: {_lower(names[option])}",
        key=key,
        on_change=lambda: (apply or change)(st.session_state[key]),
        label_visibility="collapsed",
    )


def _same_padding(experiment: Experiment) -> None:
    same = experiment.same_padding
    st.button(
        "Same padding",
        disabled=same in (None, experiment.padding),
        on_click=lambda: state.change(padding=same),
        help="As much padding as keeps the size at a stride of 1: dilation·(kernel − 1) / 2 on "
        f"each side, at most {RANGES['padding'][1]}. There is none where that is no whole number.",
    )


def _plant(mistake: str) -> None:
    """Plant a mistake, and look at what it breaks."""
    experiment = state.current().with_changes(mistake=mistake)
    state.jump(experiment, where_wrong(carry_out(experiment)) if is_legal(experiment) else None)


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _key(name: str, value: object) -> str:
    """Return the key of the widget that shows ``value``: a new one where it would show another.

    The value is given to the widget with every run. Set under its key instead, Streamlit would tell
    the browser in one run only, and a widget in a popover that is opened later would show, and send
    back, what it had not been told.
    """
    versions = st.session_state.setdefault("lab_versions", {})
    key = f"lab_{name}_{versions.get(name, 0)}"
    if st.session_state.get(key, value) == value:
        return key
    versions[name] = versions.get(name, 0) + 1
    return f"lab_{name}_{versions[name]}"


def _rest(experiment: Experiment) -> None:
    _same_padding(experiment)
    bias = _key("bias", experiment.bias)
    st.toggle(
        "Bias",
        experiment.bias,
        key=bias,
        on_change=lambda: state.change(bias=st.session_state[bias]),
    )
    apart = _key("apart", _apart(experiment))
    st.toggle(
        "Height and width apart",
        _apart(experiment),
        key=apart,
        on_change=lambda: _set_apart(st.session_state[apart]),
        help="Rectangular inputs, kernels, strides, paddings and dilations.",
    )
    dtype = _key("dtype", experiment.dtype)
    st.radio(
        "Numbers",
        DTYPES,
        DTYPES.index(experiment.dtype),
        key=dtype,
        horizontal=True,
        on_change=lambda: state.change(dtype=st.session_state[dtype]),
        help="float32 keeps about 7 digits, float64 about 16.",
    )
    seed = _key("seed", experiment.seed)
    st.number_input(
        "Seed of random numbers",
        *RANGES["seed"],
        experiment.seed,
        key=seed,
        on_change=lambda: state.change(seed=st.session_state[seed]),
    )
    st.button(
        "Start again", on_click=lambda: state.use(Experiment(), Look()), icon=":material/refresh:"
    )


def _set_apart(apart: bool) -> None:
    experiment = state.current()
    state.use(experiment if apart else experiment.squared())
    state.follow(replace(state.look(), apart=apart))
