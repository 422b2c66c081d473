"""From a path to an answering network, and from a run to a weight file."""

from pathlib import Path

from core.errors import ModelError, RunError
from core.networks.classifier import Classifier
from core.networks.weight_files import to_half, write_weight_file
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


def export_weights(run: Run, path: Path, *, half: bool = False, epoch: int | None = None) -> None:
    """Write a run's weights as a weight file at ``path`` (.safetensors).

    ``half`` stores float16, which halves the file; an array with values beyond its range stays
    float32. ``ModelError`` when the run has no such weights.
    """
    checkpoint = run.checkpoint(epoch)
    names = ("model", "image_size", "classes", "accuracy", "recipe", "epoch")
    facts = {name: checkpoint.facts[name] for name in names}
    weights = checkpoint.weights
    if half:
        weights = {name: to_half(array) for name, array in weights.items()}
    write_weight_file(path, weights, facts)
