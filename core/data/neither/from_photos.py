"""Pictures of neither made out of photos: colours or textures stay, what they show is gone."""

import cv2
import numpy as np

from core.data.neither.brush import Bytes, Random


def shuffled(random: Random, photo: Bytes) -> Bytes:
    """Cut a photo (S, S, 3) into squares and put them together in another order."""
    side = len(photo)
    across = int(random.integers(4, 9))
    edges = np.linspace(0, side, across + 1).astype(int)
    size = int(np.diff(edges).min())
    tiles = [photo[y : y + size, x : x + size] for y in edges[:-1] for x in edges[:-1]]
    order = random.permutation(len(tiles))
    rows = [
        np.concatenate([np.rot90(tiles[n], int(random.integers(0, 4))) for n in row], axis=1)
        for row in order.reshape(across, across)
    ]
    whole = np.ascontiguousarray(np.concatenate(rows))
    return np.asarray(cv2.resize(whole, (side, side), interpolation=cv2.INTER_LINEAR), np.uint8)


def phase_scrambled(random: Random, photo: Bytes) -> Bytes:
    """Keep how strong each wave in a photo is and draw anew where its crests are.

    The phases are those of white noise, so that the result is real (Dakin et al., 2002).
    """
    side = len(photo)
    waves = np.fft.fft2(photo.astype(np.float64), axes=(0, 1))
    turn = np.exp(1j * np.angle(np.fft.fft2(random.random((side, side)))))
    turn[0, 0] = 1
    scrambled = np.fft.ifft2(waves * turn[..., np.newaxis], axes=(0, 1)).real
    return np.clip(scrambled, 0, 255).astype(np.uint8)


def blurred(random: Random, photo: Bytes) -> Bytes:
    """Blur a photo, or draw it in so few squares, that only colours are left."""
    side = len(photo)
    across = int(random.integers(3, 8))
    small = cv2.resize(photo, (across, across), interpolation=cv2.INTER_AREA)
    how = cv2.INTER_CUBIC if random.random() < 0.6 else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(small, (side, side), interpolation=how), np.uint8)


def corner(random: Random, photo: Bytes) -> Bytes:
    """Enlarge a small piece near a corner: a wall, a carpet, grass."""
    side = len(photo)
    size = max(4, int(side * random.uniform(0.12, 0.22)))
    far = side - size - int(random.integers(0, max(1, side // 20)))
    near = int(random.integers(0, max(1, side // 20)))
    y, x = (far if random.random() < 0.3 else near), (far if random.random() < 0.5 else near)
    piece = np.ascontiguousarray(photo[y : y + size, x : x + size])
    return np.asarray(cv2.resize(piece, (side, side), interpolation=cv2.INTER_CUBIC), np.uint8)
