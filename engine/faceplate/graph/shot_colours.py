"""The colours of a face matched to its shot: by its own frame, and by those around it."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from faceplate.colour import PlateCodec
from faceplate.composite import ColourStatistics, needs_statistics, no_colours
from faceplate.graph.colour_window import matched_swap, measured_colours, offsets_around
from faceplate.graph.shot import Shot
from faceplate.graph.shot_checks import tracked_row
from faceplate.graph.shot_face import ShotFace, face_in
from faceplate.values import Array, Frame, Matte, Swap, Window


class Covered(NamedTuple):
    """The picture that a face is put into, the face, and what of the picture it covers."""

    frame: Frame
    face: ShotFace
    matte: Matte


def matched(shot: Shot, here: Covered, picture_at: Callable[[int], Frame]) -> Swap:
    """The swap with its colours matched, where that hangs on more than the composite itself can tell.

    `picture_at` gives the picture that the face is put into in another frame.
    """
    if not needs_statistics(shot.swap_settings):
        return here.face.swap
    number = here.frame.number
    around = {
        each - number: _colours(shot, each, partial(_covered, shot, picture_at, each))
        for each in own_frames_around(shot, number)
    }
    own = _colours(shot, number, lambda: here)
    with shot.times.stage("colour match"):
        return matched_swap(here.face.swap, shot.swap_settings, own, around)


def frames_around(shot: Shot, number: int) -> tuple[int, ...]:
    """The frames of the plate, beside its own, that a frame is made from: those that its colour matches go by.

    Raises:
        TrackError: the track does not hold this frame.
    """
    own = own_frames_around(shot, number)
    under = (frames_around(shot.under, each) for each in (number, *own)) if shot.under else ()
    return tuple(sorted({*own, *(each for frames in under for each in frames)} - {number}))


def own_frames_around(shot: Shot, number: int) -> tuple[int, ...]:
    """Those that the colour match of its last face goes by."""
    row = tracked_row(shot.track, number)

    def row_at(offset: int) -> int | None:
        there = row + offset
        follows = 0 <= there < len(shot.track.frames) and shot.track.frames[there] == number + offset
        return there if follows and shot.person.seen[there] else None

    if not needs_statistics(shot.swap_settings):
        return ()
    offsets = offsets_around(shot.swap_settings.colour_smooth, row_at, shot.track.cuts)
    return tuple(number + offset for offset in offsets)


def _covered(shot: Shot, picture_at: Callable[[int], Frame], number: int) -> Covered | None:
    frame = picture_at(number)
    face = face_in(shot, frame)
    if face is None:
        return None
    with shot.times.stage("matte"):
        return Covered(frame, face, face.matte(shot.matte_settings))


def _colours(shot: Shot, number: int, covered: Callable[[], Covered | None]) -> ColourStatistics:
    """The colour statistics of a frame, which is looked at where they are not known."""

    def measured() -> ColourStatistics:
        there = covered()
        if there is None:
            return no_colours
        face, sound = there.face, partial(_sound, there.frame, there.face.codec)
        with shot.times.stage("colour match"):
            return measured_colours(face.swap, there.matte, face.region, face.light, shot.swap_settings, sound)

    made: ColourStatistics = shot.colours.value(number, measured, lambda colours: colours.size_bytes)
    return made


def _sound(frame: Frame, codec: PlateCodec, window: Window) -> Array:
    return ~codec.unprocessable(frame.stored(window)).pixels
