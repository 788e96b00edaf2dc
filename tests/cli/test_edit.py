"""`faceplate edit`: a track mended by hand, and `faceplate track` that keeps what was mended."""

import json
from dataclasses import replace

import numpy as np
import pytest

from faceplate.cli import main
from faceplate.cli.commands import track as track_command
from faceplate.errors import PlateError
from faceplate.graph import open_encoded_plate
from faceplate.track import edit, frame_digest, read_track, write_track
from shots import known_track, write_plate

FRAMES = tuple(range(1001, 1011))


@pytest.fixture
def path(tmp_path):
    write_track(known_track(FRAMES), tmp_path / "shot.track")
    return tmp_path / "shot.track"


@pytest.fixture
def crowd(path):
    """A track of two people."""
    one, two = (known_track(FRAMES, middle=middle).people[0] for middle in ((200.0, 190.0), (450.0, 190.0)))
    write_track(replace(known_track(FRAMES), people=(one, replace(two, name="person2"))), path)
    return path


def called(path, *words):
    return main(["edit", str(path), *map(str, words)])


def told(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])


def row(frame):
    return FRAMES.index(frame)


def test_a_landmark_is_put_where_it_is_said(path, capsys):
    assert called(path, "set", "--frame", 1004, "--point", 1, 331.5, 200.25, "--point", 9, 340, 180, "--json") == 0
    result = told(capsys)
    assert (result["edits"], result["output"]) == (1, str(path))
    person = read_track(path).people[0]
    np.testing.assert_array_equal(person.landmarks_plate[row(1004)][[1, 9]], [[331.5, 200.25], [340, 180]])
    assert person.by_hand[row(1004)].sum() == 2


def test_a_group_is_moved_and_negative_numbers_need_no_care(path):
    before = read_track(path).people[0].landmarks_plate[row(1004)][33]
    assert called(path, "move", "--frame", 1004, "--person", "person1", "--group", "right_eye", "--by", -3.5, -2) == 0
    after = read_track(path).people[0].landmarks_plate[row(1004)][33]
    np.testing.assert_allclose(after - before, [-3.5, -2], atol=1e-3)


def test_the_alignment_is_set_by_six_numbers(path):
    matrix = [0.009, 0.0, -2.4, 0.0, 0.009, -1.2]
    assert called(path, "align", "--frame", 1004, "--matrix", *matrix) == 0
    np.testing.assert_array_equal(read_track(path).people[0].alignment[row(1004)], np.reshape(matrix, (2, 3)))


def test_people_are_named_split_merged_and_dropped(crowd):
    def names():
        return {person.name: [FRAMES[at] for at in np.flatnonzero(person.seen)] for person in read_track(crowd).people}

    assert called(crowd, "name", "--person", "person2", "--to", "Zoë") == 0
    assert set(names()) == {"person1", "Zoë"}
    assert called(crowd, "split", "--person", "Zoë", "--frame", 1006, "--name", "stunt") == 0
    assert names()["stunt"] == [1006, 1007, 1008, 1009, 1010]
    assert called(crowd, "merge", "--person", "Zoë", "--with", "stunt") == 0
    assert names()["Zoë"] == list(FRAMES)
    assert called(crowd, "drop", "--person", "person1") == 0
    assert set(names()) == {"Zoë"}


def test_an_absent_person_is_not_seen_in_those_frames(path):
    assert called(path, "absent", "--frames", "1003-1004,1008") == 0
    track = read_track(path)
    assert [FRAMES[at] for at in np.flatnonzero(~track.people[0].seen)] == [1003, 1004, 1008]
    assert [(edit.frame, edit.last_frame) for edit in track.edits] == [(1003, 1004), (1008, 1008)]


