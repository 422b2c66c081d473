"""What the network says of each photo: cards, a table for many, and a reject band."""

import csv
import io
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st

from core.errors import ModelError, PhotoError
from core.pictures.colour import CLASS_COLOURS
from pages.parts.classify.probability_bar import probability_bar
from pages.parts.shared.gallery import picture_address
from pages.parts.shared.model_choice import ModelChoice, load_classifier
from pages.parts.shared.photos import BroughtPhoto, thumbnail
from pages.parts.web import bundle_css

CARDS = 12  # the rest of many photos is in the table alone
PHOTO_SIDE = 240
REMEMBERED = 500

_STYLE = bundle_css(Path(__file__).parent / "answers.css")


@dataclass(frozen=True)
class PhotoAnswer:
    """One photo's answer, or why there is none."""

    name: str
    picture: str | None
    seen: str | None
    probability: float | None
    classes: tuple[str, str]
    notes: tuple[str, ...]
    problem: str = ""

    def label(self, threshold: float) -> str:
        """Say the class, or that it is not sure: below ``threshold`` for either class."""
        if self.probability is None:
            return "no answer"
        certainty = max(self.probability, 1 - self.probability)
        return "not sure" if certainty < threshold else self.classes[self.probability >= 0.5]


def choose_threshold() -> float:
    """Draw the slider of the reject band; return the certainty in 0.5..1 an answer needs."""
    return (
        st.slider(
            'Say "not sure" below',
            50,
            99,
            60,
            format="%d %%",
            key="threshold",
            persist_state="session",
            help="A network always has an answer. Asking for more certainty gives fewer answers, "
            "and more of them right.",
        )
        / 100
    )


def show_answers(photos: list[BroughtPhoto], model: ModelChoice, threshold: float) -> None:
    """Answer every photo, newest first; bad files get their sentence in the same place."""
    st.html(f"<style>{_STYLE}</style>")
    if not photos:
        st.info(
            "Drop a photo of a cat or a dog, or click one of the drawn pets. The answer appears "
            "here, with the picture as the network sees it.",
        )
        return
    try:
        answers = answer_all(photos, model)
    except ModelError as error:
        st.error(f"This model cannot answer. {error} Choose another one.")
        return
    # Only now: the page without an answer is on screen the sooner.
    from pages.parts.classify.why import why_expander

    for number, said in enumerate(answers[:CARDS]):
        st.html(card(said, threshold))
        if said.probability is not None:
            why_expander(photos[number], model, number)
    if len(answers) > CARDS:
        st.caption(f"{len(answers) - CARDS} more photos are in the table.")
    if len(answers) > 1:
        show_table(answers, threshold, model)
    if any(said.probability is not None for said in answers):
        st.caption(
            "The second picture is all that the network gets. It has only ever seen cats and dogs: "
            "of anything else it says one of the two all the same."
        )


def answer_all(photos: list[BroughtPhoto], model: ModelChoice) -> list[PhotoAnswer]:
    """Ask the model for each photo that this visitor has not asked it about yet."""
    known: dict[tuple[str, str, ModelChoice], PhotoAnswer] = st.session_state.setdefault(
        "answers", {}
    )
    new = [photo for photo in photos if (photo.name, photo.key, model) not in known]
    bar = st.progress(0.0, "Looking at the photos ...") if len(new) > 5 else None
    for number, photo in enumerate(new):
        known[photo.name, photo.key, model] = answer(photo, model)
        if bar:
            bar.progress((number + 1) / len(new), f"Photo {number + 1} of {len(new)}")
    if bar:
        bar.empty()
    answers = [known[photo.name, photo.key, model] for photo in photos]
    for oldest in list(known)[: max(0, len(known) - max(REMEMBERED, len(photos)))]:
        del known[oldest]
    return answers


def answer(photo: BroughtPhoto, model: ModelChoice) -> PhotoAnswer:
    """Ask the model about one photo."""
    classifier = load_classifier(model)
    try:
        given = classifier.classify(photo.content)
    except PhotoError as error:
        return PhotoAnswer(photo.name, None, None, None, classifier.classes, (), str(error))
    shown = thumbnail(photo.content, PHOTO_SIDE)
    return PhotoAnswer(
        photo.name,
        None if shown is None else picture_address(shown),
        picture_address(np.asarray(given.pixels)),
        given.probability_one,
        classifier.classes,
        given.notes,
    )


def card(said: PhotoAnswer, threshold: float) -> str:
    """Return the HTML of one answer; names come from visitors and are escaped."""
    name = f'<div class="name">{escape(said.name)}</div>'
    if said.probability is None:
        problem = f'<div class="problem"><b>No answer.</b> {escape(said.problem)}</div>'
        return f'<div class="answer"><div class="said">{name}{problem}</div></div>'
    label = said.label(threshold)
    colour = "inherit" if label == "not sure" else CLASS_COLOURS[said.probability >= 0.5]
    pictures = "".join(
        f'<figure><img src="{address}" alt="{alt}"{extra}><figcaption>{alt}</figcaption></figure>'
        for address, alt, extra in (
            (said.picture, "the photo", ""),
            (said.seen, "what the network sees", ' class="crisp"'),
        )
        if address
    )
    notes = "".join(f'<div class="note">{escape(note).capitalize()}.</div>' for note in said.notes)
    return (
        f'<div class="answer">{pictures}<div class="said">{name}'
        f'<div class="label" style="color:{colour}">{escape(label)}</div>'
        f"{probability_bar(said.probability, said.classes)}{notes}</div></div>"
    )


def show_table(answers: list[PhotoAnswer], threshold: float, model: ModelChoice) -> None:
    """Draw all answers as a table that can be downloaded."""
    one = answers[0].classes[1]
    rows: list[dict[str, object]] = [
        {
            "photo": said.name,
            "answer": said.label(threshold),
            f"P({one})": None if said.probability is None else round(said.probability, 4),
            "notes": said.problem or "; ".join(said.notes),
        }
        for said in answers
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            f"P({one})": st.column_config.ProgressColumn(
                min_value=0.0, max_value=1.0, format="percent", color=CLASS_COLOURS[1]
            )
        },
    )
    st.download_button(
        "Download the table as CSV",
        csv_text(rows, model.name),
        file_name="answers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


def csv_text(rows: list[dict[str, object]], model_name: str) -> str:
    """Return the table as CSV with the model's name in each row."""
    out = io.StringIO()
    writer = csv.DictWriter(out, [*rows[0], "model"])
    writer.writeheader()
    for row in rows:
        cells = row | {"model": model_name}
        writer.writerow({key: safe_cell(cell) for key, cell in cells.items()})
    return out.getvalue()


def safe_cell(cell: object) -> object:
    """Put an apostrophe before a text that a spreadsheet would run as a formula."""
    is_formula = isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    return f"'{cell}" if is_formula else cell
