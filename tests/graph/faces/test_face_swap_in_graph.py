import numpy as np
import pytest
from face_scripts import ALPHA, FRAMES, RGB, WHOLE, Shot

from faceplate.cli import main
from faceplate.errors import FaceplateError
from faceplate.graph.render import Box
from faceplate.plate import open_plate
from faceplate.track import face_oval
from faceplate.values import Window
from shots import ENCODING


def samples(pattern, number=1002):
    frame = open_plate(str(pattern)).read(number)
    return frame.stored(frame.header.data).view(np.uint16)


def test_a_model_that_changes_nothing_gives_the_plates_own_samples(shot):
    shot.rendered(shot.script(shot.node("FaceSwap", "2"), shot.write()))
    for number in FRAMES:
        assert np.array_equal(samples(shot.folder / "out/out.%04d.exr", number), samples(shot.plate, number))


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_the_node_gives_what_the_command_line_gives(tmp_path, mode):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    shot.rendered(shot.script(shot.node("FaceSwap", "2", mode=mode), shot.write()))
    call = ["swap", shot.plate, "--track", f"{tmp_path}/shot.track", "--model", str(shot.model), "--mode", mode]
    call += ["--colourspace", ENCODING, "--grain", f"{tmp_path}/plate.grain", "--grain-amount", "0"]
    assert main([*call, "-o", f"{tmp_path}/cli/cli.%04d.exr"]) == 0
    ours, theirs, plate = (samples(tmp_path / name) for name in ("out/out.%04d.exr", "cli/cli.%04d.exr", shot.plate))
    # Where the two come to the edge of a half in light they may fall on either side of it: a unit in the last place.
    assert np.abs(ours.astype(int) - theirs).max() <= 1
    assert (ours != plate).any(axis=-1).mean() > 0.05
    assert np.array_equal((ours != plate).any(-1)[:40], (theirs != plate).any(-1)[:40])


def test_the_face_alone_merged_over_the_plate_is_the_comp(tmp_path):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    face = shot.node("FaceSwap", "2", output="face")
    over = "push $tracked\nMerge2 {\n inputs 2\n output rgb\n bbox B\n name Merge1\n}"
    comp = shot.pixels(shot.script(shot.node("FaceSwap", "2")), "FaceSwap1")
    assert np.array_equal(shot.pixels(shot.script(face, over), "Merge1"), comp)
    source = shot.source(shot.script(face), "FaceSwap1")
    assert source.info.outside == "black"
    assert source.info.box.width < WHOLE.width / 2


def test_mix_is_worked_in_the_group(tmp_path):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    whole, half, none = (
        shot.pixels(shot.script(shot.node("FaceSwap", "2", mix=mix)), "FaceSwap1") for mix in ("1", "0.5", "0")
    )
    plate = shot.pixels(shot.script(), "Read1")
    assert np.array_equal(none, plate)
    np.testing.assert_allclose(half, (whole + plate) / 2, rtol=1e-5, atol=1e-6)


def test_a_matte_of_the_artists_takes_the_place_of_the_nodes_own(tmp_path):
    shot = Shot(tmp_path, gain=0.5)
    matte = "Constant {\n inputs 0\n channels rgba\n color {0 0 0 1}\n name C\n}\nCrop {\n box {300 150 340 190}\n}"
    script = shot.script(matte, "push $tracked", shot.node("FaceSwap", "2"))
    changed = (shot.pixels(script, "FaceSwap1") != shot.pixels(script, "Read1")).any(-1)
    rows, columns = np.nonzero(changed)
    assert (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) == (300, 150, 340, 190)


def test_the_track_goes_with_the_picture_through_a_time_offset(tmp_path):
    shot = Shot(tmp_path, gain=0.5)
    later = "TimeOffset {\n time_offset 10\n name Late\n}"
    moved = shot.pixels(shot.script(later, shot.node("FaceSwap", "2")), "FaceSwap1", frame=1013)
    assert np.array_equal(moved, shot.pixels(shot.script(shot.node("FaceSwap", "2")), "FaceSwap1", frame=1003))


def test_a_switched_off_node_is_its_first_input(shot):
    script = shot.script(shot.node("FaceSwap", "2", disable="true", model_file="none.onnx"))
    assert np.array_equal(shot.pixels(script, "FaceSwap1"), shot.pixels(script, "Read1"))


