"""An experiment as a page's address, and back: only what differs from the default is written."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar, cast

from core.config import DTYPES
from core.conv_lab.experiment import (
    INPUTS,
    KERNELS,
    PAIRS,
    RANGES,
    UPSTREAMS,
    Experiment,
)
from core.conv_lab.look import VIEWS, Look
from core.conv_lab.own import decode_own
from core.conv_lab.sabotage import MISTAKES
from core.errors import NumbersError
from core.wording import quote

_Places = TypeVar("_Places", bound=tuple[int, ...])
_DEFAULT = Experiment()
_NUMBERS = ("channels", "out_channels", "groups", "seed")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "dtype": DTYPES,
    "image": tuple(INPUTS),
    "filters": tuple(KERNELS),
    "upstream": tuple(UPSTREAMS),
    "mistake": ("", *MISTAKES),
}


def to_query(experiment: Experiment) -> dict[str, str]:
    """Write an experiment as query parameters; the default one is an empty address."""
    query = {}
    if experiment.size != _DEFAULT.size:
        query["size"] = _pair_text(experiment.size)
    for name in (field.name for field in fields(Experiment)):
        value = getattr(experiment, name)
        if name in ("height", "width") or value == getattr(_DEFAULT, name):
            continue
        if name in PAIRS:
            query[name] = _pair_text(value)
        elif name == "chosen":
            query[name] = ".".join(map(str, value))
        else:
            query[name] = str(int(value)) if isinstance(value, bool) else str(value)
    return query


def from_query(query: Mapping[str, str]) -> tuple[Experiment, list[str]]:
    """Read an experiment from query parameters, and a sentence about everything that was wrong.

    Numbers out of range are clamped, what can not be read is left at its default; keys of other
    things are ignored. ``from_query(to_query(e)) == (e, [])`` for every experiment in range.
    """
    reader = _Reader(query)
    values: dict[str, Any] = {name: reader.pair(name) for name in PAIRS}
    values["height"], values["width"] = values.pop("size")
    values |= {name: reader.number(name) for name in _NUMBERS}
    values |= {name: reader.choice(name, choices) for name, choices in _CHOICES.items()}
    values["bias"] = reader.flag("bias", True)
    values["chosen"] = reader.places("chosen", ("channel", "row", "column"), _DEFAULT.chosen)
    experiment = Experiment(**values)
    return reader.own_data(experiment), reader.sentences


def look_to_query(look: Look) -> dict[str, str]:
    """Write what is looked at as query parameters; the first look is an empty address."""
    query = {"view": look.view, "in": str(look.channel), "out": str(look.out)}
    query = {key: text for key, text in query.items() if text not in ("y", "0")}
    if look.cell is not None:
        query["cell"] = ".".join(map(str, look.cell))
    return query | ({"apart": "1"} if look.apart else {})


def look_from_query(query: Mapping[str, str]) -> tuple[Look, list[str]]:
    """Read what is looked at, and a sentence about everything that was wrong.

    ``look_from_query(look_to_query(l)) == (l, [])``, but a look may lie outside the experiment.
    """
    reader = _Reader(query)
    view = reader.text("view", VIEWS, "y")
    (channel,), (out,) = (reader.places(key, ("channel",), (0,)) for key in ("in", "out"))
    cell = reader.places("cell", ("row", "column"), (0, 0)) if "cell" in query else None
    return Look(view, channel, out, cell, reader.flag("apart", False)), reader.sentences


class _Reader:
    """Reads values one by one and collects a sentence for each that is not as it should be."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self.query = query
        self.sentences: list[str] = []

    def number(self, name: str) -> int:
        text = self.query.get(name)
        default = int(getattr(_DEFAULT, name))
        return default if text is None else self._in_range(name, name, text, default)

    def pair(self, key: str) -> tuple[int, int]:
        name = "height" if key == "size" else key
        default = cast(tuple[int, int], getattr(_DEFAULT, key))
        text = self.query.get(key)
        if text is None:
            return default
        parts = text.lower().split("x")
        if len(parts) > 2:
            self._refuse(key, text, "one number or two like 2x3", _pair_text(default))
            return default
        first = self._in_range(key, name, parts[0], default[0])
        return first, self._in_range(key, name, parts[-1], default[1]) if len(parts) == 2 else first

    def places(self, key: str, names: tuple[str, ...], default: _Places) -> _Places:
        text = self.query.get(key)
        if text is None:
            return default
        parts = text.split(".")
        if len(parts) != len(names) or not all(part.isascii() and part.isdigit() for part in parts):
            example = ".".join("0235"[: len(names)])
            used = ".".join(map(str, default))
            self._refuse(key, text, f"{'.'.join(names)} like {example}", used)
            return default
        return cast(_Places, tuple(min(int(part[:6]), 999) for part in parts))

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        return self.text(key, choices, str(getattr(_DEFAULT, key)))

    def text(self, key: str, choices: tuple[str, ...], default: str) -> str:
        text = self.query.get(key)
        if text is None or text in choices:
            return default if text is None else text
        self._refuse(key, text, "one of " + ", ".join(filter(None, choices)), default or "none")
        return default

    def flag(self, key: str, default: bool) -> bool:
        text = self.query.get(key)
        if text is not None and text not in ("0", "1"):
            self._refuse(key, text, "0 or 1", str(int(default)))
        return {"0": False, "1": True}.get(text or "", default)

    def own_data(self, experiment: Experiment) -> Experiment:
        """Add the user's own numbers; where they can not be read, the default takes their place."""
        sources: list[tuple[str, str, Callable[[], tuple[int, ...]]]] = [
            ("image_data", "image", lambda: (1, 1, 1)),
            ("filters_data", "filters", lambda: (1, 1, 1, 1)),
            ("upstream_data", "upstream", lambda: (1, 1, 1)),
            ("bias_data", "", lambda: (1,)),
        ]
        for key, name, shape in sources:
            text = self.query.get(key, "")
            if text:
                try:
                    decode_own(text, shape())
                except NumbersError as error:
                    self.sentences.append(f"In the address, {key} can not be used. {error}")
                    text = ""
            own = name and getattr(experiment, name) == "own"
            if own and not text:
                experiment = experiment.with_changes(**{name: getattr(_DEFAULT, name)})
                if key not in self.query:
                    self.sentences.append(
                        f"In the address, {name} must come with {key} to be 'own', not alone."
                    )
            if text:
                experiment = experiment.with_changes(**{key: text})
        return experiment

    def _in_range(self, key: str, name: str, text: str, default: int) -> int:
        digits = text[1:] if text[:1] in "+-" else text
        if not (digits.isascii() and digits.isdigit()):
            self._refuse(key, text, "a whole number", str(default))
            return default
        low, high = RANGES[name]
        value = int(text[:9])
        clamped = min(max(value, low), high)
        if clamped != value:
            self.sentences.append(
                f"In the address, {key} must be from {low} to {high}, not {value}; "
                f"{clamped} is used."
            )
        return clamped

    def _refuse(self, key: str, text: str, expected: str, used: str) -> None:
        self.sentences.append(
            f"In the address, {key} must be {expected}, not {quote(text)}; {used} is used."
        )


def _pair_text(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}x{pair[1]}"
