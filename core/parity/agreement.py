"""How far two arrays that should be the same lie apart, in units that fit their dtype."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALLOWED_ULPS = 1000.0
"""Rounding explains differences up to here; a wrong term costs millions.

A sum's rounding error grows with its number of terms, and a layer hands its error on to the next.
On trained networks of both presets up to a hundred were seen.
"""


@dataclass(frozen=True)
class Agreement:
    """Two arrays compared.

    ``difference`` is the largest absolute difference, ``scale`` the magnitude of what was
    computed, ``ulps`` the difference in units in the last place: in gaps between neighbouring
    numbers of the dtype at ``scale``. What is finite in one array only differs by infinity.
    """

    difference: float
    scale: float
    ulps: float

    @property
    def within(self) -> bool:
        """Whether rounding can explain the difference."""
        return self.ulps <= ALLOWED_ULPS


def agreement(
    numpy: NDArray[np.floating], torch: NDArray[np.floating], terms: float = 0.0
) -> Agreement:
    """Compare NumPy's array with torch's; ``ValueError`` when shapes or dtypes differ.

    The scale is the largest magnitude in torch's array, or ``terms`` where that is more: the
    magnitude of the terms of a sum that may cancel, whose rounding is that of the terms.
    """
    if numpy.shape != torch.shape or numpy.dtype != torch.dtype:
        raise ValueError(
            f"torch's array must be {numpy.shape} {numpy.dtype} like NumPy's, "
            f"not {torch.shape} {torch.dtype}"
        )
    difference = float(np.abs(differences(numpy, torch)).max(initial=0.0))
    magnitudes = np.abs(torch[np.isfinite(torch)])
    scale = torch.dtype.type(max(magnitudes.max(initial=0.0), terms))
    ulps = difference / float(np.spacing(scale)) if difference else 0.0
    return Agreement(difference, float(scale), ulps)


def differences(numpy: NDArray[np.floating], torch: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return NumPy's array minus torch's: 0 where both are the same, NaN and infinities too."""
    with np.errstate(invalid="ignore", over="ignore"):
        result = numpy.astype(np.float64) - torch.astype(np.float64)
    result[(numpy == torch) | (np.isnan(numpy) & np.isnan(torch))] = 0.0
    result[np.isnan(result)] = np.inf
    return result
