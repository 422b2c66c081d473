"""Everything that can be chosen for a convolution; every change goes through ``state``."""

from collections.abc import Callable, Iterable

import streamlit as st

from core.config import DTYPES
from core.conv_lab.experiment import INPUTS, KERNELS, RANGES, UPSTREAMS, Experiment
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
.st-key-lab_choices > div { flex: 1 1 130px !important; min-width: 120px; }
.st-key-lab_sliders [data-testid="stWidgetLabel"] p { white-space: nowrap; }
</style>
"""
_PAIRS = (
    ("kernel", "Kernel", "Rows and columns of weights that slide over the input."),
    ("stride", "Stride", "How many cells the window moves from one output to the next."),
    ("padding", "Padding", "How many zeros are put round the input on each side."),
    (
        "dilation",
        "Dilation",
        "Distance between the cells that one window reads; 1 leaves no holes.",
    ),
)

_AXIS_WORDS: dict[tuple[int, ...], str] = {(0, 1): "", (0,): " height", (1,): " width"}


def show(experiment: Experiment) -> None:
    """Draw the controls: sliders for the sizes, then what the numbers are, then the rest folded."""
    st.html(_STYLE)
    with st.container(horizontal=True, key="lab_sliders", gap="small"):
        for axes in _axes(experiment):
            _size_slider(experiment, axes)
            for name, label, explanation in _PAIRS:
                _pair_slider(experiment, name, label, explanation, axes)
        _slider("channels", "Channels in", "How many pictures the input has, such as R, G and B.")
        _slider("out_channels", "Channels out", "How many kernels there are, one output each.")
        _slider("groups", "Groups", "1: every output reads all inputs. More: each its own share.")
    with st.container(horizontal=True, key="lab_choices", vertical_alignment="bottom"):
        _choice("image", "Input", INPUTS, own=bool(experiment.image_data))
        _choice("filters", "Kernel", KERNELS, own=bool(experiment.filters_data))
        _choice("upstream", "Upstream", UPSTREAMS)
        mistakes = {"": "none"} | {key: each.title for key, each in MISTAKES.items()}
        _choice("mistake", "Mistake", mistakes)
        own = st.popover("Own numbers", icon=":material/edit_square:", on_change="rerun")
        if own.open:  # a closed one costs every slider's move the time to fill it
            with own:
                own_input.show()
        with st.popover("More", icon=":material/tune:"):
            _rest(experiment)


def _axes(experiment: Experiment) -> Iterable[tuple[int, ...]]:
    apart = st.session_state.get("lab_apart", False) or not experiment.square
    return ((0,), (1,)) if apart else ((0, 1),)


def _size_slider(experiment: Experiment, axes: tuple[int, ...]) -> None:
    def apply(value: int) -> None:
        state.change(**{("height", "width")[axis]: value for axis in axes})

    name = "Input" + (_AXIS_WORDS[axes] or " size")
    _bound_slider(
        name, f"size{axes[0]}", experiment.size[axes[0]], RANGES["height"], apply, "Cells a side."
    )


def _pair_slider(
    experiment: Experiment, name: str, label: str, explanation: str, axes: tuple[int, ...]
) -> None:
    def apply(value: int) -> None:
        pair = [value if axis in axes else getattr(state.current(), name)[axis] for axis in (0, 1)]
        state.change(**{name: tuple(pair)})

    title = label + _AXIS_WORDS[axes]
    value = getattr(experiment, name)[axes[0]]
    _bound_slider(title, f"{name}{axes[0]}", value, RANGES[name], apply, explanation)


def _slider(name: str, label: str, explanation: str) -> None:
    def apply(value: int) -> None:
        state.change(**{name: value})

    _bound_slider(label, name, getattr(state.current(), name), RANGES[name], apply, explanation)


def _bound_slider(
    label: str,
    name: str,
    value: int,
    limits: tuple[int, int],
    apply: Callable[[int], None],
    explanation: str,
) -> None:
    key = _follow(name, value)
    st.slider(
        label,
        *limits,
        key=key,
        on_change=lambda: apply(st.session_state[key]),
        help=explanation,
    )


def _choice(name: str, label: str, names: object, own: bool = True) -> None:
    titles = dict(names)  # type: ignore[call-overload]
    options = [key for key in titles if key != "own" or own]
    key = _follow(name, getattr(state.current(), name))
    st.selectbox(
        label,
        options,
        format_func=lambda option: f"{label}: {_lower(titles[option])}",
        key=key,
        on_change=lambda: state.change(**{name: st.session_state[key]}),
        label_visibility="collapsed",
    )


def _lower(title: str) -> str:
    return title[0].lower() + title[1:]


def _follow(name: str, value: object) -> str:
    """Let a widget show the experiment's value; set it only when it differs, or drags jump back."""
    key = f"lab_{name}"
    if st.session_state.get(key) != value:
        st.session_state[key] = value
    return key


def _rest(experiment: Experiment) -> None:
    bias = _follow("bias", experiment.bias)
    st.toggle("Bias", key=bias, on_change=lambda: state.change(bias=st.session_state[bias]))
    apart = _follow("apart", not experiment.square or st.session_state.get("lab_apart", False))
    st.toggle(
        "Height and width apart",
        key=apart,
        persist_state="session",
        on_change=_square_up,
        help="Rectangular inputs, kernels, strides, paddings and dilations.",
    )
    dtype = _follow("dtype", experiment.dtype)
    st.radio(
        "Numbers",
        DTYPES,
        key=dtype,
        horizontal=True,
        on_change=lambda: state.change(dtype=st.session_state[dtype]),
        help="float32 keeps about 7 digits, float64 about 16.",
    )
    seed = _follow("seed", experiment.seed)
    st.number_input(
        "Seed of random numbers",
        *RANGES["seed"],
        key=seed,
        on_change=lambda: state.change(seed=st.session_state[seed]),
    )
    st.button("Start again", on_click=lambda: state.use(Experiment()), icon=":material/refresh:")


def _square_up() -> None:
    if not st.session_state.lab_apart:
        experiment = state.current()
        pairs = {name: (getattr(experiment, name)[0],) * 2 for name, _, _ in _PAIRS}
        state.change(width=experiment.height, **pairs)
