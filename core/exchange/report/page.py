"""The frame of a report: one page whose style, pictures and charts are all in it.

Its own policy forbids it to load or run anything (``default-src 'none'``), so that a slip in what
is written into it can do no harm. Every text that is not ours goes through ``text``.
"""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final

from core.exchange.html_document import html_document
from core.pictures.colour import CAT, DOG, TEST, TRAIN

POLICY: Final = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
STYLE: Final = f"""
:root {{ color-scheme: light dark; --page: #FFFFFF; --raised: #F3F5F7; --text: #1B2430;
  --quiet: #56616F; --line: #C9D0D8; --train: {TRAIN}; --test: {TEST}; --batch: #8A94A0;
  --zero: {DOG}; --one: {CAT}; --zero-text: #005F96; --one-text: #B04E00; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --page: #12161C; --raised: #1D242D; --text: #E8ECF1; --quiet: #A9B4C0; --line: #3B4653;
    --zero-text: #6CB8E6; --one-text: #FF9A4D; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 1.5rem clamp(1rem, 4vw, 3rem) 3rem; max-width: 1200px;
  background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }}
h1 {{ font-size: 1.75rem; line-height: 1.25; margin: 0 0 .3rem; overflow-wrap: anywhere; }}
h2 {{ font-size: 1.25rem; margin: 2.2rem 0 .4rem; overflow-wrap: anywhere; }}
h3 {{ font-size: 1rem; margin: .8rem 0 .2rem; font-weight: 600; }}
p {{ max-width: 46rem; margin: .3rem 0; }}
.note {{ color: var(--quiet); font-size: .9rem; }}
.figures {{ display: flex; flex-wrap: wrap; gap: .3rem 2rem; margin: 1rem 0 0; }}
.figures dt {{ font-size: .875rem; color: var(--quiet); }}
.figures dd {{ font-size: 1.35rem; line-height: 1.3; margin: 0; }}
svg {{ font-size: 12px; }}
dd, td, svg text {{ font-variant-numeric: tabular-nums; }}
.charts {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr));
  gap: .6rem 1.6rem; }}
figure {{ margin: 0; }}
svg {{ display: block; width: 100%; height: auto; color: var(--text); }}
svg text {{ fill: currentColor; }}
svg .axis {{ stroke: var(--quiet); }} svg .grid {{ stroke: var(--line); stroke-width: .6; }}
svg .train {{ stroke: var(--train); }} svg .test {{ stroke: var(--test); }}
svg .batch {{ stroke: var(--batch); }} svg .plain {{ stroke: var(--quiet); }}
svg .one {{ stroke: var(--one); }} svg .zero {{ stroke: var(--zero); }}
svg .mark {{ stroke: var(--quiet); stroke-dasharray: 4 4; }}
svg circle {{ fill: var(--page); stroke-width: 2; }}
.scroll {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-size: .92rem; }} table.wide {{ min-width: 36rem; }}
th, td {{ text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: anywhere; }}
th {{ font-weight: 600; }} td.number, th.number {{ text-align: right; }}
pre {{ background: var(--raised); padding: .8rem 1rem; border-radius: 8px; overflow-x: auto;
  font: .9rem/1.45 ui-monospace, monospace; margin: .5rem 0; max-width: 46rem; }}
.confusion {{ display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: .8rem; }}
@media (max-width: 720px) {{ .confusion {{ grid-template-columns: 1fr; }}
  svg {{ font-size: 17px; }} }}
.cell {{ background: var(--raised); border-radius: 8px; padding: .6rem .8rem;
  border: 1px solid var(--line); }}
.cell.right {{ border-width: 2px; }}
.cell b {{ font-size: 1.25rem; }}
.photos {{ display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .4rem; }}
.photos figure {{ width: 72px; }} .mistakes {{ display: grid; gap: .8rem 1.2rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }}
.mistakes .pair {{ display: flex; gap: 6px; }} .mistakes img {{ width: calc(50% - 3px); }}
img {{ display: block; width: 100%; border-radius: 4px; border: 3px solid transparent; }}
img.is-0 {{ border-color: var(--zero); }} img.is-1 {{ border-color: var(--one); }}
figcaption {{ font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }}
.says-0 {{ color: var(--zero-text); }} .says-1 {{ color: var(--one-text); }}
footer {{ margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: .6rem; }}
@media print {{ body {{ max-width: none; }} .cell, figure {{ break-inside: avoid; }} }}
"""


def text(value: object) -> str:
    """Write a text as HTML that shows it and does nothing else."""
    return escape(str(value), quote=True)


def page(title: str, body: str) -> str:
    """Put a report together."""
    return html_document(title, POLICY, STYLE, body)


def section(title: str, *parts: str) -> str:
    """Write a part of the report under its heading."""
    inner = "\n".join(part for part in parts if part)
    return f"<section>\n<h2>{text(title)}</h2>\n{inner}\n</section>"


def paragraph(sentence: str, note: bool = False) -> str:
    """Write a paragraph, quietly when it is a ``note``."""
    return f'<p class="note">{text(sentence)}</p>' if note else f"<p>{text(sentence)}</p>"


def figures(values: Mapping[str, str]) -> str:
    """Write a row of figures with their names."""
    inner = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>" for name, value in values.items()
    )
    return f'<dl class="figures">{inner}</dl>'


def table(
    heads: Sequence[str], rows: Iterable[Sequence[object]], numbers: Iterable[int] = ()
) -> str:
    """Write a table; the columns in ``numbers`` hold numbers. One of many columns scrolls."""
    right = set(numbers)

    def cells(tag: str, values: Sequence[object]) -> str:
        return "".join(
            f"<{tag}{' class=number' if place in right else ''}>{text(value)}</{tag}>"
            for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>\n" for row in rows)
    head = f"<thead><tr>{cells('th', heads)}</tr></thead>" if heads else ""
    wide = ' class="wide"' if len(heads) > 3 else ""
    return f'<div class="scroll"><table{wide}>{head}<tbody>\n{body}</tbody></table></div>'
