"""Keys on FaceTrack's knobs: frames that are set by hand, met by the track that the render goes by."""

from dataclasses import replace

import numpy as np
import pytest
from face_scripts import FRAMES, ROOT

from faceplate.errors import ScriptError
from faceplate.graph import RenderSettings, render_script
from faceplate.graph.gizmo import hand_knobs
from faceplate.graph.script import parse_script
from faceplate.track import edit, read_track, write_track
from faceplate.track.edit import Move
from shots import ENCODING, known_track, write_plate

NAMES = {"x": 0, "y": 0, "turn": 0, "scale": 1}


@pytest.fixture
def render(tmp_path):
    """Renders a plate through FaceTrack nodes, `{name: knobs}`, which go by one track; gives its notes."""
    plate = write_plate(tmp_path / "plate", FRAMES)
    write_track(known_track(FRAMES), tmp_path / "shot.track")

    def rendered(**nodes):
        texts = [
            ROOT,
            f'Read {{\n inputs 0\n file {plate}\n first 1001\n last 1003\n colorspace "{ENCODING}"\n}}\n',
        ]
        for name, knobs in nodes.items():
            lines = "".join(f" {knob} {value}\n" for knob, value in knobs.items())
            texts.append(f"FaceTrack {{\n name {name}\n track_file {tmp_path}/shot.track\n{lines}}}\n")
        texts.append(f"Write {{\n file {tmp_path}/out/out.%04d.exr\n name Write1\n}}")
        return render_script(parse_script("".join(texts)), settings=RenderSettings(anew=True)).notes

    return rendered


@pytest.fixture
def path(tmp_path):
    return tmp_path / "shot.track"


def keyed(*keys):
    return "{{curve " + " ".join(f"x{frame} {value}" for frame, value in keys) + "}}"


def points_of(path, frame, group):
    return read_track(path).people[0].landmarks_plate[FRAMES.index(frame)][list(edit.groups[group])]


def test_a_key_moves_its_group_from_where_the_track_has_it_to_the_right_and_up(render, path):
    before = points_of(path, 1002, "lips")
    assert render(FaceTrack1={"hand_lips_x": keyed((1002, 4.5)), "hand_lips_y": "2"}) == ()
    np.testing.assert_allclose(
        points_of(path, 1002, "lips") - before, np.tile([4.5, -2.0], (len(before), 1)), atol=1e-3
    )
    (made,) = read_track(path).edits
    assert (made.kind, made.frame, made.origin) == ("points", 1002, "FaceTrack1")


def test_a_turn_goes_to_the_left_as_nuke_turns_things(render, path):
    track = read_track(path)
    render(
        FaceTrack1={"hand_nose_turn": keyed((1001, 0), (1002, 10)), "hand_nose_scale": keyed((1001, 1), (1002, 1.5))}
    )
    first, second = read_track(path).edits
    (wanted,) = edit.moved_groups(track, "person1", 1002, {"nose": Move(turn_deg=-10, scale=1.5)})
    np.testing.assert_allclose(second.target, wanted.target, atol=1e-9)
    # A key without a move holds the group where it is.
    assert (first.frame, second.frame) == (1001, 1002)
    np.testing.assert_allclose(first.target, points_of_track(track, 1001, "nose"), atol=1e-9)


def points_of_track(track, frame, group):
    return track.people[0].landmarks_plate[FRAMES.index(frame)][list(edit.groups[group])]


def test_a_key_on_the_whole_face_sets_its_alignment(render, path):
    track = read_track(path)
    render(FaceTrack1={"hand_whole_x": keyed((1003, 8))})
    (made,) = read_track(path).edits
    assert (made.kind, made.frame) == ("alignment", 1003)
    (wanted,) = edit.moved_groups(track, "person1", 1003, {"whole": Move((8.0, 0.0))})
    np.testing.assert_allclose(read_track(path).people[0].alignment[2], wanted.target, atol=1e-12)


def test_the_same_keys_again_write_nothing_and_other_keys_start_from_the_track_without_them(render, path):
    before = points_of(path, 1002, "lips")
    render(FaceTrack1={"hand_lips_x": keyed((1002, 4.5))})
    once = path.read_bytes()
    path.with_name("shot.track.keys").unlink()
    for _ in range(2):
        render(FaceTrack1={"hand_lips_x": keyed((1002, 4.5))})
        assert path.read_bytes() == once
    render(FaceTrack1={"hand_lips_x": keyed((1002, -1.0))})
    np.testing.assert_allclose((points_of(path, 1002, "lips") - before)[:, 0], -1.0, atol=1e-3)


def test_keys_that_are_gone_leave_the_track_as_it_was_and_an_artists_other_edits_stay(render, path):
    given = edit.with_edits(read_track(path), edit.set_points(read_track(path), "person1", 1001, {1: (330.0, 200.0)}))
    write_track(given, path)
    render(FaceTrack1={"hand_lips_x": keyed((1002, 4.5))})
    assert len(read_track(path).edits) == 2
    render(FaceTrack1={})
    back = read_track(path)
    assert back.edits == given.edits
    np.testing.assert_array_equal(back.people[0].landmarks_plate, given.people[0].landmarks_plate)


def test_a_node_that_is_called_otherwise_does_not_move_the_face_twice(render, path):
    before = points_of(path, 1002, "lips")
    render(FaceTrack1={"hand_lips_x": keyed((1002, 4.5))})
    render(Hero={"hand_lips_x": keyed((1002, 4.5))})
    np.testing.assert_allclose((points_of(path, 1002, "lips") - before)[:, 0], 4.5, atol=1e-3)
    assert [made.origin for made in read_track(path).edits] == ["Hero"]


