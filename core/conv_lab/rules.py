"""The rules that a convolution must keep, in words with the numbers in them.

The size formula is that of torch.nn.Conv2d's documentation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from core.conv_lab.experiment import RANGES, Experiment

_AXES = (("height", "rows"), ("width", "columns"))


@dataclass(frozen=True)
class Fix:
    """A legal experiment near a broken one, and what to write on its button."""

    label: str
    experiment: Experiment


@dataclass(frozen=True)
class Broken:
    """A broken rule as a sentence, and the nearest ways out, nearest first."""

    sentence: str
    fixes: tuple[Fix, ...]


def size_formula(experiment: Experiment, axis: int) -> str:
    """Write the output-size formula with the numbers of one axis (0 height, 1 width) in it."""
    size, kernel = experiment.size[axis], experiment.kernel[axis]
    stride, padding = experiment.stride[axis], experiment.padding[axis]
    dilation, output = experiment.dilation[axis], experiment.output_size[axis]
    return f"⌊({size} + 2·{padding} − {dilation}·({kernel} − 1) − 1) / {stride}⌋ + 1 = {output}"


SIZE_FORMULA = "⌊(size + 2·padding − dilation·(kernel − 1) − 1) / stride⌋ + 1"


def find_broken_rule(experiment: Experiment) -> Broken | None:
    """Return the first broken rule, or None when torch and NumPy can compute the experiment."""
    for check in (_groups_divide, _kernel_fits, _chosen_output_exists):
        broken = check(experiment)
        if broken is not None:
            return broken
    return None


def is_legal(experiment: Experiment) -> bool:
    """Whether no rule is broken."""
    return find_broken_rule(experiment) is None


def _groups_divide(experiment: Experiment) -> Broken | None:
    groups = experiment.groups
    both = (("in", experiment.channels), ("out", experiment.out_channels))
    for direction, channels in both:
        if channels % groups:
            fewer = [n for n in range(1, groups) if all(c % n == 0 for _, c in both)]
            more = [n for n in range(groups + 1, 9) if all(c % n == 0 for _, c in both)]
            nearest = min(fewer + more, key=lambda n: (abs(n - groups), n))
            fixes = [Fix(f"Set groups to {nearest}", experiment.with_changes(groups=nearest))]
            name = "channels" if direction == "in" else "out_channels"
            multiple = _nearest_multiple(channels, groups, RANGES[name][1])
            changed = experiment.with_changes(**{name: multiple})
            if is_legal(changed):
                fixes.append(Fix(f"Set channels {direction} to {multiple}", changed))
            return Broken(
                f"Groups must divide the channels {direction}: {channels} / {groups} = "
                f"{channels / groups:.3g} is not a whole number.",
                tuple(fixes),
            )
    return None


def _nearest_multiple(value: int, of: int, largest: int) -> int:
    return min(range(of, largest + 1, of), key=lambda n: (abs(n - value), n))


def _kernel_fits(experiment: Experiment) -> Broken | None:
    for axis, (direction, lines) in enumerate(_AXES):
        extent, padded = experiment.extent[axis], experiment.padded[axis]
        if extent > padded:
            return Broken(
                f"The kernel must fit into the padded input: in {direction} it spans "
                f"{experiment.dilation[axis]}·({experiment.kernel[axis]} − 1) + 1 = {extent} "
                f"{lines}, but the padded input has only {experiment.size[axis]} + "
                f"2·{experiment.padding[axis]} = {padded}.",
                tuple(_ways_to_fit(experiment)),
            )
    return None


def _ways_to_fit(experiment: Experiment) -> Iterator[Fix]:
    """Each parameter alone, moved as little as needed; those that take the fewest steps first."""
    found = []
    for name, step in (("padding", 1), ("kernel", -1), ("dilation", -1)):
        changed = _move_until_fits(experiment, name, step)
        if changed is not None:
            before, after = getattr(experiment, name), getattr(changed, name)
            steps = sum(abs(a - b) for a, b in zip(before, after, strict=True))
            found.append((steps, Fix(f"Set {name} to {_pair_words(after)}", changed)))
    changed = _grow_until_fits(experiment)
    if changed is not None:
        steps = changed.height - experiment.height + changed.width - experiment.width
        found.append((steps, Fix(f"Set the input to {_pair_words(changed.size)}", changed)))
    for _, fix in sorted(found, key=lambda item: item[0]):
        yield fix


def _fits(experiment: Experiment, axis: int) -> bool:
    return experiment.extent[axis] <= experiment.padded[axis]


def _move_until_fits(experiment: Experiment, name: str, step: int) -> Experiment | None:
    low, high = RANGES[name]

    def moved(pair: tuple[int, int], axis: int) -> tuple[int, int]:
        return (pair[0] + step, pair[1]) if axis == 0 else (pair[0], pair[1] + step)

    for axis in (0, 1):
        while not _fits(experiment, axis):
            pair = moved(getattr(experiment, name), axis)
            if not low <= pair[axis] <= high:
                return None
            experiment = experiment.with_changes(**{name: pair})
    return experiment


def _grow_until_fits(experiment: Experiment) -> Experiment | None:
    height = max(experiment.height, experiment.extent[0] - 2 * experiment.padding[0])
    width = max(experiment.width, experiment.extent[1] - 2 * experiment.padding[1])
    if height > RANGES["height"][1] or width > RANGES["width"][1]:
        return None
    return experiment.with_changes(height=height, width=width)


def _pair_words(pair: tuple[int, int]) -> str:
    return str(pair[0]) if pair[0] == pair[1] else f"{pair[0]} x {pair[1]}"


def _chosen_output_exists(experiment: Experiment) -> Broken | None:
    if experiment.upstream != "one":
        return None
    sizes = (experiment.out_channels, *experiment.output_size)
    inside = tuple(min(at, size - 1) for at, size in zip(experiment.chosen, sizes, strict=True))
    if inside == experiment.chosen:
        return None
    names = ("channel", "row", "column")
    name, at, size = next(
        (name, at, size)
        for name, at, size in zip(names, experiment.chosen, sizes, strict=True)
        if at >= size
    )
    return Broken(
        f"The upstream gradient's single one must be inside the output: {name} {at} was asked for, "
        f"the output has {name}s 0 to {size - 1}.",
        (Fix(f"Move it to {name} {size - 1}", experiment.with_changes(chosen=inside)),),
    )
