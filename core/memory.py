"""How much memory is free for a training: of the system, or what a container leaves of it."""

from pathlib import Path

MEMINFO = Path("/proc/meminfo")
CONTAINER = Path("/sys/fs/cgroup")
"""Where Linux tells a process in a container what it may take, in version 2 or 1 of its files."""


def free_memory() -> int | None:
    """Return the bytes that can be taken before something must give way; None where unknown.

    Files that the system keeps in memory as long as nobody needs the room count as free.
    """
    found = [bytes for bytes in (free_in_system(), free_in_container()) if bytes is not None]
    return min(found, default=None)


def free_in_system() -> int | None:
    """Return what Linux calls available; None elsewhere."""
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return None
    kilobytes = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(kilobytes[0]) * 1024 if kilobytes else None


def free_in_container() -> int | None:
    """Return what a container's limit leaves; None without a limit."""
    for limit, taken, kept in (
        ("memory.max", "memory.current", "memory.stat"),
        (
            *("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
            "memory/memory.stat",
        ),
    ):
        try:
            most = int((CONTAINER / limit).read_text())
            used = int((CONTAINER / taken).read_text())
            stat = dict(line.split() for line in (CONTAINER / kept).read_text().splitlines())
        except (OSError, ValueError):  # no such file, or the limit is "max"
            continue
        files = int(stat.get("total_inactive_file", stat.get("inactive_file", 0)))
        return max(0, most - used + files) if most < 2**60 else None
    return None
