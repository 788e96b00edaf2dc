from collections.abc import Mapping, Sequence

import numpy as np

from faceplate.align import fit_alignment
from faceplate.track.link import Chain
from faceplate.track.pose import pose_deg
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.smooth import runs, smooth_run
from faceplate.track.topology import mesh_to_68
from faceplate.values import Matrix, Person


def people_of(
    chains: Sequence[Chain], frames: tuple[int, ...], pixel_aspect: float, settings: FaceTrackSettings
) -> tuple[Person, ...]:
    """The chains long enough to be people, by size times time, smoothed, aligned and named."""
    shortest = min(settings.min_length, len(frames))
    long_enough = [chain for chain in chains if len(chain) >= shortest]
    ordered = sorted(long_enough, key=lambda chain: -sum(face.size for face in chain.values()))
    return tuple(
        _person(f"person{place}", chain, frames, pixel_aspect, settings.smoothing)
        for place, chain in enumerate(ordered[: settings.max_people], start=1)
    )


def _person(name: str, chain: Chain, numbers: tuple[int, ...], pixel_aspect: float, smoothing: float) -> Person:
    found = {place: np.column_stack([face.landmarks_plate, face.depth_px]) for place, face in chain.items()}
    frames = len(numbers)
    points = _over_all(found, frames)
    for run in runs(numbers, chain):
        alignments = np.array([_alignment(each, pixel_aspect) for each in points[run]])
        points[run] = smooth_run(points[run], alignments, smoothing)
    square = [pixel_aspect, 1.0, 1.0]
    presence = {place: np.array(face.presence) for place, face in chain.items()}
    exposure = {place: np.array(face.exposure) for place, face in chain.items()}
    return Person(
        name=name,
        landmarks_plate=points[..., :2].astype(np.float32),
        depth_px=points[..., 2].astype(np.float32),
        confidence=_over_all({place: face.confidence for place, face in chain.items()}, frames).astype(np.float32),
        presence=_over_all(presence, frames).astype(np.float32),
        pose_deg=_over_all({place: pose_deg(points[place] * square) for place in chain}, frames).astype(np.float32),
        alignment=_over_all({place: _alignment(points[place], pixel_aspect) for place in chain}, frames),
        by_hand=np.zeros(points.shape[:2], np.bool_),
        exposure=_over_all(exposure, frames).astype(np.float32),
    )


def _alignment(points: Matrix, pixel_aspect: float) -> Matrix:
    return fit_alignment(points[list(mesh_to_68), :2], pixel_aspect)


def _over_all(rows: Mapping[int, Matrix], frames: int) -> Matrix:
    """One row for every frame of the range, NaN where there is none."""
    every = np.full((frames, *next(iter(rows.values())).shape), np.nan)
    for place, row in rows.items():
        every[place] = row
    return every
