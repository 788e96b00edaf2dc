from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any


def script_summary(script: Mapping[str, Any]) -> str:
    """What a Nuke script is made of, in a few lines: its classes counted, groups, clones, layers, and what is odd."""
    # A script may hold characters that no terminal takes; they are shown as question marks.
    return "\n".join(_lines(script)).encode("utf-8", "replace").decode()


def _lines(script: Mapping[str, Any]) -> Iterator[str]:
    nodes = script["nodes"]
    yield f"version: {script['version'] or 'not said'}"
    yield f"project settings: {len(script['root'])} knobs" if script["root"] is not None else "project settings: none"
    yield f"nodes: {len(nodes)}, {_inside(nodes)}"
    yield "classes: " + _counted(Counter(node["class"] for node in nodes))
    yield "layers: " + (", ".join(dict.fromkeys(layer["name"] for layer in script["layers"])) or "none")
    yield from (f"odd: {warning}" for warning in script["warnings"])


def _inside(nodes: list[Mapping[str, Any]]) -> str:
    groups = {node["parent"] for node in nodes} - {None}
    clones = sum(node["clone_of"] is not None for node in nodes)
    return f"groups that hold nodes: {len(groups)}, clones: {clones}"


def _counted(classes: Counter[str]) -> str:
    """The commonest first, each with its number."""
    return ", ".join(
        f"{name} {number}" for name, number in sorted(classes.items(), key=lambda found: (-found[1], found[0]))
    )
