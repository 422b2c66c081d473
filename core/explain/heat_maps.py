"""Every heat map that is offered for a photo, with the choices that it is first offered with."""

import numpy as np
from numpy.typing import NDArray
from torch import nn

from core.explain.cam_on_photo import last_cam
from core.explain.occlusion import Occlusion, occlude
from core.explain.saliency import input_gradient, integrated_gradients, per_pixel
from core.networks.tensors import network_input

HEAT_MAPS = {
    "cam": "Grad-CAM",
    "occlusion": "Occlusion",
    "gradient": "Input gradient",
    "integrated": "Integrated gradients",
}
INTEGRATION_STEPS = 48


def patch_sides(size: int) -> dict[str, int]:
    """Return the sides in pixels of the patches that occlusion is offered with."""
    sides = {"Small": size // 12, "Medium": size // 7, "Large": size // 4}
    return {name: max(2, side) for name, side in sides.items()}


class HeatMaps:
    """The heat maps of one network for photos of ``size`` pixels.

    ``methods`` are those that work for it: without a convolution there is no Grad-CAM.
    """

    def __init__(self, model: nn.Sequential, size: int) -> None:
        self.model, self.size = model, size
        self.cam = last_cam(model, size)
        self.methods = tuple(name for name in HEAT_MAPS if name != "cam" or self.cam is not None)

    def of(self, method: str, photo: NDArray[np.uint8]) -> NDArray[np.floating]:
        """Return the evidence (S, S) of a method for a photo (S, S, 3), above zero for class 1.

        NaN where a method says nothing about a place.
        """
        if method not in self.methods:
            raise ValueError(f"expected a method of {', '.join(self.methods)}, not {method!r}")
        x = network_input(photo[np.newaxis])
        if method == "gradient":
            return per_pixel(input_gradient(self.model, x))
        if method == "integrated":
            return per_pixel(
                integrated_gradients(self.model, x, steps=INTEGRATION_STEPS).attributions
            )
        if method == "occlusion":
            return self._occluded(photo)
        assert self.cam is not None
        return self.cam.evidence(photo)[0]

    def _occluded(self, photo: NDArray[np.uint8]) -> NDArray[np.floating]:
        patch = patch_sides(self.size)["Medium"]
        *_, found = occlude(self.model, photo, patch, max(1, patch // 2))
        assert isinstance(found, Occlusion)
        return found.on_photo()
