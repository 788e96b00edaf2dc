"""Tracks with known truth: a face that moves as we say, measured with the errors that landmarks and texture have."""

from dataclasses import dataclass, field

import numpy as np
from scipy.spatial.transform import Rotation

from faceplate.align import fit_alignment
from faceplate.align.template import mean_face, steady_points
from faceplate.track import topology
from faceplate.track.people.edited import Cast
from faceplate.values import Measured, Motion, Track

ANCHORS = list(topology.anchors)
STEADY = np.array(topology.mesh_to_68)[list(steady_points)]
MIDDLE = np.array([0.49, 0.42])
RADII = np.array([0.62, 0.82])


def _ring(points, centre, radii):
    angle = 2 * np.pi * np.arange(len(points)) / len(points) + np.pi
    return centre + np.column_stack([np.cos(angle), np.sin(angle)]) * radii


def make_shape():
    """478 x 3 in units of the face square: the parts of a face in their places, on an ellipsoid."""
    generator = np.random.default_rng(5)
    angle, radius = generator.uniform(0, 2 * np.pi, 478), np.sqrt(generator.uniform(0, 0.9, 478))
    flat = MIDDLE + RADII * np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None]
    flat[list(topology.face_oval)] = _ring(topology.face_oval, MIDDLE, RADII)
    for lips, size in ((topology.lips_outer, 1.0), (topology.lips_inner, 0.6)):
        flat[list(lips)] = _ring(lips, [0.49, 0.78], np.array([0.236, 0.09]) * size)
    for lids, iris, x in (
        (topology.right_eye, topology.right_iris, 0.225),
        (topology.left_eye, topology.left_iris, 0.755),
    ):
        flat[list(lids)] = _ring(lids, [x, 0.215], [0.1, 0.035])
        flat[iris[0]] = (x, 0.215)
        flat[list(iris[1:])] = _ring(iris[1:], [x, 0.215], [0.03, 0.03])
    flat[STEADY] = mean_face
    for right, left in topology.symmetric_pairs:
        flat[left] = (2 * MIDDLE[0] - flat[right, 0], flat[right, 1])
    flat[[10, 152]] = MIDDLE + RADII * [[0, -1], [0, 1]]
    out = np.minimum((((flat - MIDDLE) / RADII) ** 2).sum(axis=1), 1.0)
    return np.column_stack([flat, 0.3 - 0.55 * np.sqrt(1 - out)])


SHAPE = make_shape()


@dataclass
class Made:
    """A face over the frames of a shot: `truth` is frames x 478 x 3, square pixels and depth."""

    truth: np.ndarray
    measured: np.ndarray = field(init=False)
    confidence: np.ndarray = field(init=False)
    exposure: np.ndarray = field(init=False)
    sharpness: np.ndarray = field(init=False)
    motion: Motion | None = None
    cuts: tuple = ()
    aspect: float = 1.0
    numbers: tuple = ()
    size: tuple = (4096, 2160)
    focal_px: float = float("nan")

    def __post_init__(self):
        frames = len(self.truth)
        self.measured = self.truth.copy()
        self.confidence = np.full((frames, 478), 0.95)
        self.exposure, self.sharpness = np.full(frames, 0.18), np.full(frames, 0.4)
        self.numbers = self.numbers or tuple(range(1001, 1001 + frames))

    def plate(self, points):
        return points[..., :2] / [self.aspect, 1.0]

    def measured_value(self):
        gone = ~np.isfinite(self.measured[:, 0, 0])
        confidence, presence = self.confidence.astype(np.float32), self.confidence.mean(axis=1).astype(np.float32)
        exposure = self.exposure.astype(np.float32)
        for values in (confidence, presence, exposure):
            values[gone] = np.nan
        return Measured(
            self.plate(self.measured).astype(np.float32), self.measured[..., 2].astype(np.float32),
            confidence, presence, exposure, self.sharpness.astype(np.float32), self.motion,
        )  # fmt: skip

    def track(self):
        return Track("made", self.numbers, self.size, self.aspect, "made", (), cuts=self.cuts, focal_px=self.focal_px)

    def cast(self, *edits):
        return Cast("person1", self.measured_value(), tuple(edits))

    def alignments(self):
        return alignments(self.plate(self.truth), self.aspect)


def alignments(points_plate, aspect=1.0):
    return np.array([fit_alignment(each[list(topology.mesh_to_68), :2], aspect) for each in points_plate])


