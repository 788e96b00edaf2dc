from typing import Any

from faceplate.spec import Knob, NodeSpec, knobs_of, registered

heading = """# Nodes

Generated from the registry by `faceplate nodes`; `faceplate nodes --check` compares it.
"""


def node_reference() -> str:
    """The reference page of every registered node, in Markdown."""
    return heading + "".join(_node(spec) for spec in registered().values())


def _node(spec: NodeSpec) -> str:
    rows = "".join(_row(name, *entry) for name, entry in knobs_of(spec.settings).items())
    return (
        f"\n## {spec.name} (version {spec.version})\n\n{spec.summary}\n\nInputs: {', '.join(spec.inputs)}\n\n"
        f"| knob | default | range | unit | what it does |\n| --- | --- | --- | --- | --- |\n{rows}"
    )


def _row(name: str, about: Knob, default: Any, _kind: type) -> str:
    return f"| {name} | {default} | {', '.join(about.choices) or about.span} | {about.unit} | {about.help} |\n"
