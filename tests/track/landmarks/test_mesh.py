import re

import cv2
import numpy as np
import pytest

from faceplate.errors import PackError
from faceplate.track import FaceTrackSettings
from faceplate.track.find.detect import detect_whole, display_picture
from faceplate.track.landmarks.landmarker import landmarker_of
from faceplate.track.landmarks.mesh import face_picture, mesh_in
from faceplate.track.networks import FaceNetworks
from faceplate.values import Window

# Pixels by which landmarks of a known picture may be off, for a face of 107 px.
SHIFT_PX = 0.5
# The same for irises of a face of 214 px.
IRIS_PX = 0.8


@pytest.fixture(scope="module")
def face_in(look):
    def find(frame):
        (face,) = look(frame).faces
        return face

    return find


@pytest.fixture(scope="module")
def still(face_in, frame_of, placed):
    return face_in(frame_of(placed(800, 600, 1.0, (100.0, 50.0))))


def apart(face, other):
    return np.linalg.norm(face - other, axis=1).mean()


@pytest.mark.parametrize("shift", [(0.25, 0.5), (7.7, -3.2), (-60.0, 31.5)])
def test_landmarks_follow_a_known_sub_pixel_shift(face_in, frame_of, placed, still, shift):
    moved = face_in(frame_of(placed(800, 600, 1.0, (100.0 + shift[0], 50.0 + shift[1]))))
    assert apart(moved.landmarks_plate - shift, still.landmarks_plate) < SHIFT_PX


def test_landmarks_follow_scale(face_in, frame_of, placed, still):
    large = face_in(frame_of(placed(2400, 1800, 3.0, (300.0, 150.0))))
    assert apart(large.landmarks_plate / 3, still.landmarks_plate) < SHIFT_PX
    np.testing.assert_allclose(large.depth_px / 3, still.depth_px, atol=2)


def test_landmarks_follow_a_turn_of_the_picture(face_in, frame_of, placed, still):
    picture = placed(800, 600, 1.0, (100.0, 50.0))
    turn = cv2.getRotationMatrix2D((324.0 - 0.5, 170.0 - 0.5), -25, 1.0)
    turned = face_in(frame_of(cv2.warpAffine(picture, turn, (800, 600), flags=cv2.INTER_CUBIC).clip(0, 1)))
    expected = (still.landmarks_plate - 0.5) @ turn[:, :2].T + turn[:, 2] + 0.5
    assert apart(turned.landmarks_plate, expected) < 2 * SHIFT_PX


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float16"])
def test_stored_type_does_not_matter(face_in, frame_of, placed, still, dtype):
    picture = placed(800, 600, 1.0, (100.0, 50.0))
    top = 1 if dtype == "float16" else np.iinfo(dtype).max
    face = face_in(frame_of((picture * top).round(5 if top == 1 else 0).astype(dtype)))
    assert apart(face.landmarks_plate, still.landmarks_plate) < SHIFT_PX


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_an_anamorphic_plate_gives_the_same_face_in_its_own_pixels(face_in, frame_of, placed, still, aspect):
    picture = placed(800, 600, 1.0, (100.0, 50.0))
    squeezed = cv2.resize(picture, (int(800 / aspect), 600), interpolation=cv2.INTER_AREA if aspect > 1 else 1)
    face = face_in(frame_of(squeezed, pixel_aspect=aspect))
    assert apart(face.landmarks_plate * [aspect, 1.0], still.landmarks_plate) < SHIFT_PX
    np.testing.assert_allclose(face.depth_px, still.depth_px, atol=2)


def test_a_data_window_that_holds_the_face_changes_little(face_in, frame_of, placed, still):
    picture = placed(800, 600, 1.0, (100.0, 50.0))[20:420, 110:600]
    face = face_in(frame_of(picture, origin=(110, 20), display=Window(0, 0, 800, 600)))
    assert apart(face.landmarks_plate, still.landmarks_plate) < SHIFT_PX


def test_coordinates_are_those_of_the_display_window_where_overscan_reaches_below_zero(
    face_in, frame_of, placed, still
):
    picture = placed(800, 600, 1.0, (100.0, 50.0))
    face = face_in(frame_of(picture, origin=(-64, -32), display=Window(0, 0, 700, 540)))
    assert apart(face.landmarks_plate - (-64, -32), still.landmarks_plate) < SHIFT_PX


def test_a_frame_by_itself_gives_the_same_bits_again(face_in, frame_of, placed, still):
    again = face_in(frame_of(placed(800, 600, 1.0, (100.0, 50.0))))
    assert np.array_equal(again.landmarks_plate, still.landmarks_plate)
    assert np.array_equal(again.confidence, still.confidence)


def test_the_face_of_a_portrait_is_surely_present(still):
    assert still.presence > 0.99
    assert still.confidence.min() > 0.5
    assert still.confidence.max() <= 1


