"""Tracks of other programs in, and plain JSON and CSV both ways; nothing that a file brings is run."""

from faceplate.track.exchange.csv_track import frames_path, read_csv_track, write_csv_track
from faceplate.track.exchange.deepfacelab import read_aligned, read_pack
from faceplate.track.exchange.faceswap import faceswap_faces, is_faceswap, parsed_json, read_fsa
from faceplate.track.exchange.found import FoundFace
from faceplate.track.exchange.from_found import Pictures, track_of_found
from faceplate.track.exchange.json_track import (
    is_track_document,
    track_document,
    track_from_document,
    write_json_track,
)

__all__ = [
    "FoundFace",
    "Pictures",
    "faceswap_faces",
    "frames_path",
    "is_faceswap",
    "is_track_document",
    "parsed_json",
    "read_aligned",
    "read_csv_track",
    "read_fsa",
    "read_pack",
    "track_document",
    "track_from_document",
    "track_of_found",
    "write_csv_track",
    "write_json_track",
]
