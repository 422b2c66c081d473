"""The smallest failing case, and a sentence that names what makes the difference."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from core.check.configurations import ONE, Configuration, pair_words

Fails = Callable[[Configuration], bool]
MOST_TRIES = 400
AnyCase = TypeVar("AnyCase")


def by(pair: tuple[int, int]) -> str:
    """Write rows x columns."""
    return f"{pair[0]} x {pair[1]}"


def shrink(
    case: AnyCase,
    fails: Callable[[AnyCase], bool],
    smaller: Callable[[AnyCase], Iterator[AnyCase]],
) -> AnyCase:
    """Make a failing case simpler as long as it still fails."""
    tries = 0
    improved = True
    while improved:
        improved = False
        for candidate in smaller(case):
            tries += 1
            if tries > MOST_TRIES:
                return case
            if fails(candidate):
                case, improved = candidate, True
                break
    return case


def breaks_without_padding(tried: Sequence[tuple[tuple[int, int], bool, bool]]) -> str:
    """Say that a slice may be empty, where that shows; ``tried`` are (padding, right, returned)."""
    padded = [right for padding, right, _ in tried if min(padding) > 0]
    bare = [returned for padding, _, returned in tried if max(padding) == 0]
    if not (padded and bare and all(padded)) or any(bare):
        return ""
    return (
        "It is right wherever there is padding and breaks where there is none: x[pad:-pad] is "
        "empty where pad is 0. Write x[pad:x.shape[0] - pad]."
    )


def difference(case: Configuration, fails: Fails) -> str:
    """Say in a sentence up to what the function is right; ``case`` is a smallest failing one."""
    reasons = list(_reasons(case, fails))
    if not reasons and case.size != ONE:
        return f"Right until the input is {by(case.size)}."
    if not reasons:
        return (
            "Wrong already in the simplest case: one channel, "
            f"a {by(case.kernel)} kernel on a {by(case.size)} input."
        )
    return f"Right until {' and '.join(reasons)}."


def _reasons(case: Configuration, fails: Fails) -> Iterator[str]:
    if case.groups > 1:
        yield f"groups are {case.groups}"
    if case.dilation != ONE:
        yield f"dilation is {pair_words(case.dilation)}"
    if case.stride != ONE:
        yield _stride_reason(case, fails)
    if case.padding != (0, 0):
        yield _padding_reason(case, fails)
    if case.bias:
        yield "there is a bias"
    if case.batch > 1:
        yield f"the batch has {case.batch} images"
    if case.dtype != "float64":
        yield f"the numbers are {case.dtype}"
    if case.per_group > 1:
        yield (
            f"a group has {case.per_group} input channels"
            if case.groups > 1
            else (f"there are {case.per_group} input channels")
        )
    if case.outs_per_group > 1:
        yield f"there are {case.out_channels} output channels"
    yield from _shape_reasons(case, fails)


def _stride_reason(case: Configuration, fails: Fails) -> str:
    """Tell a wrong remainder from a wrong stride: take the remainder away and look again."""
    plain = f"stride is {pair_words(case.stride)}"
    if not any(case.remainder) or any(map(fails, _without_remainder(case, (0, 1)))):
        return plain
    alone = [k for k in (0, 1) if case.remainder[k]]
    needed = [k for k in alone if not any(map(fails, _without_remainder(case, (k,))))] or alone
    names = " and the ".join(("height", "width")[k] for k in needed)
    k = needed[0]
    return (
        f"stride {pair_words(case.stride)} does not divide the {names} "
        f"({case.size[k]} + 2·{case.padding[k]} − {case.dilation[k]}·"
        f"({case.kernel[k]} − 1) − 1 = {case.room[k]} leaves {case.remainder[k]})"
    )


def _without_remainder(case: Configuration, axes: tuple[int, ...]) -> Iterator[Configuration]:
    """Yield the case with a little smaller and a little larger input, so that the steps fit."""
    for direction in (-1, 1):
        height, width = (
            side if k not in axes else side - rest if direction < 0 else side + (step - rest) % step
            for k, (side, rest, step) in enumerate(
                zip(case.size, case.remainder, case.stride, strict=True)
            )
        )
        changed = case.but(size=(height, width))
        if min(height, width) > 0 and changed.legal:
            yield changed


def _padding_reason(case: Configuration, fails: Fails) -> str:
    above = [k for k in (0, 1) if case.padding[k] >= case.kernel[k]]
    if above:
        less = tuple(min(p, k - 1) for p, k in zip(case.padding, case.kernel, strict=True))
        changed = case.but(padding=(less[0], less[1]))
        if any(less) and changed.legal and not fails(changed):
            return f"padding {pair_words(case.padding)} reaches the kernel's size"
    return f"padding is {pair_words(case.padding)}"


def _shape_reasons(case: Configuration, fails: Fails) -> Iterator[str]:
    for name, words in (("kernel", "the kernel"), ("size", "the input")):
        pair = getattr(case, name)
        if pair[0] != pair[1]:
            squares = [case.but(**{name: (side, side)}) for side in pair]
            if not any(square.legal and fails(square) for square in squares):
                yield f"{words} is not square ({pair[0]} x {pair[1]})"
    plain = case.but(kernel=ONE)
    if case.kernel != ONE and case.kernel[0] == case.kernel[1] and not _others(case):
        grown = plain.legal and not fails(plain)
        if grown:
            yield f"the kernel is {by(case.kernel)}"


def _others(case: Configuration) -> bool:
    """Whether some other parameter than the kernel already tells the difference."""
    return case != Configuration(size=case.size, kernel=case.kernel)
