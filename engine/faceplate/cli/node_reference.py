from typing import Any

from faceplate.spec import Knob, NodeSpec, Settings, knobs_of, registered

heading = """# Nodes

Generated from the registry by `faceplate nodes`; `faceplate nodes --check` compares it.
"""


def node_reference() -> str:
    """The reference page of every registered node, in Markdown."""
    return heading + "".join(_node(spec) for spec in registered().values())


def _node(spec: NodeSpec) -> str:
    layers = "".join(f"\nLayer: {layer} ({', '.join(channels)})\n" for layer, channels in spec.layers)
    graph = _table(spec.graph_settings)
    return (
        f"\n## {spec.name} (version {spec.version})\n\n{spec.summary}\n\nInputs: {', '.join(spec.inputs)}\n{layers}"
        f"\n{_table(spec.settings)}" + (f"\nIn a node graph also:\n\n{graph}" if graph else "")
    )


def _table(settings: type[Settings]) -> str:
    rows = "".join(_row(name, *entry) for name, entry in knobs_of(settings).items())
    return f"| knob | default | range | unit | what it does |\n| --- | --- | --- | --- | --- |\n{rows}" if rows else ""


def _row(name: str, about: Knob, default: Any, _kind: type) -> str:
    allowed = ", ".join(about.choices) or about.span or about.file
    shown = f"`{default}`" if about.file and default else default
    return f"| {name} | {shown} | {allowed} | {about.unit} | {about.help} |\n"
