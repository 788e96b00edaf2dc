"""Scripts around one operator, fed with planes of the test's own."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

import faceplate.graph.operators  # noqa: F401 -- registers them
from faceplate.graph.render import Box, Format, Info, Session, in_order, operator
from faceplate.graph.render import operators as registry
from faceplate.graph.script import parse_script
from faceplate.values import Attribute

small = Format(12, 8)
rgba = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")


@dataclass(frozen=True)
class Plate:
    """A picture that a test feeds in: planes by channel over a box, lowest row first."""

    planes: Mapping[str, np.ndarray]
    box: Box = small.box
    outside: str = "edge"
    metadata: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[int, int] = (1, 10)

    @property
    def info(self) -> Info:
        entries = {name: Attribute(name, "string", value) for name, value in self.metadata.items()}
        channels = in_order(tuple(self.planes))
        return Info(
            format=small, box=self.box, channels=channels, outside=self.outside, metadata=entries, frames=self.frames
        )


def noise(seed: int, channels: Sequence[str] = rgba, box: Box = small.box, **changes) -> Plate:
    """Values below 0, above 1, 0 and -0 among them, alphas at and between both ends."""
    generator = np.random.default_rng(seed)
    planes = {}
    for name in channels:
        plane = generator.normal(0.5, 0.7, box.shape).astype(np.float32)
        if name.endswith("alpha"):
            plane = np.clip(plane, 0, 1)
        plane[generator.random(box.shape) < 0.15] = generator.choice(np.float32([0.0, -0.0, 1.0]))
        plane.flags.writeable = False
        planes[name] = plane
    return Plate(planes, box=box, **changes)


def flat(value: float | Sequence[float], channels: Sequence[str] = rgba, box: Box = small.box, **changes) -> Plate:
    values = np.broadcast_to(np.float32(value), (len(channels),))
    return Plate(
        {name: np.full(box.shape, number, np.float32) for name, number in zip(channels, values, strict=True)},
        box,
        **changes,
    )


def graph(node: str, *inputs: str | None) -> str:
    """A script of one node, `Blur { size 3 }`, and what is connected to its slots: names of plates, or None."""
    lines = [
        f"TestPlate {{\n inputs 0\n plate {name}\n name {name}\n}}" if name else "push 0" for name in reversed(inputs)
    ]
    klass, _, body = node.partition("{")
    count = f"inputs {len(inputs)}" if len(inputs) < 3 else f"inputs {len(inputs) - 1}+1"
    return "\n".join([*lines, f"{klass.strip()} {{\n {count}\n name Op\n{body.rstrip().removesuffix('}')}\n}}", ""])


@contextmanager
def session(text: str, plates: Mapping[str, Plate]) -> Iterator[Session]:
    """A session of a script in which the class TestPlate gives the plates."""

    class TestPlate:
        def info(self, node):
            return plates[node.text("plate")].info

        def pixels(self, node, box, channels):
            plate = plates[node.text("plate")]
            assert plate.box.holds(box)
            assert not box.is_empty
            asked.append((node.path, box, channels))
            return {name: plate.planes[name][box.slices(plate.box)] for name in channels}

    asked: list = []
    operator("TestPlate", defaults={"plate": ""})(TestPlate)
    try:
        made = Session(parse_script(text))
        made.asked = asked
        yield made
    finally:
        registry._classes.pop("TestPlate")


def render(node: str, *inputs: Plate | None, box: Box | None = None, channels: Sequence[str] | None = None, frame=1):
    """The info and planes of one node over its own box, or another, with plates at its slots."""
    names = [f"Plate{slot}" if plate else None for slot, plate in enumerate(inputs)]
    plates = {name: plate for name, plate in zip(names, inputs, strict=True) if name}
    with session(graph(node, *names), plates) as made:
        source = made.pull().source(made.named("Op"), frame)
        info = source.info
        return info, source.pixels(box or info.box, tuple(channels or info.channels))


def bits(plane: np.ndarray) -> np.ndarray:
    """What tells -0 from 0 and one NaN from another."""
    return np.ascontiguousarray(plane).view(np.uint32)


def same_bits(left: Mapping[str, np.ndarray], right: Mapping[str, np.ndarray]) -> bool:
    return left.keys() == right.keys() and all(np.array_equal(bits(left[name]), bits(right[name])) for name in left)
