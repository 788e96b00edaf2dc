"""Plates: sequences, stills and movies in, the same format out. OpenImageIO and PyAV live here."""

from faceplate.plate.conversion import as_dpx10, as_exr, as_still16, dpx_attributes
from faceplate.plate.exr_attributes import exr_name
from faceplate.plate.exr_header import compression_levels, compressions
from faceplate.plate.exr_layers import Picture, frame_pictures
from faceplate.plate.frames import OnFault, default_workers, for_each_frame, frame_faults
from faceplate.plate.patterns import FramePattern, frame_pattern, frames_in_range
from faceplate.plate.pixels import one_thread_an_image
from faceplate.plate.read import read_frame
from faceplate.plate.read_exr import read_exr_part
from faceplate.plate.sequence import open_plate
from faceplate.plate.stored_file import check_state, file_state
from faceplate.plate.timecode import timecode_at
from faceplate.plate.write import write_frame
from faceplate.plate.write_exr import keeps_samples
from faceplate.plate.write_movie import write_review_movie
from faceplate.samples import normalised, stored_from

__all__ = [
    "FramePattern",
    "OnFault",
    "Picture",
    "as_dpx10",
    "as_exr",
    "as_still16",
    "check_state",
    "compression_levels",
    "compressions",
    "default_workers",
    "dpx_attributes",
    "exr_name",
    "file_state",
    "for_each_frame",
    "frame_faults",
    "frame_pattern",
    "frame_pictures",
    "frames_in_range",
    "keeps_samples",
    "normalised",
    "one_thread_an_image",
    "open_plate",
    "read_exr_part",
    "read_frame",
    "stored_from",
    "timecode_at",
    "write_frame",
    "write_review_movie",
]
