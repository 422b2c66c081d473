"""The same explanations under an answer on Classify, folded away until somebody asks."""

import streamlit as st

from pages.parts.shared.model_choice import ModelChoice, load_classifier
from pages.parts.shared.photos import BroughtPhoto
from pages.parts.shared.why import ExplainedAnswer, show_why
from pages.parts.shared.words import percent


def why_expander(photo: BroughtPhoto, model: ModelChoice, photo_key: str) -> None:
    """Draw the fold; nothing is computed while it is closed."""
    key = f"{photo_key}-{model.id}"
    folds: dict[str, bool] = st.session_state.setdefault("opened-whys", {})
    fold = f"why-{key}"
    if fold not in st.session_state:  # forgotten on the way to other pages
        st.session_state[fold] = folds.get(key, False)
    opened = st.expander("Why it says so", key=fold, on_change="rerun")
    folds[key] = bool(opened.open)
    if not opened.open:
        return
    classifier = load_classifier(model)
    answer = classifier.classify(photo.content)
    asked = ExplainedAnswer(
        f"classify {model.id} {model.version} {photo.key}",
        classifier.model,
        answer.pixels,
        f"{model.name} · {photo.name}",
        f"{answer.label} {percent(answer.probability)}",
        classifier.classes,
    )
    with opened:
        show_why(asked, key)
