import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.graph.knobs import KnobReader, Moment, read_curve
from faceplate.graph.render import Session, defaults_of
from faceplate.graph.script import parse_script, split_list
from faceplate.track import topology, write_track
from shots import known_track

FRAMES = [1001, 1002, 1003, 1005]
UNSEEN = (1003,)
SEEN = [1001, 1002, 1005]
POSE = np.float32([[10, 20, 30]] * 4)


@pytest.fixture
def parts(nuke):  # noqa: ARG001 -- puts the plugin on the path
    """The plugin's modules about tracks."""
    from faceplate_nuke import problem, script_text, track_file, track_nodes  # noqa: PLC0415 -- on the path by now

    return {"problem": problem, "text": script_text, "file": track_file, "nodes": track_nodes}


@pytest.fixture
def track(tmp_path):
    """A track whose face moves and grows, and the file of it."""
    made = known_track(FRAMES, unseen=UNSEEN, pixel_aspect=2.0)
    person = made.people[0]
    turn = np.array([[0.8, -0.3], [0.6, 0.4]]) / 90
    alignment = np.array([np.column_stack([turn * (1 + row / 10), [0.1 * row, 0.2]]) for row in range(4)])
    alignment[FRAMES.index(UNSEEN[0])] = np.nan
    made = replace(made, people=(replace(person, alignment=alignment, pose_deg=POSE),))
    write_track(made, tmp_path / "one.track")
    return made, tmp_path / "one.track"


@pytest.fixture
def seen(parts, track):
    read = parts["file"].read_track(track[1])
    return parts["nodes"].Seen(read, read.people[0])


def nuke_point(plate_point, height=360):
    """Plate pixels to Nuke's, said a second time: the origin goes from the top left to the bottom left."""
    return plate_point[0], height - plate_point[1]


def square_to_plate(track, frame, corner):
    alignment = track.people[0].alignment[FRAMES.index(frame)]
    return np.linalg.solve(alignment[:, :2], np.asarray(corner) - alignment[:, 2])


def read_node(parts, klass, knobs):
    """The node as a script gives it back."""
    script = parse_script(parts["text"].node_text(klass, [("inputs", "0"), *knobs.items(), ("name", "Copied")]))
    session = Session(script)
    return script, KnobReader(script, defaults=defaults_of, pictures=session.knobs.pictures)


def test_a_track_reads_as_the_engine_wrote_it(parts, track):
    made, path = track
    read = parts["file"].read_track(path)
    person, original = read.people[0], made.people[0]
    assert (read.frames, read.size, read.pixel_aspect) == (made.frames, made.size, made.pixel_aspect)
    assert person.name == original.name
    assert [person.is_seen(row) for row in range(4)] == list(original.seen)
    for row in (0, 1, 3):
        assert [person.point(row, index) for index in range(478)] == list(
            map(tuple, original.landmarks_plate[row].tolist())
        )
        assert person.pose(row) == (10, 20, 30)


def test_no_cut_off_or_altered_track_passes_for_a_whole_one(parts, track):
    content = track[1].read_bytes()
    path = track[1].with_name("broken.track")
    header = 8 + int.from_bytes(content[:8], "little")
    cuts = [content[:end] for end in (0, 4, 8, 40, header - 1, header, len(content) - 1)]
    heads = [(2**60).to_bytes(8, "little") + content[8:], content[:8] + b"[" * (header - 8) + content[header:]]
    about = json.loads(content[8:header])
    wrong = {**about, "0.alignment": {**about["0.alignment"], "data_offsets": [0, 10]}}
    text = json.dumps(wrong).encode()
    for broken in (*cuts, *heads, len(text).to_bytes(8, "little") + text + content[header:]):
        path.write_bytes(broken)
        with pytest.raises(parts["problem"].Problem, match="track the plate again"):
            parts["file"].read_track(path)


def test_a_missing_track_is_said_with_what_to_press(parts, tmp_path):
    with pytest.raises(parts["problem"].Problem, match=r"No such file.*press Track"):
        parts["file"].read_track(tmp_path / "none.track")


def test_a_track_of_the_version_before_is_read(parts, track):
    content = track[1].read_bytes()
    assert b'\\"version\\": 2' in content
    track[1].write_bytes(content.replace(b'\\"version\\": 2', b'\\"version\\": 1'))
    assert parts["file"].read_track(track[1]).frames == track[0].frames


def test_a_track_of_another_version_is_not_read(parts, track):
    content = track[1].read_bytes()
    header = 8 + int.from_bytes(content[:8], "little")
    head = content[8:header].replace(b'\\"version\\": 2', b'\\"version\\": 9')
    track[1].write_bytes(len(head).to_bytes(8, "little") + head + content[header:])
    with pytest.raises(parts["problem"].Problem, match=r"track version 9.*plugin that came with the engine"):
        parts["file"].read_track(track[1])


def test_the_tracker_holds_each_point_where_it_is_and_no_key_where_nobody_was_seen(parts, track, seen):
    script, _ = read_node(parts, "Tracker4", parts["nodes"].tracker_knobs(seen))
    head, columns, rows = (split_list(each) for each in split_list(script.nodes[0].values["tracks"]))
    names = [split_list(column)[3] for column in columns]
    assert head == ["1", "31", str(len(rows))]
    assert len(names) == 31
    points = parts["nodes"].STEADY | parts["nodes"].MOVING
    for row, (name, index) in zip(rows, points.items(), strict=True):
        cells = dict(zip(names, split_list(row), strict=True))
        assert cells["name"] == name
        across, up = read_curve(cells["track_x"]), read_curve(cells["track_y"])
        assert [key.x for key in across.keys] == SEEN
        for frame in SEEN:
            landmark = track[0].people[0].landmarks_plate[FRAMES.index(frame), index]
            assert (across.value(frame), up.value(frame)) == pytest.approx(nuke_point(landmark), abs=1e-4)


