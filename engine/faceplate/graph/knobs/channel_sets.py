"""Channel knobs: sets such as `rgba`, `depth` or `rgba.red rgba.green -rgba.blue`, and single channels."""

from collections.abc import Mapping

from faceplate.graph.knobs.faults import TextError, short, words_of

_colours = {"red": "rgba.red", "green": "rgba.green", "blue": "rgba.blue", "alpha": "rgba.alpha", "a": "rgba.alpha"}
_sets = {
    "rgb": ("rgba.red", "rgba.green", "rgba.blue"),
    "rgba": ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha"),
    "alpha": ("rgba.alpha",),
}


def chosen_channels(text: str, available: tuple[str, ...]) -> tuple[str, ...]:
    """The available channels that a set names, in their own order; those after a `-` are off.

    Raises:
        ScriptError: the text is no list.
    """
    chosen: set[str] = set()
    for word in words_of(text):
        off = word.startswith("-")
        named = _of_word(word.removeprefix("-"), available)
        chosen = chosen - named if off else chosen | named
    return tuple(name for name in available if name in chosen)


def _of_word(word: str, available: tuple[str, ...]) -> set[str]:
    if word == "all":
        return set(available)
    if word in _sets:
        return set(_sets[word])
    if word in _colours:
        return {_colours[word]}
    return {name for name in available if name == word or name.startswith(f"{word}.")}


def chosen_channel(text: str, layers: Mapping[str, tuple[str, ...]]) -> str | None:
    """The full name of the channel that a text names; None for `none` and for one that is switched off.

    The name of a layer stands for its first channel; `layers` are those that the script declares.

    Raises:
        ScriptError: it names no channel, or several.
    """
    words = words_of(text)
    if not words or words[0] in ("none", "0") or words[0].startswith("-"):
        return None
    if len(words) > 1:
        raise TextError(short(text), expected="one channel", came=f"{len(words)}", next_step="choose one")
    word = words[0]
    if "." in word:
        return word
    if word in _colours:
        return _colours[word]
    channels = _sets.get(word) or layers.get(word) or _well_known.get(word)
    if not channels:
        raise TextError(
            short(text),
            expected="a channel such as rgba.alpha or depth.Z",
            came=short(text),
            next_step="choose a channel",
        )
    return channels[0]


_well_known = {
    "depth": ("depth.Z",),
    "forward": ("forward.u", "forward.v"),
    "backward": ("backward.u", "backward.v"),
    "motion": ("forward.u", "forward.v"),
    "mask": ("mask.a",),
}
