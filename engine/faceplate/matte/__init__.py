"""Coverage of the face in plate space: the landmarks' outline times the model's own mattes."""

from faceplate.matte.coverage import face_matte, outline_matte
from faceplate.matte.outline import signed_distance
from faceplate.matte.settings import FACE_MATTE, FaceMatteGraphSettings, FaceMatteSettings

__all__ = [
    "FACE_MATTE",
    "FaceMatteGraphSettings",
    "FaceMatteSettings",
    "face_matte",
    "outline_matte",
    "signed_distance",
]
