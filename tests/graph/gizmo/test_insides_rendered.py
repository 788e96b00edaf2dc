from dataclasses import replace

import numpy as np
import pytest

import faceplate.graph.operators  # noqa: F401 -- registers them
from faceplate.graph.gizmo import gizmo_script
from faceplate.graph.render import Box, Format, Info, Session, operator
from faceplate.graph.render import operators as registry
from faceplate.graph.script import Script, ScriptNode
from faceplate.values import Attribute

FORMAT = Format(24, 16)
FACE = Box(6, 4, 16, 12)
RGB = ("rgba.red", "rgba.green", "rgba.blue")
ALPHA = "rgba.alpha"


class Picture:
    """Planes over a box, lowest row first."""

    def __init__(self, seed, box, channels, outside, **planes):
        random = np.random.default_rng(seed)
        self.planes = {name: random.normal(0.5, 0.8, box.shape).astype(np.float32) for name in channels}
        if ALPHA in channels:
            self.planes[ALPHA] = np.clip(self.planes[ALPHA], 0, 1)
        self.planes.update(planes)
        owner = {"exr/owner": Attribute("owner", "string", f"picture {seed}")}
        self.info = Info(format=FORMAT, box=box, channels=channels, outside=outside, metadata=owner, frames=(1, 9))


PLATE = Picture(1, FORMAT.box, (*RGB, ALPHA), "edge")
RESULT = Picture(2, FACE, (*RGB, ALPHA), "black")
CLEAN = Picture(3, FORMAT.box, RGB, "edge")
MATTE = Picture(4, FORMAT.box, (*RGB, ALPHA), "edge")
MASK = Picture(5, FORMAT.box, (ALPHA,), "edge")


@pytest.fixture
def rendered():
    """Renders a gizmo with pictures at its inputs and a known one for the engine's result."""
    pictures = {}

    class Known:
        def info(self, node):
            return pictures[node.text("picture")].info

        def pixels(self, node, box, channels):
            picture = pictures[node.text("picture")]
            inside = box.slices(picture.info.box)
            return {name: picture.planes[name][inside] for name in channels}

    def render(name, result, given, knobs=(), frame=1.0, box=FORMAT.box):
        pictures.clear()
        pictures.update({f"input{slot}": picture for slot, picture in enumerate(given) if picture}, result=result)
        session = Session(scripted(name, given, dict(knobs), result is not None))
        source = session.pull().source(session.named(f"{name}1"), frame)
        return source.info, source.pixels(box, source.info.channels)

    operator("Known", defaults={"picture": ""})(Known)
    yield render
    registry._classes.pop("Known")


def scripted(name, given, knobs, has_result):
    """The gizmo with its inputs before it; in the place of the engine's Read a node that gives what the test made."""
    gizmo = gizmo_script(name)
    before = [known(f"input{slot}") for slot, picture in enumerate(given) if picture]
    shift, places = len(before), iter(range(len(before)))
    inputs = tuple(next(places) if picture else None for picture in given)
    group = gizmo.nodes[0]
    inputs += (None,) * (len(group.inputs) - len(inputs))
    own = tuple((knob, value if knob == "addUserKnob" else knobs.get(knob, value)) for knob, value in group.knobs)
    new = tuple((knob, value) for knob, value in knobs.items() if knob not in group.values)
    nodes = [*before, replace(group, knobs=(*own, *new), inputs=inputs)]
    for node in gizmo.nodes[1:]:
        moved = replace(node, parent=shift, inputs=tuple(above + shift for above in node.inputs))
        nodes.append(known("result", shift, node.name) if has_result and node.name == "Result" else plain(moved))
    root = (("format", f"{FORMAT.width} {FORMAT.height} 0 0 {FORMAT.width} {FORMAT.height} 1 small"),)
    return Script(tuple(nodes), root=root, layers=gizmo.layers)


def known(picture, parent=None, name=None):
    return ScriptNode("Known", (("inputs", "0"), ("picture", picture), ("name", name or picture)), (), parent)


def plain(node):
    """The node without the mark of the engine's result."""
    return replace(node, knobs=tuple(pair for pair in node.knobs if pair[0] != "faceplate_result"))


def bits(plane):
    return np.ascontiguousarray(plane).view(np.uint32)


