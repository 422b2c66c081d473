import json
import os
import subprocess
import sys

import pytest

from core.folders import ROOT
from core.runs.background import start_process
from core.small_host import for_child

USE_AND_FREE = """
import sys
from pathlib import Path
from core.small_host import keep_little

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6

keep_little()
before = held()
for _ in range(3):  # a large piece that is free again lets the C library keep larger ones
    large, small = [], []
    for _ in range(100):
        large.append(bytearray(b"1" * 10**6))
        small.append(bytearray(b"1" * 10**5))
    large.clear()
print(held() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says what a process holds")
def test_a_process_on_a_small_computer_gives_back_what_it_does_not_use():
    def kept(**environment: str) -> float:
        told = subprocess.run(
            [sys.executable, "-c", USE_AND_FREE],
            cwd=ROOT,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return float(told.stdout)

    usual = kept(GLASS_CNN_SMALL="0")
    if usual < 50:
        pytest.skip("this C library keeps little by itself")
    assert kept(GLASS_CNN_SMALL="1") < usual / 2


def test_its_child_processes_are_told_the_same(monkeypatch, tmp_path):
    def told() -> dict[str, str]:
        log = tmp_path / "log"
        (tmp_path / "say_environment.py").write_text(
            "import json, os\nprint(json.dumps(dict(os.environ)))\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        start_process("say_environment", [], log).wait()
        written = log.read_text()
        log.unlink()
        return dict(json.loads(written))

    assert not for_child()
    assert "MALLOC_TRIM_THRESHOLD_" not in told()
    monkeypatch.setenv("GLASS_CNN_SMALL", "1")
    assert for_child().items() <= told().items()
