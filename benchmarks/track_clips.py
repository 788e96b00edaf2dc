"""Real clips and stills, whose truth nobody knows: jitter, path, cut, absence, and MediaPipe's own expected result."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.signal import savgol_filter

from faceplate.align import transform
from faceplate.errors import TrackError
from faceplate.graph import open_encoded_plate, track_shot
from faceplate.plate import normalised
from faceplate.track import FaceTrackSettings, topology
from faceplate.values import Array, Matrix, Plate, Track
from track_scenes import RAW, landmarks_alone
from track_truth import corners_plate

# Texture that the flow takes from frame to frame, in two halves that lie among one another: what the face itself does
# both see alike, but the flow's errors are their own, and cancel in the product of the two.
HALVES = (list(topology.anchors[::2]), list(topology.anchors[1::2]))
COLOURSPACE = "sRGB - Texture"
# Clip, range, and frames a second.
CLIPS: dict[str, tuple[str, int]] = {
    "swapA_ls_demo2.mp4": ("1-75", 25),
    "swapB_ls_demo3.mp4": ("1-75", 25),
    "ls_demo1_woman.mp4": ("1-75", 25),
    "pf_hand_occlusion.mp4": ("60-180", 24),
    "lp_s18_threequarter_dolly.mp4": ("1-75", 25),
    "intel_asl_bird.mkv": ("1-60", 30),
    "intel_asl_book.mkv": ("1-75", 30),
    "intel_headpose_female.gif": ("1-23", 12),
}
# The clip that cuts to a shot without a face, and the last frame before it.
CUT_CLIP, CUT_RANGE, LAST_FACE = "pf_face_noface.mov", "50-100", 72
STILLS_WITHOUT_FACE = ("noface_grass.jpg", "noface_mountain.jpg")


@dataclass(frozen=True)
class ClipFigures:
    """One clip, corners of the face square in plate pixels: second differences, and slow paths (`_slow`).

    Attributes:
        raw_px: RMS second difference of one view of each frame by itself.
        refined_px: of the track as the default knobs give it.
        flow_px: of what 8-bit optical flow says the face itself does, which no track that follows it can go below:
            root of the mean product of two halves of the texture, free of the noise of either.
        raw_jitter_px: second difference of the raw beside that of the face by flow, likewise by two halves.
        refined_jitter_px: of the refined.
        slow_rms_px: RMS distance of the refined slow path from that of the landmarks it is made from.
        slow_worst_px: the largest.
        one_view_rms_px: RMS distance of the refined slow path from the raw one.
        views_rms_px: RMS distance of the slow path of the landmarks it is made from, several views, from the raw one.
    """

    raw_px: float
    refined_px: float
    flow_px: float
    raw_jitter_px: float
    refined_jitter_px: float
    slow_rms_px: float
    slow_worst_px: float
    one_view_rms_px: float
    views_rms_px: float


def clip_figures(clip: Path, frame_range: str, rate: int) -> ClipFigures:
    """Of the largest person of a clip, over the frames in which every track sees them."""
    plate = open_encoded_plate(str(clip), frame_range, COLOURSPACE)
    raw, refined = track_shot(plate, RAW), track_shot(plate, FaceTrackSettings())
    measured = landmarks_alone(refined, FaceTrackSettings(refine=False, smoothing=0.0))
    paths = [corners_plate(track.people[0].alignment) for track in (raw, measured, refined)]
    runs = [run for run in _runs(np.isfinite(paths).all(axis=(0, 2, 3))) if len(run) > rate]
    flows = [[_flow(plate, refined, run, half) for run in runs] for half in HALVES]
    seconds = [_lengths(paths[which], runs, _second) for which in (0, 2)]
    beside = [_shared(*(_beside(paths[which], runs, flow) for flow in flows)) for which in (0, 2)]
    slow = [np.concatenate([_slow(path[run], rate) for run in runs]) for path in paths]
    apart = [np.linalg.norm(slow[one] - slow[other], axis=-1) for one, other in ((2, 1), (2, 0), (1, 0))]
    own = _shared(*(_own(paths[2], runs, flow) for flow in flows))
    return ClipFigures(
        _rms(seconds[0]),
        _rms(seconds[1]),
        own,
        *beside,
        _rms(apart[0]),
        float(apart[0].max()),
        _rms(apart[1]),
        _rms(apart[2]),
    )


def seen_frames(folder: Path) -> list[int]:
    """The frames in which anybody is seen in the clip that cuts from a face to a shot without one."""
    plate = open_encoded_plate(str(folder / "clips" / CUT_CLIP), CUT_RANGE, COLOURSPACE)
    track = track_shot(plate, FaceTrackSettings())
    seen = np.any([person.seen for person in track.people], axis=0)
    return [number for number, here in zip(track.frames, seen, strict=True) if here]


def people_in(still: Path) -> int:
    """How many people are tracked in a still."""
    try:
        return len(track_shot(open_encoded_plate(str(still), None, COLOURSPACE), FaceTrackSettings()).people)
    except TrackError:
        return 0


def golden_error_px(folder: Path) -> float:
    """Mean distance of the landmarks of portrait.jpg from MediaPipe's own expected result, pixels."""
    golden = folder / "stills" / "golden"
    text = (golden / "portrait_expected_face_landmarks.pbtxt").read_text()
    numbers = [float(value) for value in re.findall(r"[xy]: ([-\d.e]+)", text)]
    plate = open_encoded_plate(str(golden / "portrait.jpg"), None, COLOURSPACE)
    track = track_shot(plate, FaceTrackSettings())
    expected = np.array(numbers).reshape(-1, 2) * track.size
    return float(np.linalg.norm(track.people[0].landmarks_plate[0] - expected, axis=-1).mean())


