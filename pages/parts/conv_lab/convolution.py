"""The convolution's results: what the rules say, the numbers, both engines, times and code."""

from dataclasses import replace
from typing import Any

import streamlit as st

from core.comparison.rounding import EXPLANATION
from core.conv_lab import codegen, timing
from core.conv_lab.edits import apply_edits
from core.conv_lab.engines import Result, carry_out
from core.conv_lab.experiment import Experiment
from core.conv_lab.lessons import (
    NAMES,
    what_breaks,
    where_it_shows,
    where_wrong,
    why_silent,
)
from core.conv_lab.look import Look
from core.conv_lab.questions import question_about
from core.conv_lab.rules import SIZE_FORMULA, Broken, find_broken_rule, size_formula
from core.conv_lab.sabotage import MISTAKES
from core.errors import NumbersError
from core.wording import listed, short_time, times_as_long
from pages.parts.conv_lab import controls, question_field, state
from pages.parts.conv_lab.lab import conv_view
from pages.parts.conv_lab.strips import strips
from pages.parts.conv_lab.take_away import TITLES, offer_experiment
from pages.parts.conv_lab.ways_out import offer_ways_out


def show() -> None:
    """Draw the whole lab for the session's experiment.

    The picture is sent before the controls above it, so that it follows a slider faster.
    """
    experiment = state.current()
    above = st.container(key="lab_controls")
    with st.container(key="lab_result"):
        result = _result(experiment)
    with above:
        controls.show(experiment)
    if result is not None:
        with st.container(key="lab_below"):
            _below(result)


def _result(experiment: Experiment) -> Result | None:
    """Draw the rule that is broken, or the formula, and the picture; None when it is an old one."""
    for sentence in state.sentences():
        st.warning(sentence, icon=":material/info:")
    broken = find_broken_rule(experiment)
    if broken is None:
        result = carry_out(experiment)
        st.session_state.lab_last_legal = experiment
        if experiment.mistake:
            _mistake(result)
        else:
            _formula(experiment)
    else:
        _offer(broken)
        result = carry_out(st.session_state.get("lab_last_legal", Experiment()))
    conv_view(
        result,
        st.session_state.get("lab_acknowledged", 0),
        state.look(),
        state.look_number(),
        stale=broken is not None,
        key="lab_view",
        on_edit=_edit,
        on_choose=_choose,
        on_look=_look,
    )
    return None if broken else result


def _formula(experiment: Experiment) -> None:
    high, wide = (size_formula(experiment, axis) for axis in (0, 1))
    text = f"Output size: {high}" if high == wide else f"Output height: {high} · width: {wide}"
    st.caption(text, help=SIZE_FORMULA)


def _offer(broken: Broken) -> None:
    ways = [(fix.label, (fix.experiment,)) for fix in broken.fixes]
    offer_ways_out(broken.sentence, ways, state.use, "lab_fix")


def _mistake(result: Result) -> None:
    silent = why_silent(result)
    if silent is None:
        wrong = listed([NAMES[array] for array in what_breaks(result)])
        why = MISTAKES[result.experiment.mistake].why
        st.markdown(f":red[:material/bug_report:] **Wrong now: {wrong}.** :small[{why}]")
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(
            f":material/visibility_off: **No difference at these settings.** {silent}",
            width="stretch",
        )
        st.button("Show where it breaks", type="primary", on_click=_show_where_it_breaks)


def _show_where_it_breaks() -> None:
    experiment = where_it_shows(state.current())
    state.jump(experiment, where_wrong(carry_out(experiment)))


def _edit(edits: list[dict[str, Any]] | None) -> None:
    seen = st.session_state.get("lab_acknowledged", 0)
    fresh = [edit for edit in edits or [] if edit["id"] > seen]
    try:
        state.use(apply_edits(state.current(), fresh))
    except NumbersError as error:
        state.complain(str(error))
    st.session_state.lab_acknowledged = max([seen, *(edit["id"] for edit in fresh)])


def _choose(chosen: list[int] | None) -> None:
    if chosen:
        state.change(chosen=tuple(int(k) for k in chosen))


def _look(seen: dict[str, Any] | None) -> None:
    if seen:
        cell = seen["cell"] and (int(seen["cell"][0]), int(seen["cell"][1]))
        shown = Look(str(seen["view"]), int(seen["channel"]), int(seen["out"]), cell)
        state.follow(replace(shown, apart=state.look().apart))


def _below(result: Result) -> None:
    question_field.ask(
        "conv", question_about(result.experiment), lambda changes: state.change(**changes)
    )
    st.subheader("NumPy, torch, and their difference", anchor=False, help=EXPLANATION)
    titled = {TITLES[name]: each for name, each in result.comparisons.items()}
    strips(titled, key="lab_strips")
    st.subheader("How long it takes", anchor=False)
    _times(result.experiment)
    st.subheader("Take it with you", anchor=False)
    offer_experiment(result, state.look())
    _code(result.experiment)


def _times(experiment: Experiment) -> None:
    wait = timing.expected_loop_seconds(experiment)
    label = "Measure" if wait < 1 else f"Measure (about {wait:.0f} s)"
    if st.button(label, icon=":material/timer:", key="lab_measure"):
        with st.spinner("Timing one forward and backward pass in three ways ..."):
            st.session_state.lab_times = experiment, timing.measure(experiment)
    measured = st.session_state.get("lab_times")
    if measured is None:
        st.caption("One forward and backward pass: the article's loops, the NumPy engine, torch.")
        return
    at, times = measured
    longest = max(each.seconds for each in times)
    fastest = min(each.seconds for each in times)
    rows = "".join(
        f"<tr><td>{each.name}</td><td style='width:60%'><div style='height:14px;min-width:2px;"
        f"background:var(--st-primary-color,#0072B2);width:{100 * each.seconds / longest:.2f}%'>"
        f"</div></td><td style='text-align:right'>{short_time(each.seconds)}</td>"
        f"<td style='text-align:right'>{times_as_long(each.seconds, fastest)}</td></tr>"
        for each in times
    )
    st.html(f"<table class='tabular' style='width:100%;max-width:720px'>{rows}</table>")
    if at != experiment:
        st.caption("These times are of earlier settings: measure again.")


def _code(experiment: Experiment) -> None:
    writers = {
        "torch": (codegen.torch_code, "convolution_torch.py"),
        "NumPy": (codegen.numpy_code, "convolution_numpy.py"),
        "pytest": (codegen.pytest_code, "test_convolution.py"),
    }
    choice = st.segmented_control(
        "Code for exactly these settings",
        list(writers),
        key="lab_code",
        default=None,
        persist_state="session",
    )
    if choice is None:
        return
    if experiment.mistake:
        st.caption(
            f"The planted mistake, {MISTAKES[experiment.mistake].title.lower()}, is not in this "
            "code: it computes the right numbers."
        )
    write, name = writers[choice]
    code = write(experiment)
    st.download_button(f"Download {name}", code, name, key="lab_download")
    st.code(code, language="python", height=420)
