"""What travels on the arrows of the walk: plate -> track -> align -> swap -> matte -> composite -> regrain -> deliver.

Plate space: pixels of the display window, origin at its top left, y down; pixel (0, 0) covers [0, 1) x [0, 1) and has
its centre at (0.5, 0.5). Every value is frozen and holds no library's objects, so any of them can be saved, hashed,
looked at, and started from.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, IntFlag
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from faceplate.errors import PlateError

Array: TypeAlias = npt.NDArray[Any]
Floats: TypeAlias = npt.NDArray[np.float32]
Matrix: TypeAlias = npt.NDArray[np.float64]


class Window(NamedTuple):
    """A rectangle of whole pixels in plate space; `right` and `bottom` lie just outside it."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """Columns; 0 for an empty window."""
        return max(0, self.right - self.left)

    @property
    def height(self) -> int:
        """Rows; 0 for an empty window."""
        return max(0, self.bottom - self.top)

    @property
    def is_empty(self) -> bool:
        """True where the window holds no pixel."""
        return self.width == 0 or self.height == 0

    def intersect(self, other: "Window") -> "Window":
        """The pixels that both windows hold."""
        return Window(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def join(self, other: "Window") -> "Window":
        """The smallest window that holds the pixels of both."""
        if self.is_empty or other.is_empty:
            return other if self.is_empty else self
        return Window(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def grow(self, margin_px: int) -> "Window":
        """The window with a margin on all four sides."""
        return Window(self.left - margin_px, self.top - margin_px, self.right + margin_px, self.bottom + margin_px)

    def slices(self, inside: "Window") -> tuple[slice, slice]:
        """The rows and columns that this window takes in an array that covers `inside`."""
        return (
            slice(self.top - inside.top, self.bottom - inside.top),
            slice(self.left - inside.left, self.right - inside.left),
        )


nowhere = Window(0, 0, 0, 0)
"""The window that holds no pixel."""


def covered_window(mask: Array, window: Window) -> Window:
    """The smallest window that holds every True pixel of a mask over `window`; empty at its corner where none is."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return Window(window.left, window.top, window.left, window.top)
    return Window(
        window.left + int(columns[0]),
        window.top + int(rows[0]),
        window.left + int(columns[-1]) + 1,
        window.top + int(rows[-1]) + 1,
    )


class Sample(Enum):
    """How one sample of a channel is stored in the file."""

    HALF = "half"
    FLOAT = "float"
    UINT8 = "uint8"
    UINT10 = "uint10"
    UINT12 = "uint12"
    UINT16 = "uint16"
    UINT32 = "uint32"

    @property
    def dtype(self) -> np.dtype[Any]:
        """The numpy type that holds these samples; 10 and 12 bit codes stand in 16 bit words as 0..1023, 0..4095."""
        names = {"half": "float16", "float": "float32", "uint10": "uint16", "uint12": "uint16"}
        return np.dtype(names.get(self.value, self.value))

    @property
    def top_code(self) -> int | None:
        """The integer code that stands for 1.0; None for half and float."""
        if self in (Sample.HALF, Sample.FLOAT):
            return None
        return int(2 ** int(self.value.removeprefix("uint")) - 1)


class Attribute(NamedTuple):
    """One entry of a file's header, with the type its format gives it."""

    name: str
    type: str
    value: Any


@dataclass(frozen=True)
class Header:
    """What a frame's file says besides its pixels: windows, shape of a pixel, channels, and every attribute.

    `origin` is where the file itself puts the display window's top left corner; plate space puts it at (0, 0).
    """

    file_format: str
    display: Window
    data: Window
    channels: tuple[str, ...]
    samples: tuple[Sample, ...]
    pixel_aspect: float = 1.0
    attributes: tuple[Attribute, ...] = ()
    origin: tuple[int, int] = (0, 0)

    def attribute(self, name: str) -> Any:
        """The value of the named attribute, or None where the header has no such entry."""
        return next((entry.value for entry in self.attributes if entry.name == name), None)

    def with_attributes(self, *added: Attribute) -> Self:
        """The header with these entries added; an entry of the same name is replaced."""
        names = {entry.name for entry in added}
        kept = tuple(entry for entry in self.attributes if entry.name not in names)
        return replace(self, attributes=kept + added)


@dataclass(frozen=True)
class ChannelGroup:
    """Neighbouring channels of one sample type; `pixels` is rows x columns x channels over the data window."""

    names: tuple[str, ...]
    pixels: Array


