"""The browser's code: its types, its modules put together, and its numbers against Python's."""

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from core.conv_lab.demos import (
    Adam,
    AvgPool,
    BatchNorm,
    ConvTranspose,
    Demo,
    Dropout,
    Layer,
    Linear,
    MaxPool,
    Relu,
)
from core.conv_lab.demos.packing import pack_layer
from core.conv_lab.engines import Result, carry_out
from core.conv_lab.lessons import what_breaks, where_it_shows
from core.conv_lab.sabotage import MISTAKES
from core.conv_lab.view import COLOURS, pack_lab
from core.explain.fooling import Fooling
from core.pictures import colour
from core.pictures.packing import pack
from core.pictures.tiles import to_bytes
from pages.parts.shared.words import percent
from pages.parts.web import bundle_js
from tests import conv_lab_sums
from tests.conv_lab_page import DEPTHWISE, GROUPED, PLAIN

ROOT = Path(__file__).parent.parent
COMPONENTS = sorted(
    path for path in ROOT.glob("pages/parts/*/*/*.js") if path.stem == path.parent.name
)
LAYERS: list[tuple[str, Layer]] = [
    ("linear", Linear()),
    ("linear", Linear(batch=3, features=9, outputs=5, seed=4, dtype="float64")),
    ("relu", Relu(shift=0.7)),
    ("max_pool", MaxPool()),
    ("max_pool", MaxPool(7, 3, 2, 1, 1, ceil_mode=True, ties=True)),
    ("max_pool", MaxPool(9, 3, 1, 1, 2, dtype="float64")),
    ("batch_norm", BatchNorm(gamma=1.5, beta=-0.3)),
    ("batch_norm", BatchNorm(batch=3, channels=3, side=2, training=False, dtype="float64")),
    ("conv_transpose", ConvTranspose()),
    ("conv_transpose", ConvTranspose(3, 2, 3, 1, 1, dtype="float64")),
    ("conv_transpose", ConvTranspose(2, 5, 1, 2)),
    ("avg_pool", AvgPool()),
    ("avg_pool", AvgPool(7, 3, 2, 1, ceil_mode=True)),
    ("avg_pool", AvgPool(7, 2, 3, 1, count_include_pad=False, dtype="float64")),
    ("dropout", Dropout(p=0.3)),
    ("dropout", Dropout(side=3, training=False, dtype="float64")),
    ("adam", Adam(noise=1.0, steps=5)),
    ("adam", Adam(decay=0.3, decoupled=False, dtype="float64")),
]
TERMS = {
    "y": ("y", conv_lab_sums.output_products),
    "dx": ("dx", conv_lab_sums.input_gradient_products),
    "dw": ("dweight", conv_lab_sums.weight_gradient_products),
    "db": ("dbias", conv_lab_sums.bias_gradient_products),
}


def find_tool(name: str) -> str:
    """Return the path of a command; without it the test is skipped, but never in CI."""
    path = os.pathsep.join([str(ROOT / "node_modules" / ".bin"), os.environ["PATH"]])
    found = shutil.which(name, path=path)
    if found is None:
        reason = f"no {name} here: install Node.js and run npm install to check the browser's code"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def run(*command: str, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_types_are_right():
    run(find_tool("tsc"), "-p", "jsconfig.json")


def test_every_script_is_checked():
    scripts = [*ROOT.glob("pages/**/*.js"), *ROOT.glob("tests/**/*.js")]
    unchecked = [path for path in scripts if not path.read_text().startswith("// @ts-check\n")]
    assert scripts and not unchecked


@pytest.mark.parametrize("script", COMPONENTS, ids=lambda path: path.stem)
def test_modules_fit_together_in_one_scope(script, tmp_path):
    node = find_tool("node")
    bundle = tmp_path / "bundle.mjs"
    bundle.write_text(bundle_js(script))
    run(node, "--check", str(bundle))


def test_a_bundle_leaves_comments_behind_and_nothing_else(tmp_path):
    part, whole = tmp_path / "part.js", tmp_path / "whole.js"
    part.write_text(
        "// @ts-check\n/**\n * @param {string} a\n */\nexport const f = (a) => a; // kept\n"
    )
    whole.write_text(
        'import { f } from "./part.js";\n\n  /** @type {any} */ (f)("http://x"); /* too */\n'
        "  // gone\n/** one line */\nexport default f;\n"
    )
    assert bundle_js(whole) == (
        "const f = (a) => a; // kept\n"
        '  /** @type {any} */ (f)("http://x"); /* too */\n'
        "export default f;\n"
    )


def test_functions_compute_what_python_computes(tmp_path):
    node = find_tool("node")
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps(make_cases(), allow_nan=False))
    scripts = sorted(str(path) for path in (ROOT / "tests" / "javascript").glob("*.test.js"))
    run(node, "--test", *scripts, CASES=str(cases))


