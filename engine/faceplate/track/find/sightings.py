from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from faceplate.track.digest import frame_digest
from faceplate.track.find.detect import (
    detect_in_tiles,
    detect_near,
    detect_whole,
    display_picture,
    display_region,
    overlap,
)
from faceplate.track.find.exposure import face_exposure
from faceplate.track.find.signature import signed
from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.landmarker import landmarker_of
from faceplate.track.networks import FaceNetworks
from faceplate.track.perception import Perception
from faceplate.track.regions import Picture, Region
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Floats, Frame

SAME_FACE_OVERLAP = 0.4
THUMBNAIL_PX = 32


@dataclass(frozen=True)
class Sighting:
    """What one frame shows by itself: its faces, a thumbnail by which cuts are told, and its digest where known."""

    faces: tuple[Face, ...]
    thumbnail: Floats
    digest: str = ""


class FaceFinder:
    """Finds and measures the faces of single frames, each by itself. Not to be shared between threads.

    What is asked of it raises:
        CallError: the knob `box` is none, or holds nothing of the picture.
        PlateError: the frame has no three colour channels of one type.
    """

    def __init__(self, networks: FaceNetworks, perception: Perception, settings: FaceTrackSettings) -> None:
        self._networks, self._perception, self._settings = networks, perception, settings
        self._landmarker = landmarker_of(settings, networks)

    def look(self, frame: Frame) -> Sighting:
        """The faces of a frame and its thumbnail."""
        to_display, settings = self._perception.to_display, self._settings
        whole = display_picture(frame, to_display)
        searched = display_picture(frame, to_display, settings.box) if settings.box else whole
        faces = self._present(frame, detect_whole(self._networks, frame, searched, settings))
        if settings.tiles == "on" or (settings.tiles == "auto" and not faces):
            faces += self._present(frame, detect_in_tiles(self._networks, frame, to_display, settings))
        return Sighting(self._known(frame, faces), _thumbnail(frame, whole), frame_digest(frame))

    def look_in_tiles(self, frame: Frame) -> tuple[Face, ...]:
        """The faces that overlapping tiles of a frame show, to the full-range detector alone where it may choose.

        The short-range one finds nobody there whom the other does not.
        """
        which = self._settings.detector_range
        far = replace(self._settings, detector_range="full" if which == "auto" else which)
        heads = detect_in_tiles(self._networks, frame, self._perception.to_display, far)
        return self._known(frame, self._present(frame, heads))

    def look_near(self, frame: Frame, regions: Sequence[Region]) -> tuple[Face, ...]:
        """The faces in regions (square-pixel space) in which somebody is expected."""
        to_display = self._perception.to_display
        heads = [
            head
            for region in regions
            for head in detect_near(self._networks, frame, region, to_display, self._settings)
        ]
        return self._known(frame, self._present(frame, heads))

    def _present(self, frame: Frame, heads: Iterable[Head]) -> list[Face]:
        faces = [self._landmarker.measure(frame, head, self._perception.to_display) for head in heads]
        return [face for face in faces if face.sureness >= self._settings.min_presence]

    def _known(self, frame: Frame, faces: Sequence[Face]) -> tuple[Face, ...]:
        """The faces, one of each, with their looks and their exposure."""
        found = [signed(frame, face, self._perception) for face in distinct(faces)]
        to_luminance = self._perception.to_luminance
        if to_luminance is not None:
            found = [replace(face, exposure=face_exposure(frame, face.landmarks_plate, to_luminance)) for face in found]
        return tuple(found)


def _thumbnail(frame: Frame, whole: Picture) -> Floats:
    crop = whole.crop(display_region(frame), 2 * THUMBNAIL_PX)
    thumbnail: Floats = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    return thumbnail


def distinct(faces: Sequence[Face]) -> tuple[Face, ...]:
    """One of each: where two landmark sets cover the same face, the surer one, and the earlier of equals."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.presence):
        if not is_among(face, kept):
            kept.append(face)
    return tuple(kept)


def is_among(face: Face, others: Sequence[Face]) -> bool:
    """True where one of the others covers the same face."""
    boxes = np.array([other.box for other in others]).reshape(-1, 2, 2)
    return bool((overlap(face.box, boxes) > SAME_FACE_OVERLAP).any())
