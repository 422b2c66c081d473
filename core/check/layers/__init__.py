"""The layers that a reader's own can be held against, by their names on the command line."""

from core.check.layers.adam import ADAM
from core.check.layers.average_pooling import AVERAGE_POOLING
from core.check.layers.batch_norm import BATCH_NORM
from core.check.layers.convolution import CONVOLUTION
from core.check.layers.cross_entropy import CROSS_ENTROPY
from core.check.layers.cross_entropy_of_logits import CROSS_ENTROPY_OF_LOGITS
from core.check.layers.layer import CheckedLayer
from core.check.layers.linear import LINEAR
from core.check.layers.max_pooling import MAX_POOLING
from core.check.layers.relu import RELU
from core.check.layers.sgd import SGD
from core.check.layers.sigmoid import SIGMOID
from core.check.layers.transposed_convolution import TRANSPOSED_CONVOLUTION

LAYERS: dict[str, CheckedLayer] = {
    layer.name: layer
    for layer in (
        *(CONVOLUTION, TRANSPOSED_CONVOLUTION, LINEAR, BATCH_NORM, RELU, SIGMOID),
        *(MAX_POOLING, AVERAGE_POOLING, CROSS_ENTROPY, CROSS_ENTROPY_OF_LOGITS, ADAM, SGD),
    )
}

__all__ = ["LAYERS", "CheckedLayer"]
