"""What is wrong with a plate whose grain is measured, counted frame by frame and told in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from faceplate.grain.measure.blocks import Survey
from faceplate.grain.measure.lattice import Lattice
from faceplate.values import Floats

CUT_OFF = 0.005  # of a plate's blocks: fewer are a lamp, or a pupil
BAKED = 0.2  # correlation in time that independent grain does not have


@dataclass
class Faults:
    """Frames and blocks seen so far, and those with a fault; whether there was a degrained plate beside them; whether
    a codec has copied blocks from frame to frame.
    """

    frames: int = 0
    held: int = 0
    blocks: int = 0
    clipped: int = 0
    crushed: int = 0
    degrained: bool = False
    copied: bool = False
    lattice: Lattice = field(default_factory=Lattice)

    def add(self, found: Survey, residuals: Floats) -> None:
        """Takes in one frame, and what is left of its flat blocks without slow variation."""
        self.frames += 1
        self.blocks += found.usable.size
        self.clipped += int(found.clipped.sum())
        self.crushed += int(found.crushed.sum())
        self.lattice.add(residuals)

    def add_held(self) -> None:
        """Takes in a frame that repeats the one before it."""
        self.frames += 1
        self.held += 1

    def sentences(self, *, grainy: bool, in_time: Floats) -> tuple[str, ...]:
        """What an artist should know; `in_time` is the correlation of each channel with the next frame."""
        return tuple(self._sentences(grainy=grainy, in_time=in_time))

    def _sentences(self, *, grainy: bool, in_time: Floats) -> Iterator[str]:
        if self.held:
            yield f"{self.held} of {self.frames} frames repeat the one before them and were left out"
        if not grainy:
            return
        if self.clipped > CUT_OFF * self.blocks:
            yield "highlights are clipped: their grain is cut off, and was measured below them alone"
        if self.crushed > CUT_OFF * self.blocks:
            yield "blacks are crushed: their grain is cut off, and was measured above them alone"
        if self.lattice.is_seen:
            yield (
                "the plate was compressed in blocks of 8 pixels: little of its grain is left, and was measured without "
                "their lattice; give the camera's own files if there are any"
            )
        elif self.copied:
            yield "parts of the frames are copied from one to the next, as codecs do: frames were measured each alone"
        if is_baked(in_time):
            yield (
                f"the grain is alike from frame to frame (correlation {np.nanmax(in_time):.2f}): it was baked in, "
                "averaged in time, or copied by a codec; new grain will move where the plate's own stands"
            )


def is_baked(in_time: Floats) -> bool:
    """Whether grain with such a correlation in time cannot be told by comparing frames."""
    return bool(np.any(in_time > BAKED))
