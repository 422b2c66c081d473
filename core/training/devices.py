"""Where torch computes: on the processor, or on a graphics card that the machine has."""

from dataclasses import dataclass

import torch

from core.config import DEVICES, check_choice
from core.errors import ConfigError

NAMES = {"cpu": "the processor", "cuda": "a CUDA graphics card", "mps": "Apple's graphics card"}


@dataclass(frozen=True)
class Device:
    """Torch's name of a device, and a sentence on why it computes there."""

    name: str
    why: str


def choose_device(wanted: str) -> Device:
    """Return the device that a config names; ``auto`` takes a graphics card where there is one.

    ``ConfigError`` says what the machine lacks.
    """
    check_choice("device", wanted, DEVICES)
    there = [name for name, available in (("cuda", cuda), ("mps", mps)) if available()]
    if wanted == "auto":
        if there:
            return Device(there[0], f"On {NAMES[there[0]]}, which this machine has.")
        return Device("cpu", "On the processor: torch finds no graphics card on this machine.")
    if wanted != "cpu" and wanted not in there:
        raise ConfigError(
            f"This training is to run on {NAMES[wanted]} ({wanted}), but torch finds none on this "
            f"machine; it has {' and '.join(['cpu', *there])}."
        )
    return Device(wanted, f"On {NAMES[wanted]}, as it was told.")


def cuda() -> bool:
    """Say whether torch can compute on a CUDA device."""
    return torch.cuda.is_available()


def mps() -> bool:
    """Say whether torch can compute on an Apple graphics card."""
    return torch.backends.mps.is_available()
