"""What the container is made of, as far as it can be checked without building one: everything that
it copies is there and enough to serve the pages, nothing of it is root's, and all that is kept lies
in its volume.
"""

import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core import folders
from tests.app_server import ROOT, running_server, visitor

DOCKERFILE = (ROOT / "Dockerfile").read_text()
IGNORED = (ROOT / ".dockerignore").read_text().split("\n")
FOLDERS = (
    *(folders.runs_folder, folders.cache_folder, folders.slots_folder, folders.weights_folder),
    *(folders.side_by_side_folder, folders.unpacked_folder, folders.uploads_folder),
)


def instructions(stage: str) -> list[tuple[str, str]]:
    """Return the instructions of a stage and of the stages below it, as (name, arguments)."""
    found: dict[str, list[tuple[str, str]]] = {}
    here = ""
    for line in re.sub(r"\\\n", " ", DOCKERFILE).splitlines():
        name, _, arguments = line.strip().partition(" ")
        if name == "FROM":
            below, _, here = arguments.partition(" AS ")
            found[here] = list(found.get(below, []))
        elif name and not name.startswith("#"):
            found[here].append((name, arguments.strip()))
    return found[stage]


def last(name: str, stage: str = "app") -> str:
    return [arguments for each, arguments in instructions(stage) if each == name][-1]


def copied(stage: str) -> set[str]:
    """Return the files and folders that are copied into a stage."""
    lines = [arguments.split()[:-1] for name, arguments in instructions(stage) if name == "COPY"]
    return {source for sources in lines for source in sources}


def environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in last("ENV").split())


@pytest.mark.parametrize("stage", ["app", "develop"])
def test_every_file_that_is_copied_is_there_and_let_through(stage):
    let_through = [line[1:] for line in IGNORED if line.startswith("!")]
    assert copied(stage)
    for source in copied(stage):
        assert (ROOT / source).exists(), source
        assert any(fnmatch.fnmatch(source, pattern) for pattern in let_through), source


@pytest.mark.parametrize("stage", ["app", "develop"])
def test_nothing_runs_as_root(stage):
    user, _, group = last("USER", stage).partition(":")
    assert int(user) > 0 and int(group) > 0


def test_the_volume_holds_all_that_is_kept(monkeypatch):
    volume = Path(last("VOLUME"))
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    for folder in FOLDERS:
        assert folder().is_relative_to(volume), folder.__name__


def test_what_is_copied_serves_the_pages_and_the_health_check_tells_whether_it_does(
    tmp_path, monkeypatch
):
    app = tmp_path / "app"
    app.mkdir()
    left_out = shutil.ignore_patterns(*(x[3:] for x in IGNORED if x.startswith("**/")))
    for source in copied("app"):
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, app / source, ignore=left_out)
        else:
            shutil.copy(ROOT / source, app)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    start = json.loads(last("ENTRYPOINT"))
    check = json.loads(last("HEALTHCHECK").partition("CMD ")[2])
    inside = start[start.index("--server.port") + 1]
    assert inside == last("EXPOSE") and f":{inside}/" in check[-1]

    with running_server(tmp_path, command=start, root=app) as server:
        port = server.url.rpartition(":")[2]
        asked = [part.replace(f":{inside}/", f":{port}/") for part in check]
        assert subprocess.run(asked, check=False).returncode == 0
        for page in ("", "train", "conv_lab", "about"):
            with visitor(server, page):
                pass
        assert not server.tracebacks()
    assert subprocess.run(asked, check=False, stderr=subprocess.DEVNULL).returncode == 1


def test_the_development_container_is_a_stage_of_the_same_file_with_a_port_that_it_forwards():
    told = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert (ROOT / ".devcontainer" / told["build"]["dockerfile"]).samefile(ROOT / "Dockerfile")
    stage = told["build"]["target"]
    assert told["forwardPorts"] == [int(last("EXPOSE", stage))]
    made = [words for name, words in instructions(stage) if name == "RUN" and "useradd" in words]
    assert any(f" {told['remoteUser']}" in words for words in made)


def save_index(folder: Path, version: str) -> str:
    """Save a package of the name torch that holds nothing; return the address of its index."""
    place = folder / "torch"
    place.mkdir(parents=True)
    info, file = f"torch-{version}.dist-info", f"torch-{version}-py3-none-any.whl"
    with zipfile.ZipFile(place / file, "w") as wheel:
        told = f"Metadata-Version: 2.1\nName: torch\nVersion: {version}\n"
        wheel.writestr(f"{info}/METADATA", told)
        made = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", made)
        wheel.writestr(f"{info}/RECORD", "")
    (place / "index.html").write_text(f'<!DOCTYPE html><a href="{file}">{file}</a>')
    return folder.as_uri()


def test_pip_takes_the_build_for_processors_where_both_are_offered(tmp_path):
    pytest.importorskip("pip")
    pin = re.search(r"^torch==(\S+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert pin is not None
    usual = save_index(tmp_path / "usual", pin[1])
    processors = save_index(tmp_path / "processors", f"{pin[1]}+cpu")
    listed = (ROOT / "requirements-cpu.txt").read_text()
    listed, replaced = re.subn(r"https://\S+/cpu$", processors, listed, flags=re.M)
    assert replaced == 1 and "-r requirements.txt" in listed
    (tmp_path / "requirements-cpu.txt").write_text(listed)
    (tmp_path / "requirements.txt").write_text(pin[0])
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--report", "-"]
    command += ["--index-url", usual, "--ignore-installed", "--no-deps"]
    told = subprocess.run(
        [*command, "-r", str(tmp_path / "requirements-cpu.txt")],
        env=os.environ | {"PIP_CONFIG_FILE": os.devnull, "PIP_FIND_LINKS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    taken = [each["metadata"]["version"] for each in json.loads(told.stdout)["install"]]
    assert taken == [f"{pin[1]}+cpu"]
