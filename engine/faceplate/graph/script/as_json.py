from typing import Any

from faceplate.graph.script.model import Script, ScriptNode


def script_as_json(script: Script) -> dict[str, Any]:
    """The script as plain values: nodes in file order, knobs as name and value pairs as read, backslashes resolved."""
    return {
        "version": script.version,
        "root": None if script.root is None else _pairs(script.root),
        "layers": [{"name": layer.name, "channels": list(layer.channels)} for layer in script.layers],
        "nodes": [_node(node) for node in script.nodes],
        "comments": list(script.comments),
        "layout": script.layout,
        "warnings": list(script.warnings),
    }


def _node(node: ScriptNode) -> dict[str, Any]:
    return {
        "class": node.klass,
        "name": node.name,
        "parent": node.parent,
        "inputs": list(node.inputs),
        "clone_of": node.clone_of,
        "knobs": _pairs(node.knobs),
    }


def _pairs(knobs: tuple[tuple[str, str], ...]) -> list[list[str]]:
    return [[name, value] for name, value in knobs]
