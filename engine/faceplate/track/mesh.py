"""Landmarks of one face: the 468 points of MediaPipe's face mesh and the ten of its iris model."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from faceplate.track.networks import FaceNetworks, Network
from faceplate.track.regions import Picture, Region, ToDisplay, picture_of
from faceplate.track.topology import left_eye, right_eye
from faceplate.values import Floats, Frame, Matrix

# The mesh model sees the box of its own landmarks widened by half, as it was trained to.
MESH_MARGIN = 1.5
# The picture of a face reaches this far beyond the detected head, for the region to settle on the mesh.
PICTURE_REACH = 1.3
# It keeps about this many pixels: enough for a 192 px input and, inside it, for the 64 px eye crops.
PICTURE_SIDE_PX = 360
EYE_MARGIN = 2.3
# Places of the outer and the inner corner in a lid ring.
CORNERS = (0, 8)
MIRRORED_IRIS = [0, 3, 2, 1, 4]
# Two passes that put a point this far apart, in widths of the face, leave 1/e of its confidence.
DISAGREEMENT = 0.05


@dataclass(frozen=True)
class Face:
    """One face of one frame: points x 2, points, points and a number; see `values.Person` for their spaces."""

    landmarks_plate: Matrix
    depth_px: Matrix
    confidence: Matrix
    presence: float

    @property
    def box(self) -> Matrix:
        """Top left and bottom right corner of the landmarks, 2 x 2, plate pixels."""
        return np.array([self.landmarks_plate.min(axis=0), self.landmarks_plate.max(axis=0)])

    @property
    def size(self) -> float:
        """The side of a square as large as the box, in plate pixels."""
        return float(np.sqrt(np.prod(self.box[1] - self.box[0])))


def measure(networks: FaceNetworks, frame: Frame, head: Region, to_display: ToDisplay) -> Face:
    """The landmarks of the face in `head`: mesh, region from that mesh, mesh again, then the irises.

    Coordinates are plate pixels; depth is in plate rows (square pixels).
    """
    picture = picture_of(frame, head.grown(PICTURE_REACH), to_display, PICTURE_SIDE_PX)
    first, _ = _mesh(networks.mesh, picture, head)
    region = face_region(first)
    mesh, presence = _mesh(networks.mesh, picture, region)
    points = np.concatenate(
        [
            mesh,
            _iris(networks.iris, picture, mesh, right_eye, mirrored=False),
            _iris(networks.iris, picture, mesh, left_eye, mirrored=True),
        ]
    )
    apart = np.linalg.norm(mesh[:, :2] - first[:, :2], axis=1) / region.side * MESH_MARGIN
    agreement = np.append(np.exp(-((apart / DISAGREEMENT) ** 2)), np.ones(10))
    landmarks = points[:, :2] / [frame.header.pixel_aspect, 1.0]
    return Face(landmarks, points[:, 2], presence * agreement, presence)


def face_region(points_square: Matrix) -> Region:
    """The region the mesh model wants to see: upright by the outer corners of the eyes, the landmarks' box and half."""
    across = points_square[left_eye[0], :2] - points_square[right_eye[0], :2]
    turn_rad = float(np.arctan2(across[1], across[0]))
    sine, cosine = np.sin(turn_rad), np.cos(turn_rad)
    axes = np.array([[cosine, sine], [-sine, cosine]])
    upright = points_square[:, :2] @ axes.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    centre = (low + high) / 2 @ axes
    return Region(float(centre[0]), float(centre[1]), float((high - low).max()) * MESH_MARGIN, turn_rad)


def _mesh(network: Network, picture: Picture, region: Region) -> tuple[Matrix, float]:
    out = network(picture.crop(region, network.side_px))
    points = _to_square(out["conv2d_21"], network.side_px, region)
    return points, float(expit(float(out["conv2d_31"][0])))


def _iris(network: Network, picture: Picture, mesh: Matrix, lid: tuple[int, ...], *, mirrored: bool) -> Matrix:
    """Five points: the centre, then the edge at the right, top, left and bottom of the picture.

    The model knows right eyes; a left one is shown to it in a mirror.
    """
    corners = mesh[[lid[place] for place in CORNERS]]
    left, right = corners[::-1] if mirrored else corners
    across = right[:2] - left[:2]
    centre, side = corners[:, :2].mean(axis=0), float(np.linalg.norm(across)) * EYE_MARGIN
    region = Region(float(centre[0]), float(centre[1]), side, float(np.arctan2(across[1], across[0])))
    crop = picture.crop(region, network.side_px)
    values = network(crop[:, ::-1] if mirrored else crop)["output_iris"].reshape(-1, 3)
    if mirrored:
        values = values[MIRRORED_IRIS]
        values[:, 0] = network.side_px - values[:, 0]
    points = _to_square(values, network.side_px, region)
    points[:, 2] = corners[:, 2].mean()
    return points


def _to_square(values: Floats, side_px: int, region: Region) -> Matrix:
    unit = values.reshape(-1, 3).astype(np.float64) / side_px
    return np.column_stack([region.unit_to_square(unit[:, :2]), unit[:, 2] * region.side])
