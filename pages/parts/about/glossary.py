"""The words of the field that the pages use: what each means, and where it can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Term:
    """A word, one sentence about it, and the place where it can be seen.

    ``page`` is one of ``PAGES`` and ``query`` its address there. ``view`` is the name of the view
    or tab which that address opens; ``shows`` is a text that stands there.
    """

    word: str
    meaning: str
    page: str
    view: str
    shows: str
    query: Mapping[str, str] = field(default_factory=dict)


# In the order in which a photo meets them, and then what training is made of.
GLOSSARY: Final = (
    Term(
        "Convolution",
        "A small grid of weights slides over a picture; at each place, what lies under it is "
        "multiplied by its weights and added up.",
        "conv_lab",
        "Convolution",
        "Output size",
    ),
    Term(
        "Kernel",
        "The grid of weights that slides: training finds its numbers, and so what it looks for.",
        "conv_lab",
        "Convolution",
        "Kernel",
        {"kernel": "5"},
    ),
    Term(
        "Stride",
        "How many cells the kernel moves from one output to the next; a stride of 2 halves height "
        "and width.",
        "conv_lab",
        "Convolution",
        "Stride",
        {"stride": "2"},
    ),
    Term(
        "Padding",
        "Zeros that are put round a picture, so that the kernel can also stand at its edges.",
        "conv_lab",
        "Convolution",
        "Padding",
        {"padding": "2"},
    ),
    Term(
        "Dilation",
        "The distance between the cells that a kernel reads; above 1 it leaves holes, and sees "
        "farther with as many weights.",
        "conv_lab",
        "Convolution",
        "Dilation",
        {"dilation": "2"},
    ),
    Term(
        "Groups",
        "Shares into which the channels are split; with two groups every output reads only half of "
        "the inputs.",
        "conv_lab",
        "Convolution",
        "Groups",
        {"channels": "4", "out_channels": "4", "groups": "2"},
    ),
    Term(
        "Channel",
        "One of the pictures that lie on top of each other in an input or output: a photo has "
        "three, for red, green and blue, and a layer's output has one for each kernel.",
        "conv_lab",
        "Convolution",
        "Channels in",
        {"channels": "3"},
    ),
    Term(
        "Batch norm",
        "A layer that brings the numbers of each channel to mean 0 and spread 1, and then to a "
        "mean and a spread that it learns.",
        "conv_lab",
        "Batch norm",
        "Mean of x",
        {"layer": "batch_norm"},
    ),
    Term(
        "ReLU",
        "A layer that lets positive numbers pass and makes all others 0; without it, many layers "
        "could do no more than one.",
        "conv_lab",
        "ReLU",
        "Shift",
        {"layer": "relu"},
    ),
    Term(
        "Max pooling",
        "A layer that keeps only the largest number of each window, so that maps get smaller and "
        "small shifts count less.",
        "conv_lab",
        "Max pooling",
        "Round up",
        {"layer": "max_pool"},
    ),
    Term(
        "Feature map",
        "What one channel of a layer gives out for a photo, drawn as a picture: strong where it "
        "found what it looks for.",
        "feature_maps",
        "All layers",
        "Conv 1",
        {"run": "shipped", "view": "layers"},
    ),
    Term(
        "Linear layer",
        "A layer whose every output is a weighted sum of all its inputs; at the end of a network "
        "it weighs up what the maps have found.",
        "conv_lab",
        "Linear",
        "Outputs",
        {"layer": "linear"},
    ),
    Term(
        "Logit",
        "The number that the last layer gives out: the larger it is the surer is the network of a "
        "cat, the further below 0 the surer of a dog.",
        "conv_lab",
        "Sigmoid and loss",
        "Logit z",
        {"layer": "loss"},
    ),
    Term(
        "Sigmoid",
        "The curve that turns a logit into a probability between 0 and 1.",
        "conv_lab",
        "Sigmoid and loss",
        "Probability",
        {"layer": "loss"},
    ),
    Term(
        "Grad-CAM",
        "A picture of which places pushed the answer to either side: a layer's maps, weighed by "
        "how much each one matters for the logit.",
        "feature_maps",
        "Why it said so",
        "Shows which places of a convolution's maps",
        {"run": "shipped", "view": "why"},
    ),
    Term(
        "Loss",
        "One number for how wrong an answer is: near 0 when the network is surely right, large "
        "when it is surely wrong.",
        "conv_lab",
        "Sigmoid and loss",
        "Loss",
        {"layer": "loss"},
    ),
    Term(
        "Gradient",
        "For each number, how much the loss would change if that number grew a little; it is "
        "computed from the loss back to the photo, layer by layer.",
        "numpy_network",
        "Backward, loss to photo",
        "Loss of the label",
        {"direction": "Backward, loss to photo"},
    ),
    Term(
        "Initialisation",
        "How the weights are drawn before the first step; drawn too small or too large, a signal "
        "dies or blows up on its way through the layers.",
        "conv_lab",
        "Initialisation",
        "Kaiming normal",
        {"layer": "init"},
    ),
    Term(
        "Epoch",
        "Once through all training pictures; after each one the test pictures, which are never "
        "trained on, are asked.",
        "train",
        "Drawn pets",
        "Epochs",
        {"run": "new"},
    ),
    Term(
        "Learning rate",
        "How far each step of the training follows the gradient: too small learns slowly, too "
        "large makes the loss jump or blow up.",
        "train",
        "Drawn pets",
        "More choices",
        {"run": "new"},
    ),
)
