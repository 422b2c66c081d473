"""A network that somebody is editing: what it is, what was typed, and what each gesture does to it.

A gesture comes from a browser as a mapping: ``do`` names it, and ``place``, ``to``, ``kind``,
``name``, ``value``, ``text`` say the rest. Those with the same ``gesture`` are undone together.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from core.architecture.edits import (
    History,
    change,
    default_layer,
    insert,
    limited,
    move,
    remove,
)
from core.architecture.layers import KINDS
from core.architecture.text import Layers, read, write
from core.errors import ArchitectureError


@dataclass(frozen=True)
class Typed:
    """A text that cannot be read, the sentence why, and the line where, counted from 1."""

    text: str
    sentence: str
    line: int | None


@dataclass(frozen=True)
class Editing:
    """The state of an editor.

    ``typed`` is what was typed last while it cannot be read; the network then is the last that
    could be. ``complaint`` says why the last gesture did nothing. ``rewritten`` counts the changes
    that did not come from typing: the text box must follow those.
    """

    history: History
    typed: Typed | None = None
    complaint: str = ""
    rewritten: int = 0

    @property
    def layers(self) -> Layers:
        """The network."""
        return self.history.present

    @property
    def text(self) -> str:
        """The network's text."""
        return write(self.layers)


def begin(text: str) -> Editing:
    """Start with a network's text; one that cannot be read is kept as if it had been typed."""
    return type_text(Editing(History(())), text, "begin", first=True)


def show(editing: Editing, text: str) -> Editing:
    """Show another network; what was there can be had back."""
    shown = type_text(editing, text, "")
    return replace(shown, rewritten=editing.rewritten + 1, complaint="")


def type_text(editing: Editing, text: str, gesture: str, first: bool = False) -> Editing:
    """Take over a typed text, as far as it can be read."""
    try:
        layers = read(text)
    except ArchitectureError as error:
        return replace(editing, typed=Typed(text, str(error), error.line), complaint="")
    history = History(layers) if first else editing.history.then(layers, gesture)
    return replace(editing, history=history, typed=None, complaint="")


def carry_out(editing: Editing, gesture: Mapping[str, Any]) -> Editing:
    """Do what a gesture says; one that came too late for the network as it is does nothing."""
    if gesture.get("do") == "type":
        return type_text(editing, str(gesture["text"]), str(gesture.get("gesture", "")))
    editing = replace(editing, rewritten=editing.rewritten + 1, complaint="")
    try:
        return DOINGS[gesture["do"]](editing, gesture)
    except ArchitectureError as error:
        return replace(editing, complaint=str(error))
    except (KeyError, IndexError, TypeError):
        return editing


def undo(editing: Editing, gesture: Mapping[str, Any]) -> Editing:
    """Drop a text that cannot be read, else go back a step."""
    if editing.typed:
        return replace(editing, typed=None)
    return replace(editing, history=editing.history.undone())


def redo(editing: Editing, gesture: Mapping[str, Any]) -> Editing:
    """Take back the last ``undo``."""
    return replace(editing, typed=None, history=editing.history.redone())


def changing(new: Callable[[Layers, Mapping[str, Any]], Layers]) -> "Doing":
    """Make a gesture of a function of the layers."""

    def do(editing: Editing, gesture: Mapping[str, Any]) -> Editing:
        layers = new(editing.layers, gesture)
        history = editing.history.then(layers, str(gesture.get("gesture", "")))
        return replace(editing, history=history, typed=None)

    return do


def insert_kind(layers: Layers, gesture: Mapping[str, Any]) -> Layers:
    """Add a layer of a kind."""
    place = gesture["place"]
    return insert(layers, place, default_layer(KINDS[gesture["kind"]], layers, place))


Doing = Callable[[Editing, Mapping[str, Any]], Editing]
DOINGS: Final[Mapping[str, Doing]] = {
    "undo": undo,
    "redo": redo,
    "insert": changing(insert_kind),
    "remove": changing(lambda layers, each: remove(layers, each["place"])),
    "move": changing(lambda layers, each: move(layers, each["place"], each["to"])),
    "change": changing(
        lambda layers, each: change(layers, each["place"], each["name"], str(each["value"]))
    ),
    "use": changing(lambda layers, each: limited(read(each["text"]))),
}
"""What each gesture but typing does."""
