"""Whatever an address of the Conv lab says, it opens something and says what was wrong."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import examples
from core.conv_lab.address import from_query, look_from_query, look_to_query, to_query
from core.conv_lab.demos import LAYERS
from core.conv_lab.demos.address import layer_from_query, layer_to_query
from core.conv_lab.experiment import INPUTS, KERNELS, UPSTREAMS, Experiment
from core.conv_lab.own import encode_numbers, encode_picture
from core.conv_lab.sabotage import MISTAKES

pytestmark = pytest.mark.parsers

EXPERIMENT_KEYS = [field.name for field in fields(Experiment)]
LOOK_KEYS = ["view", "in", "out", "cell", "apart"]
LAYER_KEYS = [f"{name}.{field.name}" for name, kind in LAYERS.items() for field in fields(kind)]  # type: ignore[arg-type]
OWN = [
    encode_numbers(np.arange(24.0).reshape(2, 3, 4)),
    encode_numbers(np.ones(3)),
    encode_numbers(np.ones((2, 1, 3, 3))),
    encode_picture(np.full((8, 8, 3), 90, np.uint8)),
]


@st.composite
def damaged(draw):
    """An encoded array of which a few characters are others, gone, or too many."""
    text = draw(st.sampled_from(OWN))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.integers(0, len(text)))
        more = draw(st.text(max_size=2))
        text = text[:place] + more + text[place + draw(st.integers(0, 2)) :]
    return text


TEXTS = (
    st.text(max_size=30)
    | damaged()
    | st.sampled_from([*INPUTS, *KERNELS, *UPSTREAMS, *MISTAKES, "own", "float64", "", "y", "dx"])
    | st.sampled_from(
        ["0", "-0", "+1", "1" * 5000, "٣", "1x1", "xx", "9x9x9", "1.2.3", "1e9", "nan"]
    )
    | st.integers(-3, 99).map(str)
)


def queries(keys: list[str]) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(st.sampled_from(keys), TEXTS, max_size=6)


def are_sentences(sentences: list[str]) -> bool:
    return all(each.startswith("In the address, ") and each[-1] == "." for each in sentences)


@examples(300)
@given(queries([*EXPERIMENT_KEYS, "size", *LOOK_KEYS]))
def test_any_query_opens_an_experiment_that_comes_back(query):
    experiment, sentences = from_query(query)
    assert are_sentences(sentences)
    assert from_query(to_query(experiment)) == (experiment, [])
    look, sentences = look_from_query(query)
    assert are_sentences(sentences)
    assert look_from_query(look_to_query(look)) == (look, [])


@examples(300)
@given(st.sampled_from(sorted(LAYERS)), queries(LAYER_KEYS))
def test_any_query_opens_a_layer_that_comes_back(name, query):
    layer, sentences = layer_from_query(name, LAYERS[name], query)
    assert are_sentences(sentences)
    assert layer_from_query(name, LAYERS[name], layer_to_query(name, layer)) == (layer, [])
