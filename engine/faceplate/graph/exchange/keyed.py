"""A person's path as keys in Nuke's pixels.

Plate pixels count down from the top, Nuke's up from the bottom; both put the centre of the first pixel at 0.5, so only
y turns over. The plugin says the same in `faceplate_nuke.track_nodes`, which has to do without the engine.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from faceplate.align import invert, transform
from faceplate.errors import CallError, TrackError
from faceplate.graph.knobs import Curve, Key, curve_text
from faceplate.values import Array, Matrix, Person, Track, describe_frames

# Finer than a thousandth of a pixel on any plate, and short enough to be read by people.
digits = 6


@dataclass(frozen=True)
class Keyed:
    """A person of a track in those of the chosen frames that show them.

    Attributes:
        track: for size and pixel aspect of the plate.
        person: whose path it is.
        rows: of the track, rising; each shows the person.
        reference_row: the row of the frame that moves are told from; one that shows the person.
    """

    track: Track
    person: Person
    rows: tuple[int, ...]
    reference_row: int

    @property
    def frames(self) -> tuple[int, ...]:
        """The frames' numbers."""
        return tuple(self.track.frames[row] for row in self.rows)

    @property
    def reference_frame(self) -> int:
        """The number of the frame that moves are told from."""
        return self.track.frames[self.reference_row]

    @cached_property
    def face_to_plate(self) -> Matrix:
        """Frames x 2 x 3: the unit face square to plate pixels."""
        return np.array([invert(self.person.alignment[row]) for row in self.rows])

    @cached_property
    def reference_to_plate(self) -> Matrix:
        """2 x 3, the same in the reference frame."""
        return invert(self.person.alignment[self.reference_row])

    def landmark(self, index: int) -> Matrix:
        """Frames x 2: a landmark, in Nuke's pixels."""
        return self.to_nuke(self.person.landmarks_plate[list(self.rows), index])

    def of_square(self, x: float, y: float) -> Matrix:
        """Frames x 2: a point of the unit face square, in Nuke's pixels."""
        return self.to_nuke(np.array([transform(matrix, np.array([x, y])) for matrix in self.face_to_plate]))

    def to_nuke(self, points_plate: Array) -> Matrix:
        """Points (... x 2) of the plate, in Nuke's pixels."""
        return np.asarray(points_plate, np.float64) * [1, -1] + [0, self.track.size[1]]

    def curve(self, values: Iterable[float]) -> str:
        """A key in every frame, as an element of a knob."""
        keys = (Key(x=frame, y=rounded(value)) for frame, value in zip(self.frames, values, strict=True))
        return f"{{{curve_text(Curve(tuple(keys)))}}}"

    def curves(self, values: Array) -> str:
        """Frames x n values as the n elements of a knob."""
        return " ".join(map(self.curve, np.asarray(values, np.float64).T))


def keyed(track: Track, person: Person, frames: Sequence[int], reference_frame: int | None = None) -> Keyed:
    """The person's path over those of `frames` that show them; told from the first of these without another.

    Raises:
        TrackError: none of them does, or the reference frame does not.
        CallError: the track has no such reference frame.
    """
    wanted = set(frames)
    rows = tuple(row for row in map(int, np.flatnonzero(person.seen)) if track.frames[row] in wanted)
    if not rows:
        raise TrackError(
            person.name,
            expected=f"somebody who is seen in the frames {describe_frames(tuple(frames))}",
            came="no frame of them",
            next_step="ask for other frames, or name another --person",
        )
    return Keyed(track, person, rows, rows[0] if reference_frame is None else _row(track, person, reference_frame))


def _row(track: Track, person: Person, frame: int) -> int:
    if frame in track.frames and person.seen[track.frames.index(frame)]:
        return track.frames.index(frame)
    seen = tuple(number for number, here in zip(track.frames, person.seen, strict=True) if here)
    raise CallError(
        "the reference frame",
        expected=f"a frame that shows {person.name}: {describe_frames(seen)}",
        came=str(frame),
        next_step="name one of these",
    )


def rounded(value: float) -> float:
    """The value as it is written: no more digits than anyone could see, and no -0."""
    return round(float(value), digits) + 0.0


def pair(values: Array) -> str:
    """Still numbers as the elements of a knob."""
    return " ".join(f"{rounded(value):.{digits}f}".rstrip("0").rstrip(".") for value in np.asarray(values).ravel())
