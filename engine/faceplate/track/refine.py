from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from faceplate.track.motion.measure import ToLog, measure_motion
from faceplate.track.people.edited import Cast
from faceplate.track.progress import Progress, unheard
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.person import solve_person
from faceplate.track.topology import anchors
from faceplate.values import Measured, Plate, Track

# In sizes of the face: nearly all landmarks are nearer to their solved place than this, or they stand on other skin
# than the track wants. (Jitter stays below 0.01; a head that turns by 30 degrees on a 4K plate leaves 0.06.)
FAR_OFF, NEARLY_ALL = 0.015, 0.95
# Small faces' patches are large beside them: so many pixels off, they still show much of the same skin.
FAR_OFF_PX = 3.0
# And once texture is taken around solved points, where these stay.
STAYING = 0.002
# Texture is taken at most so often around what was solved.
READINGS = 3


def refined(
    plate: Plate,
    track: Track,
    to_log: ToLog,
    settings: FaceTrackSettings,
    progress: Progress = unheard,
) -> Track:
    """The track with the motion of the plate under every measured person.

    Texture is taken around the measured landmarks first. Where the solve puts points on other skin, as when a head
    turns, it is taken around the solved ones, which are then the truer, until they stay; each time the plate is read.
    """
    around = track.measured
    followed = measured = measure_motion(plate, around, track.cuts, to_log, on_frame=progress)
    for limit, limit_px in ((FAR_OFF, FAR_OFF_PX), *((STAYING, 0.0),) * (READINGS - 1)):
        solved = [_solved(track, each, settings) for each in followed]
        if not any(_is_far_off(*pair, limit, limit_px) for pair in zip(around, solved, strict=True)):
            break
        progress.more(len(track.frames))
        around = tuple(solved)
        again = measure_motion(plate, around, track.cuts, to_log, on_frame=progress)
        followed = _with_motion_of(measured, again)
    return replace(track, measured=followed)


def _solved(track: Track, measured: Measured, settings: FaceTrackSettings) -> Measured:
    person = solve_person(track, Cast("", measured, ()), settings)
    return replace(measured, landmarks_plate=person.landmarks_plate)


def _is_far_off(around: Measured, solved: Measured, limit: float, limit_px: float) -> bool:
    rows, points = np.flatnonzero(around.seen), list(anchors)
    there = around.landmarks_plate[rows]
    away = np.linalg.norm(solved.landmarks_plate[rows][:, points] - there[:, points], axis=-1)
    sizes = np.sqrt(np.ptp(there, axis=1).prod(axis=-1))
    return bool((np.quantile(away, NEARLY_ALL, axis=1) > np.maximum(limit * sizes, limit_px)).any())


def _with_motion_of(measured: Sequence[Measured], followed: Sequence[Measured]) -> tuple[Measured, ...]:
    return tuple(replace(each, motion=other.motion) for each, other in zip(measured, followed, strict=True))
