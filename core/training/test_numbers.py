import pytest

from core.config import TrainConfig
from core.conftest import TINY
from core.training import numbers
from core.training.numbers import choose_numbers

CONFIG = TrainConfig(model=TINY, image_size=16, epochs=1, batch_size=4)


def test_what_the_config_says_is_not_measured(monkeypatch):
    monkeypatch.setattr(numbers, "seconds_a_step", lambda config: pytest.fail("measured"))
    for dtype in ("float32", "float64", "bfloat16"):
        assert choose_numbers(CONFIG.replace(dtype=dtype)).dtype == dtype
    assert choose_numbers(CONFIG.replace(dtype="auto", engine="numpy")).dtype == "float32"


@pytest.mark.parametrize(("half", "dtype"), [(1.0, "bfloat16"), (1.9, "float32"), (4.0, "float32")])
def test_bfloat16_is_taken_where_it_pays(monkeypatch, half, dtype):
    seconds = {"float32": 2.0, "bfloat16": half}
    monkeypatch.setattr(numbers, "seconds_a_step", lambda config: seconds)
    chosen = choose_numbers(CONFIG.replace(dtype="auto"))
    assert chosen.dtype == dtype and f"{2.0 / half:.1f} times as fast" in chosen.why


def test_steps_are_really_taken():
    seconds = numbers.seconds_a_step(CONFIG.replace(dtype="auto"))
    assert list(seconds) == ["float32", "bfloat16"]
    assert all(0 < each < 60 for each in seconds.values())
