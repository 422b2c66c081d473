"""The one direction of imports, proven in fresh interpreters."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MODULES = sorted(
    str(path.relative_to(ROOT).with_suffix("")).replace("/", ".")
    for path in (ROOT / "core").rglob("*.py")
    if not path.stem.startswith("test_") and path.stem not in {"__init__", "__main__", "conftest"}
)


def imported_by(modules: list[str]) -> set[str]:
    """Return the top-level packages that a fresh interpreter holds after importing ``modules``."""
    code = f"import sys, importlib\nfor name in {modules!r}: importlib.import_module(name)\n"
    code += "print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_core_never_imports_streamlit():
    assert "streamlit" not in imported_by(MODULES)


@pytest.mark.parametrize("package", ["core.numpy_nn", "core.data"])
def test_works_without_torch(package):
    modules = [name for name in MODULES if name.startswith(package)]
    assert modules
    assert "torch" not in imported_by([package, *modules])


def test_the_numpy_engine_imports_numpy_and_the_standard_library_alone():
    modules = [name for name in MODULES if name.startswith("core.numpy_nn")]
    allowed = imported_by(["numpy", "numpy.random"]) | sys.stdlib_module_names | {"core"}
    assert imported_by(["core.numpy_nn", *modules]) - allowed == set()


PARTS = sorted(path.name for path in (ROOT / "pages" / "parts").iterdir() if path.is_dir())


@pytest.mark.parametrize("part", [name for name in PARTS if not name.startswith("_")])
def test_a_pages_parts_import_no_other_pages_parts(part):
    allowed = {"web": {"web"}, "shared": {"web", "shared"}}.get(part, {"web", "shared", part})
    imported = set()
    for path in (ROOT / "pages" / "parts" / part).rglob("*.py"):
        imported |= set(re.findall(r"from pages\.parts\.(\w+)", path.read_text()))
    assert imported - allowed == set()


def test_only_one_place_draws_parts_anew():
    using = {
        path.name
        for path in (ROOT / "pages").rglob("*.py")
        if re.search(r"\b(st\.|import )fragment\b", path.read_text())
    }
    assert using == {"redrawn.py"}  # which says why
