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
            # A number field would drop what it cannot read, and judge the rest.
            typed = st.text_input(
                "Your answer",
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
        if typed.strip():
            _say(question, typed)


def _say(question: Question, typed: str) -> None:
    answer = question.read(typed)
    if answer is None:
        example = "0.25" if question.tolerance else "16"
        st.markdown(f":orange[:material/edit:] Please type a number, such as {example}.")
        return
    verdict = escape_markdown(question.verdict(answer))
    if question.is_right(answer):
        st.markdown(f":green[:material/check_circle:] {verdict}")
    else:
        st.markdown(f":orange[:material/lightbulb:] {verdict}")
