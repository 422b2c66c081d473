import gc

import numpy as np
import pytest
from PIL import Image

from core.data.pillow_memory import rgb_memory


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (7, 3), (400, 300), (2000, 2000), (2100, 2000)])
def test_the_pixels_are_those_of_a_copy(size):
    pixels = noise(*size)
    memory = rgb_memory(Image.fromarray(pixels))
    assert np.array_equal(memory[..., :3], pixels)
    assert memory.shape[2] == (4 if size[0] * size[1] <= 4_000_000 else 3)
    assert not memory.flags.writeable


def test_the_memory_outlives_the_name_of_its_image():
    pixels = noise(300, 200)
    memory = rgb_memory(Image.fromarray(pixels))
    gc.collect()
    others = [Image.fromarray(noise(300, 200)) for _ in range(20)]  # would take freed memory
    assert np.array_equal(memory[..., :3], pixels) and len(others) == 20
