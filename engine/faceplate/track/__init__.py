"""Faces of a plate: found and measured frame by frame, linked over the shot, smoothed, kept as a track. Owns LiteRT."""

from faceplate.track import edit, topology
from faceplate.track.digest import check_digest, frame_digest
from faceplate.track.file.listed import doubts_in_words, track_as_json
from faceplate.track.file.track_file import read_track, write_track
from faceplate.track.find.exposure import steady_exposure
from faceplate.track.find.still import faces_of_picture
from faceplate.track.landmarks.face import Face
from faceplate.track.perception import Embed, Perception
from faceplate.track.progress import Progress, unheard
from faceplate.track.report.quality import Quality, track_quality
from faceplate.track.settings import FACE_TRACK, FaceTrackGraphSettings, FaceTrackSettings
from faceplate.track.solve.pose import pose_deg
from faceplate.track.topology import face_oval, mesh_to_68
from faceplate.track.track_plate import track_plate
from faceplate.track.whom import check_anybody, person_of, row_of

__all__ = [
    "FACE_TRACK",
    "Embed",
    "Face",
    "FaceTrackGraphSettings",
    "FaceTrackSettings",
    "Perception",
    "Progress",
    "Quality",
    "check_anybody",
    "check_digest",
    "doubts_in_words",
    "edit",
    "face_oval",
    "faces_of_picture",
    "frame_digest",
    "mesh_to_68",
    "person_of",
    "pose_deg",
    "read_track",
    "row_of",
    "steady_exposure",
    "topology",
    "track_as_json",
    "track_plate",
    "track_quality",
    "unheard",
    "write_track",
]
