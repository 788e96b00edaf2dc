import math

import numpy as np
import pytest
from spatial_scripts import Picture, disc, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.render import Box, Format


def place(plane, box):
    """The centre of what is bright, in pixels."""
    y, x = np.mgrid[box.y : box.t, box.x : box.r] + 0.5
    total = plane.sum(dtype=float)
    return (x * plane).sum() / total, (y * plane).sum() / total


def dot(wide, high, x, y):
    plane = np.zeros((high, wide), np.float32)
    plane[y, x] = 1
    return plane


def seen_at(node, plane, **rest):
    node = node.replace(" }", "\n filter Parzen }")
    seen = see(node, A=Picture(plane, **rest))
    return place(seen.plane(), seen.info().box)


def test_whole_pixels_move_every_bit_with_the_box():
    plane = noise(30, 20)
    seen = see("Transform { translate {7 -4} }", A=Picture(plane))
    assert seen.info().box == Box(7, -4, 37, 16)
    assert same_bits(seen.plane(), plane)
    assert seen.info().format == Format(30, 20)


@pytest.mark.parametrize("quarters", [-3, -1, 1, 2, 3])
def test_quarter_turns_are_exact_and_against_the_clock(quarters):
    plane = noise(30, 20)
    seen = see(f"Transform {{ rotate {90 * quarters}\n center {{10 10}}\n filter Lanczos6 }}", A=Picture(plane))
    # Row 0 is the lowest, so numpy's own turn, which sees rows run down, goes the other way.
    assert same_bits(seen.plane(), np.rot90(plane, -quarters))


def test_it_turns_about_its_centre():
    x, y = seen_at("Transform { rotate 30\n center {15 15} }", dot(40, 40, 24, 14))
    assert (x, y) == (
        pytest.approx(15 + 9.5 * math.cos(math.pi / 6) + 0.5 * math.sin(math.pi / 6), abs=0.02),
        pytest.approx(15 + 9.5 * 0.5 - 0.5 * math.cos(math.pi / 6), abs=0.02),
    )


def test_it_turns_a_picture_as_it_is_seen_where_pixels_are_not_square():
    x, y = seen_at("Transform { rotate 90\n center {20 20} }", dot(40, 60, 24, 20), format=Format(40, 60, 2.0))
    assert (x, y) == (pytest.approx(19.75, abs=0.02), pytest.approx(29, abs=0.05))


def test_scale_first_then_shear_then_turn_then_move():
    """By hand: (6, 1) from the centre, scaled (2, 3): (12, 3); sheared across: (13.5, 3); turned: (-3, 13.5)."""
    knobs = "scale {2 3}\n skewX 0.5\n rotate 90\n translate {4 5}\n center {20 20}"
    x, y = seen_at(f"Transform {{ {knobs} }}", dot(60, 60, 26, 21), format=Format(60, 60))
    # The pixel's own centre lies half a pixel farther right and up.
    sheared = (2 * 6.5 + 0.5 * 3 * 1.5, 3 * 1.5)
    assert (x, y) == (pytest.approx(24 - sheared[1], abs=0.02), pytest.approx(25 + sheared[0], abs=0.02))


@pytest.mark.parametrize(
    ("order", "expected"),
    [("XY", (9 + 0.5 * (6 + 0.25 * 9), 6 + 0.25 * 9)), ("YX", (9 + 0.5 * 6, 6 + 0.25 * (9 + 0.5 * 6)))],
)
def test_the_order_of_shears(order, expected):
    knobs = f"skewX 0.5\n skewY 0.25\n skew_order {order}"
    x, y = seen_at(f"Transform {{ {knobs}\n center {{20.5 20.5}} }}", dot(60, 60, 29, 26))
    assert (x - 20.5, y - 20.5) == (pytest.approx(expected[0], abs=0.02), pytest.approx(expected[1], abs=0.02))


def test_nodes_one_upon_another_are_one_move():
    plane = noise(30, 20)
    there = "Transform { rotate 31\n scale {1.3 0.7}\n center {15 10}\n translate {3.25 -2.5} }"
    back = there.replace(" }", "\n invert_matrix true }")
    seen = see(there, "Dot { }", back, A=Picture(plane))
    assert seen.info().box == Box(0, 0, 30, 20)
    assert same_bits(seen.plane(), plane)
    thirds = see(*["Transform { rotate 120\n center {15 10} }"] * 3, A=Picture(plane))
    assert same_bits(thirds.plane(), plane)


def test_two_half_moves_read_the_picture_once():
    plane = noise(30, 20)
    twice = see(
        "Transform { translate {0.25 0}\n filter Parzen }",
        "Transform { translate {0.25 0}\n filter Keys }",
        A=Picture(plane),
    )
    once = see("Transform { translate {0.5 0}\n filter Keys }", A=Picture(plane))
    assert same_bits(twice.plane(once.info().box), once.plane())


