import cv2
import numpy as np
import pytest
from spatial_scripts import Picture, disc, noise, same_bits, see

from faceplate.graph.operators.erode import structure_of
from faceplate.graph.render import Box

kernels = ["box", "triangle", "quadratic", "gaussian"]


def edge(wide=60, high=12, at=30):
    plane = np.zeros((high, wide), np.float32)
    plane[:, at:] = 1
    return plane


def crossing(row):
    """Where a rising row passes one half, in pixels (centres at 0.5)."""
    at = np.flatnonzero(row >= 0.5)[0]
    return at + 0.5 - (row[at] - 0.5) / (row[at] - row[at - 1])


@pytest.mark.parametrize(("across", "up"), [(3, 3), (1, 4), (0, 2)])
def test_dilate_is_the_largest_value_around_as_opencv_finds_it(across, up):
    plane, block = noise(50, 40), np.ones((2 * up + 1, 2 * across + 1), np.uint8)
    box = Box(0, 0, 50, 40)
    larger, smaller = (
        see(f"Dilate {{ size {{{s * across} {s * up}}} }}", A=Picture(plane)).plane(box) for s in (1, -1)
    )
    assert same_bits(larger, cv2.dilate(plane, block, borderType=cv2.BORDER_REPLICATE))
    assert same_bits(smaller, cv2.erode(plane, block, borderType=cv2.BORDER_REPLICATE))


def test_dilate_knows_whole_pixels_only():
    plane = noise(30, 20)
    for written, meant in ((2.4, 2), (1.5, 2), (-2.6, -3), (-0.4, 0)):
        assert same_bits(
            *(see(f"Dilate {{ size {size} }}", A=Picture(plane)).plane(Box(0, 0, 30, 20)) for size in (written, meant))
        )


def test_what_grows_has_a_larger_box():
    picture = Picture(np.ones((6, 8), np.float32), box=Box(10, 10, 18, 16), outside="black")
    for node, box in (
        ("Dilate { size {2 3} }", Box(8, 7, 20, 19)),
        ("Dilate { size -2 }", Box(10, 10, 18, 16)),
        ("FilterErode { size -2.5\n channels all }", Box(7, 7, 21, 19)),
        ("FilterErode { size 2.5\n channels all }", Box(10, 10, 18, 16)),
        ("Erode { size -2\n channels all }", Box(8, 8, 20, 18)),
    ):
        seen = see(node, A=picture)
        assert seen.info().box == box
        rim = seen.plane(box.grow(2))
        assert not rim[0].any()
        assert not rim[:, -1].any()


@pytest.mark.parametrize("size", [1, 3])
def test_a_filter_erode_of_whole_pixels_with_a_box_is_the_smallest_value_around(size):
    plane, block = noise(50, 40), np.ones((2 * size + 1, 2 * size + 1), np.uint8)
    made = see(f"FilterErode {{ channels all\n size {size} }}", A=Picture(plane)).plane()
    assert same_bits(made, cv2.erode(plane, block, borderType=cv2.BORDER_REPLICATE))


@pytest.mark.parametrize("name", kernels)
@pytest.mark.parametrize("size", [0.25, 1, 2.5, 7.75, -0.5, -3.25])
def test_an_edge_moves_by_the_size_and_by_parts_of_pixels(name, size):
    made = see(f"FilterErode {{ channels all\n size {size}\n filter {name} }}", A=Picture(edge())).plane(
        Box(0, 0, 60, 12)
    )
    assert crossing(made[6]) == pytest.approx(30 + size, abs=0.12)
    if name == "box":
        assert made[6].sum(dtype=float) == pytest.approx(30 - size, abs=1e-6)


@pytest.mark.parametrize("name", kernels)
def test_a_structure_is_half_at_half_a_pixel_beyond_the_size(name):
    for size in (0.5, 2.5, 6.5):
        assert structure_of(name, size)[0] == pytest.approx(1)
        assert structure_of(name, size)[int(size + 0.5)] == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize("name", kernels)
@pytest.mark.parametrize("node", ["FilterErode { channels all\n size {2.5 1.25}", "Dilate { size -2"])
def test_growing_is_shrinking_of_the_negative_and_no_range_is_assumed(name, node):
    plane = noise(40, 30)
    box = Box(0, 0, 40, 30)
    knobs = f"\n filter {name} }}" if "Filter" in node else " }"
    grown = node.replace("{2.5 1.25}", "{-2.5 -1.25}").replace("size -2", "size 2")
    shrunk = see(node + knobs, A=Picture(plane)).plane(box)
    np.testing.assert_allclose(see(grown + knobs, A=Picture(-plane)).plane(box), -shrunk, atol=1e-6)
    np.testing.assert_allclose(see(node + knobs, A=Picture(100 * plane - 7)).plane(box), 100 * shrunk - 7, atol=1e-3)
    assert np.all(shrunk <= plane)


def test_a_bright_infinite_pixel_goes_and_a_dark_one_spreads():
    plane = np.zeros((12, 20), np.float32)
    plane[6, 10] = np.inf
    assert not see("FilterErode { channels all\n size 2 }", A=Picture(plane)).plane().any()
    assert np.isinf(see("FilterErode { channels all\n size 2 }", A=Picture(-plane)).plane()).sum() == 25


@pytest.mark.parametrize("size", [-5, -2, -1, 1, 2, 5])
def test_a_blurred_erode_moves_a_straight_edge_by_whole_pixels_exactly(size):
    made = see(f"Erode {{ channels all\n size {size} }}", A=Picture(edge())).plane(Box(0, 0, 60, 12))
    np.testing.assert_allclose(made, edge(at=30 + size), atol=2e-5)


@pytest.mark.parametrize("size", [0.5, 1.75, -2.5])
def test_a_blurred_erode_moves_by_parts_of_pixels(size):
    made = see(f"Erode {{ channels all\n size {size} }}", A=Picture(edge())).plane(Box(0, 0, 60, 12))
    assert made[6].sum() == pytest.approx(30 - size, abs=0.2)


def test_a_blurred_erode_keeps_a_disc_round():
    plane = disc(120, 120, 40)
    made = see("Erode { channels all\n size 6 }", A=Picture(plane)).plane()
    assert made[60].sum() == pytest.approx(2 * 34, abs=0.8)
    along = np.array([made[int(60 + k * 0.70711), int(60 + k * 0.70711)] for k in np.arange(20, 50, 0.05)])
    assert 20 + along.sum() * 0.05 == pytest.approx(34, abs=0.8)


def test_its_blur_softens_the_new_edge():
    box = Box(0, 0, 60, 12)
    sharp, soft = (
        see(f"Erode {{ channels all\n size 2\n blur {blur} }}", A=Picture(edge())).plane(box)[6] for blur in (0, 6)
    )
    twice = see("Erode { channels all\n size 2 }", "Blur { size 6 }", A=Picture(edge())).plane(box)[6]
    np.testing.assert_allclose(twice, soft, atol=1e-6)
    assert np.count_nonzero((sharp > 0.01) & (sharp < 0.99)) < np.count_nonzero((soft > 0.01) & (soft < 0.99))


def test_the_alpha_alone_is_worked_on_where_no_channels_are_named():
    plane, box = noise(30, 20), Box(0, 0, 30, 20)
    for node in ("FilterErode { }", "Erode { size 2 }"):
        seen = see(node, A=Picture(plane))
        assert same_bits(seen.plane(box, "rgba.red"), plane)
        assert not np.array_equal(seen.plane(box, "rgba.alpha"), plane)
