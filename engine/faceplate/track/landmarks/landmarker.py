from collections.abc import Mapping
from typing import Protocol

from faceplate.models import Pack, catalogue
from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.fan import FanLandmarker
from faceplate.track.landmarks.fan_networks import DEEP, DEPTH, FLAT, fan_network
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.mesh import MeshLandmarker
from faceplate.track.landmarks.points5 import PosedLandmarker
from faceplate.track.networks import FaceNetworks
from faceplate.track.regions import ToDisplay
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Frame


class Landmarker(Protocol):
    """Who measures the landmarks of a face, always as the 478 points of `topology`; not for several threads."""

    @property
    def name(self) -> str:
        """As the knob `landmarker` calls it."""

    def measure(self, frame: Frame, head: Head, to_display: ToDisplay) -> Face:
        """The face of this head in plate pixels; depth is in plate rows (square pixels).

        Nobody judges here whether it is a face at all: presence and confidence say how likely that is. No landmarker
        takes the place of another.
        """


def landmarker_of(
    settings: FaceTrackSettings, networks: FaceNetworks, packs: Mapping[str, Pack] = catalogue
) -> Landmarker:
    """The landmarker that the knobs `landmarker` and `views` ask for. Cheap: FAN is loaded once a process.

    Raises:
        PackError: FAN is asked for and torch or the pack `fan` is not installed.
        ModelError: a file of the pack is no network.
    """
    if settings.landmarker == "mediapipe":
        return MeshLandmarker(networks, settings.views)
    if settings.landmarker == "points5":
        return PosedLandmarker()
    deep = settings.landmarker == "fan3d"
    points = fan_network(DEEP if deep else FLAT, packs)
    depth = fan_network(DEPTH, packs) if deep else None
    return FanLandmarker(settings.landmarker, networks, points, depth, views=settings.views)
