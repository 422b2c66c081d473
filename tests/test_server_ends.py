"""A server that is told to end does so at once, whoever is looking, and takes no training along."""

import signal
import sys
from functools import partial

import pytest

from core.conftest import five_seconds
from tests.app_server import running_server, visitor, wait_for
from tests.processes import children_of, is_gone

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it has other signals")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_a_server_with_a_visitor_ends_within_five_seconds_and_its_spare_worker_too(
    number, tmp_path
):
    with running_server(tmp_path) as server, visitor(server, "train"):
        spares = wait_for(lambda: children_of(server.process.pid), "a worker is kept warm")
        server.process.send_signal(number)
        server.process.wait(five_seconds())
        for spare in spares:
            wait_for(partial(is_gone, spare), "the spare ends with its server")
        assert not server.tracebacks()
