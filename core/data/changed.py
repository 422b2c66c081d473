"""A plan with what a person changed about it: photos left out, labels turned over."""

from dataclasses import replace

from core.changes import Changes
from core.data.plan import Plan, PlannedGroup
from core.data.report import printable
from core.errors import DataError


def changed(plan: Plan, changes: Changes) -> Plan:
    """Return the plan without the photos left out, those turned over first in the other class.

    First, so that whoever is turned over stays in use. Splits stay as they were found. Names that
    the plan does not have change nothing. ``DataError`` when a class loses all its photos.
    """
    if not changes:
        return plan
    groups = tuple(changed_group(plan, group, changes) for group in plan.groups)
    found = {printable(name) for group in plan.groups for name in group.candidates}
    words = Changes(
        tuple(name for name in changes.left_out if name in found),
        tuple(name for name in changes.turned_over if name in found),
    ).words
    notes = [f"By the list of what was changed: {words}."] if words else []
    if gone := len({*changes.left_out, *changes.turned_over} - found):
        what = "photo that the list names is" if gone == 1 else "photos that the list names are"
        notes.append(f"{gone:,} {what} not among these.")
    return replace(plan, groups=groups, notes=(*plan.notes, *notes))


def changed_group(plan: Plan, group: PlannedGroup, changes: Changes) -> PlannedGroup:
    """Return the candidates of one class in one split after the changes."""
    out, over = set(changes.left_out), set(changes.turned_over)
    others = [
        name
        for other in plan.groups
        if other.split == group.split and other.label != group.label
        for name in other.candidates
        if printable(name) in over
    ]
    own = [name for name in group.candidates if printable(name) not in out | over]
    if not others and not own:
        purpose = "train" if group.split == "train" else "test"
        raise DataError(
            f"The list of what was changed leaves no {group.class_name} photo to {purpose} on: "
            "take some of it back."
        )
    return replace(group, candidates=(*others, *own))
