"""From a path to an answering network."""

from pathlib import Path
from typing import Final, Literal

from core.errors import ModelError, RunError
from core.networks.classifier import Classifier
from core.runs.run import Run
from core.runs.verdict import best_epoch

BEST: Final = "best"


def load_classifier(
    path: Path | None = None, epoch: int | Literal["best"] | None = None
) -> Classifier:
    """Load from a run's folder, a weight file, or without one the shipped.

    A run answers with its newest weights, or those after ``epoch``, which may be ``BEST``: the
    epoch of the highest test accuracy. ``ModelError`` says in a sentence what cannot be used and
    why.
    """
    if epoch is not None and (path is None or not path.is_dir()):
        raise ModelError(
            f"An epoch can be chosen of a run's folder, not of {path or 'the shipped model'}."
        )
    if path is None:
        return Classifier.load()
    if path.is_dir():
        try:
            run = Run(path)
        except RunError as error:
            raise ModelError(str(error)) from error
        return run.classifier(of_best(run) if epoch == BEST else epoch)
    if not path.exists():
        raise ModelError(f"{path} does not exist; a run's folder or a .safetensors is needed.")
    if path.suffix not in (".safetensors", ".json"):
        raise ModelError(f"{path.name} is no weight file: a .safetensors file is needed.")
    return Classifier.load(path.with_suffix(".safetensors"))


def of_best(run: Run) -> int:
    """Return the run's best epoch; ``ModelError`` when it has none."""
    epoch = best_epoch(run)
    if epoch is None:
        raise ModelError(
            f"The run {run.name} has no best epoch: nothing was learnt in any it keeps."
        )
    return epoch
