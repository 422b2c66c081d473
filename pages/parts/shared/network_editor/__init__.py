"""The network's editor: blocks from the photo to the answer, and a text box that says the same.

The browser draws and reports gestures (``gestures.js``); what they do to the network is decided in
``core.architecture.editing``, and what is drawn is said by ``core.architecture.blocks``.
"""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core.architecture.blocks import describe
from core.architecture.editing import Editing, begin, carry_out, show
from core.architecture.library import canonical, presets
from core.architecture.plan import plan
from core.errors import ArchitectureError
from pages.parts.web import hear, register

_component = register(__file__)


@dataclass(frozen=True)
class EditedNetwork:
    """What an editor says: a network by its preset's name or its text, the last one it could read.

    ``problem`` is a sentence why no training can be started from it as it stands, for photos of the
    editor's size, or because the text box holds what cannot be read; empty when one can. The
    editor shows that sentence itself.
    """

    network: str
    problem: str = ""


@dataclass(frozen=True)
class _State:
    editing: Editing
    returned: str = ""
    acknowledged: int = 0


def network_editor(network: str, image_size: int, key: str) -> EditedNetwork:
    """Show a network and let it be edited, for photos of ``image_size`` x ``image_size`` pixels.

    ``network`` is a preset's name or a network's text. Give back each time the network that came
    out last, and another one only to show that instead: it becomes a step that can be undone. What
    was edited, and all undo and redo, belongs to the visitor's session under ``key``, and outlives
    a visit to another page.
    """
    state = _take_over(network, key)
    _component(
        key=key,
        data={
            "networks": (describe(state.editing, image_size),),
            "acknowledged": state.acknowledged,
        },
        on_gestures_change=hear(key, "gestures", lambda gestures: _carry_out(key, gestures or [])),
    )
    edited = _edited(state.editing, image_size)
    _keep(key, replace(state, returned=edited.network))
    return edited


def _take_over(network: str, key: str) -> _State:
    """Return what is edited, with the given network where it is another than came out last."""
    state: _State | None = st.session_state.get(_place(key))
    if state is None:
        return _State(begin(_text(network)))
    if _named(network) != state.returned:
        return replace(state, editing=show(state.editing, _text(network)))
    return state


def _text(network: str) -> str:
    """Return the text of a preset or the text that was given, which perhaps cannot be read."""
    return presets()[network].text if network in presets() else network


def _named(network: str) -> str:
    """Return the preset's name, or the text as the editor writes it."""
    try:
        return canonical(network)
    except ArchitectureError:
        return network


def _edited(editing: Editing, image_size: int) -> EditedNetwork:
    problem = plan(editing.layers, image_size).problem
    why = editing.typed.sentence if editing.typed else problem.sentence if problem else ""
    return EditedNetwork(canonical(editing.text), why)


def _carry_out(key: str, gestures: list[dict[str, Any]]) -> None:
    """Do what the browser reports, each gesture once: it repeats what is not acknowledged."""
    state: _State = st.session_state[_place(key)]
    for gesture in gestures:
        if gesture["id"] > state.acknowledged:
            editing = carry_out(state.editing, gesture)
            state = replace(state, editing=editing, acknowledged=gesture["id"])
    _keep(key, state)


def _keep(key: str, state: _State) -> None:
    st.session_state[_place(key)] = state


def _place(key: str) -> str:
    """Name the place in the session: not the component's own, which dies with the page."""
    return f"{key}-editing"
