"""Writes shapes as the knob `curves` of a Roto node holds them."""

from collections.abc import Sequence

from faceplate.graph.knobs.curves import Curve, Key
from faceplate.graph.knobs.faults import TextError
from faceplate.graph.knobs.roto import Pair, RotoPoint, RotoShape, RotoTransform
from faceplate.graph.knobs.roto_numbers import RotoNumber
from faceplate.graph.knobs.roto_reader import open_flag, visible_flag
from faceplate.graph.knobs.roto_words import written_bits
from faceplate.graph.knobs.slopes import slopes_of

_format_version = 1.2
_relative_tangents = 1 << 13
_root_flags = 1 << 21
_lifetime_numbers = {"all frames": 0, "start to frame": 1, "single frame": 2, "frame to end": 3, "frame range": 4}


def roto_text(shapes: Sequence[RotoShape], *, pivot: tuple[float, float] = (0.0, 0.0)) -> str:
    """The text of a `curves` knob, as it stands between the braces of a script.

    All shapes lie in the root layer, whose transform pivots about the middle of the picture, `pivot`; their own
    transforms are written, those of layers around them are not.

    Raises:
        ScriptError: a shape is in layers with transforms of their own, or its points are keyed at different frames.
    """
    groups = "".join(f"\n    {_group(shape)}" for shape in shapes)
    middle = " ".join(map(written_bits, pivot))
    root = f"{{layer Root\n    {{f {_root_flags}}}\n    {{t {middle}}}\n    {{a}}{groups}}}"
    return f"{{{{v {written_bits(_format_version)}}}\n  {{f 0}}\n  {{n\n   {root}}}}}"


def _group(shape: RotoShape) -> str:
    flags = _relative_tangents | (0 if shape.is_closed else open_flag | 1 << 5)
    shown = visible_flag | (0 if shape.is_closed else open_flag)
    times = _times(shape)
    outline = _curve(_outline_pairs(shape), times, flags)
    feather = _curve(_feather_pairs(shape), times, flags)
    transform = _transform(shape)
    head = f"{{curvegroup {_quoted(shape.name)} {shown} {shape.kind}\n     {{{outline}\n      {feather}}}"
    return f"{head}\n     {transform}\n     {{a {_attributes(shape)}}}}}"


def _quoted(name: str) -> str:
    if name and all(c.isalnum() or c in "_-." for c in name):
        return name
    raise TextError("a shape", expected="a name of letters, digits, _ - and .", came=repr(name), next_step="rename it")


def _outline_pairs(shape: RotoShape) -> list[Pair]:
    if shape.kind == "bspline":
        return [point.centre for point in shape.points]
    return [pair for point in shape.points for pair in (point.left, point.centre, point.right)]


def _feather_pairs(shape: RotoShape) -> list[Pair]:
    if shape.kind == "bspline":
        return [point.feather for point in shape.points]
    return [pair for point in shape.points for pair in (point.feather_left, point.feather, point.feather_right)]


def _numbers_of(point: RotoPoint) -> list[RotoNumber]:
    return [number for pair in point for number in pair]


def _times(shape: RotoShape) -> list[float]:
    """The frames of all keys; every animated coordinate must have its keys there."""
    curves = [each for point in shape.points for each in _numbers_of(point) if isinstance(each, Curve)]
    times = sorted({key.x for curve in curves for key in curve.keys})
    for curve in curves:
        if [key.x for key in curve.keys] != times:
            raise TextError(
                shape.name,
                expected="all points keyed at the same frames",
                came=f"{len(curve.keys)} of {len(times)} keys",
                next_step="key all points at every frame that one is keyed at",
            )
    return times


def _curve(pairs: list[Pair], times: list[float], flags: int) -> str:
    if not times:
        points = " ".join(f"{{{_plain(x)} {_plain(y)}}}" for x, y in pairs)
        return f"{{cc\n       {{f {flags}}}\n       {{p\n        {points}}}}}"
    head = written_bits(times[0]) if len(times) == 1 else f"{{{' '.join(map(written_bits, times))}}}"
    points = "\n        ".join(f"{{{_keyed(x, times)} {_keyed(y, times)}}}" for x, y in pairs)
    return f"{{cc\n       {{f {flags}}}\n       {{px {head}\n        {points}}}}}"


def _plain(number: RotoNumber) -> str:
    return written_bits(number.keys[0].y if isinstance(number, Curve) else number)


def _keyed(number: RotoNumber, times: list[float]) -> str:
    if len(times) == 1:
        return _plain(number)
    if not isinstance(number, Curve):
        return f"{{{{x {len(times)} {{{written_bits(number)} -}}}}}}"
    keys = (_key(key, *slopes) for key, slopes in zip(number.keys, slopes_of(number.keys), strict=True))
    return f"{{{' '.join(keys)}}}"


def _key(key: Key, left: float, right: float) -> str:
    if left == right == 0 and key.left_weight == key.right_weight == 1:
        return f"{{{written_bits(key.y)} -}}"
    return f"{{{' '.join(map(written_bits, (key.y, left, key.left_weight, right, key.right_weight)))}}}"


def _transform(shape: RotoShape) -> str:
    if len(shape.transforms) > 1 and any(each != RotoTransform(pivot=each.pivot) for each in shape.transforms[1:]):
        raise TextError(
            shape.name, expected="no transforms of layers", came="some", next_step="apply them to the points"
        )
    own = shape.transforms[0] if shape.transforms else RotoTransform()
    values = [*own.pivot, 0.0, *own.translate, 0.0, 0.0, 0.0, own.rotate, *own.scale]
    return f"{{t {' '.join(map(_own, values))}}}"


def _own(number: RotoNumber) -> str:
    if not isinstance(number, Curve):
        return written_bits(number)
    slopes = slopes_of(number.keys)
    keys = (f"{{{written_bits(key.x)} {_key(key, *pair)[1:]}" for key, pair in zip(number.keys, slopes, strict=True))
    return f"{{{' '.join(keys)}}}"


def _attributes(shape: RotoShape) -> str:
    first, last = shape.lifetime_frames
    named: list[tuple[str, RotoNumber, float]] = [
        *((name, value, 1.0) for name, value in zip("rgba", shape.colour, strict=True)),
        ("opc", shape.opacity, 1.0),
        ("fx", shape.feather[0], 0.0),
        ("fy", shape.feather[1], 0.0),
        ("ff", shape.feather_falloff, 1.0),
        ("ft", shape.feather_type, 0.0),
        ("fo", shape.is_feathered, 1.0),
        ("inv", shape.inverted, 0.0),
        ("bm", shape.blending, 0.0),
        ("vis", shape.visible, 1.0),
        ("ltt", float(_lifetime_numbers[shape.lifetime]), 0.0),
    ]
    words = [f"{name} {_own(value)}" for name, value, default in named if value != default]
    return " ".join(
        [*words, "str 1", "sb 1", f"ltn {written_bits(first)}", f"ltm {written_bits(last)}", "tt x40800000"]
    )
