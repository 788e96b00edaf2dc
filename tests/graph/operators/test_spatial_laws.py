"""What every node owes that moves, blurs or cuts."""

import numpy as np
import pytest
from spatial_scripts import Picture, noise, same_bits, see

from faceplate.errors import ScriptError
from faceplate.graph.render import Box

active = {
    "blur": "Blur { size {5 2.5} }",
    "blur box": "Blur { size 4.5\n filter box\n crop false }",
    "blur quadratic": "Blur { size 7\n filter quadratic }",
    "dilate": "Dilate { size {2 -1} }",
    "filter erode": "FilterErode { channels all\n size {2.5 -1.25}\n filter gaussian }",
    "blur erode": "Erode { channels all\n size -2\n blur 3 }",
    "turn": "Transform { rotate 33\n center {20 11}\n filter Keys }",
    "shrink and turn": "Transform { rotate 12\n scale 0.3\n filter Lanczos6 }",
    "scale": "Transform { scale {0.4 1.7}\n filter Simon }",
    "edges repeated": "Transform { rotate 20\n black_outside false\n clamp true\n filter Rifman }",
    "motion blur": "Transform { rotate {{curve x0 0 x2 30}}\n motionblur 1\n shutteroffset centred }",
    "masked": "TransformMasked { rotate 20\n mix 0.5 }",
    "corner pin": "CornerPin2D { to1 {3 1}\n to2 {35 4}\n to3 {38 22}\n to4 {7 18} }",
    "reformat": 'Reformat { type "to box"\n box_width 31\n box_height 29\n box_fixed true\n resize fill\n turn true }',
    "crop": "Crop { box {3 2 33 20}\n softness 5\n reformat true }",
    "adjust": "AdjBBox { numpixels {-4 3} }",
    "mirror": "Mirror2 { flip true\n flop true }",
    "position": "Position { translate {7 -3} }",
    "distort": "IDistort { uv {rgba.red rgba.alpha}\n uv_scale 4 }",
}
neutral = {
    "blur": "Blur { size 0 }",
    "a box of one pixel": "Blur { size 1\n filter box }",
    "blur mixed out": "Blur { size 20\n mix 0 }",
    "dilate": "Dilate { size 0.4 }",
    "filter erode": "FilterErode { size 0\n channels all }",
    "blur erode": "Erode { size 0\n channels all }",
    "transform": "Transform { center {3 4} }",
    "a soft filter": "Transform { filter Parzen }",
    "a whole turn": "Transform { rotate 360\n center {3 4} }",
    "masked": "TransformMasked { }",
    "corner pin": "CornerPin2D { }",
    "crop": "Crop { box {0 0 40 24} }",
    "adjust": "AdjBBox { numpixels 0 }",
    "mirror": "Mirror2 { }",
    "position": "Position { translate 0.3 }",
    "black outside": "BlackOutside { }",
    "distort": "IDistort { uv none }",
    "reformat": "Reformat { type scale\n filter Parzen }",
}
filtering = {name: node for name, node in active.items() if "uv" not in node}
unclipped = sorted(set(filtering) - {"blur erode", "crop", "adjust", "reformat", "shrink and turn"})
masked = ("blur", "blur box", "dilate", "filter erode", "blur erode", "masked", "distort")


@pytest.mark.parametrize("node", active.values(), ids=active)
@pytest.mark.parametrize("outside", ["edge", "black"])
def test_a_part_of_the_result_is_the_result_of_the_part(node, outside):
    seen = see(node, A=Picture(noise(40, 24), outside=outside))
    box = seen.info().box
    whole = seen.plane(box)
    parts = (
        Box(box.x, box.y, box.x + 5, box.y + 3),
        Box(box.x + 7, box.y + 2, box.r - 3, box.y + 9),
        Box(box.r - 1, box.t - 1, box.r, box.t),
    )
    for part in parts:
        assert same_bits(seen.plane(part), whole[part.slices(box)])


@pytest.mark.parametrize("node", neutral.values(), ids=neutral)
def test_neutral_settings_give_the_very_same_bits(node):
    plane = noise(40, 24)
    plane[3, 4], plane[5, 5] = np.nan, -0.0
    seen = see(node, A=Picture(plane))
    info = seen.info()
    assert (info.box, info.format) == (Picture(plane).info.box, Picture(plane).info.format)
    assert same_bits(seen.plane(), plane)


@pytest.mark.parametrize("node", filtering.values(), ids=filtering)
def test_what_is_no_number_stays_near_and_all_else_keeps_its_bits(node):
    plane = noise(40, 24)
    spoiled = plane.copy()
    spoiled[10:12, 15] = np.nan
    whole, with_faults = (see(node, A=Picture(each)).plane() for each in (plane, spoiled))
    untouched = ~np.isnan(with_faults)
    assert untouched.mean() > 0.35
    assert same_bits(with_faults[untouched], whole[untouched])


@pytest.mark.parametrize("name", unclipped)
def test_values_below_0_and_above_1_survive(name):
    plane = np.where(noise(40, 24) > 0.5, np.float32(40), np.float32(-40))
    made = see(active[name], A=Picture(plane)).plane()
    assert made.min() < -4
    assert made.max() > 4


@pytest.mark.parametrize("node", filtering.values(), ids=filtering)
def test_channels_that_are_not_asked_for_are_not_pulled(node):
    seen = see(node, A=Picture(noise(40, 24)))
    seen.plane()
    assert {channels for _, channels in seen.asked} == {("rgba.red",)}


@pytest.mark.parametrize("name", sorted(set(filtering) - {"motion blur", "masked"}))
def test_the_input_is_pulled_once(name):
    seen = see(active[name], A=Picture(noise(40, 24)))
    seen.plane(Box(12, 8, 15, 10))
    assert len(seen.asked) == 1


@pytest.mark.parametrize("name", masked)
def test_a_mask_of_nothing_changes_nothing(name):
    plane, node = noise(40, 24), active[name]
    knob = "maskChannel" if "uv" in node else "maskChannelMask"
    through = node.removesuffix("}") + f"\n {knob} rgba.alpha }}"
    seen = see(through, A=Picture(plane), M=Picture(np.zeros_like(plane)))
    assert same_bits(seen.plane(Box(0, 0, 40, 24)), plane)
    half = see(through, A=Picture(plane), M=Picture(np.full_like(plane, 0.5))).plane(Box(0, 0, 40, 24))
    full = see(through, A=Picture(plane), M=Picture(np.ones_like(plane))).plane(Box(0, 0, 40, 24))
    np.testing.assert_allclose(half, (plane + full) / 2, atol=1e-6)
    assert not np.array_equal(full, plane)


@pytest.mark.parametrize(
    ("node", "knob"),
    [
        ("Blur { size 1e9 }", "size"),
        ("Blur { size {{1/0}} }", "size"),
        ("Erode { size {{sqrt(-1)}} }", "size"),
        ("FilterErode { size 20000 }", "size"),
        ("Transform { translate {{1/0}} }", "translate"),
        ("Transform { motionblur {{sqrt(-1)}} }", "motionblur"),
        ("CornerPin2D { to1 {1e40 0} }", "to1"),
        ("Crop { box {0 0 1e30 5} }", "box"),
        ("AdjBBox { numpixels 1e30 }", "numpixels"),
        ("Position { translate 1e300 }", "translate"),
        ("Reformat { type scale\n scale 1e20 }", "scale"),
    ],
)
def test_numbers_beyond_all_measure_are_refused_with_their_node_and_knob(node, knob):
    with pytest.raises(ScriptError, match=rf"^Last\.{knob}:"):
        see(node, A=Picture(noise(8, 6))).plane()
