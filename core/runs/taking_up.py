"""How a training goes on where its run stands: in the process that writes it, and in those beside.

The first process settles what the config leaves open; the others get it as ``Settled``.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.architecture.library import name_of, text_of
from core.config import TrainConfig
from core.errors import RunError
from core.files import remove_unfinished, write_json
from core.runs.checkpoints import Checkpoint
from core.runs.run import Run
from core.system import set_torch_threads
from core.training.team import Team
from core.wording import plain

if TYPE_CHECKING:
    from core.data import Data
    from core.training.state import TrainingState


@dataclass(frozen=True)
class Settled:
    """A run, its config with nothing left open, threads of each process, photos of each set."""

    run: Path
    config: TrainConfig
    threads: int
    photos: tuple[int, int]


def write_facts(run: Run, data: "Data", team: Team) -> str:
    """Add to config.json what the data turned out to be; return what changed since last time.

    Other classes than before are a ``RunError``: the weights would mean something else.
    """
    import torch

    record = run.record
    facts: dict[str, Any] = {
        "classes": list(data.classes),
        "source": data.source,
        "photos": {"train": len(data.train), "test": len(data.test)},
        "data": data.mark,
    }
    before = {name: record.get(name) or value for name, value in facts.items()}
    # What earlier versions wrote down need not be plain.
    if [plain(each) for each in before["classes"]] != facts["classes"]:
        raise RunError(
            f"This run learnt {' and '.join(before['classes'])}, but its data now holds "
            f"{' and '.join(facts['classes'])}."
        )
    note = ""
    if any(before[name] != facts[name] for name in ("photos", "data")):
        note += "The data has changed since this run was begun. "
    # Sums over other numbers of threads and processes round differently, and a run must stay
    # repeatable.
    facts |= {"threads": torch.get_num_threads(), "processes": team.size}
    processes = record.get("processes", 1)
    if "threads" in record and processes == team.size:
        facts["threads"] = record["threads"]
    elif "threads" in record:
        note += (
            f"{spoken_processes(processes)} at work before and {team.size} now: sums "
            "round differently from here on. "
        )
    set_torch_threads(facts["threads"])
    write_json(run.path / "config.json", record | facts, durable=True)
    return note


def lost_weights(run: Run, epoch: int) -> str:
    """Say that a run goes on from before the epochs that its log knows; "" where it does not."""
    known = run.log.epochs()
    if not known or known[-1].epoch <= epoch:
        return ""
    where = f"from epoch {epoch + 1}" if epoch else "from the start"
    return (
        f"The weights after epoch {known[-1].epoch} are missing or damaged: it is trained again "
        f"{where}. "
    )


def settle(run: Run, team: Team) -> TrainConfig:
    """Decide what the config leaves to the machine, and write down what and why.

    The numbers are those of the run's beginning, so that it goes on bit for bit; the device is
    chosen anew, since a run may go on elsewhere.
    """
    from core.training.devices import choose_device
    from core.training.numbers import Numbers, choose_numbers

    config, record = team.fitted(run.config), run.record
    device = choose_device(config.device)
    config = config.replace(device=device.name)
    if record.get("numbers"):
        numbers = Numbers(**record["numbers"])
    else:
        part = max(2, config.batch_size // team.size)
        numbers = choose_numbers(config.replace(batch_size=part))
    settled = {"device": vars(device), "numbers": vars(numbers)}
    write_json(run.path / "config.json", record | settled, durable=True)
    return config.replace(dtype=numbers.dtype)


def take_up(state: "TrainingState", run: Run) -> Checkpoint | None:
    """Bring ``state`` to the run's newest checkpoint and return it, if there is one."""
    checkpoint = run.checkpoints.newest()
    if checkpoint is not None:
        state.load(checkpoint.weights, checkpoint.optimizer)
        state.restore(checkpoint.facts["state"])
    return checkpoint


def facts_of(run: Run, config: TrainConfig, state: "TrainingState") -> dict[str, Any]:
    """Return what a checkpoint says of itself; ``config`` has nothing left open."""
    return {
        "model": name_of(config.model),
        "network": text_of(config.model),
        "image_size": config.image_size,
        "classes": list(run.classes or ()),
        "mistakes": [str(mistake) for mistake in config.mistakes],
        "accuracy": state.test_accuracy,
        "recipe": run.config.replace(dtype=config.dtype).to_dict(),
        "state": state.to_dict(),
    }


def remove_halves(run: Run) -> None:
    """Remove what an earlier worker had half written when it was killed."""
    run.checkpoints.remove_unfinished()
    remove_unfinished(run.path / "predictions", "epoch-*")
    for name in ("status.json", "test_photos.json"):
        remove_unfinished(run.path, name)


def spoken_processes(count: int) -> str:
    """Begin a sentence with how many processes were at work."""
    return "One process was" if count == 1 else f"{count} processes were"
