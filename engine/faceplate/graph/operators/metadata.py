"""ModifyMetaData and CopyMetaData: entries set, removed, and taken from another picture. No pixel changes."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from faceplate.graph.knobs.trail import KnobAt
from faceplate.graph.operators.structure import Through
from faceplate.graph.render import Info, Node, operator
from faceplate.graph.script import split_list
from faceplate.values import Attribute

knob = "metadata"


@operator("ModifyMetaData", defaults={knob: ""})
class ModifyMetaData(Through):
    """Entries set to a text, or removed, one after the other."""

    def info(self, node: Node) -> Info:
        """The input's, its metadata changed."""
        info = node.source(0).info
        entries = dict(info.metadata)
        for verb, name, value in _steps(node):
            if verb == "remove":
                entries.pop(name, None)
            else:
                entries[name] = _set(entries.get(name), name, value)
        return replace(info, metadata=MappingProxyType(entries))


def _set(before: Attribute | None, name: str, value: str) -> Attribute:
    """The entry with a new text; one that is there keeps its name and, where the text is such a number, its type."""
    if before is None or isinstance(before.value, str):
        return Attribute(before.name if before else name, before.type if before else "string", value)
    for kind in (int, float):
        if type(before.value) is kind:
            try:
                return before._replace(value=kind(value))
            except ValueError:
                break
    return Attribute(before.name, "string", value)


def _steps(node: Node) -> list[tuple[str, str, str]]:
    """What is done, in order: verb, name and value, brackets in these two replaced; rows without a name do nothing.

    Raises:
        ScriptError: a step is not `set` or `remove`, or a bracket gives nothing.
    """
    steps = []
    for entry in split_list(node.values.get(knob, "")):
        verb, name, value = (*split_list(entry), "", "", "")[:3]
        if verb in {"set", "remove"} and not name:
            continue
        if verb not in {"set", "remove"}:
            raise node.refusal(
                expected="{set name value} or {remove name}",
                came=f"{{{entry}}}",
                next_step="correct the entry",
                knob=knob,
            )
        steps.append((verb, _expanded(node, name), _expanded(node, value) if verb == "set" else ""))
    return steps


def _expanded(node: Node, text: str) -> str:
    answers, at = node.session.knobs.answers(), KnobAt(node.index, knob, node.moment)
    with answers.trail.asking("metadata", at):
        return answers.substituted(text, at)


_filter_modes = ("keys and values", "keys only", "values only")


@operator(
    "CopyMetaData",
    defaults={
        "mergeMode": "Image+Meta",
        "metadatafilter": "",
        "metadatafilterMode": "keys and values",
        "imageMetadatafilter": "",
        "imageMetadatafilterMode": "keys and values",
    },
)
class CopyMetaData(Through):
    """The picture of input 0 with metadata of input 1: the later named of the two wins, as in Nuke."""

    def info(self, node: Node) -> Info:
        """Input 0's but for the metadata."""
        image = node.source(0).info
        own = _filtered(node, image.metadata, "imageMetadatafilter")
        meta = _filtered(node, node.source(1).info.metadata, "metadatafilter")
        entries = {
            "Image+Meta": {**own, **meta},
            "Meta only": meta,
            "Meta+Image": {**meta, **own},
            "Image only": own,
        }
        return replace(image, metadata=MappingProxyType(entries[node.choice("mergeMode", tuple(entries))]))


def _filtered(node: Node, entries: Mapping[str, Attribute], filter_knob: str) -> dict[str, Attribute]:
    """The entries in whose name or value, as the mode says, the text of the filter occurs."""
    wanted, mode = node.text(filter_knob), node.choice(f"{filter_knob}Mode", _filter_modes)
    return {
        name: entry
        for name, entry in entries.items()
        if not wanted
        or (mode != "values only" and wanted in name)
        or (mode != "keys only" and wanted in str(entry.value))
    }
