"""Real stills and clips, frame by frame: who is found, who is not, and where MediaPipe itself finds them."""

import re

import numpy as np
import pytest

from faceplate.plate import open_plate
from faceplate.track import FaceTrackSettings
from faceplate.track.find.detect import detect_whole, display_picture

pytestmark = pytest.mark.footage

# Orientation 1 is stored upright: what the others show once they are turned.
TURNED = range(2, 9)
LANDMARKS_PX = 2.0
# Corners of the detection box, in pixels of a face 234 px wide.
DETECTION_PX = 12.0


@pytest.fixture(scope="module")
def faces_of(footage, look):
    def find(name, number=None, **knobs):
        plate = open_plate(str(footage / name))
        frame = plate.read(plate.frames[0] if number is None else number)
        return look(frame, **knobs).faces

    return find


def test_landmarks_are_those_of_mediapipes_own_face_landmarker(footage, faces_of):
    text = (footage / "stills/golden/portrait_expected_face_landmarks.pbtxt").read_text()
    expected = np.array(re.findall(r"x: (\S+)\s+y: (\S+)", text), float) * [820, 1024]
    (face,) = faces_of("stills/golden/portrait.jpg")
    assert expected.shape == (478, 2)
    assert np.linalg.norm(face.landmarks_plate - expected, axis=1)[:468].mean() < LANDMARKS_PX


@pytest.mark.parametrize("kind", ["short", "full"])
def test_the_detected_eyes_and_mouth_are_mediapipes_own(footage, networks, as_is, kind):
    name = "portrait_expected_detection" if kind == "short" else "portrait_expected_full_range_detection"
    text = (footage / f"stills/golden/{name}.pbtxt").read_text()
    expected = np.array(re.findall(r"x: (\S+)\s+y: (\S+)", text), float) * [820, 1024]
    frame = open_plate(str(footage / "stills/golden/portrait.jpg")).read(1)
    settings = FaceTrackSettings(detector_range=kind)
    (head,) = detect_whole(networks, frame, display_picture(frame, as_is), settings)
    np.testing.assert_allclose(head.keypoints_square, expected, atol=DETECTION_PX)


@pytest.mark.parametrize("tiles", ["auto", "on", "off"])
@pytest.mark.parametrize("kind", ["auto", "short", "full"])
@pytest.mark.parametrize("name", ["noface_grass.jpg", "noface_mountain.jpg"])
def test_a_picture_without_a_face_has_nobody_in_it(faces_of, name, kind, tiles):
    assert faces_of(f"stills/{name}", detector_range=kind, tiles=tiles) == ()


@pytest.mark.parametrize("tiles", ["auto", "on", "off"])
@pytest.mark.parametrize("kind", ["auto", "short", "full"])
@pytest.mark.parametrize("number", [73, 90, 110])
def test_the_half_of_a_clip_without_a_face_has_nobody_in_it(faces_of, kind, tiles, number):
    assert faces_of("clips/pf_face_noface.mov", number, detector_range=kind, tiles=tiles) == ()


def test_stills_turned_by_their_header_show_the_same_upright_face(faces_of):
    faces = [faces_of(f"stills/exif/hopper_orientation_{turned}.jpg") for turned in TURNED]
    assert [len(found) for found in faces] == [1] * len(TURNED)
    landmarks = np.array([found[0].landmarks_plate for found in faces])
    size = faces[0][0].size
    assert np.linalg.norm(landmarks - np.median(landmarks, axis=0), axis=-1).mean() < 0.02 * size
    assert (landmarks[:, 10, 1] < landmarks[:, 152, 1]).all()
    assert (landmarks[:, 33, 0] < landmarks[:, 263, 0]).all()
