"""Plates: sequences, stills and movies in, the same format out. OpenImageIO and PyAV live here."""

from faceplate.plate.conversion import as_dpx10, as_exr, as_still16
from faceplate.plate.exr_header import compression_levels, compressions
from faceplate.plate.exr_layers import Picture, frame_pictures
from faceplate.plate.patterns import FramePattern, frame_pattern
from faceplate.plate.pixels import one_thread_an_image
from faceplate.plate.read import read_frame
from faceplate.plate.sequence import open_plate
from faceplate.plate.stored_file import check_state
from faceplate.plate.write import write_frame
from faceplate.plate.write_exr import keeps_samples
from faceplate.samples import normalised, stored_from

__all__ = [
    "FramePattern",
    "Picture",
    "as_dpx10",
    "as_exr",
    "as_still16",
    "check_state",
    "compression_levels",
    "compressions",
    "frame_pattern",
    "frame_pictures",
    "keeps_samples",
    "normalised",
    "one_thread_an_image",
    "open_plate",
    "read_frame",
    "stored_from",
    "write_frame",
]
