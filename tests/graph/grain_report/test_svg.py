"""Plots as text: well-formed, all inside themselves, points where the numbers say."""

import base64

import cv2
import numpy as np
import pytest
from parsed_svg import parsed

from faceplate.graph.grain_report.svg import (
    Axis,
    Series,
    bottom_px,
    decades_of,
    height_px,
    image,
    left_px,
    panels,
    plot,
    right_px,
    scale_of,
    top_px,
    width_px,
)

SVG = "{http://www.w3.org/2000/svg}"
SQUARE = Axis("across", 0.0, 10.0, scale_of(0.0, 10.0))


def drawn(x, y, style="line"):
    """The elements of a plot of one series over 0 to 10 both ways."""
    text = plot("A < B & C", SQUARE, SQUARE, [Series("", "#123456", np.array(x), np.array(y), style)])
    return parsed(text)


def curves(svg):
    return [each.get("d") for each in svg.iter(f"{SVG}path") if each.get("stroke") == "#123456"]


def test_dots_stand_where_their_numbers_say():
    dots = list(drawn([0.0, 5.0, 10.0], [0.0, 5.0, 10.0], "dots").iter(f"{SVG}circle"))
    found = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots]
    middle = ((left_px + width_px - right_px) / 2, (top_px + height_px - bottom_px) / 2)
    assert found == [(left_px, height_px - bottom_px), middle, (width_px - right_px, top_px)]


def test_points_that_are_no_numbers_cut_a_line_in_two():
    (line,) = curves(drawn([0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 1.0, np.nan, 1.0, 1.0]))
    assert (line.count("M"), line.count("L")) == (2, 2)
    assert "nan" not in line


def test_dots_outside_of_the_axes_are_not_drawn():
    dots = drawn([-1.0, 11.0, 5.0, 5.0, 5.0], [5.0, 5.0, -1.0, 11.0, 5.0], "dots").iter(f"{SVG}circle")
    assert len(list(dots)) == 1


def test_what_a_plot_shows_is_told_to_those_who_are_read_it():
    svg = parsed(plot("Strength", SQUARE, SQUARE, [Series("R", "#123456", np.array([1.0]), np.array([1.0]))]))
    assert svg.find(f"{SVG}title").text == "Strength"
    assert svg.find(f"{SVG}desc").text == "across, 0 to 10; across, 0 to 10; R"
    maps = parsed(panels("Maps", [("R", np.zeros((2, 2, 3), np.uint8)), ("G", np.zeros((2, 2, 3), np.uint8))]))
    assert maps.find(f"{SVG}desc").text == "R, G"


def test_words_are_escaped_and_nothing_is_fetched():
    picture = np.zeros((4, 4, 3), np.uint8)
    for text in (plot("A < B & C", SQUARE, SQUARE, []), panels("<x>", [("&", picture)])):
        svg = parsed(text)
        assert not list(svg.iter(f"{SVG}script"))
        assert all(each.get("href", "data:").startswith("data:") for each in svg.iter())


def test_a_picture_inside_a_report_holds_its_own_pixels():
    picture = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    href = parsed(image(picture, (1, 2, 3, 4))).get("href")
    coded = np.frombuffer(base64.b64decode(href.partition(",")[2]), np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1], picture)


@pytest.mark.parametrize(
    ("ends", "words"),
    [
        ((0.0, 0.5), ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
        ((0.0, 17.0), ["0", "5", "10", "15"]),
        ((-13.0, 9.0), ["-10", "-5", "0", "5"]),
        ((2.0, 2.0), ["2"]),
    ],
)
def test_axes_name_round_numbers(ends, words):
    assert [word for _, word in scale_of(*ends)] == words


def test_a_logarithmic_axis_names_the_numbers_themselves():
    assert [word for _, word in decades_of(-3.0, -1.0)] == ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1"]
