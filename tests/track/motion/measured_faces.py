"""Measurements of faces whose every point is known, made without a landmarker."""

import numpy as np

from faceplate.track.topology import POINTS, anchors, symmetric_pairs
from faceplate.values import Measured

FOREHEAD, CHIN = 10, 152


def points_portrait():
    """478 points spread evenly over the face of the demo's portrait; the forehead's lies highest, the chin's lowest."""
    place = np.arange(POINTS) + 0.5
    reach, angle = np.sqrt(place / POINTS), place * np.pi * (3 - np.sqrt(5))
    points = np.stack([223 + 34 * reach * np.cos(angle), 123 + 40 * reach * np.sin(angle)], axis=-1)
    points[[FOREHEAD, CHIN]] = (223, 75), (223, 177)
    return points


def measured_on(layer, frames, jitter_px=1.0, seed=0):
    """What a landmarker would say of a layer of `moving_face`: the truth with jitter, frame by frame."""
    rng = np.random.default_rng(seed)
    true = np.array([layer.carry(points_portrait(), place) for place in range(frames)])
    points = true + rng.normal(scale=jitter_px, size=true.shape) + rng.normal(scale=jitter_px, size=(frames, 1, 2))
    return measured_as(points)


def measured_as(points, depth=None, exposure=0.18):
    """Points (frames x 478 x 2) as measured, all of them sure."""
    frames = len(points)
    return Measured(
        landmarks_plate=np.asarray(points, np.float32),
        depth_px=np.zeros((frames, POINTS), np.float32) if depth is None else np.asarray(depth, np.float32),
        confidence=np.full((frames, POINTS), 0.9, np.float32),
        presence=np.full(frames, 0.99, np.float32),
        exposure=np.broadcast_to(np.float32(exposure), frames).copy(),
        sharpness=np.full(frames, np.nan, np.float32),
    )


def turning_head(yaw_deg, size_px=300.0):
    """A stiff ball of points that turns about its upright axis, as measured at these angles."""
    rng = np.random.default_rng(4)
    ball = rng.normal(size=(POINTS, 3))
    ball /= np.linalg.norm(ball, axis=1)[:, None]
    # Mirror pairs give the across axis, so left and right must be what they are called.
    ball[:, 2] = -np.abs(ball[:, 2])
    ball[[FOREHEAD, CHIN]] = (0, -1, 0), (0, 1, 0)
    _mirror(ball)
    turned = []
    for angle in np.radians(yaw_deg):
        turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
        turned.append(ball @ turn.T * size_px / 2)
    points = np.array(turned)
    return measured_as(points[..., :2] + 500, points[..., 2])


def _mirror(ball):

    for right, left in symmetric_pairs:
        ball[right, 0] = -abs(ball[right, 0])
        ball[left] = ball[right] * [-1, 1, 1]


def true_places(layer, measured, pair):
    """Where the texture lies in the second frame that is under the measured anchors of the first, anchors x 2."""
    source, target = pair
    return layer.carried(measured.landmarks_plate[source][list(anchors)].astype(np.float64), source, target)


def errors_px(layer, measured):
    """Found less true, pairs x anchors x 2, NaN where nothing was found."""
    motion = measured.motion
    return motion.found_plate - np.array([true_places(layer, measured, pair) for pair in motion.pairs])