def test_two_nodes_of_one_track_keep_each_others_keys(render, path):
    people = (known_track(FRAMES).people[0], replace(known_track(FRAMES, middle=(500.0, 190.0)).people[0], name="ann"))
    write_track(replace(known_track(FRAMES), people=people), path)
    one = {"hand_lips_x": keyed((1002, 4.5))}
    other = {"hand_nose_y": keyed((1003, 2)), "hand_person": "ann"}
    for _ in range(2):
        render(FaceTrack1=one, FaceTrack2=other)
        made = [(each.origin, each.frame) for each in read_track(path).edits if each.kind == "points"]
        assert sorted(made) == [("FaceTrack1", 1002), ("FaceTrack2", 1003)]


def test_without_a_key_nothing_is_set_and_a_move_that_says_nothing_is_noted(render, path):
    before = path.read_bytes()
    (note,) = render(FaceTrack1={"hand_lips_x": "4.5"})
    assert "FaceTrack1: lips is moved without a key" in note
    assert render(FaceTrack1={"hand_lips_x": "0"}) == ()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ([(1002.5, 4)], "a key of lips at 1002.5 is on no whole frame"),
        ([(1020, 4)], "the key on frame 1020 waits"),
    ],
)
def test_a_key_that_finds_no_frame_waits_and_says_so(render, path, keys, words):
    (note,) = render(FaceTrack1={"hand_lips_x": keyed(*keys)})
    assert words in note
    assert read_track(path).edits == ()


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"hand_lips_x": "{frame*2}"}, ["FaceTrack1.hand_lips_x", "frame*2", "set keys"]),
        ({"hand_lips_x": '"{{curve x1002 oops}}"'}, ["FaceTrack1.hand_lips_x", "oops"]),
        ({"hand_lips_x": keyed((1002, 1e9))}, ["FaceTrack1", "within 4 plate sizes", "keys on frame 1002"]),
        ({"hand_lips_scale": keyed((1002, 0))}, ["FaceTrack1", "above 0", "keys on frame 1002"]),
        ({"hand_lips_x": keyed((1002, 1)), "hand_person": "ann"}, ["FaceTrack1.hand_person", "person1", "ann"]),
    ],
)
def test_what_no_key_can_say_is_refused_with_node_and_knob_and_the_track_stays(render, path, knobs, words):
    before = path.read_bytes()
    with pytest.raises(ScriptError) as refused:
        render(FaceTrack1=knobs)
    assert all(word in str(refused.value) for word in words)
    assert path.read_bytes() == before


def test_a_new_track_has_the_edits_of_the_one_whose_place_it_takes(render, path, tmp_path):
    old = read_track(path)
    write_track(
        edit.with_edits(old, edit.set_points(old, "person1", 1001, {1: (330.0, 200.0)})), tmp_path / "old.track"
    )
    assert render(FaceTrack1={"faceplate_edits_from": f"{tmp_path}/old.track"}) == ()
    np.testing.assert_array_equal(read_track(path).people[0].landmarks_plate[0, 1], [330.0, 200.0])
    write_track(replace(read_track(tmp_path / "old.track"), digests=("other", "b", "c")), tmp_path / "old.track")
    write_track(replace(old, digests=("a", "b", "c")), path)
    (note,) = render(FaceTrack1={"faceplate_edits_from": f"{tmp_path}/old.track"})
    assert "frames 1001 were set by hand on other pictures than these" in note
    np.testing.assert_array_equal(read_track(path).people[0].landmarks_plate[0, 1], [330.0, 200.0])
    (tmp_path / "old.track").write_text("damaged")
    (note,) = render(FaceTrack1={"faceplate_edits_from": f"{tmp_path}/old.track"})
    assert "what was set by hand before is not kept" in note


def test_every_group_of_the_panel_is_one_of_the_tracks():
    assert set(hand_knobs) <= set(edit.groups)
    for knobs in hand_knobs.values():
        assert [knob.rpartition("_")[2] for knob in knobs] == list(NAMES)


def test_a_group_of_an_earlier_version_without_the_knobs_that_came_later_is_rendered(tmp_path):
    plate = write_plate(tmp_path / "plate", FRAMES)
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    text = (
        f'{ROOT}Read {{\n inputs 0\n file {plate}\n first 1001\n last 1003\n colorspace "{ENCODING}"\n}}\n'
        f"Group {{\n name FaceTrack1\n addUserKnob {{20 F}}\n addUserKnob {{1 faceplate_class}}\n"
        ' faceplate_class "FaceTrack 1"\n addUserKnob {2 track_file}\n'
        f" track_file {tmp_path}/shot.track\n}}\n"
        "Input {\n inputs 0\n name plate\n}\n"
        "NoOp {\n name Tracked\n addUserKnob {1 faceplate_result}\n faceplate_result FaceTrack\n}\n"
        f"Output {{\n name Output1\n}}\nend_group\nWrite {{\n file {tmp_path}/out/out.%04d.exr\n name Write1\n}}"
    )
    done = render_script(parse_script(text), settings=RenderSettings())
    assert done.made["Write1"] == FRAMES
    assert done.notes == ("FaceTrack1 was made as FaceTrack 1 and is rendered as FaceTrack 2",)