@dataclass(frozen=True)
class StoredFile:
    """The file that a frame was read from: a writer takes over its bytes wherever no sample has changed.

    Attributes:
        path: the file.
        state: a short text that changes when the file does.
        header: the frame's header as it was read.
        pixels: the arrays that hold the file's samples but for `changed`; a frame with other arrays is no longer that
            file.
        changed: the window in which samples may differ from the file.
        parts: headers of every part of a multi-part EXR, in order; empty for a file of one part.
        part: the index of the part that the frame holds.
    """

    path: Path
    state: str
    header: Header
    pixels: tuple[Array, ...] = field(repr=False, compare=False)
    changed: Window = nowhere
    parts: tuple[Header, ...] = ()
    part: int = 0


@dataclass(frozen=True)
class Frame:
    """One frame as it is stored: half, float or integer codes, in `encoding` (an OpenColorIO colour space), or None.

    `colour` names the three channels that are the picture; `file` is where the frame was read from, or None.
    """

    number: int
    source: str
    header: Header
    groups: tuple[ChannelGroup, ...]
    encoding: str | None = None
    colour: tuple[str, str, str] = ("R", "G", "B")
    file: StoredFile | None = field(default=None, repr=False, compare=False)

    @cached_property
    def _colour_places(self) -> list[tuple[int, int]]:
        """Group, and channel of it, of each colour channel."""
        places = {name: (at, group.names.index(name)) for at, group in enumerate(self.groups) for name in group.names}
        if not set(self.colour) <= places.keys() or len({self._sample_of(name) for name in self.colour}) > 1:
            raise PlateError(
                self.source,
                expected=f"channels {', '.join(self.colour)} of one sample type",
                came=", ".join(self.header.channels),
                next_step="name the layer or view that holds the picture, or shuffle it into R, G, B before this node",
            )
        return [places[name] for name in self.colour]

    def _sample_of(self, name: str) -> Sample:
        return self.header.samples[self.header.channels.index(name)]

    @property
    def sample(self) -> Sample:
        """How the colour channels are stored."""
        (group, place), *_ = self._colour_places
        return self._sample_of(self.groups[group].names[place])

    @property
    def kept(self) -> StoredFile | None:
        """The file that still holds these samples outside `changed`; None where other pixels took their place."""
        if self.file is None or len(self.groups) != len(self.file.pixels):
            return None
        pairs = zip(self.groups, self.file.pixels, strict=True)
        return self.file if all(group.pixels is pixels for group, pixels in pairs) else None

    def stored(self, window: Window) -> Array:
        """The colour channels as stored, rows x columns x 3, over a window that lies inside the data window.

        A view of the frame's own pixels where the channels stand in order; read it, never write to it.
        """
        places = self._colour_places
        rows, columns = window.slices(self.header.data)
        (group, first), *_ = places
        if places == [(group, first), (group, first + 1), (group, first + 2)]:
            return self.groups[group].pixels[rows, columns, first : first + 3]
        return np.stack([self.groups[group].pixels[rows, columns, at] for group, at in places], axis=-1)

    def planes(self, window: Window) -> tuple[Array, Array, Array]:
        """The colour channels as stored, each rows x columns, over a window that lies inside the data window.

        Views of the frame's own pixels, in whatever order they stand; read them, never write to them.
        """
        rows, columns = window.slices(self.header.data)
        red, green, blue = (self.groups[group].pixels[rows, columns, at] for group, at in self._colour_places)
        return red, green, blue

    def with_stored(self, window: Window, rgb: Array) -> "Frame":
        """The frame with its colour over `window` replaced; every other sample is the very one that came in."""
        places = self._colour_places
        rows, columns = window.slices(self.header.data)
        pixels = {group: self.groups[group].pixels.copy() for group in {group for group, _ in places}}
        for source, (group, target) in enumerate(places):
            pixels[group][rows, columns, target] = rgb[..., source]
        groups = tuple(
            ChannelGroup(group.names, pixels[at]) if at in pixels else group for at, group in enumerate(self.groups)
        )
        return replace(self, groups=groups, file=self._file_with(groups, window))

    def _file_with(self, groups: tuple[ChannelGroup, ...], window: Window) -> StoredFile | None:
        if self.kept is None:
            return None
        arrays = tuple(group.pixels for group in groups)
        return replace(self.kept, pixels=arrays, changed=self.kept.changed.join(window))


