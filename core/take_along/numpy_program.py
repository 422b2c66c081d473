"""The program in plain NumPy, on the engine ``core.numpy_nn``."""

from core.architecture.library import canonical, layers_of
from core.config import DTYPES, MODELS, OPTIMIZERS, TrainConfig
from core.mistakes import Mistake
from core.take_along.layers import layer_lines, names_of_layers
from core.take_along.recipe import (
    SCHEDULE,
    batch_lines,
    constants,
    is_changed,
    make_optimizer,
    opening,
    target_lines,
)
from core.take_along.writing import INDENT, WIDTH, assign, call, program, quoted, triple_quoted

NEEDS = """\
It stands on Glass CNN's engine, core.numpy_nn, which computes with NumPy alone: put
this file into Glass CNN's folder and run it there, or run it with
PYTHONPATH set to that folder, or have it installed (pip install -e .)."""

START = '''\
def load_starting_weights(network):
    """Copy in the weights from which both engines of Glass CNN start: torch draws them.

    Without torch, initialise(network, INIT, SEED) of core.numpy_nn draws others in the
    same way.
    """
    drawn = build_model(NETWORK, IMAGE_SIZE, INIT, SEED).state_dict()
    network.load_weights({name: weights.numpy() for name, weights in drawn.items()})
'''

PHOTOS = '''\
def load_photos():
    """Load the photos: (pixels (N, S, S, 3) uint8, labels (N,)) to train and test on."""
{request}
    data = load_data(request)
    return [(part.pixels, part.labels) for part in (data.train, data.test)]
'''


def numpy_code(config: TrainConfig) -> str:
    """Write a training as a program of the NumPy engine, with its steps forward and backward."""
    head = [
        opening(config, "plain NumPy", NEEDS),
        "",
        imports(config),
        "",
        constants(config, *dtype_of(config)),
        assign("INIT", quoted(config.init)),
        network_constant(config),
    ]
    return program(
        "\n".join(head),
        network_function(config),
        START,
        PHOTOS.format(request=request_line(config)),
        input_function(config),
        SCHEDULE if config.schedule == "cosine" else "",
        train_function(config),
        test_function(config),
        main_function(config),
    )


def request_line(config: TrainConfig) -> str:
    """Write the line that says which photos are used."""
    arguments = ["DATA", "IMAGE_SIZE", "TRAIN_PER_CLASS", "TEST_PER_CLASS", "SEED"]
    arguments += ["LEFT_OUT", "TURNED_OVER"] if is_changed(config) else []
    return call("request = DataRequest", arguments, INDENT)


def dtype_of(config: TrainConfig) -> tuple[str, str]:
    """Write the numbers of weights and sums, and a remark."""
    if config.dtype in DTYPES:
        return f"np.{config.dtype}", ""
    return "np.float32", "NumPy has no bfloat16"


def imports(config: TrainConfig) -> str:
    """Import what is used."""
    used = names_of_layers(layers_of(config.model, config.image_size))
    used |= {OPTIMIZERS[config.optimizer], "BCELoss", "Sequential"}
    if Mistake.BATCH_NORM_IN_TEST in config.mistakes:
        used.add("Trainer")
    names = sorted(used, key=lambda name: (not name.isupper(), name.lower()))
    engine = f"from core.numpy_nn import {', '.join(names)}"
    if len(engine) > WIDTH:
        listed = "".join(f"    {name},\n" for name in names)
        engine = f"from core.numpy_nn import (\n{listed})"
    data = ["DataRequest", "load_data"]
    data += [] if Mistake.RESHAPE in config.mistakes else ["to_network_input"]
    return "\n".join(
        [
            *(["import math", ""] if config.schedule == "cosine" else []),
            "import numpy as np",
            "",
            f"from core.data import {', '.join(data)}",
            "from core.networks.build import build_model",
            engine,
            *(["from core.training.augmentation import Draw, augment"] * bool(config.variations)),
            *(["from core.training.averaging import WeightAverage"] * bool(config.weight_average)),
        ]
    )


def network_constant(config: TrainConfig) -> str:
    """Write the network's name or its text, from which its starting weights are drawn."""
    network = canonical(config.model)
    text = quoted(network) if network in MODELS else triple_quoted(network)
    return f"NETWORK = {text}"


def network_function(config: TrainConfig) -> str:
    """Write the function that builds the network, a line a layer."""
    layers, side = layers_of(config.model, config.image_size), config.image_size
    dtype = "DTYPE" if config.dtype == "float64" else ""
    return f'''\
def make_network():
    """Build the network: photos (N, 3, {side}, {side}) in 0..1 become P(label 1) (N, 1)."""
    return Sequential(
{layer_lines(layers, side, config.seed, dtype=dtype)}
    )
'''


