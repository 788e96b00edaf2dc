"""Torn and shuffled texts: each is read or refused, never more, and soon."""

import random
import time

import pytest

from faceplate.errors import ScriptError
from faceplate.graph.knobs import KnobReader, Moment, read_curve, read_roto
from faceplate.graph.knobs.channel_sets import chosen_channel, chosen_channels
from faceplate.graph.knobs.formats import parse_format
from faceplate.graph.knobs.user_knobs import parse_user_knob
from faceplate.graph.script import Script, ScriptNode

PIECES = [
    *'{}[]"\\$;:?!%^&|*()+-/=<>.,# \n\t0123456789xKLSRCklstuviI',
    "curve ",
    "parent.",
    "this.",
    "input",
    "size",
    "frame",
    "mix",
    "1e308",
    "x7f800000",
    "xffffffff",
    "9**",
    "[value ",
    "[expr {",
    "[regexp {",
    "[string ",
    "[format %",
    "[lindex ",
    "[if {",
    "px ",
    "{layer Root ",
    "{curvegroup a 512 bezier ",
    "{cc {f 8192} {p ",
    "{n ",
    "idem",
    "inf",
    "nan",
    "é",
    "\x00",
    "٣",
    "²",
]


class NoPictures:
    def facts(self, index, moment):
        raise ScriptError("a picture", expected="none", came=f"{index} {moment}", next_step="ask nothing")


def read_knob(text):
    node = ScriptNode("Blur", (("size", text), ("label", text), ("name", "A")), inputs=(None,))
    script = KnobReader(Script((node,)), defaults=lambda _: {"mix": "1"}, pictures=NoPictures())
    for ask in (
        lambda: script.numbers(0, "size", 2, Moment(1.0)),
        lambda: script.text(0, "label", Moment(1.0)),
        lambda: script.flag(0, "size", Moment(1.0)),
        lambda: script.choice(0, "size", ("a", "b"), Moment(1.0)),
        lambda: script.channels(0, "size", ("rgba.red",), Moment(1.0)),
        lambda: script.channel(0, "size", Moment(1.0)),
        lambda: script.format(0, "size", Moment(1.0)),
        lambda: script.whole(0, "size", Moment(1.0)),
    ):
        tried(lambda _, ask=ask: ask(), "")
    script.is_animated(0, "size")


def curve_everywhere(text):
    curve = read_curve(f"curve {text}")
    for frame in (-1e308, -1.0, 0.0, 3.3, 1e308, float("nan"), float("inf")):
        curve.value(frame)
        curve.derivative(frame)
    curve.integrate(-1e9, 1e9)


def shapes_everywhere(text):
    for shape in read_roto(f"{{{{v 1}} {{n {{layer Root {{curvegroup a 512 bezier {text}}}}}}}}}").shapes:
        shape.outline(3.0)


def tried(read, text):
    try:
        read(text)
    except ScriptError as error:
        assert str(error)  # noqa: PT017 -- most texts are refused, some are not, and both are right


READERS = [
    read_knob,
    curve_everywhere,
    shapes_everywhere,
    read_roto,
    parse_user_knob,
    parse_format,
    lambda text: chosen_channels(text, ("rgba.red", "depth.Z")),
    lambda text: chosen_channel(text, {}),
]


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_torn_texts_are_read_or_refused(read, seed):
    shuffled = random.Random(seed)  # noqa: S311 -- the same texts on every run
    start = time.perf_counter()
    for _ in range(400):
        tried(read, "".join(shuffled.choices(PIECES, k=shuffled.randint(0, 30))))
    assert time.perf_counter() - start < 20
