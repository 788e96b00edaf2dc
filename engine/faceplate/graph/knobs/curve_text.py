"""Animation curves as Nuke writes them: `curve x1001 0.5 x1010 1` (Foundry NDK guide, "Curve serialisation format")."""

from math import isfinite
from typing import Literal, cast

from faceplate.graph.knobs.curves import Curve, Extrapolation, Interpolation, Key
from faceplate.graph.knobs.faults import TextError, short, words_of
from faceplate.graph.knobs.numerals import plain_number, written_number

_marks = ("i", "I")


def read_curve(text: str) -> Curve:
    """The curve of a text that begins with `curve`, without its outer braces.

    Raises:
        ScriptError: a word of it is no part of a key.
    """
    words = words_of(text)
    if not words or words[0] != "curve":
        raise TextError(
            short(text), expected="`curve` and its keys", came=short(text), next_step="animate the knob anew"
        )
    return curve_of_words(words[1:])


def curve_of_words(words: list[str]) -> Curve:
    """The curve of the words after `curve` or after an expression.

    Letters for interpolation and extrapolation hold for all keys up to the next such letter. A key without a frame
    stands a step of the last size after the one before it. Of keys on the same frame the last counts.

    Raises:
        ScriptError: a word is no part of a key.
    """
    mark: Literal["", "i", "I"] = ""
    if words and words[0] in _marks:
        mark = cast("Literal['i', 'I']", words[0])
        words = words[1:]
    keys = {key.x: key for key in _keys_of(words)}
    return Curve(tuple(keys[x] for x in sorted(keys)), mark)


def _keys_of(words: list[str]) -> list[Key]:
    keys: list[Key] = []
    interpolation: Interpolation = "S"
    extrapolation: Extrapolation = "k"
    x: float | None = None
    parts: dict[str, float] = {}
    for word in words:
        if word in ("K", "L", "S", "R", "C"):
            interpolation = cast("Interpolation", word)
        elif word in ("k", "l"):
            extrapolation = cast("Extrapolation", word)
        elif word[0:1] == "x":
            x = _number(word[1:], word)
        elif word[0:1] in ("s", "t", "u", "v") and keys:
            parts[word[0]] = _number(word[1:], word)
            keys[-1] = _with_parts(keys[-1], parts)
        else:
            at = x if x is not None else _next_frame(keys)
            if not isfinite(at):
                raise TextError(
                    short(word), expected="a frame", came="one past all numbers", next_step="set the key anew"
                )
            keys.append(Key(x=at, y=_number(word, word), interpolation=interpolation, extrapolation=extrapolation))
            x, parts = None, {}
    return keys


def _next_frame(keys: list[Key]) -> float:
    if not keys:
        return 0.0
    step = keys[-1].x - keys[-2].x if len(keys) > 1 else 1.0
    return keys[-1].x + step


def _with_parts(key: Key, parts: dict[str, float]) -> Key:
    return Key(
        x=key.x,
        y=key.y,
        interpolation=key.interpolation,
        extrapolation=key.extrapolation,
        left_slope=parts.get("s"),
        right_slope=parts.get("t"),
        left_weight=parts.get("u", 1.0),
        right_weight=parts.get("v", 1.0),
    )


def _number(text: str, word: str) -> float:
    number = plain_number(text)
    if number is None or not isfinite(number):
        raise TextError(
            short(word),
            expected="a key of a curve: a number, or one after x, s, t, u or v",
            came=short(word),
            next_step="set the key anew",
        )
    return number


def curve_text(curve: Curve) -> str:
    """The curve as text, without its outer braces; read again it is the same curve."""
    words = ["curve", curve.mark] if curve.mark else ["curve"]
    interpolation: Interpolation = "S"
    extrapolation: Extrapolation = "k"
    for place, key in enumerate(curve.keys):
        if key.interpolation != interpolation:
            words.append(key.interpolation)
        if key.extrapolation != extrapolation:
            words.append(key.extrapolation)
        interpolation, extrapolation = key.interpolation, key.extrapolation
        if place == 0 or key.x != _next_frame(list(curve.keys[max(0, place - 2) : place])):
            words.append(f"x{written_number(key.x)}")
        words += [written_number(key.y), *_slope_words(key)]
    return " ".join(words)


def _slope_words(key: Key) -> list[str]:
    words = [
        f"{letter}{written_number(slope)}"
        for letter, slope in (("s", key.left_slope), ("t", key.right_slope))
        if slope is not None
    ]
    weights = (("u", key.left_weight), ("v", key.right_weight))
    return words + [f"{letter}{written_number(weight)}" for letter, weight in weights if weight != 1]
