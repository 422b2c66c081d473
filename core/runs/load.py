"""From a path to an answering network."""

from pathlib import Path

from core.errors import ModelError, RunError
from core.networks.classifier import Classifier
from core.runs.run import Run


def load_classifier(path: Path | None = None) -> Classifier:
    """Load from a run's folder (its newest weights), a weight file, or without one the shipped.

    ``ModelError`` says in a sentence what cannot be used and why.
    """
    if path is None:
        return Classifier.load()
    if path.is_dir():
        try:
            run = Run(path)
        except RunError as error:
            raise ModelError(str(error)) from error
        return run.classifier()
    if not path.exists():
        raise ModelError(f"{path} does not exist; a run's folder or a .safetensors is needed.")
    if path.suffix not in (".safetensors", ".json"):
        raise ModelError(f"{path.name} is no weight file: a .safetensors file is needed.")
    return Classifier.load(path.with_suffix(".safetensors"))
