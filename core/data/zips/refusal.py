"""Why a zip cannot be used: one sentence that names the zip, the entry and the reason."""

from core.data.report import printable
from core.errors import ArchiveError


def refused(code: str, zip_name: str, reason: str) -> ArchiveError:
    """Make the error of a zip that cannot be used as a whole."""
    return ArchiveError(code, f"{printable(zip_name)} cannot be used: {reason}.")


def refused_entry(code: str, zip_name: str, entry: str, reason: str) -> ArchiveError:
    """Make the error of a zip that cannot be used because of one entry."""
    shown = printable(entry if len(entry) <= 120 else f"{entry[:60]}...{entry[-50:]}")
    return refused(code, zip_name, f'its entry "{shown}" {reason}')
