"""Grad-CAM laid on the photo that it is about, cell by cell where each cell looks."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.explain.receptive_field import cell_edges, receptive_fields
from core.explain.saliency import grad_cam
from core.networks.layers import convolutions, describe_layers, evidence_layer
from core.networks.tensors import network_input
from core.pictures.tiles import draw_on_photo, scale_of


class CamOnPhoto:
    """Grad-CAM of one layer of a network, for photos of ``size`` x ``size`` pixels.

    ``layer`` is what the layer is called and gives out; each of its cells sees ``sees`` (rows,
    columns) pixels.
    """

    def __init__(self, model: nn.Sequential, size: int, index: int) -> None:
        layers = describe_layers(model, size)
        field = receptive_fields(model, layers, size)[index]
        self.model, self.size, self.layer, self.sees = model, size, layers[index], field.size
        centres = field.centre_rows, field.centre_columns
        self.rows, self.columns = (cell_edges(each, size) for each in centres)

    def evidence(self, pixels: NDArray[np.uint8]) -> tuple[NDArray[np.floating], float]:
        """Return evidence (S, S) for a photo (S, S, 3), above zero for class 1, and its scale.

        Pixels that no cell is centred on are NaN.
        """
        cam = grad_cam(self.model, network_input(np.stack([pixels])), self.layer.index)
        placed = draw_on_photo(cam.signed, self.rows, self.columns, (self.size, self.size))
        return placed, scale_of(cam.signed)


def last_cam(model: nn.Sequential, size: int) -> CamOnPhoto | None:
    """Return the one of the last convolution, which knows most of what a thing is; None without."""
    found = convolutions(model)
    return CamOnPhoto(model, size, evidence_layer(model, found[-1])) if found else None
