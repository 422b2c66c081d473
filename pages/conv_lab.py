"""Conv lab: what exactly does one layer compute, forward and backward?"""

import streamlit as st

from pages.parts.conv_lab import convolution, layer_demos, state
from pages.parts.conv_lab.tabs import choose_layer
from pages.parts.shared.page import open_page

# On a laptop all tabs stand in one row, so that the picture stays on screen.
_STYLE = """
<style>
@media (min-width: 641px) { .st-key-lab_layer button { padding-inline: .55rem; } }
</style>
"""

with open_page("conv_lab"):
    st.html(_STYLE)
    state.read_address()
    layer = choose_layer()
    if layer == "conv":
        convolution.show()
    else:
        layer_demos.show(layer)
    state.write_address()
