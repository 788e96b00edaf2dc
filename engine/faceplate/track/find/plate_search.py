from collections.abc import Callable, Mapping, Sequence
from queue import SimpleQueue
from typing import TypeVar

from faceplate.errors import PlateError
from faceplate.plate import default_workers, for_each_frame
from faceplate.track.find.search import box_corners
from faceplate.track.find.sightings import FaceFinder, Sighting
from faceplate.track.landmarks.face import Face
from faceplate.track.networks import FaceNetworks
from faceplate.track.perception import Perception
from faceplate.track.progress import Progress, unheard
from faceplate.track.regions import Region
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Frame, Header, Plate

Seen = TypeVar("Seen")


class PlateSearch:
    """Looks for faces in the frames of a plate, which are known by their places in its range.

    Several frames are looked at side by side, at most `workers` + 1 are held, and what is seen is the same for any
    number of workers. Frames are told to `progress` once they are done. What is asked of it raises:
        PlateError: a frame is missing or damaged, or is not of the size and pixel aspect of the first.
        CallError: the knob `box` holds nothing of the picture.
    """

    def __init__(
        self, plate: Plate, perception: Perception, settings: FaceTrackSettings, *, workers: int = default_workers
    ) -> None:
        """Reads the header of the first frame.

        Raises:
            PackError: the pack is not whole.
            CallError: the knob `box` is none.
        """
        box_corners(settings.box)
        self._plate, self._workers = plate, workers
        # LiteRT's interpreters are not to be shared: each frame at work takes a set of them, and puts it back.
        self._idle: SimpleQueue[FaceFinder] = SimpleQueue()
        for _ in range(min(workers, len(plate.frames))):
            self._idle.put(FaceFinder(FaceNetworks(perception.pack), perception, settings))
        self.header = plate.read(plate.frames[0]).header

    def look(self, progress: Progress = unheard) -> list[Sighting]:
        """What each frame shows by itself, in the order of the frames."""
        seen = self._seen(range(len(self._plate.frames)), lambda finder, _, frame: finder.look(frame), progress)
        return [seen[place] for place in range(len(self._plate.frames))]

    def look_in_tiles(self, places: Sequence[int], progress: Progress = unheard) -> dict[int, tuple[Face, ...]]:
        """The faces that overlapping tiles of some frames show."""
        return self._seen(places, lambda finder, _, frame: finder.look_in_tiles(frame), progress)

    def look_near(
        self, regions: Mapping[int, Sequence[Region]], progress: Progress = unheard
    ) -> dict[int, tuple[Face, ...]]:
        """The faces where somebody is expected: regions of some frames, in square-pixel space."""
        return self._seen(
            sorted(regions), lambda finder, place, frame: finder.look_near(frame, regions[place]), progress
        )

    def _seen(
        self, places: Sequence[int], see: Callable[[FaceFinder, int, Frame], Seen], progress: Progress
    ) -> dict[int, Seen]:
        seen: dict[int, Seen] = {}

        def read(place: int) -> tuple[int, Frame]:
            return place, self._plate.read(self._plate.frames[place])

        def look(placed: tuple[int, Frame]) -> None:
            place, frame = placed
            _require_shape(frame, self.header)
            finder = self._idle.get()
            try:
                seen[place] = see(finder, place, frame)
            finally:
                self._idle.put(finder)

        def told(place: int) -> None:
            progress(self._plate.frames[place])

        for_each_frame(places, read, look, on_frame=told, workers=self._workers)
        return seen


def _require_shape(frame: Frame, first: Header) -> None:
    """Refuses another display window or pixel aspect than the first frame's: plate space would change its meaning."""
    if (frame.header.display, frame.header.pixel_aspect) != (first.display, first.pixel_aspect):
        raise PlateError(
            frame.source,
            expected=f"the picture of the first frame, {_shape(first)}",
            came=_shape(frame.header),
            next_step="track the parts of the plate that are of one size each by themselves",
        )


def _shape(header: Header) -> str:
    return f"{header.display.width} x {header.display.height} with pixel aspect {header.pixel_aspect:g}"
