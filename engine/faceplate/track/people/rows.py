"""What was measured of a person taken apart and put together by the rows of a track."""

from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt

from faceplate.values import Array, Floats, Matrix, Measured, Motion

Rows = npt.NDArray[np.bool_]


def only_rows(measured: Measured, kept: Rows) -> Measured:
    """The person in the rows that are kept (frames, bool), unseen in all others.

    Of their motion only the pairs stay that lie in kept rows with both ends.
    """
    taken = {name: np.where(_over(kept, value), value, np.float32(np.nan)) for name, value in _arrays(measured).items()}
    return replace(measured, **taken, motion=_motion_within(measured.motion, kept))


def merged(one: Measured, other: Measured) -> Measured:
    """Two who are the same person: the rows of both; where both are seen, those of the surer and larger face.

    A pair of frames of the motion stays where both its rows come from the one it was measured on.
    """
    first = one.seen & ~(other.seen & (_standing(other) > _standing(one)))
    second = other.seen & ~first
    neither = ~(first | second)
    rows = {
        name: np.where(_over(first | neither, value), value, getattr(other, name))
        for name, value in _arrays(one).items()
    }
    motions = [each for each in (_motion_within(one.motion, first), _motion_within(other.motion, second)) if each]
    return replace(one, **rows, motion=_joined(motions))


def _arrays(measured: Measured) -> dict[str, Floats]:
    return {entry.name: getattr(measured, entry.name) for entry in fields(measured) if entry.name != "motion"}


def _over(rows: Rows, value: Floats) -> Rows:
    return rows.reshape(-1, *[1] * (value.ndim - 1))


def _standing(measured: Measured) -> Matrix:
    """How much there is to be said for a row: how sure its landmarks are, times its size; 0 where unseen."""
    sureness = np.median(measured.confidence, axis=1)
    sides_px = np.ptp(measured.landmarks_plate.astype(np.float64), axis=1)
    standing: Matrix = np.nan_to_num(sureness * np.sqrt(np.prod(sides_px, axis=1)))
    return standing


def _motion_within(motion: Motion | None, kept: Rows) -> Motion | None:
    if motion is None:
        return None
    pairs = kept[motion.pairs].all(axis=1)
    return Motion(*[part[pairs] for part in _parts(motion)])


def _joined(motions: list[Motion]) -> Motion | None:
    if not motions:
        return None
    parts = zip(*map(_parts, motions), strict=True)
    return Motion(*[np.concatenate(part) for part in parts])


def _parts(motion: Motion) -> tuple[Array, ...]:
    return motion.pairs, motion.taken_plate, motion.found_plate, motion.deviation_px
