"""The walk of one shot, frame by frame: align, swap, matte, composite, regrain. Each frame stands alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from faceplate.colour import ModelRange, PlateCodec, Unprocessable, model_range, plate_codec, shown_plate, to_working
from faceplate.composite import (
    ColourStatistics,
    Composite,
    FacePlace,
    PlateRegion,
    composite_face,
    coverage_seen,
    measure_colours,
    needs_statistics,
    no_colours,
    put_back,
    seen_around,
)
from faceplate.errors import EngineError, PlateError, TrackError
from faceplate.grain import FaceRegrainSettings, measure_grain, regrain
from faceplate.graph.colour_window import levels_method, matched_swap, offsets_around
from faceplate.graph.plates import check_holds
from faceplate.graph.render.cache import Cache
from faceplate.graph.timing import StageTimes
from faceplate.matte import FaceMatteSettings, coverage_in_crop, face_matte
from faceplate.plate import normalised
from faceplate.swap import FaceSwapSettings, SwapModel, cut_crop, exposure_ev, fit_model, region_of
from faceplate.track import check_digest, face_oval, person_of, row_of
from faceplate.values import (
    Array,
    Floats,
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
)

grain_sample_frames = 5

kept_colours_bytes = 2**20
"""What a shot keeps of its frames' colour statistics: some hundred frames'."""


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
        colours: the colour statistics of the frames met last, for those that lie around them.

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
    colours: Cache = field(init=False, compare=False, repr=False, default_factory=lambda: Cache(kept_colours_bytes))

    def __post_init__(self) -> None:
        model_range(self.model.card, self.exposure_ev[0])

    @cached_property
    def exposure_ev(self) -> Matrix:
        """What the face is exposed by on its way into the model, for every frame of the track, in stops."""
        return exposure_ev(self.model.card, self.person, self.swap_settings)

    def model_at(self, row: int) -> SwapModel:
        """The model for the face as it is in a row of the track, in which it is seen."""
        return fit_model(self.model, self.swap_settings, self.person.alignment[row], self.person.landmarks_plate[row])


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
    face = _face(shot, frame)
    if face is None:
        return Rendered(frame)
    swap, light, codec, region = face.swap, face.light, face.codec, face.region
    with shot.times.stage("matte"):
        matte = face_matte(face.outline_plate, swap, face.model.card.crop, region, shot.matte_settings)
    if matte.window.is_empty:
        return Rendered(frame, swap, matte)
    with shot.times.stage("colour"):
        near = seen_around(matte.window, swap.crop.plate_to_crop).intersect(region)
        linear = codec.decode(frame.stored(near))
        plate = PlateRegion(near, linear, light.encode(linear))
    matched = _matched(shot, frame, face)
    with shot.times.stage("composite"):
        composite = composite_face(plate, matched, matte, light, shot.swap_settings, face.place)
    return _finished(shot, frame, Rendered(frame, swap, matte, composite), composite)


@dataclass(frozen=True)
class _Face:
    """The face of a frame given to its model.

    Attributes:
        place: where it stands.
        model: as it stands for this face.
        region: the pixels of the plate that its crop is made from.
        light: the model's range at the face's exposure.
        codec: of the plate's samples.
        swap: what the model gave.
    """

    place: FacePlace
    model: SwapModel
    region: Window
    light: ModelRange
    codec: PlateCodec
    swap: Swap

    @property
    def outline_plate(self) -> Floats:
        """The face's outline, points x 2."""
        return self.place.landmarks_plate[list(face_oval)]


def _face(shot: Shot, frame: Frame) -> _Face | None:
    """The face through its model; None where the person is not seen, or not on the picture."""
    row = _row(shot.track, frame.number)
    _check_frame(shot.track, frame, other_plate=shot.other_plate)
    if not shot.person.seen[row]:
        return None
    model, alignment = shot.model_at(row), shot.person.alignment[row]
    region = region_of(alignment, model.card, frame.header.data)
    if region.is_empty:
        return None
    light = model_range(model.card, shot.exposure_ev[row])
    codec = plate_codec(encoding_of(shot.plate), frame.sample)
    with shot.times.stage("colour"):
        shown = shown_plate(frame.stored(region), codec, light)
    with shot.times.stage("swap"):
        swap = model.run(cut_crop(shown, region, alignment, model.card, shot.swap_settings.filter))
    return _Face(FacePlace(shot.person.landmarks_plate[row], alignment), model, region, light, codec, swap)


def _matched(shot: Shot, frame: Frame, face: _Face) -> Swap:
    """The swap with its colours matched, where that hangs on more than the composite itself can tell."""
    if not needs_statistics(shot.swap_settings):
        return face.swap
    around = {number - frame.number: _colours(shot, number, None) for number in frames_around(shot, frame.number)}
    own = _colours(shot, frame.number, (frame, face))
    with shot.times.stage("colour match"):
        return matched_swap(face.swap, shot.swap_settings, own, around)


def frames_around(shot: Shot, number: int) -> tuple[int, ...]:
    """The frames of the plate, beside its own, that a frame is made from: those that its colour match goes by.

    Raises:
        TrackError: the track does not hold this frame.
    """
    row = _row(shot.track, number)

    def row_at(offset: int) -> int | None:
        there = row + offset
        follows = 0 <= there < len(shot.track.frames) and shot.track.frames[there] == number + offset
        return there if follows and shot.person.seen[there] else None

    if not needs_statistics(shot.swap_settings):
        return ()
    offsets = offsets_around(shot.swap_settings.colour_smooth, row_at, shot.track.cuts)
    return tuple(number + offset for offset in offsets)


def _colours(shot: Shot, number: int, known: tuple[Frame, _Face] | None) -> ColourStatistics:
    """The colour statistics of a frame, which is read and given to the model where it is not known."""

    def measured() -> ColourStatistics:
        frame = known[0] if known else read_plate(shot, number)
        face = known[1] if known else _face(shot, frame)
        if face is None:
            return no_colours
        with shot.times.stage("colour match"):
            card, levels = face.model.card, shot.swap_settings.colour_match_method == levels_method
            coverage = coverage_in_crop(face.outline_plate, face.swap, card.crop, shot.matte_settings)
            seen = coverage_seen(coverage, face.swap.crop, face.region, partial(_sound, frame, face.codec))
            return measure_colours(face.swap, seen, face.light, levels=levels)

    made: ColourStatistics = shot.colours.value(number, measured, lambda colours: colours.size_bytes)
    return made


def _sound(frame: Frame, codec: PlateCodec, window: Window) -> Array:
    return ~codec.unprocessable(frame.stored(window)).pixels


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
        if not put_back(stored, before, changed):
            return replace(so_far, kept=kept)
        finished = frame.with_stored(window, stored)
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
