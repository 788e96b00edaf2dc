import json
import resource
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from faceplate.colour import camera_light, to_working
from faceplate.demo.portrait import landmarks68_portrait
from faceplate.demo.truth import Truth
from faceplate.graph import StageTimes, encoding_of
from faceplate.plate import as_dpx10, for_each_frame, normalised, open_plate
from faceplate.storage import whole_or_absent
from faceplate.track import mesh_to_68
from faceplate.values import Array, Floats, Frame, Person, Plate, Sample, Track

exposure_edges_ev = np.arange(-6, 5)
"""Edges of the exposure bins, in stops over scene-linear 0.18."""

least_pixels = 2000
"""A bin with fewer pixels says nothing about its standard deviation."""


@dataclass(frozen=True)
class GrainBin:
    """Grain inside the matte at one exposure, per channel as measured over what the plate's was made with."""

    exposure: float
    ratio: tuple[float | None, ...]
    pixels: int


@dataclass(frozen=True)
class Figures:
    """What the demo measured against the truth of its plate.

    Attributes:
        frames: their number.
        size: width and height.
        landmark_error_px: mean distance of the 68 tracked points from where the plate put them.
        landmark_jitter_px: what of that error comes and goes from frame to frame, as an rms; None under 3 frames.
        identical_outside_matte: share of the pixels outside the matte that are the plate's to the bit, by format.
        grain: by exposure.
        stage_seconds_a_frame: seconds of each stage and of each class of node, summed over threads, by frame.
        wall_s: seconds of the walk, from nothing to delivered.
        peak_memory_mb: most memory held at once.
    """

    frames: int
    size: tuple[int, int]
    landmark_error_px: float
    landmark_jitter_px: float | None
    identical_outside_matte: dict[str, float]
    grain: tuple[GrainBin, ...]
    stage_seconds_a_frame: dict[str, float]
    wall_s: float
    peak_memory_mb: float

    def as_json(self) -> dict[str, Any]:
        """The figures as plain values."""
        return asdict(self)

    def words(self) -> str:
        """The figures for a person."""
        identical = ", ".join(f"{name} {share:.6f}" for name, share in self.identical_outside_matte.items())
        jitter = "too few frames to tell jitter"
        if self.landmark_jitter_px is not None:
            jitter = f"{self.landmark_jitter_px:.3f} px jitter"
        ratios = [ratio for entry in self.grain for ratio in entry.ratio if ratio is not None]
        grain = f"{min(ratios):.3f} to {max(ratios):.3f} of the plate's" if ratios else "too few pixels to tell"
        return (
            f"{self.frames} frames of {self.size[0]}x{self.size[1]} in {self.wall_s:.1f} s, "
            f"{self.peak_memory_mb:.0f} MB at most\n"
            f"landmarks: {self.landmark_error_px:.2f} px off, {jitter}\n"
            f"identical to the plate outside the matte: {identical}\n"
            f"grain inside the matte: {grain}"
        )


@dataclass(frozen=True)
class Walked:
    """A shot that was walked.

    Attributes:
        plate: with its encoding.
        track: of it.
        person: whose face was replaced.
        truth: what the plate was made with.
        times: seconds of each stage.
        wall_s: seconds of the walk.
    """

    plate: Plate
    track: Track
    person: Person
    truth: Truth
    times: StageTimes
    wall_s: float


def measure_delivery(
    walked: Walked, rendered: Callable[[str], str], on_frame: Callable[[int], None] | None = None
) -> Figures:
    """Reads back what was delivered and holds it against the plate and its truth.

    `rendered` names the sequences `exr`, `dpx`, `matte` and `swap`.
    """
    delivered, ten_bit, mattes, faces = (open_plate(rendered(name)) for name in ("exr", "dpx", "matte", "swap"))
    plates, truth = walked.plate, walked.truth
    identical: dict[str, list[float]] = {"exr": [], "dpx": []}
    grain = GrainTally()

    def check(number: int) -> None:
        plate, finished = plates.read(number), delivered.read(number)
        outside = ~_covered(mattes.read(number), plate)
        identical["exr"].append(_identical(plate, finished, outside))
        identical["dpx"].append(_identical(as_dpx10(plate), ten_bit.read(number), outside))
        grain.add(*_grain_of(finished, faces.read(number), plates), truth.response)

    for_each_frame(plates.frames, check, on_frame=on_frame)
    error, jitter = landmark_figures(walked.person, walked.track.frames, truth)
    seconds = {name: round(value / len(plates.frames), 4) for name, value in walked.times.seconds().items()}
    return Figures(
        frames=len(plates.frames),
        size=walked.track.size,
        landmark_error_px=error,
        landmark_jitter_px=jitter,
        identical_outside_matte={name: min(shares) for name, shares in identical.items()},
        grain=grain.bins(),
        stage_seconds_a_frame=seconds,
        wall_s=walked.wall_s,
        peak_memory_mb=peak_memory_mb(),
    )


