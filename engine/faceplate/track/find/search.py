"""Where in a frame faces are looked for: all of the picture, or a box that an artist drew."""

import re
from typing import NamedTuple

import numpy as np

from faceplate.errors import CallError
from faceplate.track.regions import Region
from faceplate.values import Frame, Matrix

# The detectors want to see what is around a face: a box is looked at with so much of its longer side about it.
BOX_SURROUNDINGS = 0.25


class Search(NamedTuple):
    """Where faces are looked for; corners as 2 x 2 (top left, bottom right), in square-pixel space.

    Attributes:
        seen: what the detectors are shown.
        counted: a face counts if its middle is inside; None where every face that is seen counts.
    """

    seen: Matrix
    counted: Matrix | None = None

    @property
    def region(self) -> Region:
        """The upright square about what is seen."""
        (x, y), side = self.seen.mean(axis=0), (self.seen[1] - self.seen[0]).max()
        return Region(float(x), float(y), float(side))

    def counts(self, region: Region) -> bool:
        """True where a face in this region is one to be found."""
        if self.counted is None:
            return True
        middle = (region.x, region.y)
        return bool((self.counted[0] <= middle).all() and (middle <= self.counted[1]).all())


def search_of(frame: Frame, box: str) -> Search:
    """What of a frame is searched: the display window, or the knob `box` where it is not empty.

    A box may lie in the overscan, and may stand out of the picture.

    Raises:
        CallError: the box is no box, or holds nothing of the picture.
    """
    header = frame.header
    square = np.array([header.pixel_aspect, 1.0])
    corners = box_corners(box)
    if corners is None:
        return Search(_corners(header.display) * square)
    picture = _corners(header.display.join(header.data))
    inside = np.array([np.maximum(corners[0], picture[0]), np.minimum(corners[1], picture[1])])
    if (inside[0] >= inside[1]).any():
        raise _refusal(box, f"a box that lies on {frame.source}, {_in_words(picture)}")
    around = BOX_SURROUNDINGS * ((inside[1] - inside[0]) * square).max()
    return Search(inside * square + [[-around], [around]], inside * square)


def box_corners(box: str) -> Matrix | None:
    """The top left and bottom right corner that the knob `box` names, 2 x 2, plate pixels; None where it is empty.

    Raises:
        CallError: these are not four numbers, or they enclose nothing.
    """
    words = re.split(r"[,\s]+", box.strip(" ,\t\n"))
    if words == [""]:
        return None
    try:
        corners = np.array([float(word) for word in words]).reshape(2, 2)
    except ValueError:
        raise _refusal(box, "four numbers: left, top, right, bottom") from None
    if not np.isfinite(corners).all() or (corners[0] >= corners[1]).any():
        raise _refusal(box, "left, top, right, bottom with left before right and top above bottom")
    return corners


def _corners(window: tuple[int, int, int, int]) -> Matrix:
    return np.array(window, np.float64).reshape(2, 2)


def _in_words(corners: Matrix) -> str:
    (left, top), (right, bottom) = corners
    return f"{left:g} {top:g} {right:g} {bottom:g}"


def _refusal(box: str, expected: str) -> CallError:
    return CallError(
        "FaceTrack.box",
        expected=expected,
        came=repr(box),
        next_step="give plate pixels from the top left corner, such as 1200 300 1900 1100, or leave it empty",
    )
