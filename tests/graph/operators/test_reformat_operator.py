import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.render import Box, Format


def to_format(wide, high, aspect=1, resize="width", more=""):
    return f'Reformat {{ format "{wide} {high} 0 0 {wide} {high} {aspect:g} other"\n resize {resize}\n {more} }}'


@pytest.mark.parametrize(
    ("resize", "across", "up"),
    [
        ("none", 1, 1),
        ("width", 2, 2),
        ("height", 0.5, 0.5),
        ("fit", 0.5, 0.5),
        ("fill", 2, 2),
        ("distort", 2, 0.5),
    ],
)
def test_how_a_picture_is_scaled_into_a_format(resize, across, up):
    seen = see(to_format(80, 12, resize=resize, more="pbb true"), A=Picture(noise(40, 24)))
    info = seen.info()
    assert info.format == Format(80, 12, 1.0, "other")
    assert (info.box.width, info.box.height) == (40 * across, 24 * up)
    # The middle of the picture is the middle of the format.
    assert (info.box.x + info.box.r, info.box.y + info.box.t) == (80, 12)


@pytest.mark.parametrize(
    ("resize", "across", "up"), [("width", 2, 4), ("height", 1, 2), ("fit", 1, 2), ("fill", 2, 4), ("distort", 2, 2)]
)
def test_pixels_of_another_shape_keep_the_picture_as_it_is_seen(resize, across, up):
    seen = see(to_format(80, 48, aspect=2, resize=resize, more="pbb true"), A=Picture(noise(40, 24)))
    assert (seen.info().box.width, seen.info().box.height) == (40 * across, 24 * up)


def test_it_is_cut_to_the_format_unless_the_box_is_kept():
    plane = noise(40, 24)
    cut, kept = (
        see(to_format(20, 24, resize="none", more=f"pbb {flag}"), A=Picture(plane)) for flag in ("false", "true")
    )
    assert cut.info().box == Box(0, 0, 20, 24)
    assert kept.info().box == Box(-10, 0, 30, 24)
    assert same_bits(cut.plane(), plane[:, 10:30])
    assert same_bits(kept.plane(), plane)


def test_without_resizing_no_pixel_is_filtered_though_the_middle_falls_between_two():
    plane = noise(40, 24)
    seen = see(to_format(45, 29, resize="none"), A=Picture(plane))
    assert seen.info().box == Box(2, 2, 42, 26)
    assert same_bits(seen.plane(), plane)


def test_uncentred_it_stays_in_its_corner():
    seen = see(to_format(60, 60, resize="none", more="center false"), A=Picture(noise(40, 24)))
    assert seen.info().box == Box(0, 0, 40, 24)


def test_turning_flipping_and_flopping_move_every_bit():
    plane = noise(40, 24)
    for knobs, expected in (
        ("flip true", plane[::-1]),
        ("flop true", plane[:, ::-1]),
        ("flip true\n flop true", plane[::-1, ::-1]),
        # With the clock, as it is seen; row 0 is the lowest.
        ("turn true", np.rot90(plane)),
        ("turn true\n flip true", np.rot90(plane)[::-1]),
    ):
        seen = see(f"Reformat {{ type scale\n {knobs} }}", A=Picture(plane))
        assert same_bits(seen.plane(), expected)
        assert (seen.info().format.width, seen.info().format.height) == expected.shape[::-1]


def test_a_turned_picture_has_its_first_row_at_its_left():
    """Turned with the clock, the bottom comes to the left and the left to the top."""
    plane = np.zeros((24, 40), np.float32)
    plane[0, 0] = 1
    made = see("Reformat { type scale\n turn true }", A=Picture(plane)).plane()
    assert made[39, 0] == 1


@pytest.mark.parametrize(
    ("knobs", "size"),
    [
        ("scale 0.5", (20, 12)),
        ("scale 0.37", (15, 9)),
        ("scale {2 1}\n resize distort", (80, 24)),
    ],
)
def test_scales_give_whole_sizes(knobs, size):
    info = see(f"Reformat {{ type scale\n {knobs} }}", A=Picture(noise(40, 24))).info()
    assert (info.format.width, info.format.height) == size
    assert info.format.pixel_aspect == 1


@pytest.mark.parametrize(
    ("knobs", "size"),
    [
        ("", (200, 120)),
        ("box_width 30\n box_height 30", (30, 18)),
        ("box_width 30\n box_height 30\n resize height", (50, 30)),
        ("box_width 30\n box_height 30\n resize fit", (30, 18)),
        ("box_width 30\n box_height 30\n resize fill", (50, 30)),
        ("box_width 30\n box_height 30\n resize distort", (30, 30)),
        ("box_width 30\n box_height 30\n box_fixed true", (30, 30)),
        ("box_width 30\n box_height 30\n box_pixel_aspect 2", (30, 36)),
    ],
)
def test_a_box_takes_the_shape_of_the_picture_unless_it_is_fixed(knobs, size):
    info = see(f'Reformat {{ type "to box"\n {knobs} }}', A=Picture(noise(40, 24))).info()
    assert (info.format.width, info.format.height) == size


def test_black_outside_stands_around_what_is_smaller_than_the_format():
    plane = np.ones((24, 40), np.float32)
    black, edge = (
        see(to_format(20, 40, more=f"black_outside {flag}"), A=Picture(plane)).plane(Box(0, 0, 20, 40))
        for flag in ("true", "false")
    )
    assert black.sum() == pytest.approx(20 * 12, rel=0.01)
    assert np.all(edge == 1)


def test_half_a_size_is_the_filtered_mean():
    plane = noise(40, 24)
    made = see("Reformat { type scale\n scale 0.5 }", A=Picture(plane)).plane()
    # The smooth cubic, twice as wide: the two nearest pixels at a quarter, the next at three quarters of its reach.
    near, far = (2 * x**3 - 3 * x**2 + 1 for x in (0.25, 0.75))
    weights = np.array([far, near, near, far]) / (2 * (near + far))
    padded = np.pad(plane.astype(float), 1, mode="edge")
    rows = sum(weights[k] * padded[k : k + 24 : 2] for k in range(4))
    expected = sum(weights[k] * rows[:, k : k + 40 : 2] for k in range(4))
    np.testing.assert_allclose(made, expected, atol=1e-6)


def test_the_projects_format_is_the_default_one():
    info = see("Reformat { }", A=Picture(noise(40, 24))).info()
    assert info.format.width > 40


def test_a_size_of_nothing_is_refused():
    with pytest.raises(ScriptError, match=r"Last\.scale.*at least one pixel.*0 x 0"):
        see("Reformat { type scale\n scale 0.01 }", A=Picture(noise(40, 24))).info()
    with pytest.raises(ScriptError, match=r"Last\.box_width"):
        see('Reformat { type "to box"\n box_width 0\n box_fixed true }', A=Picture(noise(40, 24))).info()
