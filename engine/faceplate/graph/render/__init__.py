"""The pull engine: pictures of nodes, one frame at a time, only the box and the channels that are asked for."""

from faceplate.graph.render.allocation import give_back_pictures
from faceplate.graph.render.cache import Cache
from faceplate.graph.render.geometry import Box, Format, box_to_window, empty_box, window_to_box
from faceplate.graph.render.info import Info, Planes, in_order
from faceplate.graph.render.node import Node, Nothing, Source
from faceplate.graph.render.operators import (
    Operator,
    OperatorClass,
    class_of,
    defaults_of,
    operator,
    rendered_classes,
)
from faceplate.graph.render.pull import Pull
from faceplate.graph.render.row_bands import bands
from faceplate.graph.render.session import Session

__all__ = [
    "Box",
    "Cache",
    "Format",
    "Info",
    "Node",
    "Nothing",
    "Operator",
    "OperatorClass",
    "Planes",
    "Pull",
    "Session",
    "Source",
    "bands",
    "box_to_window",
    "class_of",
    "defaults_of",
    "empty_box",
    "give_back_pictures",
    "in_order",
    "operator",
    "rendered_classes",
    "window_to_box",
]
