"""What people must be told: one family of errors, whose text is printed as it is."""


class GlassError(ValueError):
    """Something people must be told; the text is one whole sentence or more, for people."""


class ComparisonError(GlassError):
    """A network or a photo that the two engines cannot both compute."""


class NumbersError(GlassError):
    """Numbers of a person's own that the Conv lab cannot use."""


class CheckError(GlassError):
    """A reader's own function that cannot be checked."""


class SignatureError(CheckError):
    """A function that cannot be called as any of the known ones."""
