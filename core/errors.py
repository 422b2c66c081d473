"""The one family of errors whose text is for people: whole sentences that say what to do instead.

A page or a command prints ``str(error)`` as it is. What was expected and what came are both named:
"Epochs must be a whole number from 1 to 1000, not 0."
"""

import errno

FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
"""What the system says when a disk has no room left, or somebody's share of it has none."""
NO_MEMORY = ("t allocate memory", "not allocate memory", "out of memory", "insufficient memory")
"""Words of torch's and OpenCV's errors, which have no class of their own, when memory is short."""


class GlassError(ValueError):
    """Something that cannot be done as asked."""


class WriteError(OSError, GlassError):
    """A file that could not be written; what it held before is still there.

    Made of ``errno``, ``strerror`` and ``filename``, as every ``OSError``.
    """

    def __str__(self) -> str:
        if self.errno in FULL:
            return (
                f"The disk is full, so {self.filename} could not be written. What was saved before "
                "is whole: make some room and try again."
            )
        return f"{self.filename} could not be written: {str(self.strerror).lower()}."


class ConfigError(GlassError):
    """A choice for a training that cannot work."""


class ArchitectureError(ConfigError):
    """A network that cannot be built; ``line`` is where in its text, counted from 1, or None."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class DataError(GlassError):
    """A source from which no two classes of photos could be loaded."""


class PlaceError(DataError):
    """A folder or a zip that may not be read here (``core.served``)."""


class ArchiveError(DataError):
    """A zip from which no photos are taken; ``code`` is one of ``CODES``."""

    CODES = (
        *("path", "link", "too_many", "too_large", "encrypted", "corrupt", "not_zip"),
        "no_images",
    )

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[1])


class PhotoError(GlassError):
    """A photo that cannot be used; ``code`` is one of ``CODES``."""

    CODES = ("empty", "not_image", "truncated", "corrupt", "too_large", "format")

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(code, sentence)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[1])


class ModelError(GlassError):
    """Weights that cannot be used."""


class RunError(GlassError):
    """Something that cannot be done with a run."""


class ExchangeError(GlassError):
    """Something that cannot be handed out, or taken in, as asked."""


class TeamError(GlassError):
    """A training that several processes share, of which one is missing."""


class ExplanationError(GlassError):
    """Numbers of a network from which nothing can be drawn or counted."""


class ComparisonError(GlassError):
    """Networks, photos or arrays that cannot be held against each other."""


class NumbersError(GlassError):
    """Numbers of a person's own that the Conv lab cannot use."""


class CheckError(GlassError):
    """A reader's own function that cannot be checked."""


class StoppedError(GlassError):
    """Work in the background that somebody ended before its time."""


class SignatureError(CheckError):
    """A function that cannot be called as any of the known ones."""


def sentence_for(error: Exception) -> str:
    """Say for people what went wrong in a training; unexpected errors point to the log."""
    if out_of_memory(error):
        return (
            "This machine has not enough memory for this training: smaller batches or smaller "
            "pictures take less."
        )
    if isinstance(error, GlassError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    return f"Something unexpected went wrong ({type(error).__name__}); worker.log has the details."


def out_of_memory(error: Exception) -> bool:
    """Tell whether an error says that there was too little memory."""
    return isinstance(error, MemoryError) or (
        type(error).__name__ in ("RuntimeError", "OutOfMemoryError", "error")
        and any(words in str(error).lower() for words in NO_MEMORY)
    )
