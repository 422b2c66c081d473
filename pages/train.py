"""Train: start a run, watch it learn, look at what it got wrong."""

import streamlit as st

from pages.parts.shared.computing import say_how_it_computes
from pages.parts.shared.mistakes import say_what_was_done
from pages.parts.shared.page import open_page
from pages.parts.shared.photo_changes import say_what_was_changed
from pages.parts.shared.run_choice import choose_run
from pages.parts.shared.start_training import bring_training_into_view
from pages.parts.shared.workers import warm_up
from pages.parts.train import new_training
from pages.parts.train.curves import follow
from pages.parts.train.from_elsewhere import say_what_is_missing
from pages.parts.train.layers import show_layers
from pages.parts.train.results import show_results

with open_page("train"):
    chosen = choose_run()

    if chosen is None:
        warm_up()
        new_training.show()
    else:
        run, listed = chosen
        bring_training_into_view(run)
        say_what_was_done(run.config.mistakes)
        say_what_is_missing(run)
        follow(run, listed)
        say_how_it_computes(run)
        say_what_was_changed(run.config)
        show_layers(run)
        st.divider()
        show_results(run)
