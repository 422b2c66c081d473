"""Draws the story in columns, and the glossary with a link for each word."""

import streamlit as st

from pages.parts.about.glossary import GLOSSARY, Term
from pages.parts.about.story import STORY
from pages.parts.shared.page import PAGES


def show() -> None:
    """Draw the page."""
    for column, (heading, text) in zip(st.columns(3, gap="large"), STORY, strict=True):
        column.markdown(f"#### {heading}\n\n{text}")
    st.markdown("#### Twenty words")
    st.caption("In the order in which a photo meets them, and then what training is made of.")
    half = -(-len(GLOSSARY) // 2)
    left, right = st.columns(2, gap="large")
    for column, terms in ((left, GLOSSARY[:half]), (right, GLOSSARY[half:])):
        for term in terms:
            with column.container(gap="xxsmall"):
                show_term(term)


def show_term(term: Term) -> None:
    """Draw a word, what it means, and the link to where it can be seen."""
    st.markdown(f"**{term.word}**  \n{term.meaning}")
    page = PAGES[term.page]
    st.page_link(
        page.file,
        label=f"See it: {page.name}, {place(term)}",
        icon=page.icon,
        query_params=dict(term.query),
    )


def place(term: Term) -> str:
    """Say what to look at on the page that the link opens."""
    if term.view == term.word or term.page != "conv_lab":
        return term.view if term.page != "train" else term.shows
    return f"{term.view}: {term.shows}"
