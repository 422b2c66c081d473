"""What both programs say of a training: the constants, the schedule and the mistakes."""

from collections.abc import Iterable, Sequence

from core.architecture.library import name_of
from core.config import DRAWN, OPTIMIZERS, SGD_MOMENTUM, TrainConfig
from core.data.kaggle.article_set import place_of
from core.mistakes import Mistake
from core.take_along.writing import INDENT, WIDTH, assign, call, quoted

SCHEDULE = '''\
def learning_rate(step, steps):
    """Climb to the peak in the first twentieth of all steps, then follow a cosine to 0."""
    climb = max(1, round(0.05 * steps))
    if step < climb:
        return LEARNING_RATE * (step + 1) / climb
    done = (step - climb) / max(1, steps - climb)
    return LEARNING_RATE * 0.5 * (1 + math.cos(math.pi * done))
'''


def opening(config: TrainConfig, tool: str, needs: str) -> str:
    """Write the docstring: what is trained, and what the program needs."""
    return f'"""A cat-or-dog network in {tool}: {name_of(config.model)}.\n\n{needs}\n"""'


def constants(config: TrainConfig, dtype: str, remark: str = "") -> str:
    """Write the numbers that decide the training, a line each; ``remark`` is on its dtype."""
    varied = [
        assign("VARIATIONS", strings(config.variations)),
        assign("WINDOW_SIDE", str(config.window_side), "pixels a side of varied photos"),
    ]
    return "\n".join(
        [
            assign("DATA", quoted(place_of(config.data))),
            assign("IMAGE_SIZE", str(config.image_size), "pixels a side"),
            assign("TRAIN_PER_CLASS", str(config.train_per_class)),
            assign("TEST_PER_CLASS", str(config.test_per_class)),
            assign("EPOCHS", str(config.epochs)),
            assign("BATCH_SIZE", str(config.batch_size)),
            assign("LEARNING_RATE", repr(config.learning_rate)),
            assign("SEED", str(config.seed)),
            *(varied if config.variations else []),
            *([assign("VIEWS", str(config.views))] if config.views > 1 else []),
            *changes(config),
            *number("LABEL_SMOOTHING", config.label_smoothing),
            *number("WEIGHT_AVERAGE", config.weight_average),
            assign("DTYPE", dtype, remark),
        ]
    )


def changes(config: TrainConfig) -> list[str]:
    """Write which photos are left out and whose label is turned over, if any."""
    if not is_changed(config):
        return []
    return [names("LEFT_OUT", config.left_out), names("TURNED_OVER", config.turned_over)]


def is_changed(config: TrainConfig) -> bool:
    """Tell whether photos are used otherwise than they were found."""
    return config.data != DRAWN and bool(config.changes)


def names(name: str, values: Sequence[str]) -> str:
    """Write a set of strings, on one line if it fits."""
    written = [quoted(value) for value in values]
    one = f"{name} = {{{', '.join(written)}}}" if written else f"{name} = set()"
    if len(one) <= WIDTH:
        return one
    return "\n".join([f"{name} = {{", *(f"{INDENT}{value}," for value in written), "}"])


def number(name: str, value: float) -> list[str]:
    """Write a number that a training may do without, unless it is 0."""
    return [assign(name, repr(value))] if value else []


def strings(names: Iterable[str]) -> str:
    """Write a tuple of strings."""
    written = [quoted(name) for name in names]
    return f"({', '.join(written)}{',' if len(written) == 1 else ''})"


def batch_lines(config: TrainConfig) -> str:
    """Write the order of an epoch's photos and its batches."""
    seed = "1" if Mistake.SHUFFLE_ONCE in config.mistakes else "epoch"
    remark = "  # the mistake: 1 for every epoch" if seed == "1" else ""
    order = "    order = random.permutation(len(labels))\n"
    if config.views > 1:
        order = (
            "    # All photos come once before any comes again.\n"
            "    order = [random.permutation(len(labels)) for _ in range(VIEWS)]\n"
            "    order = np.concatenate(order)\n"
        )
    return f"""\
    random = np.random.default_rng((SEED, {seed})){remark}
{order}\
    # A photo left over joins the batch before it: batch norm cannot do with one.
    batches = np.split(order, range(BATCH_SIZE, len(order) - 1, BATCH_SIZE))
"""


def target_lines(config: TrainConfig) -> str:
    """Write what a batch's photos are asked, after its pixels ``x`` were picked."""
    lines = "        x, target = photos[batch], labels[batch].astype(np.float32)\n"
    if config.label_smoothing:
        lines += (
            "        # Label smoothing: a part of each answer asked is the other class's.\n"
            "        target = target * (1 - 2 * LABEL_SMOOTHING) + LABEL_SMOOTHING\n"
        )
    if config.variations:
        lines += (
            "        draw = Draw(SEED, epoch, step)\n"
            "        x, target = augment(x, target, VARIATIONS, WINDOW_SIDE, draw)\n"
        )
    return lines


def make_optimizer(config: TrainConfig, prefix: str, weights: str, rate: str, *more: str) -> str:
    """Write the line that makes the optimiser; ``rate`` is its argument's name."""
    arguments = [weights, f"{rate}=LEARNING_RATE"]
    if config.optimizer == "sgd":
        arguments.append(f"momentum={SGD_MOMENTUM}")
    if config.weight_decay or config.optimizer == "adamw":
        arguments.append(f"weight_decay={config.weight_decay!r}")
    arguments.extend(more)
    return call(f"optimizer = {prefix}{OPTIMIZERS[config.optimizer]}", arguments, INDENT)
