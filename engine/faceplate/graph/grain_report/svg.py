"""Plots as SVG text: they open anywhere, and fetch no script, font or picture."""

import base64
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

import cv2
import numpy as np

from faceplate.errors import EngineError
from faceplate.values import Array, Floats, Matrix

width_px, height_px = 560, 340
left_px, right_px, top_px, bottom_px = 72, 16, 40, 48
ink, faint = "#222", "#ddd"


@dataclass(frozen=True)
class Axis:
    """What runs along one side of a plot: its words, its ends, and the places that are named."""

    label: str
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Series:
    """One row of numbers in a plot; points that are not finite are left out and cut a line.

    Attributes:
        name: in the legend; empty for none.
        colour: as SVG knows it.
        x: along the lower side.
        y: along the left side.
        style: how it is drawn.
    """

    name: str
    colour: str
    x: Floats | Matrix
    y: Floats | Matrix
    style: Literal["line", "dashes", "dots"] = "line"


def plot(title: str, x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """A plot of 560 x 340 px as one `<svg>` element."""
    inside = width_px - left_px - right_px, height_px - top_px - bottom_px
    body = [*_frame(x, y, inside), *(_drawn(each, x, y, inside) for each in series), *_legend(series)]
    words = _text(left_px, 20, title, size=14, weight="bold")
    return _element(width_px, height_px, [words, *body], title, _described(x, y, series))


def panels(title: str, pictures: Sequence[tuple[str, Array]], size_px: tuple[int, int] = (168, 168)) -> str:
    """Pictures (rows x columns x 3, 8 bit) in a row, each under its words, as one `<svg>` element."""
    width, height = size_px
    step, top = width + 12, 50 if any(words for words, _ in pictures) else 30
    body = [_text(8, 20, title, size=14, weight="bold")]
    for place, (words, picture) in enumerate(pictures):
        left = 8 + place * step
        body += [_text(left, top - 8, words, size=12), image(picture, (left, top, width, height))]
    described = ", ".join(words for words, _ in pictures if words)
    return _element(8 + len(pictures) * step, top + height + 8, body, title, described)


def image(picture: Array, box: tuple[float, float, float, float]) -> str:
    """An `<image>` of 8 bit pixels, rows x columns x 3 (R, G, B), held by the element itself; box is x, y, size."""
    x, y, width, height = box
    data = f"data:image/png;base64,{base64.b64encode(_png(picture)).decode()}"
    place = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
    return f'<image {place} preserveAspectRatio="none" style="image-rendering:pixelated" href="{data}"/>'


def scale_of(low: float, high: float, count: int = 6) -> tuple[tuple[float, str], ...]:
    """Round numbers between two ends, with their words."""
    if not high > low:
        return ((low, f"{low:g}"),)
    rough = (high - low) / count
    power = 10 ** math.floor(math.log10(rough))
    step = power * next(each for each in (1, 2, 5, 10) if each * power >= rough * 0.999)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple((each * step, f"{each * step:.10g}") for each in range(first, last + 1))


def decades_of(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """The same along an axis of decimal logarithms, named by the numbers themselves."""
    powers = range(math.floor(low), math.ceil(high) + 1)
    places = [(power + math.log10(step), step * 10.0**power) for power in powers for step in (1, 2, 5)]
    return tuple((place, f"{number:.3g}") for place, number in places if low <= place <= high)


def _png(picture: Array) -> bytes:
    done, coded = cv2.imencode(".png", np.ascontiguousarray(picture[..., ::-1], np.uint8))
    if not done:
        raise EngineError("a report's picture", expected="a PNG", came="none", next_step="report this with your call")
    return bytes(coded)


def _element(width: float, height: float, body: Sequence[str], title: str, described: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" role="img" font-family="sans-serif"><title>{escape(title)}</title>'
        f'<desc>{escape(described)}</desc><rect width="100%" height="100%" fill="white"/>'
    )
    return "\n".join([head, *body, "</svg>"])


def _described(x: Axis, y: Axis, series: Sequence[Series]) -> str:
    """What a plot shows, for those who are read it: its axes with their ends, and what is drawn."""
    ends = [f"{axis.label}, {axis.ticks[0][1]} to {axis.ticks[-1][1]}" for axis in (y, x) if axis.ticks]
    names = [each.name for each in series if each.name]
    return "; ".join([*ends, *([", ".join(names)] if names else [])])


def _text(x: float, y: float, words: str, *, size: int = 11, anchor: str = "start", weight: str = "normal") -> str:
    style = f'font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" fill="{ink}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(words)}</text>'


def _place(value: Floats | Matrix | float, axis: Axis, length: float) -> Matrix:
    return np.asarray((np.asarray(value, np.float64) - axis.low) / (axis.high - axis.low) * length)


def _frame(x: Axis, y: Axis, inside: tuple[int, int]) -> Iterator[str]:
    width, height = inside
    floor = top_px + height
    for value, words in x.ticks:
        at = left_px + float(_place(value, x, width))
        yield f'<path d="M{at:.1f} {top_px}V{floor}" stroke="{faint}"/>' + _text(at, floor + 16, words, anchor="middle")
    for value, words in y.ticks:
        at = floor - float(_place(value, y, height))
        yield f'<path d="M{left_px} {at:.1f}h{width}" stroke="{faint}"/>' + _text(
            left_px - 6, at + 4, words, anchor="end"
        )
    yield f'<rect x="{left_px}" y="{top_px}" width="{width}" height="{height}" fill="none" stroke="{ink}"/>'
    yield _text(left_px + width / 2, height_px - 10, x.label, anchor="middle")
    middle = top_px + height / 2
    yield f'<g transform="rotate(-90 14 {middle:g})">{_text(14, middle, y.label, anchor="middle")}</g>'


def _drawn(series: Series, x: Axis, y: Axis, inside: tuple[int, int]) -> str:
    width, height = inside
    across = left_px + _place(series.x, x, width)
    down = top_px + height - _place(series.y, y, height)
    seen = np.isfinite(across) & np.isfinite(down)
    if series.style == "dots":
        seen &= (np.abs(down - top_px - height / 2) <= height / 2) & (np.abs(across - left_px - width / 2) <= width / 2)
        places = zip(across[seen], down[seen], strict=True)
        return "".join(f'<circle cx="{a:.1f}" cy="{d:.1f}" r="3.2" fill="{series.colour}"/>' for a, d in places)
    down = np.clip(down, top_px, top_px + height)
    dash = ' stroke-dasharray="5 4"' if series.style == "dashes" else ""
    return f'<path d="{_path(across, down, seen)}" fill="none" stroke="{series.colour}" stroke-width="1.6"{dash}/>'


def _path(across: Matrix, down: Matrix, seen: Array) -> str:
    words, pen = [], "M"
    for a, d, is_seen in zip(across, down, seen, strict=True):
        if is_seen:
            words.append(f"{pen}{a:.1f} {d:.1f}")
        pen = "L" if is_seen else "M"
    return "".join(words)


def _legend(series: Sequence[Series]) -> Iterator[str]:
    """Above the plot, from the right: nothing is drawn over what it shows."""
    x = width_px - right_px
    for each in reversed([each for each in series if each.name]):
        x -= 34 + 7 * len(each.name)
        dash = ' stroke-dasharray="5 4"' if each.style == "dashes" else ""
        mark = f'<path d="M{x} {top_px - 11}h18" stroke="{each.colour}" stroke-width="2"{dash}/>'
        yield mark + _text(x + 22, top_px - 7, each.name)
