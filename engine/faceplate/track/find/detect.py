"""BlazeFace detectors: anchors, decoding and suppression.

Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019; constants as MediaPipe's
face_detection_short_range and face_detection_full_range graphs state them.
"""

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from faceplate.track.find.search import Search, search_of
from faceplate.track.landmarks.head import Head
from faceplate.track.networks import FaceNetworks, Network
from faceplate.track.regions import Picture, Region, ToDisplay, picture_of
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Array, Floats, Frame, Matrix

BOX = slice(0, 2)
EYES = slice(2, 4)
KEYPOINTS = slice(2, 8)
SAME_FACE_OVERLAP = 0.3
# A face box is widened by half to hold the whole head.
FACE_MARGIN = 1.5
# A picture for the detectors keeps about this many pixels; their inputs are 128 and 192.
DETECTOR_PICTURE_SIDE_PX = 256
# Tiles of a third of the short side that share a quarter of their side: a 60 px face of a 4096 x 2160 frame is then
# 16 px of the 192 that the detector sees; it seldom finds one below 14.
TILES_A_SIDE = 3
TILE_SHARED = 0.25
# They reach this far beyond the picture: a head in the corner of a tile is seldom found.
TILE_BEYOND = 1 / 12
# Where somebody is expected, the detectors may be this unsure.
EXPECTED_CONFIDENCE = 0.2
# The detectors see no more of a face in a tile that is smaller than they are.
SMALLEST_TILE_PX = 128


class Detections(NamedTuple):
    """Faces by `points`, n x 8 x 2 (two box corners, eyes, nose, mouth, ears), and `score`, n, 0 to 1."""

    points: Matrix
    score: Matrix


class Detector(NamedTuple):
    """One of the two detectors: its network, the strides of its anchor layers, and the names of its outputs."""

    network: Network
    strides: tuple[int, ...]
    boxes: str
    scores: str


def detect_whole(networks: FaceNetworks, frame: Frame, picture: Picture, settings: FaceTrackSettings) -> list[Head]:
    """The heads that the detectors find where they search, surest first, each turned upright by its eyes.

    `picture` is the display picture of what is searched.

    Raises:
        CallError: the box to search in is none, or holds nothing of the picture.
    """
    search = search_of(frame, settings.box)
    return _heads(_look_with_all(networks, picture, search.region, settings), search)


def detect_in_tiles(
    networks: FaceNetworks, frame: Frame, to_display: ToDisplay, settings: FaceTrackSettings
) -> list[Head]:
    """The heads found in overlapping tiles of what is searched, for faces that are small in it.

    Raises:
        CallError: as `detect_whole` says.
    """
    search = search_of(frame, settings.box)
    pictures = [(tile, _picture(frame, tile, to_display)) for tile in _tiles(search)]
    found = [_look_with_all(networks, picture, tile, settings) for tile, picture in pictures]
    return _heads(_joined(found), search) if found else []


def detect_near(
    networks: FaceNetworks, frame: Frame, region: Region, to_display: ToDisplay, settings: FaceTrackSettings
) -> list[Head]:
    """The heads in a region where somebody is expected: they need not be as sure as `min_confidence`.

    Raises:
        CallError: as `detect_whole` says.
    """
    lenient = replace(settings, min_confidence=min(settings.min_confidence, EXPECTED_CONFIDENCE))
    found = _look_with_all(networks, _picture(frame, region, to_display), region, lenient)
    return _heads(found, search_of(frame, settings.box))


def display_region(frame: Frame) -> Region:
    """The upright square about the display window."""
    return search_of(frame, "").region


def display_picture(frame: Frame, to_display: ToDisplay, box: str = "") -> Picture:
    """The display window, or what is searched for the knob `box`, as small as the detectors need it.

    Raises:
        CallError: as `detect_whole` says.
    """
    return _picture(frame, search_of(frame, box).region, to_display)


