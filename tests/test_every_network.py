"""Every preset and a few odd networks go through every page: no exception, no layer missing."""

import html
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.architecture.library import NAMES, smallest_image_size
from core.explain import film, survey
from core.folders import side_by_side_folder
from core.networks.build import build_model
from core.networks.layers import LayerFacts, describe_layers
from core.runs.run import Run
from core.train import main as train_on_the_command_line
from pages.parts.numpy_network.layer_by_layer import BACKWARD, FORWARD

ROOT = Path(__file__).parent.parent
ODD = {
    "no-convolution": "adaptive avgpool 4x3; flatten; linear 5; tanh; linear 1; sigmoid",
    "least": "flatten; linear 1; sigmoid",
    "odd": "conv 4 kernel 3x1 stride 2x1 padding 0x2; leaky relu 0.1; avgpool 2x3; dropout 0.3; "
    "conv 6 kernel 3 dilation 2 groups 2 padding same; tanh; adaptive avgpool 3x2; sigmoid; "
    "batchnorm; flatten; dropout; linear 3 bias off; leaky relu; linear 1; sigmoid",
}
NETWORKS = [*NAMES, *ODD]
METHODS = ("cam", "occlusion", "gradient", "integrated", "cover")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Train every network for one epoch on a few drawn pets, and one pair side by side."""
    import streamlit as st

    home = tmp_path_factory.mktemp("home")
    st.cache_resource.clear()
    st.cache_data.clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GLASS_CNN_RUNS", str(home / "runs"))
        patch.setenv("GLASS_CNN_CACHE", str(home / "cache"))
        for name in NETWORKS:
            side = max(32, smallest_image_size(name) or 0) if name in NAMES else 32
            train(home / "runs" / name, name, side)
        train(side_by_side_folder() / "pair", "odd", 32, "--engine", "both")
    return home


def train(folder: Path, name: str, side: int, *options: str) -> None:
    sizes = ["--image-size", str(side), "--train-per-class", "3", "--test-per-class", "2"]
    short = ["--epochs", "1", "--batch-size", "3", "--json", "--run-dir", str(folder)]
    given = ["--network", ODD[name]] if name in ODD else ["--model", name]
    assert train_on_the_command_line([*given, *sizes, *short, *options]) == 0


@pytest.fixture
def open_page(home, monkeypatch):
    """Run a page with a query: ``open_page("train", run="odd")``."""
    monkeypatch.setenv("GLASS_CNN_RUNS", str(home / "runs"))
    monkeypatch.setenv("GLASS_CNN_CACHE", str(home / "cache"))
    for module in (survey, film):  # what a page lets others look at is looked at here and now
        monkeypatch.setattr(module, "start_process", partial(here, module.main))

    def opened(name: str, **query: str) -> AppTest:
        page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        if name != "classify":
            page.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            page.query_params[key] = value
        return ran(page.run())

    return opened


def here(main: Callable[[list[str]], int], module: str, arguments: list[str], log: Path) -> None:
    """Do in this process what another would do."""
    assert main(arguments) == 0


def ran(page: AppTest) -> AppTest:
    """Fail unless the page has something to say and none of it is an error."""
    assert not page.exception, page.exception
    assert not page.error, page.error
    assert texts(page)
    return page


def texts(page: AppTest) -> str:
    """Return everything that the page says in boxes, paragraphs and its own HTML."""
    kinds = ("info", "warning", "markdown", "caption")
    parts = [str(getattr(each, "value", "")) for kind in kinds for each in page.get(kind)]
    return "\n".join([*parts, *(str(each.proto.body) for each in page.get("html"))])


def layers_of(home: Path, name: str) -> list[LayerFacts]:
    config = Run(home / "runs" / name).config
    model = build_model(config.model, config.image_size).eval()
    return describe_layers(model, config.image_size)


@pytest.mark.parametrize("name", NETWORKS)
def test_feature_maps_opens_every_kind_of_layer_and_gives_reasons(home, open_page, name):
    kinds = {layer.kind: layer for layer in layers_of(home, name)}
    assert not any(re.search("[a-z][A-Z][a-z]|2d", kind) for kind in kinds), "the field's words"
    page = open_page("feature_maps", run=name)
    for layer in kinds.values():
        page.query_params["layer"], page.query_params["channel"] = str(layer.index), "0"
        ran(page.run())
    page = open_page("feature_maps", run=name, view="why")
    assert ("this network has none" in texts(page)) == (name in ("no-convolution", "least"))
    methods = METHODS if name in ODD else ("occlusion",)
    for method in methods:
        ran(page.segmented_control(key="method-page").set_value(method).run())
    for view in ("map", "mistakes"):
        open_page("feature_maps", run=name, view=view)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_ladder_goes_down_and_back_through_every_layer(home, open_page, name):
    names = [layer.name for layer in layers_of(home, name)]
    for mode, direction in (("evaluation", FORWARD), ("training", BACKWARD)):
        said = texts(open_page("numpy_network", model=name, mode=mode, direction=direction))
        assert "Both engines agree" in said
        shown = [html.unescape(each) for each in re.findall(r'"what"><b>(.*?)</b>', said)]
        assert shown == (names if direction == FORWARD else names[::-1])


@pytest.mark.parametrize("name", NETWORKS)
def test_the_other_pages_take_it_too(open_page, name):
    open_page("train", run=name)
    open_page("classify", model=name)


def test_all_networks_stand_in_the_comparison_and_a_pair_side_by_side(open_page):
    page = open_page("train", run="odd")
    ran(page.segmented_control(key="results-part").set_value("Compare runs").run())
    chosen = page.multiselect(key="compare-odd").set_value(["odd", "least", "lenet"])
    assert ran(chosen.run()).dataframe, "the recipes side by side"
    open_page("numpy_network", view="Side-by-side training", run="pair")