def input_function(config: TrainConfig) -> str:
    """Write the function from pixels to the network's input, with the mistakes made there."""
    swap = "    photos = photos[..., ::-1]  # the mistake: red and blue are swapped\n"
    scale = "    return to_network_input(photos).astype(DTYPE)\n"
    if Mistake.RESHAPE in config.mistakes:
        scale = """\
    # The mistake: transpose(0, 3, 1, 2) would turn the axes round.
    x = photos.reshape(-1, 3, *photos.shape[1:3])
    return (x / np.float32(255)).astype(DTYPE)
"""
    return f'''\
def network_input(photos):
    """Turn photos (N, S, S, 3) uint8 into (N, 3, S, S) in 0..1."""
{swap if Mistake.BGR in config.mistakes else ""}{scale}'''


def train_function(config: TrainConfig) -> str:
    """Write the function that goes through all training photos once."""
    averaged = """\
        average.add(network.weights(), (epoch - 1) * len(batches) + step)
"""
    schedule = """\
        done = (epoch - 1) * len(batches) + step - 1
        optimizer.learning_rate = learning_rate(done, EPOCHS * len(batches))
"""
    return f'''\
def train_epoch(network, {"average, " if config.weight_average else ""}\
optimizer, photos, labels, epoch):
    """Take a step for each batch, in an order of the epoch's own."""
    network.train()
    cross_entropy = BCELoss()
{batch_lines(config)}\
    for step, batch in enumerate(batches, 1):
{target_lines(config)}\
        probability = network.forward(network_input(x))
        if not np.isfinite(probability).all():
            raise SystemExit("The training diverged: try a smaller learning rate.")
        loss = cross_entropy.forward(probability, target.astype(DTYPE)[:, None])
        network.backward(cross_entropy.backward())
{schedule if config.schedule == "cosine" else ""}\
        optimizer.step()
{averaged if config.weight_average else ""}\
        print(f"epoch {{epoch}}  batch {{step}}/{{len(batches)}}  loss {{loss:.6f}}")
'''


def test_function(config: TrainConfig) -> str:
    """Write the function that tells the share of right answers."""
    mode = "    network.eval()\n"
    answer = "network.forward(x)"
    if Mistake.BATCH_NORM_IN_TEST in config.mistakes:
        mode = """\
    # The mistake: batch norm measures by the batch, as if the network still trained.
    asked = Trainer(network, optimizer)
"""
        answer = "asked.predict(x, batch_norm_in_training=True)"
    optimizer = "optimizer, " if Mistake.BATCH_NORM_IN_TEST in config.mistakes else ""
    return f'''\
def test_accuracy(network, {optimizer}photos, labels):
    """Return the share of test photos on the right side of 0.5, in evaluation mode."""
{mode}\
    right = 0
    for start in range(0, len(photos), 32):
        x = network_input(photos[start : start + 32])
        answers = {answer}[:, 0] >= 0.5
        right += (answers == labels[start : start + 32]).sum()
    return right / len(labels)
'''


def main_function(config: TrainConfig) -> str:
    """Write the function that does everything in order."""
    counted = """\
    # The mistake: labels are counted from what was asked for, not from what was found.
    labels = (np.arange(len(labels)) >= TRAIN_PER_CLASS).astype(np.uint8)
"""
    optimizer = "optimizer, " if Mistake.BATCH_NORM_IN_TEST in config.mistakes else ""
    test = f"test_accuracy(network, {optimizer}test_photos, test_labels)"
    begin = swap = back = ""
    if config.weight_average:
        begin = "    average = WeightAverage(WEIGHT_AVERAGE, network.weights())\n"
        swap = """\
        trained = {name: array.copy() for name, array in network.weights().items()}
        network.load_weights(average.arrays)  # they answer
"""
        back = "        network.load_weights(trained)\n"
    return f'''\
def main():
    """Train, test after each epoch, and keep the weights."""
    (photos, labels), (test_photos, test_labels) = load_photos()
{counted if Mistake.LABELS_BY_REQUEST in config.mistakes else ""}\
    network = make_network()
    load_starting_weights(network)
{begin}\
{make_optimizer(config, "", "network", "learning_rate")}
    for epoch in range(1, EPOCHS + 1):
        train_epoch(network, {"average, " if config.weight_average else ""}\
optimizer, photos, labels, epoch)
{swap}\
        accuracy = {test}
{back}\
        print(f"epoch {{epoch}}  test accuracy {{accuracy:.1%}}")
    np.savez("network.npz", **{"average.arrays" if config.weight_average else "network.weights()"})
    print("The weights are in network.npz.")


if __name__ == "__main__":
    main()
'''
