"""The records of a run from elsewhere: read, checked value by value, and written anew.

What is not known here is left out; what does not hold what it should is refused with a sentence.
"""

import datetime
import re
from dataclasses import asdict, replace
from typing import Any, Final, TypeGuard

from core.config import LIMITS, NUMBERS
from core.errors import ExchangeError, RunError
from core.exchange.checked_values import check_texts, read_object, shown
from core.exchange.run_files import photos_folder_name
from core.records import is_count
from core.runs.run import LONGEST_NAME
from core.runs.run_record import FORMAT, config_of
from core.runs.status import State, Status
from core.training.events import from_json, to_json
from core.wording import is_line, is_plain, one_line

MOST_THREADS: Final = 256
LONGEST_CLASS: Final = 80
LONGEST_PHOTO: Final = 1000
SIZES: Final = {
    ("accuracy", "progress"): 1,
    ("epoch", "epochs"): LIMITS["epochs"][1],
    ("loss",): 10**6,
    ("seconds", "per_second", "seconds_left"): 10**9,
}
"""The largest values of what ends so; a loss is clamped at a hundred, no epoch takes decades."""
CUT_OFF: Final = "The training was cut off; it can go on from its newest checkpoint."


def checked_config(content: bytes, run_id: str) -> dict[str, Any]:
    """Return config.json with what is known of it; its photos' folder is a name alone."""
    record = read_object(content, "config.json")
    version = record.get("format", FORMAT)
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise ExchangeError(
            f"The run must have a format of {FORMAT} or less, not {shown(version)}: a newer "
            "version of this program has made it."
        )
    try:
        config = config_of(record, run_id)
    except RunError as error:
        raise ExchangeError(str(error)) from error
    if config.engine == "both":
        raise ExchangeError("A run of both engines side by side holds two networks: not taken in.")
    config = config.replace(data=photos_folder_name(config.data))
    return {
        "format": FORMAT,
        "config": config.to_dict(),
        "source": config.data,
        "created": checked_time(record.get("created")),
        **{name: check(record[name]) for name, check in FACTS.items() if name in record},
        "taken_in": {"from": run_id, "at": now()},
    }


