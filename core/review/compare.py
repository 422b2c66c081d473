"""Photos compared with one another: which are alike, and which are of odd size."""

from core.data.request import DataRequest
from core.review.alike import find_alike
from core.review.findings import Findings
from core.review.fingerprints import Progress, take_fingerprints
from core.review.sizes import find_odd


def compare(request: DataRequest, progress: Progress | None = None) -> Findings:
    """Compare all photos that ``load_data`` would use; ``DataError`` as it does."""
    prints = take_fingerprints(request, progress)
    alike, cut = find_alike(prints)
    odd = find_odd(prints.photos)
    return Findings(
        prints.classes, len(prints.photos), prints.unreadable, tuple(alike), tuple(odd), cut
    )
