"""What a knob's text means at a frame: curves, expressions, brackets, channel sets, formats, roto shapes."""

from faceplate.graph.knobs.curve_text import curve_text, read_curve
from faceplate.graph.knobs.curves import Curve, Key
from faceplate.graph.knobs.formats import ProjectFormat, known_formats
from faceplate.graph.knobs.pictures import Moment, PictureFacts, Pictures
from faceplate.graph.knobs.reader import KnobReader, ReaderSettings
from faceplate.graph.knobs.roto import Roto, RotoPoint, RotoShape, RotoTransform
from faceplate.graph.knobs.roto_numbers import RotoNumber, value_at
from faceplate.graph.knobs.roto_reader import read_roto
from faceplate.graph.knobs.roto_writer import roto_text
from faceplate.graph.knobs.user_knobs import UserKnob, user_knobs

__all__ = [
    "Curve",
    "Key",
    "KnobReader",
    "Moment",
    "PictureFacts",
    "Pictures",
    "ProjectFormat",
    "ReaderSettings",
    "Roto",
    "RotoNumber",
    "RotoPoint",
    "RotoShape",
    "RotoTransform",
    "UserKnob",
    "curve_text",
    "known_formats",
    "read_curve",
    "read_roto",
    "roto_text",
    "user_knobs",
    "value_at",
]
