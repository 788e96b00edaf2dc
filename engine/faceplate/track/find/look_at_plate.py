from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from faceplate.errors import PlateError
from faceplate.plate import default_workers, for_each_frame
from faceplate.track.find.exposure import ToLuminance
from faceplate.track.find.search import box_corners
from faceplate.track.find.sightings import Sighting, look
from faceplate.track.find.signature import Embed
from faceplate.track.landmarks.landmarker import Landmarker, landmarker_of
from faceplate.track.networks import FaceNetworks
from faceplate.track.regions import ToDisplay
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Frame, Header, Plate


def look_at_plate(  # noqa: PLR0913 -- as track_plate, which hands them on
    plate: Plate,
    to_display: ToDisplay,
    settings: FaceTrackSettings,
    pack: Path,
    to_luminance: ToLuminance | None = None,
    *,
    embed: Embed | None = None,
    on_frame: Callable[[int], None] | None = None,
    workers: int = default_workers,
) -> tuple[Header, list[Sighting]]:
    """The header of a plate's first frame, and what each frame shows by itself, in the order of the frames.

    Several frames are looked at side by side, at most `workers` + 1 are held, and the result is the same for any number
    of workers. `on_frame` hears of each frame that is done, in no fixed order, from any thread.

    Raises:
        PlateError: a frame is missing or damaged, or is not of the size and pixel aspect of the first.
        PackError: the pack is not whole.
        CallError: the knob `box` is none, or holds nothing of the picture.
    """
    box_corners(settings.box)
    # LiteRT's interpreters are not to be shared: each frame at work takes a set of them, and puts it back.
    idle: SimpleQueue[tuple[FaceNetworks, Landmarker]] = SimpleQueue()
    for _ in range(min(workers, len(plate.frames))):
        networks = FaceNetworks(pack)
        idle.put((networks, landmarker_of(settings, networks)))
    header = plate.read(plate.frames[0]).header
    seen: dict[int, Sighting] = {}

    def read(number: int) -> tuple[int, Frame]:
        return number, plate.read(number)

    def see(numbered: tuple[int, Frame]) -> None:
        number, frame = numbered
        _require_shape(frame, header)
        models = idle.get()
        try:
            networks, landmarker = models
            seen[number] = look(networks, frame, to_display, settings, to_luminance, landmarker, embed)
        finally:
            idle.put(models)

    for_each_frame(plate.frames, read, see, on_frame=on_frame, workers=workers)
    return header, [seen[number] for number in plate.frames]


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
