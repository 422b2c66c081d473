import numpy as np
import pytest

from core.compare.difference_map import MOST_CELLS, difference_maps


def test_rows_and_columns_show_the_largest_of_all_channels():
    units = np.zeros((2, 5, 4, 6))
    units[1, 3, 2, 5] = 7
    places, channels = difference_maps(units)
    assert (places.rows, places.columns) == ("row", "column")
    assert places.over == ("image", "channel")
    assert places.units.shape == (4, 6) and places.units[2, 5] == 7 == places.units.sum()
    assert (channels.rows, channels.columns) == ("", "channel")
    assert channels.over == ("image", "row", "column")
    assert channels.units.tolist() == [[0, 0, 0, 7, 0]]


@pytest.mark.parametrize(
    ("shape", "maps"),
    [((), 0), ((0, 3), 0), ((9,), 1), ((3, 4), 1), ((1, 3, 4), 1), ((2, 3, 4), 2), ((2,) * 5, 2)],
)
def test_every_shape_has_its_maps(shape, maps):
    found = difference_maps(np.ones(shape))
    assert len(found) == maps
    assert all((each.units == 1).all() and each.columns for each in found)


def test_a_cell_of_a_large_picture_stands_for_the_largest_of_several():
    units = np.zeros((3, 3 * MOST_CELLS + 1))
    units[2, -1] = np.inf
    (found,) = difference_maps(units)
    assert found.units.shape[1] <= MOST_CELLS and found.steps == (1, 4)
    assert np.argwhere(np.isinf(found.units)).tolist() == [[2, found.units.shape[1] - 1]]
