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

# In sizes of the face: landmarks whose middle one is further from its solved place stand on other skin than the track
# wants. (Jitter stays below 0.003; a head that turns by 30 degrees on a 4K plate leaves 0.03.)
FAR_OFF = 0.006


def refined(
    plate: Plate,
    track: Track,
    to_log: ToLog,
    settings: FaceTrackSettings,
    progress: Progress = unheard,
) -> Track:
    """The track with the motion of the plate under every measured person.

    Texture is taken around the measured landmarks first. Where the solve puts them on other skin, as when a head turns,
    it is taken around the solved ones as well, which are then the truer; for that the plate is read a third time.
    """
    first = measure_motion(plate, track.measured, track.cuts, to_log, on_frame=progress)
    solved = [_solved(track, each, settings) for each in first]
    if not any(_is_far_off(*pair) for pair in zip(first, solved, strict=True)):
        return replace(track, measured=first)
    progress.more(len(track.frames))
    second = measure_motion(plate, solved, track.cuts, to_log, on_frame=progress)
    return replace(track, measured=_with_motion_of(first, second))


def _solved(track: Track, measured: Measured, settings: FaceTrackSettings) -> Measured:
    person = solve_person(track, Cast("", measured, ()), settings)
    return replace(measured, landmarks_plate=person.landmarks_plate)


def _is_far_off(measured: Measured, solved: Measured) -> bool:
    rows, points = np.flatnonzero(measured.seen), list(anchors)
    there = measured.landmarks_plate[rows]
    away = np.median(np.linalg.norm(solved.landmarks_plate[rows][:, points] - there[:, points], axis=-1), axis=1)
    sizes = np.sqrt(np.ptp(there, axis=1).prod(axis=-1))
    return bool((away > FAR_OFF * sizes).any())


def _with_motion_of(measured: Sequence[Measured], followed: Sequence[Measured]) -> tuple[Measured, ...]:
    return tuple(replace(each, motion=other.motion) for each, other in zip(measured, followed, strict=True))
