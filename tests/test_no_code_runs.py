"""No file that anybody brings runs a program: what would is refused, and nothing could run it."""

import ast
import io
import os
import pickle
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.data import load_data
from core.data.decode import decode_photo
from core.data.request import DataRequest
from core.errors import GlassError
from core.exchange.taking_run import take_in_run
from core.exchange.taking_weights import Wanted, fitting, keep_weights

ROOT = Path(__file__).parent.parent
PROGRAMS = {
    *("pickle.find_class", "subprocess.Popen"),
    *("os.system", "os.exec", "os.posix_spawn", "os.fork"),
}
_watching: list[list[str]] = []


def hear(event: str, arguments: tuple[object, ...]) -> None:
    """Write down, while somebody watches, that a program is about to run."""
    if _watching and event in PROGRAMS:
        _watching[-1].append(f"{event} {str(arguments)[:200]}")


sys.addaudithook(hear)


@contextmanager
def nothing_runs() -> Iterator[list[str]]:
    """Fail when a program runs within the block."""
    _watching.append([])
    try:
        yield _watching[-1]
    finally:
        heard = _watching.pop()
    assert not heard, heard


class Evil:
    """What would leave a file behind if it were ever read as pickle."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.place),)


def offers(place: Path) -> dict[str, bytes]:
    """Return files that would run a program if something opened them as such."""
    evil = pickle.dumps(Evil(place))
    torch_file, run_file, photos = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(torch_file, "w") as archive:
        archive.writestr("archive/data.pkl", evil)
        archive.writestr("archive/version", "3")
    with zipfile.ZipFile(run_file, "w") as archive:
        archive.writestr("a-run/config.json", '{"format": 2, "config": {"model": "lenet"}}')
        archive.writestr("a-run/checkpoints/epoch-0001.safetensors", evil)
        archive.writestr("a-run/checkpoints/epoch-0001.json", "{}")
    with zipfile.ZipFile(photos, "w") as archive:
        for kind in ("cats", "dogs"):
            for number in range(3):
                archive.writestr(f"{kind}/{number}.png", evil)
            archive.writestr(f"{kind}/setup.py", f"import os; os.mkdir({str(place)!r})")
    svg = f"<svg xmlns='http://www.w3.org/2000/svg'><script>mkdir {place}</script></svg>".encode()
    return {
        "pickle": evil,
        "torch": torch_file.getvalue(),
        "run": run_file.getvalue(),
        "photos": photos.getvalue(),
        "numpy": b"\x93NUMPY\x01\x00v\x00" + evil,
        "svg": svg,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(x) run\n",
    }


@pytest.mark.parametrize("name", ["pickle", "torch", "run", "photos", "numpy", "svg", "postscript"])
@pytest.mark.usefixtures("app")  # folders of its own
def test_whatever_is_brought_is_only_read(name, tmp_path):
    place = tmp_path / "evil was here"
    content = offers(place)[name]
    path = tmp_path / f"{name}.zip"
    path.write_bytes(content)
    for take in (
        lambda: keep_weights(content, "w.safetensors", Wanted("lenet", 32)),
        lambda: fitting(content, "w.pt"),
        lambda: take_in_run(io.BytesIO(content)),
        lambda: decode_photo(content),
        lambda: load_data(DataRequest(str(path))),
    ):
        with nothing_runs(), pytest.raises(GlassError):
            take()
    assert not place.exists()


def test_the_watch_hears_a_program(tmp_path):
    with pytest.raises(AssertionError, match=r"pickle\.find_class"), nothing_runs():
        pickle.loads(pickle.dumps(Evil(tmp_path / "canary")))
    assert (tmp_path / "canary").exists()


DANGEROUS = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle", "code", "runpy"}
WORDS = {"allow_pickle=True", "shell=True", "weights_only=False"}
CALLS = {"eval", "exec", "compile", "__import__", "system", "popen"}


def test_nothing_behind_the_pages_can_run_what_a_file_says():
    wrong = []
    for path in [*(ROOT / "pages").rglob("*.py"), *(ROOT / "core").rglob("*.py")]:
        if path.stem.startswith("test_") or "check" in path.parts or "bench" in path.parts:
            continue  # a reader's own function is run by its author's command alone
        for node in ast.walk(ast.parse(path.read_text())):
            names: set[str] = set()
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names} & DANGEROUS
            elif isinstance(node, ast.ImportFrom):
                names = {str(node.module).partition(".")[0]} & DANGEROUS
            elif isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                plain = called in CALLS or called in ("os.system", "os.popen", "torch.load")
                names = {called} if plain else set()
                names |= {word for word in map(ast.unparse, node.keywords) if word in WORDS}
            wrong += [f"{path.relative_to(ROOT)}: {name}" for name in names]
    assert not wrong, "\n".join(wrong)


def test_no_page_runs_a_readers_own_function():
    for path in (ROOT / "pages").rglob("*.py"):
        assert "core.check" not in path.read_text(), path
