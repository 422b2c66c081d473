"""Components of the pages as one HTML file that lives on without the server.

Each component keeps its own HTML, style and script as they are on the page, in a shadow tree of its
own, as there: no rule or name of one touches another. What the server would have sent it is in the
file as base64; what it would tell the server nobody hears. The file's own policy lets it load
nothing.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from core.exchange.html_document import html_document

POLICY: Final = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)
STYLE: Final = """
:root { color-scheme: light dark; --st-background-color: #FFFFFF;
  --st-secondary-background-color: #F3F5F7; --st-text-color: #1B2430;
  --st-primary-color: #0072B2; --st-border-color: #C9D0D8;
  --st-font: system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) {
  :root { --st-background-color: #12161C; --st-secondary-background-color: #1D242D;
    --st-text-color: #E8ECF1; --st-primary-color: #56B4E9; --st-border-color: #3B4653; } }
body { margin: 0 auto; max-width: 1400px; padding: 1.5rem clamp(1rem, 3vw, 3rem) 3rem;
  background: var(--st-background-color); color: var(--st-text-color);
  font: 16px/1.5 var(--st-font); }
h1 { font-size: 1.75rem; line-height: 1.25; margin: 0 0 .3rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; }
p { max-width: 46rem; margin: .3rem 0 .8rem; }
.quiet { opacity: .8; font-size: .9rem; overflow-wrap: anywhere; }
pre { background: var(--st-secondary-background-color); padding: .8rem 1rem; border-radius: 8px;
  overflow-x: auto; font: .85rem/1.45 ui-monospace, monospace; }
summary { cursor: pointer; font-weight: 600; }
summary:focus-visible { outline: 3px solid var(--st-primary-color); }
"""
MOUNT: Final = """\
function mount(place, html, data, view) {
  const inside = document.createElement("div");
  inside.innerHTML = html;
  document.getElementById(place).attachShadow({ mode: "open" }).append(inside);
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const show = () => view({ data: bytes, parentElement: inside, setTriggerValue() {} });
  show();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
}
"""
DEFAULT: Final = "export default "


@dataclass(frozen=True)
class Component:
    """A component's texts, its script with all it imports put together, and what it is sent."""

    html: str
    css: str
    js: str
    data: bytes


def paragraph(sentence: str, quiet: bool = False) -> str:
    """Write a sentence as HTML."""
    return f"<p{' class=quiet' if quiet else ''}>{escape(sentence)}</p>"


def folded(title: str, code: str) -> str:
    """Write a text that is folded away."""
    return (
        f"<details><summary>{escape(title)}</summary><pre>{escape(code, quote=False)}</pre>"
        "</details>"
    )


def standalone_page(title: str, parts: Sequence[str | Component]) -> str:
    """Write a page of HTML texts and components in their order."""
    body, scripts = [f"<h1>{escape(title)}</h1>"], [MOUNT]
    for number, part in enumerate(parts):
        if isinstance(part, str):
            body.append(part)
        else:
            body.append(f'<div id="part-{number}"></div>')
            scripts.append(script(f"part-{number}", part))
    lines = [*body, "<script>", *scripts, "</script>"]
    return html_document(title, POLICY, STYLE, "\n".join(lines))


def script(place: str, part: Component) -> str:
    """Write what puts a component into its place: its own script in a scope of its own."""
    if part.js.count(DEFAULT) != 1:
        raise ValueError("A component's script must export its view as the default, once.")
    html = f"<style>{part.css}</style>{part.html}"
    data = base64.b64encode(part.data).decode("ascii")
    return (
        f"mount({literal(place)}, {literal(html)}, {literal(data)}, (() => {{\n"
        f"{harmless(part.js.replace(DEFAULT, 'const view = '))}\nreturn view;\n}})());"
    )


def literal(text: str) -> str:
    """Write a text as JavaScript, so that nothing in it ends the script or the line."""
    return harmless(json.dumps(text))


def harmless(code: str) -> str:
    """Write code so that no browser takes a part of it for the end of the script."""
    return code.replace("</", "<\\/").replace("<!--", "<\\!--")
