"""Networks of one's own are called by what sets them apart."""

import pytest
from hypothesis import given, settings

from core.architecture.conftest import networks
from core.architecture.difference import changes, told
from core.architecture.library import LONGEST_NAME, NAMES, name_of, text_of
from core.architecture.text import Layers, read, write

ARTICLE, COMPACT = text_of("article"), text_of("compact")
EXAMPLES = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (ARTICLE, "article"),
        (ARTICLE.replace("batchnorm\n", ""), "article without batchnorm"),
        (ARTICLE.replace("batchnorm\n", "", 2), "article without 2 batchnorm"),
        (COMPACT.replace("relu", "tanh"), "compact with tanh for relu"),
        (
            ARTICLE.replace("batchnorm\n", "").replace("relu", "tanh"),
            "article without batchnorm, with tanh for relu",
        ),
        (ARTICLE.replace("kernel 11", "kernel 7"), "article with kernel 7 in conv 1"),
        (
            ARTICLE.replace("kernel 3 padding 1", "kernel 5 padding 2"),
            "article with kernel 5 padding 2 in conv 3",
        ),
        (COMPACT.replace(" bias off", ""), "compact with bias on in all conv"),
        (ARTICLE.replace("linear 1\n", "dropout\nlinear 1\n"), "article with dropout"),
        (ARTICLE.replace("linear 2048\nrelu\n", ""), "article without linear 2048 and relu"),
        (
            ARTICLE.replace("conv 64 kernel 3\nbatchnorm\nrelu\n", ""),
            "article without conv, batchnorm and relu",
        ),
        (
            ARTICLE.replace("conv 64", "conv 32").replace("11", "7").replace("2048", "64"),
            "article, changed in 4 layers",
        ),
        ("flatten\nlinear 1\nsigmoid", "own network of 3 layers"),
        (
            "conv 8 kernel 3\nrelu\nconv 16 kernel 3\nrelu\nflatten\nlinear 1\nsigmoid",
            "own network of 7 layers, conv 8-16",
        ),
        (
            "conv 123 kernel 1\n" * 9 + "flatten\nlinear 1\nsigmoid",
            "own network of 12 layers, 9 conv",
        ),
    ],
)
def test_a_network_is_called_after_the_preset_it_comes_from(text: str, name: str) -> None:
    assert name_of(text) == name


@EXAMPLES
@given(networks(), networks())
def test_a_difference_is_told_exactly_when_there_is_one(
    one: tuple[Layers, int], other: tuple[Layers, int]
) -> None:
    assert told(one[0], one[0]) == "" and changes(other[0], other[0]) == []
    assert bool(told(one[0], other[0])) == (one[0] != other[0])
    moved = len(other[0]) - len(one[0])
    found = changes(one[0], other[0])
    assert sum((c.new is not None) - (c.old is not None) for c in found) == moved


@EXAMPLES
@given(networks())
def test_a_name_is_one_short_line(network: tuple[Layers, int]) -> None:
    name = name_of(write(network[0]))
    assert name == " ".join(name.split()) and 0 < len(name) <= LONGEST_NAME
    assert name not in NAMES


def test_a_long_network_is_named_at_once() -> None:
    text = "relu\nbatchnorm\n" * 48 + "flatten\nlinear 1\nsigmoid\n"
    assert name_of(text) == "own network of 99 layers"
    assert told(read(ARTICLE), read(text))
