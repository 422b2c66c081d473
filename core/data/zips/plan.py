"""From a request for the photos of a zip to a plan: they are unpacked, then it is a folder."""

from dataclasses import replace
from pathlib import Path

from core.data.folder import plan_files
from core.data.plan import Plan
from core.data.request import DataRequest
from core.data.zips.store import unpacked
from core.data.zips.uploads import note_use


def plan_zip(request: DataRequest, path: Path) -> Plan:
    """Plan what to load from a zip.

    ``ArchiveError`` when it cannot be used, ``DataError`` when its layout is not understood.
    """
    note_use(path)
    there = unpacked(path)
    plan = plan_files(request, there.root, there.found, str(path))
    # The content decides, wherever and whenever it was unpacked.
    return replace(plan, identity=there.key, notes=(*plan.notes, *there.notes), holds=there.user)