@dataclass(frozen=True)
class Plate:
    """A sequence of frames, read one at a time when asked for. Memory does not depend on its length.

    Attributes:
        source: the pattern or file it was opened from.
        frames: the numbers it holds.
        encoding: the OpenColorIO colour space of its pixels, or None where nobody has said.
        reader: reads the frame of a number.
        state: a short text that changes when the file of a frame does, told without reading its pixels.
        layer: the layer that was asked for, or None.
        view: the view that was asked for, or None.
    """

    source: str
    frames: tuple[int, ...]
    encoding: str | None
    reader: Callable[[int], Frame] = field(repr=False, compare=False)
    state: Callable[[int], str] = field(default=str, repr=False, compare=False)
    layer: str | None = None
    view: str | None = None

    @property
    def about(self) -> dict[str, str]:
        """What a receipt tells of it: its path, and encoding, layer and view where they are known."""
        known = {"path": self.source, "encoding": self.encoding, "layer": self.layer, "view": self.view}
        return {name: value for name, value in known.items() if value is not None}

    def read(self, number: int) -> Frame:
        """The frame of this number, as stored.

        Raises:
            PlateError: the plate has no such frame, or its file is damaged.
        """
        if number not in self.frames:
            raise PlateError(
                f"{self.source}, frame {number}",
                expected=f"a frame of {describe_frames(self.frames)}",
                came="no such frame",
                next_step="check the range, or restore the missing file",
            )
        return replace(self.reader(number), encoding=self.encoding)


_most_runs = 12


def describe_frames(frames: tuple[int, ...]) -> str:
    """Frame numbers as a person writes them: `1001-1016`, `1001-1004, 1007`, or `no frames`.

    Where there are many gaps, the first runs and how many frames there are in all.
    """
    runs: list[list[int]] = []
    for number in sorted(frames):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    words = [f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs]
    if len(words) > _most_runs:
        words = [*words[:_most_runs], f"... ({len(frames)} frames in all)"]
    return ", ".join(words) or "no frames"


@dataclass(frozen=True)
class Motion:
    """How the plate itself moves under a face: texture of one frame found again in another.

    Attributes:
        pairs: pairs x 2, rows of the track: the frame that the texture was taken from, the frame it was looked for in.
        taken_plate: pairs x anchors x 2, plate pixels of the first frame: what the texture is centred on there, about
            where the anchor is (`topology.anchors`).
        found_plate: pairs x anchors x 2, plate pixels of the second frame: where that lies in it; NaN where it was not
            found.
        deviation_px: pairs x anchors, standard deviation of that on either axis in square plate pixels; infinite where
            it was not found.
    """

    pairs: npt.NDArray[np.int32]
    taken_plate: Floats
    found_plate: Floats
    deviation_px: Floats


@dataclass(frozen=True)
class Measured:
    """One person as the landmarker saw them in each frame by itself; rows of frames without them are NaN.

    Attributes:
        landmarks_plate: frames x points x 2, plate pixels.
        depth_px: frames x points, as in `Person`.
        confidence: frames x points, 0 to 1.
        presence: frames, 0 to 1.
        exposure: frames, as in `Person`.
        sharpness: frames, the share of fine detail in the face, to be compared between frames of one person; NaN where
            it was not measured.
        motion: how the plate moves under the face; None where it was not measured.
    """

    landmarks_plate: Floats
    depth_px: Floats
    confidence: Floats
    presence: Floats
    exposure: Floats
    sharpness: Floats
    motion: Motion | None = None

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Frames, True where the landmarker saw the person."""
        return np.asarray(np.isfinite(self.landmarks_plate).all(axis=(1, 2)))


class Doubt(IntFlag):
    """Why a frame of a track deserves a look. Names are shown to people, in lower case."""

    PROFILE = 1
    """The head is turned by more than 60 degrees: landmarks of the far side are a guess."""
    SLIPPED = 2
    """The landmarks stood apart from their neighbours and were thrown out."""
    COVERED = 4
    """Most of the face's texture was not found again: something is before it."""
    BLURRED = 8
    """The face is much softer than in its neighbours: motion blur or focus."""
    FLASH = 16
    """The light jumps away and back."""
    ADRIFT = 32
    """Texture and landmarks disagree by more than the knob `drift` allows."""
    AT_EDGE = 64
    """Part of the face is outside the picture."""
    UNSURE = 128
    """The landmarker's own views of the frame disagree, or it is not sure that this is a face."""
    SMALL = 256
    """The face is smaller than 80 px."""