def test_the_matte_is_the_outline_and_stands_beside_the_stream_or_alone(shot):
    ring = shot.track.people[0].landmarks_plate[FRAMES.index(1002)][list(face_oval)]
    script = shot.script(shot.node("FaceMatte", feather="0.5"))
    plane = shot.pixels(script, "FaceMatte1", channels=("matte.alpha",))[::-1, :, 0]
    area = 0.5 * abs(np.sum(ring[:, 0] * np.roll(ring[:, 1], -1) - ring[:, 1] * np.roll(ring[:, 0], -1)))
    assert plane.sum() == pytest.approx(area, rel=0.02)
    rows, columns = np.nonzero(plane > 0.5)
    found = Window(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    np.testing.assert_allclose(found, [*ring.min(axis=0), *ring.max(axis=0)], atol=1.5)
    assert np.array_equal(shot.pixels(script, "FaceMatte1"), shot.pixels(script, "Read1"))
    alone = shot.script(shot.node("FaceMatte", feather="0.5", output="matte"))
    assert shot.source(alone, "FaceMatte1").info.channels == (ALPHA,)
    assert np.array_equal(shot.pixels(alone, "FaceMatte1", channels=(ALPHA,))[::-1, :, 0], plane)


def test_any_part_of_a_result_is_that_part_of_the_whole(tmp_path):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    script = shot.script(shot.node("FaceDegrain"), shot.node("FaceSwap", "2", mode="replace"))
    whole = shot.pixels(script, "FaceSwap1")
    for part in (Box(0, 0, 5, 5), Box(250, 100, 411, 233), Box(-3, -4, 300, 200), Box(600, 300, 650, 370)):
        inside = part.intersect(WHOLE)
        seen = shot.pixels(script, "FaceSwap1", box=part)[inside.slices(part)]
        assert np.array_equal(seen, whole[inside.slices(WHOLE)])


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"model_file": "none.onnx"}, ["FaceSwap1.model_file", "none.onnx"]),
        ({"model_file": '""'}, ["FaceSwap1.model_file", "nothing"]),
        ({"person": "nobody"}, ["FaceSwap1.person", "nobody", "person1"]),
        ({"track_file": "none.track"}, ["FaceSwap1.track_file", "none.track"]),
        ({"exposure_smooth": "1"}, ["FaceSwap1.exposure_smooth", "2 to 240 frames"]),
        ({"device": "cuda"}, ["FaceSwap1.device", "cuda"]),
        ({"model_file": "/dev/zero"}, ["FaceSwap1.model_file", "/dev/zero", "ONNX"]),
        ({"faceplate_class": '"FaceSwap 99"'}, ["FaceSwap1.faceplate_class", "FaceSwap 99", "update Faceplate"]),
    ],
)
def test_what_cannot_be_is_said_with_node_knob_and_next_step(shot, knobs, words):
    script = shot.script(shot.node("FaceSwap", "2", **knobs), shot.write())
    with pytest.raises(FaceplateError) as refusal:
        shot.rendered(script)
    assert all(word in str(refusal.value) for word in words)
    assert not (shot.folder / "out").exists() or not list((shot.folder / "out").glob("*.exr"))


def test_a_node_without_a_track_above_says_so(shot):
    script = shot.script("push $plate", shot.node("FaceSwap", "2"))
    with pytest.raises(FaceplateError, match="put a FaceTrack above"):
        shot.pixels(script, "FaceSwap1")


def test_a_picture_of_another_size_than_the_tracked_one_is_refused(shot):
    smaller = "Reformat {\n type scale\n scale 0.5\n name Half\n}"
    with pytest.raises(FaceplateError, match=r"track of generated.*640x360"):
        shot.pixels(shot.script(smaller, shot.node("FaceSwap", "2")), "FaceSwap1")


def test_a_frame_that_was_not_tracked_is_refused(shot):
    with pytest.raises(FaceplateError, match="frame 1004"):
        shot.pixels(shot.script(shot.node("FaceSwap", "2")), "FaceSwap1", frame=1004)


def test_the_receipt_names_model_track_and_consent(shot):
    shot.rendered(shot.script(shot.node("FaceSwap", "2"), shot.write()))
    header = open_plate(f"{shot.folder}/out/out.%04d.exr").read(1002).header
    assert header.attribute("faceplate/consent") == "nobody is shown"
    assert len(header.attribute("faceplate/model_digest")) == 64
    assert RGB


def test_a_group_of_an_earlier_version_is_rendered_and_said(shot):
    script = shot.script(shot.node("FaceSwap", "2", faceplate_class='"FaceSwap 1"'), shot.write())
    assert shot.rendered(script).notes == ("FaceSwap1 was made as FaceSwap 1 and is rendered as FaceSwap 4",)