def test_edits_are_listed_in_words_and_as_json_and_taken_back(path, capsys):
    called(path, "move", "--frame", 1004, "--group", "lips", "--turn", 3)
    called(path, "move", "--frame", 1006, "--scale", 1.1)
    capsys.readouterr()
    assert called(path, "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.split()[:5] == ["1", "lips", "set", "on", "frame"]
    assert first.endswith("by command line")
    assert "alignment set on frame 1006" in second
    assert called(path, "list", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["edits"]
    assert [(edit["kind"], edit["frame"]) for edit in listed] == [("points", 1004), ("alignment", 1006)]
    assert called(path, "undo") == 0
    assert [edit.frame for edit in read_track(path).edits] == [1004]
    assert called(path, "clear") == 0
    assert read_track(path).edits == ()
    capsys.readouterr()
    assert called(path, "list") == 0
    assert capsys.readouterr().out == "no edits\n"


def test_inspect_tells_in_words_what_a_track_holds(path, capsys):
    called(path, "move", "--frame", 1004, "--group", "lips", "--by", 0, 2)
    capsys.readouterr()
    assert main(["inspect", str(path)]) == 0
    words = capsys.readouterr().out
    assert "frames: 1001-1010" in words
    assert "person1: seen in 10 of 10 frames, 1001-1010" in words
    assert "set by hand: 1004" in words
    assert "edits: points 1" in words
    assert "doubts:" in words


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["move", "--frame", "1004"], 2, ["--by, --turn or --scale", "--by 0 0 holds it"]),
        (["move", "--frame", "1020", "--by", "1", "1"], 1, ["frame 1020", "1001-1010"]),
        (["move", "--frame", "1004", "--person", "ann", "--by", "1", "1"], 1, ["'ann'", "person1"]),
        (["move", "--frame", "1004", "--by", "1e9", "1"], 2, ["within 4 plate sizes"]),
        (["move", "--frame", "1004", "--group", "nose", "--by", "nan", "1"], 2, ["finite pixels", "by nan 1"]),
        (["move", "--frame", "1004", "--turn", "inf"], 2, ["finite pixels and degrees", "turn inf"]),
        (["set", "--frame", "1004", "--point", "500", "1", "1"], 2, ["0 to 477"]),
        (["set", "--frame", "1004", "--point", "1.5", "1", "1"], 2, ["0 to 477", "came 1.5"]),
        (["set", "--frame", "1004", "--point", "inf", "1", "1"], 2, ["0 to 477", "came inf"]),
        (["set", "--frame", "1004", "--point", "4", "nan", "1"], 2, ["expected target as a place for each landmark"]),
        (["name", "--to", ""], 2, ["a name on one line", "came ''"]),
        (["name", "--to", "Ann\x1b[31m"], 2, ["a name on one line", "x1b"]),
        (["split", "--frame", "1004", "--name", " "], 2, ["a name on one line", "came ' '"]),
        (["split", "--frame", "1004", "--name", "person1"], 2, ["one that nobody has", "came 'person1'"]),
        (["align", "--frame", "1004", "--matrix", "0", "0", "0", "0", "0", "0"], 2, ["face square"]),
        (["drop", "--person", "ann"], 1, ["'ann'", "person1"]),
        (["absent", "--frames", "1016-1010"], 2, ["--frames", "1010-1016"]),
        (["absent", "--frames", "1020-1030"], 1, ["1001-1010"]),
        (["undo"], 1, ["an edit made by command line", "none"]),
    ],
)
def test_what_cannot_be_is_said_with_what_there_is_and_the_track_stays(path, capsys, words, code, said):
    before = path.read_bytes()
    assert main(["edit", str(path), *words]) == code
    complaint = capsys.readouterr().err.replace("\n", " ")
    assert all(each in complaint for each in said)
    assert path.read_bytes() == before


@pytest.mark.parametrize("group", ["ear", "", "eye"])
def test_an_unknown_group_is_refused_with_those_there_are(path, capsys, group):
    with pytest.raises(SystemExit) as ended:
        called(path, "move", "--frame", 1004, "--group", group, "--by", 1, 1)
    assert ended.value.code == 2
    complaint = capsys.readouterr().err
    assert all(name in complaint for name in ("whole", "right_eye", "lips", "nose"))


def test_where_everybody_was_dropped_the_way_back_is_said(path, capsys):
    called(path, "drop")
    capsys.readouterr()
    assert called(path, "move", "--frame", 1004, "--by", 1, 1) == 2
    said = capsys.readouterr().err.replace("\n", " ")
    assert "expected somebody to mend; came nobody" in said
    assert "undo" in said


def test_an_edit_is_told_with_its_landmark_and_all_of_its_frames(path, capsys):
    called(path, "set", "--frame", 1004, "--point", 4, 331.5, 200.25)
    called(path, "absent", "--frames", "1006-1008")
    capsys.readouterr()
    called(path, "list")
    one, gone = capsys.readouterr().out.splitlines()
    assert one.split()[1:6] == ["landmark", "4", "set", "on", "frame"]
    assert "not there on frames 1006-1008" in gone


def test_of_several_people_one_has_to_be_named(crowd, capsys):
    assert called(crowd, "move", "--frame", 1004, "--by", 1, 1) == 2
    assert "name one of person1, person2" in capsys.readouterr().err.replace("\n", " ")


def test_a_track_that_cannot_be_written_is_as_it_was(path, monkeypatch):
    before = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    assert called(path, "move", "--frame", 1004, "--by", 1, 1) == 1
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == ["shot.track"]


