"""What processes take of the machine, as Linux tells it: for tests and measurements."""

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

PROC = Path("/proc")


def can_tell() -> bool:
    """Tell whether this system says what its processes take."""
    return (PROC / "self" / "smaps").is_file()


def parents() -> dict[int, int]:
    """Return the parent of every process; nothing where the system does not say."""
    found = {}
    for name in os.listdir(PROC) if PROC.is_dir() else []:
        if name.isdecimal() and (fields := stat_of(int(name))):
            found[int(name)] = int(fields[1])
    return found


def stat_of(pid: int) -> list[str]:
    """Return a process's state, its parent and what follows in proc(5); [] when it has gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def is_gone(pid: int) -> bool:
    """Tell whether a process has ended, even if its parent has not noticed yet."""
    fields = stat_of(pid)
    return not fields or fields[0] == "Z"


def children_of(pid: int) -> set[int]:
    """Return the processes that a process has started."""
    return {child for child, parent in parents().items() if parent == pid}


def tree_of(pid: int) -> set[int]:
    """Return a process, those that it has started, and so on."""
    known, found, new = parents(), {pid}, {pid}
    while new:
        new = {child for child, parent in known.items() if parent in new} - found
        found |= new
    return found


def held_megabytes(pids: Iterable[int]) -> float:
    """Return the memory that processes hold together, in MB.

    What several of them map of one file, such as a library, counts once, as if nothing else ran on
    the machine; what others share with them counts as theirs.
    """
    own, files = 0, defaultdict[str, int](int)
    for pid in pids:
        of_this = defaultdict[str, int](int)
        for file, resident, anonymous in mappings_of(pid):
            own += anonymous
            of_this[file] += resident - anonymous
        for file, size in of_this.items():
            files[file] = max(files[file], size)
    return (own + sum(files.values())) * 1024 / 1e6


def mappings_of(pid: int) -> Iterable[tuple[str, int, int]]:
    """Yield of each mapping its file, and how many kB of it are in memory and not of the file."""
    file, resident = "", 0
    try:
        lines = (PROC / str(pid) / "smaps").read_text().splitlines()
    except OSError:  # it has gone
        return
    for line in lines:
        name, *values = line.split(maxsplit=5)
        if not name.endswith(":"):
            file = values[4] if len(values) > 4 else ""
        elif name == "Rss:":
            resident = int(values[0])
        elif name == "Anonymous:":
            yield file, resident, int(values[0])


def processor_seconds(pids: Iterable[int]) -> float:
    """Return how long the processors have worked for processes that still live."""
    ticks = [sum(map(int, fields[11:13])) for pid in pids if (fields := stat_of(pid))]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