def _runs(seen: Array) -> list[Array]:
    """The unbroken runs of frames, as rows."""
    places = np.split(np.arange(len(seen)), np.flatnonzero(np.diff(seen)) + 1)
    return [run for run in places if seen[run[0]]]


def _flow(plate: Plate, track: Track, run: Array, half: list[int]) -> list[tuple[Matrix, Matrix]]:
    """For every inner frame of a run, the face's similarity to the frame before and to the one after, by 8-bit flow.

    Pyramidal Lucas-Kanade of the texture of half of the anchors.
    """
    codes = [_codes(plate, track.frames[row]) for row in run]
    points = [_opencv(track.people[0].landmarks_plate[row, half]) for row in run]
    inner = range(1, len(run) - 1)
    return [
        (
            _similarity(codes[place], codes[place - 1], points[place]),
            _similarity(codes[place], codes[place + 1], points[place]),
        )
        for place in inner
    ]


def _similarity(first: Array, second: Array, points: Array) -> Matrix:
    found, good, _ = cv2.calcOpticalFlowPyrLK(first, second, points, None, winSize=(21, 21), maxLevel=4)
    kept = good[:, 0] == 1
    matrix, _ = cv2.estimateAffinePartial2D(points[kept] + 0.5, found[kept] + 0.5, ransacReprojThreshold=0.7)
    return np.asarray(matrix)


def _opencv(points_plate: Array) -> Array:
    return np.asarray(points_plate, np.float32) - np.float32(0.5)


def _flown(path: Matrix, runs: list[Array], flow: list[list[tuple[Matrix, Matrix]]]) -> Iterator[Matrix]:
    """For every inner frame, its corners as flow has them before, on, and after it: 3 x corners x 2."""
    for run, moves in zip(runs, flow, strict=True):
        for row, (back, forth) in zip(run[1:-1], moves, strict=True):
            yield np.stack([transform(back, path[row]), path[row], transform(forth, path[row])])


def _own(path: Matrix, runs: list[Array], flow: list[list[tuple[Matrix, Matrix]]]) -> Matrix:
    """Second differences of the face's square by flow, frames x corners x 2."""
    return np.concatenate([_second(each) for each in _flown(path, runs, flow)])


def _beside(path: Matrix, runs: list[Array], flow: list[list[tuple[Matrix, Matrix]]]) -> Matrix:
    """The path's second differences less those of the face by flow."""
    return np.concatenate([_second(path[run]) for run in runs]) - _own(path, runs, flow)


def _shared(one: Matrix, other: Matrix) -> float:
    """Root of the mean product of two tellings of the same: RMS of what they share."""
    return float(np.sqrt(max((one * other).sum(axis=-1).mean(), 0.0)))


def _lengths(path: Matrix, runs: list[Array], of: Callable[[Matrix], Matrix]) -> Array:
    return np.linalg.norm(np.concatenate([of(path[run]) for run in runs]), axis=-1)


def _codes(plate: Plate, number: int) -> Array:
    rgb = normalised(plate.read(number).groups[0].pixels[..., :3], plate.read(number).sample)
    return np.clip(rgb.mean(axis=-1) * 255, 0, 255).astype(np.uint8)


def _second(path: Matrix) -> Matrix:
    return np.diff(path, 2, axis=0)


def _slow(path: Matrix, rate: int) -> Matrix:
    """About a second's zero-phase fit: Savitzky and Golay, Analytical Chemistry 36(8), 1964; third order."""
    fitted: Matrix = savgol_filter(path, rate | 1, 3, axis=0)
    return fitted


def _rms(lengths: Array) -> float:
    return float(np.sqrt(np.square(lengths).mean()))