def test_the_corner_pin_carries_the_face_square_from_the_first_frame_to_every_other(parts, track, seen):
    script, reader = read_node(parts, "CornerPin2D", parts["nodes"].corner_pin_knobs(seen))
    corners = {1: (0, 1), 2: (1, 1), 3: (1, 0), 4: (0, 0)}
    for place, corner in corners.items():
        for frame in SEEN:
            expected = nuke_point(square_to_plate(track[0], frame, corner))
            assert reader.numbers(0, f"to{place}", 2, Moment(frame)) == pytest.approx(expected, abs=1e-4)
        start = nuke_point(square_to_plate(track[0], SEEN[0], corner))
        assert reader.numbers(0, f"from{place}", 2, Moment(1)) == pytest.approx(start, abs=1e-4)
    assert script.warnings == ()


def test_the_axis_stands_in_the_face_and_turns_with_the_head(parts, track, seen):
    _, reader = read_node(parts, "Axis2", parts["nodes"].axis_knobs(seen))
    for frame in SEEN:
        x, y = nuke_point(square_to_plate(track[0], frame, (0.5, 0.5)))
        assert reader.numbers(0, "translate", 3, Moment(frame)) == pytest.approx((x, y, 0), abs=1e-4)
    # Looks up by 20: x turns by -20. To the right by 10: y by 10. Leans clockwise by 30: z, which goes the other way.
    assert reader.numbers(0, "rotate", 3, Moment(1002)) == (-20, 10, -30)
    assert reader.number(0, "uniform_scale", Moment(1001)) == 1
    assert reader.number(0, "uniform_scale", Moment(1002)) == pytest.approx(1 / 1.1, abs=1e-4)


def test_the_axis_turns_as_the_engine_says_the_head_does():
    """Nuke's ZXY order: a point is turned about z first, then x, then y; y is up and z towards the viewer."""
    x, y, z = np.radians([-20, 10, -30])
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    turned = about_y @ about_x @ about_z
    nose = turned @ [0, 0, 1]
    # The engine measures yaw and pitch on the way the nose points, x to the right, y up, z to the viewer.
    assert np.degrees(np.arctan2(nose[0], nose[2])) == pytest.approx(10)
    assert np.degrees(np.arcsin(nose[1])) == pytest.approx(20)
    cheek = turned @ [1, 0, 0]
    level = np.array([np.cos(y), 0, -np.sin(y)])
    assert np.degrees(np.arccos(cheek @ level)) == pytest.approx(30)
    assert cheek[1] < 0


def test_the_rings_and_points_are_those_of_the_face_mesh(parts):
    rings = parts["nodes"].RINGS
    assert rings["face"] == topology.face_oval
    assert (rings["right_eye"], rings["left_eye"]) == (topology.right_eye, topology.left_eye)
    assert rings["lips"] == topology.lips_outer
    assert set(parts["nodes"].STEADY.values()) <= set(topology.mesh_to_68) | {168}


def test_somebody_whom_the_track_does_not_know_is_refused_by_name(parts, seen):
    with pytest.raises(parts["problem"].Problem, match="'somebody': the track knows person1"):
        parts["nodes"].person_of(seen.track, "somebody")


def test_a_person_who_is_never_in_the_picture_gives_no_node(parts, track):
    made = known_track(FRAMES, unseen=FRAMES)
    write_track(made, track[1])
    read = parts["file"].read_track(track[1])
    with pytest.raises(parts["problem"].Problem, match="person1: in no frame"):
        parts["nodes"].Seen(read, read.people[0])


def press_copy(nuke, track, kind):
    node = nuke.create("FaceTrack")
    node["track_file"].setValue(str(track[1]))
    nuke.press(node, f"copy_{kind.lower()}")
    return node


@pytest.mark.parametrize("kind", ["Tracker4", "CornerPin2D", "Axis"])
def test_a_button_makes_a_node_beside_ours_in_one_step_that_can_be_undone(nuke, track, kind):
    node = press_copy(nuke, track, kind)
    made = nuke.nodes[-1]
    assert made.Class() == {"Axis": "Axis2"}.get(kind, kind)
    assert made.name() == f"FaceTrack1_person1_{kind}"
    assert made.parent() is nuke.root
    assert nuke.module.Undo.steps == [f"Faceplate: copy track as {kind}"]
    assert node["status"].value() == "not tracked"


def test_the_roto_is_drawn_with_a_shape_for_each_outline_and_a_key_for_each_frame(nuke, track):
    press_copy(nuke, track, "Roto")
    curves = nuke.nodes[-1]["curves"]
    assert curves.told
    assert [shape.name for shape in curves.rootLayer.shapes] == ["face", "right_eye", "left_eye", "lips"]
    ring = topology.face_oval
    face = curves.rootLayer.shapes[0]
    assert len(face.points) == len(ring)
    for point, index in zip(face.points, ring, strict=True):
        assert list(point.center.keys) == SEEN
        for frame, position in point.center.keys.items():
            landmark = track[0].people[0].landmarks_plate[FRAMES.index(frame), index]
            assert position == pytest.approx(nuke_point(landmark), abs=1e-4)


def test_without_a_track_the_status_says_so_and_nothing_is_made(nuke):
    node = nuke.create("FaceTrack")
    before = len(nuke.nodes)
    nuke.press(node, "copy_axis")
    assert "press Track" in node["status"].value()
    assert node["status"].value().startswith("failed: ")
    assert len(nuke.nodes) == before
    assert Path(node["track_file"].getEvaluatedValue()).name == "FaceTrack1.track"
