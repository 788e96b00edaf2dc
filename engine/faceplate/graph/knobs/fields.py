"""Fields of array knobs: `translate.x`, `size.w`, `box.t`, `white.r`, `matrix.3`."""

from typing import NamedTuple

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.user_knobs import UserKnob, box_types, color_types, size_types

_box_knobs = frozenset({"analysisRegion", "area", "bbox", "box", "cropbox", "region", "ROI", "roi", "source_region"})
_positions = {"x": 0, "y": 1, "z": 2, "w": 3, "u": 0, "v": 1}
_colours = {"r": 0, "g": 1, "b": 2, "a": 3, "red": 0, "green": 1, "blue": 2, "alpha": 3}
_sizes = {"w": 0, "h": 1, "x": 0, "y": 1, "width": 0, "height": 1}
_corners = {"x": 0, "y": 1, "r": 2, "t": 3}
_spans = {"w": (0, 2), "h": (1, 3), "width": (0, 2), "height": (1, 3)}


class Field(NamedTuple):
    """An element of an array, or with `less` the element minus another."""

    place: int
    less: int | None = None


def field_of(knob: str, word: str, count: int, declared: UserKnob | None) -> Field:
    """The element that a field's word means in a knob of so many elements.

    `r` is red but on boxes the right edge, `w` and `h` are a size on boxes and on sizes; which kind a knob is tells its
    declaration, and for knobs of Nuke's own classes their name.

    Raises:
        ScriptError: no knob has such a field.
    """
    if word.isdecimal() and len(word) < 5:  # noqa: PLR2004 -- no array is longer
        return Field(int(word))
    kind = declared.type if declared else None
    if kind in box_types or (kind is None and knob in _box_knobs):
        if word in _spans:
            low, high = _spans[word]
            return Field(high, low)
        table = _corners
    elif kind in size_types or (kind not in color_types and word in ("w", "h") and count <= 2):  # noqa: PLR2004 -- w h
        table = _sizes
    else:
        table = {**_positions, **_colours}
    if word not in table:
        raise TextError(
            short(f"{knob}.{word}"), expected="a field of the knob", came=short(word), next_step="use its number"
        )
    return Field(table[word])
