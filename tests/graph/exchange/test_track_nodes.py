from dataclasses import replace

import cv2
import numpy as np
import pytest

from exchange_tracks import FRAMES, SIZE, UNSEEN, moving_track, read_node, textured, write_picture
from faceplate.align import invert, resample, transform
from faceplate.errors import CallError, TrackError
from faceplate.graph.exchange import keyed, kinds, track_script
from faceplate.graph.knobs import Moment, read_curve, read_roto, roto_text
from faceplate.graph.render import Box, Session
from faceplate.graph.script import Script, parse_script, script_text, split_list
from faceplate.track.topology import face_oval
from faceplate.values import Window

SEEN = tuple(frame for frame in FRAMES if frame != UNSEEN)


def path_of(track, reference=None):
    return keyed(track, track.people[0], track.frames, reference)


def node_of(track, kind, reference=None):
    """The node as its script says it, read again."""
    text = script_text(track_script([path_of(track, reference)], [kind]))
    return parse_script(text).nodes[0]


def seen_through(node, picture, frame, tmp_path, aspect=1.0):
    """The picture through the node at a frame, rows from the top, over the picture's own window."""
    write_picture(tmp_path / "picture.exr", picture, aspect)
    kept = tuple(pair for pair in node.knobs if pair[0] != "inputs")
    moved = replace(node, inputs=(0,), knobs=(*kept, ("filter", "Keys")))
    script = Script((read_node(tmp_path / "picture.exr", "Picture"), moved))
    session = Session(script)
    source = session.pull().source(session.named(node.name), frame)
    high, wide = picture.shape
    return source.plane(Box(0, 0, wide, high), "rgba.red" if node.klass != "Roto" else "rgba.alpha")[::-1]


def reference_to(track, frame, reference):
    """Plate pixels of one frame to another's as the alignments say."""
    alignment = track.people[0].alignment
    there, here = invert(alignment[FRAMES.index(frame)]), alignment[FRAMES.index(reference)]
    return np.column_stack([there[:, :2] @ here[:, :2], transform(there, here[:, 2])])


@pytest.mark.parametrize("aspect", [1.0, 2.0])
@pytest.mark.parametrize("kind", ["Transform", "CornerPin2D"])
def test_the_reference_frames_face_lands_on_the_frames(kind, aspect, tmp_path):
    track = moving_track(aspect)
    picture = textured(*SIZE)
    node = node_of(track, kind, 1002)
    face = Window(120, 120, 210, 260) if aspect == 2 else Window(240, 120, 420, 280)
    for frame in (1001, 1005):
        seen = seen_through(node, picture, frame, tmp_path, aspect)
        matrix = reference_to(track, frame, 1002)
        expected = resample(np.dstack([picture] * 3), Window(0, 0, *SIZE), matrix, face)[..., 0]
        rows, columns = face.slices(Window(0, 0, *SIZE))
        # A tenth of a pixel along the steepest slope of this picture.
        steepest = np.abs(np.gradient(picture)).max()
        assert np.abs(seen[rows, columns] - expected).max() < 0.1 * steepest
        assert np.abs(expected - picture[rows, columns]).max() > 3 * steepest


@pytest.mark.parametrize("kind", ["Transform", "CornerPin2D"])
def test_in_the_reference_frame_nothing_moves(kind, tmp_path):
    picture = textured(*SIZE)
    seen = seen_through(node_of(moving_track(), kind, 1002), picture, 1002, tmp_path)
    np.testing.assert_allclose(seen, picture, atol=1e-3)


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_the_transforms_knobs_carry_each_point_of_the_face(aspect):
    """The numbers of the text alone, put together as Nuke documents them."""
    track = moving_track(aspect)
    values = node_of(track, "Transform", 1002).values
    centre = np.array([float(word) for word in values["center"].split()])
    curves = {
        name: [read_curve(word) for word in split_list(values[name])] for name in ("translate", "rotate", "scale")
    }
    for frame in SEEN:
        move = np.array([curve.value(frame) for curve in curves["translate"]])
        angle, scale = np.radians(curves["rotate"][0].value(frame)), curves["scale"][0].value(frame)
        squeeze = np.diag([aspect, 1.0])
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        points = track.people[0].landmarks_plate[FRAMES.index(1002)].astype(float)
        up = points * [1, -1] + [0, SIZE[1]]
        moved = (up - centre) @ (scale * np.linalg.inv(squeeze) @ turn @ squeeze).T + centre + move
        expected = transform(reference_to(track, frame, 1002), points) * [1, -1] + [0, SIZE[1]]
        np.testing.assert_allclose(moved, expected, atol=2e-4)


def test_the_roto_fills_the_face(tmp_path):
    track = moving_track()
    node = node_of(track, "Roto")
    for frame in SEEN:
        only_face = replace(
            node, knobs=tuple((name, _first_shape(value) if name == "curves" else value) for name, value in node.knobs)
        )
        matte = seen_through(only_face, np.zeros(SIZE[::-1], np.float32), frame, tmp_path)
        outline = track.people[0].landmarks_plate[FRAMES.index(frame), list(face_oval)]
        filled = np.zeros(SIZE[::-1], np.uint8)
        cv2.fillPoly(filled, [np.rint((outline - 0.5) * 16).astype(np.int32)], 1, shift=4)
        inside = matte > 0.5
        assert (inside & (filled > 0)).sum() / (inside | (filled > 0)).sum() > 0.98