def test_an_edit_whose_frame_is_gone_is_kept_and_named(path, capsys):
    called(path, "move", "--frame", 1010, "--by", 1, 1)
    track = read_track(path)
    cut = known_track(FRAMES[:5])
    write_track(replace(cut, edits=track.edits), path)
    capsys.readouterr()
    assert called(path, "move", "--frame", 1002, "--by", 1, 1) == 0
    noted = capsys.readouterr().err.replace("\n", " ")
    assert "edit 1 changes nothing: frame 1010 is not in the track of 1001-1005" in noted
    assert len(read_track(path).edits) == 2


@pytest.fixture
def tracked(path, monkeypatch):
    """A way to call `faceplate track` onto the path, with a tracker that gives a known track."""
    plate = write_plate(path.parent / "plate", (1001, 1002))

    def call(*words, found=None):
        made = found or known_track(FRAMES, drift_px=3.1)
        monkeypatch.setattr(track_command, "track_shot", lambda *_, edits=(), **__: edit.with_edits(made, *edits))
        encoded = ["--colourspace", "ARRI LogC3 (EI800)"]
        return main(["track", plate, *encoded, "-o", str(path), *words])

    return call


def test_a_new_track_keeps_the_edits_of_the_one_before_and_says_so(path, tracked, capsys):
    called(path, "set", "--frame", 1004, "--point", 1, 331.5, 200.25)
    capsys.readouterr()
    assert tracked() == 0
    assert "edits kept from the track before: 1" in capsys.readouterr().out
    np.testing.assert_array_equal(read_track(path).people[0].landmarks_plate[row(1004)][1], [331.5, 200.25])


def test_edits_are_forgotten_where_that_is_asked(path, tracked):
    called(path, "set", "--frame", 1004, "--point", 1, 331.5, 200.25)
    assert tracked("--forget-edits") == 0
    assert read_track(path).edits == ()


def test_edits_that_find_nothing_in_the_new_track_are_kept_and_named(path, tracked, capsys):
    called(path, "set", "--frame", 1009, "--point", 1, 331.5, 200.25)
    capsys.readouterr()
    assert tracked(found=known_track(FRAMES[:5])) == 0
    assert "edit 1 is kept and changes nothing: frame 1009" in capsys.readouterr().err.replace("\n", " ")
    assert len(read_track(path).edits) == 1


def test_a_file_that_is_no_track_is_not_lost_without_being_asked(path, tracked, capsys):
    path.write_bytes(b"notes")
    assert tracked() == 1
    said = capsys.readouterr().err.replace("\n", " ")
    assert "a track whose edits can be kept" in said
    assert "--forget-edits" in said
    assert path.read_bytes() == b"notes"
    assert tracked("--forget-edits") == 0
    assert read_track(path).frames == FRAMES


def test_edits_of_another_size_of_plate_are_refused_before_any_work(path, tracked, capsys):
    called(path, "set", "--frame", 1004, "--point", 1, 331.5, 200.25)
    write_track(replace(read_track(path), size=(1280, 720)), path)
    before = path.read_bytes()
    assert tracked() == 1
    assert "expected a plate of 1280x720" in capsys.readouterr().err.replace("\n", " ")
    assert path.read_bytes() == before


def test_edits_made_on_other_pictures_are_refused_before_any_work_unless_that_is_meant(path, tracked, capsys):
    frames = open_encoded_plate(write_plate(path.parent / "earlier", FRAMES), None, "ACEScg")
    digests = tuple(frame_digest(frames.read(number)) for number in FRAMES)
    write_track(replace(read_track(path), digests=(digests[0], *reversed(digests[1:]))), path)
    called(path, "set", "--frame", 1002, "--point", 1, 331.5, 200.25)
    before = path.read_bytes()
    assert tracked() == 1
    said = capsys.readouterr().err.replace("\n", " ")
    assert f"frame 1002: expected the picture that they were made on, digest {digests[-1]}" in said
    assert "--other-plate" in said
    assert path.read_bytes() == before
    assert tracked("--other-plate") == 0
    assert len(read_track(path).edits) == 1
    write_track(replace(read_track(path), digests=digests), path)
    assert tracked() == 0


@pytest.mark.usefixtures("tracked")
def test_a_track_that_fails_leaves_the_one_before(path, monkeypatch):
    called(path, "set", "--frame", 1004, "--point", 1, 331.5, 200.25)
    before = path.read_bytes()

    def broken(*_, **__):
        raise PlateError("plate.1002.exr", expected="a frame", came="none", next_step="restore it")

    monkeypatch.setattr(track_command, "track_shot", broken)
    assert main(["track", str(path.parent / "plate/plate.%04d.exr"), "--colourspace", "ACEScg", "-o", str(path)]) == 1
    assert path.read_bytes() == before
