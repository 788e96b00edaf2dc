"""Formats of knobs: written out, named, or linked to another knob or picture."""

from typing import TYPE_CHECKING

from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.formats import ProjectFormat, default_root_format, known_formats, parse_format
from faceplate.graph.knobs.measures import format_of_facts
from faceplate.graph.knobs.names import root
from faceplate.graph.knobs.pictures import Moment
from faceplate.graph.knobs.trail import KnobAt

if TYPE_CHECKING:
    from faceplate.graph.knobs.answers import Answers
    from faceplate.graph.knobs.reader import KnobReader


def format_of(answers: "Answers", at: KnobAt) -> ProjectFormat | None:
    """The format of a knob; None where its text is empty.

    Raises:
        ScriptError: a name that neither the script nor Nuke knows, or a link to what has no format.
    """
    return answers.trail.once("format", at, lambda: _format_of(answers, at))


def _format_of(answers: "Answers", at: KnobAt) -> ProjectFormat | None:
    target = answers.linked(at)
    text = answers.substituted(answers.text_of(at), at)
    if target is None and text.startswith("{"):
        target = innermost(text)
    if target is not None:
        return _linked_format(answers, target, at)
    found = parse_format(text)
    if isinstance(found, ProjectFormat):
        return found
    return named_format(answers.reader, found) if found else None


def innermost(text: str) -> str:
    """The name in the braces of a link: `{parent.Blur1.channels}` or `{{...}}`; an expression's `i` is left out."""
    while text.startswith("{"):
        words = words_of(text)
        text = words[0] if words else ""
    return words_of(text)[0] if text.strip() else ""


def _linked_format(answers: "Answers", target: str, at: KnobAt) -> ProjectFormat | None:
    index, rest = answers.names.find(target, at.index)
    is_itself = (index, rest) == (at.index, (at.knob,))
    if rest and answers.names.text(index, rest[0]) is not None and not is_itself:
        return format_of(answers, KnobAt(index, rest[0], at.moment))
    if rest not in ((), ("format",)):
        raise TextError(short(target), expected="a link to a format", came=target, next_step="choose a format")
    return format_of_facts(answers.facts(index, at.index, at.moment))


def named_format(reader: "KnobReader", name: str) -> ProjectFormat:
    """The format of a name: one that a knob of the script writes out, else one of Nuke's own.

    Raises:
        ScriptError: nobody knows it.
    """
    found = _formats_of_script(reader).get(name) or known_formats.get(name)
    if found is None:
        raise TextError(
            short(name),
            expected="a format that the script writes out, or one of Nuke's own",
            came=short(name),
            next_step=f"write it as `width height 0 0 width height 1 {name}`",
        )
    return found


def _formats_of_script(reader: "KnobReader") -> dict[str, ProjectFormat]:
    """The formats that knobs write out with a name; Root's count most."""
    found: dict[str, ProjectFormat] = {}
    texts = [text for node in reader.script.nodes for text in _format_texts(node.values)]
    for text in [*texts, *_format_texts(reader.script.root_values)]:
        each = parse_format(text) if text[:1].isdecimal() else text
        if isinstance(each, ProjectFormat) and each.name:
            found[each.name] = each
    return found


def _format_texts(values: dict[str, str]) -> list[str]:
    return [values[knob] for knob in ("format", "proxy_format") if knob in values]


def root_format(reader: "KnobReader") -> ProjectFormat:
    """The project's format.

    Raises:
        ScriptError: Root's knob cannot be read.
    """
    at = KnobAt(root, "format", Moment(1.0))
    return format_of(reader.answers(), at) or default_root_format
