import numpy as np

from faceplate.align import fit_alignment
from faceplate.track.people.edited import Cast
from faceplate.track.settings import FaceTrackSettings
from faceplate.track.solve.pose import pose_deg
from faceplate.track.solve.smooth import runs, smooth_run
from faceplate.track.topology import mesh_to_68
from faceplate.values import Matrix, Person, Track


def solve_person(track: Track, cast: Cast, settings: FaceTrackSettings) -> Person:
    """One person of a track over its frames: landmarks that hold still, alignment, pose, and what is doubtful.

    `track` says frames, cuts, size and pixel aspect.
    """
    measured, aspect = cast.measured, track.pixel_aspect
    points = np.concatenate([measured.landmarks_plate, measured.depth_px[..., None]], axis=-1).astype(np.float64)
    places = np.flatnonzero(measured.seen)
    for run in runs(track.frames, places.tolist()):
        alignments = np.array([_alignment(each, aspect) for each in points[run]])
        points[run] = smooth_run(points[run], alignments, settings.smoothing)
    frames = len(track.frames)
    pose, alignment = np.full((frames, 3), np.nan, np.float32), np.full((frames, 2, 3), np.nan)
    for place in places:
        pose[place] = pose_deg(points[place] * [aspect, 1.0, 1.0])
        alignment[place] = _alignment(points[place], aspect)
    return Person(
        name=cast.name,
        landmarks_plate=points[..., :2].astype(np.float32),
        depth_px=points[..., 2].astype(np.float32),
        confidence=measured.confidence,
        presence=measured.presence,
        pose_deg=pose,
        place_cm=np.full((frames, 3), np.nan, np.float32),
        alignment=alignment,
        by_hand=np.zeros(points.shape[:2], np.bool_),
        exposure=measured.exposure,
        residual_px=np.where(measured.seen, 0.0, np.nan).astype(np.float32),
        doubts=np.zeros(frames, np.uint16),
    )


def _alignment(points: Matrix, pixel_aspect: float) -> Matrix:
    return fit_alignment(points[list(mesh_to_68), :2], pixel_aspect)
