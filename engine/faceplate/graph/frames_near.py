"""A plate's frames and those beside them, each read once while the render passes over it."""

from dataclasses import replace

from faceplate.graph.render.cache import Cache
from faceplate.plate import default_workers
from faceplate.values import Frame, Plate


class FramesNear:
    """Reads frames, and keeps the last few for the neighbours that ask for them, too. Threads may share it.

    What it holds does not depend on the length of the plate: the frames that are under way, and `reach` to either side.
    """

    def __init__(self, plate: Plate, reach: int) -> None:
        self._plate, self._reach = plate, reach
        self._frames = Cache(2 * (reach + default_workers) if reach else 0)  # a frame counts as one

    def plate(self, frames: tuple[int, ...]) -> Plate:
        """The plate of these frames, read here."""
        return replace(self._plate, frames=frames, reader=self.read)

    def read(self, number: int) -> Frame:
        """The frame of this number.

        Raises:
            PlateError: the plate has no such frame, or its file is damaged.
        """
        if not self._reach:
            return self._plate.read(number)
        frame: Frame = self._frames.value(number, lambda: self._plate.read(number), lambda _: 1)
        return frame

    def numbers(self, number: int) -> tuple[int, ...]:
        """The frames beside one that the plate holds, in order: fewer at its ends, and at a gap."""
        about = range(number - self._reach, number + self._reach + 1)
        there = set(self._plate.frames)
        return tuple(each for each in about if each in there and each != number)

    def beside(self, frame: Frame) -> tuple[Frame, ...]:
        """The frames beside one, in order; those of another picture format are left out."""
        near = (self.read(number) for number in self.numbers(frame.number))
        return tuple(each for each in near if each.header.data == frame.header.data)

    def state(self, number: int) -> str:
        """The states of the files beside a frame; empty where it is made from itself alone."""
        return " ".join(self._plate.state(each) for each in self.numbers(number))
