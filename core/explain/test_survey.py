import numpy as np
import pytest
from filelock import FileLock

from core.config import TrainConfig
from core.conftest import small_data, wait_for
from core.data.mistaken import as_seen
from core.errors import StoppedError
from core.explain import survey
from core.explain.pca import fit_pca
from core.explain.silence import count_silent
from core.explain.survey import Survey
from core.explain.trust import chosen_photos, judge
from core.networks.layers import last_hidden
from core.networks.tensors import network_input
from core.runs.checkpoints import Checkpoints
from core.runs.listing import create_run
from core.runs.run import Run


@pytest.fixture
def run(runs_folder, monkeypatch) -> Run:
    monkeypatch.setattr(survey, "load_data", lambda source, *numbers: small_data())
    return create_run(TrainConfig(model="compact", image_size=16, data="drawn"))


def test_features_of_the_test_photos_are_kept_with_the_run(run):
    survey = Survey(run, "map", 0)
    assert survey.features() is None and survey.progress() is None
    survey.perform()
    found = Survey(Run(run.path), "map", 0).features()
    photos, model = small_data().test, run.load_model(0)
    expected = last_hidden(model, network_input(photos.pixels)).numpy()
    assert found is not None
    assert np.allclose(found.values, expected, atol=1e-5)
    assert np.allclose(
        found.probabilities, model(network_input(photos.pixels)).detach().numpy()[:, 0]
    )
    silence = survey.silence()
    assert silence is not None and silence.photos == 12
    for index, counts in count_silent(model, [network_input(photos.pixels)]).counts.items():
        assert silence.counts[index].tolist() == counts.tolist()
    places = survey.places()
    assert places is not None
    assert np.allclose(places, fit_pca(found.values).project(found.values), atol=1e-4)
    progress = survey.progress()
    assert progress is not None
    assert (progress.done, progress.total, progress.running) == (12, 12, False)
    assert not progress.problem


def test_a_network_that_learnt_scrambled_pixels_is_shown_scrambled_photos(run):
    wrong = create_run(run.config.replace(mistakes=["reshape", "bgr"]))
    looked = Survey(wrong, "map", 0)
    looked.perform()
    found = looked.features()
    assert found is not None
    seen = as_seen(small_data().test.pixels, wrong.config.mistakes)
    expected = last_hidden(wrong.load_model(0), network_input(seen)).numpy()
    assert np.allclose(found.values, expected, atol=1e-5)


def test_top_photos_point_at_training_photos(run):
    survey = Survey(run, "tops", 0)
    survey.perform()
    found = survey.tops()
    assert found is not None and found.photos == 34
    for top in found.layers.values():
        assert top.photos.min() >= 0 and top.photos.max() < 34
        assert (np.diff(top.values, axis=1) <= 0).all()
    assert survey.features() is None


def test_how_far_heat_maps_can_be_trusted_is_kept_with_the_run(run, monkeypatch):
    monkeypatch.setattr("core.explain.trust.PHOTOS", 3)
    survey = Survey(run, "trust", 0)
    assert survey.verdict() is None
    survey.perform()
    found = Survey(Run(run.path), "trust", 0).verdict()
    seen = small_data().test.pixels[chosen_photos(12)]
    *_, expected = judge(run.load_model(0), seen, 16)
    assert found is not None and found.photos == 3
    assert found.figures.keys() == expected.figures.keys()
    for method, values in found.figures.items():
        assert values.tolist() == expected.figures[method].tolist()
    progress = survey.progress()
    assert progress is not None and (progress.done, progress.total) == (3, 3)


def test_what_was_found_with_other_weights_is_not_shown(run, monkeypatch):
    looked = Survey(run, "map", 0)
    looked.perform()
    assert looked.features() is not None
    monkeypatch.setattr(Checkpoints, "mark", lambda self, epoch: "others")
    assert looked.features() is None


def test_damage_and_a_cut_off_survey_can_be_done_again(run):
    looked = Survey(run, "map", 0)
    looked.perform()
    looked.path.write_bytes(looked.path.read_bytes()[:50])
    assert looked.features() is None
    looked.report(3, 12)
    progress = looked.progress()
    assert progress is not None and progress.problem == "It was cut off."
    with FileLock(looked.lock_path):
        progress = looked.progress()
        assert progress is not None and progress.running and not progress.problem


@pytest.mark.parametrize("kind", ["map", "tops", "trust"])
def test_a_survey_that_is_stopped_keeps_nothing_and_can_be_begun_again(run, kind, monkeypatch):
    monkeypatch.setattr(survey, "BATCH", 4)
    monkeypatch.setattr(survey, "PROGRESS_SECONDS", 0.0)
    looked, reported = Survey(run, kind, 0), []

    def report_and_stop(done, total, problem=""):
        Survey.report(looked, done, total, problem)
        reported.append(done)
        if done:
            looked.stop()

    monkeypatch.setattr(looked, "report", report_and_stop)
    with pytest.raises(StoppedError):
        looked.perform()
    assert len([done for done in reported if done]) == 1
    again = Survey(run, kind, 0)
    assert again.progress() is None and not again.failed() and not again.path.exists()
    again.perform()
    progress = again.progress()
    assert progress is not None and not progress.problem and again.path.exists()


def test_a_survey_that_is_stopped_before_its_process_begins_does_nothing(run):
    looked = Survey(run, "map", 0)
    looked.folder.mkdir()
    looked.report(0, 0)
    looked.stop()
    assert survey.main([str(run.path), "--epoch", "0", "--begun"]) == 1
    assert looked.progress() is None and looked.features() is None


def test_a_survey_can_be_stopped_while_it_waits_for_room(run, monkeypatch):
    monkeypatch.setattr("core.runs.slots.LOOKS", 0)
    looked = Survey(run, "map", 0)
    monkeypatch.setattr("core.runs.slots.POLL_SECONDS", 0.0)
    monkeypatch.setattr(looked, "report", lambda *numbers: None)
    with pytest.raises(StoppedError):
        looked.perform()


def test_a_survey_that_fails_says_why(run, monkeypatch):
    def gone(source, *numbers):
        raise survey.DataError("the folder is gone")

    monkeypatch.setattr(survey, "load_data", gone)
    looked = Survey(run, "map", 0)
    with pytest.raises(survey.DataError):
        looked.perform()
    progress = looked.progress()
    assert progress is not None and progress.problem == "the folder is gone"
    assert survey.main([str(run.path), "--epoch", "0"]) == 1


def test_wrong_use_is_told_in_a_sentence(run, tmp_path, capsys):
    assert survey.main([str(tmp_path / "nothing")]) == 2
    assert survey.main([str(run.path), "--epoch", "7"]) == 2
    assert "error:" in capsys.readouterr().err
    with pytest.raises(ValueError, match="map, tops"):
        Survey(run, "other", 0)


def test_a_process_of_its_own_does_it(runs_folder):
    config = TrainConfig(
        model="compact", image_size=16, train_per_class=3, test_per_class=4, data="drawn"
    )
    looked = Survey(create_run(config), "map", 0)
    looked.start()
    progress = looked.progress()
    assert progress is not None and progress.running
    wait_for(lambda: looked.features() is not None, "the features of eight drawn pets", 60)
    found = looked.features()
    assert found is not None and len(found.values) == 8
