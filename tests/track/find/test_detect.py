import numpy as np
import pytest

from faceplate.track import FaceTrackSettings
from faceplate.track.find.detect import (
    Detections,
    anchors,
    decode,
    detect_in_tiles,
    detect_whole,
    display_picture,
    overlap,
    weighted_suppression,
)


def found(corner, side, score):
    box = np.array([[corner, corner], [corner + side, corner + side]], float)
    return Detections(np.concatenate([box, np.full((6, 2), corner)])[np.newaxis], np.array([score]))


def joined(*each):
    return Detections(np.concatenate([e.points for e in each]), np.concatenate([e.score for e in each]))


@pytest.mark.parametrize(("side", "strides", "count"), [(128, (8, 16, 16, 16), 896), (192, (4,), 2304)])
def test_there_is_one_anchor_for_each_output_row(side, strides, count):
    assert anchors(side, strides).shape == (count, 2)


def test_anchors_stand_at_the_middle_of_their_cells_row_by_row():
    centres = anchors(128, (8, 16, 16, 16))
    np.testing.assert_allclose(centres[:3] * 128, [[4, 4], [4, 4], [12, 4]])
    np.testing.assert_allclose(centres[512:519] * 128, [[8, 8]] * 6 + [[24, 8]])
    np.testing.assert_allclose(centres[-1] * 128, [120, 120])


def test_a_box_is_decoded_around_its_anchor():
    row = np.array([[12.8, 0.0, 25.6, 51.2, *[6.4, -6.4] * 6]], np.float32)
    points, score = decode(row, np.array([0.0], np.float32), np.array([[0.5, 0.5]]), 128, 0.5)
    np.testing.assert_allclose(points[0, :2], [[0.5, 0.3], [0.7, 0.7]], atol=1e-6)
    np.testing.assert_allclose(points[0, 2:], [[0.55, 0.45]] * 6, atol=1e-6)
    assert score[0] == pytest.approx(0.5)


def test_unsure_rows_are_dropped():
    rows = np.zeros((3, 16), np.float32)
    found_rows = decode(rows, np.array([-200.0, 0.1, 200.0], np.float32), np.zeros((3, 2)), 128, 0.5)
    assert len(found_rows.score) == 2


def test_boxes_of_one_face_are_averaged_by_how_sure_they_are():
    kept = weighted_suppression(joined(found(0, 10, 0.6), found(1, 10, 0.9), found(50, 10, 0.7)))
    np.testing.assert_allclose(kept.score, [0.9, 0.7])
    np.testing.assert_allclose(kept.points[0, 0], [0.6, 0.6])


def test_no_detections_leave_none():
    assert len(weighted_suppression(Detections(np.zeros((0, 8, 2)), np.zeros(0))).score) == 0


def test_overlap_is_the_shared_part_of_the_union():
    box = np.array([[0.0, 0.0], [2.0, 2.0]])
    np.testing.assert_allclose(overlap(box, np.array([box, box + 1, box + 5])), [1, 1 / 7, 0])


@pytest.mark.parametrize("kind", ["auto", "short", "full"])
def test_each_detector_finds_the_face_of_a_portrait(networks, portrait, frame_of, as_is, kind):
    frame = frame_of(portrait)
    settings = FaceTrackSettings(detector_range=kind)
    (head,) = detect_whole(networks, frame, display_picture(frame, as_is), settings)
    assert head.region.x == pytest.approx(224, abs=8)
    assert head.region.y == pytest.approx(118, abs=12)
    assert 130 < head.region.side < 200


def test_heads_carry_the_keypoints_and_the_score_of_the_detector(networks, portrait, frame_of, as_is):
    frame = frame_of(portrait)
    (head,) = detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())
    eyes_nose_mouth = [[204, 101], [248, 103], [223, 126], [223, 146]]
    np.testing.assert_allclose(head.keypoints_square[:4], eyes_nose_mouth, atol=7)
    assert head.keypoints_square[4, 0] < 190
    assert head.keypoints_square[5, 0] > 255
    assert 0.5 <= head.score <= 1


@pytest.mark.parametrize("place", [(700, 400), (2048, 1080), (3333, 1777), (1500, 1900)])
def test_tiles_find_a_face_of_60_px_in_a_4k_frame(networks, placed, frame_of, as_is, place):
    scale = 60 / 107
    shift = (place[0] - 224 * scale, place[1] - 118 * scale)
    frame = frame_of(placed(4096, 2160, scale, shift).astype(np.float16))
    surest = detect_in_tiles(networks, frame, as_is, FaceTrackSettings())[0].region
    assert (surest.x, surest.y) == pytest.approx(place, abs=10)
    assert 60 < surest.side < 110
