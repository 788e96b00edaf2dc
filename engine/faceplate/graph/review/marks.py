import cv2
import numpy as np

from faceplate.align import invert, transform
from faceplate.track import doubts_in_words, face_oval, topology
from faceplate.values import Floats, Matrix, Person

# Display-referred sRGB.
sure, doubtful, hand, square = (0.1, 1.0, 0.3), (1.0, 0.35, 0.1), (0.2, 0.7, 1.0), (1.0, 0.85, 0.1)
rings = (face_oval, topology.right_eye, topology.left_eye, topology.lips_outer)
unit_square = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
# Fractions of a pixel that OpenCV's drawing takes.
shift = 4


def mark(picture: Floats, plate_to_picture: Matrix, person: Person, row: int) -> Floats:
    """A person's landmarks, outline and face square drawn into a display picture, in place.

    `plate_to_picture` is 2 x 3, both with the first pixel's centre at 0.5. Orange where the frame is doubtful, blue
    where the artist set the points.
    """
    if not person.seen[row]:
        return picture
    points = transform(plate_to_picture, person.landmarks_plate[row])
    colour = doubtful if person.doubts[row] else sure
    for ring in rings:
        _polygon(picture, points[list(ring)], colour)
    _polygon(picture, transform(plate_to_picture, transform(invert(person.alignment[row]), unit_square)), square)
    for point, set_by_hand in zip(_fixed(points), person.by_hand[row], strict=True):
        cv2.circle(picture, point, 1 << shift, hand if set_by_hand else colour, -1, cv2.LINE_AA, shift)
    return picture


def caption(person: Person, row: int) -> str:
    """Name, how far landmarks and texture are apart, and every doubt of a frame."""
    if not person.seen[row]:
        return f"{person.name}: not seen"
    words = [word.replace("_", " ") for word in doubts_in_words(int(person.doubts[row]))]
    residual = person.residual_px[row]
    apart = f" {residual:.1f} px" if np.isfinite(residual) else ""
    return f"{person.name}{apart}{': ' + ', '.join(words) if words else ''}"


def _polygon(picture: Floats, points: Matrix, colour: tuple[float, float, float]) -> None:
    corners = np.array(_fixed(points), np.int32)
    cv2.polylines(picture, [corners], isClosed=True, color=colour, thickness=1, lineType=cv2.LINE_AA, shift=shift)


def _fixed(points: Matrix) -> list[tuple[int, int]]:
    """In OpenCV's fixed-point coordinates, whose first pixel has its centre at 0."""
    # OpenCV overflows on points far outside the picture.
    near = np.clip(points - 0.5, -16000, 16000)
    return [(x, y) for x, y in np.rint(near * (1 << shift)).astype(int).tolist()]
