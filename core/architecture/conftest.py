"""Random layers and random legal networks, for the tests of everything that is built from them."""

from hypothesis import strategies as st

from core.architecture.layer import Layer
from core.architecture.layers import (
    BatchNorm,
    Dropout,
    Flatten,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    Tanh,
)
from core.architecture.misfit import Misfit, Shape
from core.architecture.text import Layers
from core.architecture.values import DEPTHWISE, SAME
from core.architecture.window_layers import AdaptiveAvgPool, AvgPool, Conv, MaxPool

SMALL = st.integers(1, 3)
PAIRS = st.tuples(SMALL, SMALL)
BORDERS = st.tuples(st.integers(0, 2), st.integers(0, 2))
SLOPES = st.floats(0, 10, allow_nan=False)
SHARES = st.floats(0, 1, exclude_max=True)

CONVOLUTIONS = st.builds(
    Conv,
    channels=st.integers(1, 6) | st.just(DEPTHWISE),
    kernel=PAIRS,
    stride=PAIRS,
    padding=BORDERS | st.just(SAME),
    dilation=PAIRS,
    groups=SMALL,
    bias=st.booleans(),
)
POOLINGS = st.sampled_from([MaxPool, AvgPool]).flatmap(
    lambda pool: st.builds(pool, kernel=PAIRS, stride=st.none() | PAIRS, padding=BORDERS)
)
POINTWISE = st.one_of(
    st.sampled_from([ReLU(), Tanh(), Sigmoid()]),
    st.builds(LeakyReLU, slope=SLOPES),
    st.builds(Dropout, share=SHARES),
)
LINEAR = st.builds(Linear, outputs=st.integers(1, 6), bias=st.booleans())
ON_MAPS = st.one_of(
    *[CONVOLUTIONS, CONVOLUTIONS, POOLINGS, POINTWISE],
    *[st.just(BatchNorm()), st.builds(AdaptiveAvgPool, size=PAIRS)],
)
LAYERS = ON_MAPS | LINEAR | st.just(Flatten())
"""Layers of every kind, whether or not anything could come before or after them."""


@st.composite
def networks(draw: st.DrawFn) -> tuple[Layers, int]:
    """A network that can be built, and the side of its photos in pixels."""
    side = draw(st.integers(4, 12))
    shape: Shape = (3, side, side)
    layers = list[Layer]()
    for _ in range(draw(st.integers(0, 6))):
        shape = stand(draw(ON_MAPS), shape, layers)
    shape = stand(Flatten(), shape, layers)
    for _ in range(draw(st.integers(0, 3))):
        shape = stand(draw(LINEAR | POINTWISE), shape, layers)
    return (*layers, Linear(1, bias=draw(st.booleans())), Sigmoid()), side


def stand(layer: Layer, shape: Shape, layers: list[Layer]) -> Shape:
    """Add a layer, or what it suggests where it does not fit; return what goes out."""
    try:
        out = layer.output(shape)
    except Misfit as misfit:
        fitting = (repair[0] for repair in misfit.repairs if len(repair) == 1)
        layer = next(fitting, ReLU())
        try:
            out = layer.output(shape)
        except Misfit:
            return shape
    layers.append(layer)
    return out
