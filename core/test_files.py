import threading

import pytest
from filelock import FileLock, Timeout

from core import files
from core.files import claimed_lock, is_locked


def test_a_lock_is_claimed_although_somebody_just_asks_after_it(tmp_path):
    asking = FileLock(tmp_path / "lock", thread_local=False)
    asking.acquire()  # what ``is_locked`` does, for longer
    answered = threading.Timer(0.1, asking.release)
    answered.start()
    with claimed_lock(tmp_path / "lock"):
        assert is_locked(tmp_path / "lock")
    answered.join()
    assert not is_locked(tmp_path / "lock")


def test_a_lock_that_another_holds_is_not_claimed(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PROBED_SECONDS", 0.05)
    with FileLock(tmp_path / "lock"), pytest.raises(Timeout), claimed_lock(tmp_path / "lock"):
        pass
