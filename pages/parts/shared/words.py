"""Numbers and texts as every page shows them."""

import re

from core import wording


def percent(share: float | None) -> str | None:
    """Say a share of 0..1 with one digit: 81.2 %."""
    return None if share is None else wording.percent(share)


def sentence(text: str) -> str:
    """Make a sentence of a remark: a capital first, a full stop last, names as they are."""
    return f"{text[:1].upper()}{text[1:]}."


def apart(difference: float) -> str:
    """Say how far two numbers lie apart: 1.2e−12."""
    return typeset(f"{abs(difference):.1e}") if difference else "0"


def typeset(number: str) -> str:
    """Return a number that Python wrote as the charts write it: 1.8e−6 for 1.8e-06."""
    return re.sub(r"e([+-])0*", r"e\1", number).replace("-", "−")


def escape_markdown(text: str) -> str:
    """Make a text that came from outside, such as a file name, show as it is in Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)
