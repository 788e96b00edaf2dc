"""How far the wanted points are from the landmarks' own path: texture of all frames and landmarks, weighed together."""

from typing import NamedTuple

import numpy as np

from faceplate.track.solve.agree import texture_links
from faceplate.track.solve.drift import bend_back, trust_in
from faceplate.track.solve.estimate import estimate, stretch_lengths
from faceplate.track.solve.links import Links, joined, still_links
from faceplate.track.solve.path import LandmarkPath
from faceplate.track.topology import anchors
from faceplate.values import Matrix, Measured

# In sizes of the face. The landmarks of one frame are this far off the true place, most of it for as long as the pose
# stays alike: a stretch of texture counts as one measurement, however many frames it has, that is true to the second.
# (A hand-held clip of 472 frames, landmarks beside the texture: 0.0036 for one anchor, 0.0016 for their mean.)
PIN = 0.004
STRETCH_PIN = 0.0015
# Their smoothed steps from frame to frame are this true; beside `PIN` it makes corrections fade over ten frames.
STEP = 0.0004
STEP_BESIDE_TEXTURE = 0.002
# Texture that is surer than this part of such a step carries on a stretch; so does what its neighbours stand in for.
HANGS_TOGETHER = 0.9
LEAST_CONFIDENCE = 0.05


class Corrections(NamedTuple):
    """Of each anchor in the face square, and what holds them together.

    Attributes:
        anchors: frames x anchors x 2.
        drifted: frames, how far texture and landmarks of the whole face had drifted apart, of what they may.
        found: frames, the share of the anchors whose texture was found from or to another frame; NaN where none was
            looked for.
        links: all links that were weighed.
        weights: their weights in the end, links x anchors.
        pins: frames x anchors, the weight with which a correction is held at 0.
    """

    anchors: Matrix
    drifted: Matrix
    found: Matrix
    links: Links
    weights: Matrix
    pins: Matrix


def corrections_of(
    path: LandmarkPath, measured: Measured, cuts: tuple[int, ...], drift: float, *, refine: bool
) -> Corrections:
    """The corrections of a person; where there is no texture to refine by, none but those an artist will ask for."""
    frames = len(path.trust)
    links = steps_of(path, len(anchors))
    found = np.full(frames, np.nan)
    if measured.motion is not None and refine:
        texture = texture_links(measured.motion, path, cuts)
        found = _found(texture, measured, frames)
        links = joined(_beside(links, texture, path.size), texture)
    lengths = stretch_lengths(links, STEP * path.size * HANGS_TOGETHER, frames)
    trust = trust_in(measured.motion, path)
    pins = pins_of(path, measured)[:, list(anchors)] / np.maximum(1.0, lengths * trust * (STRETCH_PIN / PIN) ** 2)
    corrections, weights = estimate(links, pins)
    bent = bend_back(corrections, path, drift / 100 * path.size * trust)
    return Corrections(bent.corrections, bent.excess, found, links, weights, pins)


def _beside(steps: Links, texture: Links, size: float) -> Links:
    """The landmarks' steps, worth little where texture, or the texture around it, tells the same step of an anchor.

    What landmarks have wrong from frame to frame they have wrong together: many do not make up for one texture.
    """
    told = np.zeros((int(max(steps.first, default=0)) + 1, steps.deviation.shape[1]), np.bool_)
    next_to = texture.second == texture.first + 1
    rows = texture.first[next_to]
    told[rows[rows < len(told)]] |= np.isfinite(texture.deviation[next_to])[rows < len(told)]
    return steps._replace(deviation=np.where(told[steps.first], STEP_BESIDE_TEXTURE * size, steps.deviation))


def steps_of(path: LandmarkPath, points: int) -> Links:
    """Links between neighbouring frames of each run: points keep their place on the calm path."""
    rows = np.concatenate([np.arange(run.start, run.stop - 1) for run in path.runs] or [np.zeros(0, np.int64)])
    return still_links(rows.astype(np.int64), np.full((len(rows), points), STEP * path.size))


def pins_of(path: LandmarkPath, measured: Measured) -> Matrix:
    """Frames x points, the weight with which the landmark of one frame holds its point; NaN where it was not seen."""
    confidence = np.clip(measured.confidence.astype(np.float64), LEAST_CONFIDENCE, 1.0)
    return np.asarray((confidence / (PIN * path.size)) ** 2 * np.clip(path.worth, LEAST_CONFIDENCE, 1.0)[:, None])


def _found(texture: Links, measured: Measured, frames: int) -> Matrix:
    """Each frame's best share of anchors found over the pairs it is in."""
    motion = measured.motion
    if motion is None or not len(texture.first):
        return np.full(frames, np.nan)
    share = np.isfinite(motion.deviation_px).mean(axis=1)
    best = np.full(frames, -1.0)
    for place in (0, 1):
        np.maximum.at(best, motion.pairs[:, place], share)
    return np.where(best < 0, np.nan, best)
