"""The errors for people are whole sentences, wherever in the program they are raised."""

import ast
import errno
from collections.abc import Iterator

import pytest

from core import errors
from core.errors import GlassError, PhotoError, RunError, WriteError, sentence_for
from core.folders import ROOT

FAMILY = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"PhotoError"}


def raised() -> Iterator[tuple[str, ast.expr]]:
    """Find every text that an error of the family is made with."""
    for path in sorted(ROOT.glob("core/**/*.py")) + sorted(ROOT.glob("pages/**/*.py")):
        text = path.read_text()
        if path.stem.startswith("test_") or "Error(" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if (
                not isinstance(node, ast.Call)
                or not isinstance(node.func, ast.Name)
                or not node.args
            ):
                continue
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            if node.func.id in FAMILY:
                yield place, node.args[0]
            elif node.func.id == "PhotoError" and len(node.args) == 2:
                yield place, node.args[1]


def parts(text: ast.expr) -> list[ast.expr]:
    """Return the pieces of a text: strings and what is filled in between them."""
    return list(text.values) if isinstance(text, ast.JoinedStr) else [text]


TEXTS = list(raised())


def test_there_are_many():
    assert len(TEXTS) > 60


@pytest.mark.parametrize(("place", "text"), TEXTS, ids=[place for place, _ in TEXTS])
def test_a_text_is_a_whole_sentence(place: str, text: ast.expr):
    first, last = parts(text)[0], parts(text)[-1]
    if isinstance(first, ast.Constant):
        begins = str(first.value)
        assert begins[0].isupper() or not begins[0].isalpha() or begins.startswith("core."), begins
    if isinstance(last, ast.Constant):
        assert str(last.value).rstrip(")").endswith((".", "?")), last.value


def test_a_training_that_fails_says_why():
    assert sentence_for(RunError("The run is gone.")) == "The run is gone."
    assert sentence_for(OSError(13, "Permission denied", "x")) == "Permission denied: x."
    assert sentence_for(OSError(13, "Permission denied")) == "Permission denied."
    assert sentence_for(WriteError(13, "Permission denied", "x")) == (
        "x could not be written: permission denied."
    )
    assert sentence_for(WriteError(errno.ENOSPC, "No space left on device", "x")) == (
        "The disk is full, so x could not be written. What was saved before is whole: make some "
        "room and try again."
    )
    torch_says = "DefaultCPUAllocator: can't allocate memory: you tried to allocate 4 bytes."
    for error in (MemoryError(), RuntimeError(torch_says), RuntimeError("CUDA out of memory.")):
        assert "smaller batches" in sentence_for(error)
    assert "RuntimeError" in sentence_for(RuntimeError("shapes do not fit"))
    assert "KeyError" in sentence_for(KeyError("pixels"))
    assert "ValueError" in sentence_for(ValueError("shapes (3,) and (4,)"))


def test_a_photos_error_has_a_code():
    error = PhotoError("empty", "This file is empty: it has 0 bytes.")
    assert isinstance(error, GlassError)
    assert (error.code, str(error)) == ("empty", "This file is empty: it has 0 bytes.")
