"""Landmarks of one face: the 468 points of MediaPipe's face mesh and the ten of its iris model."""

import math
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
SETTLING_PASSES = 2
# Places of the outer and the inner corner in a lid ring.
CORNERS = (0, 8)
MIRRORED_IRIS = [0, 3, 2, 1, 4]
# The mesh is the mean over three views of its region, moved, scaled and turned a little (in sides of the region, and in
# radians): this takes two thirds off the jitter that one view has on a slow pan.
VIEWS = ((0.02, 0.0, 0.96, 0.034), (-0.01, 0.017, 1.0, 0.002), (-0.01, -0.017, 1.04, -0.036))
# Views that put a point this far apart, in sides of the region, leave 1/e of its confidence.
DISAGREEMENT = 0.02


@dataclass(frozen=True)
class Face:
    """One face of one frame: points x 2, points, points and two numbers; see `values.Person` for their spaces."""

    landmarks_plate: Matrix
    depth_px: Matrix
    confidence: Matrix
    presence: float
    exposure: float = math.nan

    @property
    def sureness(self) -> float:
        """The median of the points' confidence: presence, less where the views disagree.

        Faces have 0.72 and more, in profile and behind a hand too; leaves, furniture, and a face upside down whose
        presence alone is 0.99 stay below 0.55 (nine clips).
        """
        return float(np.median(self.confidence))

    @property
    def box(self) -> Matrix:
        """Top left and bottom right corner of the landmarks, 2 x 2, plate pixels."""
        return np.array([self.landmarks_plate.min(axis=0), self.landmarks_plate.max(axis=0)])

    @property
    def size(self) -> float:
        """The side of a square as large as the box, in plate pixels."""
        return float(np.sqrt(np.prod(self.box[1] - self.box[0])))


def measure(networks: FaceNetworks, frame: Frame, head: Region, to_display: ToDisplay) -> Face:
    """The landmarks of the face in `head`: mesh, region from that mesh, mesh again, then its views and the irises.

    Coordinates are plate pixels; depth is in plate rows (square pixels).
    """
    picture = picture_of(frame, head.grown(PICTURE_REACH), to_display, PICTURE_SIDE_PX)
    for _ in range(SETTLING_PASSES):
        head = face_region(_mesh(networks.mesh, picture, head)[0])
    views = [_mesh(networks.mesh, picture, region) for region in _views(head)]
    meshes = np.array([mesh for mesh, _ in views])
    mesh, presence = meshes.mean(axis=0), float(np.mean([sure for _, sure in views]))
    right = _iris(networks.iris, picture, mesh, right_eye, mirrored=False)
    left = _iris(networks.iris, picture, mesh, left_eye, mirrored=True)
    points = np.concatenate([mesh, right, left])
    agreement = np.append(_agreement(meshes, head.side), np.ones(len(right) + len(left)))
    return Face(points[:, :2] / [frame.header.pixel_aspect, 1.0], points[:, 2], presence * agreement, presence)


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


def _views(region: Region) -> list[Region]:
    side, turn_rad = region.side, region.turn_rad
    return [
        Region(region.x + across * side, region.y + down * side, side * scale, turn_rad + turn)
        for across, down, scale, turn in VIEWS
    ]


def _agreement(meshes: Matrix, side: float) -> Matrix:
    """How well the views (views x points x 3) agree on each point, 0 to 1."""
    apart = np.linalg.norm(meshes[..., :2] - meshes[..., :2].mean(axis=0), axis=-1).max(axis=0)
    agreement: Matrix = np.exp(-((apart / side / DISAGREEMENT) ** 2))
    return agreement


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
