import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.render import Box, Format


def uv(wide, high, size=(40, 24)):
    """The map that moves nothing."""
    y, x = np.mgrid[:high, :wide] + 0.5
    return (x / size[0]).astype(np.float32), (y / size[1]).astype(np.float32)


def mapped(u, v, plane, knobs="", **rest):
    of_map = Picture(u, channels=("rgba.red",), others={"rgba.green": v})
    return see(f"STMap {{ uv rgb\n {knobs} }}", S=Picture(plane, **rest), M=of_map)


def pushed(u, v, plane, knobs="", **rest):
    others = {"forward.u": u, "forward.v": v}
    return see(f"IDistort {{ uv forward\n {knobs} }}", A=Picture(plane, others=others, **rest))


def test_the_map_that_moves_nothing_gives_the_picture_back():
    plane = noise(40, 24)
    np.testing.assert_allclose(mapped(*uv(40, 24), plane).plane(), plane, atol=1e-4)


def test_a_map_upside_down_turns_the_picture_over():
    plane = noise(40, 24)
    u, v = uv(40, 24)
    np.testing.assert_allclose(mapped(1 - u, 1 - v, plane, "filter Impulse").plane(), plane[::-1, ::-1])


def test_the_result_has_the_maps_size_and_the_pictures_channels():
    seen = mapped(*uv(64, 32), noise(40, 24), channels=("rgba.red", "rgba.blue"))
    info = seen.info()
    assert (info.format, info.box) == (Format(64, 32), Box(0, 0, 64, 32))
    assert info.channels == ("rgba.red", "rgba.blue")


def test_places_count_in_the_pictures_own_format():
    y, x = np.mgrid[:24, :40] + 0.5
    u = np.full((4, 4), 0.25, np.float32)
    for plane, size in ((x, 10), (y, 6)):
        found = mapped(u, u, plane.astype(np.float32), "filter Keys").plane()
        np.testing.assert_allclose(found, size, atol=1e-4)


def test_without_a_map_the_picture_goes_through():
    plane = noise(40, 24)
    assert same_bits(see("STMap { uv rgb }", A=Picture(plane)).plane(), plane)


def test_a_map_that_shrinks_averages_what_it_passes_over():
    stripes = np.tile(np.array([0, 1], np.float32), (24, 20))
    u, v = uv(10, 6)
    coarse, aliased = (
        mapped(u * 4, v * 4, stripes, knobs).plane()[1:-1, 2:-2]
        for knobs in ("filter Parzen", "filter Parzen\n blur_scale 0")
    )
    np.testing.assert_allclose(coarse, 0.5, atol=1e-3)
    assert np.abs(aliased - 0.5).max() < 0.5
    fine = mapped(u * 4 + 0.25 / 40, v * 4, stripes, "blur_scale 0").plane()[1:-1, 1:-1]
    assert np.abs(fine - 0.5).min() > 0.2


def test_a_seam_of_the_map_is_no_smear():
    plane = noise(40, 24)
    u, v = uv(40, 24)
    u[:, 20:] -= 0.5
    np.testing.assert_allclose(mapped(u, v, plane).plane()[:, 20:], plane[:, :20], atol=1e-4)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_places_that_are_none_are_black_and_leave_the_rest(bad):
    plane = noise(40, 24)
    u, v = uv(40, 24)
    u[5, 7] = bad
    made = mapped(u, v, plane).plane()
    assert made[5, 7] == 0
    made[5, 7] = plane[5, 7]
    np.testing.assert_allclose(made, plane, atol=1e-4)


def test_a_map_of_noise_is_read_in_time():
    u = np.random.default_rng(3).random((120, 160)).astype(np.float32)
    made = mapped(u, u, np.full((2000, 2000), 0.25, np.float32)).plane()
    np.testing.assert_allclose(made, 0.25, atol=1e-6)


def test_only_the_part_that_the_map_names_is_asked_for():
    u, v = np.full((20, 20), 0.5, np.float32), np.full((20, 20), 0.5, np.float32)
    seen = mapped(u, v, np.zeros((2000, 2000), np.float32))
    seen.plane()
    assert max(box.width * box.height for box, _ in seen.asked) < 300 * 300


def test_through_a_mask_the_picture_stays_where_it_is():
    plane = noise(40, 24)
    mask = np.zeros((24, 40), np.float32)
    mask[:, 20:] = 1
    u, v = uv(40, 24)
    of_map = Picture(1 - u, channels=("rgba.red",), others={"rgba.green": v})
    seen = see(
        "STMap { uv rgb\n filter Impulse\n maskChannel rgba.alpha }", S=Picture(plane), M=of_map, K=Picture(mask)
    )
    made = seen.plane()
    assert same_bits(made[:, :20], plane[:, :20])
    assert same_bits(made[:, 20:], plane[:, 19::-1])


def test_a_channel_that_says_how_much_is_blurred_is_refused():
    with pytest.raises(ScriptError, match=r"Last\.blur.*rgba\.alpha"):
        mapped(*uv(40, 24), noise(40, 24), "blur rgba.alpha").plane()
    assert mapped(*uv(40, 24), noise(40, 24), "blur -rgba.alpha").plane().any()


def test_idistort_reads_so_many_pixels_to_the_right_and_above():
    plane = noise(40, 24)
    u, v = np.full((24, 40), 3, np.float32), np.full((24, 40), -2, np.float32)
    made = pushed(u, v, plane).plane()
    assert same_bits(made[2:, :-3], plane[:-2, 3:])


def test_idistort_takes_the_offset_off_and_scales():
    plane = noise(40, 24)
    half = np.full((24, 40), 0.75, np.float32)
    made = pushed(half, half, plane, "uv_offset 0.5\n uv_scale {8 -4}").plane()
    assert same_bits(made[1:, :-2], plane[:-1, 2:])


def test_idistort_of_no_move_is_the_picture():
    plane, still = noise(40, 24), np.zeros((24, 40), np.float32)
    assert same_bits(pushed(still, still, plane).plane(), plane)
    assert same_bits(see("IDistort { uv motion }", A=Picture(plane)).plane(), plane)


def test_idistort_leaves_channels_that_are_not_chosen():
    plane = noise(40, 24)
    seen = pushed(np.full((24, 40), 3, np.float32), np.zeros((24, 40), np.float32), plane, "channels alpha")
    box = Box(0, 0, 40, 24)
    assert same_bits(seen.plane(box, "rgba.red"), plane)
    assert not np.array_equal(seen.plane(box, "rgba.alpha"), plane)
