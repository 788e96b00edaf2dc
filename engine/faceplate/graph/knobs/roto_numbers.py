"""Coordinates and attributes of roto shapes: a number, or keys with their slopes.

Keys are `value`, `{value -}` (flat), `{value lslope lweight rslope rweight}`, with their time in front where the times
are not listed once for all; `{x 3 key}` is three times the same, `{r {{key 3} ...}}` counts whole frames on. Keys that
run short repeat the last. A key without slopes gets those of a smooth one, as Nuke gives them when it draws the shape.
"""

from collections.abc import Sequence
from typing import TypeAlias

from faceplate.graph.knobs.curves import Curve, Key
from faceplate.graph.knobs.faults import TextError
from faceplate.graph.knobs.roto_words import Part, number_of

RotoNumber: TypeAlias = float | Curve
"""A number, or a curve over frames."""

most_keys = 100_000


class UnreadableError(TextError):
    """A part of a shape in a form that is not rendered, such as an expression."""


def unreadable(what: str) -> UnreadableError:
    """The fault of a part that is not rendered."""
    return UnreadableError("a shape", expected="numbers and keys", came=what, next_step="bake the shape in Nuke")


def value_at(number: RotoNumber, frame: float) -> float:
    """The number at a frame."""
    return number.value(frame) if isinstance(number, Curve) else number


def timed_number(part: Part, times: Sequence[float]) -> RotoNumber:
    """A coordinate whose keys stand at listed times.

    Raises:
        ScriptError: a form that is not rendered.
    """
    plain = number_of(part)
    if plain is not None:
        return plain
    if isinstance(part, str):
        raise unreadable(part[:60])
    if part and isinstance(part[0], str) and part[0].startswith("="):
        raise unreadable(f"the expression {part[0][1:60]}")
    keys = _spread(part, len(times))
    return _simplest([_key(time, key) for time, key in zip(times, keys, strict=True)])


def own_number(part: Part) -> RotoNumber:
    """A number, or keys that each bring their own time.

    Raises:
        ScriptError: a form that is not rendered.
    """
    plain = number_of(part)
    if plain is not None:
        return plain
    if isinstance(part, str) or not part:
        raise unreadable(str(part)[:60])
    if isinstance(part[0], str):
        if part[0] == "r" and len(part) == 2 and isinstance(part[1], list):  # noqa: PLR2004 -- r and its runs
            return _simplest(_runs(part[1]))
        raise unreadable(f"the expression {part[0].removeprefix('=')[:60]}" if part[0][:1] == "=" else part[0][:60])
    keys: list[Key] = []
    for each in part:
        keys.append(_timed_key(each, keys))
    return _simplest(keys)


def _spread(parts: list[Part], count: int) -> list[Part]:
    """One key for each time: runs written out, the last repeated where they run short."""
    keys: list[Part] = []
    for part in parts:
        if isinstance(part, list) and len(part) == 3 and part[0] == "x":  # noqa: PLR2004 -- x, how often, the key
            keys += [part[2]] * _count(part[1])
        else:
            keys.append(part)
    if not keys or len(keys) > count:
        raise unreadable(f"{len(keys)} keys at {count} times")
    return keys + [keys[-1]] * (count - len(keys))


def _count(part: Part) -> int:
    count = number_of(part)
    if count is None or not 0 < count <= most_keys:
        raise unreadable(f"a run of {part}")
    return int(count)


def _runs(parts: list[Part]) -> list[Key]:
    keys: list[Key] = []
    for part in parts:
        if not isinstance(part, list) or len(part) != 2:  # noqa: PLR2004 -- a key and how often
            raise unreadable(str(part)[:60])
        first = _timed_key(part[0], keys)
        count = _count(part[1])
        if len(keys) + count > most_keys:
            raise unreadable(f"more than {most_keys} keys")
        keys += [_moved(first, first.x + step) for step in range(count)]
    return keys


def _moved(key: Key, x: float) -> Key:
    return Key(
        x=x,
        y=key.y,
        left_slope=key.left_slope,
        right_slope=key.right_slope,
        left_weight=key.left_weight,
        right_weight=key.right_weight,
    )


def _timed_key(part: Part, before: Sequence[Key]) -> Key:
    if not isinstance(part, list) or not part:
        raise unreadable(str(part)[:60])
    time = number_of(part[0])
    if time is None:
        raise unreadable(str(part)[:60])
    if len(part) == 1:
        return Key(x=time, y=before[-1].y if before else 0.0)
    return _key(time, part[1:])


def _key(time: float, part: Part) -> Key:
    words = part if isinstance(part, list) else [part]
    value = number_of(words[0]) if words else None
    if value is None:
        raise unreadable(str(part)[:60])
    if len(words) == 1:
        return Key(x=time, y=value)
    if words[1] == "-":
        return Key(x=time, y=value, left_slope=0.0, right_slope=0.0)
    numbers = [number_of(word) for word in words[1:5]]
    left, left_weight, right, right_weight = [*numbers, None, None, None, None][:4]
    if left is None or left_weight is None or right is None or right_weight is None or len(words) > 5:  # noqa: PLR2004 -- a value, slopes and weights
        raise unreadable(str(part)[:60])
    return Key(x=time, y=value, left_slope=left, right_slope=right, left_weight=left_weight, right_weight=right_weight)


def _simplest(keys: list[Key]) -> RotoNumber:
    """A plain number for a single key or for keys that never leave one value."""
    by_time = {key.x: key for key in keys}
    flat = all(not key.left_slope and not key.right_slope for key in by_time.values())
    if len({key.y for key in by_time.values()}) == 1 and (flat or len(by_time) == 1):
        return keys[0].y
    return Curve(tuple(by_time[x] for x in sorted(by_time)))
