"""Channels of knobs: written out, or linked to another knob."""

from typing import TYPE_CHECKING

from faceplate.graph.knobs.channel_sets import chosen_channel, chosen_channels
from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.format_answers import innermost
from faceplate.graph.knobs.trail import KnobAt

if TYPE_CHECKING:
    from faceplate.graph.knobs.answers import Answers


def channels_of(answers: "Answers", at: KnobAt, available: tuple[str, ...]) -> tuple[str, ...]:
    """The available channels that a channel set chooses.

    Raises:
        ScriptError: the text is no set, or links to no knob.
    """
    return chosen_channels(_set_text(answers, at), available)


def channel_of(answers: "Answers", at: KnobAt) -> str | None:
    """The channel that a knob chooses; None for none, or one that is switched off.

    Raises:
        ScriptError: the text names no channel.
    """
    layers = {layer.name: layer.channels for layer in answers.reader.script.layers}
    return chosen_channel(_set_text(answers, at), layers)


def _set_text(answers: "Answers", at: KnobAt) -> str:
    """The text of a set, links followed."""
    return answers.trail.once("channels", at, lambda: _followed(answers, at))


def _followed(answers: "Answers", at: KnobAt) -> str:
    target = answers.linked(at)
    text = answers.substituted(answers.text_of(at), at)
    if target is None and text.startswith("{"):
        target = innermost(text) if len(words_of(text)) == 1 else None
    if target is None:
        return text
    index, rest = answers.names.find(target, at.index)
    if len(rest) != 1 or answers.names.text(index, rest[0]) is None:
        raise TextError(short(target), expected="a link to a channel knob", came=target, next_step="choose channels")
    return _set_text(answers, KnobAt(index, rest[0], at.moment))
