"""The text of a network says exactly what its layers are, and nonsense is told line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture.conftest import LAYERS
from core.architecture.layer import Layer
from core.architecture.layers import LeakyReLU, ReLU
from core.architecture.text import MOST_LAYERS, read, write
from core.architecture.window_layers import Conv, MaxPool
from core.conftest import examples
from core.errors import ArchitectureError

EXAMPLES = examples(300)

pytestmark = pytest.mark.parsers


@EXAMPLES
@given(st.lists(LAYERS, max_size=8))
def test_what_is_written_is_read_again(layers: list[Layer]) -> None:
    text = write(layers)
    assert read(text) == tuple(layers)
    assert write(read(text)) == text


WORDS = st.sampled_from(
    [
        *["conv", "maxpool", "adaptive", "avgpool", "leaky", "relu", "linear", "kernel", "stride"],
        *["padding", "same", "depthwise", "3", "3x5", "0", "-1", "1.5", "1e999", "nan", "off", "#"],
        *["x", "\u0663", "\n", "\r", "\x0b"],
    ]
)


@EXAMPLES
@given(st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=40))
def test_any_text_is_read_or_refused_in_a_sentence(text: str) -> None:
    refused = None
    try:
        layers = read(text)
    except ArchitectureError as error:
        refused = error
    if refused:
        assert str(refused).startswith("Line ") and str(refused).endswith(".")
        assert refused.line is not None and 1 <= refused.line <= len(text.splitlines())
    else:
        assert read(write(layers)) == layers


def test_the_text_is_forgiving_where_nothing_is_meant_by_it():
    text = "# A remark\n\n  CONV 8 padding 1 KERNEL 3x5  # wide\nLeaky ReLU\nmaxpool kernel 2"
    assert read(text) == (
        Conv(channels=8, kernel=(3, 5), padding=(1, 1)),
        LeakyReLU(),
        MaxPool(kernel=(2, 2)),
    )
    assert write(read(text)) == "conv 8 kernel 3x5 padding 1\nleaky relu\nmaxpool 2\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("cnv 3", "a line must begin with conv, batchnorm"),
        ("conv", "conv must be told its channels, such as 'conv 16 kernel 3'"),
        ("conv 16", "conv must be told its kernel"),
        ("conv 16 kernel", "the kernel of conv must be a whole number of at least 1"),
        ("conv 16 kernel 0", "or height x width as 3x5, not '0'"),
        ("conv 16 kernel 3 kernel 3", "conv is told its kernel twice"),
        ("conv 16 kernel 3 size 2", "conv is told channels, kernel, stride"),
        ("maxpool 2 padding same", "the padding of maxpool must be a whole number"),
        ("relu 3", "relu is told nothing more, not '3'"),
        ("dropout 1", "a number from 0 up to 1, but not 1, not '1'"),
        ("linear 9999999", "the outputs of linear must be a whole number"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, reason: str) -> None:
    with pytest.raises(ArchitectureError) as error:
        read(f"relu\n\n{line}\nsigmoid")
    assert error.value.line == 3
    assert "Line 3: " in str(error.value) and reason in str(error.value)


def test_a_text_without_end_is_refused_early():
    assert len(read("relu\n" * MOST_LAYERS)) == MOST_LAYERS
    with pytest.raises(ArchitectureError, match=f"Line {MOST_LAYERS + 1}: .* at most"):
        read("relu\n" * 1_000_000)
    assert read("relu") == (ReLU(),)
