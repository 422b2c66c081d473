"""The command that tells a network's plan."""

import json

import pytest

from core.architecture.library import text_of
from core.plan import main

OWN = "conv 4 kernel 3x5 padding 1; relu; flatten; linear 1; sigmoid"
TABLE = """\
own network of 5 layers, conv 4, one photo of 20 x 20 pixels

     layer                             output  parameters  multiply-adds  receptive field   memory
                                  3 x 20 x 20
  1  conv 4 kernel 3x5 padding 1  4 x 20 x 18         184         64,800              3x5   5.8 kB
  2  relu                         4 x 20 x 18           0              0              3x5   5.8 kB
  3  flatten                             1440           0              0              3x5   5.8 kB
  4  linear 1                               1       1,441          1,440               20  4 bytes
  5  sigmoid                                1           0              0               20  4 bytes
     together                                       1,625         66,240                   17.3 kB
"""


def test_the_table_adds_up(capsys):
    assert main([OWN, "--image-size", "20"]) == 0
    out = capsys.readouterr().out
    assert out == TABLE


def test_a_problem_is_told_with_its_ways_out(capsys):
    network = OWN.replace("relu", "maxpool 30")
    assert main([network, "--image-size", "20"]) == 1
    lines = capsys.readouterr().out.splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("Layer 2, maxpool 30"))
    assert lines[start - 2].split()[:2] == ["together", "184"]
    assert lines[start:] == [
        "Layer 2, maxpool 30: kernel 30 does not fit a 20 x 18 map: padding 5x6 or kernel 20x18 "
        "would work.",
        "",
        "Ways out, each a network to try:",
        f"  {OWN.replace('relu', 'maxpool 30 padding 5x6')}",
        f"  {OWN.replace('relu', 'maxpool 20x18')}",
    ]
    for way in lines[-2:]:
        assert main([way.strip(), "--image-size", "20"]) == 0


def test_json_holds_all_of_it(capsys, tmp_path):
    file = tmp_path / "mine.txt"
    file.write_text(text_of("article"))
    assert main([str(file), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["name"] == "article" and facts["network"] == text_of("article")
    assert (facts["parameters"], facts["multiply_adds"]) == (6_501_057, 61_729_024)
    assert facts["layers"][0] == {
        "layer": "conv 16 kernel 11 stride 3",
        "shape": [16, 72, 72],
        "parameters": 5824,
        "multiply_adds": 30_108_672,
        "receptive_field": [11, 11],
        "bytes": 331_776,
    }
    assert facts["bytes"] == sum(layer["bytes"] for layer in facts["layers"])
    assert facts["problem"] is None
    assert main(["relu; flatten", "--json"]) == 1
    problem = json.loads(capsys.readouterr().out)["problem"]
    assert problem["layer"] == 3 and problem["sentence"].startswith("A network for two classes")
    assert problem["ways_out"] == ["relu\nflatten\nlinear 1\nsigmoid\n"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "Model must be one of article"),
        (["nope.txt"], "There is no file nope.txt."),
        (["no/where"], "There is no file no/where."),
        (["conv 3; relu"], "Line 1: conv must be told its kernel"),
        (["article", "--image-size", "4"], "Image size must be a whole number from 16 to 512"),
    ],
)
def test_wrong_use_is_told(arguments, sentence, capsys):
    assert main(arguments) == 2
    assert sentence in capsys.readouterr().err
    assert main([*arguments, "--json"]) == 2
    assert sentence in json.loads(capsys.readouterr().out)["error"]
