"""`load_data`: from a source to labelled, shuffled-on-demand photos in memory-mapped pixels."""

import hashlib
import json
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from typing import Any

import cv2
import numpy as np
import PIL

from core.data.cache import PackWriter, open_pack
from core.data.dataset import Data, PhotoSet
from core.data.decode import DECODER_VERSION
from core.data.plan import LoadedPhoto, Plan, PlannedGroup
from core.data.report import Group, LeftOut, Report, printable
from core.data.request import DataRequest
from core.data.sources import plan_source
from core.errors import DataError, PhotoError
from core.system import cpu_count, one_opencv_thread

HANDFUL = 8  # photos that a thread takes at a time: fewer hand-overs between threads
FACTS_VERSION = 1
"""Part of a pack's key: raise it when more is to be known of its photos."""
Progress = Callable[[int, int], None]
Outcome = tuple[LoadedPhoto, int] | PhotoError


def load_data(request: DataRequest, progress: Progress | None = None) -> Data:
    """Load the photos of a request, from the cache or from their source.

    ``progress(done, total)`` is called as photos arrive, not when they come from the cache. Raises
    ``DataError`` with a sentence when there are no two classes to load.
    """
    plan = plan_source(request)
    pixels, facts = open_pack(
        pack_key(request, plan), request.image_size, lambda writer: build(plan, writer, progress)
    )
    report = make_report(plan, facts)
    sets = []
    start = 0
    for split in ("train", "test"):
        chosen = [g for g in zip(plan.groups, facts["groups"], strict=True) if g[0].split == split]
        names = tuple(printable(name) for _, fact in chosen for name in fact["used"])
        labels = [np.full(len(fact["used"]), group.label, np.uint8) for group, fact in chosen]
        sets.append(PhotoSet(pixels[start : start + len(names)], np.concatenate(labels), names))
        start += len(names)
    mark = facts["mark"]
    return Data(sets[0], sets[1], plan.classes, report, request.source, request.image_size, mark)


def pack_key(request: DataRequest, plan: Plan) -> str:
    """Name the pack of a plan: the same candidates, unchanged, give the same name."""
    parts = {
        "size": request.image_size,
        "identity": plan.identity,
        "versions": [DECODER_VERSION, FACTS_VERSION, PIL.__version__, cv2.__version__],
        "groups": [asdict(group) for group in plan.groups],
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:40]


def build(plan: Plan, writer: PackWriter, progress: Progress | None) -> dict[str, Any]:
    """Make every wanted photo in order, with all processors; return what became of each group."""
    total = sum(min(group.wanted, len(group.candidates)) for group in plan.groups)
    facts: list[dict[str, Any]] = []
    done = 0
    threads = cpu_count() if plan.parallel else 1
    with ThreadPoolExecutor(threads) as pool, one_opencv_thread():
        for group in plan.groups:
            used: list[str] = []
            digests: list[str] = []
            left_out: list[list[str]] = []
            filled = 0
            for name, outcome in make_in_order(pool, plan, group):
                if isinstance(outcome, PhotoError):
                    left_out.append([name, outcome.code, str(outcome)])
                    continue
                made, checksum = outcome
                writer.add(made.pixels, checksum)
                used.append(name)
                digests.append(made.digest)
                filled += made.filled
                done += 1
                if progress is not None:
                    progress(done, total)
            if not used:
                raise nothing_usable(group, left_out)
            facts.append({"used": used, "digests": digests, "left_out": left_out, "filled": filled})
    return {"groups": facts}


def make_in_order(
    pool: ThreadPoolExecutor, plan: Plan, group: PlannedGroup
) -> Iterator[tuple[str, Outcome]]:
    """Yield candidates in order with their pixels or their error, until enough have loaded.

    A few handfuls are under way at a time, so that memory stays small however many there are.
    """

    def make(names: list[str]) -> list[tuple[str, Outcome]]:
        return [(name, try_to_make(plan, group, name)) for name in names]

    missing, under_way = group.wanted, 0
    waiting: deque[Future[list[tuple[str, Outcome]]]] = deque()
    candidates = iter(group.candidates)
    while missing:
        while len(waiting) < 2 * cpu_count() and under_way < missing:
            names = list(islice(candidates, min(HANDFUL, missing - under_way)))
            if not names:
                break
            under_way += len(names)
            waiting.append(pool.submit(make, names))
        if not waiting:
            return
        for name, outcome in waiting.popleft().result():
            under_way -= 1
            missing -= not isinstance(outcome, PhotoError)
            yield name, outcome


def try_to_make(plan: Plan, group: PlannedGroup, name: str) -> Outcome:
    """Make one candidate and its checksum, or return why it cannot be made."""
    try:
        made = plan.make(group, name)
    except PhotoError as error:
        return error
    return made, zlib.crc32(made.pixels.data)


def nothing_usable(group: PlannedGroup, left_out: list[list[str]]) -> DataError:
    """Say that no file of a group could be used, with the first file's reason."""
    name, _, sentence = left_out[0]
    return DataError(
        f"None of the {len(left_out)} {group.class_name} files for {group.split} is a photo that "
        f"can be used. The first is {printable(name)}: {sentence}"
    )


def make_report(plan: Plan, facts: dict[str, Any]) -> Report:
    """Put together what the plan found and what became of it."""
    groups, left_out = [], []
    for group, fact in zip(plan.groups, facts["groups"], strict=True):
        found, used = len(group.candidates), len(fact["used"])
        names = (group.split, group.class_name)
        groups.append(Group(*names, group.label, found, used, len(fact["left_out"])))
        left_out += [
            LeftOut(printable(name), *names, code, sentence)
            for name, code, sentence in fact["left_out"]
        ]
    notes = (*plan.notes, *imbalance(groups), *repeated(plan, facts), *transparent(facts))
    return Report(plan.layout, tuple(groups), tuple(left_out), dict(plan.skipped), notes)


def imbalance(groups: list[Group]) -> Iterator[str]:
    """Warn when one class has a quarter more training photos than the other."""
    few, many = sorted((g for g in groups if g.split == "train"), key=lambda g: g.used)
    if many.used > 1.25 * few.used:
        share = many.used / (many.used + few.used)
        yield (
            f"The classes are not balanced: {many.used} {many.class_name} and {few.used} "
            f"{few.class_name} photos to train on. Always answering {many.class_name} would be "
            f"right for {share:.0%} of them."
        )


def transparent(facts: dict[str, Any]) -> Iterator[str]:
    """Note how many photos had transparent parts."""
    if count := sum(fact["filled"] for fact in facts["groups"]):
        yield (
            "1 photo has transparent parts, which are filled with white."
            if count == 1
            else f"{count:,} photos have transparent parts, which are filled with white."
        )


def repeated(plan: Plan, facts: dict[str, Any]) -> Iterator[str]:
    """Warn about equal files in train and test, and about equal files with both labels."""
    digests: dict[tuple[str, int], set[str]] = {}
    for group, fact in zip(plan.groups, facts["groups"], strict=True):
        digests[group.split, group.label] = set(fact["digests"]) - {""}
    train, test = (digests[s, 0] | digests[s, 1] for s in ("train", "test"))
    if both := len(train & test):
        yield (
            f"{both} test {'photo is' if both == 1 else 'photos are'} also among the training "
            "photos, byte for byte, so the test accuracy flatters the network."
        )
    zero, one = (digests["train", label] | digests["test", label] for label in (0, 1))
    if both := len(zero & one):
        yield f"{both} {'photo carries' if both == 1 else 'photos carry'} both labels."