@dataclass(frozen=True)
class Person:
    """One person over the frames of a track; rows of frames in which they were not seen are NaN.

    Attributes:
        name: how the artist calls them; `person1` is the largest face of the shot.
        landmarks_plate: frames x points x 2, plate pixels.
        depth_px: frames x points, towards the camera is negative, in plate pixels, relative to the head's centre.
        confidence: frames x points, 0 to 1.
        presence: frames, 0 to 1; how sure the landmarker is that this is a face.
        pose_deg: frames x 3, yaw, pitch and roll in degrees.
        place_cm: frames x 3, the head's centre from the camera: to the right, down, and away; NaN where the focal
            length is not known.
        alignment: frames x 2 x 3, plate pixels to the unit face square.
        by_hand: frames x points, True where an artist set the point.
        exposure: frames, the median scene-linear luminance of the face in the working space; NaN where it was not
            measured.
        residual_px: frames, RMS distance in square plate pixels between the steady landmarks as measured and as solved.
        doubts: frames, a sum of `Doubt`; 0 where nothing is amiss.
    """

    name: str
    landmarks_plate: Floats
    depth_px: Floats
    confidence: Floats
    presence: Floats
    pose_deg: Floats
    place_cm: Floats
    alignment: Matrix
    by_hand: npt.NDArray[np.bool_]
    exposure: Floats
    residual_px: Floats
    doubts: npt.NDArray[np.uint16]

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Frames, True where the person was seen."""
        return np.asarray(np.isfinite(self.landmarks_plate).all(axis=(1, 2)))


@dataclass(frozen=True)
class Edit:
    """One decision of an artist about a track. Kept apart from what is solved, which is done again around it.

    The person is found by where their face is, so that an edit outlives a new track of the same plate.

    Attributes:
        kind: `points` (landmarks set by hand), `alignment` (the whole face set by hand), `absent` (not there from
            `frame` to `last_frame`), `name`, `drop` (nobody of interest), `split` (somebody else from `frame` on), or
            `merge` (the same as the person at `other_frame`, `other_plate`).
        frame: the frame it was made on.
        at_plate: the middle of the face's landmarks on that frame when it was made, plate pixels.
        origin: who made it: `command line`, or the path of a node.
        points: which landmarks were set, for `points`.
        target: for `points` n x 2 plate pixels, for `alignment` 2 x 3, plate pixels to the unit face square.
        text: the name, for `name` and `split`.
        last_frame: for `absent`.
        other_frame: for `merge`.
        other_plate: for `merge`, as `at_plate`.
    """

    kind: str
    frame: int
    at_plate: tuple[float, float]
    origin: str = "command line"
    points: tuple[int, ...] = ()
    target: tuple[tuple[float, ...], ...] = ()
    text: str = ""
    last_frame: int | None = None
    other_frame: int | None = None
    other_plate: tuple[float, float] | None = None


@dataclass(frozen=True)
class Track:
    """Every person of a shot, frame by frame, in plate space.

    Attributes:
        plate: the pattern or file it was made of.
        frames: the numbers of its rows.
        size: the plate's columns and rows.
        pixel_aspect: of the plate.
        landmarker: which one measured the landmarks.
        people: what was solved from `measured` and `edits`.
        digests: of each frame's pixels, as `track.frame_digest` gives them; empty where they are not known.
        cuts: the rows that begin another shot; 0 is not among them.
        focal_px: the focal length in square plate pixels; NaN where nobody says.
        measured: what was seen in each frame, linked over time; empty for tracks that came from elsewhere.
        edits: the artist's, in the order they were made.
        settings: the knobs of FaceTrack it was made with.
    """

    plate: str
    frames: tuple[int, ...]
    size: tuple[int, int]
    pixel_aspect: float
    landmarker: str
    people: tuple[Person, ...]
    digests: tuple[str, ...] = ()
    cuts: tuple[int, ...] = ()
    focal_px: float = math.nan
    measured: tuple[Measured, ...] = ()
    edits: tuple[Edit, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Crop:
    """An aligned face: side x side x 3 in the range the model's card states, and the transform that made it.

    Attributes:
        rgb_model: side x side x 3, what the model sees.
        plate_to_crop: 2 x 3, plate pixels to crop pixels (both with pixel centres at 0.5).
        rgb_plate: side x side x 3, what became `rgb_model` once it was clipped to 0..1.
    """

    rgb_model: Floats
    plate_to_crop: Matrix
    rgb_plate: Floats


@dataclass(frozen=True)
class Swap:
    """What the model gave for one crop.

    Attributes:
        rgb_model: side x side x 3 in the model's range.
        mattes: the model's own mattes by name, each side x side, 0 to 1.
        crop: what it was given.
    """

    rgb_model: Floats
    mattes: Mapping[str, Floats]
    crop: Crop


@dataclass(frozen=True)
class Matte:
    """Coverage over a window of the plate: rows x columns, 0 (plate) to 1 (face), exactly 0 outside the window."""

    window: Window
    coverage: Floats


def _no_numbers(*shape: int) -> Callable[[], Floats]:
    return lambda: np.full(shape, np.nan, np.float32)


@dataclass(frozen=True)
class GrainProfile:
    """How a plate's grain behaves, in scene-linear light.

    How strong it is at an exposure is told in one of two models: `physical`, shot and read noise with a square, by
    three terms; or, where that is not what the plate does, `curve`, straight lines between points.

    Attributes:
        encoding: the colour space of the plate it was measured on.
        light: `camera` where all numbers are of that plate's own primaries, `working` where of the working space's.
        exposure: bins, scene-linear value at each bin's middle.
        sigma: 3 x bins, standard deviation of the grain at that exposure (R, G, B), scene-linear; NaN where the plate
            had too few flat areas.
        response: 3 x 3, slope a, floor b and square c of the fit variance = a * exposure + b + c * exposure ** 2, for
            each channel; 3 x 2 where there is no square. All zero for a channel without grain, and for no other.
        kernel: 3 x side x side, the filter that gives white noise the measured spectrum; squares sum to 1.
        correlation: 3 x 3, between channels.
        frames: the frames it was measured on.
        models: of each channel, `physical` or `curve`.
        curve_exposure: points, increasing from 0, scene-linear; no points where no channel has a curve.
        curve_sigma: 3 x points, standard deviation at those exposures; of meaning for channels with a curve.
        measured: 3 x 2, the lowest and highest exposure that each channel's response rests on; NaN where not known.
        zone_exposure: zones, increasing, scene-linear luminance in the middle of each exposure zone; no zones where
            the spectrum was not told apart by exposure.
        zone_kernel: zones x 3 x side x side, as `kernel`, by zone.
        zone_correlation: zones x 3 x 3, as `correlation`, by zone.
        time_correlation: 3, how alike each channel's grain is from one frame to the next; NaN where not known.
        warnings: what is wrong with the plate, in sentences.
    """

    encoding: str
    exposure: Floats
    sigma: Floats
    response: Floats
    kernel: Floats
    correlation: Floats
    frames: tuple[int, ...]
    models: tuple[str, str, str] = ("physical", "physical", "physical")
    curve_exposure: Floats = field(default_factory=_no_numbers(0))
    curve_sigma: Floats = field(default_factory=_no_numbers(3, 0))
    measured: Floats = field(default_factory=_no_numbers(3, 2))
    zone_exposure: Floats = field(default_factory=_no_numbers(0))
    zone_kernel: Floats = field(default_factory=_no_numbers(0, 3, 1, 1))
    zone_correlation: Floats = field(default_factory=_no_numbers(0, 3, 3))
    time_correlation: Floats = field(default_factory=_no_numbers(3))
    warnings: tuple[str, ...] = ()
    light: Literal["camera", "working"] = "working"


@dataclass(frozen=True)
class Receipt:
    """What made a frame: enough to make it again, and to say who agreed.

    Attributes:
        frame: its number.
        inputs: each input by role (plate, track, model, grain) with its path, and digest and encoding where known.
        states: size and time of the file this frame was read from, by role.
        settings: every knob of every node by node name.
        model_digest: SHA-256 of the model file.
        consent: the consent record of the model's card.
        versions: Faceplate and the libraries that touch pixels.
        job: SHA-256 over what decides the pixels of every frame of the job; paths do not.
        output_bytes: size of the delivered file.
    """

    frame: int
    inputs: Mapping[str, Mapping[str, str]]
    states: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    model_digest: str
    consent: str
    versions: Mapping[str, str]
    job: str
    output_bytes: int
