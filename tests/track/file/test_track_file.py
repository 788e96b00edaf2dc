import json
from dataclasses import fields, replace

import numpy as np
import pytest
from safetensors.numpy import load, save
from stored_track import FRAMES, about_with, motion, rewritten

from faceplate.errors import StorageError, TrackError
from faceplate.track import read_track, track_as_json, write_track


def same_bits(one, other):
    assert one.dtype == other.dtype
    assert one.shape == other.shape
    return one.tobytes() == other.tobytes()


def arrays_in(value):
    return {each.name: getattr(value, each.name) for each in fields(value) if each.name not in ("name", "motion")}


def test_a_track_comes_back_bit_for_bit(track, path):
    back = read_track(path)
    assert replace(back, people=(), measured=()) == replace(track, people=(), measured=())
    pairs = [*zip(back.people, track.people, strict=True), *zip(back.measured, track.measured, strict=True)]
    pairs.append((back.measured[0].motion, track.measured[0].motion))
    for one, other in pairs:
        assert all(same_bits(array, getattr(other, name)) for name, array in arrays_in(one).items())
    assert [person.name for person in back.people] == ["person1", "Zoë"]
    assert back.measured[1].motion is None


def test_a_still_whose_motion_holds_no_pair_of_frames_comes_back(track, tmp_path):
    still = replace(track.measured[0], motion=motion(4, pairs=()))
    write_track(replace(track, measured=(still, track.measured[1])), tmp_path / "still.track")
    back = read_track(tmp_path / "still.track").measured[0].motion
    assert back is not None
    assert back.pairs.shape == (0, 2)


def test_a_track_without_measurements_or_focal_length_comes_back_without(track, tmp_path):
    write_track(replace(track, measured=(), edits=(), digests=(), cuts=(), focal_px=np.nan), tmp_path / "other.track")
    back = read_track(tmp_path / "other.track")
    assert (back.measured, back.edits, back.digests, back.cuts) == ((), (), (), ())
    assert np.isnan(back.focal_px)


def as_version_1(path, *absent):
    """The file as Faceplate wrote it before measurements were kept: these entries, and at most these arrays."""
    about = json.loads(about_with(path)["faceplate_track"])
    kept = ("plate", "frames", "size", "pixel_aspect", "landmarker", "names")
    text = json.dumps({"version": 1, **{name: about[name] for name in kept}})
    gone = {name: None for name in load(path.read_bytes()) if name.startswith("m") or name.partition(".")[2] in absent}
    return rewritten(path, {"faceplate_track": text}, gone)


def test_a_track_of_version_1_is_read_without_what_it_lacks(track, path):
    back = read_track(as_version_1(path, "exposure", "place_cm", "residual_px", "doubts"))
    assert (back.measured, back.edits, back.digests, back.cuts, back.settings) == ((), (), (), (), {})
    for found, made in zip(back.people, track.people, strict=True):
        assert all(np.isnan(getattr(found, name)).all() for name in ("exposure", "place_cm", "residual_px"))
        assert not found.doubts.any()
        assert found.place_cm.shape == (FRAMES, 3)
        assert same_bits(found.landmarks_plate, made.landmarks_plate)
    json.dumps(track_as_json(back), allow_nan=False)


def test_entries_of_version_2_in_a_file_of_version_1_are_not_gone_by(path):
    back = read_track(rewritten(path, about_with(path, version=1)))
    assert (back.measured, back.edits, back.cuts) == ((), (), ())


def test_equal_tracks_make_equal_files(track, tmp_path, path):
    write_track(track, tmp_path / "again.track")
    assert (tmp_path / "again.track").read_bytes() == path.read_bytes()


def test_writing_leaves_nothing_beside_the_file(path):
    assert [each.name for each in path.parent.iterdir()] == ["shot.track"]


def test_an_earlier_file_is_replaced_whole(track, path):
    write_track(replace(track, plate="other"), path)
    assert read_track(path).plate == "other"


def test_a_folder_that_is_not_there_is_made(track, tmp_path):
    write_track(track, tmp_path / "absent" / "shot.track")
    assert read_track(tmp_path / "absent" / "shot.track").frames == track.frames


def test_a_folder_that_cannot_be_made_is_said(track, tmp_path):
    (tmp_path / "file").write_text("stands here")
    with pytest.raises(StorageError, match=r"file/shot\.track: expected room here, and the right to write"):
        write_track(track, tmp_path / "file" / "shot.track")


def test_a_name_that_is_taken_by_a_folder_is_said_and_nothing_is_left(track, tmp_path):
    (tmp_path / "shot.track" / "inside").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"shot\.track"):
        write_track(track, tmp_path / "shot.track")
    assert [each.name for each in tmp_path.iterdir()] == ["shot.track"]


@pytest.mark.parametrize("length", [0, 1, 7, 8, 100, 5000, -1])
def test_a_truncated_file_is_refused(path, length):
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(TrackError, match=r"shot.track: expected a whole track file"):
        read_track(path)


@pytest.mark.parametrize("content", [b"\x80\x04\x95cos\nsystem\n", b"{}" * 40, b"\xff" * 64, b"\x00" * 64])
def test_a_file_of_another_kind_is_refused(tmp_path, content):
    (tmp_path / "odd.track").write_bytes(content)
    with pytest.raises(TrackError, match=r"odd.track: expected"):
        read_track(tmp_path / "odd.track")


def test_an_absent_file_is_said(tmp_path):
    with pytest.raises(TrackError, match=r"absent\.track"):
        read_track(tmp_path / "absent.track")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(TrackError, match="expected a whole track file"):
        read_track(tmp_path)


def test_other_safetensors_are_refused(tmp_path):
    (tmp_path / "weights.safetensors").write_bytes(save({"w": np.zeros(3)}))
    with pytest.raises(TrackError, match="expected a Faceplate track; came a safetensors file of another kind"):
        read_track(tmp_path / "weights.safetensors")


def test_a_newer_version_is_refused_with_the_next_step(path):
    with pytest.raises(TrackError, match=r"expected track version 1 or 2; came version 3. Next: read it with"):
        read_track(rewritten(path, about_with(path, version=3)))
