"""Addresses of new trainings: they come back as they went, and nonsense is told."""

from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.architecture.address import LONGEST_TEXT, Address, from_query, to_query
from core.architecture.conftest import LAYERS, networks
from core.architecture.library import NAMES, SIDES, canonical
from core.architecture.text import write
from core.conftest import examples

EXAMPLES = examples(200)
READABLE = networks().map(lambda made: canonical(write(made[0])))
UNFINISHED = st.lists(LAYERS, max_size=5).map(lambda layers: canonical(write(layers)))
ADDRESSES = st.builds(
    Address,
    start=st.sampled_from(["", "nothing", *NAMES, "20260101-120000-article-0f0f"]),
    network=st.none() | st.sampled_from(NAMES) | READABLE | UNFINISHED,
    image_size=st.none() | st.sampled_from(SIDES),
)


@EXAMPLES
@given(ADDRESSES)
def test_an_address_comes_back_as_it_went(address):
    query = to_query(address)
    assert from_query(query) == (address, [])
    typed = parse_qs(urlencode(query, safe=";"), keep_blank_values=True)
    assert from_query({key: values[0] for key, values in typed.items()}) == (address, [])


@EXAMPLES
@given(st.dictionaries(st.sampled_from(["from", "network", "size", "run"]), st.text()))
def test_nonsense_gets_sentences_and_nothing_breaks(query):
    address, sentences = from_query(query)
    assert all(each.endswith((".", "used.")) for each in sentences)
    assert from_query(to_query(address)) == (address, [])
    assert address.image_size is None or address.image_size in SIDES


def test_it_reads_like_the_text():
    query = to_query(Address("article", "conv 16 kernel 11 stride 3\nrelu\n", 64))
    assert query == {"from": "article", "network": "conv 16 kernel 11 stride 3;relu", "size": "64"}
    assert to_query(Address()) == {}
    assert from_query({"view": "maps"}) == (Address(), [])
    assert from_query({"network": " LeNet? "})[0].network is None
    assert from_query({"network": "CONV 16 stride 3 kernel 11 ; ReLU;"})[0].network == (
        "conv 16 kernel 11 stride 3\nrelu\n"
    )


@pytest.mark.parametrize(
    ("query", "address", "sentence"),
    [
        ({"size": "9999"}, Address(image_size=512), "size must be from 16 to 512, not 9999; 512"),
        ({"size": "-3"}, Address(image_size=16), "size must be from 16 to 512, not -3; 16 is"),
        ({"size": "big<b>"}, Address(), "size must be a whole number from 16 to 512, not 'big?b?'"),
        ({"network": "vgg"}, Address(), "network cannot be read and is left out. Model must be"),
        ({"network": "relu;conv 3"}, Address(), "Line 2: conv must be told its kernel"),
        ({"network": "conv " + "x" * 900}, Address(), "left out. It begins 'conv xxxxxxxx"),
        ({"network": "r" * (LONGEST_TEXT + 1)}, Address(), "at most 10,000 characters, not 10,001"),
    ],
)
def test_what_is_wrong_is_told(query, address, sentence):
    found, sentences = from_query(query)
    assert found == address
    assert len(sentences) == 1 and sentence in sentences[0]
