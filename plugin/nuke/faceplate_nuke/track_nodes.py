"""A track as Nuke's own nodes: what goes into the knobs of Tracker4, CornerPin2D and Axis2, and the points of a Roto.

Plate pixels count down from the top, Nuke's up from the bottom; both put the centre of the first pixel at 0.5, so
only y turns over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faceplate_nuke.problem import Problem
from faceplate_nuke.script_text import curve, number, quoted
from faceplate_nuke.track_file import Person, Track

Point = tuple[float, float]

# Points of the face mesh that a compositor would track by hand; those of the skull drive rotation and scale as well.
STEADY = {
    "right eye outer": 33,
    "right eye inner": 133,
    "left eye inner": 362,
    "left eye outer": 263,
    "nose bridge": 168,
    "right temple": 127,
    "left temple": 356,
}
MOVING = {"nose tip": 1, "mouth right": 61, "mouth left": 291, "chin": 152}

# Rings of the face mesh, each in order around it.
RINGS = {
    "face": (
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    ),
    "right_eye": (33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7),
    "left_eye": (263, 466, 388, 387, 386, 385, 384, 398, 362, 382, 381, 380, 374, 373, 390, 249),
    "lips": (61, 185, 40, 39, 37, 0, 267, 269, 270, 409, 291, 375, 321, 405, 314, 17, 84, 181, 91, 146),
}  # fmt: skip

# Corners of the unit face square in CornerPin2D's order: bottom left, bottom right, top right, top left.
CORNERS: tuple[Point, ...] = ((0, 1), (1, 1), (1, 0), (0, 0))

# Columns of Tracker4's table: Nuke's type of the cell, its width in the panel, and its name.
COLUMNS = (
    *((5, 20, "enable"), (3, 75, "name"), (2, 58, "track_x"), (2, 58, "track_y"), (2, 63, "offset_x")),
    *((2, 63, "offset_y"), (4, 27, "T"), (4, 27, "R"), (4, 27, "S"), (2, 45, "error")),
    *((1, 0, name) for name in ("error_min", "error_max")),
    *((1, 0, f"pattern_{side}") for side in "xyrt"),
    *((1, 0, f"search_{side}") for side in "xyrt"),
    (2, 0, "key_track"),
    *((2, 0, f"key_search_{side}") for side in "xyrt"),
    *((2, 0, f"key_track_{side}") for side in "xyrt"),
    *((2, 0, f"key_centre_offset_{side}") for side in "xy"),
)
# The eleven cells from `key_track` on hold nothing: our tracks have no pattern of pixels behind them.
BOXES, NO_KEYS = "-12 -12 12 12 -24 -24 24 24", " ".join(["{}"] * 11)


@dataclass(frozen=True)
class Seen:
    """A person in the frames in which they were seen.

    Raises:
        Problem: they were seen in none.
    """

    track: Track
    person: Person

    def __post_init__(self) -> None:
        if not self.rows:
            raise Problem(self.person.name, "in no frame of the track", "track the plate again, or name another person")

    @property
    def rows(self) -> list[int]:
        """Their rows in the track."""
        return [row for row in range(len(self.track.frames)) if self.person.is_seen(row)]

    @property
    def frames(self) -> list[int]:
        """Their frames."""
        return [self.track.frames[row] for row in self.rows]

    def over_time(self, point: Callable[[int], Point]) -> tuple[list[float], list[float]]:
        """A point in each of the frames, in Nuke's pixels: all x, all y; `point` gives its plate pixels in a row."""
        places = [self._to_nuke(point(row)) for row in self.rows]
        return [x for x, _ in places], [y for _, y in places]

    def landmark(self, index: int) -> tuple[list[float], list[float]]:
        """A landmark in each of the frames, in Nuke's pixels."""
        return self.over_time(lambda row: self.person.point(row, index))

    def of_square(self, x: float, y: float) -> tuple[list[float], list[float]]:
        """A point of the unit face square in each of the frames, in Nuke's pixels."""
        return self.over_time(lambda row: self.person.unit_to_plate(row, x, y))

    def _to_nuke(self, point_plate: Point) -> Point:
        return point_plate[0], self.track.size[1] - point_plate[1]


