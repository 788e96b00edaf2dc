import cv2
import numpy as np

from faceplate.track.motion.face_view import FaceView
from faceplate.track.topology import face_oval
from faceplate.values import Floats

# Detail is what goes when the face, brought to about this size, is halved; it is set against what goes when it is
# halved twice more.
COMPARED_PX = 320


def level_of(size_px: float) -> int:
    """The picture whose detail is compared, for a person whose face is of this size in the finest."""
    return max(0, round(float(np.log2(size_px / COMPARED_PX))))


def sharpness_of(view: FaceView, level: int) -> float:
    """The share of fine detail in a face, 0 to 1, at a level that is the same for all frames of one person.

    NaN where the face is too small in the picture.
    """
    if level >= len(view.pictures):
        return float("nan")
    face = _inside(view, level)
    if min(face.shape) < 16:  # noqa: PLR2004 -- what two halvings leave
        return float("nan")
    fine = float(np.square(face - cv2.GaussianBlur(face, (0, 0), 1.0)).mean())
    coarse = float(np.square(cv2.GaussianBlur(face, (0, 0), 2.0) - cv2.GaussianBlur(face, (0, 0), 4.0)).mean())
    return fine / max(fine + coarse, 1e-20)


def _inside(view: FaceView, level: int) -> Floats:
    """The box between the temples, brows and chin, which holds little but skin."""
    points = view.to_picture(view.landmarks_plate[list(face_oval)], level)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    across, down = (right - left) / 6, (bottom - top) / 6
    rows = slice(max(0, int(top + down)), max(0, int(bottom - down)))
    columns = slice(max(0, int(left + across)), max(0, int(right - across)))
    return view.pictures[level][rows, columns]
