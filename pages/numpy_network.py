"""NumPy network: do both engines agree through the whole network, and while it trains?"""

from pages.parts.numpy_network import layer_by_layer, side_by_side, two_arrays
from pages.parts.shared.kept import choose_view
from pages.parts.shared.page import open_page

VIEWS = {"Layer by layer": layer_by_layer.show, "Side-by-side training": side_by_side.show}

with open_page("numpy_network"):
    VIEWS[choose_view({name: name for name in VIEWS})]()
    two_arrays.offer()
