"""Who measures the landmarks of a face, all in one topology."""

from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.landmarker import Landmarker, landmarker_of

__all__ = ["Face", "Head", "Landmarker", "landmarker_of"]
