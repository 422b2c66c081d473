"""Training without torch's compiler in memory.

torch's optimisers import the compiler, ``torch._dynamo``, only to tell it that it is to leave them
alone (``torch/optim/optimizer.py``). That takes 70 MB and a second, and nothing here is compiled.
"""

import sys
from types import ModuleType
from typing import TypeVar

NAME = "torch._dynamo"
Function = TypeVar("Function")


class NothingToCompile(ModuleType):
    """Stands where the compiler would, with what optimisers ask of it."""

    def disable(self, function: Function, *_: object, **__: object) -> Function:
        """Return the function as it is: nobody would compile it."""
        return function

    def graph_break(self, *_: object, **__: object) -> None:
        """Do nothing: no graph is recorded."""


def leave_compiler_out() -> bool:
    """Let optimisers of this process do without the compiler; tell whether they do.

    For processes that train and do nothing else. To be called before the first optimiser is built,
    torch itself need not be there yet; once the compiler is there, it stays.
    """
    if NAME not in sys.modules:
        sys.modules[NAME] = stand_in = NothingToCompile(NAME)
        if "torch" in sys.modules:
            setattr(sys.modules["torch"], "_dynamo", stand_in)  # noqa: B010 - mypy has the real one
    return isinstance(sys.modules[NAME], NothingToCompile)
