from core.architecture.library import text_of
from core.config import RECIPES, TrainConfig, recipe_for, recipe_of
from core.runs.listing import create_run, names_of
from core.runs.naming import LONGEST, describe, told_apart, variations_beside, what_differs
from core.runs.run import Run
from core.variations import PLAIN, told

COMPACT = RECIPES["quick"].replace(model="compact")


def test_a_name_says_network_photos_and_what_is_not_the_recipe():
    assert describe(COMPACT.replace(data="/photos/cat-and-dog", learning_rate=0.003)) == (
        "compact, 2,000 photos of cat-and-dog, rate 0.003"
    )
    changed = TrainConfig(image_size=96, optimizer="sgd", init="constant", seed=3, epochs=99)
    assert describe(changed, photos=600) == (
        "article, 600 drawn pets, rate 0.0005, 96 pixels, seed 3, constant weights, SGD"
    )
    both = describe(TrainConfig(engine="both"))
    assert both == "article, 2,000 drawn pets, rate 0.0005, in float32"
    mistaken = COMPACT.replace(mistakes=["bgr"], image_size=32)
    assert describe(mistaken) == (
        "compact, 2,000 drawn pets, rate 0.004, blue and red swapped, 32 pixels"
    )
    assert what_differs([COMPACT, mistaken]) == [
        "no mistakes, 128 pixels",
        "blue and red swapped, 32 pixels",
    ]


def test_a_name_fits_a_list():
    everything = COMPACT.replace(
        **{"image_size": 32, "seed": 3, "init": "uniform", "optimizer": "sgd", "variations": ()},
        weight_decay=0.1,
        schedule="constant",
    )
    name = describe(everything)
    assert len(name) <= LONGEST and name.endswith("pixels, seed 3, uniform weights, …")
    long = describe(COMPACT.replace(data="/photos/" + "photo" * 20))
    assert len(long) == LONGEST and long.endswith("photophot…")


def test_variations_are_told_beside_those_of_the_recipe():
    recipe = recipe_of(COMPACT)
    some = tuple(recipe.variations)
    for variations, words in (
        (some[1:], f"variations without {told([some[0]])}"),
        ((), "photos not varied"),
    ):
        assert describe(COMPACT.replace(variations=variations)).endswith(words)
    base = TrainConfig(model="compact", variations=PLAIN)
    swapped = base.replace(variations=["window", "light", "mix"])
    assert variations_beside(swapped, base) == "variations with mixed without mirrored"
    many = base.replace(variations=["turn", "mix", "erase"])
    assert variations_beside(many, base) == "photos varied: turned, partly covered and mixed"


def test_what_a_step_learns_from_is_said_shortly():
    choices: dict[str, object] = {
        "window": 0.75,
        "views": 4,
        "label_smoothing": 0.1,
        "weight_average": 0.99,
    }
    choices |= {"dtype": "bfloat16", "device": "cpu", "variations": ["mirror", "mix"]}
    plain = TrainConfig(model="compact", image_size=64, variations=PLAIN, dtype="auto")
    assert what_differs([plain, plain.replace(**choices)]) == [
        "photos varied: windows, mirrored and lighter or darker, whole photos, one view an epoch, "
        "labels not smoothed, weights not averaged, in the quickest numbers, on any device",
        "photos varied: mirrored and mixed, windows of 75 %, 4 views an epoch, "
        "labels smoothed by 0.1, weights averaged by 0.99, in bfloat16, on cpu",
    ]


def test_what_differs_leaves_out_what_all_share():
    slow, fast = TrainConfig(seed=1), TrainConfig(seed=1, learning_rate=0.1, batch_size=8)
    assert what_differs([slow, fast]) == [
        "rate 0.0005, batches of 16",
        "rate 0.1, batches of 8",
    ]
    assert what_differs([slow, slow]) == ["", ""]
    assert what_differs([]) == []


def test_networks_are_told_apart_by_their_lines():
    bare = text_of("article").replace("batchnorm\n", "")
    plain, other = (TrainConfig(model=model) for model in ("article", bare))
    assert what_differs([plain, other]) == ["article", "article without batchnorm"]
    changed = text_of("article").replace("conv 64", "conv 32").replace("11", "7")
    changed = changed.replace("2048", "64")
    alike = [TrainConfig(model=changed), TrainConfig(model=changed.replace("64", "65"))]
    assert what_differs([*alike, plain]) == [
        "with outputs 64 in linear 1",
        "with outputs 65 in linear 1",
        "article",
    ]
    ending = "flatten\nlinear 1\nsigmoid\n"
    far = [
        "conv 8 kernel 3\ntanh\navgpool 2\ndropout\n",
        "conv 8 kernel 5\nmaxpool 2\nrelu\nrelu\n",
    ]
    configs = [TrainConfig(model=start + ending) for start in far]
    assert what_differs(configs) == [
        "layer 1 conv 8 kernel 3",
        "layer 1 conv 8 kernel 5",
    ]


def test_the_same_name_twice_gets_its_time_and_at_the_same_time_its_folder():
    names = {"a": "x", "b": "x", "c": "y", "d": "z", "e": "z"}
    times = {"a": "1 Jan 10:00:00", "b": "1 Jan 11:00:00", "d": "now", "e": "now"}
    assert told_apart(names, times) == {
        "a": "x, 1 Jan 10:00:00",
        "b": "x, 1 Jan 11:00:00",
        "c": "y",
        "d": "z, now (d)",
        "e": "z, now (e)",
    }


def test_a_run_is_described_until_a_person_names_it_or_its_folder(runs_folder):
    run = create_run(COMPACT)
    assert run.name == "compact, 2,000 drawn pets, rate 0.004"
    assert create_run(COMPACT, path=runs_folder / "my-first").name == "my-first"
    twin = create_run(COMPACT)
    names = names_of([run, twin])
    assert len(set(names.values())) == 2
    assert all(
        name.startswith("compact, 2,000 drawn pets, rate 0.004, ") for name in names.values()
    )
    run.rename("mine")
    assert names_of([run, twin]) == {run.id: "mine", twin.id: twin.name}
    assert Run(run.path).name == "mine"


def test_a_folder_nobody_named_is_told_from_one_that_somebody_did(runs_folder):
    bare = text_of("article").replace("batchnorm\n", "")
    for model, begins in [
        ("tiny-vgg", "tiny-vgg, 2,000 drawn pets"),
        (bare, "article without batchnorm, 2,000 drawn pets"),
        ("flatten\nlinear 1\nsigmoid", "own network of 3 layers, 2,000 drawn pets"),
    ]:
        run = create_run(recipe_for(model).replace(model=model))
        assert run.name.startswith(begins) and "whole photos" not in run.name
        assert "\n" not in run.id and " " not in run.id
    assert create_run(COMPACT, path=runs_folder / "20260101-monday").name == "20260101-monday"
