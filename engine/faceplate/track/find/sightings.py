from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from faceplate.track.digest import frame_digest
from faceplate.track.find.detect import detect_in_tiles, detect_whole, display_picture, display_region, overlap
from faceplate.track.find.exposure import ToLuminance, face_exposure
from faceplate.track.find.signature import Embed, signed
from faceplate.track.landmarks.face import Face
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.landmarker import Landmarker, landmarker_of
from faceplate.track.networks import FaceNetworks
from faceplate.track.regions import Picture, ToDisplay
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


def look(
    networks: FaceNetworks,
    frame: Frame,
    to_display: ToDisplay,
    settings: FaceTrackSettings,
    to_luminance: ToLuminance | None = None,
    landmarker: Landmarker | None = None,
    embed: Embed | None = None,
) -> Sighting:
    """The faces of one frame and its thumbnail. Depends on this frame alone, never on its neighbours.

    Without `to_luminance` the exposure of the faces stays unknown; without `landmarker` the knobs choose one;
    without `embed` the faces get no embedding.

    Raises:
        CallError: the knob `box` is none, or holds nothing of the picture.
        PlateError: the frame has no three colour channels of one type.
    """
    landmarker = landmarker or landmarker_of(settings, networks)
    whole = display_picture(frame, to_display)
    searched = display_picture(frame, to_display, settings.box) if settings.box else whole

    def present(heads: Iterable[Head]) -> list[Face]:
        faces = [landmarker.measure(frame, head, to_display) for head in heads]
        return [face for face in faces if face.sureness >= settings.min_presence]

    faces = present(detect_whole(networks, frame, searched, settings))
    if settings.tiles == "on" or (settings.tiles == "auto" and not faces):
        faces += present(detect_in_tiles(networks, frame, to_display, settings))
    found = [signed(frame, face, to_display, embed) for face in distinct(faces)]
    if to_luminance is not None:
        found = [replace(face, exposure=face_exposure(frame, face.landmarks_plate, to_luminance)) for face in found]
    return Sighting(tuple(found), _thumbnail(frame, whole), frame_digest(frame))


def _thumbnail(frame: Frame, whole: Picture) -> Floats:
    crop = whole.crop(display_region(frame), 2 * THUMBNAIL_PX)
    thumbnail: Floats = cv2.resize(crop, (THUMBNAIL_PX, THUMBNAIL_PX), interpolation=cv2.INTER_AREA)
    return thumbnail


def distinct(faces: Sequence[Face]) -> tuple[Face, ...]:
    """One of each: where two landmark sets cover the same face, the surer one, and the earlier of equals."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.presence):
        boxes = np.array([other.box for other in kept]).reshape(-1, 2, 2)
        if not (overlap(face.box, boxes) > SAME_FACE_OVERLAP).any():
            kept.append(face)
    return tuple(kept)