def test_a_node_between_ends_the_chain():
    plane = noise(30, 20)
    seen = see("Transform { rotate 10 }", "Blur { size 0 }", "Transform { rotate -10 }", A=Picture(plane))
    assert not np.array_equal(seen.plane(Box(0, 0, 30, 20)), plane)


@pytest.mark.parametrize("filter_name", ["Cubic", "Keys", "Parzen", "Mitchell"])
@pytest.mark.parametrize("knobs", ["translate {3.3 -2.7}", "rotate 37", "scale 0.4\n rotate 20", "scale {1.7 0.6}"])
def test_with_black_around_it_no_light_is_lost(filter_name, knobs):
    plane = disc(60, 50, 17)
    made = see(f"Transform {{ {knobs}\n center {{30 25}}\n filter {filter_name} }}", A=Picture(plane)).plane()
    shrinkage = {"scale 0.4\n rotate 20": 0.16, "scale {1.7 0.6}": 1.02}.get(knobs, 1)
    assert made.sum(dtype=float) == pytest.approx(plane.sum(dtype=float) * shrinkage, rel=2e-3)


def test_the_box_holds_all_that_is_not_black_and_no_more():
    plane = np.ones((20, 30), np.float32)
    for knobs in (
        "translate {0.5 0.5}",
        "rotate 45\n center {15 10}",
        "scale 0.37",
        "translate {0.4 0}\n filter Parzen",
    ):
        seen = see(f"Transform {{ {knobs} }}", A=Picture(plane))
        made = seen.plane()
        for edge in (made[0], made[-1], made[:, 0], made[:, -1]):
            assert edge.any()


def test_without_black_outside_edges_are_repeated():
    plane = noise(30, 20)
    seen = see("Transform { translate {2 3}\n black_outside false }", A=Picture(plane))
    assert seen.info().outside == "edge"
    wide = seen.plane(Box(-4, 0, 40, 30))
    np.testing.assert_array_equal(wide[5, :6], plane[2, 0])
    black = see("Transform { translate {2 3} }", A=Picture(plane)).plane(Box(-4, 0, 40, 30))
    assert not black[:, :6].any()


def test_a_scale_of_nothing_shows_nothing_and_cannot_be_inverted():
    seen = see("Transform { scale 0 }", A=Picture(noise(30, 20)))
    assert seen.info().box.is_empty
    assert not seen.plane(Box(0, 0, 5, 5)).any()
    with pytest.raises(ScriptError, match=r"Last\.scale.*squeezed"):
        see("Transform { scale 0\n invert_matrix true }", A=Picture(noise(30, 20))).info()


def test_only_the_part_that_is_read_is_asked_for():
    seen = see("Transform { rotate 20\n center {500 500} }", A=Picture(np.zeros((1000, 1000), np.float32)))
    seen.plane(Box(500, 500, 510, 510))
    ((box, _),) = seen.asked
    assert box.width * box.height < 25 * 25


moving = "translate {{curve L x0 0 x10 100} 0}"


@pytest.mark.parametrize(
    ("knobs", "mean"),
    [
        ("shutteroffset start", 2.5),
        ("shutteroffset centred", 0.0),
        ("shutteroffset end", -2.5),
        ("shutteroffset custom\n shuttercustomoffset 0.25", 5.0),
        ("shutteroffset start\n shutter 1", 5.0),
        ("", 2.5),
    ],
)
def test_motion_blur_is_the_mean_of_the_time_the_shutter_is_open(knobs, mean):
    seen = see(f"Transform {{ {moving}\n motionblur 1\n {knobs} }}", A=Picture(dot(40, 9, 12, 4)), frame=4)
    plane = seen.plane()
    assert plane.sum(dtype=float) == pytest.approx(1, abs=1e-5)
    x, y = place(plane, seen.info().box)
    assert (x, y) == (pytest.approx(12.5 + 40 + mean, abs=1e-3), pytest.approx(4.5, abs=1e-5))


def test_a_fast_dot_leaves_an_even_trail():
    seen = see(f"Transform {{ {moving}\n motionblur 4\n shutter 1 }}", A=Picture(dot(40, 9, 12, 4)), frame=4)
    trail = seen.plane(Box(52, 4, 63, 5))[0]
    np.testing.assert_allclose(trail[2:-2], 0.1, atol=0.004)


def test_motion_blur_of_what_stands_still_costs_no_bit():
    plane = noise(30, 20)
    assert same_bits(see("Transform { translate {3 4}\n motionblur 3 }", A=Picture(plane)).plane(), plane)


def test_a_masked_transform_leaves_other_channels_where_they_are():
    plane = noise(30, 20)
    seen = see("TransformMasked { channels alpha\n translate {5 0} }", A=Picture(plane))
    box = Box(0, 0, 30, 20)
    assert seen.info().box == Box(0, 0, 35, 20)
    assert same_bits(seen.plane(box, "rgba.red"), plane)
    assert same_bits(seen.plane(box, "rgba.alpha")[:, 5:], plane[:, :-5])
