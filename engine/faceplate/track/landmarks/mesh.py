"""Landmarks of one face: the 468 points of MediaPipe's face mesh and the ten of its iris model."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.views import agreement, averaged, views_of
from faceplate.track.networks import FaceNetworks, Network
from faceplate.track.regions import Picture, Region, ToDisplay, picture_of
from faceplate.track.topology import left_eye, right_eye
from faceplate.values import Floats, Frame, Matrix

# The picture of a face reaches this far beyond the detected head, for the region to settle on the mesh.
PICTURE_REACH = 1.3
# It keeps about this many pixels: as many as a 192 px input and, inside it, the 64 px eye crops show. Of more the
# landmarks hold no stiller.
PICTURE_SIDE_PX = 256
EYE_MARGIN = 2.3
# The mesh model was trained on the box of its own landmarks widened by half. The box's size hangs on two points that
# jitter; the points' root mean square distance from their mean says the same with half of that (mean ratio of four
# faces). Its middle may jitter: the mesh hands next to nothing of that on.
REGION_SIDE = 4.93
# The mesh hands a fourth of an error of its region's size on to the next region, and next to none of its place and
# turn; another pass changes nothing worth its time once the region has moved by less than this share of its side.
SETTLED = 0.015
SETTLING_PASSES = 3
# Places of the outer and the inner corner in a lid ring.
CORNERS = (0, 8)
MIRRORED_IRIS = [0, 3, 2, 1, 4]
FEWEST_WITH_LAST = 3


@dataclass(frozen=True)
class Mesh:
    """What the mesh model says of one face.

    Attributes:
        points_square: 468 x 3, square-pixel space and depth in the same pixels.
        agreement: 468, how well its views agree, 0 to 1.
        presence: 0 to 1.
        region: where it looked, before views were made of it.
    """

    points_square: Matrix
    agreement: Matrix
    presence: float
    region: Region


class MeshLandmarker:
    """The default landmarker: MediaPipe's face mesh and irises; the mesh is the mean over several views."""

    name = "mediapipe"

    def __init__(self, networks: FaceNetworks, views: int) -> None:
        self._networks = networks
        self._views = views

    def measure(self, frame: Frame, head: Head, to_display: ToDisplay) -> Face:
        """As `landmarker.Landmarker`; depth is the mesh's own."""
        picture = face_picture(frame, head, to_display)
        mesh = mesh_in(self._networks.mesh, picture, head.region, self._views)
        points, agreed = with_irises(self._networks.iris, picture, mesh)
        to_plate = [frame.header.pixel_aspect, 1.0]
        return Face(points[:, :2] / to_plate, points[:, 2], mesh.presence * agreed, mesh.presence)


def face_picture(frame: Frame, head: Head, to_display: ToDisplay) -> Picture:
    """The head with room for its region to settle."""
    return picture_of(frame, head.region.grown(PICTURE_REACH), to_display, PICTURE_SIDE_PX)


def mesh_in(network: Network, picture: Picture, head: Region, views: int) -> Mesh:
    """The mesh of the face in `head`: looked at until its region stays, then from so many views.

    The last look, from where the region stayed, stands for the first of three views or more, which is the one moved
    least; one view is compared with it.
    """
    last = _mesh(network, picture, head)
    region = face_region(last[0])
    for _ in range(SETTLING_PASSES - 1):
        if _moved(head, region) < SETTLED:
            break
        head, last = region, _mesh(network, picture, region)
        region = face_region(last[0])
    seen = [last] if views >= FEWEST_WITH_LAST else []
    seen += [_mesh(network, picture, view.of(region)) for view in views_of(views)[len(seen) :]]
    answers = np.array([answer for answer, _ in seen])
    witnesses = answers if views > 1 else np.array([answers[0], last[0]])
    presence = float(np.mean([sure for _, sure in seen]))
    return Mesh(averaged(answers, region.side), agreement(witnesses, region.side), presence, region)


def with_irises(network: Network, picture: Picture, mesh: Mesh) -> tuple[Matrix, Matrix]:
    """All 478 points (x 3, square-pixel space), and how well the views agree on each: on an iris as on its lids."""
    points, agreed = [mesh.points_square], [mesh.agreement]
    for lid, mirrored in ((right_eye, False), (left_eye, True)):
        iris = _iris(network, picture, _eye_region(mesh.points_square, lid, mirrored=mirrored), mirrored=mirrored)
        iris[:, 2] = mesh.points_square[[lid[place] for place in CORNERS], 2].mean()
        points.append(iris)
        agreed.append(np.full(len(iris), mesh.agreement[list(lid)].mean()))
    return np.concatenate(points), np.concatenate(agreed)


def face_region(points_square: Matrix) -> Region:
    """The region the mesh model wants to see: about the box of its points, upright by the outer corners of the eyes."""
    turn_rad = upright_turn_rad(points_square)
    sine, cosine = np.sin(turn_rad), np.cos(turn_rad)
    axes = np.array([[cosine, sine], [-sine, cosine]])
    upright = points_square[:, :2] @ axes.T
    x, y = (upright.min(axis=0) + upright.max(axis=0)) / 2 @ axes
    radius = float(np.sqrt(np.square(upright - upright.mean(axis=0)).sum(axis=1).mean()))
    return Region(float(x), float(y), REGION_SIDE * radius, turn_rad)


def upright_turn_rad(points_square: Matrix) -> float:
    """The turn of the line between the outer corners of the eyes."""
    across = points_square[left_eye[0], :2] - points_square[right_eye[0], :2]
    return float(np.arctan2(across[1], across[0]))


def _moved(before: Region, after: Region) -> float:
    """The largest change of place, size and turn, in sides of the region and radians."""
    turn = (after.turn_rad - before.turn_rad + np.pi) % (2 * np.pi) - np.pi
    place = np.hypot(after.x - before.x, after.y - before.y) / after.side
    return float(max(place, abs(np.log(after.side / before.side)), abs(turn)))


def _mesh(network: Network, picture: Picture, region: Region) -> tuple[Matrix, float]:
    out = network(picture.crop(region, network.side_px))
    points = _to_square(out["conv2d_21"], network.side_px, region)
    return points, float(expit(float(out["conv2d_31"][0])))


def _eye_region(mesh: Matrix, lid: tuple[int, ...], *, mirrored: bool) -> Region:
    corners = mesh[[lid[place] for place in CORNERS], :2]
    left, right = corners[::-1] if mirrored else corners
    across, centre = right - left, corners.mean(axis=0)
    side = float(np.linalg.norm(across)) * EYE_MARGIN
    return Region(float(centre[0]), float(centre[1]), side, float(np.arctan2(across[1], across[0])))


def _iris(network: Network, picture: Picture, region: Region, *, mirrored: bool) -> Matrix:
    """Five points: the centre, then the edge at the right, top, left and bottom of the picture.

    The model knows right eyes; a left one is shown to it in a mirror.
    """
    crop = picture.crop(region, network.side_px)
    values = network(crop[:, ::-1] if mirrored else crop)["output_iris"].reshape(-1, 3)
    if mirrored:
        values = values[MIRRORED_IRIS]
        values[:, 0] = network.side_px - values[:, 0]
    return _to_square(values, network.side_px, region)


def _to_square(values: Floats, side_px: int, region: Region) -> Matrix:
    unit = values.reshape(-1, 3).astype(np.float64) / side_px
    return np.column_stack([region.unit_to_square(unit[:, :2]), unit[:, 2] * region.side])
