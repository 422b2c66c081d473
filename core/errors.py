"""The one family of errors whose text is for people: whole sentences that say what to do instead.

A page or a command prints ``str(error)`` as it is. What was expected and what came are both named:
"Epochs must be a whole number from 1 to 1000, not 0."
"""


class GlassError(ValueError):
    """Something that cannot be done as asked."""


class ConfigError(GlassError):
    """A choice for a training that cannot work."""


class ArchitectureError(ConfigError):
    """A network that cannot be built; ``line`` is where in its text, counted from 1, or None."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class DataError(GlassError):
    """A source from which no two classes of photos could be loaded."""


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


class ExplanationError(GlassError):
    """Numbers of a network from which nothing can be drawn or counted."""


class ComparisonError(GlassError):
    """A network or a photo that the two engines cannot both compute."""


class NumbersError(GlassError):
    """Numbers of a person's own that the Conv lab cannot use."""


class CheckError(GlassError):
    """A reader's own function that cannot be checked."""


class SignatureError(CheckError):
    """A function that cannot be called as any of the known ones."""


def sentence_for(error: Exception) -> str:
    """Say for people what went wrong in a training; unexpected errors point to the log."""
    if isinstance(error, MemoryError):
        return "This machine has not enough memory for this training: try a smaller batch."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}." if error.filename else f"{error.strerror}."
    if isinstance(error, GlassError):
        return str(error)
    return f"Something unexpected went wrong ({type(error).__name__}); worker.log has the details."
