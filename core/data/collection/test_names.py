from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.conftest import examples
from core.data.collection.names import LONGEST, checked_classes, checked_name
from core.data.collection.store import collections, make_collection
from core.errors import DataError


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("My pets", "My pets"),
        ("  My \t pets ", "My pets"),
        ("Käthes Hunde", "Käthes Hunde"),
        ("Ka\u0308the", "Käthe"),
        ("猫", "猫"),
        ("Tom & Jerry (2024)", "Tom & Jerry (2024)"),
        ("a" * LONGEST, "a" * LONGEST),
    ],
)
def test_good_names_are_kept_as_they_are(typed, kept):
    assert checked_name(typed, "It") == kept


@pytest.mark.parametrize(
    "typed",
    [
        *("", "  ", "..", "../x", "a/b", "a\\b", ".hidden", "_x", "a.", "C:", "a\0b", "~", "$x"),
        *("x\ud800", "a" * (LONGEST + 1), "<b>", "a[1]", "a*"),
    ],
)
def test_what_could_be_a_path_is_refused_in_a_sentence(typed):
    with pytest.raises(DataError, match=r"^The name must have 1 to 40 letters.*, not ") as caught:
        checked_name(typed, "The name")
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [
        (("cat", "Cats"), "need different names, not cat and Cats"),
        (("Bird", "bird"), "need different names"),
        (("test", "dog"), "A class cannot be called test"),
        (("dog", "Training set"), "A class cannot be called Training set"),
        (("cat", "../dog"), "The name of the second class must have"),
    ],
)
def test_classes_that_no_loader_could_tell_apart_are_refused(classes, sentence):
    with pytest.raises(DataError, match=sentence):
        checked_classes(classes)


@pytest.mark.parsers
@given(
    name=st.text(max_size=50) | st.text("../\\ ~:a\0é", max_size=12),
    classes=st.tuples(st.text(max_size=50), st.text("./\\catdog ", max_size=12)),
)
@examples(200)
def test_any_names_make_two_folders_in_one_or_a_sentence(name, classes, tmp_path_factory):
    home = tmp_path_factory.mktemp("any")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(home / "runs"))
        try:
            made = make_collection(name, classes)
        except DataError as error:
            said = str(error)
            assert said.endswith(".")
            return
        below = {path.relative_to(home) for path in home.rglob("*") if path.is_dir()}
        root = Path("runs", ".photos")
        place = root / made.name
        assert below == {root.parent, root, place, *(place / each for each in made.classes)}
        assert collections() == [made]
