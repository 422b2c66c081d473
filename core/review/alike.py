"""Which photos are alike: the same file, the same pixels, nearly the same, or mirrored.

Nearly the same are two photos that both of two measures say are: the difference hash (Krawetz,
"Kind of like that", 2013) of 16 x 16 bits, and the correlation of their brightness in small. The
limits were chosen on 6,395 photos of cats and dogs, whose closest 100 pairs of 20 million were
looked at: pairs that show the same have at most 49 other bits and correlate by 0.89 or more; of
those that do not, none is within both, and most are far away. What is cut out of another photo, or
turned, is not found.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.review.findings import Alike, Likeness
from core.review.fingerprints import Fingerprints

Grey = NDArray[np.float32]

MOST_BITS = 50
LEAST_CORRELATION = 0.88
BLOCK = 256
"""Photos that are compared with all others at a time: 25 MB of numbers for 25,000."""
MOST_PAIRS = 100_000
"""What is told of so many pairs is enough; a film's pictures would make millions."""


def find_alike(prints: Fingerprints) -> tuple[list[Alike], bool]:
    """Return groups of photos that are alike, the worst first, and whether some may be missing."""
    groups = Groups(len(prints.photos))
    group_equal(groups, prints.pictures)
    group_equal(groups, prints.files)
    # Of those with the same pixels one is enough: a thousand copies would make a million pairs.
    single = np.array(sorted({groups.of(i) for i in range(len(prints.photos))}), np.int64)
    near = near_pairs(prints.grey[single])
    mirrored = near_pairs(prints.grey[single], mirrored=True)
    for one, other in near:
        groups.join(int(single[one]), int(single[other]))
    kinds: dict[int, Likeness] = {}
    for one, other in mirrored:
        one, other = int(single[one]), int(single[other])
        if groups.of(one) != groups.of(other):
            groups.join(one, other)
            kinds[one] = Likeness.MIRRORED
    flipped = {groups.of(one) for one in kinds}
    found = [alike(prints, group, flipped) for group in groups.several()]
    return sorted(found, key=lambda each: each.rank), MOST_PAIRS in (len(near), len(mirrored))


class Groups:
    """Numbers 0..N-1 in groups that can be joined (union-find)."""

    def __init__(self, count: int) -> None:
        self.above = list(range(count))

    def of(self, number: int) -> int:
        """Return the group that a number is in, by its smallest."""
        while self.above[number] != number:
            self.above[number] = self.above[self.above[number]]
            number = self.above[number]
        return number

    def join(self, one: int, other: int) -> None:
        """Make one group of the groups of two numbers."""
        first, second = sorted((self.of(one), self.of(other)))
        self.above[second] = first

    def several(self) -> list[list[int]]:
        """Return the groups of more than one number."""
        members: dict[int, list[int]] = {}
        for number in range(len(self.above)):
            members.setdefault(self.of(number), []).append(number)
        return [group for group in members.values() if len(group) > 1]


def group_equal(groups: Groups, marks: tuple[str, ...]) -> None:
    """Join all that have the same mark, if it is one."""
    first: dict[str, int] = {}
    for number, mark in enumerate(marks):
        if mark:
            groups.join(first.setdefault(mark, number), number)


def alike(prints: Fingerprints, group: list[int], flipped: set[int]) -> Alike:
    """Say of a group how alike its photos are: as the least alike of them."""
    files = {prints.files[i] for i in group}
    if len(files) == 1 and "" not in files:
        likeness = Likeness.FILE
    elif len({prints.pictures[i] for i in group}) == 1:
        likeness = Likeness.PICTURE
    else:
        likeness = Likeness.MIRRORED if group[0] in flipped else Likeness.NEAR
    return Alike(likeness, tuple(prints.photos[i] for i in group))


def near_pairs(grey: Grey, *, mirrored: bool = False) -> list[tuple[int, int]]:
    """Return which of ``grey`` (N, 16, 17) are nearly the same, or mirrored, in pairs i < j.

    At most ``MOST_PAIRS`` of them.
    """
    others = grey[:, :, ::-1] if mirrored else grey
    vectors, other_vectors = normalised(grey), normalised(others)
    hashes, other_hashes = difference_hash(grey), difference_hash(others)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(grey), BLOCK):
        block = slice(start, start + BLOCK)
        likeness = vectors[block] @ other_vectors[start:].T
        rows, columns = np.nonzero(likeness >= LEAST_CORRELATION)
        later = columns > rows
        rows, columns = rows[later] + start, columns[later] + start
        for part in parts(len(rows)):
            i, j = rows[part], columns[part]
            near = np.bitwise_count(hashes[i] ^ other_hashes[j]).sum(axis=1) <= MOST_BITS
            pairs += zip(i[near].tolist(), j[near].tolist(), strict=True)
            if len(pairs) >= MOST_PAIRS:
                return pairs[:MOST_PAIRS]
    return pairs


def parts(count: int, size: int = 2**18) -> Iterator[slice]:
    """Cut so many into parts that take little memory."""
    return (slice(start, start + size) for start in range(0, count, size))


def normalised(grey: Grey) -> Grey:
    """Return (N, 272) of mean 0 and length 1, whose products are correlations; flat ones are 0."""
    flat = grey.reshape(len(grey), -1)
    flat = flat - flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.where(length > 1, flat / np.maximum(length, 1), 0).astype(np.float32)


def difference_hash(grey: Grey) -> NDArray[np.uint64]:
    """Return (N, 4): 256 bits that say where (N, 16, 17) grows brighter from left to right."""
    bits = grey[:, :, 1:] > grey[:, :, :-1]
    return np.packbits(bits.reshape(len(grey), -1), axis=1).view(np.uint64)
