"""About: what this is, what it grew out of, where photos go, and what the words mean."""

from pages.parts.about import drawing
from pages.parts.shared.page import open_page

with open_page("about"):
    drawing.show()
