"""What several browser components are made of, and how a component is registered.

A component is a folder with a Python file, HTML, CSS and JavaScript under the folder's name. Its
scripts are ES modules, so that TypeScript and Node read them as they are; Streamlit takes a
component's script as one text, so ``register`` puts the modules together. There is no build step.

What a component is sent is a mapping to bytes, numbers, words and tuples: of a list or a mapping in
it Streamlit asks pandas whether it is a table, and to be asked pandas is imported first, which
takes 70 MB.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

_JS_IMPORT = re.compile(r'^import \{[^}]*\} from "(.+)";\n', re.MULTILINE)
_JS_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)
_JS_COMMENT = re.compile(r"^[ \t]*(//.*|/\*\*(?:(?!\*/)[\s\S])*\*/[ \t]*)?\n", re.MULTILINE)
_CSS_IMPORT = re.compile(r'^@import "(.+)";\n', re.MULTILINE)


def register(python_file: str) -> ComponentRenderer:
    """Register the component whose package ``python_file`` is, once, when it is imported."""
    html, css, js = texts_of(python_file)
    name = f"glass_cnn.{Path(python_file).parent.name}"
    return st.components.v2.component(name, html=html, css=css, js=js)


def hear(key: str, name: str, take: Callable[[Any], object]) -> Callable[[], None]:
    """Return a callback that gives ``take`` what the component ``key`` says under ``name``.

    Nobody is told when the page has put the component away meanwhile: a click, or the step of a
    film, may have been on its way.
    """

    def tell() -> None:
        if key in st.session_state:
            take(getattr(st.session_state[key], name))

    return tell


def texts_of(python_file: str) -> tuple[str, str, str]:
    """Return a component's HTML, style sheet and script, each with all that it imports."""
    folder = Path(python_file).parent
    html, css, js = (folder / f"{folder.name}.{kind}" for kind in ("html", "css", "js"))
    return html.read_text(encoding="utf-8"), bundle_css(css), bundle_js(js)


def bundle_css(entry: Path) -> str:
    """Return a style sheet with those that it imports before it."""
    return _bundle(entry, _CSS_IMPORT)


def bundle_js(entry: Path) -> str:
    """Return a script with the modules that it imports before it; they share one scope.

    A name may therefore stand in one of them only. Streamlit sends the script anew with all that
    a component is sent: lines of comments and empty ones, a third of it, stay here.
    """
    return _JS_COMMENT.sub("", _JS_EXPORT.sub("", _bundle(entry, _JS_IMPORT)))


def _bundle(entry: Path, imports: re.Pattern[str]) -> str:
    """Return the text of ``entry`` after the texts of all that it imports, each once."""
    texts: dict[Path, str] = {}

    def add(path: Path) -> None:
        if path in texts:
            return
        text = path.read_text(encoding="utf-8")
        for relative in imports.findall(text):
            add((path.parent / relative).resolve())
        texts[path] = imports.sub("", text)

    add(entry.resolve())
    return "\n".join(texts.values())