def same(one, other):
    return np.array_equal(bits(one), bits(other))


def over_plate(face, alpha):
    """The plate with the face over it by the alpha, in the face's box."""
    made = {name: PLATE.planes[name].copy() for name in RGB}
    for name in RGB:
        part = made[name][FACE.slices(FORMAT.box)]
        part[...] = face[name] * alpha + part * (1 - alpha)
    return made


def test_the_face_lies_over_the_plate_by_its_own_matte_and_nothing_else_changes(rendered):
    info, planes = rendered("FaceSwap", RESULT, [PLATE, None, None])
    expected = over_plate(RESULT.planes, RESULT.planes[ALPHA])
    outside = np.ones(FORMAT.box.shape, bool)
    outside[FACE.slices(FORMAT.box)] = RESULT.planes[ALPHA] > 0
    for name in RGB:
        np.testing.assert_allclose(planes[name], expected[name], rtol=1e-6, atol=1e-6)
        untouched = ~outside
        untouched[FACE.slices(FORMAT.box)] = RESULT.planes[ALPHA] == 0
        beyond = np.ones(FORMAT.box.shape, bool)
        beyond[FACE.slices(FORMAT.box)] = False
        kept = untouched | beyond
        assert np.array_equal(bits(planes[name])[kept], bits(PLATE.planes[name])[kept])
    assert same(planes[ALPHA], PLATE.planes[ALPHA])
    assert info.box == PLATE.info.box
    assert info.metadata == PLATE.info.metadata


def test_the_face_alone_is_premultiplied_by_its_matte_bit_for_bit_and_keeps_the_plates_metadata(rendered):
    info, planes = rendered("FaceSwap", RESULT, [PLATE, None, None], {"output": "face"})
    inside = FACE.slices(FORMAT.box)
    for name in RGB:
        assert same(planes[name][inside], RESULT.planes[name] * RESULT.planes[ALPHA])
        assert np.count_nonzero(planes[name]) == np.count_nonzero(planes[name][inside])
    assert same(planes[ALPHA][inside], RESULT.planes[ALPHA])
    assert FACE.grow(2, 2).holds(info.box)
    assert info.metadata == PLATE.info.metadata