def now() -> str:
    """Return the time as records keep it."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")


def checked_time(value: object) -> str:
    """Return when a run was made, now at the latest; nothing where that is no time."""
    try:
        made = datetime.datetime.fromisoformat(str(value)).astimezone()
    except (ValueError, OverflowError):
        return ""
    return min(made, datetime.datetime.now().astimezone()).isoformat(timespec="microseconds")


def checked_classes(value: object) -> list[str]:
    """Return the names of label 0 and 1."""
    names = value if isinstance(value, list) and len(value) == 2 else [None]
    if not all(is_text(each, LONGEST_CLASS) and is_plain(each) for each in names):
        raise ExchangeError(f"Its config.json must name its two classes, not {shown(value)}.")
    return [str(each) for each in names]


def checked_counts(value: object) -> dict[str, int]:
    """Return how many photos there were to train and to test on."""
    if not isinstance(value, dict) or set(value) != {"train", "test"}:
        raise ExchangeError(f"Its config.json must count its photos, not say {shown(value)}.")
    return {str(name): checked_count(each) for name, each in value.items()}


def checked_count(value: object) -> int:
    """Return a count."""
    if not is_count(value):
        raise ExchangeError(f"Its config.json must hold counts, not {shown(value)}.")
    return int(str(value))


def checked_threads(value: object) -> int:
    """Return a number of threads or processes that a computer can have."""
    count = checked_count(value)
    if not 1 <= count <= MOST_THREADS:
        raise ExchangeError(f"Its config.json must tell 1 to {MOST_THREADS} threads, not {count}.")
    return count


def checked_reason(value: object) -> dict[str, str]:
    """Return what was chosen when the run began, and why."""
    texts = checked_texts(value)
    return {"name": texts.get("name", ""), "why": texts.get("why", "")}


def checked_numbers(value: object) -> dict[str, str]:
    """Return the numbers that a run computes in."""
    texts = checked_texts(value)
    if texts.get("dtype") not in NUMBERS[1:]:
        raise ExchangeError(f"Its config.json must name numbers to compute in, not {shown(value)}.")
    return {"dtype": texts["dtype"], "why": texts.get("why", "")}


def checked_texts(value: object) -> dict[str, str]:
    """Return names and texts, all of them plain."""
    texts = value if isinstance(value, dict) else {"": None}
    if not all(is_text(each, 400) and is_plain(each) for pair in texts.items() for each in pair):
        raise ExchangeError(f"Its config.json must hold texts, not {shown(value)}.")
    return {str(name): str(text) for name, text in texts.items()}


FACTS: Final = {
    "classes": checked_classes,
    "photos": checked_counts,
    "threads": checked_threads,
    "processes": checked_threads,
    "device": checked_reason,
    "numbers": checked_numbers,
    "versions": checked_texts,
}
"""What a worker adds to config.json, and how each is checked."""


def is_text(value: object, longest: int) -> TypeGuard[str]:
    """Tell whether a value is a text of one line that can be shown."""
    return isinstance(value, str) and 0 < len(value) <= longest and is_line(value)


def checked_name(content: bytes) -> dict[str, str]:
    """Return name.json."""
    name = read_object(content, "name.json").get("name")
    name = one_line(name) if isinstance(name, str) else name
    if not is_text(name, LONGEST_NAME):
        raise ExchangeError(
            f"Its name.json must hold a name of 1 to {LONGEST_NAME} characters, not {shown(name)}."
        )
    return {"name": str(name)}


def checked_status(content: bytes) -> dict[str, Any]:
    """Return status.json; nobody trains here what was in training there."""
    try:
        status = Status.from_dict(read_object(content, "status.json"))
    except ExchangeError:
        raise
    except ValueError as error:
        raise ExchangeError(
            f"Its status.json does not say where the run stands: {error}."
        ) from error
    check_texts(status, "status.json")
    check_sizes(status, "status.json")
    if status.active:
        status = replace(status, state=State.INTERRUPTED, message=CUT_OFF, seconds_left=None)
    return asdict(status)


def checked_events(content: bytes) -> str:
    """Return events.jsonl, each line an event whose fields hold what they should."""
    lines = []
    for number, line in enumerate(content.splitlines(), 1):
        where = f"Line {number} of events.jsonl"
        try:
            event = from_json(line)
        except ValueError as error:
            raise ExchangeError(f"{where} is no event of a training: {error}.") from error
        check_texts(event, where)
        check_sizes(event, where)
        lines.append(to_json(event))
    return "".join(f"{line}\n" for line in lines)


def check_sizes(instance: Any, where: str) -> None:  # noqa: ANN401 - any dataclass
    """Raise ``ExchangeError`` unless each number of a dataclass is one that a training can have."""
    for name, value in vars(instance).items():
        most = next((size for ends, size in SIZES.items() if name.endswith(ends)), None)
        if most is not None and value is not None and not 0 <= value <= most:
            raise ExchangeError(f"{where}: {name} must be from 0 to {most:,}, not {shown(value)}.")


def checked_photos(content: bytes) -> dict[str, Any]:
    """Return test_photos.json: labels and names of the photos that answers are about."""
    record = read_object(content, "test_photos.json")
    labels, names = record.get("labels"), record.get("names")
    if not isinstance(labels, list) or not all(type(x) is int and x in (0, 1) for x in labels):
        raise ExchangeError("Its test_photos.json must hold labels of 0 and 1.")
    if not isinstance(names, list) or not all(is_text(name, LONGEST_PHOTO) for name in names):
        raise ExchangeError("Its test_photos.json must hold the photos' names.")
    if any(re.match(r"([A-Za-z]:)?[\\/]", name) for name in names):
        raise ExchangeError("Its test_photos.json must name photos within their folder.")
    classes = checked_classes(record.get("classes"))
    return {"classes": classes, "labels": labels, "names": names}
