"""The programs run as they are, are formatted, and begin with our own losses."""

import re
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from core.architecture.conftest import networks
from core.architecture.library import NAMES, smallest_image_size
from core.architecture.text import Layers, write
from core.config import PRESETS, TrainConfig, recipe_for
from core.data import DataRequest, load_data
from core.mistakes import Mistake
from core.take_along import numpy_code, torch_code
from core.take_along.__main__ import main
from core.take_along.writing import assign, quoted
from core.training.events import BatchDone
from core.training.loop import train
from core.training.state import build_state

ROOT = Path(__file__).parents[2]
RUFF = (sys.executable, "-m", "ruff")
TINY = {"train_per_class": 7, "test_per_class": 4, "batch_size": 4, "epochs": 1}
ALL_KINDS = """\
conv 6 kernel 3x5 stride 1x2 padding 1x2 dilation 2x1
leaky relu 0.2
conv 6 kernel 3 padding same groups 3 bias off
batchnorm
tanh
avgpool 2x1 stride 2 padding 1x0
conv depthwise kernel 3
dropout 0.25
maxpool 3 stride 2
sigmoid
adaptive avgpool 2x3
flatten
linear 7 bias off
relu
dropout
linear 1
sigmoid
"""
TRAININGS = {
    "article": TrainConfig(image_size=80, **TINY),
    "compact": PRESETS["compact"].replace(image_size=32, seed=3, **TINY),
    "separable": TrainConfig(
        model="depthwise-separable", image_size=32, optimizer="sgd", init="uniform", **TINY
    ),
    "all_kinds": TrainConfig(
        model=ALL_KINDS, image_size=33, dtype="float64", weight_decay=0.01, **TINY
    ),
    "mistaken": PRESETS["compact"].replace(
        image_size=32, dtype="float64", mistakes=[str(each) for each in Mistake], **TINY
    ),
}


def first_losses(config: TrainConfig, engine: str) -> list[float]:
    """Train three steps here."""
    config = config.replace(engine=engine)
    events = train(build_state(config), load_data(DataRequest.of(config)), config)
    return [event.loss for event in islice((e for e in events if isinstance(e, BatchDone)), 3)]