def _first_shape(curves):
    return roto_text(read_roto(curves).shapes[:1])


def test_the_roto_holds_four_rings_through_their_landmarks():
    track = moving_track()
    roto = read_roto(node_of(track, "Roto").values["curves"])
    assert [shape.name for shape in roto.shapes] == ["face", "right_eye", "left_eye", "lips"]
    assert roto.unsupported == ()
    for frame in SEEN:
        outline = roto.shapes[0].outline(frame)[:, 1]
        landmarks = track.people[0].landmarks_plate[FRAMES.index(frame), list(face_oval)]
        np.testing.assert_allclose(outline, landmarks * [1, -1] + [0, SIZE[1]], atol=1e-3)
    lids = roto.shapes[1].outline(1001)
    np.testing.assert_array_equal(lids[[0, 8], 0], lids[[0, 8], 2])
    assert np.linalg.norm(lids[4, 0] - lids[4, 2]) > 1


def test_in_pixels_the_axis_stands_in_the_face_and_never_turns_round_between_frames():
    values = node_of(moving_track(), "Axis", 1002).values
    rotate = [read_curve(word) for word in split_list(values["rotate"])]
    assert [curve.value(1001) for curve in rotate] == [-20, 10, -30]
    # From 170 to -170 degrees it is 20, not 340 the other way.
    assert [rotate[2].value(frame) for frame in (1002, 1005)] == [-170, -190]
    scale = read_curve(split_list(values["uniform_scale"])[0])
    assert scale.value(1002) == pytest.approx(1, abs=1e-6)
    assert scale.value(1005) == pytest.approx(1.05**2, abs=1e-5)
    assert split_list(values["translate"])[2] == "0"


def test_with_its_distance_known_the_axis_stands_before_the_camera():
    track = moving_track()
    place = np.float32([[1, 2, 80], [2, 3, 81], [0, 0, 0], [4, 5, 82]])
    track = replace(track, people=(replace(track.people[0], place_cm=place),))
    values = node_of(track, "Axis").values
    translate = [read_curve(word) for word in split_list(values["translate"])]
    assert [curve.value(1005) for curve in translate] == [4, -5, -82]
    assert "uniform_scale" not in values


def test_the_tracker_has_a_row_for_each_point_in_nukes_columns():
    track = moving_track()
    head, columns, rows = map(split_list, split_list(node_of(track, "Tracker4", 1002).values["tracks"]))
    assert head == ["1", "31", "11"]
    assert len(columns) == 31
    cells = split_list(rows[4])
    assert len(cells) == 31
    assert cells[1] == "nose bridge"
    across, up = read_curve(cells[2]), read_curve(cells[3])
    assert [key.x for key in across.keys] == list(SEEN)
    x, y = track.people[0].landmarks_plate[3, 168]
    assert (across.value(1005), up.value(1005)) == pytest.approx((x, SIZE[1] - y), abs=1e-4)
    assert {frame for frame in FRAMES if not read_curve(cells[0]).value(frame)} == {UNSEEN}


def test_each_person_has_nodes_of_their_own_with_names_that_nuke_takes():
    track = moving_track()
    other = replace(track.people[0], name="Zoë's 2nd")
    script = track_script([keyed(track, person, FRAMES) for person in (*track.people, other)])
    names = [node.name for node in script.nodes]
    assert names[: len(kinds)] == [f"person1_{kind}" for kind in kinds]
    assert names[len(kinds)] == "Zo_s_2nd_Tracker4"
    assert len({(node.values["xpos"], node.values["ypos"]) for node in script.nodes}) == len(script.nodes)
    assert all(node.inputs == () for node in parse_script(script_text(script)).nodes)


def test_people_whose_names_come_to_the_same_letters_have_nodes_of_their_own():
    track = moving_track()
    people = [replace(track.people[0], name=name) for name in ("Zo", "Zoë", "Zoé", "日本", "person4")]
    names = [node.name for node in track_script([keyed(track, each, FRAMES) for each in people], ["Axis"]).nodes]
    assert names == ["Zo_Axis", "Zo_2_Axis", "Zo_3_Axis", "person4_Axis", "person4_2_Axis"]


def test_unknown_nodes_and_reference_frames_are_refused():
    track = moving_track()
    with pytest.raises(CallError, match=r"Tracker4,CornerPin2D.*came Blur"):
        track_script([path_of(track)], ["Blur"])
    with pytest.raises(CallError, match=r"shows person1: 1001-1002, 1005; came 1003"):
        path_of(track, 1003)
    with pytest.raises(TrackError, match="no frame of them"):
        keyed(track, track.people[0], (1003,))


def test_curves_are_read_by_the_knob_reader_too():
    track = moving_track()
    script = parse_script(script_text(track_script([path_of(track)])))
    session = Session(script)
    pin = session.named("person1_CornerPin2D")
    x, y = transform(invert(track.people[0].alignment[3]), [1, 1])
    assert session.knobs.numbers(pin, "to2", 2, Moment(1005)) == pytest.approx((x, SIZE[1] - y), abs=1e-4)
