"""Which weights a picture was made with, without reading them: cheap, and without torch."""

from core.checkpoint import Position, load_record
from core.runs import Run


def weights_mark(run: Run, epoch: int) -> str:
    """Name the weights of an epoch by their check sum; ``ModelError`` when they are not kept."""
    if epoch == 0 and epoch not in run.checkpoints.epochs():
        return "untrained"
    record = load_record(run.checkpoints.path(Position(epoch)))
    return str(record.get("sha256"))
