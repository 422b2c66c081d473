"""The conv lab without a browser: what its controls hand to the experiment."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.config import TrainConfig
from core.conv_lab.own import decode_own
from core.runs.checkpoints import Position
from core.runs.listing import create_run
from core.runs.run import Run


@pytest.fixture
def run(tmp_path, monkeypatch) -> Run:
    """A small run without weights."""
    import streamlit as st

    monkeypatch.setenv("GLASS_CNN_RUNS", str(tmp_path / "runs"))
    st.cache_resource.clear()
    return create_run(TrainConfig(model="compact", image_size=32), "mine")


def save(run: Run, epoch: int, first_weight: float) -> None:
    """Keep weights after an epoch, of which one is known."""
    weights = {name: t.numpy().copy() for name, t in run.load_model(0).state_dict().items()}
    weights["0.weight"][0, 0, 0, 0] = first_weight
    facts = {"model": "compact", "image_size": 32, "classes": ["dog", "cat"]}
    run.checkpoints.save(Position(epoch), weights, {}, facts)


def test_the_kernels_of_a_run_in_training_are_its_newest(run):
    def script() -> None:
        import streamlit as st

        from core.conv_lab.experiment import Experiment
        from pages.parts.conv_lab import own_input

        st.session_state.setdefault("lab_experiment", Experiment())
        own_input.show()

    save(run, 1, 0.25)
    app = AppTest.from_function(script, default_timeout=60).run()
    app.segmented_control(key="lab_own_way").set_value("Trained kernel").run()
    app.selectbox(key="lab_model").set_value(run.id).run()

    def taken() -> float:
        app.button(key="lab_use_kernel").click().run()
        assert not app.exception
        experiment = app.session_state["lab_experiment"]
        return float(np.ravel(decode_own(experiment.filters_data, experiment.weight_shape))[0])

    assert taken() == 0.25
    save(run, 2, 0.5)
    app.run()
    assert taken() == 0.5
