"""The programs run as they are, are formatted, and begin with our own losses."""

import os
import re
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from PIL import Image

from core.architecture.conftest import networks
from core.architecture.library import NAMES, smallest_image_size
from core.architecture.text import Layers, write
from core.config import ARTICLE_SET, DTYPES, NUMBERS, RECIPES, TrainConfig, recipe_for
from core.data import DataRequest, load_data
from core.data.kaggle.article_set import article_folder
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
ARTICLE = RECIPES["article"].replace(**TINY)
# Rounding grows with the rate, and where batch norm sees a few numbers alone: whole photos.
COMPACT = RECIPES["quick"].replace(model="compact", learning_rate=1e-3, window=1.0, **TINY)
TRAININGS = {
    "article": ARTICLE.replace(image_size=80),
    "compact": COMPACT.replace(image_size=32, seed=3),
    "thorough": RECIPES["thorough"].replace(
        **TINY | {"epochs": 2}, image_size=40, views=2, weight_average=0.9, dtype="float64"
    ),
    "orthogonal": COMPACT.replace(
        image_size=32, optimizer="muon", weight_decay=0.1, dtype="float64", variations=()
    ),
    "mixed_precision": COMPACT.replace(image_size=32, dtype="bfloat16", learning_rate=2e-4),
    "separable": ARTICLE.replace(
        model="depthwise-separable", image_size=32, optimizer="sgd", init="uniform"
    ),
    "all_kinds": ARTICLE.replace(
        model=ALL_KINDS, image_size=33, dtype="float64", weight_decay=0.01
    ),
    "mistaken": COMPACT.replace(
        image_size=32, dtype="float64", mistakes=[str(each) for each in Mistake]
    ),
}
LAYOUTS = ("split folders", "class folders", "file names")
RUN_ALL = """
import os, runpy, sys
for path in sys.argv[1:]:
    os.chdir(os.path.dirname(path))
    print("program", path, flush=True)
    runpy.run_path(path, run_name="__main__")
"""


def first_losses(config: TrainConfig, engine: str) -> list[float]:
    """Train three steps here."""
    has = NUMBERS if engine == "torch" else DTYPES
    dtype = config.dtype if config.dtype in has and config.dtype != "auto" else "float32"
    config = config.replace(engine=engine, dtype=dtype)
    events = train(build_state(config), load_data(DataRequest.of(config)), config)
    return [event.loss for event in islice((e for e in events if isinstance(e, BatchDone)), 3)]


def run(*arguments: str | Path, **environment: str) -> str:
    """Run Python in a process of its own; return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def run_all(programs: dict[Path, str], **environment: str) -> dict[Path, str]:
    """Run programs one after the other, so that torch is imported once; return what they print."""
    for path, code in programs.items():
        path.parent.mkdir(parents=True)
        path.write_text(code)
    said = run("-c", RUN_ALL, *programs, **environment).split("program ")[1:]
    return dict(zip(programs, said, strict=True))


def check_losses(text: str, wanted: list[float], tolerance: float) -> None:
    printed = [float(loss) for loss in re.findall(r"loss (\S+)", text)]
    assert printed[:3] == pytest.approx(wanted, rel=0, abs=tolerance)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the programs of all trainings are run and leave their weights."""
    return tmp_path_factory.mktemp("programs")


@pytest.fixture(scope="module")
def printed(folder: Path) -> dict[str, str]:
    """What the programs of all trainings print."""
    programs = {
        folder / f"{name}_{engine}" / "program.py": code(config)
        for name, config in TRAININGS.items()
        for engine, code in (("torch", torch_code), ("numpy", numpy_code))
    }
    said = run_all(programs, PYTHONPATH=str(ROOT), GLASS_CNN_CACHE=str(folder / "cache"))
    for path in programs:
        assert next(path.parent.glob("network.*")).stat().st_size
    return {path.parent.name: text for path, text in said.items()}


@pytest.mark.usefixtures("runs_folder")
@pytest.mark.parametrize("engine", ["torch", "numpy"])
@pytest.mark.parametrize("name", TRAININGS)
def test_programs_begin_with_our_losses(name: str, engine: str, printed: dict[str, str]) -> None:
    config, text = TRAININGS[name], printed[f"{name}_{engine}"]
    tolerance = {"float64": 1e-6, "bfloat16": 1e-2}.get(config.dtype, 2e-4)
    check_losses(text, first_losses(config, engine), tolerance)
    assert re.search(r"epoch 1  test accuracy \d+\.\d%", text)


