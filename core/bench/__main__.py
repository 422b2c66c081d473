"""Benchmarks: ``python -m core.bench NAME``. Each prints ratios to a plain loop."""

import importlib
import pkgutil
import sys

import core.bench
from core.command_line import run_command


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark that the first argument names; the rest is for it."""
    arguments = sys.argv[1:] if arguments is None else arguments
    names = benchmarks()
    if arguments and arguments[0] in names:
        module = importlib.import_module(f"core.bench.{arguments[0]}")
        code: int = module.main(arguments[1:])
        return code
    print(f"usage: python -m core.bench {{{','.join(names)}}} [--help]", file=sys.stderr)
    return 0 if arguments in (["-h"], ["--help"]) else 2


def benchmarks() -> list[str]:
    """List the benchmarks: every module here that has a ``main`` of its own."""
    modules = pkgutil.iter_modules(core.bench.__path__)
    names = (module.name for module in modules)
    return sorted(name for name in names if name not in ("__main__", "measure"))


if __name__ == "__main__":
    sys.exit(run_command(main))