def test_a_connected_matte_takes_the_place_of_the_faces_own_where_there_is_a_face(rendered):
    _, planes = rendered("FaceSwap", RESULT, [PLATE, MATTE, None])
    inside = FACE.slices(FORMAT.box)
    expected = over_plate(RESULT.planes, MATTE.planes[ALPHA][inside])
    for name in RGB:
        np.testing.assert_allclose(planes[name], expected[name], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("output", ["comp", "face"])
def test_without_any_mix_there_is_no_face(rendered, output):
    _, planes = rendered("FaceSwap", RESULT, [PLATE, None, None], {"mix": "0", "output": output})
    for name in RGB:
        assert np.array_equal(planes[name], PLATE.planes[name] if output == "comp" else np.zeros(FORMAT.box.shape))


def test_the_mix_may_be_animated(rendered):
    mix = {"mix": "{curve L x1 0 x3 1}", "output": "face"}
    _, half = rendered("FaceSwap", RESULT, [PLATE, None, None], mix, frame=2.0)
    inside = FACE.slices(FORMAT.box)
    np.testing.assert_allclose(half[ALPHA][inside], RESULT.planes[ALPHA] / 2, rtol=1e-6)


@pytest.mark.parametrize("invert", ["false", "true"])
def test_a_mask_limits_the_face(rendered, invert):
    knobs = {"output": "face", "invert_mask": invert}
    _, planes = rendered("FaceSwap", RESULT, [PLATE, None, MASK], knobs)
    inside = FACE.slices(FORMAT.box)
    share = MASK.planes[ALPHA][inside] if invert == "false" else 1 - MASK.planes[ALPHA][inside]
    np.testing.assert_allclose(planes[ALPHA][inside], RESULT.planes[ALPHA] * share, rtol=1e-5, atol=1e-6)


def test_the_matte_comes_out_as_it_was_made_beside_the_stream(rendered):
    info, planes = rendered("FaceMatte", RESULT, [PLATE])
    for name in (*RGB, ALPHA):
        assert same(planes[name], PLATE.planes[name])
    assert same(planes["matte.alpha"][FACE.slices(FORMAT.box)], RESULT.planes[ALPHA])
    assert np.count_nonzero(planes["matte.alpha"]) == np.count_nonzero(RESULT.planes[ALPHA])
    assert info.box == PLATE.info.box


def test_the_matte_alone_comes_out_as_it_was_made(rendered):
    info, planes = rendered("FaceMatte", RESULT, [PLATE], {"output": "matte"})
    assert same(planes[ALPHA][FACE.slices(FORMAT.box)], RESULT.planes[ALPHA])
    assert info.box == FACE
    assert info.metadata == PLATE.info.metadata


def test_growing_lets_the_matte_out_and_softening_spreads_it(rendered):
    solid = Picture(6, FACE, (ALPHA,), "black", **{ALPHA: np.ones(FACE.shape, np.float32)})
    cover = {
        knob: rendered("FaceMatte", solid, [PLATE], {"output": "matte", **knobs})[1][ALPHA]
        for knob, knobs in {"out": {"grow": "2"}, "in": {"grow": "-2"}, "soft": {"soften": "4"}}.items()
    }
    assert np.array_equal(cover["out"] > 0.5, box_of(FACE.grow(2, 2)))
    assert np.array_equal(cover["in"] > 0.5, box_of(FACE.grow(-2, -2)))
    assert np.count_nonzero(cover["soft"]) > FACE.width * FACE.height
    assert 0 < cover["soft"].min(initial=1, where=cover["soft"] > 0) < 0.5


def box_of(box):
    mask = np.zeros(FORMAT.box.shape, bool)
    mask[box.slices(FORMAT.box)] = True
    return mask


def test_the_clean_plate_takes_the_place_of_the_plates_colour_bit_for_bit(rendered):
    info, planes = rendered("FaceDegrain", CLEAN, [PLATE, None])
    for name in RGB:
        assert same(planes[name], CLEAN.planes[name])
    assert same(planes[ALPHA], PLATE.planes[ALPHA])
    assert info.metadata == PLATE.info.metadata


@pytest.mark.parametrize("invert", ["false", "true"])
def test_mix_and_mask_limit_the_clean_plate(rendered, invert):
    mask = Picture(7, FORMAT.box, (ALPHA,), "edge", **{ALPHA: np.float32(np.indices(FORMAT.box.shape)[1] % 2)})
    _, planes = rendered("FaceDegrain", CLEAN, [PLATE, mask], {"mix": "0.25", "invert_mask": invert})
    seen = mask.planes[ALPHA] == (1 if invert == "false" else 0)
    for name in RGB:
        assert np.array_equal(bits(planes[name])[~seen], bits(PLATE.planes[name])[~seen])
        mixed = 0.75 * PLATE.planes[name] + 0.25 * CLEAN.planes[name]
        np.testing.assert_allclose(planes[name][seen], mixed[seen], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["FaceRegrain", "FaceCheck"])
def test_the_result_takes_the_place_of_the_comps_colour_and_nothing_else(rendered, name):
    _, planes = rendered(name, CLEAN, [PLATE, MATTE])
    for channel in RGB:
        assert same(planes[channel], CLEAN.planes[channel])
    assert same(planes[ALPHA], PLATE.planes[ALPHA])


def test_the_tracker_passes_the_stream_and_tells_its_track_and_frame(rendered):
    info, planes = rendered("FaceTrack", None, [PLATE], {"track_file": "/shots/a.track"}, frame=7.0)
    assert all(same(planes[name], PLATE.planes[name]) for name in (*RGB, ALPHA))
    assert info.metadata["faceplate/track"].value == "/shots/a.track"
    assert info.metadata["faceplate/frame"].value == "7"
    assert info.metadata["exr/owner"].value == "picture 1"


@pytest.mark.parametrize("name", ["FaceTrack", "FaceMatte", "FaceSwap", "FaceDegrain", "FaceRegrain", "FaceCheck"])
def test_a_disabled_node_is_its_first_input(rendered, name):
    info, planes = rendered(name, None if name == "FaceTrack" else RESULT, [PLATE], {"disable": "true"})
    assert info == PLATE.info
    assert all(same(planes[channel], PLATE.planes[channel]) for channel in (*RGB, ALPHA))
