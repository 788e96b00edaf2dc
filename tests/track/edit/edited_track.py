"""A track of two people who move slowly, measured without error: what an edit changes shows."""

import numpy as np

from faceplate.align.template import mean_face, steady_points
from faceplate.track import topology
from faceplate.track.solve.solve_track import solve_track
from faceplate.values import Measured, Track

FRAMES = tuple(range(1001, 1013))
SIZE = (2048, 1080)
ASPECT = 2.0
FACE_PX = 200.0


def shape():
    """478 x 3: the points of a face where they belong, in units of the face square, on a round head."""
    generator = np.random.default_rng(11)
    angle, radius = generator.uniform(0, 2 * np.pi, 478), np.sqrt(generator.uniform(0, 0.9, 478))
    flat = [0.5, 0.45] + np.column_stack([0.6 * np.cos(angle), 0.8 * np.sin(angle)]) * radius[:, None]
    rings = (
        (topology.face_oval, (0.5, 0.45), (0.6, 0.8)), (topology.lips_outer, (0.5, 0.78), (0.24, 0.09)),
        (topology.lips_inner, (0.5, 0.78), (0.14, 0.05)), (topology.right_eye, (0.23, 0.21), (0.1, 0.035)),
        (topology.left_eye, (0.76, 0.21), (0.1, 0.035)), (topology.right_iris, (0.23, 0.21), (0.03, 0.03)),
        (topology.left_iris, (0.76, 0.21), (0.03, 0.03)),
    )  # fmt: skip
    for ring, centre, radii in rings:
        turn = 2 * np.pi * np.arange(len(ring)) / len(ring)
        flat[list(ring)] = centre + np.column_stack([-np.cos(turn), -np.sin(turn)]) * radii
    flat[np.asarray(topology.mesh_to_68)[list(steady_points)]] = mean_face
    out = np.minimum((((flat - [0.5, 0.45]) / [0.6, 0.8]) ** 2).sum(axis=1), 1.0)
    return np.column_stack([flat, 0.3 - 0.55 * np.sqrt(1 - out)])


def measured(middle, step=(3.0, 1.0), unseen=()):
    """`middle` and `step` count square pixels: where the face is on the first frame, and how it goes on."""
    face = shape() * FACE_PX
    rows = np.arange(len(FRAMES))[:, None] * np.asarray(step) + np.asarray(middle) - face[:, :2].mean(axis=0)
    plate = ((face[None, :, :2] + rows[:, None]) / [ASPECT, 1.0]).astype(np.float32)
    values = {
        "landmarks_plate": plate,
        "depth_px": np.tile(face[:, 2].astype(np.float32), (len(FRAMES), 1)),
        "confidence": np.full((len(FRAMES), 478), 0.9, np.float32),
        "presence": np.full(len(FRAMES), 0.95, np.float32),
        "exposure": np.full(len(FRAMES), 0.18, np.float32),
    }
    for number in unseen:
        for value in values.values():
            value[FRAMES.index(number)] = np.nan
    return Measured(**values, sharpness=np.full(len(FRAMES), 0.4, np.float32))


def made_track(**about):
    people = (measured((700.0, 500.0)), measured((3000.0, 600.0)))
    track = Track("made/plate.%04d.exr", FRAMES, SIZE, ASPECT, "made", (), measured=people)
    return solve_track(Track(**{**track.__dict__, **about}))


def row(frame):
    return FRAMES.index(frame)
