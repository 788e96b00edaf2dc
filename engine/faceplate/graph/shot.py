"""The walk of one shot, frame by frame: align, swap, matte, composite, regrain. Each frame stands alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from faceplate.colour import Unprocessable, model_range, plate_codec, shown_plate, to_working
from faceplate.composite import Composite, PlateRegion, composite_face, seen_around
from faceplate.errors import EngineError, PlateError, TrackError
from faceplate.grain import FaceRegrainSettings, measure_grain, regrain
from faceplate.graph.plates import check_holds
from faceplate.graph.timing import StageTimes
from faceplate.matte import FaceMatteSettings, face_matte
from faceplate.plate import normalised
from faceplate.swap import FaceSwapSettings, SwapModel, cut_crop, exposure_ev, region_of
from faceplate.track import check_digest, face_oval, person_of, row_of
from faceplate.values import (
    Array,
    Frame,
    GrainProfile,
    Matrix,
    Matte,
    Person,
    Plate,
    Swap,
    Track,
    Window,
    describe_frames,
    nowhere,
)

grain_sample_frames = 5


@dataclass(frozen=True)
class Shot:
    """All that a frame of the walk is made from.

    Attributes:
        plate: with its encoding resolved.
        track: of that plate.
        person: whose face is replaced.
        model: the swap model, loaded.
        grain: the plate's profile.
        swap_settings: knobs of FaceSwap.
        matte_settings: knobs of FaceMatte.
        regrain_settings: knobs of FaceRegrain.
        times: where the seconds of each stage are counted.
        other_plate: True where the plate is meant to show other pictures than those that were tracked.

    Raises:
        ColourError: the model's card names colours that nobody knows.
        TrackError: the model wants the face at an exposure, and the track does not know the face's.
    """

    plate: Plate
    track: Track
    person: Person
    model: SwapModel
    grain: GrainProfile
    swap_settings: FaceSwapSettings = field(default_factory=FaceSwapSettings)
    matte_settings: FaceMatteSettings = field(default_factory=FaceMatteSettings)
    regrain_settings: FaceRegrainSettings = field(default_factory=FaceRegrainSettings)
    times: StageTimes = field(default_factory=StageTimes, compare=False)
    other_plate: bool = False

    def __post_init__(self) -> None:
        model_range(self.model.card, self.exposure_ev[0])

    @cached_property
    def exposure_ev(self) -> Matrix:
        """What the face is exposed by on its way into the model, for every frame of the track, in stops."""
        return exposure_ev(self.model.card, self.person, self.swap_settings)


@dataclass(frozen=True)
class Rendered:
    """One frame of the walk and what led to it; all but the frame are None where the person is not seen.

    `kept` tells which pixels of the face hold what cannot be worked on, and are the plate's own for that reason.
    """

    frame: Frame
    swap: Swap | None = None
    matte: Matte | None = None
    composite: Composite | None = None
    kept: Unprocessable | None = None


def render_frame(shot: Shot, number: int) -> Rendered:
    """One finished frame: the plate's own samples but for the face, which is swapped, matted and regrained.

    Raises:
        TrackError: the track does not hold this frame.
        PlateError: the frame is missing or damaged.
        ModelError: the model failed on it.
    """
    return finish_frame(shot, read_plate(shot, number))


def read_plate(shot: Shot, number: int) -> Frame:
    """The frame of the shot's plate, as it came.

    Raises:
        TrackError: the track does not hold this frame.
        PlateError: the frame is missing or damaged.
    """
    _row(shot.track, number)
    with shot.times.stage("read"):
        return shot.plate.read(number)


def finish_frame(shot: Shot, frame: Frame) -> Rendered:
    """What `render_frame` makes of a frame that has been read.

    Raises:
        TrackError: the track does not hold this frame, is of another format, or was made of another picture.
        ModelError: the model failed on it.
    """
    row = _row(shot.track, frame.number)
    _check_frame(shot.track, frame, other_plate=shot.other_plate)
    region = _face_region(shot, row, frame)
    if region.is_empty:
        return Rendered(frame)
    light = model_range(shot.model.card, shot.exposure_ev[row])
    codec = plate_codec(encoding_of(shot.plate), frame.sample)
    with shot.times.stage("colour"):
        shown = shown_plate(frame.stored(region), codec, light)
    with shot.times.stage("swap"):
        swap = shot.model.run(cut_crop(shown, region, shot.person.alignment[row], shot.model.card))
    with shot.times.stage("matte"):
        outline = shot.person.landmarks_plate[row][list(face_oval)]
        matte = face_matte(outline, swap, shot.model.card.crop, region, shot.matte_settings)
    if matte.window.is_empty:
        return Rendered(frame, swap, matte)
    with shot.times.stage("colour"):
        near = seen_around(matte.window, swap.crop.plate_to_crop).intersect(region)
        linear = codec.decode(frame.stored(near))
        plate = PlateRegion(near, linear, light.encode(linear))
    with shot.times.stage("composite"):
        composite = composite_face(plate, swap, matte, light, shot.swap_settings)
    return _finished(shot, frame, Rendered(frame, swap, matte, composite), composite)


def _check_frame(track: Track, frame: Frame, *, other_plate: bool) -> None:
    _check_format(track, frame)
    if not other_plate:
        check_digest(track, frame)


def _check_format(track: Track, frame: Frame) -> None:
    """Refuses a frame that is not of the format that was tracked: the face would be put in the wrong place."""
    display, aspect = frame.header.display, frame.header.pixel_aspect
    if (display.width, display.height, round(aspect, 4)) != (*track.size, round(track.pixel_aspect, 4)):
        raise TrackError(
            f"track of {track.plate}",
            expected=f"frames of {track.size[0]}x{track.size[1]}, pixel aspect {track.pixel_aspect:g}",
            came=f"{frame.source} of {display.width}x{display.height}, pixel aspect {aspect:g}",
            next_step="track this plate, or name the plate the track was made of",
        )


def _face_region(shot: Shot, row: int, frame: Frame) -> Window:
    if not shot.person.seen[row]:
        return nowhere
    return region_of(shot.person.alignment[row], shot.model.card, frame.header.data)


def _finished(shot: Shot, frame: Frame, so_far: Rendered, composite: Composite) -> Rendered:
    window, before = composite.window, frame.stored(composite.window)
    with shot.times.stage("regrain"):
        grained = regrain(
            composite.rgb_linear, composite.kept, shot.grain, window, frame.number, shot.regrain_settings
        )  # fmt: skip
    with shot.times.stage("colour"):
        codec = plate_codec(encoding_of(shot.plate), frame.sample)
        kept, stored = codec.unprocessable(before), codec.encode(grained)
        changed = composite.changed & ~kept.pixels
        if frame.sample.top_code is None:
            changed &= np.isfinite(stored).all(axis=-1)
        if not changed.any():
            return replace(so_far, kept=kept)
        finished = frame.with_stored(window, np.where(changed[..., None], stored, before))
    return replace(so_far, frame=finished, kept=kept)


def person_named(track: Track, name: str) -> Person:
    """The person of a track by name.

    Raises:
        TrackError: the track has nobody of that name; the message lists who is there.
    """
    return person_of(track, name, "name one of them as FaceSwap's person (--person)")


def check_track_fits(track: Track, plate: Plate, numbers: tuple[int, ...], *, other_plate: bool = False) -> None:
    """Refuses, before any work, a track of another plate and frames that the plate or the track does not hold.

    Args:
        track: to be used on the plate.
        plate: its first frame is read.
        numbers: the frames to be rendered.
        other_plate: True where the plate is meant to show other pictures than those that were tracked.

    Raises:
        PlateError: a frame is missing on disk.
        TrackError: a frame was not tracked, the plate's display window has another size than the track's, or its first
            frame shows another picture than the one that was tracked.
    """
    check_holds(plate, numbers)
    for number in numbers:
        _row(track, number)
    _check_frame(track, plate.read(numbers[0]), other_plate=other_plate)


def measure_shot_grain(plate: Plate, frames: tuple[int, ...], config: Any = None) -> GrainProfile:
    """The plate's grain, measured on a few of `frames` spread over the shot: the same few for every render of it.

    `config` knows the plate's encoding; the one in use where absent.
    """
    chosen = frames[:: max(1, len(frames) // grain_sample_frames)][:grain_sample_frames]

    def pictures() -> Iterator[tuple[int, Array]]:
        for number in chosen:
            frame = _sampled(plate, number)
            yield number, normalised(frame.stored(frame.header.data), frame.sample)

    return measure_grain(pictures(), to_working(encoding_of(plate), config), encoding_of(plate))


def _sampled(plate: Plate, number: int) -> Frame:
    if number not in plate.frames:
        raise PlateError(
            f"{plate.source}, grain",
            expected=f"frame {number}, one of those the shot's grain is measured on",
            came=f"frames {describe_frames(plate.frames)}",
            next_step="measure the whole plate once with `faceplate grain measure` and give the profile (--grain)",
        )
    return plate.read(number)


def encoding_of(plate: Plate) -> str:
    """The colour space of a plate that was opened with its encoding.

    Raises:
        EngineError: it was opened without; a fault of ours.
    """
    if plate.encoding is None:
        raise EngineError(
            plate.source,
            expected="a plate with its encoding",
            came="none",
            next_step="report this with the call you made",
        )
    return plate.encoding


def _row(track: Track, number: int) -> int:
    return row_of(track, number, "track the whole range, or render the range that is tracked")
