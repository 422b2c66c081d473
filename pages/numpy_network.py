"""NumPy network: do both engines agree through the whole network, and while it trains?"""

from pages.parts.kept import choose_view
from pages.parts.page import open_page
from pages.parts.parity import ladder_view, training_view

VIEWS = {"Layer by layer": ladder_view.show, "Side-by-side training": training_view.show}

with open_page("numpy_network"):
    VIEWS[choose_view({name: name for name in VIEWS})]()
