"""A tab's small question: a field for the answer, the verdict, and a button that shows it."""

from collections.abc import Callable, Mapping

import streamlit as st

from core.conv_lab.questions import Question
from pages.parts.shared.words import escape_markdown


def ask(tab: str, question: Question, use: Callable[[Mapping[str, object]], None]) -> None:
    """Draw a tab's question; its button lets the page ``use`` the changes that it asks about.

    A new question has an empty field.
    """
    with st.container(border=True, key="lab_question"):
        st.markdown(f"**What do you expect?**   {escape_markdown(question.text)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            typed = st.number_input(
                "Your answer",
                value=None,
                step=0.01 if question.tolerance else 1,
                format="%.6g" if question.tolerance else "%d",
                key=f"lab_answer_{tab}_{question.text}",
                placeholder="Your answer",
                label_visibility="collapsed",
                width=200,
            )
            if question.look:
                st.button(
                    question.look,
                    key="lab_look_at_answer",
                    on_click=use,
                    args=(question.changes,),
                    icon=":material/visibility:",
                )
        if typed is not None:
            _say(question, typed)


def _say(question: Question, typed: float) -> None:
    verdict = escape_markdown(question.verdict(typed))
    if question.is_right(typed):
        st.markdown(f":green[:material/check_circle:] {verdict}")
    else:
        st.markdown(f":orange[:material/lightbulb:] {verdict}")
