"""Whether a training fits into memory is said before it begins."""

from pathlib import Path

import pytest

from core import memory
from core.config import TrainConfig
from core.training.memory import PROGRAM, memory_refusal, memory_warning, needed_memory

ARTICLE = TrainConfig()


def test_what_is_needed_grows_with_what_a_step_holds_and_not_with_the_photos():
    needed = needed_memory(ARTICLE)
    assert needed_memory(ARTICLE.replace(batch_size=32)) > 1.3 * needed
    assert needed_memory(ARTICLE.replace(engine="both")) > 1.9 * needed
    assert needed_memory(ARTICLE.replace(dtype="float64", engine="numpy")) > 1.9 * needed
    assert needed_memory(ARTICLE.replace(train_per_class=9, epochs=99)) == needed


def test_it_is_refused_when_the_computer_is_too_small_and_warned_of_when_it_is_busy(monkeypatch):
    needed = needed_memory(ARTICLE)
    for there, free, refused, warned in (
        (needed - 1, 0, True, True),
        (needed, needed + PROGRAM - 1, False, True),
        (needed, needed + PROGRAM, False, False),
        (None, None, False, False),
    ):
        monkeypatch.setattr("core.training.memory.memory_bytes", lambda there=there: there)
        monkeypatch.setattr("core.training.memory.free_memory", lambda free=free: free)
        assert bool(memory_refusal(ARTICLE)) == refused
        assert bool(memory_warning(ARTICLE)) == warned
    monkeypatch.setattr("core.training.memory.free_memory", lambda: 1)
    assert memory_warning(ARTICLE.replace(device="cuda")) == ""


def test_what_is_free_is_what_the_system_and_the_container_leave(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    monkeypatch.setattr(memory, "CONTAINER", tmp_path)
    assert memory.free_memory() is None
    (tmp_path / "meminfo").write_text("MemTotal: 9000 kB\nMemAvailable: 4000 kB\n")
    assert memory.free_memory() == 4_096_000
    old = tmp_path / "memory"
    old.mkdir()
    write_limits(
        old, "memory.limit_in_bytes", "memory.usage_in_bytes", 3_000_000, "total_inactive_file 5"
    )
    assert memory.free_memory() == 2_000_005
    write_limits(tmp_path, "memory.max", "memory.current", 1_500_000, "inactive_file 7\nanon 3")
    assert memory.free_memory() == 500_007
    (tmp_path / "memory.max").write_text("max\n")
    (old / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert memory.free_memory() == 4_096_000


def write_limits(folder: Path, limit: str, taken: str, most: int, stat: str) -> None:
    (folder / limit).write_text(f"{most}\n")
    (folder / taken).write_text("1000000\n")
    (folder / "memory.stat").write_text(f"{stat}\n")


def test_this_computer_says_what_is_free():
    if not memory.MEMINFO.exists():
        pytest.skip("only Linux says it there")
    free = memory.free_memory()
    assert free is not None and 0 < free < 2**50
