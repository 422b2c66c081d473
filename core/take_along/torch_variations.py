"""The part of the torch program that varies photos: our own code, in words of its own.

It is read from ``core.training.augmentation``, so that there is no second version of it.
"""

import inspect

from core.take_along.writing import behind_imports
from core.training import augmentation
from core.variations import Variation

TYPES = "Bytes = NDArray[np.uint8]"
"""What that code imports from elsewhere in the project, beside ``Variation``."""


def variations_code() -> str:
    """Write the ways to vary photos, and the function ``augment``."""
    names = "\n".join(f'    {each.name} = "{each.value}"' for each in Variation)
    return f'''\
class Variation(StrEnum):
    """The ways to vary photos; each draws random numbers after its place here."""

{names}


{TYPES}
{behind_imports(inspect.getsource(augmentation))}'''