def face_at(frames, x=1000.0, y=800.0, side_px=660.0, yaw=0.0, pitch=0.0, roll=0.0):
    """A rigid face; every argument is a number or one a frame, angles in degrees as `pose_deg` counts them."""
    x, y, side, yaw, pitch, roll = (
        np.broadcast_to(np.asarray(v, float), frames) for v in (x, y, side_px, yaw, pitch, roll)
    )
    turns = Rotation.from_euler("xyz", np.column_stack([-pitch, -yaw, roll]), degrees=True).as_matrix()
    centred = SHAPE - np.append(MIDDLE, 0.15)
    points = np.einsum("fij,pj->fpi", turns, centred) * side[:, None, None]
    return Made(points + np.stack([x, y, np.zeros(frames)], axis=-1)[:, None])


def jitter(made, px, seed=0, bias_px=0.0, period=80):
    """Landmarks with jitter (the whole face's, and half as much each point's own) and a slow bias."""
    generator, frames = np.random.default_rng(seed), len(made.truth)
    made.measured[..., :2] += px * generator.normal(size=(frames, 1, 2))
    made.measured += px / 2 * generator.normal(size=made.measured.shape)
    phase = generator.uniform(0, 2 * np.pi, (2, 478, 2)) * [[[1.0]], [[0.1]]]
    swing = np.sin(2 * np.pi * np.arange(frames)[:, None, None] / period + phase[1])
    made.measured[..., :2] += bias_px * (swing + 0.3 * np.sin(phase[0]))
    return made


def texture(made, spans=(1, 2, 4), noise_px=0.03, seed=1, lost=0.1, wrong=0.03, keys=()):
    """The motion of the skin between frames, with noise, anchors that are not found, and some found elsewhere.

    Frames are paired with those `spans` later, and with the frames `keys`, which are a row of the first.
    """
    generator, frames = np.random.default_rng(seed), len(made.truth)
    first = np.concatenate([*(np.arange(frames - span) for span in spans), *(np.full(frames, key) for key in keys)])
    second = np.concatenate([*(np.arange(span, frames) for span in spans), *(np.arange(frames) for _ in keys)])
    first, second = first[first != second], second[first != second]
    seen = np.isfinite(made.measured[:, 0, 0])
    usable = seen[first] & seen[second]
    first, second = first[usable], second[usable]
    one, other = made.truth[first][:, ANCHORS, :2], made.truth[second][:, ANCHORS, :2]
    away = made.measured[first][:, ANCHORS, :2] - one
    found = (
        other + np.einsum("lnij,lnj->lni", _local_turns(one, other), away) + noise_px * generator.normal(size=one.shape)
    )
    astray = generator.random(found.shape[:2]) < wrong
    found[astray] += generator.uniform(-30, 30, (astray.sum(), 2))
    deviation = np.full(found.shape[:2], noise_px)
    gone = generator.random(found.shape[:2]) < lost
    found[gone], deviation[gone] = np.nan, np.inf
    made.motion = Motion(
        np.column_stack([first, second]).astype(np.int32),
        made.plate(made.measured[first][:, ANCHORS, :2]).astype(np.float32),
        made.plate(found).astype(np.float32),
        deviation.astype(np.float32),
    )
    return made


def _local_turns(one, other):
    mean = SHAPE[ANCHORS, :2]
    near = np.argsort(np.linalg.norm(mean[:, None] - mean, axis=-1), axis=1)[:, 1:9]
    before, after = one[:, near] - one[:, :, None], other[:, near] - other[:, :, None]
    square = np.einsum("lnki,lnkj->lnij", before, before)
    return np.linalg.solve(square, np.einsum("lnki,lnkj->lnij", before, after)).swapaxes(-1, -2)


def hide(made, frames, hidden):
    """Takes away the texture of anchors (a mask of them, or one a frame) in these frames."""
    motion, rows = made.motion, np.zeros((len(made.truth), len(ANCHORS)), bool)
    rows[frames] = hidden
    gone = rows[motion.pairs[:, 0]] | rows[motion.pairs[:, 1]]
    found, deviation = motion.found_plate.copy(), motion.deviation_px.copy()
    found[gone], deviation[gone] = np.nan, np.inf
    made.motion = Motion(motion.pairs, motion.taken_plate, found, deviation)
    return made


def corners(alignments):
    """Where the corners of the face square come to lie, frames x 4 x 2, plate pixels."""
    square = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    return np.array([(square - each[:, 2]) @ np.linalg.inv(each[:, :2]).T for each in alignments])


def alignment_errors_px(person, made, rows=slice(None)):
    """How far the face square's corners are from the truth once a constant offset in the square is taken off."""
    solved, true = corners(person.alignment[rows]), corners(made.alignments()[rows])
    side = np.linalg.norm(true[:, 1] - true[:, 0], axis=-1)[:, None, None]
    error = (solved - true) / side
    error -= error.mean(axis=0)
    return np.linalg.norm(error * side, axis=-1)
