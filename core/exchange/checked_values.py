"""JSON from elsewhere: read, and its texts held against what may be shown."""

import json
from typing import Any, Final

from core.errors import ExchangeError
from core.wording import is_plain, quote

LONGEST_TEXT: Final = 4000


def read_object(content: bytes, name: str) -> dict[str, Any]:
    """Read a JSON object without NaN or infinity; ``ExchangeError`` when it is none."""
    try:
        value = json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise ExchangeError(f"{name} is not JSON text.") from error
    if not isinstance(value, dict):
        raise ExchangeError(f"{name} must hold a JSON object, not {type(value).__name__}.")
    return value


def refuse(constant: str) -> object:
    """Refuse what JSON has no word for, though Python writes it."""
    raise ValueError(f"{constant} is no JSON")


def check_texts(instance: Any, where: str) -> None:  # noqa: ANN401 - any dataclass
    """Raise ``ExchangeError`` unless each text of a dataclass is a plain and short one."""
    for name, value in vars(instance).items():
        if isinstance(value, str) and (len(value) > LONGEST_TEXT or not is_plain(value)):
            raise ExchangeError(f"{where}: {name} must be a plain text, not {shown(value)}.")


def shown(value: object) -> str:
    """Show what came, briefly."""
    return quote(value) if isinstance(value, str) else quote(str(value))
