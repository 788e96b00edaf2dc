import numpy as np
import pytest
from operator_scripts import Plate, bits, flat, graph, noise, render, rgba, same_bits, session, small

from faceplate.graph.render import Box


def test_keymix_shows_a_where_the_mask_is_white_and_b_bit_for_bit_where_it_is_black():
    below, above = noise(1), noise(2)
    mask = Plate({"rgba.red": np.tile(np.float32([0, 1, 0.25]), (8, 4))})
    _, planes = render("Keymix { maskChannel rgba.red }", below, above, mask)
    for name in rgba:
        assert np.array_equal(bits(planes[name])[:, ::3], bits(below.planes[name])[:, ::3])
        assert np.array_equal(bits(planes[name])[:, 1::3], bits(above.planes[name])[:, 1::3])
        expected = 0.75 * below.planes[name] + 0.25 * above.planes[name]
        np.testing.assert_allclose(planes[name][:, 2::3], expected[:, 2::3], rtol=1e-5, atol=1e-6)


def test_its_mask_is_inverted_and_multiplied_by_the_mix():
    mask = flat(0.25, ("rgba.alpha",))
    _, planes = render("Keymix { invertMask true\n mix 0.5 }", flat(0.0), flat(1.0), mask)
    np.testing.assert_allclose(planes["rgba.red"], 0.375)


def test_without_a_mask_a_is_seen_as_far_as_the_mix_says():
    below, above = noise(3), noise(4)
    assert same_bits(render("Keymix { }", below, above)[1], above.planes)
    assert same_bits(render("Keymix { mix 0 }", below, above)[1], below.planes)


def test_only_the_chosen_channels_are_mixed():
    below, above = noise(5), noise(6)
    _, planes = render("Keymix { channels rgb }", below, above)
    assert np.array_equal(bits(planes["rgba.alpha"]), bits(below.planes["rgba.alpha"]))
    assert np.array_equal(bits(planes["rgba.red"]), bits(above.planes["rgba.red"]))


def test_a_is_asked_for_inside_a_mask_that_is_black_outside():
    plates = {"B": noise(7), "A": noise(8), "M": noise(9, ("rgba.alpha",), box=Box(2, 3, 5, 6), outside="black")}
    with session(graph("Keymix { }", "B", "A", "M"), plates) as made:
        planes = made.pull().source(made.named("Op"), 1).pixels(small.box, rgba)
        assert {box for path, box, _ in made.asked if path == "A"} == {Box(2, 3, 5, 6)}
    outside = np.ones(small.box.shape, bool)
    outside[3:6, 2:5] = False
    assert np.array_equal(bits(planes["rgba.red"])[outside], bits(plates["B"].planes["rgba.red"])[outside])


@pytest.mark.parametrize(
    ("which", "first", "second", "share"),
    [(0, 0, 0, 0), (1, 1, 1, 0), (0.25, 0, 1, 0.25), (1.5, 1, 3, 0.5), (9, 3, 3, 0)],
)
def test_dissolve_goes_from_input_to_input(which, first, second, share):
    plates = {0: noise(1), 1: noise(2), 3: noise(3)}
    _, planes = render(f"Dissolve {{ which {which} }}", plates[0], plates[1], None, plates[3])
    if share == 0:
        assert same_bits(planes, plates[first].planes)
    else:
        left, right = (plates[each].planes["rgba.red"] for each in (first, second))
        np.testing.assert_allclose(planes["rgba.red"], left + share * (right - left), rtol=1e-5, atol=1e-6)


def test_a_mask_limits_a_dissolve_to_what_it_covers():
    below, above = noise(4), noise(5)
    mask = Plate({"rgba.alpha": np.tile(np.float32([0, 1]), (8, 6))})
    _, planes = render("Dissolve { which 1 }", below, above, mask)
    assert np.array_equal(bits(planes["rgba.red"])[:, ::2], bits(below.planes["rgba.red"])[:, ::2])
    assert np.array_equal(bits(planes["rgba.red"])[:, 1::2], bits(above.planes["rgba.red"])[:, 1::2])


def test_a_dissolve_reaches_over_the_boxes_and_channels_of_all():
    info, _ = render("Dissolve { }", noise(1, box=Box(0, 0, 4, 4)), noise(2, ("depth.Z",), box=Box(3, 3, 9, 8)))
    assert info.box == Box(0, 0, 9, 8)
    assert info.channels == (*rgba, "depth.Z")
