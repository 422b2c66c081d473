"""What a check found, in the words in which it is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from core.comparison.rounding import Array


@dataclass(frozen=True)
class Topic:
    """How many cases of a topic there were, and how many were wrong."""

    name: str
    cases: int
    wrong: int

    @property
    def line(self) -> str:
        """Write it as a line of the table."""
        mark = "right" if not self.wrong else f"{self.wrong} wrong"
        return f"  {self.name:<26} {self.cases - self.wrong:>3} of {self.cases:>3}  {mark}"


@dataclass(frozen=True)
class Findings:
    """What was found about one function or class.

    ``target`` and ``what`` say what was checked, ``left_out`` which parameters it lacks. Where
    something is wrong there is a smallest failing case, a sentence about it, one on what makes the
    difference, further ones (``nature``), and its arrays.
    """

    target: str
    what: str
    topics: Sequence[Topic]
    left_out: Sequence[str] = ()
    stopped: str = ""
    smallest: str = ""
    sentence: str = ""
    difference: str = ""
    nature: Sequence[str] = ()
    arrays: Mapping[str, Array] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many cases were tried."""
        return sum(topic.cases for topic in self.topics)

    @property
    def right(self) -> bool:
        """Whether every case agrees with torch."""
        return not any(topic.wrong for topic in self.topics)

    def lines(self) -> list[str]:
        """Write all of it, for the command line, without the arrays."""
        found = [self.stopped] if self.stopped else []
        found += [topic.line for topic in self.topics]
        if self.left_out:
            found.append(f"  (left out, for want of a parameter: {', '.join(self.left_out)})")
        if self.right:
            return [*found, self.verdict]
        return [
            *found,
            f"\nSmallest failing case: {self.smallest}",
            f"  {self.sentence}",
            self.difference,
            *self.nature,
        ]

    @property
    def verdict(self) -> str:
        """Say in a sentence how many cases agree."""
        wrong = sum(topic.wrong for topic in self.topics)
        if not wrong:
            return f"All {self.cases} cases agree with torch."
        return f"{wrong} of {self.cases} cases are wrong."


def topics_of(names: Iterable[str], done: Sequence[tuple[str, bool]]) -> list[Topic]:
    """Count what was done, (topic, whether it was right), topic by topic."""
    found = []
    for name in names:
        cases = [right for topic, right in done if topic == name]
        if cases:
            found.append(Topic(name, len(cases), cases.count(False)))
    return found
