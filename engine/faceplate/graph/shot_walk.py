"""The walk of one shot, frame by frame: align, swap, matte, composite, regrain. Each frame stands alone."""

from dataclasses import replace
from functools import partial

from faceplate.colour import plate_codec
from faceplate.composite import Composite, composite_face, put_back
from faceplate.graph.plates import encoding_of
from faceplate.graph.shot import Rendered, Shot
from faceplate.graph.shot_checks import tracked_row
from faceplate.graph.shot_colours import Covered, matched
from faceplate.graph.shot_face import face_in
from faceplate.graph.shot_regrain import regrained
from faceplate.values import Frame


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
    tracked_row(shot.track, number)
    with shot.times.stage("read"):
        return shot.near.read(number)


def finish_frame(shot: Shot, frame: Frame) -> Rendered:
    """What `render_frame` makes of a frame that has been read.

    Raises:
        TrackError: the track does not hold this frame, is of another format, or was made of another picture.
        ModelError: the model failed on it.
    """
    under = finish_frame(shot.under, frame) if shot.under else None
    return replace(_with_face(shot, under.frame if under else frame), under=under)


def _with_face(shot: Shot, frame: Frame) -> Rendered:
    face = face_in(shot, frame)
    if face is None:
        return Rendered(frame, frame)
    swap = face.swap
    with shot.times.stage("matte"):
        matte = face.matte(shot.matte_settings)
    if matte.window.is_empty:
        return Rendered(frame, frame, swap, matte)
    with shot.times.stage("colour"):
        linear = face.codec.decode(frame.stored(matte.window))
    coloured = matched(shot, Covered(frame, face, matte), partial(_put_into, shot))
    with shot.times.stage("composite"):
        composite = composite_face(linear, coloured, matte, face.light, shot.swap_settings, face.place)
    return _finished(shot, frame, Rendered(frame, frame, swap, matte, composite), composite)


def _put_into(shot: Shot, number: int) -> Frame:
    """The frame that the face is put into: the plate's own, or what the faces under it make of that."""
    frame = read_plate(shot, number)
    return finish_frame(shot.under, frame).frame if shot.under else frame


def _finished(shot: Shot, frame: Frame, so_far: Rendered, composite: Composite) -> Rendered:
    window, before = composite.window, frame.stored(composite.window)
    with shot.times.stage("regrain"):
        grained = regrained(shot, frame, composite)
    with shot.times.stage("colour"):
        codec = plate_codec(encoding_of(shot.plate), frame.sample)
        kept, stored = codec.unprocessable(before), codec.encode(grained)
        changed = composite.changed & ~kept.pixels
        if not put_back(stored, before, changed):
            return replace(so_far, kept=kept, grained=grained)
        finished = frame.with_stored(window, stored)
    return replace(so_far, frame=finished, kept=kept, grained=grained)
