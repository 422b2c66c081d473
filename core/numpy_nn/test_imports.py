"""Inside the package too imports go one way: each module knows those before it."""

import ast
from pathlib import Path

FOLDER = Path(__file__).parent

ORDER = [
    *("arguments", "geometry", "engine"),
    *("activations", "dropout", "linear", "convolution", "transposed_convolution"),
    *("max_pooling", "average_pooling", "normalisation", "losses"),
    *("layers", "network", "initialisations", "description", "article_network"),
    *("optimisers", "training"),
    "article",
]


def imported_parts(part: str) -> set[str]:
    """Return the modules and folders of the package that a module or a folder imports."""
    files = [FOLDER / f"{part}.py", *(FOLDER / part).glob("*.py")]
    texts = [p.read_text() for p in files if p.exists() and not p.name.startswith("test_")]
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    names = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    found = {f"{name}.".split(".")[2] for name in names if name.startswith("core.numpy_nn")}
    return found - {part}


def test_every_part_has_a_place_in_the_order() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if not path.name.startswith("test_")}
    folders = {path.parent.name for path in FOLDER.glob("*/__init__.py")}
    assert sorted(ORDER) == sorted((modules | folders) - {"__init__", "conftest"})


def test_imports_go_down_the_order() -> None:
    for place, part in enumerate(ORDER):
        assert imported_parts(part) <= set(ORDER[:place]), part