def run(path: Path) -> str:
    """Run a program in a process of its own, in its own folder; return what it prints."""
    done = subprocess.run(
        [sys.executable, path], cwd=path.parent, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def printed_losses(text: str) -> list[float]:
    return [float(loss) for loss in re.findall(r"loss (\S+)", text)]


@pytest.fixture
def program_folder(runs_folder, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return tmp_path


@pytest.mark.parametrize("name", TRAININGS)
def test_both_programs_begin_with_our_losses(name: str, program_folder: Path) -> None:
    config = TRAININGS[name]
    tolerance = 2e-4 if config.dtype == "float32" else 1e-6
    for engine, code in (("torch", torch_code), ("numpy", numpy_code)):
        path = program_folder / f"{name}_{engine}.py"
        path.write_text(code(config))
        text = run(path)
        wanted = first_losses(config, engine)
        assert printed_losses(text)[:3] == pytest.approx(wanted, rel=0, abs=tolerance), engine
        assert re.search(r"epoch 1  test accuracy \d+\.\d%", text)
    assert (program_folder / "network.pt").is_file()
    assert (program_folder / "network.npz").is_file()


@pytest.mark.parametrize("layout", ["split folders", "class folders", "file names"])
def test_a_folder_of_photos_needs_nothing_of_core(
    layout: str, program_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = program_folder / "photos"
    draw_photos(photos, layout, side=32)
    config = PRESETS["compact"].replace(data=str(photos), image_size=32, seed=5, **TINY)
    config = config.replace(batch_size=5)
    code = torch_code(config)
    assert "core" not in code
    monkeypatch.delenv("PYTHONPATH")
    path = program_folder / "photos.py"
    path.write_text(code)
    text = run(path)
    assert "broken.png is left out" in text
    wanted = first_losses(config, "torch")
    assert printed_losses(text)[:3] == pytest.approx(wanted, rel=0, abs=2e-4)


def draw_photos(folder: Path, layout: str, side: int) -> None:
    """Save noise, as large as the network's photos, so that nothing is resized."""
    random = np.random.default_rng(0)
    for split, number in [("training_set", i) for i in range(9)] + [("val", i) for i in range(5)]:
        for name in ("cat", "dog"):
            parent = {
                "split folders": folder / split / split / f"{name.title()}s",
                "class folders": folder / f"{name}s",
                "file names": folder,
            }[layout]
            parent.mkdir(parents=True, exist_ok=True)
            pixels = random.integers(0, 256, (side, side, 3), np.uint8)
            Image.fromarray(pixels).save(parent / f"{name}.{number}.{split}.png")
    (folder / ".hidden.png").write_bytes(b"")
    whole = next(folder.rglob("cat.0.training_set.png"))
    whole.with_name("cat.0.broken.png").write_bytes(b"no photo")


def test_photos_of_other_sizes_give_nearly_the_same_losses(program_folder: Path) -> None:
    draw_photos(program_folder / "photos", "split folders", side=32)
    config = TrainConfig(
        model="lenet", data=str(program_folder / "photos"), image_size=28, dtype="float64", **TINY
    )
    path = program_folder / "photos.py"
    path.write_text(torch_code(config))
    wanted = first_losses(config, "torch")
    assert printed_losses(run(path))[:3] == pytest.approx(wanted, rel=0, abs=0.02)


def many_configs() -> list[TrainConfig]:
    """Every preset with every choice at least once."""
    configs = list(TRAININGS.values())
    for number, name in enumerate(NAMES):
        size = max(smallest_image_size(name) or 0, 64)
        config = recipe_for(name).replace(model=name, image_size=size, data='/a b/it\'s "here"')
        configs.append(config.replace(dtype=("float32", "float64")[number % 2]))
    compact = PRESETS["compact"]
    configs += [compact.replace(mistakes=[each], augment=False) for each in Mistake]
    return configs + [compact.replace(data=f"/{'x' * length}") for length in range(60, 90)]


def check_format(folder: Path, configs: list[TrainConfig]) -> None:
    """Let ruff judge the programs by its own rules, ``core`` known as the project's."""
    for number, config in enumerate(configs):
        (folder / f"torch_{number}.py").write_text(torch_code(config))
        (folder / f"numpy_{number}.py").write_text(numpy_code(config))
    for command in (["format", "--diff"], ["check", "--config", f"src = ['{ROOT}']"]):
        done = subprocess.run(
            [*RUFF, *command, "--isolated", "--no-cache", folder], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr


def test_the_programs_are_formatted(tmp_path: Path) -> None:
    check_format(tmp_path, many_configs())


def test_programs_of_random_networks_are_formatted(tmp_path: Path) -> None:
    drawn: list[TrainConfig] = []

    @settings(max_examples=60, deadline=None, derandomize=True, database=None)
    @given(networks())
    def draw(network: tuple[Layers, int]) -> None:
        layers, side = network
        if side >= 16:
            drawn.append(TrainConfig(model=write(layers), image_size=side, dtype="float64"))

    draw()
    check_format(tmp_path, drawn)


@pytest.mark.parametrize(
    "text", ["plain", 'a "b"', "it's", "a\\b", "\n\udc80", 'both \' " "', "猫"]
)
def test_a_string_is_written_so_that_python_reads_it(text: str) -> None:
    assert eval(quoted(text)) == text
    names: dict[str, str] = {}
    exec(assign("name", quoted(text * 20)), names)
    assert names["name"] == text * 20


def test_the_command_writes_runs_and_networks(tmp_path, capsys, runs_folder) -> None:
    from core.runs.listing import create_run

    run_of_it = create_run(TRAININGS["all_kinds"])
    output = tmp_path / "mine.py"
    assert main([str(run_of_it.path), "--torch", "-o", str(output)]) == 0
    assert output.read_text() == torch_code(TRAININGS["all_kinds"])
    assert capsys.readouterr().out == f"Written to {output}.\n"
    assert main(["lenet", "--numpy"]) == 0
    assert capsys.readouterr().out == numpy_code(PRESETS["compact"].replace(model="lenet"))
    assert main(["flatten; linear 1; sigmoid", "--torch", "--image-size", "20"]) == 0
    assert "nn.Linear(1200, 1)" in capsys.readouterr().out
    for wrong in (["nothing", "--torch"], [str(run_of_it.path), "--torch", "--image-size", "32"]):
        assert main(wrong) == 2
        assert capsys.readouterr().err.startswith("error: ")
    assert main(["lenet", "--torch", "-o", str(tmp_path / "no" / "where.py")]) == 2
    assert "cannot be written" in capsys.readouterr().err
