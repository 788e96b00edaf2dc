"""Reads the knob `curves` of Roto and RotoPaint nodes (Foundry NDK guide, "Roto serialisation format").

`{v version} {f flags} {n {layer Root {f flags} {t transform} {a attributes} {curvegroup name flags bezier
{{cc ...} idem} {tx time pivot} {a ...}} ...}}`; the first `cc` is the outline, the second the feather, `idem` a feather
that lies on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.roto import LifetimeType, Pair, Roto, RotoPoint, RotoShape, RotoTransform, still
from faceplate.graph.knobs.roto_numbers import (
    RotoNumber,
    UnreadableError,
    own_number,
    timed_number,
    unreadable,
    value_at,
)
from faceplate.graph.knobs.roto_words import Part, number_of, parts_of

visible_flag = 1 << 9
open_flag = 1 << 20
most_shapes = 20_000
most_points = 100_000
_lifetimes: tuple[LifetimeType, ...] = ("all frames", "start to frame", "single frame", "frame to end", "frame range")
_transform_length = 13
_defaults = {"opc": 1.0, "r": 1.0, "g": 1.0, "b": 1.0, "a": 1.0, "ff": 1.0, "fo": 1.0, "vis": 1.0}


def read_roto(text: str) -> Roto:
    """The shapes of a `curves` knob.

    Strokes, shapes that an expression drives, and all else that is not rendered are named in `unsupported`.

    Raises:
        ScriptError: the text is not of this format, which Nuke 7 brought.
    """
    parts = parts_of(text)
    while len(parts) == 1 and isinstance(parts[0], list):
        parts = parts[0]
    if not parts:
        return Roto(())
    tree = _named(parts, "n")
    root = next((part for part in tree or () if isinstance(part, list) and part[:1] == ["layer"]), None)
    if root is None:
        raise TextError(
            short(text, 80),
            expected="shapes as Nuke 7 and later write them, `{v ...} {f ...} {n {layer Root ...}}`",
            came=short(text, 80),
            next_step="open and save the script in Nuke 7 or later",
        )
    found = _Found()
    found.layer(root, (), is_root=True)
    return Roto(tuple(found.shapes), tuple(found.unsupported))


@dataclass
class _Found:
    shapes: list[RotoShape] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    points: int = 0

    def layer(self, parts: Sequence[Part], around: tuple[RotoTransform, ...], *, is_root: bool = False) -> None:
        name = _word(parts, 1)
        try:
            if not is_root and not _flags(parts) & visible_flag:
                return
            transforms = (_transform(parts), *around)
            hidden = self._layer_attributes(parts)
        except UnreadableError as fault:
            self.unsupported.append(f"{name}: {fault.came}")
            return
        if not hidden:
            for part in parts[2:]:
                self._member(part, transforms)

    def _layer_attributes(self, parts: Sequence[Part]) -> bool:
        """True where the layer is switched off; what would change its shapes all together is not rendered."""
        attributes = _attributes(parts)
        for name, neutral in (("opc", 1.0), ("inv", 0.0), ("vis", 1.0)):
            value = attributes.get(name, neutral)
            if value != neutral and not (name == "vis" and value == 0.0):
                raise unreadable(f"a layer's own {name}")
        return attributes.get("vis", 1.0) == 0.0

    def _member(self, part: Part, transforms: tuple[RotoTransform, ...]) -> None:
        if not isinstance(part, list) or not part or not isinstance(part[0], str):
            return
        if part[0] == "layer":
            self.layer(part, transforms)
        elif part[0] == "cubiccurve":
            self.unsupported.append(f"{_word(part, 1)}: a paint stroke")
        elif part[0] == "curvegroup":
            self._shape(part, transforms)

    def _shape(self, part: list[Part], transforms: tuple[RotoTransform, ...]) -> None:
        try:
            shape = _shape(part, transforms)
        except UnreadableError as fault:
            self.unsupported.append(f"{_word(part, 1)}: {fault.came}")
            return
        self.points += len(shape.points)
        if len(self.shapes) >= most_shapes or self.points > most_points:
            raise TextError(
                "curves",
                expected=f"at most {most_shapes} shapes of {most_points} points",
                came="more",
                next_step="split",
            )
        self.shapes.append(shape)


def _shape(part: list[Part], around: tuple[RotoTransform, ...]) -> RotoShape:
    kind = _word(part, 3)
    curves = part[4] if len(part) > 4 else None  # noqa: PLR2004 -- curvegroup, name, flags, kind, curves
    if kind not in ("bezier", "bspline") or not isinstance(curves, list) or not curves:
        raise unreadable(f"a shape of kind {kind}")
    outline = curves[0]
    if not isinstance(outline, list):
        raise unreadable("no outline")
    main = _curve(outline)
    second = curves[1] if len(curves) > 1 else "idem"
    feather = _curve(second) if isinstance(second, list) else None
    attributes = _attributes(part)
    shown: RotoNumber = attributes.get("vis", 1.0) if _number(part, 2) & visible_flag else 0.0
    return RotoShape(
        name=_word(part, 1),
        points=_bezier_points(main, feather) if kind == "bezier" else _bspline_points(outline, main, feather),
        is_closed=not _flags(outline) & open_flag,
        kind="bezier" if kind == "bezier" else "bspline",
        opacity=_attribute(attributes, "opc"),
        colour=cast(
            "tuple[RotoNumber, RotoNumber, RotoNumber, RotoNumber]",
            tuple(_attribute(attributes, each) for each in "rgba"),
        ),
        feather=(_attribute(attributes, "fx"), _attribute(attributes, "fy")),
        feather_falloff=_attribute(attributes, "ff"),
        feather_type=_attribute(attributes, "ft"),
        is_feathered=_attribute(attributes, "fo"),
        inverted=_attribute(attributes, "inv"),
        blending=_attribute(attributes, "bm"),
        lifetime=_lifetime(attributes),
        lifetime_frames=(_plain(attributes, "ltn", 1.0), _plain(attributes, "ltm", 1.0)),
        visible=shown,
        transforms=(_transform(part), *around),
    )


def _lifetime(attributes: dict[str, RotoNumber]) -> LifetimeType:
    number = _plain(attributes, "ltt", 0.0)
    if number not in range(len(_lifetimes)):
        raise unreadable(f"a lifetime of type {number:g}")
    return _lifetimes[int(number)]


def _plain(attributes: dict[str, RotoNumber], name: str, default: float) -> float:
    return value_at(attributes.get(name, default), 0.0)


def _attribute(attributes: dict[str, RotoNumber], name: str) -> RotoNumber:
    return attributes.get(name, _defaults.get(name, 0.0))


def _bezier_points(main: list[Pair], feather: list[Pair] | None) -> tuple[RotoPoint, ...]:
    if len(main) % 3 or (feather is not None and len(feather) != len(main)):
        raise unreadable("a curve without both tangents at each point")
    points = []
    for place in range(0, len(main), 3):
        left, centre, right = main[place : place + 3]
        edge = feather[place : place + 3] if feather is not None else [left, still, right]
        points.append(RotoPoint(centre, left, right, feather=edge[1], feather_left=edge[0], feather_right=edge[2]))
    return tuple(points)


def _bspline_points(outline: list[Part], main: list[Pair], feather: list[Pair] | None) -> tuple[RotoPoint, ...]:
    if _flags(outline) & open_flag:
        raise unreadable("an open B-spline")
    if feather is not None and len(feather) != len(main):
        raise unreadable("a feather with other points than its B-spline")
    edges = feather or [still] * len(main)
    return tuple(RotoPoint(centre, feather=edge) for centre, edge in zip(main, edges, strict=True))


def _curve(parts: Sequence[Part]) -> list[Pair]:
    """The points of a `cc`, in order: tangents and centres alike."""
    keyed, plain = _named(parts, "px"), _named(parts, "p")
    if keyed is not None and keyed:
        times = [number_of(each) for each in (keyed[0] if isinstance(keyed[0], list) else keyed[:1])]
        known = [time for time in times if time is not None]
        if not known or len(known) != len(times):
            raise unreadable("keys without times")
        return [_pair(part, known) for part in keyed[1:]]
    return [_pair(part, None) for part in plain or ()]


def _pair(part: Part, times: list[float] | None) -> Pair:
    if not isinstance(part, list):
        raise unreadable(str(part)[:60])
    words = part[1:] if part and isinstance(part[0], list) and part[0][:1] == ["a"] else part
    numbers = [own_number(each) if times is None else timed_number(each, times) for each in words[:2]]
    return cast("Pair", tuple([*numbers, 0.0, 0.0][:2]))


def _transform(parts: Sequence[Part]) -> RotoTransform:
    """Pivot, translate, rotate and scale with three numbers each, then skew and a matrix, which are not rendered."""
    own, keyed = _named(parts, "t"), _named(parts, "tx")
    values: list[RotoNumber] = [*(0.0,) * 9, *(1.0,) * 3, 0.0]
    if own is not None:
        given = [own_number(part) for part in own]
    elif keyed:
        times = [number_of(each) for each in (keyed[0] if isinstance(keyed[0], list) else keyed[:1])]
        given = [timed_number(part, [time for time in times if time is not None]) for part in keyed[1:]]
    else:
        given = []
    values[: len(given)] = given
    _only_in_the_plane(values)
    return RotoTransform(
        pivot=(values[0], values[1]), translate=(values[3], values[4]), rotate=values[8], scale=(values[9], values[10])
    )


def _only_in_the_plane(values: list[RotoNumber]) -> None:
    if values[6] != 0 or values[7] != 0:
        raise unreadable("a rotation out of the picture")
    if values[12] != 0:
        raise unreadable("a skew")
    identity = [float(place % 5 == 0) for place in range(16)]
    matrix = values[_transform_length:]
    if matrix and not _is_identity(matrix, identity):
        raise unreadable("an extra matrix")


def _is_identity(matrix: list[RotoNumber], identity: list[float]) -> bool:
    """The matrix stands last, behind skews that are all 0."""
    return all(value == 0 for value in matrix[:-16]) and matrix[-16:] == identity[-len(matrix[-16:]) :]


def _attributes(parts: Sequence[Part]) -> dict[str, RotoNumber]:
    """Those that shape the picture; attributes of strokes, trackers and the panel are left alone."""
    words = _named(parts, "a") or []
    read = {"opc", "r", "g", "b", "a", "fx", "fy", "ff", "ft", "fo", "inv", "bm", "ltt", "ltn", "ltm", "vis"}
    pairs = zip(words[::2], words[1::2], strict=False)
    return {name: own_number(value) for name, value in pairs if isinstance(name, str) and name in read}


def _named(parts: Iterable[Part], name: str) -> list[Part] | None:
    """What stands behind a name in the list that it begins."""
    for part in parts:
        if isinstance(part, list) and part[:1] == [name]:
            return part[1:]
    return None


def _flags(parts: Sequence[Part]) -> int:
    words = _named(parts, "f")
    return _number(words, 0) if words else 0


def _number(parts: Sequence[Part], place: int) -> int:
    number = number_of(parts[place]) if len(parts) > place else None
    return int(number) if number is not None and 0 <= number < 2**31 else 0


def _word(parts: Sequence[Part], place: int) -> str:
    word = parts[place] if len(parts) > place else ""
    return word if isinstance(word, str) else ""
