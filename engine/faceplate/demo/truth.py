"""What the demo's plate is known to hold, because it was made so."""

from dataclasses import dataclass

from faceplate.demo.motion import Motion
from faceplate.demo.turn import Turn
from faceplate.values import Array, Floats, Matrix


@dataclass(frozen=True)
class Truth:
    """The answers to what a tracker and a grain profiler measure on the plate.

    Attributes:
        plate: path pattern of its frames.
        frames: their numbers.
        size: columns and rows.
        encoding: OpenColorIO colour space of its pixels.
        response: 3 x 2, slope a and floor b of the grain's variance a * exposure + b for R, G and B, in the camera's
            light. Below black the variance is b. Rounding to halves adds to it where light is bright: 3 % at 1, 10 %
            at 6.
        kernel: 3 x side x side, the filter that gave white noise its spectrum; squares sum to 1.
        correlation: 3 x 3, of the grain between channels.
        motion: where the portrait is in each frame.
    """

    plate: str
    frames: tuple[int, ...]
    size: tuple[int, int]
    encoding: str
    response: Matrix
    kernel: Floats
    correlation: Matrix
    motion: Motion

    def carry(self, points_portrait: Array, frame: int) -> Matrix:
        """Plate pixels of points (... x 2) given in portrait pixels, exact."""
        return self.motion.portrait_to_plate(points_portrait, frame)

    def pose(self, frame: int) -> Turn:
        """How far the head has turned from the portrait's own pose."""
        return self.motion.turn(frame)
