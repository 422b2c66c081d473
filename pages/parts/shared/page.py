"""What every page has: its question as the title, one sentence on what to do, the links."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import streamlit as st

from core.errors import GlassError, sentence_for
from core.runs.turns import page_computes
from core.small_host import keep_little
from pages.parts.shared.kept import keep_address, kept_address
from pages.parts.shared.menu import close_after_choosing
from pages.parts.shared.uploads import keep_upload_addresses
from pages.parts.shared.visitor import receive_visitor
from pages.parts.shared.words import escape_markdown


@dataclass(frozen=True)
class Page:
    """One page: its file, its name in the navigation, its question, and what to do on it."""

    file: str
    name: str
    icon: str
    question: str
    what_to_do: str


PAGES: Final = {
    "classify": Page(
        "app.py",
        "Classify",
        ":material/pets:",
        "What does the network say about my photo?",
        "Drop one photo or many, or click a drawn pet.",
    ),
    "train": Page(
        "pages/train.py",
        "Train",
        ":material/model_training:",
        "How does it learn, right now?",
        "Choose pictures and a network, press Start, and watch the loss fall.",
    ),
    "feature_maps": Page(
        "pages/feature_maps.py",
        "Feature maps",
        ":material/layers:",
        "What does each layer see in this photo?",
        "Choose a network and a photo, then click a layer, a channel, a cell.",
    ),
    "conv_lab": Page(
        "pages/conv_lab.py",
        "Conv lab",
        ":material/grid_on:",
        "What exactly does one layer compute?",
        "Point at a number to see the sum behind it, in both engines; move a slider to change it.",
    ),
    "numpy_network": Page(
        "pages/numpy_network.py",
        "NumPy network",
        ":material/compare_arrows:",
        "Do NumPy and torch agree through the whole network?",
        "Send a photo down through both engines and its gradient back, or train both side by side.",
    ),
    "about": Page(
        "pages/about.py",
        "About",
        ":material/info:",
        "What is this, and what do its words mean?",
        "Read where it comes from and where photos go, or look up a word and see it at work.",
    ),
}

ICON = Path(__file__).with_name("icon.svg")
"""A file of ours: Streamlit's named icons would come from another host in the place of this one."""
_STYLE = """
<style>
.block-container { padding: 2.2rem clamp(1rem, 3vw, 3rem) 2rem; max-width: 2000px; }
/* Without the sidebar the button that brings it back stands above the title. */
@media (max-width: 768px) { .block-container { padding-top: 3.6rem; } }
/* Across a projector charts and pictures use the room, lines of text stay readable. */
.stMain [data-testid="stMarkdownContainer"] > :is(p, ul, ol) { max-width: 46rem; }
/* On a phone a row of choices goes on in the next line, and no switch loses its name. */
[data-testid="stButtonGroup"] [role="radiogroup"] { flex-wrap: wrap; }
.stMain [data-testid="stCheckbox"] :is([data-testid="stMarkdownContainer"], p) {
  white-space: normal; overflow: visible; }
[data-testid="stLayoutWrapper"]:has(> :is([class*="st-key-in-view-"], [class*="st-key-address-"]))
  { position: absolute; }
h1 { font-size: 1.75rem !important; padding: 0 0 .2rem 0 !important; }
[data-testid="stMetricValue"], td, .tabular { font-variant-numeric: tabular-nums; }
[data-testid="stMetricValue"] { font-size: 1.35rem; }
[data-testid="stImage"] img.crisp, .crisp { image-rendering: pixelated; }
.figures { display: flex; flex-wrap: wrap; gap: .2rem 2rem; margin: 0 !important;
  padding: 0 !important; }
.figures dt { font-size: .875rem; font-weight: 400; opacity: .8; }
.figures dd { font-size: 1.35rem; line-height: 1.3; margin: 0; min-width: 4.5rem; }
/* Times that come move nothing. */
.times { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(0, 8rem);
  margin: 0 !important; padding: 0 !important; }
.times dt, .times-for { font-size: .8rem; font-weight: 400; opacity: .8; }
.times dd { font-size: .9rem; line-height: 1.3; margin: 0; }
.times :is(dt, dd), .times-for { white-space: nowrap; margin: 0; }
.st-key-recipe-times { min-height: 3.6rem; }
.st-key-chosen-time { min-height: 1.5rem; }
.st-key-curves { min-height: 413px; }  /* while a run ends, Plotly comes in the canvases' place */
.st-key-which-network { min-height: 2.5rem; }  /* with the first edit comes a button */
/* Longer words move nothing below them. */
.st-key-verdict { min-height: 4.6rem; }
.st-key-diagnosis { min-height: 6.4rem; }
@media (max-width: 640px) {
  .times:has(> :nth-child(4)) { grid-auto-flow: row; grid-template-columns: 1fr 1fr; }
  .st-key-which-network { min-height: 3rem; }
  .st-key-verdict, .st-key-diagnosis { min-height: 11rem; }
  [data-testid="stProgress"] p { min-height: 2lh; }  /* the time left may need a second line */
}
/* On a tablet, or enlarged for a projector, the sidebar leaves no room for columns. */
@media (max-width: 900px) {
  .stMain .stColumn { min-width: calc(100% - 1.5rem); }
  .st-key-curves { min-height: 913px; }
}
[data-testid="stSidebarHeader"] { height: 2.5rem; min-height: 2.5rem; }
</style>
"""


@contextmanager
def open_page(key: str) -> Iterator[None]:
    """Draw a page's head, then the page inside: ``with open_page("train"):`` begins its script.

    ``key`` is one of ``PAGES``. The links to the others lead to where this visitor left them.
    """
    page = PAGES[key]
    st.set_page_config(
        page_title=f"{page.name} · Glass CNN",
        page_icon=ICON,
        layout="wide",
        initial_sidebar_state=220,
    )
    st.html(_STYLE)
    with st.sidebar:
        st.markdown("**Glass CNN**  \nOne small network, every number on show")
        for name, each in PAGES.items():
            st.page_link(
                each.file,
                label=each.name,
                icon=each.icon,
                width="stretch",
                query_params=None if name == key else kept_address(name),
            )
        close_after_choosing()
    st.title(page.question, anchor=False)
    st.caption(page.what_to_do)
    keep_little()
    keep_upload_addresses()
    with page_computes(), keep_address(key):
        try:
            with st.sidebar:
                receive_visitor()
            yield
        except (GlassError, OSError) as error:  # a disk that is full, a run that is damaged
            st.error(escape_markdown(sentence_for(error)))
