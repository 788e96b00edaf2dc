"""How much of the plate's grain a stream has lost, told beside its colour from node to node.

FaceDegrain and FaceSwap say it, FaceRegrain makes up for it; in between it travels as any channel does.
"""

import numpy as np

from faceplate.graph.faces.controls import version_of
from faceplate.graph.faces.stream import plane_of
from faceplate.graph.render import Node, Source
from faceplate.values import Floats, Window

grain_lost = "face_grain_lost.alpha"
"""0 where all of the grain is there, 1 where none is. A premultiplied face says what it lacks once it is merged."""

first_version = 3
"""Of FaceSwap: the ordinary nodes of earlier groups would hand on what the face says as it comes, without its matte."""


def is_told(group: Node) -> bool:
    """Whether a FaceSwap has the nodes that hand it on."""
    return version_of(group) >= first_version


def in_stream(source: Source, window: Window) -> Floats:
    """What a picture says over a window, rows x columns, 0 to 1; 0 where it says nothing."""
    if grain_lost not in source.info.channels:
        return np.zeros((window.height, window.width), np.float32)
    return np.asarray(np.nan_to_num(plane_of(source, window, grain_lost)).clip(0, 1), np.float32)
