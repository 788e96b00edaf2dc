from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from faceplate.track.find.detect import detect_in_tiles, detect_whole, display_picture, display_region, overlap
from faceplate.track.find.exposure import ToLuminance, face_exposure
from faceplate.track.landmarks.mesh import Face, measure
from faceplate.track.networks import FaceNetworks
from faceplate.track.regions import Region, ToDisplay
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Floats, Frame

SAME_FACE_OVERLAP = 0.4
THUMBNAIL_PX = 32


@dataclass(frozen=True)
class Sighting:
    """What one frame shows by itself: its faces, and a thumbnail by which cuts are told."""

    faces: tuple[Face, ...]
    thumbnail: Floats


def look(
    networks: FaceNetworks,
    frame: Frame,
    to_display: ToDisplay,
    settings: FaceTrackSettings,
    to_luminance: ToLuminance | None = None,
) -> Sighting:
    """The faces of one frame and its thumbnail. Depends on this frame alone, never on its neighbours.

    Without `to_luminance` the exposure of the faces stays unknown.
    """
    whole = display_picture(frame, to_display)

    def present(heads: Iterable[Region]) -> list[Face]:
        faces = [measure(networks, frame, head, to_display) for head in heads]
        return [face for face in faces if face.sureness >= settings.min_presence]

    faces = present(detect_whole(networks, frame, whole, settings))
    if settings.tiles == "on" or (settings.tiles == "auto" and not faces):
        faces += present(detect_in_tiles(networks, frame, to_display, settings))
    crop = whole.crop(display_region(frame), 2 * THUMBNAIL_PX)
    thumbnail = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    found = distinct(faces)
    if to_luminance is not None:
        exposures = [face_exposure(frame, face.landmarks_plate, to_luminance) for face in found]
        found = tuple(replace(face, exposure=each) for face, each in zip(found, exposures, strict=True))
    return Sighting(found, thumbnail)


def distinct(faces: Sequence[Face]) -> tuple[Face, ...]:
    """One of each: where two landmark sets cover the same face, the surer one, and the earlier of equals."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.presence):
        boxes = np.array([other.box for other in kept]).reshape(-1, 2, 2)
        if not (overlap(face.box, boxes) > SAME_FACE_OVERLAP).any():
            kept.append(face)
    return tuple(kept)
