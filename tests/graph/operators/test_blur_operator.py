from concurrent.futures import CancelledError

import cv2
import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.operators.convolution import convolved, kernel_of
from faceplate.graph.render import Box


def spot(wide=61, high=61):
    plane = np.zeros((high, wide), np.float32)
    plane[high // 2, wide // 2] = 1
    return plane


def answer(knobs):
    """What a single bright pixel becomes."""
    return see(f"Blur {{ {knobs} }}", A=Picture(spot(), outside="black")).plane(Box(0, 0, 61, 61)).astype(float)


@pytest.mark.parametrize(
    ("size", "row"),
    [(3, [1, 1, 1]), (5, [1] * 5), (4, [0.5, 1, 1, 1, 0.5]), (1.5, [0.25, 1, 0.25]), (2.8, [0.9, 1, 0.9])],
)
def test_a_box_is_as_wide_as_its_size_its_ends_fading_in(size, row):
    line = answer(f"size {{{size} 0}}\n filter box")[30]
    row = np.array(row) / sum(row)
    np.testing.assert_allclose(line[line > 0], row, atol=1e-7)


@pytest.mark.parametrize(("name", "times"), [("triangle", 2), ("quadratic", 3)])
@pytest.mark.parametrize("size", [3, 4.4, 7])
def test_a_triangle_is_a_box_twice_and_a_quadratic_three_times(name, times, size):
    plane = noise(50, 40)
    boxes = see(*[f"Blur {{ size {size}\n filter box }}"] * times, A=Picture(plane)).plane()
    np.testing.assert_allclose(
        see(f"Blur {{ size {size}\n filter {name} }}", A=Picture(plane)).plane()[12:-12, 12:-12],
        boxes[12:-12, 12:-12],
        atol=1e-6,
    )


@pytest.mark.parametrize("size", [4, 10.5])
def test_a_gaussian_spreads_by_its_size_over_2_4(size):
    plane = answer(f"size {size}")
    at = np.arange(61) - 30
    for profile in (plane.sum(axis=0), plane.sum(axis=1)):
        assert profile @ at == pytest.approx(0, abs=1e-6)
        # What is cut off beyond 3.6 standard deviations narrows it by half a percent.
        assert np.sqrt(profile @ at**2) == pytest.approx(size / 2.4, rel=0.006)


def test_it_is_what_opencv_makes_with_the_same_gaussian():
    plane, size = noise(80, 60), 7.3
    theirs = cv2.GaussianBlur(plane, (23, 23), size / 2.4, borderType=cv2.BORDER_REPLICATE)
    assert kernel_of("gaussian", size).size == 23
    np.testing.assert_allclose(see(f"Blur {{ size {size} }}", A=Picture(plane)).plane(), theirs, atol=1e-5)


@pytest.mark.parametrize("name", ["box", "triangle", "quadratic", "gaussian"])
def test_flat_pictures_keep_every_bit(name):
    flat = np.full((40, 50), 0.18, np.float32)
    assert same_bits(see(f"Blur {{ size 9.5\n filter {name} }}", A=Picture(flat)).plane(), flat)


@pytest.mark.parametrize("name", ["box", "triangle", "quadratic", "gaussian"])
def test_no_light_is_lost_into_black(name):
    plane = noise(40, 30)
    made = see(f"Blur {{ size {{6 3}}\n filter {name}\n crop false }}", A=Picture(plane, outside="black")).plane()
    assert made.sum(dtype=float) == pytest.approx(plane.sum(dtype=float), rel=1e-5)


def test_width_and_height_are_for_themselves():
    plane = answer("size {8 0}")
    assert np.flatnonzero(plane.sum(axis=1)).tolist() == [30]
    assert np.flatnonzero(plane.sum(axis=0)).size == 25


def test_the_box_grows_by_what_the_kernel_reaches_and_is_cut_to_the_format():
    small = Box(10, 10, 20, 20)
    for knobs, box in (
        ("size 4", Box(4, 4, 26, 26)),
        ("size 4\n filter box", Box(8, 8, 22, 22)),
        ("size {20 2}", Box(-20, 7, 50, 23)),
    ):
        picture = Picture(noise(10, 10), box=small, format=Picture(noise(40, 30)).info.format)
        assert see(f"Blur {{ {knobs}\n crop false }}", A=picture).info().box == box
        assert see(f"Blur {{ {knobs} }}", A=picture).info().box == box.intersect(Box(0, 0, 40, 30))


def test_beyond_its_grown_box_nothing_differs_from_a_larger_one():
    plane = noise(30, 20)
    seen = see("Blur { size 4\n crop false }", A=Picture(plane))
    wide = see("AdjBBox { numpixels 20 }", "Blur { size 4\n crop false }", A=Picture(plane))
    box = Box(-18, -18, 48, 38)
    np.testing.assert_allclose(seen.plane(box), wide.plane(box), atol=1e-6)


def test_a_small_part_asks_for_its_margin_alone():
    seen = see("Blur { size 4 }", A=Picture(np.zeros((500, 500), np.float32)))
    seen.plane(Box(100, 100, 110, 104))
    assert seen.asked == [(Box(94, 94, 116, 110), ("rgba.red",))]


def test_channels_and_mix():
    plane = noise(40, 30)
    box = Box(0, 0, 40, 30)
    alpha = see("Blur { size 5\n channels alpha }", A=Picture(plane))
    assert same_bits(alpha.plane(box, "rgba.red"), plane)
    full, half = (see(f"Blur {{ size 5\n mix {mix} }}", A=Picture(plane)).plane() for mix in (1, 0.5))
    assert same_bits(alpha.plane(box, "rgba.alpha"), full)
    np.testing.assert_allclose(half, (plane + full) / 2, atol=1e-6)


def test_an_unknown_kernel_is_refused_with_its_node():
    with pytest.raises(ScriptError, match=r"Last\.filter.*box, triangle, quadratic, gaussian.*bokeh"):
        see("Blur { size 5\n filter bokeh }", A=Picture(noise(8, 8))).plane()


def test_a_long_blur_may_be_called_off_on_its_way():
    calls = []

    def pause():
        calls.append(None)
        if len(calls) > 2:
            raise CancelledError

    kernel = kernel_of("gaussian", 3000)
    with pytest.raises(CancelledError):
        convolved(np.zeros((400, 400 + kernel.size), np.float32), kernel, np.ones(1), pause)
    assert len(calls) == 3