@pytest.mark.usefixtures("runs_folder", "printed")
def test_programs_end_with_our_averaged_weights(folder: Path) -> None:
    config = TRAININGS["thorough"]
    state = build_state(config)
    list(train(state, load_data(DataRequest.of(config)), config))
    theirs = {
        "torch": torch.load(folder / "thorough_torch" / "network.pt"),
        "numpy": np.load(folder / "thorough_numpy" / "network.npz"),
    }
    for weights in theirs.values():
        for name, array in state.weights().items():
            np.testing.assert_allclose(weights[name], array, rtol=1e-5, atol=1e-7, err_msg=name)


@pytest.mark.usefixtures("runs_folder")
def test_a_folder_of_photos_needs_nothing_of_core(tmp_path: Path) -> None:
    programs, configs = {}, {}
    for layout in (*LAYOUTS, "zip", *(f"changed {each}" for each in (*LAYOUTS, "zip"))):
        folder = tmp_path / layout
        data = folder / "photos"
        kind = layout.removeprefix("changed ")
        draw_photos(data, LAYOUTS[0] if kind == "zip" else kind, side=32)
        changes = some_changes(data) if kind != layout else {}
        if kind == "zip":
            data = Path(shutil.make_archive(str(data), "zip", data))
        path = folder / "program" / "program.py"
        config = COMPACT.replace(data=str(data), seed=5, image_size=32, batch_size=5)
        configs[path] = config.replace(**changes)
        programs[path] = torch_code(configs[path])
        assert "core" not in programs[path]
    for path, text in run_all(programs).items():
        left_out = load_data(DataRequest.of(configs[path])).report.left_out
        assert ("broken.png is left out" in text) == bool(left_out)
        assert left_out or configs[path].changes  # with which fewer photos may be needed
        check_losses(text, first_losses(configs[path], "torch"), 2e-4)


def some_changes(folder: Path) -> dict[str, tuple[str, ...]]:
    """Leave a cat out, and turn one photo of each class over."""
    photos = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.training_set*"))
    cats, dogs = ([name for name in photos if f"{kind}." in name] for kind in ("cat", "dog"))
    return {"left_out": (cats[1],), "turned_over": (cats[3], dogs[2])}


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


@pytest.mark.usefixtures("runs_folder")
def test_photos_of_other_sizes_give_nearly_the_same_losses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draw_photos(tmp_path / "photos", "split folders", side=32)
    config = RECIPES["article"].replace(model="lenet", data=str(tmp_path / "photos"))
    config = config.replace(image_size=28, dtype="float64", **TINY)
    (tmp_path / "program.py").write_text(torch_code(config))
    check_losses(run("program.py"), first_losses(config, "torch"), 0.02)


def many_configs() -> list[TrainConfig]:
    """Every preset with every choice at least once."""
    configs = list(TRAININGS.values())
    for number, name in enumerate(NAMES):
        size = max(smallest_image_size(name) or 0, 64)
        config = recipe_for(name).replace(model=name, image_size=size, data='/a b/it\'s "here"')
        configs.append(config.replace(dtype=("float32", "float64")[number % 2]))
    compact = RECIPES["quick"].replace(model="compact")
    configs += [compact.replace(mistakes=[each], variations=()) for each in Mistake]
    configs.append(compact.replace(data="/pets.zip", weight_average=0.9))
    for changes in (
        (("a.jpg",), ()),
        ((), ('it\'s "b".png',)),
        (("a" * 60, "b" * 60), ("c" * 99,)),
    ):
        changed = {"left_out": changes[0], "turned_over": changes[1]}
        configs += [compact.replace(data=data, **changed) for data in ("/pets", "/pets.zip")]
        configs.append(compact.replace(**changed))  # drawn pets are as they are
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
        drawn.append(TrainConfig(model=write(layers), image_size=side + 12, dtype="float64"))

    draw()
    assert len(drawn) >= 60
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
    assert capsys.readouterr().out == numpy_code(recipe_for("lenet").replace(model="lenet"))
    assert main(["flatten; linear 1; sigmoid", "--torch", "--image-size", "20"]) == 0
    assert "nn.Linear(1200, 1)" in capsys.readouterr().out
    for wrong in (["nothing", "--torch"], [str(run_of_it.path), "--torch", "--image-size", "32"]):
        assert main(wrong) == 2
        assert capsys.readouterr().err.startswith("error: ")
    for nowhere in ("nope.txt", "runs/nope"):
        assert main([nowhere, "--torch"]) == 2
        assert capsys.readouterr().err == f"error: There is no file or run {nowhere}.\n"
    assert main(["lenet", "--torch", "-o", str(tmp_path / "no" / "where.py")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("code", [torch_code, numpy_code])
def test_a_program_reads_the_articles_photos_where_they_lie(code):
    assert quoted(str(article_folder())) in code(TrainConfig(data=ARTICLE_SET))
