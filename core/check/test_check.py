"""The checker: finds what is wrong with a function, names it, and survives the function."""

import numpy as np
import pytest

from core.check.__main__ import main
from core.check.configurations import Configuration, battery
from core.check.function_process import FunctionProcess
from core.check.judge import judge
from core.check.signature import read_signature
from core.numpy_nn import conv2d


def test_right_functions_pass_and_the_rest_is_told_apart(user_file, capsys):
    assert main([f"{user_file}:my_conv2d"]) == 0
    said = capsys.readouterr().out
    assert "forward pass, (N, C, H, W)" in said
    assert f"All {len(list(battery(square_only=False)))} cases agree with torch." in said
    assert main([f"{user_file}:my_article_backward"]) == 0
    said = capsys.readouterr().out
    assert "backward pass, (H, W, C)" in said
    assert "All 129 cases agree" in said


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("remainder_backward", "Right until stride 2 does not divide the width (2 + 2·0"),
        ("truth_value", "Right until there is a bias and there are 2 output channels."),
    ],
)
def test_the_parameter_that_makes_the_difference_is_named(user_file, capsys, function, expected):
    assert main([f"{user_file}:{function}"]) == 1
    assert expected in capsys.readouterr().out


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("in_float32", "It looks computed in float32: the numbers that came in are float64."),
        ("drops_a_small_term", "y[0, 0, 0, 0] is "),
        (
            "raises_a_sentence",
            "  It raised RuntimeError: This is a sentence. It happened at my_layers.py:{line}, in "
            'raises_a_sentence (`raise RuntimeError("This is a sentence.")`).\n',
        ),
        ("one_number", "y must have 4 axes, (N, C, H, W), not 2: its shape must be (1, 1, "),
        ("no_height", "y must have 3 axes, (H, W, C), not 2: its shape must be (1, 1, 1), not"),
        ("returns_two", "  It must return 1 array, y, not 2.\n"),
        ("too_large", "  The shape of y must be (1, 1, 1, 1), not (1, 1, 3, 3).\n"),
        ("changes_its_input", "  It changed its argument x.\n"),
        ("ends_python", "  It gave no answer: it ended the Python process.\n"),
        (
            "returns_nothing",
            "  It must return 1 array, y, and it returned none. A return",
        ),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(user_file, capsys, function, expected):
    assert main([f"{user_file}:{function}"]) == 1
    said = capsys.readouterr().out
    lines = user_file.read_text().splitlines()
    line = 1 + next((k for k, each in enumerate(lines) if "raise RuntimeError" in each), 0)
    assert expected.replace("{line}", str(line)) in said
    sentence = said.split("Smallest failing case: ")[1].splitlines()[1].strip()
    assert sentence.endswith(".") and ".." not in sentence


def test_an_exception_from_a_library_is_found_in_the_readers_own_innermost_line(user_file, capsys):
    assert main([f"{user_file}:raises_deep"]) == 1
    said = capsys.readouterr().out
    assert "ValueError: matmul" in said
    assert ", in helper (`return x @ np.ones(3)`)." in said


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("constant", "the same numbers come out whatever x is. They are all equal."),
        ("identity", "it gives x back as it is."),
        ("doubles", "each output depends on the one input at its own place"),
        ("blurs", "the same numbers come out whatever the weight is."),
        ("flipped", ""),
        ("off_in_hwc", ""),
        ("raises_a_sentence", ""),
    ],
)
def test_what_is_no_convolution_is_told_so(user_file, capsys, function, expected):
    assert main([f"{user_file}:{function}"]) == 1
    said = capsys.readouterr().out
    assert ("This is no convolution: " in said) is bool(expected)
    assert expected in said and "Smallest failing case: " in said


