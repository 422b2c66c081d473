"""What the network says of each photo: cards in pages, a table of all, and a reject band."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.errors import ModelError, PhotoError
from core.pictures.colour import CLASS_COLOURS
from pages.parts.classify.probability_bar import probability_bar
from pages.parts.shared.gallery import picture_address
from pages.parts.shared.model_choice import ModelChoice, facts_of, load_classifier
from pages.parts.shared.photos import BroughtPhoto, thumbnail
from pages.parts.shared.words import escape_markdown, percent, sentence
from pages.parts.web import bundle_css

if TYPE_CHECKING:
    from core.networks.classifier import Answer

PER_PAGE = 12
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
    unlike: bool = False

    @property
    def leaning(self) -> str:
        """The class that the network names, however sure it is."""
        return self.classes[self.probability is not None and self.probability >= 0.5]

    def declined(self, threshold: float) -> str:
        """Say why the answer does not count, or nothing: ``threshold`` is for either class."""
        if self.probability is None:
            return ""
        if self.unlike:
            return "unlike anything it learnt"
        return "not sure" if max(self.probability, 1 - self.probability) < threshold else ""

    def label(self, threshold: float) -> str:
        """Say the class, or why there is none."""
        if self.probability is None:
            return "no answer"
        return self.declined(threshold) or self.leaning

    def reason(self, threshold: float) -> str:
        """Say in a sentence why the answer does not count, if it does not."""
        if self.probability is None or not self.declined(threshold):
            return ""
        if self.unlike:
            return (
                f"Asked all the same it says {self.leaning}, but nothing that it learnt from "
                "looked like this."
            )
        return f"It leans to {self.leaning}, but not far enough to be relied on."


def show_answers(
    photos: list[BroughtPhoto], model: ModelChoice, threshold: float, *, invite: bool
) -> None:
    """Answer every photo, newest first; bad files get their sentence in the same place.

    Without photos, ``invite`` says what to do.
    """
    st.html(f"<style>{_STYLE}</style>")
    if not photos:
        if invite:
            st.info(
                "Drop a photo of a cat or a dog, click one of the drawn pets, or hold one up to "
                "the camera. The answer appears here, with the picture as the network sees it.",
            )
        return
    try:
        answers = answer_all(photos, model)
    except ModelError as error:
        st.error(f"This model cannot answer. {escape_markdown(str(error))} Choose another one.")
        return
    show_cards(photos, answers, model, threshold)
    if len(answers) > 1:
        show_table(answers, threshold, model)
    if any(said.probability is not None for said in answers):
        from pages.parts.classify.why import drawing_fold

        st.caption(
            "The second picture is all that the network gets. " + limits(model, answers[0].classes)
        )
        drawing_fold(model, answers[0].classes[1])


def limits(model: ModelChoice, classes: tuple[str, str]) -> str:
    """Say what the network cannot tell."""
    zero, one = map(escape_markdown, classes)
    try:
        asked = "likeness" in facts_of(model)
    except ModelError:
        asked = False
    if not asked:
        return (
            f"It only knows {one} and {zero}: of anything else it says one of the two all the "
            "same, and these weights cannot tell that it is something else."
        )
    return (
        f"It only knows {one} and {zero}. Noise, patterns, text, screens and plain drawings mostly "
        f"look unlike anything it learnt. What only resembles {one} or {zero}, as another animal "
        "resembles a pet, it cannot tell from them, and it misses some photos of other things."
    )


def show_cards(
    photos: list[BroughtPhoto], answers: list[PhotoAnswer], model: ModelChoice, threshold: float
) -> None:
    """Draw a page of answers, each with its pictures and why."""
    # Only now: the page without an answer is on screen the sooner.
    from pages.parts.classify.why import why_folds

    def judge(content: bytes) -> str:
        return verdict(answer(BroughtPhoto("", content), model), threshold)

    # The same photo may have been dropped twice; its place would change with every new photo.
    times = Counter[str]()
    keys = []
    for photo in photos:
        keys.append(f"{photo.key[:12]}-{times[photo.key]}")
        times[photo.key] += 1
    for number in choose_page(keys):
        st.html(card(answers[number], threshold))
        if answers[number].probability is not None:
            why_folds(photos[number], model, keys[number], judge)


def choose_page(keys: list[str]) -> range:
    """Draw the choice of a page where one is not enough; return the numbers of its photos.

    It starts anew with every new photo, which is on the first page.
    """
    count = len(keys)
    if count <= PER_PAGE:
        return range(count)
    pages = -(-count // PER_PAGE)
    said = st.empty()
    page = st.pagination(pages, key=f"answers-page-{keys[0]}-{pages}", persist_state="session")
    shown = range((page - 1) * PER_PAGE, min(page * PER_PAGE, count))
    said.markdown(f"Photos {shown.start + 1} to {shown.stop} of {count}, the newest first")
    return shown


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
    return replace(
        photo_answer(photo.name, given),
        picture=None if shown is None else picture_address(shown),
        seen=picture_address(np.asarray(given.pixels)),
    )


def photo_answer(name: str, given: "Answer") -> PhotoAnswer:
    """Return a classifier's answer to a photo as this page says it, still without pictures."""
    return PhotoAnswer(
        name,
        None,
        None,
        given.probability_one,
        given.classes,
        given.notes,
        unlike=given.declined == "unlike",
    )


