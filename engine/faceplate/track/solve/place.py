import numpy as np

from faceplate.track.solve.pose import Fit
from faceplate.track.topology import left_iris, right_iris
from faceplate.values import Matrix

# Between the pupils of an adult: mean of 3976 people, from 52 to 78 mm (Dodgson, "Variation and extrema of human
# interpupillary distance", SPIE 5291, 2004). A person's own head is off by as much as theirs is, up to a fifth.
PUPILS_CM = 6.3
# Before the ears, level with the axis on which a head turns.
RIGHT_EAR, LEFT_EAR = 234, 454


def place_cm(shape: Matrix, fit: Fit, focal_px: float, middle_square: tuple[float, float]) -> Matrix:
    """The head's centre from the camera, frames x 3: right, down and away; NaN where the focal length is not known.

    The head's centre is halfway between the ears. Distance comes from the size in the picture of a head of the mean
    size, as weak perspective sees it; the picture's middle, in square pixels, is taken for the optical axis.
    """
    pupils = shape[left_iris[0]] - shape[right_iris[0]]
    unit_cm = PUPILS_CM / max(float(np.linalg.norm(pupils)), 1e-12)
    away_cm = focal_px * unit_cm / fit.scale
    across_cm = (fit.shift[:, :2] - middle_square) * (away_cm / focal_px)[:, None]
    centre = (shape[RIGHT_EAR] + shape[LEFT_EAR]) / 2 * unit_cm
    turned = np.einsum("fij,j->fi", fit.rotation, centre)
    place: Matrix = np.column_stack([across_cm, away_cm]) + turned
    return place
