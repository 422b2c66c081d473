"""Numbers that a person typed: both ways of writing them, and what is said about the others."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from core.conv_lab.typed_numbers import LARGEST, Axis, read_numbers
from core.errors import NumbersError

PICTURE = Axis("channel", 1, 8), Axis("row"), Axis("column")
KERNEL = (
    Axis("kernel", 1, 8),
    Axis("input channel", 2, 2),
    Axis("row", 1, 11),
    Axis("column", 1, 11),
)
VECTOR = (Axis("number", 1, 32),)

pictures = arrays_of.arrays(
    np.float64,
    arrays_of.array_shapes(min_dims=3, max_dims=3, max_side=5),
    elements=st.floats(-LARGEST, LARGEST),
)


def in_rows(picture: np.ndarray, between: str = " ") -> str:
    return "\n\n".join(
        "\n".join(between.join(map(repr, map(float, row))) for row in channel)
        for channel in picture
    )


@given(pictures, st.sampled_from([" ", ", ", ",", "\t", " ; "]))
def test_what_was_written_is_read(picture, between):
    texts = [
        in_rows(picture, between),
        json.dumps(picture.tolist()),
        json.dumps(picture.tolist(), indent=2),
        f"np.array({picture.tolist()}, dtype=np.float32)",
        f"tensor({picture.tolist()})",
    ]
    for text in texts:
        assert np.array_equal(read_numbers(text, PICTURE), picture), text


@pytest.mark.parametrize("text", ["1,5 2,5\n3,5 4,5", "1 2\n1,5; 2", "0.5 1,25 3"])
def test_commas_that_may_be_decimal_are_asked_about(text):
    with pytest.raises(NumbersError, match="one number or two"):
        read_numbers(text, PICTURE)


@pytest.mark.parametrize("text", ["1,5,2,5", "1,5, 2,5", "1, 5, 2, 5", "1 5 2 5", "1 , 5 , 2,5"])
def test_commas_that_can_only_part_numbers_are_read(text):
    assert read_numbers(text, PICTURE).tolist() == [[[1, 5, 2, 5]]]


def test_numpy_s_own_writing_is_read():
    picture = np.arange(12.0).reshape(2, 2, 3) - 4
    assert np.array_equal(read_numbers(str(picture), PICTURE), picture)
    assert np.array_equal(read_numbers(repr(picture), PICTURE), picture)


@given(st.text(st.sampled_from("[]0123456789.,-e \n;xn−∞"), max_size=60))
def test_any_text_is_an_array_in_range_or_a_sentence(text):
    for axes in (PICTURE, KERNEL, VECTOR, PICTURE[1:]):
        found, sentence = read_or_sentence(text, axes)
        if found is None:
            assert sentence.endswith(".") and sentence[0].isupper()
            continue
        assert found.ndim == len(axes) and found.dtype == np.float64
        assert all(a.least <= n <= a.most for a, n in zip(axes, found.shape, strict=True))
        assert (np.abs(found) <= LARGEST).all()


def read_or_sentence(text: str, axes: tuple[Axis, ...]) -> tuple[np.ndarray | None, str]:
    try:
        return read_numbers(text, axes), ""
    except NumbersError as error:
        return None, str(error)


def test_axes_that_are_left_out_have_one_place():
    assert read_numbers("1 2\n3 4", PICTURE).shape == (1, 2, 2)
    assert read_numbers("[1, 2]", PICTURE).shape == (1, 1, 2)
    assert read_numbers("[[1, 2], [3, 4]]", PICTURE[1:]).tolist() == [[1, 2], [3, 4]]
    assert read_numbers("1\n2\n3", VECTOR).tolist() == read_numbers("1, 2, 3", VECTOR).tolist()


def test_of_two_axes_in_front_the_first_is_counted():
    kernels = np.arange(24.0).reshape(3, 2, 2, 2)
    plain = in_rows(kernels.reshape(6, 2, 2))
    assert np.array_equal(read_numbers(plain, KERNEL), kernels)
    with pytest.raises(NumbersError, match="2 input channels with empty lines between, or a multi"):
        read_numbers("1 2\n\n3 4\n\n5 6", KERNEL)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There must be at least one number."),
        (" , ;\n", "There must be at least one number."),
        ("[]", "There must be from 1 to 64 columns, not 0."),
        ("1 2\n3 two", "Channel 0, row 1, column 1 (counted from 0) must be a number, not 'two'."),
        ("[[1, 2], [3, null]]", "row 1, column 1 (counted from 0) must be a number, not 'null'."),
        ("1 <b>", "column 1 (counted from 0) must be a number, not '?b?'."),
        ("1 nan", "column 1 (counted from 0) must be between -1,000,000 and 1,000,000, not nan."),
        ("-2e6", "must be between -1,000,000 and 1,000,000, not -2e+06."),
        (
            "1 2 3\n4 5 6\n7 8",
            "row 2 (counted from 0) must have 3 columns like row 0, not 2.",
        ),
        ("1 2\n\n1 2\n3 4", "Channel 1 (counted from 0) must have 1 row like channel 0, not 2."),
        (" ".join(["1"] * 65), "There must be from 1 to 64 columns, not 65."),
        ("\n\n".join(["1"] * 9), "There must be from 1 to 8 channels, not 9."),
        ("[[1, 2], [3, 4]", "Every bracket [ must be closed by a ]; one is not."),
        ("[1, 2]]", "Every bracket ] must close one that was opened; one does not."),
        ("[1, 2] [3, 4]", "One pair of brackets must stand around all numbers."),
        ("[1, [2]]", "Brackets must be equally deep everywhere; '1' is not."),
        ("[[[[1]]]]", "Brackets must be at most 3 deep here, not 4."),
        ("1" * 2_000_000 * 4, "This text is too long"),
    ],
)
def test_other_texts_are_refused_with_their_place(text, sentence):
    with pytest.raises(NumbersError) as refused:
        read_numbers(text, PICTURE)
    assert sentence in str(refused.value)


def test_a_fixed_size_is_named():
    fixed = Axis("channel", 1, 1), Axis("row", 2, 2), Axis("column", 3, 3)
    assert read_numbers("1 2 3\n4 5 6", fixed).shape == (1, 2, 3)
    with pytest.raises(NumbersError, match="There must be 3 columns, not 2"):
        read_numbers("1 2\n4 5", fixed)
    with pytest.raises(NumbersError, match="There must be 1 channel, not 2"):
        read_numbers("1 2 3\n4 5 6\n\n1 2 3\n4 5 6", fixed)
    with pytest.raises(NumbersError, match=r"^Row 0, column 1"):
        read_numbers("1 x 3\n4 5 6", fixed)
