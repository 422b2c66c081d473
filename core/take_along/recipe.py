"""What both programs say of a training: the constants, the schedule and the mistakes."""

from core.architecture.library import name_of
from core.config import SGD_MOMENTUM, TrainConfig
from core.mistakes import Mistake
from core.take_along.writing import INDENT, assign, call, quoted

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


def constants(config: TrainConfig, dtype: str) -> str:
    """Write the numbers that decide the training, a line each."""
    return "\n".join(
        [
            assign("DATA", quoted(config.data)),
            assign("IMAGE_SIZE", str(config.image_size), "pixels a side"),
            assign("TRAIN_PER_CLASS", str(config.train_per_class)),
            assign("TEST_PER_CLASS", str(config.test_per_class)),
            assign("EPOCHS", str(config.epochs)),
            assign("BATCH_SIZE", str(config.batch_size)),
            assign("LEARNING_RATE", repr(config.learning_rate)),
            assign("SEED", str(config.seed)),
            assign("DTYPE", dtype),
        ]
    )


def optimizer_name(config: TrainConfig) -> str:
    """Return the optimiser's name in torch and in the NumPy engine."""
    return {"adam": "Adam", "adamw": "AdamW", "sgd": "SGD"}[config.optimizer]


def make_optimizer(config: TrainConfig, prefix: str, weights: str, rate: str) -> str:
    """Write the line that makes the optimiser; ``rate`` is its argument's name."""
    arguments = [weights, f"{rate}=LEARNING_RATE"]
    if config.optimizer == "sgd":
        arguments.append(f"momentum={SGD_MOMENTUM}")
    if config.weight_decay or config.optimizer == "adamw":
        arguments.append(f"weight_decay={config.weight_decay!r}")
    return call(f"optimizer = {prefix}{optimizer_name(config)}", arguments, INDENT)


def order_seed(config: TrainConfig) -> str:
    """Write the epoch that the order of photos is drawn from."""
    return "1" if Mistake.SHUFFLE_ONCE in config.mistakes else "epoch"
