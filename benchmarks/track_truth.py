"""How far an alignment is from the truth, and the peers' on the same plates.

The landmarks of all frames in which nothing hides the face are carried back to one place by the scene's own motion;
their mean there is carried to every frame and fitted as the tracker fits its own: that is the true alignment. (The
landmarks of one frame instead would put that frame's grain into the truth of all.) The residual is the way, in plate
pixels, from where the true alignment has the four corners of the unit face square to where the track has them, less one
constant: the mean over all frames and corners, a single vector. RMS and worst are of its length over frames and
corners; only frames in which nothing hides the face count.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from face_plates import FACE_MIDDLE, Actor, Staged
from faceplate.align import fit_similarity, invert, transform
from faceplate.track import mesh_to_68
from faceplate.values import Array, Frame, Matrix, Person, Plate, Track

CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
ECC_FRAMES = 6
ECC_STEPS = (60, 1e-7)


class Followed(NamedTuple):
    """What of a person is judged: landmarks (frames x 478 x 2), alignment (frames x 2 x 3), and where they are seen."""

    landmarks_plate: Array
    alignment: Matrix
    seen: Array


@dataclass(frozen=True)
class Residual:
    """Frames x corners x 2, plate pixels; NaN where it does not count."""

    away: Matrix

    @property
    def rms(self) -> float:
        """Over all that counts."""
        return float(np.sqrt(np.nanmean(np.square(self.away).sum(axis=-1))))

    @property
    def worst(self) -> float:
        """Over all that counts."""
        return float(np.nanmax(np.linalg.norm(self.away, axis=-1)))

    @property
    def each(self) -> Matrix:
        """Frames, the worst corner of each."""
        away: Matrix = np.linalg.norm(self.away, axis=-1).max(axis=-1)
        return away


def corners_plate(alignments: Matrix) -> Matrix:
    """Frames x 4 x 2: the unit face square in plate pixels; NaN where there is no alignment."""
    return np.array(
        [
            transform(invert(each), CORNERS) if np.isfinite(each).all() else np.full((4, 2), np.nan)
            for each in alignments
        ]
    )


def residual(
    staged: Staged,
    actor: Actor,
    person: Person | Followed,
    counted: Array | None = None,
    references: Array | None = None,
) -> Residual:
    """Of one person's alignment, over the frames in which nothing hides the face or those of `counted`.

    `references` are the rows whose landmarks say where the face is; all clear ones where absent.
    """
    clear = np.array(actor.clear) & person.seen
    counts = clear if counted is None else counted & person.seen
    rows, aspect = np.flatnonzero(clear) if references is None else references, staged.scene.pixel_aspect
    true = actor.layer.true_alignments(person.landmarks_plate[rows], rows, staged.scene.frames, aspect)
    away = corners_plate(person.alignment) - corners_plate(true)
    away -= away[counts].mean(axis=(0, 1))
    away[~counts] = np.nan
    return Residual(away)


def landmark_residual(staged: Staged, actor: Actor, person: Person, points: Array) -> Residual:
    """As `residual`, of landmarks themselves: frames x points x 2, less one constant for each point."""
    clear = np.array(actor.clear) & person.seen
    reference = int(np.flatnonzero(clear)[0])
    start = person.landmarks_plate[reference, points].astype(np.float64)
    set_points = actor.layer.back(start, reference)
    true = np.array([actor.layer.carry(set_points, place) for place in range(staged.scene.frames)])
    away = person.landmarks_plate[:, points] - true
    away[~clear] = np.nan
    return Residual(away - np.nanmean(away, axis=0))


def person_of(actor: Actor, track: Track) -> Person | None:
    """Who of the track is the actor: the one nearest to the true middle of the face, over all clear frames."""
    away = {person.name: _away(actor, person) for person in track.people}
    nearest = min(track.people, key=lambda person: away[person.name], default=None)
    return None if nearest is None or not np.isfinite(away[nearest.name]) else nearest


def _away(actor: Actor, person: Person) -> float:
    rows = np.flatnonzero(np.array(actor.clear) & person.seen)
    if not rows.size:
        return float("inf")
    middles = person.landmarks_plate[rows].mean(axis=1)
    true = np.array([actor.layer.carry(FACE_MIDDLE, row) for row in rows])
    away = np.linalg.norm(middles - true, axis=-1)
    # Frames in which the person is not seen count as far away.
    return float(away.sum() / rows.size**2)


class Peer(NamedTuple):
    """What a peer makes of some frames of a scene: residual and seconds a frame."""

    residual: Residual
    seconds: float


def ecc(staged: Staged, plate: Plate, person: Person) -> Peer:
    """cv2.findTransformECC, affine, of the whole face at full resolution to the first frame, from the landmarks.

    Enhanced correlation coefficient: Evangelidis and Psarakis, PAMI 30(10), 2008.
    """
    window = _face_window(person.landmarks_plate[0])
    template = _grey(plate.read(plate.frames[0]))[window]
    origin = np.array([window[1].start, window[0].start], np.float64)

    def follow(frame: Frame, start: Matrix) -> Matrix:
        matrix = start.copy()
        matrix[:, 2] = transform(start, origin) + start[:, :2].sum(axis=1) / 2 - 0.5
        criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, *ECC_STEPS)
        grey = _grey(frame)
        _, matrix = cv2.findTransformECC(
            template, grey, matrix.astype(np.float32), cv2.MOTION_AFFINE, criteria, None, 1
        )
        found = matrix.astype(np.float64)
        found[:, 2] -= found[:, :2] @ (origin + 0.5) - 0.5
        return found

    return _peer(staged, plate, person, follow)


def flow(staged: Staged, plate: Plate, person: Person) -> Peer:
    """cv2.calcOpticalFlowPyrLK, 8 bit, corners of the first frame found again in each other one, and a similarity.

    Pyramidal Lucas and Kanade: Bouguet, 2000.
    """
    window = _face_window(person.landmarks_plate[0])
    first = _codes(plate.read(plate.frames[0]))
    corners = cv2.goodFeaturesToTrack(first[window], 400, 0.01, 12)[:, 0] + [window[1].start, window[0].start]
    points = corners.astype(np.float32)

    def follow(frame: Frame, start: Matrix) -> Matrix:
        guess = (transform(start, points + 0.5) - 0.5).astype(np.float32)
        flags = cv2.OPTFLOW_USE_INITIAL_FLOW
        found, good, _ = cv2.calcOpticalFlowPyrLK(first, _codes(frame), points, guess, winSize=(21, 21), flags=flags)
        kept = good[:, 0] == 1
        square = [staged.scene.pixel_aspect, 1.0]
        matrix, _ = cv2.estimateAffinePartial2D(
            (points[kept] + 0.5) * square, (found[kept] + 0.5) * square, ransacReprojThreshold=0.7
        )
        return matrix * [square[0], 1.0, 1.0] / np.array([square[0], 1.0])[:, np.newaxis]

    return _peer(staged, plate, person, follow)


def _peer(staged: Staged, plate: Plate, person: Person, follow: Callable[[Frame, Matrix], Matrix]) -> Peer:
    """A peer's alignments of some frames: those of the first one moved as the peer finds the face moved."""
    places = np.unique(np.linspace(1, len(plate.frames) - 1, ECC_FRAMES).astype(int))
    alignment = np.full_like(person.alignment, np.nan)
    alignment[0] = person.alignment[0]
    spent = 0.0
    for place in places:
        start = fit_similarity(
            person.landmarks_plate[0][list(mesh_to_68)], person.landmarks_plate[place][list(mesh_to_68)]
        )
        frame = plate.read(plate.frames[place])
        began = time.perf_counter()
        first_to_this = follow(frame, start)
        spent += time.perf_counter() - began
        alignment[place] = _chained(alignment[0], invert(first_to_this))
    moved = replace(person, alignment=alignment)
    counted = np.isfinite(alignment[:, 0, 0])
    # A peer knows the landmarks of the first frame alone.
    found = residual(staged, staged.actors[0], moved, counted, references=np.array([0]))
    return Peer(found, spent / len(places))


def _chained(second: Matrix, first: Matrix) -> Matrix:
    return np.column_stack([second[:, :2] @ first[:, :2], transform(second, first[:, 2])])


def _face_window(landmarks: Array) -> tuple[slice, slice]:
    (left, top), (right, bottom) = (
        np.floor(landmarks.min(axis=0)).astype(int),
        np.ceil(landmarks.max(axis=0)).astype(int),
    )
    return slice(top, bottom), slice(left, right)


def _grey(frame: Frame) -> Matrix:
    """The plate's own log encoding, mean of the channels, with the finest grain taken off; float."""
    grey = frame.groups[0].pixels.astype(np.float32).mean(axis=-1)
    return cv2.GaussianBlur(grey, (0, 0), 1.0)


def _codes(frame: Frame) -> Array:
    return np.clip(frame.groups[0].pixels.astype(np.float32).mean(axis=-1) * 255 * 1.5, 0, 255).astype(np.uint8)
