"""The article's photos: a button that brings them from Kaggle, and how far that is."""

import streamlit as st

from core.config import ARTICLE_SET
from core.data.kaggle.article_set import (
    ADDRESS,
    VERSION,
    article_folder,
    client_is_here,
    is_here,
    no_client,
)
from core.errors import GlassError
from core.runs.article_download import ArticleDownload, Downloaded
from pages.parts.shared.redrawn import redrawn
from pages.parts.shared.visitor import visitor
from pages.parts.shared.words import escape_markdown

LIVE_SECONDS = 0.5


def choose_article_set() -> str:
    """Draw how the photos get here; return their name as a source, empty while they are not."""
    with st.container(border=True, key="article-photos"):
        if is_here():
            st.markdown(
                f":material/check: The article's photos are on the server's computer, in "
                f"{escape_markdown(str(article_folder()))}, from [Kaggle]({ADDRESS})."
            )
            return ARTICLE_SET
        st.markdown(
            f"The photos that the article trains on lie on [Kaggle]({ADDRESS}), version {VERSION}: "
            "about 10,000 photos of cats and dogs, a few hundred megabytes. Nothing is downloaded "
            "before you press the button; then they stay on the server's computer for everybody."
        )
        if not client_is_here():
            st.info(escape_markdown(no_client()))
            return ""
        download = ArticleDownload()
        now = download.look()
        if now.running:
            follow(download)
        elif not visitor().at_home:
            st.info("Whoever sits at the server can bring them here.", icon=":material/lock:")
        else:
            offer(download, now)
    return ""


def offer(download: ArticleDownload, now: Downloaded) -> None:
    """Draw the button that begins, or goes on, and why an earlier try ended."""
    if now.failed:
        st.error(escape_markdown(now.message))
    label = "Go on with the download" if now.done else "Download from Kaggle"
    if st.button(label, key="download-article", icon=":material/download:", type="primary"):
        try:
            download.start()
        except GlassError as error:
            st.error(escape_markdown(str(error)))
        else:
            st.rerun()


def follow(download: ArticleDownload) -> None:
    """Show how far it is, in place, with a button to stop it."""

    def live() -> None:
        now = download.look()
        if not now.running:
            st.rerun()
        share = now.done / now.total if now.total else 0.0
        st.progress(share, escape_markdown(now.message))

    redrawn(live, every=LIVE_SECONDS, key="article-download")
    st.button(
        "Stop",
        key="stop-article",
        icon=":material/stop:",
        disabled=not visitor().at_home,
        on_click=download.stop,
        help="What came so far is kept, and the next download goes on from there.",
    )
