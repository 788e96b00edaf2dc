from pathlib import Path

import numpy as np
import pytest

from faceplate.demo import demo_model
from faceplate.graph import Outputs, Shot, deliver_shot, measure_shot_grain, open_encoded_plate, shot_job, track_shot
from faceplate.matte import FaceMatteSettings
from faceplate.plate import as_exr, open_plate
from faceplate.swap import FaceSwapSettings, load_model
from faceplate.track import FaceTrackSettings

# A few frames of each clip in which a face is seen; all are display video.
CLIPS = {
    "intel_asl_bird.mkv": "10-12",
    "intel_asl_book.mkv": "10-12",
    "intel_headpose_female.gif": "1-3",
    "lp_s18_threequarter_dolly.mp4": "40-42",
    "ls_demo1_woman.mp4": "30-32",
    "pf_face_noface.mov": "20-22",
    "pf_hand_occlusion.mp4": "20-22",
    "swapA_ls_demo2.mp4": "30-32",
    "swapB_ls_demo3.mp4": "30-32",
}


@pytest.mark.footage
@pytest.mark.usefixtures("face_pack")
@pytest.mark.parametrize("clip", sorted(CLIPS))
@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_the_walk_runs_on_real_clips_and_leaves_the_rest_alone(footage, tmp_path, clip, mode):
    plate = open_encoded_plate(str(footage / "clips" / clip), CLIPS[clip], "srgb_rec709_scene")
    track = track_shot(plate, FaceTrackSettings())
    grain = measure_shot_grain(plate, track.frames)
    model = load_model(demo_model)
    # The demo's model knows one face; its own matte says nothing about others.
    hull = FaceMatteSettings(model_matte=0.0)
    shot = Shot(plate, track, track.people[0], model, grain, FaceSwapSettings(mode=mode), hull)
    outputs = Outputs((str(tmp_path / "d.%04d.exr"), str(tmp_path / "d.%04d.dpx")), str(tmp_path / "m.%04d.exr"))
    assert deliver_shot(shot, track.frames, outputs, shot_job(shot, {})).made == track.frames
    for number in track.frames:
        before, after = as_exr(plate.read(number)), open_plate(outputs.finished[0]).read(number)
        matte = open_plate(str(outputs.matte)).read(number)
        data = before.header.data
        inside = np.zeros((data.height, data.width), bool)
        inside[matte.header.data.slices(data)] = matte.groups[0].pixels[..., 0] > 0
        same = (before.stored(data) == after.stored(data)).all(axis=-1)
        assert inside.any()
        assert same[~inside].all()
        assert not same[inside].all()


@pytest.mark.footage
def test_every_clip_of_the_folder_is_walked(footage):
    assert {path.name for path in Path(footage / "clips").iterdir()} == set(CLIPS)


@pytest.mark.footage
@pytest.mark.parametrize("clip", ["ls_demo1_woman.mp4", "pf_hand_occlusion.mp4", "swapB_ls_demo3.mp4"])
def test_what_codecs_left_of_texture_and_rounding_is_no_grain(footage, clip):
    plate = open_encoded_plate(str(footage / "clips" / clip), "10-80", "srgb_rec709_scene")
    assert not measure_shot_grain(plate, plate.frames).response.any()
