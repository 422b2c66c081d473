"""What the check knows of a layer: its calls, its cases, torch's truth, its usual mistakes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.comparison.rounding import Array, Sums


@dataclass(frozen=True)
class Case:
    """One choice of shapes and settings, by name."""

    values: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, **values: object) -> "Case":
        """Make a case."""
        return cls(tuple(values.items()))

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a setting is what its name says
        return dict(self.values)[name]

    def __contains__(self, name: str) -> bool:
        return any(name == each for each, _ in self.values)

    def but(self, **changes: object) -> "Case":
        """Return a copy with other values."""
        unknown = changes.keys() - dict(self.values).keys()
        if unknown:
            raise KeyError(f"a case has no {unknown}")
        return Case(tuple(({**dict(self.values), **changes}).items()))

    def unlike(self, other: "Case") -> dict[str, Any]:
        """Return the values in which it differs from another case."""
        return {name: value for name, value in self.values if other[name] != value}


@dataclass(frozen=True, eq=False)
class Facts:
    """What goes in, by role, and what must come out, by name, in torch's layout.

    ``sums`` are those behind each result: what rounding goes by.
    """

    given: Mapping[str, Any]
    results: Mapping[str, Array]
    sums: Mapping[str, Sums]

    def __getitem__(self, role: str) -> Any:  # noqa: ANN401 - an array or a setting
        return self.given[role]


@dataclass(frozen=True)
class Pass:
    """One direction: the roles that a function may take, in torch's order, and what it gives back.

    It must take those in ``needs``. Results in ``in_place`` may be written into the argument of
    that role instead of being returned.
    """

    takes: tuple[str, ...]
    needs: tuple[str, ...]
    gives: tuple[str, ...]
    in_place: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mistake:
    """A usual mistake: what comes out as ``result`` when it is made.

    ``says`` follows "That is what comes out when". ``gives`` returns None where the numbers' shapes
    do not even allow it; ``remedy`` is a sentence on what to do.
    """

    result: str
    says: str
    gives: Callable[[Facts], Array | None]
    remedy: str = ""


@dataclass(frozen=True, eq=False)
class CheckedLayer:
    """A layer to check.

    ``words`` in a function's name tell it. ``changes`` are the cases, (topic, what differs from
    ``simple``), simplest first; ``probe`` differs so that no two layouts agree on it. A class is
    ``built_from`` roles and ``holds`` arrays. ``reasons`` say what makes a case harder than the
    simplest, by the setting's name. ``layouts`` names one of ``core.check.layouts.LAYOUTS``;
    ``is_optimiser`` tells that a class takes the steps one after the other.
    """

    name: str
    title: str
    words: tuple[str, ...]
    simple: Case
    changes: tuple[tuple[str, Mapping[str, Any]], ...]
    probe: Mapping[str, Any]
    facts: Callable[[Case], Facts]
    forward: Pass
    backward: Pass | None = None
    built_from: tuple[str, ...] = ()
    built_needs: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    reasons: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    legal: Callable[[Case], bool] = lambda case: True
    layouts: str = "any"
    is_optimiser: bool = False

    def battery(self) -> Iterator[tuple[str, Case]]:
        """Yield (topic, case), simplest first."""
        for topic, changes in self.changes:
            yield topic, self.simple.but(**changes)

    @property
    def topics(self) -> list[str]:
        """The topics, in the order of the cases."""
        return list(dict.fromkeys(topic for topic, _ in self.changes))

    def smaller(self, case: Case) -> Iterator[Case]:
        """Yield what is legal and simpler in one respect, the greatest simplifications first."""
        harder = case.unlike(self.simple)
        candidates = [case.but(**{name: self.simple[name]}) for name in harder]
        for name, value in case.values:
            candidates += [case.but(**{name: each}) for each in less(value, self.simple[name])]
        for candidate in candidates:
            if self.legal(candidate) and self.cost(candidate) < self.cost(case):
                yield candidate

    def cost(self, case: Case) -> int:
        """A number that is smaller for what is nearer to the simplest case."""
        return sum(apart(value, self.simple[name]) for name, value in case.values)


def less(value: object, simple: object) -> Iterator[object]:
    """Yield values of a setting that are one step nearer to the simplest."""
    if isinstance(value, tuple) and isinstance(simple, tuple):
        for place in range(len(value)):
            for each in less(value[place], simple[place]):
                yield (*value[:place], each, *value[place + 1 :])
        yield from ((each,) * len(value) for each in value)
    elif isinstance(value, int) and isinstance(simple, int) and not isinstance(value, bool):
        if value > simple:
            yield value - 1
        elif value < simple:
            yield value + 1


def apart(value: object, simple: object) -> int:
    """Tell how far a setting is from the simplest."""
    if value == simple:
        return 0
    if isinstance(value, tuple) and isinstance(simple, tuple):
        odd = len(set(value)) > 1
        return 2 * odd + sum(map(apart, value, simple))
    if isinstance(value, int) and isinstance(simple, int) and not isinstance(value, bool):
        return 1 + abs(value - simple)
    return 2
