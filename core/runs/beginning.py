"""Trainings that visitors begin: whose they become, how many at once, how many that stay.

Whoever sits at the server has no limit, and on a server that only its own computer reaches that is
everybody.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock

from core.config import TrainConfig
from core.data.typed_source import typed_source
from core.errors import RunError
from core.folders import access_folder
from core.runs.listing import create_run, every_run
from core.runs.rate_search import RateSearch, searches_of
from core.runs.rights import changing, check_known
from core.runs.run import Run
from core.runs.worker_pool import WorkerPool
from core.visitors import Visitor

MOST = 2
"""How many trainings and searches for a learning rate a visitor may have, waiting ones too."""
MOST_KEPT = 20
"""How many runs of a visitor's are kept."""


def start_new(config: TrainConfig, visitor: Visitor, pool: WorkerPool) -> Run:
    """Make a visitor's run and let a worker train it; ``GlassError`` when that may not be."""
    typed_source(config.data)  # what may not be read here makes no run
    with one_more(visitor):
        check_kept(visitor)
        run = create_run(config, owner=visitor.mark)
        pool.start(run)
    return run


def start_again(run: Run, visitor: Visitor, pool: WorkerPool, epochs: int | None = None) -> None:
    """Let a worker take a run up, to ``epochs`` in all where that is told."""
    run = changing(run, visitor)
    with one_more(visitor):
        if epochs is not None:
            run.extend(epochs)
        pool.start(run)


def search_rates(search: RateSearch, visitor: Visitor) -> None:
    """Let a search for a learning rate begin; ``GlassError`` when that may not be."""
    typed_source(search.config.data)
    with one_more(visitor):
        search.look()


@contextmanager
def one_more(visitor: Visitor) -> Iterator[None]:
    """Let a visitor begin one more within the block; ``RunError`` when it has as many as it may.

    Two clicks at the same instant come one after the other.
    """
    if visitor.at_home:
        yield
        return
    check_known(visitor)
    access_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(access_folder() / "begin.lock"):
        count = len(trainings_of(visitor)) + len(searches_of(visitor.mark))
        if count >= MOST:
            raise RunError(
                f"{count} trainings of yours run or wait here already, and {MOST} at once are "
                "allowed, searches for a learning rate counted. Stop one, or wait for its end."
            )
        yield


def check_kept(visitor: Visitor) -> None:
    """Raise ``RunError`` when a visitor has as many runs as are kept."""
    kept = sum(run.owner == visitor.mark for run in every_run())
    if kept >= MOST_KEPT and not visitor.at_home:
        raise RunError(
            f"{kept} runs of yours are kept here, and {MOST_KEPT} are allowed. Delete one that you "
            "no longer need."
        )


def trainings_of(visitor: Visitor) -> list[Run]:
    """List a visitor's runs that are trained or wait for it."""
    mine = [run for run in every_run() if run.owner == visitor.mark]
    return [run for run in mine if run.status().active]
