"""From a request to a plan: one function a source."""

from pathlib import Path

from core.config import ARTICLE_SET, DRAWN
from core.data.changed import changed
from core.data.collection.plan import plan_collection
from core.data.collection.store import is_collection
from core.data.drawn import DRAWING_VERSION, KINDS, draw_pet
from core.data.folder import plan_folder
from core.data.kaggle.article_set import ADDRESS, plan_article_set
from core.data.plan import LoadedPhoto, Plan, PlannedGroup
from core.data.request import DataRequest
from core.data.typed_source import typed_source
from core.data.zips.plan import plan_zip
from core.data.zips.uploads import is_upload


def plan_source(request: DataRequest) -> Plan:
    """Plan what to load; ``DataError`` when the source does not hold two classes of photos."""
    source = typed_source(request.source)
    if source == DRAWN:
        return plan_drawn(request)
    if source == ARTICLE_SET:
        return plan_article_set(request)
    path = Path(source)
    if is_collection(source):
        plan = plan_collection(request, path)
    elif path.is_dir():
        plan = plan_folder(request, path)
    else:
        plan = plan_zip(request, path)
    return changed(plan, request.changes)


def plan_drawn(request: DataRequest) -> Plan:
    """Plan drawings; train and test come from different seeds, so that no picture is in both."""
    groups = tuple(
        PlannedGroup(split, kind, label, wanted, tuple(f"{kind} {i + 1}" for i in range(wanted)))
        for split, wanted in request.wanted.items()
        for label, kind in enumerate(KINDS)
    )

    def make(group: PlannedGroup, name: str) -> LoadedPhoto:
        index = int(name.split()[1]) - 1
        drawing_seed = 2 * request.seed + (group.split == "test")
        return LoadedPhoto(draw_pet(group.class_name, request.image_size, drawing_seed, index))

    layout = "Drawn pets: pictures that the project draws itself."
    identity = [DRAWING_VERSION, request.seed]
    # Drawing is mostly Python, of which only one thread can run at a time.
    return Plan(layout, (KINDS[0], KINDS[1]), groups, identity, make, parallel=False)


def spoken_source(source: str) -> str:
    """Name a source of photos for people: what was dropped by its owner's name for it."""
    if source == ARTICLE_SET:
        return f"The article's photos ({ADDRESS})"
    here = is_upload(source) or is_collection(source)
    return f"{Path(source).name}, dropped here" if here else source
