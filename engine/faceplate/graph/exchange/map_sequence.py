"""STMaps of a track as a sequence of EXR files that goes on where it was stopped."""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from faceplate.deliver import Delivery, Job, open_delivery, pixel_versions
from faceplate.graph.exchange.keyed import Keyed
from faceplate.graph.exchange.stabilise import CropMaps, STMap
from faceplate.graph.exchange.warp import FaceWarp
from faceplate.plate import for_each_frame
from faceplate.spec import Settings, knob
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

map_formats = (".exr",)
_channels = ("R", "G", "B", "A")
_attributes = (Attribute("compression", "string", "zip"),)
_workers = 2


@dataclass(frozen=True, kw_only=True)
class STMapSettings(Settings):
    """What an STMap of a track does."""

    map: str = knob(
        "stabilise",
        help="stabilise reads the plate and gives a square crop in which the face holds still; warp reads the "
        "reference frame and gives each frame, with all of the face's shape.",
        group="STMap",
        choices=("stabilise", "warp"),
    )
    inverse: bool = knob(
        default=False,
        help="The way back: from the crop to the plate, or from each frame to the reference frame.",
        group="STMap",
    )
    size: int = knob(1024, help="Columns and rows of the crop.", group="STMap", unit="px", minimum=16, maximum=16384)
    margin: float = knob(
        0.6,
        help="What the crop shows around the unit face square, in sides of it.",
        group="STMap",
        minimum=0.0,
        maximum=8.0,
    )


@dataclass(frozen=True)
class MapSequence:
    """The maps of one person, frame by frame."""

    path: Keyed
    frames: tuple[int, ...]
    settings: STMapSettings
    delivery: Delivery

    def waiting(self, *, anew: bool) -> list[int]:
        """The frames that are still to be made."""
        return [number for number in self.frames if anew or not self.delivery.is_done(number)]

    def write(self, *, anew: bool = False, on_frame: Callable[[int], None] | None = None) -> list[int]:
        """Writes the frames that are not done, and tells which.

        Raises:
            StorageError: the folder cannot be written, or the disk is full.
        """
        numbers = self.waiting(anew=anew)
        for_each_frame(numbers, self.frame, self.delivery.write, on_frame=on_frame, workers=_workers)
        return numbers

    def frame(self, number: int) -> Frame:
        """The map of a frame as a picture: R and G where to read, A what is covered, 32 bit float."""
        made = self._map(self.path.track.frames.index(number))
        header = Header(
            file_format="openexr",
            display=Window(0, 0, *made.size),
            data=made.window,
            channels=_channels,
            samples=(Sample.FLOAT,) * len(_channels),
            pixel_aspect=made.pixel_aspect,
            attributes=_attributes,
        )
        return Frame(number, "an STMap", header, (ChannelGroup(_channels, made.rgba),))

    def _map(self, row: int) -> STMap:
        if self.settings.map == "warp":
            return self._warp.onto_reference(row) if self.settings.inverse else self._warp.onto_frame(row)
        crops = CropMaps(self.path.track, self.path.person, self.settings.size, self.settings.margin)
        return crops.to_plate(row) if self.settings.inverse else crops.to_crop(row)

    @cached_property
    def _warp(self) -> FaceWarp:
        return FaceWarp(self.path.track, self.path.person, self.path.reference_row)


def open_map_sequence(
    path: Keyed, frames: tuple[int, ...], settings: STMapSettings, output: str, track_file: Path
) -> MapSequence:
    """The sequence to `OUT.%04d.exr`; `frames` are those of the track that it holds, with the person or without.

    Raises:
        CallError: the output has no place for the frame number, or is no EXR.
        StorageError: the folder cannot be written.
    """
    about = {"path": str(track_file), "digest": _digest(path), "person": path.person.name}
    told = {**asdict(settings), "reference_frame": path.reference_frame}
    job = Job({"track": about}, {"STMap": told}, "", "", pixel_versions())
    delivery = open_delivery(
        output, job, lambda _: {}, inputs=[str(track_file)], formats=map_formats, untouched=True
    )  # fmt: skip
    return MapSequence(path, frames, settings, delivery)


def _digest(path: Keyed) -> str:
    """Of all that the maps are made from."""
    person = path.person
    digest = hashlib.sha256(repr((path.track.frames, path.track.size, path.track.pixel_aspect)).encode())
    for values in (person.alignment, person.landmarks_plate):
        digest.update(values.tobytes())
    return digest.hexdigest()
