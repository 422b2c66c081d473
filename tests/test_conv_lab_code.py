"""The code that the lab hands out runs as copied, with nothing of this project in reach."""

import os
import subprocess
import sys

import pytest

from core.conv_lab.codegen import numpy_code, pytest_code, torch_code
from core.conv_lab.engines import carry_out
from core.conv_lab.experiment import Experiment

EVERYTHING = Experiment(
    height=15,
    width=18,
    channels=4,
    out_channels=6,
    groups=2,
    kernel=(3, 5),
    stride=(2, 1),
    padding=(1, 2),
    dilation=(1, 2),
    dtype="float64",
    image="random",
    filters="random",
    upstream="random",
    bias=False,
)


def run(folder, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},  # it needs none of ours
        capture_output=True,
        text=True,
        timeout=120,
    )


MISTAKEN = EVERYTHING.with_changes(mistake="groups")


@pytest.mark.parametrize(
    "experiment", [Experiment(), MISTAKEN], ids=["default", "everything and a mistake"]
)
def test_code_runs_as_copied(experiment, tmp_path):
    for write in (torch_code, numpy_code):
        code = write(experiment)
        assert "core" not in code
        without = 'The mistake that was planted in the lab, "Groups ignored", is not in this code.'
        assert (without in code) is bool(experiment.mistake)
        (tmp_path / "script.py").write_text(code, encoding="utf-8")
        done = run(tmp_path, "-W", "error", "script.py")
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("y\n(1, ")
        shape = (1, *carry_out(experiment).comparisons["y"].torch.shape)
        assert done.stdout.splitlines()[1] == str(shape)
    assert ("is not in this code" in pytest_code(experiment)) is bool(experiment.mistake)
    (tmp_path / "test_it.py").write_text(pytest_code(experiment), encoding="utf-8")
    tests = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")
    assert tests.returncode == 0, tests.stdout + tests.stderr
    assert "4 passed" in tests.stdout


def test_the_scripts_compute_the_lab_s_own_numbers(tmp_path):
    """Both scripts in one process: their y against the lab's."""
    for name, write in (("a_torch", torch_code), ("a_numpy", numpy_code)):
        (tmp_path / f"{name}.py").write_text(write(EVERYTHING), encoding="utf-8")
    show = "import a_torch, a_numpy; print(*a_torch.y.flatten().tolist()[:5]); "
    done = run(tmp_path, "-c", show + "print(*a_numpy.y.flatten().tolist()[:5])")
    assert done.returncode == 0, done.stderr
    expected = [float(v) for v in carry_out(EVERYTHING).comparisons["y"].torch.flatten()[:5]]
    for line in done.stdout.splitlines()[-2:]:
        assert [float(word) for word in line.split()] == pytest.approx(expected, rel=1e-9)


def test_the_pytest_file_fails_when_the_function_is_wrong(tmp_path):
    code = pytest_code(Experiment()).replace("+ bias[:, None, None]", "- bias[:, None, None]")
    (tmp_path / "test_it.py").write_text(code, encoding="utf-8")
    tests = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_it.py")
    assert tests.returncode == 1
    assert "1 failed, 3 passed" in tests.stdout
