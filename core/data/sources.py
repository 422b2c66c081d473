"""From a request to a plan: one function a source."""

from core.config import DRAWN
from core.data.drawn import DRAWING_VERSION, KINDS, draw_pet
from core.data.folder import plan_folder
from core.data.plan import LoadedPhoto, Plan, PlannedGroup
from core.data.request import DataRequest


def plan_source(request: DataRequest) -> Plan:
    """Plan what to load; ``DataError`` when the source does not hold two classes of photos."""
    return plan_drawn(request) if request.source == DRAWN else plan_folder(request)


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
