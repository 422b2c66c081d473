"""The processes beside the one that writes a run: they compute their part of each batch.

They read the run's folder and write nothing. What is to be done the first process tells
(``core.training.team``), so signals mean nothing to them.
"""

import signal
import sys

from core.errors import DataError, GlassError, TeamError
from core.runs.run import Run
from core.runs.taking_up import Settled, take_up
from core.system import set_torch_threads
from core.training.events import Diverged, EnginesCompared, Finished, LayersMeasured
from core.training.team import Order, Team


def train_along(team: Team) -> int:
    """Compute this process's part of the training until its end; return the exit code.

    When the first process is gone it says why, so this one ends without a word.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        settled: Settled | None = team.share(None)
        if settled is not None:
            follow(team, settled)
    except TeamError:
        return 1
    except GlassError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def follow(team: Team, settled: Settled) -> None:
    """Train as the first process does; ``DataError`` when its photos are others than here."""
    from core.data import DataRequest, load_data
    from core.training.loop import train
    from core.training.state import build_state

    config = settled.config
    set_torch_threads(settled.threads)
    data = load_data(DataRequest.of(config))
    photos = (len(data.train), len(data.test))
    if photos != settled.photos:
        raise DataError(f"The first process has {settled.photos} photos, another one {photos}.")
    team.wait_for_all()
    state = build_state(config, team)
    take_up(state, Run(settled.run))
    going_on, state.learning_rate = team.order(Order.GO, 0.0)
    events = train(state, data, config)
    while going_on is Order.GO:
        event = next(events)
        if isinstance(event, Finished | Diverged):
            return
        if not isinstance(event, EnginesCompared | LayersMeasured):
            going_on, state.learning_rate = team.order(Order.GO, 0.0)
    events.close()