def tracker_knobs(seen: Seen) -> dict[str, str]:
    """Knobs of a Tracker4 with eleven points of the face."""
    heads = " ".join(f"{{ {kind} 1 {width} {name} {name} 1 }}" for kind, width, name in COLUMNS)
    rows = [_tracker_row(seen, name, index, steady=True) for name, index in STEADY.items()]
    rows += [_tracker_row(seen, name, index, steady=False) for name, index in MOVING.items()]
    table = f" {{ 1 {len(COLUMNS)} {len(rows)} }} {{ {heads} }} {{ {' '.join(rows)} }} "
    return {"tracks": table, "reference_frame": str(seen.frames[0])}


def _enabled(frames: Sequence[int]) -> str:
    """Off where the face is not seen: Nuke would glide from one place to the next."""
    keys = [(frames[0], 1)]
    for before, after in zip(frames, frames[1:]):
        if after != before + 1:
            keys += [(before + 1, 0), (after, 1)]
    return "{curve K " + " ".join(f"x{frame} {state}" for frame, state in keys) + "}"


def _tracker_row(seen: Seen, name: str, index: int, *, steady: bool) -> str:
    frames, (across, up), first = seen.frames, seen.landmark(index), seen.frames[0]
    still = f"{{curve K x{first} 0}}"
    used = "1 1 1" if steady else "1 0 0"
    path = f"{curve(frames, across)} {curve(frames, up)} {still} {still}"
    return f"{{ {_enabled(frames)} {quoted(name)} {path} {used} {still} 0 0 {BOXES} {NO_KEYS} }}"


def corner_pin_knobs(seen: Seen) -> dict[str, str]:
    """Knobs of a CornerPin2D that carries the face square from the first frame to every other."""
    knobs: dict[str, str] = {}
    for place, corner in enumerate(CORNERS, start=1):
        across, up = seen.of_square(*corner)
        knobs[f"to{place}"] = f"{curve(seen.frames, across)} {curve(seen.frames, up)}"
        knobs[f"from{place}"] = f"{number(across[0])} {number(up[0])}"
    return knobs


def axis_knobs(seen: Seen) -> dict[str, str]:
    """Knobs of an Axis2 in pixels of the plate: the middle of the face square, the head's turn, its size.

    `rotate` is that of the head as Nuke turns things: x tilts it down, y turns it to the right of the picture, z leans
    it to the left, in the order ZXY. `uniform_scale` is 1 in the first frame.
    """
    (across, up), frames = seen.of_square(0.5, 0.5), seen.frames
    poses = [seen.person.pose(row) for row in seen.rows]
    sides = [_side_px(seen, row) for row in seen.rows]
    turns = ([-pitch for _, pitch, _ in poses], [yaw for yaw, _, _ in poses], [-roll for _, _, roll in poses])
    return {
        "translate": f"{curve(frames, across)} {curve(frames, up)} 0",
        "rotate": " ".join(curve(frames, turn) for turn in turns),
        "rot_order": "ZXY",
        "uniform_scale": curve(frames, [side / sides[0] for side in sides]),
    }


def _side_px(seen: Seen, row: int) -> float:
    """The side of the face square, in square pixels."""
    (left, top), (right, bottom) = (seen.person.unit_to_plate(row, 0, y) for y in (0, 1))
    return math.hypot((right - left) * seen.track.pixel_aspect, bottom - top)


def outlines(seen: Seen) -> dict[str, list[tuple[list[float], list[float]]]]:
    """Each ring of the face by name: its points, and of each all x and all y over the frames, in Nuke's pixels."""
    return {name: [seen.landmark(index) for index in ring] for name, ring in RINGS.items()}


def person_of(track: Track, name: str) -> Person:
    """The person of a name; the first where the name is empty.

    Raises:
        Problem: the track knows nobody of this name.
    """
    found = [person for person in track.people if name in ("", person.name)]
    if not found:
        known = ", ".join(person.name for person in track.people) or "nobody"
        raise Problem(f"person {name!r}", f"the track knows {known}", "name one of them")
    return found[0]
