"""Lines of Python as ``ruff format`` would leave them, 88 characters wide."""

import ast
from collections.abc import Sequence

WIDTH = 88
INDENT = "    "


def quoted(text: str) -> str:
    """Write a string's literal, in double quotes unless others need fewer backslashes."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    body = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in body)
    return f"{quote}{''.join(shown)}{quote}"


def assign(name: str, value: str, remark: str = "") -> str:
    """Write ``name = value`` with its remark; a long value stands in brackets if that helps."""
    line = f"{name} = {value}{remark and f'  # {remark}'}"
    if len(line) > WIDTH and len(INDENT + value) <= WIDTH:
        return f"{name} = (\n{INDENT}{value}{remark and f'  # {remark}'}\n)"
    return line


def call(start: str, arguments: Sequence[str], indent: str = "", end: str = "") -> str:
    """Write a call, ``start`` and ``end`` around its brackets: on one line if it fits, else on
    three, or with a line an argument.
    """
    one = f"{indent}{start}({', '.join(arguments)}){end}"
    if len(one) <= WIDTH or not arguments:
        return one
    inner = indent + INDENT + ", ".join(arguments)
    if len(inner) > WIDTH:
        inner = "\n".join(f"{indent}{INDENT}{argument}," for argument in arguments)
    return f"{indent}{start}(\n{inner}\n{indent}){end}"


def triple_quoted(text: str) -> str:
    """Write a text of several lines, which holds neither quotes nor backslashes."""
    return f'"""\\\n{text}"""'


def program(*parts: str) -> str:
    """Join functions and other parts, two empty lines apart; empty ones are left out."""
    return "\n\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def behind_imports(source: str) -> str:
    """Return a module's text without its docstring and imports."""
    last = max(
        node.end_lineno or 0
        for node in ast.parse(source).body
        if isinstance(node, ast.Import | ast.ImportFrom)
    )
    return "".join(source.splitlines(keepends=True)[last:]).lstrip("\n")
