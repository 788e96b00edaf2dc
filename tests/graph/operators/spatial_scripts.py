"""Scripts around nodes that move, blur and cut, fed with pictures of the test's own."""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

import faceplate.graph.operators  # noqa: F401 -- registers them
from faceplate.graph.render import Box, Format, Info, Session, operator
from faceplate.graph.render import operators as registry
from faceplate.graph.script import parse_script


@dataclass(frozen=True)
class Picture:
    """One plane in all channels, lowest row first, over a box of a format."""

    plane: np.ndarray
    box: Box = None
    format: Format = None
    outside: str = "edge"
    channels: Sequence[str] = ("rgba.red", "rgba.alpha")
    others: dict = None

    @property
    def info(self) -> Info:
        high, wide = self.plane.shape
        box = self.box or Box(0, 0, wide, high)
        size = self.format or Format(wide, high)
        channels = (*self.channels, *(self.others or {}))
        return Info(format=size, box=box, channels=channels, outside=self.outside)

    def over(self, name: str) -> np.ndarray:
        return (self.others or {}).get(name, self.plane)


def noise(wide: int, high: int, seed: int = 1) -> np.ndarray:
    """Values below 0 and above 1 among them."""
    return np.random.default_rng(seed).normal(0.5, 0.8, (high, wide)).astype(np.float32)


def disc(wide: int, high: int, radius: float) -> np.ndarray:
    """A soft-edged disc in the middle."""
    y, x = np.mgrid[:high, :wide] + 0.5
    return np.clip(radius - np.hypot(x - wide / 2, y - high / 2) + 0.5, 0, 1).astype(np.float32)


@contextmanager
def pictures(**by_name: Picture):
    """While it lasts, nodes of the class TestPicture give the pictures by name; yields what was asked of them."""
    asked = []

    class TestPicture:
        def info(self, node):
            return by_name[node.text("picture")].info

        def pixels(self, node, box, channels):
            picture = by_name[node.text("picture")]
            assert picture.info.box.holds(box)
            assert not box.is_empty
            asked.append((box, tuple(channels)))
            return {name: picture.over(name)[box.slices(picture.info.box)] for name in channels}

    operator("TestPicture", defaults={"picture": ""})(TestPicture)
    try:
        yield asked
    finally:
        registry._classes.pop("TestPicture")


def chain(*nodes: str, slots: Sequence[str] = ("A",)) -> str:
    """A script of nodes one upon another, `Blur { size 3 }`; the first reads the pictures in its slots, B first."""
    above = "".join(f"TestPicture {{\n inputs 0\n picture {name}\n name {name}\n}}\n" for name in reversed(slots))
    text = []
    for index, node in enumerate(nodes):
        klass, _, body = node.partition("{")
        many = f" inputs {len(slots)}\n" if index == 0 else ""
        name = "Last" if index == len(nodes) - 1 else f"Step{index}"
        text.append(f"{klass.strip()} {{\n{many} name {name}\n{body.strip().removesuffix('}')}\n}}\n")
    return above + "".join(text)


class Seen:
    """What the last node of a chain gives at a frame."""

    def __init__(self, text: str, frame: float = 1, **by_name: Picture) -> None:
        self.text, self.frame, self.by_name = text, frame, by_name

    def info(self) -> Info:
        with pictures(**self.by_name):
            return self._source().info

    def plane(self, box: Box | None = None, channel: str = "rgba.red") -> np.ndarray:
        with pictures(**self.by_name) as asked:
            source = self._source()
            made = source.plane(box or source.info.box, channel)
            self.asked = asked
            return made

    def _source(self):
        session = Session(parse_script(self.text), cache_bytes=0)
        return session.pull().source(session.named("Last"), self.frame)


def see(*nodes: str, frame: float = 1, slots: Sequence[str] | None = None, **by_name: Picture) -> Seen:
    """The last of a chain of nodes over pictures: `see("Blur { size 3 }", A=Picture(plane))`."""
    return Seen(chain(*nodes, slots=tuple(by_name) if slots is None else slots), frame, **by_name)


def same_bits(left: np.ndarray, right: np.ndarray) -> bool:
    """What tells -0 from 0 and one NaN from another."""
    left, right = (np.ascontiguousarray(plane) for plane in (left, right))
    return left.shape == right.shape and np.array_equal(left.view(np.uint32), right.view(np.uint32))