def verdict(said: PhotoAnswer, threshold: float) -> str:
    """Say in a sentence what this page says of a file that was made here."""
    assert said.probability is not None  # a file of ours is a photo
    name = escape_markdown(said.leaning)
    certainty = percent(max(said.probability, 1 - said.probability))
    declined = said.declined(threshold)
    counts = f", which does not count here: {declined}" if declined else ""
    return f"Dropped on this page, this file is answered with **{name} {certainty}**{counts}."


def card(said: PhotoAnswer, threshold: float) -> str:
    """Return the HTML of one answer; names come from visitors and are escaped."""
    name = f'<div class="name">{escape(said.name)}</div>'
    if said.probability is None:
        problem = f'<div class="problem"><b>No answer.</b> {escape(said.problem)}</div>'
        return f'<div class="answer"><div class="said">{name}{problem}</div></div>'
    label = said.label(threshold)
    reason = said.reason(threshold)
    colour = "inherit" if reason else CLASS_COLOURS[said.probability >= 0.5]
    pictures = "".join(
        f'<figure><img src="{address}" alt="{alt}"{extra}><figcaption>{alt}</figcaption></figure>'
        for address, alt, extra in (
            (said.picture, "the photo", ""),
            (said.seen, "what the network sees", ' class="crisp"'),
        )
        if address
    )
    why = f'<div class="reason">{escape(reason)}</div>' if reason else ""
    notes = "".join(f'<div class="note">{escape(sentence(note))}</div>' for note in said.notes)
    return (
        f'<div class="answer">{pictures}<div class="said">{name}'
        f'<div class="label" style="color:{colour}">{escape(label)}</div>{why}'
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
            "notes": said.problem or " ".join(map(sentence, said.notes)),
        }
        for said in answers
    ]
    st.dataframe(
        [row | {f"P({one})": in_percent(said)} for row, said in zip(rows, answers, strict=True)],
        hide_index=True,
        column_config={
            "answer": st.column_config.TextColumn(width="medium"),
            f"P({one})": st.column_config.ProgressColumn(
                min_value=0.0,
                max_value=100.0,
                format="%.1f %%",
                color=CLASS_COLOURS[1],
                help=f"How likely it is a {one}, says the network.",
            ),
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


def in_percent(said: PhotoAnswer) -> float | None:
    """Return P(class 1) in 0..100."""
    return None if said.probability is None else said.probability * 100


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
