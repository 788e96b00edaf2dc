import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.graph.render import Box, Format

plate = noise(40, 24)


def test_crop_cuts_and_leaves_black():
    seen = see("Crop { box {10 5 30 20} }", A=Picture(plate))
    assert seen.info().box == Box(10, 5, 30, 20)
    assert seen.info().format == Format(40, 24)
    whole = seen.plane(Box(0, 0, 40, 24))
    assert same_bits(whole[5:20, 10:30], plate[5:20, 10:30])
    whole[5:20, 10:30] = 0
    assert not whole.any()


def test_crop_without_black_repeats_the_edge_of_its_box():
    whole = see("Crop { box {10 5 30 20}\n crop false }", A=Picture(plate)).plane(Box(0, 0, 40, 24))
    assert np.all(whole[10, :10] == plate[10, 10])
    assert np.all(whole[20:, 15] == plate[19, 15])


def test_crop_sets_a_larger_box_unless_it_is_to_intersect():
    larger, cut = (
        see(f"Crop {{ box {{-5 -5 60 60}}\n intersect {flag} }}", A=Picture(plate)) for flag in ("false", "true")
    )
    assert larger.info().box == Box(-5, -5, 60, 60)
    assert cut.info().box == Box(0, 0, 40, 24)
    assert np.all(larger.plane()[:5, :5] == plate[0, 0])


def test_crop_may_become_the_format_with_its_corner_at_the_origin():
    seen = see("Crop { box {10 5 30 20}\n reformat true }", A=Picture(plate, format=Format(40, 24, 2.0)))
    assert seen.info().format == Format(20, 15, 2.0)
    assert seen.info().box == Box(0, 0, 20, 15)
    assert same_bits(seen.plane(), plate[5:20, 10:30])


def test_a_box_between_pixels_takes_the_nearest():
    assert see("Crop { box {9.6 4.5 29.5 20.4} }", A=Picture(plate)).info().box == Box(10, 5, 30, 20)


def test_a_crop_that_is_not_written_is_the_format():
    assert same_bits(see("Crop { }", A=Picture(plate)).plane(), plate)


def test_soft_edges_fade_inside_the_box():
    made = see("Crop { box {0 0 40 24}\n softness {8 0} }", A=Picture(np.full((24, 40), 2, np.float32))).plane()
    share = (np.arange(8) + 0.5) / 8
    np.testing.assert_allclose(made[3, :8], 2 * share**2 * (3 - 2 * share), rtol=1e-6)
    np.testing.assert_allclose(made[3, :8], made[3, :-9:-1], rtol=1e-6)
    assert np.all(made[:, 8:-8] == 2)


def test_black_outside_stands_around_the_box():
    inner = Box(4, 4, 44, 28)
    black, edge = (
        see(node, A=Picture(plate, box=inner)).plane(Box(0, 0, 8, 8)) for node in ("BlackOutside { }", "NoOp { }")
    )
    assert same_bits(black[4:, 4:], plate[:4, :4])
    assert not black[:4].any()
    assert np.all(edge[:4, :4] == plate[0, 0])


def test_a_box_is_copied_from_a_to_b():
    seen = see("CopyBBox { }", B=Picture(plate), A=Picture(noise(8, 6), box=Box(12, 3, 20, 9)))
    assert seen.info().box == Box(12, 3, 20, 9)
    assert same_bits(seen.plane(), plate[3:9, 12:20])
    # Cut off, the picture's new edge is repeated.
    assert np.all(seen.plane(Box(0, 5, 12, 6)) == plate[5, 12])


@pytest.mark.parametrize(
    ("pixels", "box"), [("{3 -2}", Box(-3, 2, 43, 22)), ("-5", Box(5, 5, 35, 19)), ("", Box(-25, -25, 65, 49))]
)
def test_a_box_is_adjusted(pixels, box):
    assert see(f"AdjBBox {{ {'numpixels ' + pixels if pixels else ''} }}", A=Picture(plate)).info().box == box


def test_a_box_adjusted_to_nothing_is_empty():
    seen = see("AdjBBox { numpixels -30 }", A=Picture(plate))
    assert seen.info().box.is_empty
    assert not seen.plane(Box(0, 0, 4, 4)).any()


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("Mirror2 { flip true }", plate[::-1]),
        ("Mirror2 { flop true }", plate[:, ::-1]),
        ("Mirror { Horizontal true\n Vertical true }", plate[::-1, ::-1]),
    ],
)
def test_mirrors_turn_a_picture_over_within_its_format(node, expected):
    assert same_bits(see(node, A=Picture(plate)).plane(), expected)
    small = see(node, A=Picture(plate[:5, :7], box=Box(2, 3, 9, 8), format=Format(40, 24)))
    x, y = small.info().box[:2]
    assert (x, y) == (31 if "flop" in node or "Mirror {" in node else 2, 3 if "flop" in node else 16)


def test_a_position_moves_by_the_nearest_whole_pixels():
    seen = see("Position { translate {2.6 -1.4} }", A=Picture(plate))
    assert seen.info().box == Box(3, -1, 43, 23)
    assert same_bits(seen.plane(), plate)