def test_verdicts_speak_the_functions_layout(user_file, capsys):
    assert main([f"{user_file}:off_in_hwc"]) == 1
    said = capsys.readouterr().out
    assert "forward pass, (H, W, C)" in said
    assert "Smallest failing case: x (1, 1, 1), weight (1, 1, 1, 1), stride 1" in said
    assert "y[0, 0, 0] is " in said
    case = Configuration(size=(5, 6), per_group=2, outs_per_group=3, kernel=(3, 2))
    assert case.describe("hwc").startswith("x (5, 6, 2), weight (3, 3, 2, 2), ")


def test_the_failing_arrays_can_be_saved(user_file, capsys, tmp_path):
    main([f"{user_file}:flipped"])
    assert "the same command with --save FILE.npz." in capsys.readouterr().out
    file = tmp_path / "case.npz"
    assert main([f"{user_file}:flipped", "--save", str(file)]) == 1
    assert (
        f"Its arrays are in {file}: x, weight, y_expected, y_returned." in capsys.readouterr().out
    )
    with np.load(file) as arrays:
        x, weight = arrays["x"], arrays["weight"]
        assert np.allclose(conv2d(x, weight), arrays["y_expected"])
        assert np.allclose(conv2d(x, weight[:, :, ::-1, ::-1]), arrays["y_returned"])
        assert not np.allclose(arrays["y_expected"], arrays["y_returned"])
    assert main([f"{user_file}:flipped", "--save", str(tmp_path / "no" / "case.npz")]) == 2
    assert "There is no folder" in capsys.readouterr().err


def test_a_verdict_has_its_arrays(user_file):
    with FunctionProcess(user_file, "my_article_backward", 5) as process:
        signature = read_signature("my_article_backward", process.parameters)
        verdict = judge(process, signature, Configuration(per_group=2))
    assert verdict.right
    assert verdict.arrays["A_prev"].shape == (5, 5, 2) and verdict.arrays["dy"].shape == (3, 3, 1)
    for name in ("dx", "dweight"):
        ours, theirs = (verdict.arrays[f"{name}_{of}"] for of in ("returned", "expected"))
        assert np.allclose(ours, theirs)


def test_numbers_that_differ_late_are_written_so_that_they_differ(user_file, capsys):
    main([f"{user_file}:drops_a_small_term"])
    line = next(line for line in capsys.readouterr().out.splitlines() if "y[0, 0, 0, 0]" in line)
    ours, theirs = line.split(" is ")[1].split(" (")[0].split(", must be ")
    assert ours != theirs and float(ours) == pytest.approx(float(theirs), rel=1e-11)


def test_functions_that_misbehave_are_survived(user_file, capsys):
    assert main([f"{user_file}:loops_forever", "--seconds", "0.3"]) == 1
    said = capsys.readouterr().out
    assert "it took longer than 0.3 s" in said
    assert "Stopped after 3 cases" in said
    assert main([f"{user_file}:short"]) == 0
    said = capsys.readouterr().out
    assert "left out, for want of a parameter: bias, padding, dilation, groups" in said
    assert "must not reach" not in said


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("no_such_file.py:f", "There is no file no_such_file.py."),
        ("f", "The target must be FILE.py:FUNCTION, not 'f'."),
        ("{file}:missing", "my_layers.py has no function missing; it has: "),
        (
            "{file}:strange",
            "function strange must take the parameters (x, weight, bias, stride",
        ),
        ("{file}:__doc__", "has no function __doc__"),
    ],
)
def test_wrong_use_is_refused_with_a_sentence(user_file, capsys, target, expected):
    assert main([target.format(file=user_file)]) == 2
    assert expected in capsys.readouterr().err


def test_a_file_that_can_not_be_loaded_is_refused(tmp_path, capsys):
    (tmp_path / "broken.py").write_text("import nothing_of_that_name\n")
    assert main([f"{tmp_path / 'broken.py'}:f"]) == 2
    said = capsys.readouterr().err
    assert "broken.py cannot be loaded: ModuleNotFoundError" in said
    assert "(broken.py:1 (`import nothing_of_that_name`))" in said


def test_help_names_the_exit_codes(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "Exit codes: 0 every case right, 1 some wrong, 2 wrong use" in capsys.readouterr().out
