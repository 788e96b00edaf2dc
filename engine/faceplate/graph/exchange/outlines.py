"""Outlines of a face as the shapes of a Roto node."""

from collections.abc import Sequence

import numpy as np

from faceplate.graph.exchange.keyed import Keyed, rounded
from faceplate.graph.knobs import Curve, Key, RotoPoint, RotoShape, roto_text
from faceplate.track.topology import face_oval, left_eye, lips_outer, right_eye
from faceplate.values import Matrix

rings: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "face": (face_oval, ()),
    "right_eye": (right_eye, (0, 8)),
    "left_eye": (left_eye, (0, 8)),
    "lips": (lips_outer, (0, 10)),
}
"""Closed rings of the mesh by name, and which of their points are corners."""

# A Bezier through points whose handles are a sixth of the way between their neighbours is Catmull and Rom's spline.
_handle = 1 / 6


def roto_knobs(path: Keyed) -> dict[str, str]:
    """Of a Roto with the outlines of face, eyes and lips: smooth Beziers with a key in every frame."""
    shapes = [_shape(path, name, *ring) for name, ring in rings.items()]
    width, height = path.track.size
    return {"output": "alpha", "curves": roto_text(shapes, pivot=(width / 2, height / 2))}


def _shape(path: Keyed, name: str, ring: Sequence[int], corners: Sequence[int]) -> RotoShape:
    places = np.stack([path.landmark(index) for index in ring])
    handles = _handle * (np.roll(places, -1, axis=0) - np.roll(places, 1, axis=0))
    handles[list(corners)] = 0
    points = (_point(path, place, handle) for place, handle in zip(places, handles, strict=True))
    return RotoShape(name=name, points=tuple(points))


def _point(path: Keyed, places: Matrix, handles: Matrix) -> RotoPoint:
    """One point over all frames (frames x 2); handles are told from their point."""
    if not handles.any():
        return RotoPoint(_keys(path, places))
    return RotoPoint(_keys(path, places), left=_keys(path, -handles), right=_keys(path, handles))


def _keys(path: Keyed, values: Matrix) -> tuple[Curve, Curve]:
    across, up = (
        Curve(tuple(Key(x=frame, y=rounded(value)) for frame, value in zip(path.frames, each, strict=True)))
        for each in values.T
    )
    return across, up
