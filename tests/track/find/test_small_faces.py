"""Faces of 60 px in a 4096 x 2160 plate, and where to look for them."""

import cv2
import numpy as np
import pytest

from faceplate.demo.portrait import mesh_height_px, portrait_display
from faceplate.errors import CallError

FACE_PX = 60
SCALE = FACE_PX / mesh_height_px
# Where the middle of the face lies in the portrait.
MIDDLE = np.array([225.6, 118.0])
# A landmark box is so near to the face that was put there.
NEAR_PX = 8


def cards(places, scales, pixel_aspect=1.0):
    """A grey wall of 4096 x 2160 with the portrait hung up so that its face lies at each place, in plate pixels."""
    wall = np.full((2160, 4096, 3), 0.35, np.float32)
    wall += np.linspace(0, 0.2, 4096, dtype=np.float32)[:, None]
    for place, scale in zip(places, scales, strict=True):
        portrait = cv2.resize(portrait_display(), None, fx=scale / pixel_aspect, fy=scale, interpolation=cv2.INTER_AREA)
        left, top = np.round(place - MIDDLE * [scale / pixel_aspect, scale]).astype(int)
        rows, columns = slice(max(0, top), top + portrait.shape[0]), slice(max(0, left), left + portrait.shape[1])
        there = wall[rows, columns]
        there[:] = portrait[max(0, -top) :, max(0, -left) :][: there.shape[0], : there.shape[1]]
    return wall.astype(np.float16)


@pytest.fixture(scope="module")
def found(look, frame_of):
    def find(wall, pixel_aspect=1.0, **knobs):
        faces = look(frame_of(wall, pixel_aspect=pixel_aspect), **knobs).faces
        return [(face.box.mean(axis=0), np.diff(face.box[:, 1])[0]) for face in faces]

    return find


PLACES = [(2048, 1080), (35, 40), (4050, 2110), (3300, 45), (60, 1500)]


@pytest.mark.parametrize("place", PLACES)
def test_a_face_of_60_px_is_found_with_tiles_auto(found, place):
    ((middle, height),) = found(cards([place], [SCALE]))
    np.testing.assert_allclose(middle, place, atol=NEAR_PX)
    assert 0.8 * FACE_PX < height < 1.3 * FACE_PX


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("margin_px", [40, 150])
def test_it_is_found_in_a_box_drawn_by_hand_without_tiles(found, place, margin_px):
    x, y = place
    box = f"{x - margin_px} {y - margin_px} {x + margin_px} {y + margin_px}"
    ((middle, _),) = found(cards([place], [SCALE]), box=box, tiles="off")
    np.testing.assert_allclose(middle, place, atol=NEAR_PX)


def test_in_a_large_box_tiles_find_it(found):
    ((middle, _),) = found(cards([(3000, 800)], [SCALE]), box="2200, 100, 4000, 2000")
    np.testing.assert_allclose(middle, (3000, 800), atol=NEAR_PX)


@pytest.mark.parametrize("pixel_aspect", [2.0, 0.5])
@pytest.mark.parametrize("box", ["", "2850 650 3150 950"])
def test_it_is_found_on_anamorphic_plates(found, pixel_aspect, box):
    ((middle, height),) = found(cards([(3000, 800)], [SCALE], pixel_aspect), pixel_aspect, box=box)
    np.testing.assert_allclose(middle, (3000, 800), atol=NEAR_PX * max(1, 1 / pixel_aspect))
    assert 0.8 * FACE_PX < height < 1.3 * FACE_PX


def test_a_large_face_and_a_small_one_are_both_found_with_tiles(found):
    wall = cards([(1000, 1000), (3500, 500)], [7.0, SCALE])
    large, small = sorted(found(wall, tiles="on"), key=lambda each: each[0][0])
    np.testing.assert_allclose(large[0], (1000, 1000), atol=60)
    np.testing.assert_allclose(small[0], (3500, 500), atol=NEAR_PX)


def test_a_box_leaves_out_who_stands_beside_it(found):
    wall = cards([(1000, 1000), (2600, 1000)], [2.0, 2.0])
    assert len(found(wall)) == 2
    ((middle, _),) = found(wall, box="2300 700 2900 1300")
    np.testing.assert_allclose(middle, (2600, 1000), atol=20)
    assert found(wall, box="1500 200 2100 1800", tiles="on") == []


def test_a_box_beside_the_picture_is_refused(found):
    with pytest.raises(CallError, match=r"FaceTrack.box: .*0 0 4096 2160"):
        found(cards([], []), box="5000 0 6000 1000")
