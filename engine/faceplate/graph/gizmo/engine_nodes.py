"""The nodes inside a group that belong to the engine: what it is given, and what it gave."""

from collections.abc import Mapping

from faceplate.graph.gizmo.layout import Layout
from faceplate.graph.gizmo.user_knobs import hidden_text, tab
from faceplate.spec import NodeSpec

Point = tuple[int, int]

RESULT = "Result"
RESULT_KNOB = "faceplate_result"
MASK = "mask"

_made = (
    ("file_type", "exr"),
    ("file", ""),
    ("localizationPolicy", "off"),
    # Frames that were never made must not pass for the plate, nor for their neighbours.
    ("before", "black"),
    ("after", "black"),
    ("on_error", "error"),
    ("raw", "true"),
)
_given = (
    ("file", ""),
    ("file_type", "exr"),
    ("datatype", "32 bit float"),
    ("compression", "Zip (1 scanline)"),
    ("raw", "true"),
    ("metadata", "all metadata"),
    ("noprefix", "true"),
    ("create_directories", "true"),
)


def add_inputs(layout: Layout, places: Mapping[str, Point]) -> dict[str, int]:
    """The inputs of a group by name, in the order of their numbers."""
    return {
        name: layout.add("Input", name, at, knobs=(("number", str(number)),))
        for number, (name, at) in enumerate(places.items())
    }


def add_result(layout: Layout, spec: NodeSpec, at: Point) -> int:
    """The Read of what the engine made; a host of ours makes it there and then, by the knob that names the node."""
    owned = (*tab("Faceplate"), *hidden_text(RESULT_KNOB, spec.name))
    label = (("label", "made by Faceplate"),)
    return layout.add("Read", RESULT, at, knobs=(*_made, *label), user_knobs=owned)


def add_marker(layout: Layout, spec: NodeSpec, at: Point, source: int) -> int:
    """In place of a Read, for a node whose pictures are those of its input."""
    owned = (*tab("Faceplate"), *hidden_text(RESULT_KNOB, spec.name))
    return layout.add("NoOp", "Tracked", at, [source], user_knobs=owned)


def add_export(layout: Layout, name: str, at: Point, source: int, channels: str = "rgba") -> int:
    """A Write of one input for the engine, switched off until the plugin needs it."""
    knobs = (*_given, ("channels", channels), ("label", "for Faceplate"))
    return layout.add("Write", f"Export_{name}", at, [source], knobs=knobs, user_knobs=(("disable", "true"),))