def anchors(side_px: int, strides: tuple[int, ...]) -> Matrix:
    """Anchor centres, n x 2, in units of the picture's side, in the order of the detector's outputs.

    Layers of one stride share their cells: each cell holds two anchors a layer, or one if there is but one layer.
    """
    each = 1 if len(strides) == 1 else 2
    grids = []
    for stride in sorted(set(strides)):
        cells = (np.arange(side_px // stride) + 0.5) * stride / side_px
        grid = np.stack(np.meshgrid(cells, cells), axis=-1).reshape(-1, 2)
        grids.append(np.repeat(grid, each * strides.count(stride), axis=0))
    return np.concatenate(grids)


def decode(boxes: Floats, scores: Floats, centres: Matrix, side_px: int, min_score: float) -> Detections:
    """The detections at least as sure as `min_score`, in units of the picture's side.

    A row of `boxes` holds centre, size and six keypoints in input pixels, all but the size relative to the anchor.
    """
    score = expit(np.clip(scores.astype(np.float64), -100.0, 100.0))
    kept = score >= min_score
    values = boxes.reshape(len(score), 8, 2)[kept].astype(np.float64) / side_px
    size = values[:, 1].copy()
    points = values + centres[kept, np.newaxis]
    points[:, 1] = points[:, 0] + size / 2
    points[:, 0] -= size / 2
    return Detections(points, score[kept])


def weighted_suppression(found: Detections) -> Detections:
    """One detection a face: those that overlap the surest are averaged with it, weighted by how sure they are."""
    order = np.argsort(-found.score, kind="stable")
    points, scores = [], []
    while len(order):
        same = overlap(found.points[order[0], BOX], found.points[order, BOX]) > SAME_FACE_OVERLAP
        same[0] = True
        group = order[same]
        points.append(np.average(found.points[group], axis=0, weights=found.score[group]))
        scores.append(found.score[order[0]])
        order = order[~same]
    return Detections(np.array(points).reshape(-1, 8, 2), np.array(scores))


def overlap(box: Array, boxes: Array) -> Matrix:
    """Intersection over union of one box (2 x 2: top left, bottom right) with each of n x 2 x 2."""
    corner = np.minimum(box[1], boxes[:, 1]) - np.maximum(box[0], boxes[:, 0])
    shared = np.prod(np.maximum(corner, 0.0), axis=-1)
    areas = np.prod(np.maximum(boxes[:, 1] - boxes[:, 0], 0.0), axis=-1)
    area = np.prod(np.maximum(box[1] - box[0], 0.0))
    ratio: Matrix = shared / np.maximum(area + areas - shared, 1e-12)
    return ratio


@cache
def _anchors_of(side_px: int, strides: tuple[int, ...]) -> Matrix:
    return anchors(side_px, strides)


def _picture(frame: Frame, region: Region, to_display: ToDisplay) -> Picture:
    return picture_of(frame, region, to_display, DETECTOR_PICTURE_SIDE_PX)


def _tiles(search: Search) -> list[Region]:
    side = max(float((search.seen[1] - search.seen[0]).min()) / TILES_A_SIDE, SMALLEST_TILE_PX)
    if side >= search.region.side:
        return []
    beyond = side * TILE_BEYOND
    columns, rows = (_tile_centres(start - beyond, end + beyond, side) for start, end in search.seen.T)
    return [Region(x, y, side) for y in rows for x in columns]


def _tile_centres(start: float, end: float, side: float) -> list[float]:
    if end - start <= side:
        return [(start + end) / 2]
    count = int(np.ceil((end - start - side) / (side * (1 - TILE_SHARED)))) + 1
    return [float(centre) for centre in np.linspace(start + side / 2, end - side / 2, count)]


def _look_with_all(networks: FaceNetworks, picture: Picture, region: Region, settings: FaceTrackSettings) -> Detections:
    return _joined([_look(detector, picture, region, settings) for detector in _detectors(networks, settings)])


def _detectors(networks: FaceNetworks, settings: FaceTrackSettings) -> list[Detector]:
    every = {
        "short": Detector(networks.short_range, (8, 16, 16, 16), "regressors", "classificators"),
        "full": Detector(networks.full_range, (4,), "Identity", "Identity_1"),
    }
    return list(every.values()) if settings.detector_range == "auto" else [every[settings.detector_range]]


def _look(detector: Detector, picture: Picture, region: Region, settings: FaceTrackSettings) -> Detections:
    side_px = detector.network.side_px
    out = detector.network(picture.crop(region, side_px) * 2.0 - 1.0)
    centres = _anchors_of(side_px, detector.strides)
    found = decode(out[detector.boxes], out[detector.scores], centres, side_px, settings.min_confidence)
    return Detections(region.unit_to_square(found.points), found.score)


def _joined(found: list[Detections]) -> Detections:
    points = np.concatenate([each.points.reshape(-1, 8, 2) for each in found])
    return Detections(points, np.concatenate([each.score for each in found]))


def _heads(found: Detections, search: Search) -> list[Head]:
    heads = [_head(*each) for each in zip(*weighted_suppression(found), strict=True)]
    return [head for head in heads if search.counts(head.region)]


def _head(points: Matrix, score: float) -> Head:
    centre = points[BOX].mean(axis=0)
    side = float((points[1] - points[0]).max()) * FACE_MARGIN
    across = points[EYES][1] - points[EYES][0]
    region = Region(float(centre[0]), float(centre[1]), side, float(np.arctan2(across[1], across[0])))
    return Head(region, points[KEYPOINTS], float(score))
