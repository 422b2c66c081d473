"""From a request for photos that were dropped here to a plan: there must be enough of them."""

from pathlib import Path

from core.data.collection.store import open_collection
from core.data.folder import plan_folder
from core.data.plan import Plan
from core.data.request import DataRequest
from core.errors import DataError


def plan_collection(request: DataRequest, path: Path) -> Plan:
    """Plan what to load; ``DataError`` says how many photos are missing, or that all are gone."""
    if missing := open_collection(path).missing():
        raise DataError(missing)
    return plan_folder(request, path)
