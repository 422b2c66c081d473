from itertools import pairwise

import numpy as np
import pytest

from core.config import TrainConfig
from core.conftest import small_data, wait_for
from core.explain import survey
from core.explain.film import PATIENCE_SECONDS, Film, main, turn_along
from core.explain.pca import fit_pca, turn_towards
from core.runs.checkpoints import Position
from core.runs.listing import create_run
from core.runs.run import Run


@pytest.fixture
def run(runs_folder, monkeypatch) -> Run:
    """Keep three epochs, each a little further from the untrained network."""
    monkeypatch.setattr(survey, "load_data", lambda source, *numbers: small_data())
    run = create_run(TrainConfig(model="compact", image_size=16, data="drawn"))
    weights = {name: t.numpy() for name, t in run.load_model(0).state_dict().items()}
    facts = {"model": "compact", "image_size": 16, "classes": ["dog", "cat"]}
    random = np.random.default_rng(0)
    for epoch in (1, 2, 3):
        for name, each in weights.items():
            if each.ndim:
                weights[name] = each + 0.02 * random.normal(size=each.shape).astype(each.dtype) ** 2
        run.checkpoints.save(Position(epoch), weights, {}, facts)
    return run


def clouds(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two clouds in two directions that spread almost alike, and their classes."""
    random = np.random.default_rng(seed)
    labels = np.arange(80) % 2
    return random.normal(size=(80, 2)) * [1.05, 1.0] + 2.5 * labels[:, None] * [1, 0.2], labels


def mirrored(places: np.ndarray, before: np.ndarray) -> bool:
    """Tell whether an axis points the other way than in the map before."""
    return bool((np.sum(places * (before - before.mean(axis=0)), axis=0) < 0).any())


def test_planted_flips_and_swaps_do_not_mirror_the_film():
    places, labels = clouds()
    random = np.random.default_rng(1)
    plants = [np.eye(2), np.diag([-1, 1]), np.diag([-1, -1]), np.array([[0, 1], [1, 0]])]
    maps = [
        (places + 0.05 * random.normal(size=places.shape)) @ plants[k % 4] + [k, -k]
        for k in range(9)
    ]
    assert any(mirrored(after, before) for before, after in pairwise(maps))
    film = [maps[k] @ turn_along(maps[: k + 1], labels) for k in range(9)]
    for before, after in pairwise(film):
        assert not mirrored(after, before)
        move = (after - after.mean(axis=0)) - (before - before.mean(axis=0))
        assert np.abs(move).max() < 0.5
    assert film[0][labels == 1, 0].mean() > film[0][labels == 0, 0].mean()


def test_a_turn_keeps_distances_and_finds_a_planted_one():
    places, _ = clouds(2)
    angle = 0.7
    planted = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    turn = turn_towards(places @ planted.T + 5, places)
    assert np.allclose(turn, planted)
    assert np.allclose(turn @ turn.T, np.eye(2))


def test_a_turned_plane_projects_to_the_turned_places_and_keeps_its_spread():
    features = np.random.default_rng(3).normal(size=(40, 7)) * np.arange(1, 8)
    plane = fit_pca(features)
    turn = turn_towards(plane.project(features), clouds(1)[0][:40])
    turned = plane.turned(turn)
    assert np.allclose(turned.project(features), plane.project(features) @ turn)
    assert turned.explained.sum() == pytest.approx(plane.explained.sum())
    spread = turned.project(features).var(axis=0) / features.var(axis=0).sum()
    assert turned.explained == pytest.approx(spread)


def test_the_wanted_map_comes_first_then_what_plays_after_it(run, monkeypatch):
    monkeypatch.setattr("core.explain.film.start_process", lambda *_: None)
    made: list[int] = []
    perform = survey.Survey.perform

    def perform_and_note(self: survey.Survey) -> None:
        made.append(self.epoch)
        perform(self)

    monkeypatch.setattr(survey.Survey, "perform", perform_and_note)
    film = Film(run)
    film.perform()
    assert made == []  # nobody looks
    film.want(2)
    film.perform()
    assert made == [2, 3, 1, 0] and film.ready() == [0, 1, 2, 3]
    film.perform()
    assert len(made) == 4  # what is there is not made anew


def test_the_film_of_a_run_does_not_mirror(run, monkeypatch):
    monkeypatch.setattr("core.explain.film.start_process", lambda *_: None)
    film, labels = Film(run), small_data().test.labels
    film.want(3)
    film.perform()
    places = [
        found @ film.turn(e, labels)
        for e in film.ready()
        if (found := film.frame(e).places()) is not None
    ]
    assert len(places) == 4
    for before, after in pairwise(places):
        assert not mirrored(after, before)
    assert np.allclose(film.turn(1, labels[:5]), np.eye(2))  # the run's photos have changed


def test_a_map_that_fails_is_tried_once_and_the_others_are_made(run, monkeypatch):
    monkeypatch.setattr("core.explain.film.start_process", lambda *_: None)
    run.checkpoints.path(Position(2)).write_bytes(b"broken")
    film = Film(run)
    film.want(3)
    film.perform()
    assert film.ready() == [0, 1, 3] and film.frame(2).failed()


def test_nothing_is_made_for_nobody(run, monkeypatch):
    monkeypatch.setattr("core.explain.film.start_process", lambda *_: None)
    film = Film(run)
    film.want(3)
    later = PATIENCE_SECONDS + film.wanted_path.stat().st_mtime
    monkeypatch.setattr("core.explain.film.time.time", lambda: later)
    assert not film.is_watched()
    film.perform()
    assert film.ready() == []


def test_a_process_of_its_own_makes_them(runs_folder, capsys):
    config = TrainConfig(
        model="compact", image_size=16, train_per_class=3, test_per_class=4, data="drawn"
    )
    film = Film(create_run(config))
    film.want(0)
    wait_for(lambda: film.ready() == [0], "the map of eight drawn pets", 60)
    assert main([]) == 2 and main([str(runs_folder / "none")]) == 1
    assert "usage" in capsys.readouterr().err
