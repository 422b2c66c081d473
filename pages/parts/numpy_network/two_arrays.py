"""Two .npy files held against each other: rounding or a bug?"""

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.compare.npy_file import MOST_BYTES
from core.comparison.rounding import EXPLANATION
from core.errors import GlassError
from pages.parts.numpy_network.difference_figure import difference_figure, over_words
from pages.parts.shared.plots import show_plot
from pages.parts.shared.words import escape_markdown

if TYPE_CHECKING:
    from core.compare.arrays import ArraysCompared
    from core.compare.shapes import ShapesDiffer

ABOUT = (
    "Two **.npy** files of what should be the same numbers, such as a layer's output from your "
    "code and from a library: does rounding explain their difference, or is it a bug?"
)
LONGEST_SUM = 10**9
KNOWN_LAYER = (
    "With the input and the weight of the layer the size of every term is known too: `python -m "
    "core.compare ours.npy theirs.npy --layer conv --input x.npy --weight w.npy`."
)


def offer() -> None:
    """Draw the fold with two upload boxes, and the verdict below them."""
    with st.expander("Compare two arrays", icon=":material/compare_arrows:"):
        st.markdown(ABOUT)
        left, right = st.columns(2)
        most = MOST_BYTES // 2**20
        ours = left.file_uploader(
            "The first, ours", type=["npy"], key="array-ours", max_upload_size=most
        )
        theirs = right.file_uploader(
            "The second, theirs", type=["npy"], key="array-theirs", max_upload_size=most
        )
        terms = st.number_input(
            "Terms of each sum",
            1,
            LONGEST_SUM,
            None,
            key="array-terms",
            persist_state="session",
            placeholder="not known",
            width=220,
            help="How many products each number is the sum of: input channels x kernel height x "
            f"kernel width for a convolution. {EXPLANATION}",
        )
        if ours is None or theirs is None:
            st.caption(KNOWN_LAYER)
            return
        try:
            found, report = compare(ours, theirs, None if terms is None else int(terms))
        except GlassError as error:
            st.error(escape_markdown(str(error)))
            return
        show(found, report)


def compare(
    ours: UploadedFile, theirs: UploadedFile, terms: int | None
) -> "tuple[ArraysCompared | ShapesDiffer, str]":
    """Return the verdict and the sentence to paste; ``GlassError`` for a file that is no array."""
    names = (ours.name, theirs.name)
    if names[0] == names[1]:
        names = (f"ours/{ours.name}", f"theirs/{theirs.name}")
    return _compare((ours.file_id, theirs.file_id), terms, ours, theirs, names)


@st.cache_resource(show_spinner="Comparing ...", max_entries=2)
def _compare(
    key: tuple[str, str],
    terms: int | None,
    _ours: UploadedFile,
    _theirs: UploadedFile,
    _names: tuple[str, str],
) -> "tuple[ArraysCompared | ShapesDiffer, str]":
    from core.compare.arrays import compare_arrays
    from core.compare.basis import from_values
    from core.compare.npy_file import read_npy
    from core.compare.shapes import of_one_shape, shapes_differ
    from core.compare.words import report

    ours, theirs = (read_npy(file.getvalue(), file.name) for file in (_ours, _theirs))
    fitted = of_one_shape(ours, theirs)
    if fitted is None:
        differ = shapes_differ(ours, theirs, _names)
        return differ, differ.report
    found = compare_arrays(fitted, theirs, _names, from_values(fitted, theirs, terms))
    return found, report(found)


def show(found: "ArraysCompared | ShapesDiffer", report: str) -> None:
    """Draw the verdict, where the two are apart, and the sentence to paste."""
    from core.compare.arrays import ArraysCompared, Outcome
    from core.compare.words import headline, needed_sentence, worst_sentence

    if not isinstance(found, ArraysCompared):
        st.error(escape_markdown(report), icon=":material/call_split:")
    else:
        sentences = [worst_sentence(found), *found.findings, needed_sentence(found)]
        if found.outcome is Outcome.DIFFERENT:
            st.error(f"**{escape_markdown(headline(found))}**", icon=":material/call_split:")
        else:
            st.markdown(f":material/check_circle: **{escape_markdown(headline(found))}**")
        st.markdown(escape_markdown(" ".join(filter(None, sentences))))
        if found.different:
            show_maps(found)
    st.markdown("To paste into a bug report:")
    st.code(report, language=None, wrap_lines=True)


def show_maps(found: "ArraysCompared") -> None:
    """Draw where the two are apart."""
    from core.compare.difference_map import difference_maps

    maps = difference_maps(found.units)
    for number, each in enumerate(maps):
        figure = difference_figure(each, float(found.units.max()))
        show_plot(figure, key=f"array-map-{number}", file_name="difference")
    over = f" In the upper picture {over_words(maps[0])}." if maps and maps[0].over else ""
    over += " Both share their colours." if len(maps) > 1 else ""
    if maps:
        st.caption(
            "What to look for: rounding is grain all over; a mistake is a border, a stripe, a "
            f"channel or a single cell. Blank is equal to the last bit.{over}"
        )