@pytest.mark.footage
def test_landmarks_are_near_those_of_mediapipes_own_face_landmarker(footage, face_in, frame_of):
    golden = footage / "stills" / "golden"
    text = (golden / "portrait_expected_face_landmarks.pbtxt").read_text()
    expected = np.array(re.findall(r"x: (\S+)\s+y: (\S+)", text), float) * [820, 1024]
    picture = cv2.imread(str(golden / "portrait.jpg"))[..., ::-1]
    off = np.linalg.norm(face_in(frame_of(picture)).landmarks_plate - expected, axis=1)
    assert off[:468].mean() < 2.5
    assert off[468:].max() < 3


def test_an_absent_pack_file_is_said(tmp_path):
    with pytest.raises(PackError, match=r"face_detection_short_range.tflite: .*no such file.*models install"):
        FaceNetworks(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"not a model", b"\x18\x00\x00\x00TFL3" + b"\xff" * 64])
def test_a_damaged_pack_file_is_said(tmp_path, damage):
    (tmp_path / "face_detection_short_range.tflite").write_bytes(damage)
    with pytest.raises(PackError, match="expected a LiteRT model"):
        FaceNetworks(tmp_path)


def test_a_pack_file_under_another_name_is_refused(tmp_path, face_pack):
    wrong = (face_pack / "iris_landmark.tflite").read_bytes()
    (tmp_path / "face_detection_short_range.tflite").write_bytes(wrong)
    with pytest.raises(PackError, match="128 x 128 pictures in"):
        FaceNetworks(tmp_path)


def test_loading_the_pack_writes_nothing_to_the_terminal(face_pack, capfd):
    FaceNetworks(face_pack)
    assert capfd.readouterr().err == ""


def test_the_irises_of_a_mirrored_face_are_the_mirrored_irises(face_in, frame_of, placed):
    picture = placed(1600, 1200, 2.0, (200.0, 100.0))
    face, mirrored = (face_in(frame_of(each)).landmarks_plate for each in (picture, picture[:, ::-1].copy()))
    mirrored = mirrored * [-1, 1] + [1600, 0]
    for iris, other in (([468, 469, 470, 471, 472], [473, 476, 475, 474, 477]), ([473], [468])):
        np.testing.assert_allclose(face[iris], mirrored[other], atol=IRIS_PX)


@pytest.fixture(scope="module")
def pan(networks, placed, frame_of, as_is):
    """Landmarks of a face of 430 px that pans by 0.4 px a frame, less the pan, by the number of views."""

    def measured(views):
        landmarker = landmarker_of(FaceTrackSettings(views=views), networks)
        faces = []
        for place in range(16):
            shift = (-600.0 + 0.37 * place, -200.0 + 0.23 * place)
            frame = frame_of(placed(900, 700, 4.0, shift))
            (head, *_) = detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())
            faces.append(landmarker.measure(frame, head, as_is).landmarks_plate - shift)
        return np.array(faces)

    return {views: measured(views) for views in (1, 9)}


def jitter_px(landmarks):
    return np.sqrt(np.square(landmarks - landmarks.mean(axis=0)).sum(axis=-1).mean())


def test_nine_views_jitter_less_than_one_on_a_slow_pan(pan):
    assert jitter_px(pan[9][:, :468]) < 0.7 * jitter_px(pan[1][:, :468])
    assert jitter_px(pan[9][:, 468:]) < jitter_px(pan[1][:, 468:])


def test_views_do_not_move_the_face(pan):
    assert apart(pan[9].mean(axis=0), pan[1].mean(axis=0)) < 1.5


def test_the_mesh_settles_on_the_same_region_from_heads_of_other_sizes(networks, frame_of, placed, as_is):
    frame = frame_of(placed(1600, 1200, 3.0, (0.0, 0.0)))
    (head, *_) = detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())
    picture = face_picture(frame, head, as_is)
    regions = [mesh_in(networks.mesh, picture, head.region.grown(factor), 1).region for factor in (0.85, 1.0, 1.15)]
    sides = np.array([region.side for region in regions])
    assert np.ptp(np.log(sides)) < 0.03
    assert np.ptp([region.x for region in regions]) < 0.02 * sides.mean()


def test_the_look_from_where_the_region_stayed_is_one_of_the_views(networks, frame_of, placed, as_is):
    frame = frame_of(placed(1600, 1200, 3.0, (0.0, 0.0)))
    (head, *_) = detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())
    picture = face_picture(frame, head, as_is)
    settled = mesh_in(networks.mesh, picture, head.region, 32).region
    asked = []

    def counted(rgb):
        asked.append(rgb.shape)
        return networks.mesh(rgb)

    counted.side_px = networks.mesh.side_px
    mesh_in(counted, picture, settled, 3)
    assert 3 <= len(asked) <= 4


def test_irises_are_unsure_where_their_two_views_differ(still):
    assert 0 < still.confidence[468:].min() <= still.confidence[468:].max() < still.presence
