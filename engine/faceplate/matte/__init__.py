"""Coverage of the face in plate space: the landmarks' outline times the model's own mattes."""

from faceplate.matte.coverage import face_matte
from faceplate.matte.outline import signed_distance
from faceplate.matte.settings import FACE_MATTE, FaceMatteSettings

__all__ = ["FACE_MATTE", "FaceMatteSettings", "face_matte", "signed_distance"]
