"""Our nodes as Nuke's groups, made from the registry."""

from collections.abc import Iterator

from faceplate.graph.gizmo.designs import Design, design_of
from faceplate.graph.gizmo.engine_nodes import MASK
from faceplate.graph.gizmo.layout import Layout
from faceplate.graph.gizmo.python_text import changed_python
from faceplate.graph.gizmo.user_knobs import Pairs, hidden_text, setting, shown_status, shown_text, tab
from faceplate.graph.script import Layer, Script, script_text
from faceplate.spec import NodeSpec, knobs_of

CLASS_KNOB = "faceplate_class"
GENERATED = "# Generated from the registry by `faceplate nodes`. Changes made here are lost: copy the group instead."
TILE_COLOUR = "0xb0714fff"


def gizmo_text(name: str) -> str:
    """The text of a node's .gizmo file.

    Raises:
        CallError: there is no such node.
    """
    return script_text(gizmo_script(name))


def gizmo_script(name: str) -> Script:
    """A node as a group with all its knobs at their defaults and its inside laid out; the group is node 0.

    Raises:
        CallError: there is no such node.
    """
    design = design_of(name)
    layout = Layout()
    layout.group(f"{name}1", [None] * len(_inputs(design)), knobs=_look(design), user_knobs=_panel(design))
    design.draw(layout, design.spec)
    layers = tuple(Layer(layer, channels) for layer, channels in design.spec.layers)
    return layout.script(comments=(GENERATED,), layers=layers)


def _inputs(design: Design) -> tuple[str, ...]:
    return (*design.spec.inputs, *((MASK,) if design.is_masked else ()))


def _look(design: Design) -> Pairs:
    return (
        ("help", design.spec.summary),
        ("tile_color", TILE_COLOUR),
        ("label", "[value status]"),
        ("knobChanged", changed_python()),
    )


def _panel(design: Design) -> Pairs:
    """All user knobs: the engine's tab, one for each group of the registry, the group's own, and who made it."""
    spec = design.spec
    return (
        *tab("Faceplate"),
        *hidden_text(CLASS_KNOB, f"{spec.name} {spec.version}"),
        *hidden_text("faceplate_id"),
        *hidden_text("faceplate_job"),
        *design.buttons,
        *shown_status("status", "What the engine said last.", design.idle),
        *_settings(spec),
        *design.controls,
        *tab("Info"),
        *shown_text("info", _info(design)),
    )


def _settings(spec: NodeSpec) -> Iterator[tuple[str, str]]:
    knobs = knobs_of(spec.graph_settings) | knobs_of(spec.settings)
    for group in dict.fromkeys(about.group for about, _, _ in knobs.values()):
        yield from tab(group)
        for name, (about, default, kind) in knobs.items():
            if about.group == group:
                yield from setting(name, about, default, kind)


def _info(design: Design) -> str:
    spec = design.spec
    layers = f"\nLayers: {', '.join(layer for layer, _ in spec.layers)}" if spec.layers else ""
    return (
        f"{spec.name}, version {spec.version}\n{spec.summary}\n\nInputs: {', '.join(_inputs(design))}{layers}\n"
        "Reference: docs/nodes.md of Faceplate, or `faceplate nodes` on the command line"
    )
