"""Numbers in the words and digits that every page uses for them."""

import re


def duration(seconds: float) -> str:
    """Say a time as a person would: 8 s, 3 min, 1 h 20 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def percent(share: float | None) -> str | None:
    """Say a share of 0..1 with one digit: 81.2 %."""
    return None if share is None else f"{share * 100:.1f} %"


def escape_markdown(text: str) -> str:
    """Make a text that came from outside, such as a file name, show as it is in Markdown."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)
