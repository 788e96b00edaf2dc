"""Real clips and stills, whose truth nobody knows: jitter, path, cut, absence, and MediaPipe's own expected result."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import savgol_filter

from faceplate.errors import TrackError
from faceplate.graph import open_encoded_plate, track_shot
from faceplate.track import FaceTrackSettings
from faceplate.values import Array, Matrix, Track
from track_scenes import RAW
from track_truth import corners_plate

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
    "intel_headpose_female.gif": ("1-75", 12),
}
# The clip that cuts to a shot without a face, and the last frame before it.
CUT_CLIP, CUT_RANGE, LAST_FACE = "pf_face_noface.mov", "50-100", 72
STILLS_WITHOUT_FACE = ("noface_grass.jpg", "noface_mountain.jpg")


@dataclass(frozen=True)
class ClipFigures:
    """One clip: how much quieter the refined alignment is than the raw one, and how far their slow paths are apart.

    Attributes:
        energy_ratio: second-difference energy of the corners of the face square, raw over refined.
        path_rms_px: RMS distance of the refined corners from a zero-phase fit of the raw ones, plate pixels.
        path_worst_px: the largest.
        slow_rms_px: RMS distance of the same fit of both.
        slow_worst_px: the largest.
    """

    energy_ratio: float
    path_rms_px: float
    path_worst_px: float
    slow_rms_px: float
    slow_worst_px: float


def tracks_of(clip: Path, frame_range: str) -> tuple[Track, Track]:
    """Raw and as the default knobs have it, of the largest person."""
    plate = open_encoded_plate(str(clip), frame_range, COLOURSPACE)
    return track_shot(plate, RAW), track_shot(plate, FaceTrackSettings())


def figures_of(raw: Track, refined: Track, rate: int) -> ClipFigures:
    """What the two tracks of one clip say, over the frames that both saw the first person in."""
    paths = [corners_plate(track.people[0].alignment) for track in (raw, refined)]
    seen = np.isfinite(paths[0]).all(axis=(1, 2)) & np.isfinite(paths[1]).all(axis=(1, 2))
    runs = [run for run in np.split(np.arange(len(seen)), np.flatnonzero(np.diff(seen)) + 1) if seen[run[0]]]
    before, after = (np.concatenate([_second(path[run]) for run in runs]) for path in paths)
    long_runs = [run for run in runs if len(run) > rate]
    slow_raw, slow = (np.concatenate([_slow(path[run], rate) for run in long_runs]) for path in paths)
    own = np.concatenate([paths[1][run] for run in long_runs])
    apart, slow_apart = (np.linalg.norm(path - slow_raw, axis=-1) for path in (own, slow))
    return ClipFigures(
        float(np.square(before).sum() / np.square(after).sum()),
        _rms(apart),
        float(apart.max()),
        _rms(slow_apart),
        float(slow_apart.max()),
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


def _second(path: Matrix) -> Matrix:
    return np.diff(path, 2, axis=0)


def _slow(path: Matrix, rate: int) -> Matrix:
    """About a second's zero-phase fit: Savitzky and Golay, Analytical Chemistry 36(8), 1964; third order."""
    fitted: Matrix = savgol_filter(path, rate | 1, 3, axis=0)
    return fitted


def _rms(lengths: Array) -> float:
    return float(np.sqrt(np.square(lengths).mean()))
