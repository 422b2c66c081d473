"""How a drawn cat and a drawn dog look: heads, bodies and tails in several poses.

Only shapes tell the two apart: coats, patterns, poses and accessories come from the same
distribution for both. Local unit: the radius of a head.
"""

from random import Random

from core.data.pen import Pen
from core.data.pet_bodies import lying_body, shoulders, sitting_body, standing_body
from core.data.pet_heads import head
from core.data.pet_look import Look

POSES = ("portrait", "sitting", "standing", "lying")


def draw_pet_on(pen: Pen, kind: str, pose: str, look: Look, random: Random) -> None:
    """Draw one animal around the pen's origin, about 2.6 units high and wide in every pose."""
    tilt = random.uniform(-0.22, 0.22)
    if pose == "portrait":
        shoulders(pen, look)
        head(pen.at(0, -0.05, 1.08, tilt), kind, look, random)
        return
    if pose == "sitting":
        body = pen.at(0, -0.5, 0.68)
        sitting_body(body, kind, look, random)
        head(body.at(0, -0.35, 1.0, tilt), kind, look, random)
    elif pose == "standing":
        body = pen.at(0, 0.25, 0.62)
        standing_body(body, kind, look, random)
        head(body.at(1.35, -1.0, 0.95, tilt), kind, look, random)
    else:
        body = pen.at(0, 0.3, 0.66)
        lying_body(body, kind, look, random)
        head(body.at(1.0, -0.5, 0.98, tilt), kind, look, random)
