"""Who is who in real pictures: looks of different people, cuts, and two stills that are moved past each other."""

from itertools import combinations

import cv2
import numpy as np
import pytest

from faceplate.plate import open_plate
from faceplate.track.people.likeness import DOUBTFUL, SURE, unlikeness
from faceplate.track.people.link import link, shots_in
from faceplate.values import Plate

pytestmark = pytest.mark.footage


@pytest.fixture(scope="module")
def seen(footage, look):
    """What is seen in the frames of a plate or of a file of the footage."""

    def see(plate, frame_range=None):
        plate = plate if isinstance(plate, Plate) else open_plate(str(footage / plate), frame_range)
        return [look(plate.read(number)) for number in plate.frames]

    return see


def faces_of(sightings):
    return [face for sighting in sightings for face in sighting.faces]


@pytest.mark.parametrize(("still", "people"), [("pf_five_faces.jpg", 5), ("az_two_overlapping.jpg", 2)])
def test_people_in_one_photograph_look_like_different_people(seen, still, people):
    faces = faces_of(seen(f"stills/{still}"))
    assert len(faces) == people
    assert min(unlikeness([one], [other]) for one, other in combinations(faces, 2)) > DOUBTFUL


def test_two_people_in_one_room_look_like_different_people_and_each_like_themselves(seen):
    bird = [faces_of(seen("clips/intel_asl_bird.mkv", part)) for part in ("1-21x5", "41-61x5")]
    book = [faces_of(seen("clips/intel_asl_book.mkv", part)) for part in ("1-21x5", "81-101x5")]
    assert unlikeness(*bird) < SURE
    assert unlikeness(*book) < SURE
    assert min(unlikeness(one, other) for one in bird for other in book) > DOUBTFUL


def test_a_shot_with_a_face_ends_on_its_frame(seen):
    sightings = seen("clips/pf_face_noface.mov", "66-80")
    shots = shots_in(sightings)
    assert shots.cuts[0] + 66 == 73
    (chain,) = link(sightings, shots)
    assert max(chain) + 66 == 72


@pytest.fixture(scope="module")
def heads(footage):
    """Two heads of about one size, 380 x 300 x 3, and the ellipse they are cut out with."""
    middles = {"golden/portrait.jpg": (403, 224), "pip/grace_hopper.jpg": (263, 232)}
    found = []
    for name, (x, y) in middles.items():
        frame = open_plate(str(footage / "stills" / name))
        picture = frame.read(frame.frames[0])
        cut = picture.stored(picture.header.display)[y - 190 : y + 190, x - 150 : x + 150]
        found.append(np.asarray(cut, np.float32) / 255)
    ellipse = np.zeros((380, 300), np.uint8)
    cv2.ellipse(ellipse, (150, 190), (145, 185), 0, 0, 360, 1, -1)
    return found, ellipse > 0


def passing(heads, frames, *, back):
    """Pictures in which the second head comes from the left and goes behind the first, and out again.

    It comes out on the other side, or, for `back`, where it went in.
    """
    (front, rear), ellipse = heads
    for way in np.linspace(-1, 1, frames):
        picture = np.full((420, 960, 3), 0.4, np.float32)
        for head, x in ((rear, 480 + 320 * (-abs(way) if back else way)), (front, 480 - 320 * way * (not back))):
            part = picture[20:400, round(x) - 150 : round(x) + 150]
            part[ellipse] = head[ellipse]
        yield picture


@pytest.mark.parametrize("back", [False, True], ids=["crossing", "turning back"])
def test_a_head_that_goes_behind_another_comes_out_under_its_own_name(heads, seen, plate_of, back):
    sightings = seen(plate_of(list(passing(heads, 33, back=back))))
    counts = [len(sighting.faces) for sighting in sightings]
    assert (counts[0], counts[-1], min(counts)) == (2, 2, 1)
    chains = [chain for chain in link(sightings, shots_in(sightings)) if len(chain) >= 5]
    assert len(chains) == 2
    rear = min(chains, key=len)
    ends = [rear[place].landmarks_plate[:, 0].mean() for place in (0, 32)]
    assert ends[0] == pytest.approx(160, abs=40)
    assert ends[1] == pytest.approx(160 if back else 800, abs=40)
