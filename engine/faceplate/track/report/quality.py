import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from faceplate.align import fit_alignment, invert, transform
from faceplate.track.file.listed import doubts_in_words
from faceplate.track.people.edited import cast_of
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Matrix, Measured, Person, Track

# The second difference of white noise has six times its variance.
SECOND_DIFFERENCE = math.sqrt(6.0)
unit_corners = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])


@dataclass(frozen=True)
class Quality:
    """How good one person's track is. Distances are square plate pixels.

    Attributes:
        name: of the person.
        frames: in which they are seen.
        coverage: the share of the track's frames in which they are seen.
        longest_gap: frames between two in which they are seen, at most.
        face_px: the median side of the unit face square.
        jitter_px: of the face square's corners: their second difference over three frames in a row as the standard
            deviation of the white noise that would give it; a face that speeds up counts as well. NaN where there
            are no three frames in a row.
        raw_jitter_px: the same of the landmarks as measured; NaN where they are not known.
        residual_px: RMS distance of the landmarks as measured from those solved; NaN where it is not known.
        worst_residual_px: that of the worst frame.
        worst_frame: its number; None where it is not known.
        texture_found: the share of the texture's patches that were found again, over all pairs of frames; NaN where
            they were not looked for.
        by_hand: frames in which the artist set something.
        doubts: frames by what is doubtful about them.
    """

    name: str
    frames: int
    coverage: float
    longest_gap: int
    face_px: float
    jitter_px: float
    raw_jitter_px: float
    residual_px: float
    worst_residual_px: float
    worst_frame: int | None
    texture_found: float
    by_hand: tuple[int, ...]
    doubts: Mapping[str, tuple[int, ...]]

    @property
    def uncertain(self) -> tuple[int, ...]:
        """Every frame with a doubt."""
        return tuple(sorted({frame for frames in self.doubts.values() for frame in frames}))


def track_quality(track: Track) -> tuple[Quality, ...]:
    """The quality of every person of a track, in the track's order."""
    measured: Sequence[Measured | None] = [None] * len(track.people)
    if track.measured:
        measured = [each.measured for each in cast_of(track.measured, track.edits, track.frames)]
    return tuple(_quality(track, *each) for each in zip(track.people, measured, strict=True))


def _quality(track: Track, person: Person, measured: Measured | None) -> Quality:
    rows = np.flatnonzero(person.seen)
    residual = np.nan_to_num(person.residual_px[rows], nan=-1.0)
    is_known = bool((residual >= 0).any())
    worst = int(rows[int(residual.argmax())]) if is_known else None
    return Quality(
        name=person.name,
        frames=rows.size,
        coverage=rows.size / len(track.frames),
        longest_gap=int(np.diff(rows).max(initial=1)) - 1,
        face_px=_face_px(person.alignment[rows]),
        jitter_px=jitter_px(track, person.alignment),
        raw_jitter_px=jitter_px(track, _measured_alignment(track, measured)) if measured else math.nan,
        residual_px=float(np.sqrt(np.mean(residual[residual >= 0] ** 2))) if is_known else math.nan,
        worst_residual_px=float(residual.max()) if is_known else math.nan,
        worst_frame=None if worst is None else track.frames[worst],
        texture_found=_texture_found(measured),
        by_hand=tuple(track.frames[row] for row in np.flatnonzero(person.by_hand.any(axis=1))),
        doubts=doubtful_frames(track, person),
    )


def doubtful_frames(track: Track, person: Person) -> dict[str, tuple[int, ...]]:
    """Frames by what is doubtful about them, in the words of `doubts_in_words`."""
    found: dict[str, tuple[int, ...]] = {}
    for frame, doubts in zip(track.frames, person.doubts, strict=True):
        for word in doubts_in_words(int(doubts)):
            found[word] = (*found.get(word, ()), frame)
    return found


def jitter_px(track: Track, alignment: Matrix) -> float:
    """RMS of the unit face square's second differences over `sqrt(6)`, in square plate pixels.

    `alignment` is frames x 2 x 3, NaN where unknown. Only three frames in a row of one shot count; NaN without any.
    """
    corners = np.full((len(alignment), 4, 2), np.nan)
    for row in np.flatnonzero(np.isfinite(alignment).all(axis=(1, 2))):
        corners[row] = transform(invert(alignment[row]), unit_corners) * [track.pixel_aspect, 1.0]
    second = np.linalg.norm(corners[2:] - 2 * corners[1:-1] + corners[:-2], axis=-1)[_in_a_row(track)]
    known = second[np.isfinite(second)]
    # Two axes: the length of a jitter that is white on each has twice its variance.
    return float(np.sqrt(np.mean(known**2) / 2) / SECOND_DIFFERENCE) if known.size else math.nan


def _in_a_row(track: Track) -> npt.NDArray[np.bool_]:
    """Which triples of neighbouring rows follow one another in time, without a cut between them."""
    numbers = np.array(track.frames)
    is_next = np.diff(numbers) == 1
    is_next[[row - 1 for row in track.cuts]] = False
    return np.asarray(is_next[1:] & is_next[:-1])


def _measured_alignment(track: Track, measured: Measured) -> Matrix:
    alignment = np.full((len(track.frames), 2, 3), np.nan)
    for row in np.flatnonzero(measured.seen):
        alignment[row] = fit_alignment(measured.landmarks_plate[row][list(mesh_to_68)], track.pixel_aspect)
    return alignment


def _face_px(alignments: Array) -> float:
    """The median side of the unit face square, in plate rows."""
    sides = [1 / np.linalg.norm(alignment[:, 1]) for alignment in alignments]
    return float(np.median(sides)) if sides else math.nan


def _texture_found(measured: Measured | None) -> float:
    if measured is None or measured.motion is None or not measured.motion.deviation_px.size:
        return math.nan
    return float(np.isfinite(measured.motion.deviation_px).mean())
