import math

import numpy as np
import pytest
from operator_scripts import Plate, bits, flat, graph, noise, render, rgba, same_bits, session, small

from faceplate.errors import ScriptError
from faceplate.graph.operators.merge_formulas import clear, operations
from faceplate.graph.render import Box


def documented(word, A, B, a, b):  # noqa: C901, N803, PLR0911, PLR0912 -- one line an operation
    """Nuke's documented formula for one pixel, in Python's own floats."""
    if word == "atop":
        return A * b + B * (1 - a)
    if word == "average":
        return (A + B) / 2
    if word == "color-burn":
        return B if B >= 1 else 0 if A <= 0 else max(0, 1 - (1 - B) / A)
    if word == "color-dodge":
        return B if B <= 0 else max(A, 1) if A >= 1 else min(1, B / (1 - A))
    if word == "conjoint-over":
        return A if a > b else A + B * (1 - (a / b if b else 0))
    if word == "copy":
        return A
    if word == "difference":
        return abs(A - B)
    if word == "disjoint-over":
        return A + B if a + b < 1 else A + (B * (1 - a) / b if b else 0)
    if word == "divide":
        return 0 if (A < 0 and B < 0) or B == 0 else A / B
    if word == "exclusion":
        return A + B - 2 * A * B
    if word == "from":
        return B - A
    if word == "geometric":
        return 2 * A * B / (A + B) if A + B else 0
    if word == "hard-light":
        return 2 * A * B if A < 0.5 else 1 - 2 * (1 - A) * (1 - B)
    if word == "hypot":
        return math.sqrt(A * A + B * B)
    if word == "in":
        return A * b
    if word == "mask":
        return B * a
    if word == "matte":
        return A * a + B * (1 - a)
    if word == "max":
        return max(A, B)
    if word == "min":
        return min(A, B)
    if word == "minus":
        return A - B
    if word == "multiply":
        return A if A < 0 and B < 0 else A * B
    if word == "out":
        return A * (1 - b)
    if word == "over":
        return A + B * (1 - a)
    if word == "overlay":
        return 2 * A * B if B < 0.5 else 1 - 2 * (1 - A) * (1 - B)
    if word == "plus":
        return A + B
    if word == "screen":
        return A + B - A * B if 0 <= A <= 1 and 0 <= B <= 1 else max(A, B)
    if word == "soft-light":
        return B * (2 * A + B * (1 - A * B)) if A * B < 1 else 2 * A * B
    if word == "stencil":
        return B * (1 - a)
    if word == "under":
        return A * (1 - b) + B
    if word == "xor":
        return A * (1 - b) + B * (1 - a)
    raise AssertionError(word)


