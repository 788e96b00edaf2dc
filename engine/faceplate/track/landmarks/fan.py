"""Landmarks by FAN: 68 points read from heat maps, and the mesh bent to meet them.

The geometry of its crops is that of face-alignment 1.4: the box of the 68 points with its centre a tenth and a bit of
its height higher, and a side of 200/195 times its width and height together; a heat map divides the crop evenly.
"""

import numpy as np

from faceplate.track.landmarks.bend import bent, nearest68
from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.fan_networks import HEAT_SIDE, SIDE_PX, FanNetwork
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.heat_maps import peaks
from faceplate.track.landmarks.mean_face import posed
from faceplate.track.landmarks.mesh import face_picture, mesh_in, with_irises
from faceplate.track.landmarks.views import agreement, averaged, views_of
from faceplate.track.networks import FaceNetworks
from faceplate.track.regions import Picture, Region, ToDisplay, picture_of
from faceplate.track.topology import mesh_to_68
from faceplate.values import Array, Floats, Frame, Matrix

REFERENCE = 200.0 / 195.0
HIGHER = 0.12
# The crop's picture: room for its views, and pixels for a 256 px input.
PICTURE_REACH = 1.15
PICTURE_SIDE_PX = 400
# Heat maps were trained towards a height of 1; half of that counts as sure (an assumption, not measured).
SURE_HEIGHT = 0.5
# Below this presence the mesh is no shape to bend, and the mean face over the detector's keypoints takes its place,
# with this confidence between FAN's own points.
MESH_FAILS = 0.5
MEAN_FACE_CONFIDENCE = 0.3
# The depth network is shown each point as a Gaussian of this standard deviation on 13 x 13 pixels.
MARK_PX = 3.25
MARK_REACH_PX = 6


class FanLandmarker:
    """FAN's 68 points, the mean over several views; what lies between them follows the mesh.

    With a depth network the 68 have its depth, else all depth is that of the mesh.
    """

    def __init__(
        self, name: str, networks: FaceNetworks, points: FanNetwork, depth: FanNetwork | None, *, views: int
    ) -> None:
        self.name = name
        self._networks = networks
        self._points = points
        self._depth = depth
        self._views = views

    def measure(self, frame: Frame, head: Head, to_display: ToDisplay) -> Face:
        """As `landmarker.Landmarker`. Confidence comes from the heat maps' peaks and the spread of the views."""
        shape, trust, presence = self._shape(frame, head, to_display)
        region = fan_region(shape[list(mesh_to_68)])
        picture = picture_of(frame, region.grown(PICTURE_REACH), to_display, PICTURE_SIDE_PX)
        seen = [self._look(picture, view.of(region)) for view in views_of(self._views)]
        answers = np.array([points for points, _ in seen])
        sure = np.minimum(np.mean([height for _, height in seen], axis=0) / SURE_HEIGHT, 1.0)
        points68 = averaged(answers, region.side)
        points = bent(shape, self._with_depth(points68, shape))
        sure = (sure * agreement(answers, region.side))[nearest68()] * trust
        present = presence if presence >= MESH_FAILS else float(np.median(sure))
        to_plate = [frame.header.pixel_aspect, 1.0]
        return Face(points[:, :2] / to_plate, points[:, 2], sure * present, present)

    def _shape(self, frame: Frame, head: Head, to_display: ToDisplay) -> tuple[Matrix, Matrix, float]:
        """What is to be bent (478 x 3), how far to trust it between the 68, and how sure the mesh is of a face."""
        picture = face_picture(frame, head, to_display)
        mesh = mesh_in(self._networks.mesh, picture, head.region, 1)
        shape, trust = with_irises(self._networks.iris, picture, mesh)
        if mesh.presence < MESH_FAILS:
            shape, trust = posed(head.keypoints_square), np.full(len(trust), MEAN_FACE_CONFIDENCE)
        trust[list(mesh_to_68)] = 1.0
        return shape, trust, mesh.presence

    def _look(self, picture: Picture, region: Region) -> tuple[Matrix, Matrix]:
        """The 68 points (x 3, square-pixel space; depth towards the camera is negative) and their peaks' heights."""
        crop = picture.crop(region, SIDE_PX)
        places, height = peaks(self._points.heat(crop))
        points = region.unit_to_square(places / HEAT_SIDE)
        depth = np.zeros(len(points)) if self._depth is None else self._depth_of(self._depth, crop, places, region)
        return np.column_stack([points, depth]), height

    @staticmethod
    def _depth_of(network: FanNetwork, crop: Floats, places: Matrix, region: Region) -> Matrix:
        marked = marks(places * (SIDE_PX / HEAT_SIDE))
        return -network.depth(crop, marked).astype(np.float64) * (region.side / SIDE_PX)

    def _with_depth(self, points68: Matrix, shape: Matrix) -> Matrix:
        """The 68 with a depth that has the mesh's zero, or with the mesh's own depth."""
        own = shape[list(mesh_to_68), 2]
        depth = own if self._depth is None else points68[:, 2] + np.median(own - points68[:, 2])
        return np.column_stack([points68[:, :2], depth])


def fan_region(points68_square: Array) -> Region:
    """The crop that FAN wants to see of a face with these 68 points (x 2 or 3, square-pixel space), turned upright."""
    eyes = points68_square[[36, 45], :2]
    turn_rad = float(np.arctan2(*(eyes[1] - eyes[0])[::-1]))
    axes = np.array([[np.cos(turn_rad), np.sin(turn_rad)], [-np.sin(turn_rad), np.cos(turn_rad)]])
    upright = points68_square[:, :2] @ axes.T
    low, high = upright.min(axis=0), upright.max(axis=0)
    width, height = high - low
    x, y = ((low + high) / 2 - [0.0, HIGHER * height]) @ axes
    return Region(float(x), float(y), float(width + height) * REFERENCE, turn_rad)


def marks(places_px: Array) -> Floats:
    """A map of 256 x 256 for each place (x 2, pixels of the crop, corner at 0): a small Gaussian of height 1 there."""
    pixels = np.arange(SIDE_PX) + 0.5
    apart = pixels - np.asarray(places_px, np.float64)[..., np.newaxis]
    hill = np.exp(-np.square(apart / MARK_PX) / 2) * (np.abs(apart) <= MARK_REACH_PX + 0.5)
    maps: Floats = (hill[:, 1, :, np.newaxis] * hill[:, 0, np.newaxis, :]).astype(np.float32)
    return maps
