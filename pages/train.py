"""Train: start a run, watch it learn, look at what it got wrong."""

import streamlit as st

from pages.parts import run_setup
from pages.parts.page import open_page
from pages.parts.run_choice import choose_run
from pages.parts.run_live import follow
from pages.parts.run_results import show_results
from pages.parts.workers import warm_up

with open_page("train"):
    run = choose_run()

    if run is None:
        warm_up()
        run_setup.show()
    else:
        follow(run)
        st.divider()
        show_results(run)