@pytest.mark.parametrize("word", list(operations))
def test_every_operation_is_the_documented_formula_for_each_channel(word):
    below, above = noise(1), noise(2)
    _, merged = render(f"Merge2 {{ operation {word} }}", below, above)
    for name in rgba:
        pixels = zip(*(p.ravel().tolist() for p in (above.planes[name], below.planes[name])), strict=True)
        alphas = zip(*(p.planes["rgba.alpha"].ravel().tolist() for p in (above, below)), strict=True)
        expected = [documented(word, A, B, a, b) for (A, B), (a, b) in zip(pixels, alphas, strict=True)]
        np.testing.assert_allclose(merged[name].ravel(), expected, rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("word", sorted(clear))
def test_what_lies_under_clear_a_keeps_its_very_bits(word):
    below = noise(3)
    for name in rgba:
        changed = below.planes[name].copy()
        changed[0, :4] = np.float32([-0.0, 1e-42, np.nan, np.inf])
        below = Plate({**below.planes, name: changed})
    _, merged = render(f"Merge2 {{ operation {word} }}", below, flat(0.0))
    assert same_bits(merged, below.planes)


@pytest.mark.parametrize("knob", ["mix 0", "mix {{0}}"])
def test_mix_0_gives_b_bit_for_bit(knob):
    below = noise(4)
    assert same_bits(render(f"Merge2 {{ operation divide\n {knob} }}", below, noise(5))[1], below.planes)


def test_the_mask_at_slot_2_mixes_and_its_ends_are_exact():
    below, above = noise(6), noise(7)
    shares = np.tile(np.float32([0, 0.25, 1, -3, 2, 0.5]), (8, 2))
    mask = Plate({"rgba.alpha": shares})
    _, whole = render("Merge2 { operation plus }", below, above)
    _, masked = render("Merge2 { operation plus }", below, above, mask)
    for name in rgba:
        assert np.array_equal(bits(masked[name][:, 0]), bits(below.planes[name][:, 0]))
        assert np.array_equal(bits(masked[name][:, 3]), bits(below.planes[name][:, 3]))
        assert np.array_equal(bits(masked[name][:, 2]), bits(whole[name][:, 2]))
        assert np.array_equal(bits(masked[name][:, 4]), bits(whole[name][:, 4]))
        expected = below.planes[name][:, 1] + 0.25 * (whole[name][:, 1] - below.planes[name][:, 1])
        np.testing.assert_allclose(masked[name][:, 1], expected, rtol=1e-6)


def test_the_mask_is_inverted_and_multiplied_by_the_mix():
    mask = flat(0.25, ("rgba.alpha",))
    _, merged = render("Merge2 { operation copy\n mix 0.5\n invert_mask true }", flat(0.0), flat(1.0), mask)
    np.testing.assert_allclose(merged["rgba.red"], 0.375)


def test_a_channel_of_b_may_be_the_mask():
    below = Plate({**flat(0.0).planes, "depth.Z": np.full(small.box.shape, 0.25, np.float32)})
    _, merged = render("Merge2 { operation copy\n maskChannelInput depth.Z }", below, flat(1.0))
    np.testing.assert_allclose(merged["rgba.red"], 0.25)


def test_several_a_inputs_are_merged_one_after_the_other_and_slot_2_stays_the_mask():
    below, first, third = noise(8), noise(9), noise(10)
    _, merged = render("Merge2 { operation over }", below, first, None, third)
    _, lower = render("Merge2 { operation over }", below, first)
    _, upper = render("Merge2 { operation over }", Plate(lower), third)
    assert same_bits(merged, upper)


def test_an_operation_that_reads_the_alpha_of_b_reads_the_merged_one_of_several_inputs():
    below, first, third = noise(11), noise(12), noise(13)
    _, red = render("Merge2 { operation under }", below, first, None, third, channels=["rgba.red"])
    _, lower = render("Merge2 { operation under }", below, first)
    _, upper = render("Merge2 { operation under }", Plate(lower), third)
    assert np.array_equal(bits(red["rgba.red"]), bits(upper["rgba.red"]))


def test_without_a_the_picture_and_its_info_are_those_of_b():
    below = noise(14, outside="black", box=Box(2, 1, 9, 7))
    info, merged = render("Merge2 { operation multiply }", below, None)
    assert info == below.info
    assert same_bits(merged, below.planes)


def test_channels_go_by_the_places_of_their_knobs():
    below, above = noise(15), noise(16)
    above = Plate({**above.planes, "depth.Z": noise(17, ("depth.Z",)).planes["depth.Z"]})
    knobs = "Achannels {rgba.blue -rgba.green rgba.red depth.Z}\n output {rgba.red rgba.green -rgba.blue none}"
    _, merged = render(f"Merge2 {{ operation over\n {knobs} }}", below, above)
    a = above.planes["depth.Z"]
    np.testing.assert_allclose(
        merged["rgba.red"], above.planes["rgba.blue"] + below.planes["rgba.red"] * (1 - a), rtol=1e-6
    )
    np.testing.assert_allclose(merged["rgba.green"], below.planes["rgba.green"] * (1 - a), rtol=1e-6)
    assert np.array_equal(bits(merged["rgba.blue"]), bits(below.planes["rgba.blue"]))
    assert np.array_equal(bits(merged["rgba.alpha"]), bits(below.planes["rgba.alpha"]))


def test_a_without_alpha_counts_as_clear():
    below, above = noise(18), noise(19)
    _, merged = render("Merge2 { operation over\n Achannels rgb }", below, above)
    np.testing.assert_allclose(merged["rgba.red"], above.planes["rgba.red"] + below.planes["rgba.red"], rtol=1e-6)


def test_also_merge_takes_further_channels_under_their_own_names():
    more = ("depth.Z", "forward.u")
    below, above = noise(20, (*rgba, *more)), noise(21, (*rgba, *more))
    info, merged = render("Merge2 { operation minus\n also_merge depth }", below, above)
    np.testing.assert_array_equal(merged["depth.Z"], above.planes["depth.Z"] - below.planes["depth.Z"])
    assert np.array_equal(bits(merged["forward.u"]), bits(below.planes["forward.u"]))
    assert info.channels == (*rgba, *more)


@pytest.mark.parametrize(
    ("which", "box"),
    [
        ("union", Box(0, 0, 12, 8)),
        ("intersection", Box(4, 2, 7, 6)),
        ("A", Box(4, 2, 12, 8)),
        ("B", Box(0, 0, 7, 6)),
    ],
)
def test_the_box_is_the_one_that_the_knob_names(which, box):
    below, above = noise(22, box=Box(0, 0, 7, 6)), noise(23, box=Box(4, 2, 12, 8))
    assert render(f"Merge2 {{ bbox {which} }}", below, above)[0].box == box


def test_only_what_a_covers_is_asked_of_a_and_b_stays_outside():
    below, above = noise(24), noise(25, box=Box(3, 2, 6, 5), outside="black")
    with session(graph("Merge2 { }", "B", "A"), {"A": above, "B": below}) as made:
        planes = made.pull().source(made.named("Op"), 1).pixels(small.box, rgba)
        boxes = {box for path, box, _ in made.asked if path == "A"}
    assert boxes == {Box(3, 2, 6, 5)}
    outside = np.ones(small.box.shape, bool)
    outside[Box(3, 2, 6, 5).slices(small.box)] = False
    assert np.array_equal(bits(planes["rgba.red"])[outside], bits(below.planes["rgba.red"])[outside])


def test_a_is_asked_for_inside_the_mask_alone():
    mask = flat(1.0, ("rgba.alpha",), box=Box(1, 1, 3, 4), outside="black")
    with session(graph("Merge2 { operation plus }", "B", "A", "M"), {"A": noise(1), "B": noise(2), "M": mask}) as made:
        made.pull().source(made.named("Op"), 1).pixels(small.box, ("rgba.red",))
        assert {box for path, box, _ in made.asked if path in "AM"} == {Box(1, 1, 3, 4)}


def test_only_the_channels_that_are_needed_are_asked_for():
    with session(graph("Merge2 { operation over }", "B", "A"), {"A": noise(1), "B": noise(2)}) as made:
        made.pull().source(made.named("Op"), 1).pixels(small.box, ("rgba.red",))
        asked = {path: channels for path, _, channels in made.asked}
    assert asked == {"B": ("rgba.red",), "A": ("rgba.red", "rgba.alpha")}


@pytest.mark.parametrize(("knob", "entry"), [("B", "below"), ("A", "above"), ("All", "below")])
def test_metadata_comes_from_the_input_that_metainput_names(knob, entry):
    below, above = noise(1, metadata={"who": "below"}), noise(2, metadata={"who": "above", "only": "above"})
    info, _ = render(f"Merge2 {{ metainput {knob} }}", below, above)
    assert info.metadata["who"].value == entry
    assert ("only" in info.metadata) == (knob != "B")


def test_the_range_reaches_over_all_inputs_unless_one_is_named():
    below, above = noise(1, frames=(1001, 1010)), noise(2, frames=(990, 1005))
    assert render("Merge2 { }", below, above)[0].frames == (990, 1010)
    assert render("Merge2 { rangeinput A }", below, above)[0].frames == (990, 1005)


def test_alpha_masking_leaves_either_picture_where_the_other_is_clear():
    below, above = noise(1), noise(2)
    _, merged = render("Merge2 { operation multiply\n screen_alpha true }", below, above)
    a, b = above.planes["rgba.alpha"], below.planes["rgba.alpha"]
    assert np.array_equal(merged["rgba.red"][a == 0], below.planes["rgba.red"][a == 0])
    both = (a != 0) & (b == 0)
    assert np.array_equal(merged["rgba.red"][both], above.planes["rgba.red"][both])
    np.testing.assert_allclose(merged["rgba.alpha"], a + b - a * b, rtol=1e-6)


def test_a_merge_in_video_colour_is_refused():
    with pytest.raises(ScriptError, match=r"Op\.sRGB"):
        render("Merge2 { sRGB true }", noise(1), noise(2))


def test_two_negatives_do_not_multiply_to_a_positive():
    _, merged = render("Merge { operation multiply }", flat(-2.0), flat(-3.0))
    assert (merged["rgba.red"] == -3).all()


def test_the_first_merge_of_nuke_has_knobs_and_words_of_its_own():
    node = "Merge { operation mult\n A {rgba.red -rgba.green -rgba.blue -rgba.alpha}\n output rgb }"
    _, merged = render(node, flat(3.0), flat(2.0))
    assert [merged[name][0, 0] for name in rgba] == [6, 0, 0, 3]


def test_outside_of_its_box_an_inverted_mask_is_white():
    mask = flat(1.0, ("rgba.alpha",), box=Box(2, 2, 5, 5), outside="black")
    below, above = noise(1), noise(2)
    _, merged = render("Merge2 { operation copy\n invert_mask true }", below, above, mask)
    inside = Box(2, 2, 5, 5).slices(small.box)
    assert np.array_equal(bits(merged["rgba.red"])[inside], bits(below.planes["rgba.red"])[inside])
    assert np.array_equal(bits(merged["rgba.red"])[6:], bits(above.planes["rgba.red"])[6:])


@pytest.mark.parametrize(
    ("which", "below", "above", "expected"),
    [
        ("union", "black", "black", "black"),
        ("union", "edge", "black", "edge"),
        ("A", "edge", "black", "black"),
        ("B", "edge", "black", "edge"),
        ("intersection", "edge", "black", "black"),
        ("intersection", "edge", "edge", "edge"),
    ],
)
def test_it_is_black_outside_where_the_pictures_are_that_make_the_box(which, below, above, expected):
    plates = noise(1, box=Box(1, 1, 9, 6), outside=below), noise(2, box=Box(3, 2, 11, 7), outside=above)
    assert render(f"Merge2 {{ bbox {which} }}", *plates)[0].outside == expected
