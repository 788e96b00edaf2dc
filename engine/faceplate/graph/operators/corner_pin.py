"""CornerPin2D: pictures pinned by their corners."""

import numpy as np

from faceplate.graph.operators.limits import within
from faceplate.graph.operators.matrices import between_points
from faceplate.graph.operators.shutter import shutter_knobs
from faceplate.graph.operators.transform import MovedByMatrix, inverted, reading_knobs
from faceplate.graph.render import Format, Node, operator
from faceplate.values import Matrix


@operator(
    "CornerPin2D",
    defaults={
        **{f"enable{corner}": "true" for corner in range(1, 5)},
        "invert": "false",
        "transform_matrix": "1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1",
        **reading_knobs,
        **shutter_knobs,
    },
)
class CornerPin2D(MovedByMatrix):
    """A picture whose corners are led from one place to another."""

    def matrix(self, node: Node, size: Format) -> Matrix:
        """From the points `from` to the points `to` of the corners that are enabled, then the extra matrix.

        Raises:
            ScriptError: the points lie in a line, or one upon another.
        """
        enabled = [corner for corner in range(1, 5) if node.flag(f"enable{corner}")]
        pins = [[_pin(node, size, f"{kind}{corner}", corner) for corner in enabled] for kind in ("from", "to")]
        found = between_points(*pins)
        if found is None:
            raise node.refusal(
                expected="corners that span a picture",
                came=f"from {pins[0]} to {pins[1]}",
                next_step="move the corners apart",
                knob="to1",
            )
        return inverted(node, _extra(node) @ found, node.flag("invert"), knob="transform_matrix")


def _pin(node: Node, size: Format, knob: str, corner: int) -> tuple[float, float]:
    """A point; a corner of the picture where the script gives none."""
    if knob in node.values:
        x, y = within(node, knob, 2)
        return x, y
    return ((0, 0), (size.width, 0), (size.width, size.height), (0, size.height))[corner - 1]


def _extra(node: Node) -> Matrix:
    if "transform_matrix" not in node.values:
        return np.eye(3)
    kept = (0, 1, 3)
    return np.array(within(node, "transform_matrix", 16)).reshape(4, 4)[np.ix_(kept, kept)]
