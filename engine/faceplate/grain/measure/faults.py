"""What is wrong with a plate whose grain is measured, counted frame by frame and told in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from faceplate.grain.measure.blocks import Survey
from faceplate.grain.measure.displacement import Places
from faceplate.grain.measure.lattice import Lattice
from faceplate.grain.measure.neighbours import Neighbours
from faceplate.grain.measure.subsampled import Coarser
from faceplate.values import Array, Floats

CUT_OFF = 0.005  # of a plate's blocks: fewer are a lamp, or a pupil
IN_PARTS = 0.1  # of the blocks without grain: fewer are a codec's, or a graphic
BAKED = 0.2  # correlation in time that independent grain does not have


class Seen(NamedTuple):
    """What the plate's grain is like: whether there is any, the correlation of each channel with the next frame, the
    lattice it carries, and along which axes its colour is coarser than its brightness.
    """

    grainy: bool
    in_time: Floats
    lattice: Lattice
    coarser: Coarser


@dataclass
class Faults:
    """Frames and blocks seen so far, and those with a fault; whether there was a degrained plate beside them; whether
    a codec has copied blocks from frame to frame, and frames further apart were compared; the share of blocks without
    grain beside some with.
    """

    frames: int = 0
    held: int = 0
    blocks: int = 0
    clipped: int = 0
    crushed: int = 0
    degrained: bool = False
    copied: bool = False
    apart: bool = False
    dead_share: float = 0.0
    neighbours: Neighbours = field(default_factory=Neighbours)

    def add(self, frame_encoded: Array, found: Survey, corners: Places) -> None:
        """Takes in one frame, with the corners of its flat blocks (blocks x 2)."""
        self.frames += 1
        self.blocks += found.usable.size
        self.clipped += int(found.clipped.sum())
        self.crushed += int(found.crushed.sum())
        self.neighbours.add(frame_encoded, corners)

    def add_held(self) -> None:
        """Takes in a frame that repeats the one before it."""
        self.frames += 1
        self.held += 1

    def sentences(self, found: Seen) -> tuple[str, ...]:
        """What an artist should know."""
        told = list(self._of_file(found.lattice))
        if found.grainy:
            told += [*self._of_exposure(), *self._of_parts(), *_of_grain(found)]
        return tuple(told)

    def _of_file(self, lattice: Lattice) -> Iterator[str]:
        if self.held:
            yield f"{self.held} of {self.frames} frames repeat the one before them and were left out"
        if lattice.is_strong:
            yield (
                f"the plate was compressed in blocks of {lattice.spacing}: little of its grain is left, and was "
                "measured without their lattice; give the camera's own files if there are any"
            )
        elif lattice.is_seen:
            yield f"compression in blocks of {lattice.spacing} has left traces: grain may be weaker than the camera's"

    def _of_exposure(self) -> Iterator[str]:
        if self.clipped > CUT_OFF * self.blocks:
            yield "highlights are clipped: their grain is cut off, and was measured below them alone"
        if self.crushed > CUT_OFF * self.blocks:
            yield "blacks are crushed: their grain is cut off, and was measured above them alone"

    def _of_parts(self) -> Iterator[str]:
        if self.dead_share > IN_PARTS:
            yield (
                "grain is in parts of the frame alone, others of the same exposure have hardly any, as where a plate "
                "was cleaned or built in parts, or compressed hard: the profile is of the weakest; give a whole plate"
            )
        elif self.copied:
            how = "further apart were compared" if self.apart else "were measured each alone"
            yield f"parts of the frames are copied from one to the next, as codecs do: frames {how}"


def _of_grain(found: Seen) -> Iterator[str]:
    if found.coarser.along:
        yield (
            f"the grain's colour is coarser than its brightness {found.coarser.along}, as files leave it that keep "
            "colour at half the size (4:2:0, 4:2:2): new grain has finer specks of colour than this plate; "
            "measure the camera's own files if there are any"
        )
    if is_baked(found.in_time):
        yield (
            f"the grain is alike from frame to frame (correlation {np.nanmax(found.in_time):.2f}): it was baked in, "
            "averaged in time, or copied by a codec; new grain will move where the plate's own stands"
        )


def is_baked(in_time: Floats) -> bool:
    """Whether grain with such a correlation in time cannot be told by comparing frames."""
    return bool(np.any(in_time > BAKED))
