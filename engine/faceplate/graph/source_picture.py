"""The face of a picture as a recogniser wants it."""

from dataclasses import replace
from typing import Any

from faceplate.align import crop_matrix, crop_window, fit_alignment, frame_face
from faceplate.colour import display_encoding, load_config, resolve_encoding, to_display
from faceplate.errors import ColourError, PlateError, TrackError
from faceplate.graph.tracking import face_pack
from faceplate.models import find_pack
from faceplate.plate import normalised, open_plate
from faceplate.swap import crop_through
from faceplate.track import Face, Perception, faces_of_picture, mesh_to_68
from faceplate.values import Floats, Frame, Matrix

SIDE_PX = 112
srgb_formats = ("png", "jpeg", "tiff")


def read_source(path: str, colourspace: str, config: Any = None) -> Frame:
    """A source picture, its encoding known: as named, else as its header says, else sRGB for whole numbers.

    Raises:
        PlateError: it is missing, damaged, or a sequence.
        ColourError: nobody knows its encoding.
    """
    plate = open_plate(path)
    if len(plate.frames) != 1:
        step = "name single pictures, parted by semicolons"
        raise PlateError(path, expected="one picture", came=f"{len(plate.frames)} frames", next_step=step)
    frame = plate.read(plate.frames[0])
    return replace(frame, encoding=_encoding(frame, path, colourspace, config or load_config()))


def _encoding(frame: Frame, path: str, colourspace: str, config: Any) -> str:
    try:
        return resolve_encoding(config, colourspace or None, frame.header, path)
    except ColourError as fault:
        whole = frame.sample.top_code is not None and frame.header.file_format in srgb_formats
        if whole and not colourspace and frame.header.attribute("colorInteropID") is None:
            return display_encoding
        step = fault.next_step.replace("--colourspace NAME", "source_colourspace (--source-colourspace)")
        raise ColourError(fault.thing, expected=fault.expected, came=fault.came, next_step=step) from fault


def source_face(frame: Frame, which: int, config: Any = None) -> Face:
    """The face of a source picture: the only one, or of several the one that is named, counted from the left.

    Raises:
        PackError: the face pack is not installed.
        TrackError: it shows no face, several of which none is named, or fewer than that.
    """
    faces = faces_of_picture(frame, Perception(to_display(str(frame.encoding), config), find_pack(face_pack)))
    if not faces:
        step = "take a picture in which the whole face is seen, and check source_colourspace"
        raise TrackError(frame.source, expected="a face", came="none that was found", next_step=step)
    if len(faces) == 1 and which <= 1:
        return faces[0]
    if not 1 <= which <= len(faces):
        raise TrackError(
            frame.source,
            expected=f"face {which} from the left" if which else "one face",
            came=f"{len(faces)}: " + "; ".join(f"{at} {face_in_words(face)}" for at, face in enumerate(faces, 1)),
            next_step="say which with source_face (--source-face), counted from the left, or crop the picture",
        )
    return faces[which - 1]


def face_in_words(face: Face) -> str:
    """Where a face is and how large, in pixels."""
    x, y = face.middle
    return f"at {x:.0f}, {y:.0f}, {face.size:.0f} px"


def recogniser_crop(frame: Frame, face: Face, framing: str, config: Any = None) -> Floats:
    """The face in a recogniser's framing, 112 x 112 x 3 display-referred sRGB 0 to 1; beyond the picture its edge."""
    matrix = _crop_matrix(frame, face, framing)
    region = crop_window(matrix, SIDE_PX).intersect(frame.header.data)
    shown = to_display(str(frame.encoding), config)(normalised(frame.stored(region), frame.sample))
    return crop_through(matrix, SIDE_PX, shown, region).rgb_model


def _crop_matrix(frame: Frame, face: Face, framing: str) -> Matrix:
    points = face.landmarks_plate[list(mesh_to_68)]
    alignment = fit_alignment(points, frame.header.pixel_aspect)
    return crop_matrix(alignment, frame_face(framing, SIDE_PX, alignment, points), SIDE_PX)