def make_cases() -> dict[str, object]:
    """Return what the JavaScript tests compare with; drawn at random, the same every time."""
    random = np.random.default_rng(0)
    return {
        "packed": [packed_case("", random), packed_case("né", random)],
        "indices": [index_case(shape, random) for shape in [(), (5,), (3, 4), (2, 3, 4, 5)]],
        "sums": [sums_case(carry_out(each), random) for each in (PLAIN, GROUPED, DEPTHWISE)],
        "layers": [layer_case(name, layer) for name, layer in LAYERS],
        "mistakes": [mistakes_case(mistake, random) for mistake in MISTAKES],
        "bytes": [bytes_case(scale, random) for scale in (0.7, 3.0)],
        "diverging": diverging_case(random),
        "fooled": [fooled_case(steps, random) for steps in (0, 1, 3, 90, 255)],
        "percent": [
            {"share": share, "text": percent(share)} for share in [0.0, 1.0, *random.random(50)]
        ],
    }


def as_text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def for_json(values: NDArray[Any]) -> list[object]:
    """Return numbers, and what JSON has no number for as JavaScript's words."""
    words = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
    return [words.get(str(value), value) for value in map(float, values.ravel())]


def packed_case(title: str, random: np.random.Generator) -> dict[str, object]:
    arrays: dict[str, NDArray[Any]] = {
        "bytes": random.integers(0, 256, 3).astype(np.uint8),
        "floats": random.normal(size=(2, 3)).astype(np.float32),
        "doubles": np.array([1e-300, np.nan, np.inf, -np.inf]),
        "one": np.array(7.5),
    }
    expected = {
        name: {"shape": list(array.shape), "values": for_json(array)}
        for name, array in arrays.items()
    }
    return {"packed": as_text(pack({"title": title}, arrays)), "title": title, "arrays": expected}


def index_case(shape: tuple[int, ...], random: np.random.Generator) -> dict[str, object]:
    index = tuple(int(random.integers(size)) for size in shape)
    flat = int(np.ravel_multi_index(index, shape)) if shape else 0
    return {"shape": list(shape), "index": list(index), "flat": flat}


def fooled_case(steps: int, random: np.random.Generator) -> dict[str, object]:
    """Return a photo before and after so many gradient steps."""
    photo = random.integers(0, 256, (3, 3, 3), dtype=np.uint8)
    direction = random.integers(-1, 2, photo.shape).astype(np.int8)
    found = Fooling(photo, direction, np.zeros(256), None, None)
    return {
        "steps": steps,
        "photo": photo.ravel().tolist(),
        "direction": (direction + 1).ravel().tolist(),
        "changed": found.changed(steps).ravel().tolist(),
        "factor": found.factor(steps),
    }


def sums_case(result: Result, random: np.random.Generator) -> dict[str, object]:
    """Return some places of every array of a convolution with their terms."""
    made = []
    for mode, (name, terms_of) in TERMS.items():
        if name not in result.comparisons:
            continue  # no bias
        places = list(np.ndindex(result.comparisons[name].numpy.shape))
        for place in random.permutation(len(places))[:25]:
            index = places[int(place)]
            expected = [
                {
                    "left": term.left,
                    "right": term.right,
                    "leftAt": list(term.left_at),
                    "rightAt": list(term.right_at),
                    "padding": term.padding,
                }
                for term in terms_of(result.experiment, result.arrays, index)
            ]
            made.append({"mode": mode, "index": list(index), "expected": expected})
    return {"packed": as_text(pack_lab(result)), "terms": made}


def layer_case(name: str, layer: Layer) -> str:
    demo = layer.carry_out()
    assert isinstance(demo, Demo)
    return as_text(pack_layer(name, layer, demo))


def mistakes_case(mistake: str, random: np.random.Generator) -> dict[str, object]:
    """Return some places of the arrays that a mistake breaks, with what NumPy computes there."""
    wide = GROUPED.with_changes(bias=True, dtype="float64", mistake=mistake)
    places = []
    for experiment in (wide, where_it_shows(PLAIN.with_changes(mistake=mistake, dtype="float64"))):
        result = carry_out(experiment)
        for mode, (name, _) in TERMS.items():
            numbers = result.comparisons[name].numpy
            everywhere = list(np.ndindex(numbers.shape))
            some = [everywhere[int(k)] for k in random.permutation(len(everywhere))[:25]]
            places += [
                {
                    "packed": as_text(pack_lab(result)),
                    "mode": mode,
                    "index": list(index),
                    "broken": name in what_breaks(result),
                    "value": float(numbers[index]),
                }
                for index in some
            ]
    return {"mistake": mistake, "places": places}


def bytes_case(scale: float, random: np.random.Generator) -> dict[str, object]:
    values = random.normal(size=200).astype(np.float32)
    values[:4] = np.nan, np.inf, -np.inf, 0
    packed = as_text(pack({}, {"values": values}))
    return {"packed": packed, "scale": scale, "bytes": to_bytes(values, scale).tolist()}


def diverging_case(random: np.random.Generator) -> dict[str, object]:
    values, limit = np.array([0.0, -2.0, 2.0, 9.0, np.nan, *random.normal(size=100)]), 2.0
    return {
        "colours": COLOURS,
        "values": for_json(values),
        "limit": limit,
        "rgb": colour.colour_signed(values, limit).tolist(),
    }
