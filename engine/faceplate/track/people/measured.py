from collections.abc import Mapping, Sequence

import numpy as np

from faceplate.track.people.paths import Chain
from faceplate.track.people.who import EVERYBODY
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Matrix, Measured


def measured_people(chains: Sequence[Chain], frames: int, settings: FaceTrackSettings) -> tuple[Measured, ...]:
    """The chains long enough to be people, by size times time, over all rows of a track of so many frames.

    No chain has to be longer than the range. At most `max_people`, where everybody is wanted: somebody who is asked
    for may be smaller than that.
    """
    shortest = min(settings.min_length, frames)
    long_enough = [chain for chain in chains if len(chain) >= shortest]
    ordered = sorted(long_enough, key=lambda chain: -sum(face.size for face in chain.values()))
    most = settings.max_people if settings.who == EVERYBODY else len(ordered)
    return tuple(_measured(chain, frames) for chain in ordered[:most])


def _measured(chain: Chain, frames: int) -> Measured:
    return Measured(
        landmarks_plate=_over_all({place: face.landmarks_plate for place, face in chain.items()}, frames),
        depth_px=_over_all({place: face.depth_px for place, face in chain.items()}, frames),
        confidence=_over_all({place: face.confidence for place, face in chain.items()}, frames),
        presence=_over_all({place: np.array(face.presence) for place, face in chain.items()}, frames),
        exposure=_over_all({place: np.array(face.exposure) for place, face in chain.items()}, frames),
        sharpness=np.full(frames, np.nan, np.float32),
    )


def _over_all(rows: Mapping[int, Matrix], frames: int) -> np.ndarray:
    """One row for every frame of the range, NaN where there is none."""
    every = np.full((frames, *next(iter(rows.values())).shape), np.nan, np.float32)
    for place, row in rows.items():
        every[place] = row
    return every