def landmark_figures(person: Person, frames: tuple[int, ...], truth: Truth) -> tuple[float, float | None]:
    """Mean error of the 68 points and the rms of its second difference over time, both in plate pixels.

    The second difference of white noise has sqrt(6) times its rms, which is taken out; None under 3 frames.
    """
    tracked = person.landmarks_plate[:, list(mesh_to_68)].astype(np.float64)
    placed = np.stack([truth.carry(landmarks68_portrait, number) for number in frames])
    error = tracked - placed
    distance = float(np.nanmean(np.linalg.norm(error, axis=-1)))
    swing = np.diff(error, n=2, axis=0)
    return distance, float(np.sqrt(np.nanmean(swing**2) / 6)) if swing.size else None


class GrainTally:
    """Sums of squared grain, true and found, by exposure and channel."""

    def __init__(self) -> None:
        self._sums = np.zeros((3, len(exposure_edges_ev) - 1, 3))

    def add(self, face: Floats, grain: Floats, response: Array) -> None:
        """Counts pixels x 3: the picture before grain, and the grain, both in the camera's light."""
        slope, floor = np.asarray(response, np.float64).T
        true = slope * np.maximum(face, 0) + floor
        where = np.digitize(np.log2(np.maximum(face, 1e-9) / 0.18), exposure_edges_ev) - 1
        for channel in range(3):
            for index in range(self._sums.shape[1]):
                chosen = where[:, channel] == index
                found = grain[chosen, channel].astype(np.float64)
                self._sums[:, index, channel] += (np.sum(found**2), np.sum(true[chosen, channel]), found.size)

    def bins(self) -> tuple[GrainBin, ...]:
        """Standard deviation found over the true one, for the bins that hold enough pixels."""
        middles = 0.18 * 2.0 ** (exposure_edges_ev[:-1] + 0.5)
        return tuple(
            GrainBin(float(middle), tuple(map(_ratio, *self._sums[:, index])), int(self._sums[2, index].max()))
            for index, middle in enumerate(middles)
            if self._sums[2, index].max() >= least_pixels
        )


def write_report(figures: Figures, path: Path) -> None:
    """Writes the figures as JSON."""
    with whole_or_absent(path) as beside:
        beside.write_text(json.dumps(figures.as_json(), indent=1) + "\n")


def peak_memory_mb() -> float:
    """The most memory this process has held at once, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _ratio(found: float, true: float, pixels: float) -> float | None:
    return float(np.sqrt(found / true)) if pixels >= least_pixels else None


def _identical(before: Frame, after: Frame, outside: Array) -> float:
    data = before.header.data
    same = (before.stored(data).view(np.uint16) == after.stored(data).view(np.uint16)).all(axis=-1)
    return float(same[outside].mean())


def _covered(matte: Frame, plate: Frame) -> Array:
    data = plate.header.data
    covered = np.zeros((data.height, data.width), bool)
    covered[matte.header.data.slices(data)] = matte.groups[0].pixels[..., 0] > 0
    return covered


def _grain_of(finished: Frame, face: Frame, plate: Plate) -> tuple[Floats, Floats]:
    """Where the face covers the plate wholly: the face before grain, and the grain it was given; pixels x 3.

    Both in the camera's light.
    """
    window, light = face.header.data, camera_light(encoding_of(plate))
    linear = to_working(encoding_of(plate))(normalised(finished.stored(window), finished.sample))
    layer = normalised(face.groups[0].pixels, Sample.HALF)
    whole = layer[..., 3] == 1
    before, after = (light.camera(picture[whole][None])[0] for picture in (layer[..., :3], linear))
    return before, after - before
