"""Motion blur: the moments while a shutter is open."""

from collections.abc import Callable, Sequence

import numpy as np

from faceplate.graph.operators.limits import within
from faceplate.graph.render import Box, Node
from faceplate.values import Matrix

shutter_knobs = {"motionblur": "0", "shutter": "0.5", "shutteroffset": "start", "shuttercustomoffset": "0"}
"""Defaults of the knobs that are read here."""

most_samples = 128


def open_shutter(node: Node) -> tuple[float, float] | None:
    """The moments at which the node's shutter opens and closes; None where it has no motion blur."""
    (samples,), (length,) = within(node, "motionblur", 1), within(node, "shutter", 1)
    if samples <= 0 or length <= 0:
        return None
    now, (custom,) = node.moment.frame, within(node, "shuttercustomoffset", 1)
    where = node.choice("shutteroffset", ("centred", "start", "end", "custom"))
    starts = {"centred": -length / 2, "start": 0.0, "end": -length, "custom": custom}
    return now + starts[where], now + starts[where] + length


def sample_moments(node: Node, matrix_at: Callable[[float], Matrix], box: Box) -> Sequence[float]:
    """The moments at which a moving picture is looked at: the middles of equal parts of the time the shutter is open.

    There are `motionblur` of them for each pixel that a corner of the box moves on.
    """
    shutter = open_shutter(node)
    if shutter is None or box.is_empty:
        return [node.moment.frame]
    opens, closes = shutter
    travel = _travel_px([matrix_at(moment) for moment in np.linspace(opens, closes, 9)], box)
    count = int(np.clip(np.ceil(node.number("motionblur") * travel), 1, most_samples))
    return [opens + (at + 0.5) / count * (closes - opens) for at in range(count)]


def _travel_px(matrices: Sequence[Matrix], box: Box) -> float:
    """How far the corner that moves most moves."""
    corners = np.array([(x, y, 1.0) for x in (box.x, box.r) for y in (box.y, box.t)])
    ways = np.array([corners @ matrix.T for matrix in matrices])
    with np.errstate(divide="ignore", invalid="ignore"):
        points = ways[..., :2] / ways[..., 2:]
    steps = np.linalg.norm(np.diff(points, axis=0), axis=-1).sum(axis=0)
    return float(np.nan_to_num(steps, nan=most_samples, posinf=most_samples).max())
