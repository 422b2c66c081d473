"""The same explanations under an answer on Classify, folded away until somebody asks."""

from collections.abc import Callable

from core.runs.listing import open_run
from pages.parts.shared.draw_class import draw_it, draw_me
from pages.parts.shared.explained import ExplainedAnswer, ExplainedNetwork
from pages.parts.shared.fold import fold
from pages.parts.shared.fool_it import FOOL_IT, fool_it
from pages.parts.shared.model_choice import ModelChoice, is_run, load_classifier
from pages.parts.shared.photos import BroughtPhoto
from pages.parts.shared.why import show_why
from pages.parts.shared.words import percent


def why_folds(
    photo: BroughtPhoto, model: ModelChoice, photo_key: str, judge: Callable[[bytes], str]
) -> None:
    """Draw the folds under an answer; nothing is computed while they are closed.

    What was opened stays open when another model is chosen, so that two can be compared. ``judge``
    says in a sentence what this page would say of a file.
    """
    key = f"{photo_key}-{model.id}"
    why = fold("Why it says so", f"why-{photo_key}")
    fooling = fold(FOOL_IT, f"fool-{photo_key}")
    if why is None and fooling is None:
        return
    classifier = load_classifier(model)
    answer = classifier.classify(photo.content)
    asked = ExplainedAnswer(
        explained_network(model),
        photo.key,
        answer.pixels,
        f"{model.name} · {photo.name}",
        f"{answer.label} {percent(answer.probability)}",
        judge,
    )
    if why is not None:
        with why:
            show_why(asked, key)
    if fooling is not None:
        with fooling:
            fool_it(asked, key)


def drawing_fold(model: ModelChoice, one: str) -> None:
    """Draw the fold in which the model draws what it takes for its classes; ``one`` is class 1."""
    inside = fold(draw_me(one), "draw-classify")
    if inside is not None:
        with inside:
            draw_it(explained_network(model), f"classify-{model.id}")


def explained_network(model: ModelChoice) -> ExplainedNetwork:
    """Put together what is known of a model."""
    classifier = load_classifier(model)
    run = open_run(model.id) if is_run(model.id) else None
    epoch = model.epoch
    if run is not None and epoch is None:
        newest = run.checkpoints.positions()[-1]
        epoch = None if newest.step else newest.epoch
    return ExplainedNetwork(
        f"classify {model.id} {model.version}",
        classifier.model,
        classifier.image_size,
        classifier.classes,
        classifier.mistakes,
        run,
        epoch,
    )
