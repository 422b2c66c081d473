"""Core's rooms stand on floors: imports go down, never up, and never in a circle.

Imports inside functions count too, and so do those for type checkers alone.
"""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent

FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "core.errors",
        "core.files",
        "core.folders",
        "core.memory",
        "core.records",
        "core.served",
        "core.shared_reading",
        "core.small_host",
        "core.system",
        "core.typed_path",
        "core.visitors",
        "core.wording",
    ),
    (
        "core.changes",
        "core.mistakes",
        "core.variations",
    ),
    ("core.architecture",),
    ("core.config", "core.command_line"),
    ("core.data", "core.numpy_nn", "core.pictures"),
    ("core.networks",),
    ("core.training",),
    ("core.runs",),
    ("core.comparison",),
    ("core.explain", "core.conv_lab", "core.review"),
    ("core.bench", "core.take_along", "core.exchange"),
    ("core.check", "core.find_rate", "core.fetch", "core.train_printer", "core.compare"),
    (
        *("core.train", "core.predict", "core.plan", "core.inspect"),
        *("core.__main__", "core.export", "core.take_in"),
    ),
    ("core.make_shipped",),
)
"""Lowest first. Rooms of one floor do not know each other."""


def modules() -> dict[str, Path]:
    """Return core's modules without its tests, by their names."""
    found = {}
    for path in sorted((ROOT / "core").rglob("*.py")):
        if path.stem.startswith("test_") or path.stem == "conftest":
            continue
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def import_graph() -> dict[str, set[str]]:
    """Return which modules of core each one imports, wherever the import stands."""
    files = modules()
    graph = {}
    for name, path in files.items():
        found = set()
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                inside = {f"{node.module}.{alias.name}" for alias in node.names}
                found |= {each if each in files else node.module for each in inside}
        graph[name] = {each for each in found if each in files} - {name}
    return graph


def floor_of(name: str) -> int:
    """Return the number of a module's floor; 0 for ``core`` itself."""
    for number, rooms in enumerate(FLOORS):
        if any(name == room or name.startswith(f"{room}.") for room in rooms):
            return number
    assert name == "core", f"{name} stands on no floor: add its room to FLOORS"
    return 0


def room_of(name: str) -> str:
    """Return the first two parts of a module's name."""
    return ".".join(name.split(".")[:2])


def test_imports_go_in_no_circle():
    try:
        TopologicalSorter(import_graph()).prepare()
    except CycleError as error:
        raise AssertionError(f"a circle of imports: {' -> '.join(error.args[1])}") from None


def test_imports_go_down():
    wrong = [
        f"{name} imports {other}"
        for name, others in import_graph().items()
        for other in others
        if floor_of(other) > floor_of(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_rooms_of_one_floor_do_not_know_each_other():
    wrong = [
        f"{name} imports {other}"
        for name, others in import_graph().items()
        for other in others
        if floor_of(other) == floor_of(name) > 1 and room_of(other) != room_of(name)
    ]
    assert not wrong, "\n".join(wrong)


def test_the_graph_sees_imports_inside_functions():
    graph = import_graph()
    assert "core.networks.build" in graph["core.runs.run"]  # in Run.load_model
    assert floor_of("core.runs.run") > floor_of("core.networks.build")
