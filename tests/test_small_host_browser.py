"""The mode for small computers: what it promises of memory, and that pages work in it."""

from collections.abc import Callable

import pytest

from core.config import RECIPES
from core.runs.commands import Action
from core.runs.listing import create_run
from core.runs.run import Run
from core.runs.worker_pool import launch
from tests.app_server import SETTLED, running_server, wait_for
from tests.processes import can_tell, children_of, held_megabytes, tree_of
from tests.train_page import points

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not can_tell(), reason="this system does not say what processes hold"),
]
PROMISED_MEGABYTES = 700
CONFIG = RECIPES["quick"].replace(train_per_class=160, test_per_class=50, epochs=1000)


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("GLASS_CNN_SMALL", "1")
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # each thread takes some memory
        monkeypatch.delenv(name, raising=False)
    with running_server(tmp_path) as started:
        monkeypatch.setenv("GLASS_CNN_RUNS", str(started.runs))
        monkeypatch.setenv("GLASS_CNN_CACHE", str(started.cache))
        yield started
    assert not started.tracebacks()


def ask(page, name: str) -> None:
    page.goto("/")
    page.get_by_role("button", name=name).click(timeout=120_000)
    page.locator(".answer .name", has_text=name.lower()).wait_for(timeout=120_000)


def new_batches(run: Run, count: int) -> Callable[[], bool]:
    wanted = len(run.log.batch_losses().steps) + count
    return lambda: len(run.log.batch_losses().steps) >= wanted


def test_a_visitor_and_a_training_fit_into_what_is_promised(page, server):
    most = 0.0
    ask(page, "Drawn dog 1")
    page.goto("/train?run=new")
    page.wait_for_selector(SETTLED, timeout=120_000)
    assert not children_of(server.process.pid), "a worker is kept warm"
    run = create_run(CONFIG)
    worker = launch([str(run.path)], run.path / "worker.log")

    def look_until(condition: Callable[[], bool], what: str) -> None:
        nonlocal most

        def look() -> bool:
            nonlocal most
            most = max(most, held_megabytes(tree_of(server.process.pid) | {worker.pid}))
            return condition()

        wait_for(look, what, 300)

    try:
        look_until(lambda: run.status().batch_loss is not None, "the training begins")
        page.goto(f"/train?run={run.id}")
        wait_for(lambda: points(page, "Loss per batch") > 0, "the page follows it", 120)
        counted = page.locator("table.confusion")
        look_until(lambda: counted.count() > 0, "it goes on, and an epoch's answers are counted")
        ask(page, "Drawn cat 2")
        look_until(new_batches(run, 2), "it goes on after an answer")
    finally:
        if run.status().active:
            run.send(Action.STOP)
        worker.wait(120)
    assert run.status().state == "stopped"
    assert most < PROMISED_MEGABYTES
