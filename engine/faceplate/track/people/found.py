"""Which person somebody means by a place on a frame."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from faceplate.values import Array, Matrix, Measured

# In sides of the face's box.
REACH = 1.0


class Path(NamedTuple):
    """The rows in which a face was seen, the middle of its landmarks and the sides of their box there, plate pixels."""

    rows: npt.NDArray[np.intp]
    middles_plate: Matrix
    sides_px: Matrix

    def seen(self, row: int) -> bool:
        """True where the face was seen in the row."""
        return bool(np.isin(row, self.rows))

    def middle(self, row: int) -> Matrix:
        """Where the face is in a row: on the line between two rows where it was seen, at rest before and after."""
        return _between(self.rows, self.middles_plate, row)

    def sides(self, row: int) -> Matrix:
        """How wide and high it is there."""
        return _between(self.rows, self.sides_px, row)

    def away(self, row: int, at_plate: Array | tuple[float, float]) -> float:
        """How far from a point of the plate it is there, in its own sides."""
        return float(np.linalg.norm((self.middle(row) - at_plate) / np.maximum(self.sides(row), 1e-6)))


def path_of(measured: Measured) -> Path:
    """The path of a person over a track."""
    rows = np.flatnonzero(measured.seen)
    landmarks = measured.landmarks_plate[rows].astype(np.float64)
    return Path(rows, landmarks.mean(axis=1), np.ptp(landmarks, axis=1))


def person_at(paths: Sequence[Path], row: int, at_plate: Array | tuple[float, float]) -> int | None:
    """The place in `paths` of whoever's face is nearest to a point of the plate in a row of the track, or None.

    Faces seen in that row come first, at most one size of the face away; then paths of those who are out of sight
    there, as near. Where nobody at all is seen in the row it is the nearest path, or the only person there is.
    """
    seen = [place for place, path in enumerate(paths) if path.seen(row)]
    hidden = [place for place, path in enumerate(paths) if path.rows.size and not path.seen(row)]
    away = {place: paths[place].away(row, at_plate) for place in (*seen, *hidden)}
    for group in (seen, hidden):
        near = [place for place in group if away[place] <= REACH]
        if near:
            return min(near, key=away.__getitem__)
    return min(hidden, key=away.__getitem__) if hidden and not seen else None


def _between(rows: npt.NDArray[np.intp], values: Matrix, row: int) -> Matrix:
    return np.array([np.interp(row, rows, values[:, axis]) for axis in range(2)])
