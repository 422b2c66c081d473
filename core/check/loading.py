"""A reader's file, loaded: what there is in it to call, and how each asks to be called."""

import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

Parameters = list[tuple[str, bool]]
"""A function's parameters: name, and whether it must be given."""

METHODS = ("forward", "__call__", "backward", "step", "update", "train", "eval")


@dataclass(frozen=True)
class Content:
    """What a reader's file holds, in its own order.

    ``parameters`` are those of the function to check, or of the class's ``__init__``; ``methods``
    those of its methods, and none for a function; ``functions`` those of all functions of the file,
    imported ones too; ``defined`` are the names of what it defines itself.
    """

    parameters: Parameters = field(default_factory=list)
    methods: dict[str, Parameters] = field(default_factory=dict)
    functions: dict[str, Parameters] = field(default_factory=dict)
    defined: tuple[str, ...] = ()
    is_class: bool = False


def load(path: Path, name: str) -> tuple[ModuleType, Content, str]:
    """Run the file; returns its module, its content, and a sentence about what is wrong, or "".

    ``name`` is the function or class to check; "" for none yet.
    """
    sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        return ModuleType("none"), Content(), f"The file {path.name} is not a Python file."
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:  # a reader's file may raise anything, SystemExit too
        place = place_of(error, path)
        at = f" ({place})" if place else ""
        problem = f"The file {path.name} cannot be loaded: {words_of(error)}{at}."
        return module, Content(), problem
    if name and not callable(getattr(module, name, None)):
        there = ", ".join(n for n, v in vars(module).items() if callable(v) and n[0] != "_")
        problem = f"The file {path.name} has no function {name}; it has: {there or 'none'}."
        return module, Content(), problem
    return module, describe(vars(module), name), ""


def describe(names: dict[str, Any], name: str) -> Content:
    """Tell how what is in a module asks to be called."""
    functions = {key: each for key, each in names.items() if inspect.isfunction(each)}
    own = names.get("__name__")
    defined = [
        key
        for key, each in names.items()
        if (inspect.isclass(each) or inspect.isfunction(each)) and each.__module__ == own
    ]
    target = names.get(name)
    methods = {}
    if inspect.isclass(target):
        methods = {
            method: parameters_of(getattr(target, method))[1:]
            for method in METHODS
            if inspect.isfunction(getattr(target, method, None))
        }
    return Content(
        parameters_of(target) if target is not None else [],
        methods,
        {key: parameters_of(each) for key, each in functions.items()},
        tuple(defined),
        inspect.isclass(target),
    )


def parameters_of(function: Callable[..., Any]) -> Parameters:
    """List a function's parameters and whether each must be given; ``*args`` are left out."""
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # some written in C do not tell
        return []
    return [
        (parameter.name, parameter.default is inspect.Parameter.empty)
        for parameter in parameters
        if parameter.kind not in kinds
    ]


def place_of(error: BaseException, path: Path) -> str:
    """Name the innermost line of the reader's own that an exception came through, if one did.

    That is a line of the function's file, or of another in its folder.
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).resolve().parent == path.parent]
    if not own:
        return ""
    line = f" (`{own[-1].line[:100]}`)" if own[-1].line else ""
    function = "" if own[-1].name == "<module>" else f", in {own[-1].name}"
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}{function}{line}"


def words_of(error: BaseException) -> str:
    """Write an exception in a line, without its full stop."""
    text = " ".join(str(error).split())[:200].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
