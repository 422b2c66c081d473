"""What a check found, as one HTML file that opens anywhere."""

from collections.abc import Sequence

import numpy as np

from core.check.findings import Findings
from core.comparison.rounding import Array
from core.exchange.report.page import page, paragraph, section, table, text

LARGEST = 12
"""Arrays of up to so many rows and columns show their numbers."""


def report_html(found: Sequence[Findings]) -> str:
    """Write a report: for each what was checked a verdict, its table, and where it goes wrong."""
    title = name_of(found[0]) if len(found) == 1 else "Layers held against torch"
    wrong = sum(not each.right for each in found)
    lead = (
        "Everything agrees with torch."
        if not wrong
        else f"{wrong} of {len(found)} do not agree with torch."
    )
    parts = [f"<h1>{text(title)}</h1>"]
    if len(found) > 1:
        rows = [(name_of(each), each.what, each.verdict) for each in found]
        parts += [paragraph(lead), table(("what", "read as", "verdict"), rows)]
    parts += [findings_section(each) for each in found]
    parts.append(f"<footer>{paragraph('Written by Glass CNN, core.check.', note=True)}</footer>")
    return page(title, "\n".join(parts))


def name_of(found: Findings) -> str:
    """Name what was checked, without the folders in which it lies on this computer."""
    return found.target.replace("\\", "/").rpartition("/")[2]


def findings_section(found: Findings) -> str:
    """Write what was found about one function or class."""
    rows = [
        (
            topic.name,
            f"{topic.cases - topic.wrong} of {topic.cases}",
            f"{topic.wrong} wrong" if topic.wrong else "right",
        )
        for topic in found.topics
    ]
    parts = [
        paragraph(f"{found.what}. {found.verdict}"),
        paragraph(found.stopped) if found.stopped else "",
        table(("cases", "right", ""), rows),
        paragraph(f"Left out, for want of a parameter: {', '.join(found.left_out)}.", note=True)
        if found.left_out
        else "",
    ]
    if not found.right:
        parts += [
            "<h3>Where it goes wrong</h3>",
            paragraph(found.difference),
            *(paragraph(each) for each in found.nature),
            paragraph(f"Smallest failing case: {found.smallest}."),
            paragraph(found.sentence),
            *arrays_tables(found),
        ]
    return section(name_of(found), *parts)


def arrays_tables(found: Findings) -> list[str]:
    """Write what must come out beside what came out, wrong numbers marked, and what went in."""
    parts, shown = [], set[str]()
    for name in [
        key.removesuffix("_expected") for key in found.arrays if key.endswith("_expected")
    ]:
        expected, returned = found.arrays[f"{name}_expected"], found.arrays.get(f"{name}_returned")
        shown |= {f"{name}_expected", f"{name}_returned"}
        parts.append(f"<h3>{text(name)}</h3>")
        parts.append(paragraph(f"It must be, {shape_words(expected)}:"))
        parts.append(numbers(expected))
        if returned is None:
            parts.append(paragraph("Nothing came out that could be read as it."))
        elif returned.shape == expected.shape and np.array_equal(returned, expected):
            parts.append(paragraph("It is, number by number."))
        else:
            parts.append(paragraph(f"It is, {shape_words(returned)}, what differs in bold:"))
            parts.append(numbers(returned, expected))
    inputs = [name for name in found.arrays if name not in shown and "_returned" not in name]
    if inputs:
        parts.append("<h3>What went in</h3>")
    for name in inputs:
        parts.append(paragraph(f"{name}, {shape_words(found.arrays[name])}:"))
        parts.append(numbers(found.arrays[name]))
    return parts


def shape_words(array: Array) -> str:
    """Write a shape."""
    return " x ".join(map(str, array.shape)) if array.ndim else "one number"


def numbers(array: Array, expected: Array | None = None) -> str:
    """Write an array's numbers as tables of its last two axes; a large one says that it is large.

    Numbers other than the ``expected`` ones, where these have the same shape, are marked.
    """
    shape = (1,) * (2 - array.ndim) + array.shape
    if max(shape[-2:]) > LARGEST or array.size > 8 * LARGEST**2:
        return paragraph("It is too large to show; --save FILE.npz keeps it.", note=True)
    marked = np.zeros(shape, bool)
    if expected is not None and expected.shape == array.shape:
        near = np.isclose(array, expected, rtol=1e-6, atol=0, equal_nan=True)
        marked = ~near.reshape(shape)
        if not marked.any():  # it differs in late digits only
            marked = (array != expected).reshape(shape)
    parts = []
    for place in np.ndindex(*shape[:-2]):
        caption = f"<caption>[{', '.join(map(str, place))}, :, :]</caption>" if place else ""
        rows = zip(array.reshape(shape)[place], marked[place], strict=True)
        body = "".join(f"<tr>{cells(row, marks)}</tr>\n" for row, marks in rows)
        numbers_whole = '<table style="white-space: nowrap">'
        parts.append(
            f'<div class="scroll">{numbers_whole}{caption}<tbody>\n{body}</tbody></table></div>'
        )
    return "\n".join(parts)


def cells(row: Array, marks: Array) -> str:
    """Write a row of numbers."""
    return "".join(
        f"<td class=number>{f'<mark><b>{number:.6g}</b></mark>' if mark else f'{number:.6g}'}</td>"
        for number, mark in zip(row, marks, strict=True)
    )
