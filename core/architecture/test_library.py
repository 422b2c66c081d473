"""The smallest photo a network can take is found without trying every size."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.architecture.conftest import CONVOLUTIONS, POOLINGS
from core.architecture.layers import Flatten, Linear, Sigmoid
from core.architecture.library import SIDES, smallest_image_size
from core.architecture.plan import plan
from core.architecture.text import Layers, write

ENDING = (Flatten(), Linear(1), Sigmoid())
STACKS = st.lists(CONVOLUTIONS | POOLINGS, max_size=7).map(lambda made: (*made, *ENDING))


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(STACKS)
def test_the_smallest_side_is_the_first_that_works(layers: Layers) -> None:
    found = smallest_image_size(write(layers))
    tried = SIDES[:40] if found is None else range(SIDES[0], found + 1)
    works = [side for side in tried if plan(layers, side).problem is None]
    assert works == ([] if found is None else [found])


def test_some_need_more_than_the_least_and_some_find_none() -> None:
    assert smallest_image_size("conv 4 kernel 100\nflatten\nlinear 1\nsigmoid") == 100
    assert smallest_image_size("conv 4 kernel 600\nflatten\nlinear 1\nsigmoid") is None
    assert smallest_image_size("relu") is None
