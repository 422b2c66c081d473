"""What a run answered rightly and wrongly, with the photos, and why it said so."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.data import Data
from core.exchange.report.page import paragraph, section, text
from core.exchange.report.pictures import image, over_photo
from core.explain.cam_on_photo import CamOnPhoto, last_cam
from core.explain.scores import confusion, mistakes
from core.networks.classifier import Classifier
from core.runs.predictions import Predictions
from core.wording import percent

IN_A_CELL = 8
EXPLAINED = 12
THUMBNAIL, LARGE = 96, 180

Photos = Mapping[str, NDArray[np.uint8]]
"""The test photos (S, S, 3) by their names, as far as they are there."""


def test_photos(data: Data | None) -> Photos:
    """Return the test photos by their names."""
    if data is None:
        return {}
    return {name: data.test.pixels[row] for row, name in enumerate(data.test.names)}


def confusion_section(answers: Predictions, photos: Photos, gone: str) -> str:
    """Draw what the photos are against what was said of them; ``gone`` says why none is shown."""
    counts = confusion(answers.labels, answers.probabilities)
    wrong = counts.false_positive + counts.false_negative
    total = len(answers.labels)
    cells = [cell(answers, photos, truth, said) for truth in (1, 0) for said in (1, 0)]
    return section(
        "Right and wrong",
        paragraph(
            f"{wrong:,} of {total:,} test photos are answered wrongly after epoch "
            f"{answers.epoch}. In each box the most wrong come first, among the right ones the "
            "least sure. The edge of a photo has the colour of what it is."
        ),
        paragraph(gone, note=True) if gone else "",
        f'<div class="confusion">{"".join(cells)}</div>',
    )


def cell(answers: Predictions, photos: Photos, truth: int, said: int) -> str:
    """Draw one box of the confusion: a count, and photos."""
    one, names = answers.probabilities >= 0.5, answers.classes
    members = np.flatnonzero((answers.labels == truth) & (one == bool(said)))
    of_truth = max(1, int((answers.labels == truth).sum()))
    members = members[np.argsort(-np.abs(answers.probabilities[members] - truth), kind="stable")]
    shown = [index for index in members if answers.names[index] in photos][:IN_A_CELL]
    pictures = "".join(
        "<figure>"
        + image(
            photos[answers.names[index]],
            THUMBNAIL,
            f"{answers.names[index]}, a {names[truth]}, taken for {names[said]}",
            f"is-{truth}",
        )
        + f"<figcaption>{percent(sure(answers, index))}</figcaption></figure>"
        for index in shown
    )
    right = " right" if truth == said else ""
    share = percent(len(members) / of_truth)
    return (
        f'<div class="cell{right}"><div>is <b>{text(names[truth])}</b>, says '
        f'<b class="says-{said}">{text(names[said])}</b>: <b>{len(members):,}</b>, {share}</div>'
        f'<div class="photos">{pictures}</div></div>'
    )


def mistakes_section(answers: Predictions, photos: Photos, classifier: Classifier) -> str:
    """Draw the surest mistakes, each beside what spoke for its answer."""
    wrong = mistakes(answers.labels, answers.probabilities)
    shown = [index for index in wrong if answers.names[index] in photos][:EXPLAINED]
    if not shown:
        return ""
    cam = last_cam(classifier.model, classifier.image_size)
    zero, one = answers.classes
    how = (
        f"The second picture (Grad-CAM of {cam.layer.name}) shows which places spoke for the "
        f"answer: orange for {one}, blue for {zero}, on a scale of its own."
        if cam
        else "This network has no convolution whose maps could be laid over a photo."
    )
    cards = "".join(draw_mistakes(answers, photos, classifier, cam, shown))
    return section(
        "The surest mistakes",
        paragraph(
            f"The {len(shown)} of {len(wrong):,} mistakes of which the network was most certain. "
            f"{how} What to look for: does it look at the animal, or at something beside it?"
        ),
        f'<div class="mistakes">{cards}</div>',
    )


def draw_mistakes(
    answers: Predictions,
    photos: Photos,
    classifier: Classifier,
    cam: CamOnPhoto | None,
    shown: list[int],
) -> Iterator[str]:
    """Yield a card for each mistake."""
    for index in shown:
        name, truth = answers.names[index], int(answers.labels[index])
        said, pixels = 1 - truth, np.array(photos[answers.names[index]])
        words = (
            f'{text(name)}: a {text(answers.classes[truth])}, taken for <b class="says-{said}">'
            f"{text(answers.classes[said])}</b>, {percent(sure(answers, index))}"
        )
        pictures = image(pixels, LARGE, f"{name}, a {answers.classes[truth]}", f"is-{truth}")
        if cam is not None:
            values, scale = cam.evidence(classifier.see(pixels))
            laid = over_photo(pixels, values, scale)
            pictures += image(laid, LARGE, f"What spoke for {answers.classes[said]} in {name}")
        yield (
            f'<figure><div class="pair">{pictures}</div><figcaption>{words}</figcaption></figure>'
        )


def sure(answers: Predictions, index: int | np.integer) -> float:
    """Return the certainty of an answer."""
    p = float(answers.probabilities[index])
    return max(p, 1 - p)
