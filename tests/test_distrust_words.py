"""What is said of a fooled answer, of drawings and of heat maps: true in every case."""

import numpy as np
import pytest

from core.explain.class_drawing import ClassDrawing
from core.explain.deletion import Curve, Trial
from core.explain.fooling import Fooling
from core.explain.trust import Verdict
from pages.parts.classify.answers import PhotoAnswer, verdict
from pages.parts.shared.draw_class import draw_me, taught
from pages.parts.shared.fool_it import curve, told
from pages.parts.shared.trust import KINDS, said_of
from pages.parts.shared.trust_plots import curves_figure, verdict_figure

PETS = ("dog", "cat")
SHARES = np.linspace(0, 1, 5)


def fooling(
    turning: int | None, exact: float | None, direction: int = 1, shares: tuple[float, ...] = ()
) -> Fooling:
    photo = np.zeros((4, 4, 3), np.uint8)
    answers = np.array(shares or (0.9, 0.7, 0.4))
    return Fooling(photo, np.full((4, 4, 3), direction, np.int8), answers, turning, exact)


def test_an_answer_that_turns_says_after_how_many_whole_steps_and_where_exactly():
    said = told(fooling(2, 1.37), PETS)
    assert "away from cat" in said
    assert "After **2 of 255** the answer is dog, and after no smaller whole number" in said
    assert "turns at 1.37" in said and "rounded to these 8 bits it still turns over" in said


def test_an_answer_that_turns_back_says_from_where_on():
    back = fooling(1, 0.8, shares=(0.9, 0.4, 0.3, 0.6, 0.7))
    assert back.back == 3
    assert "From 3 of 255 on it is cat again" in told(back, PETS)
    assert fooling(2, 1.37).back is None and "again" not in told(fooling(2, 1.37), PETS)
    assert fooling(None, None).back is None


def test_an_answer_that_holds_says_so_and_promises_nothing():
    said = told(fooling(None, None), PETS)
    assert "**the answer stays cat**" in said and "255" not in said
    flat = told(fooling(None, None, direction=0, shares=(0.2,)), PETS)
    assert "The gradient is zero for every pixel" in flat and "dog" in flat


def test_the_curve_marks_where_it_turns_and_where_the_slider_stands():
    chart = curve(fooling(2, 1.37), 1, "cat")
    assert chart.x_label and chart.y_label == "P(cat)"
    assert [(mark.x, mark.y) for mark in chart.marks] == [(1, 0.7), (1.37, None)]
    assert list(chart.series[0].x) == [0, 1, 1.37, 2]  # it meets 50 % where it is said to
    assert list(chart.series[0].y) == [0.9, 0.7, 0.5, 0.4]
    assert len(curve(fooling(None, None), 0, "cat").marks) == 1


@pytest.mark.parametrize(("probability", "sure"), [(0.97, True), (0.5, False)])
def test_drawings_are_said_to_be_believed_in_only_where_they_are(probability, sure):
    frames = np.zeros((2, 1, 4, 4, 3), np.uint8)
    drawing = ClassDrawing(frames, (0,), np.array([[1 - probability], [probability]]))
    said = taught(drawing, PETS)
    assert f"{100 * probability:.1f} % cat and {100 * probability:.1f} % dog" in said
    assert ("Certainty says" in said) == sure and ("not sure of both" in said) == (not sure)
    assert draw_me("<cat>") == "Draw me what you call a \\<cat\\>"


def order(deletion: float, insertion: float) -> Curve:
    """Make the curves of an order under which both areas are these."""
    return Curve(SHARES, np.full(5, deletion), np.full(5, insertion))


def trial(of_map: float, of_random: list[float]) -> Trial:
    def bent(figure: float) -> Curve:
        return order(0.5 - figure / 2, 0.5 + figure / 2)

    return Trial(1, {"gradient": bent(of_map)}, tuple(map(bent, of_random)))


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (0.4, "more than any of the random orders"),
        (0.1, "hardly more than chance"),
        (-0.3, "no better than chance"),
    ],
)
def test_a_map_is_measured_against_every_random_order(figure, words):
    said = said_of(trial(figure, [-0.2, 0.2]), "gradient")
    assert words in said and "**Input gradient**" in said
    assert f"{50 - 50 * figure:.1f} % under its deletion curve (a random order 50.0 %" in said


def test_a_map_that_is_best_by_one_curve_alone_says_so():
    random = (order(0.5, 0.5), order(0.5, 0.7))
    said = said_of(Trial(1, {"gradient": order(0.1, 0.6)}, random), "gradient")
    assert "more than any of the random orders" in said
    assert "by its insertion curve alone some random order does as well" in said
    assert "alone" not in said_of(Trial(1, {"gradient": order(0.1, 0.8)}, random), "gradient")


def test_a_map_that_is_worse_than_chance_by_one_curve_says_so_and_what_blurring_leaves():
    random = (order(0.3, 0.9), order(0.7, 0.4))
    said = said_of(Trial(1, {"gradient": order(0.6, 0.8)}, random), "gradient")
    assert "hardly more than chance" in said
    assert "By its deletion curve alone it does worse than a random order" in said
    assert "Even wholly blurred the photo keeps its answer, with 60.0 %" in said
    said = said_of(Trial(1, {"gradient": order(0.1, 0.6)}, random), "gradient")
    assert "By its insertion curve alone it does worse" in said and "blurred" not in said


def test_a_photo_whose_answer_nothing_changes_judges_no_map():
    flat = trial(0.0, [0.0, 0.001])
    assert flat.is_flat and not trial(0.0, [0.0, 0.01]).is_flat
    said = said_of(flat, "gradient")
    assert "No map of this photo can be judged" in said and "chance" not in said


def test_figures_name_their_axes_and_draw_every_method_and_the_band_of_chance():
    for kind, doing in zip(KINDS, ("taken away", "shown"), strict=True):
        figure = curves_figure(trial(0.4, [-0.2, 0.2]), kind, "gradient", "cat")
        assert (
            doing in figure.layout.xaxis.title.text and figure.layout.yaxis.title.text == "P(cat)"
        )
        above, below, random, method = figure.data
        assert (above.y[0], below.y[0]) == (60, 40) and below.fill == "tonexty"
        assert random.y[0] == 50 and method.name == "Input gradient" and method.line.width == 4
    chance = np.array([0.0, 0.1, -0.1])
    figures = {"cam": chance + 0.3, "gradient": chance - 0.1, "random": chance}
    figure = verdict_figure(Verdict(figures))
    assert list(figure.data[0].y) == ["Grad-CAM", "Input gradient"]
    assert list(figure.data[0].x) == pytest.approx([0.3, -0.1])
    assert figure.layout.xaxis.title.text and figure.layout.yaxis.title.text


def test_the_page_says_of_a_file_what_it_would_say_if_it_were_dropped():
    said = PhotoAnswer("", None, None, 0.42, PETS, ())
    assert verdict(said, 0.5) == "Dropped on this page, this file is answered with **dog 58.0 %**."
    assert "does not count here: not sure." in verdict(said, 0.8)
