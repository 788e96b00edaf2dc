"""Nuke's expressions: against Python's mathematics, C's doubles, and hostile texts."""

import math
import time
from math import inf, isnan, nan

import pytest

from faceplate.errors import ScriptError
from faceplate.graph.knobs.evaluation import evaluate
from faceplate.graph.knobs.expressions import parse_expression
from faceplate.graph.knobs.functions import functions, unrendered


class Frames:
    """Names that stand for numbers; `moving` is the frame itself. Everything else is unknown."""

    frame = 7.0

    def named(self, path, frame):
        if path == "moving":
            return frame
        return {"a": 2.0, "Blur1.size": 5.0, "box.t": 9.0}[path]

    def own_value(self, frame):
        return frame * 10

    def area(self, path, start, end):
        assert path in ("", "Blur1.size")
        return end - start

    def slope(self, path, frame):
        assert path in ("", "Blur1.size")
        return frame


def value(text):
    return evaluate(parse_expression(text), Frames())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1+2*3", 7),
        ("(1+2)*3", 9),
        ("10-4-3", 3),
        ("8/4/2", 1),
        ("2**3**2", 512),
        ("2^3", 8),
        ("-2**2", -4),
        ("2**-1", 0.5),
        ("--3", 3),
        ("!0 + !5", 1),
        ("!a == 0", 1),
        ("7 % 4", 3),
        ("-7 % 4", -3),
        ("7.9 % 4.9", 3),
        ("1 < 2 == 1", 1),
        ("1 == 1 && 2 != 3 || 0", 1),
        ("0 || 0 && 1", 0),
        ("5 && 3", 1),
        ("1 ? 2 : 3", 2),
        ("0 ? 2 : 1 ? 4 : 5", 4),
        ("0 ? 2 : 0 ? 4 : 5", 5),
        ("1 ? 0 ? 1 : 2 : 3", 2),
        ("6 | 1", 7),
        ("6 & 3", 2),
        (".5 + 1. + 1e1 + 0x10", 27.5),
        ("a*Blur1.size - box.t", 1),
        ("moving(frame-2)", 5),
        ("moving (3)", 3),
        ("frame + t + x", 21),
        ("frame()", 7),
        ("y + curve + value", 210),
        ("curve(2) + value(3) + y(4)", 90),
        ("Blur1.size.integrate(1, 5)", 4),
        ("curve.integrate(1, 5) + integrate(0, 1)", 5),
        ("Blur1.size.derivative(3) + curve.derivative()", 10),
        ("\n 1 +\t1 ", 2),
    ],
)
def test_operators_bind_and_work_as_in_c(text, expected):
    assert value(text) == expected


PYTHONS = {
    "abs(-3.5)": 3.5,
    "acos(0.3)": math.acos(0.3),
    "asin(0.3)": math.asin(0.3),
    "atan(2)": math.atan(2),
    "atan2(1, -2)": math.atan2(1, -2),
    "ceil(1.2)": 2,
    "ceil(-1.2)": -1,
    "clamp(5)": 1,
    "clamp(-5)": 0,
    "clamp(5, 0, 3)": 3,
    "clamp(0.25, 0, 3)": 0.25,
    "cos(1)": math.cos(1),
    "cosh(1)": math.cosh(1),
    "degrees(1)": math.degrees(1),
    "exp(2)": math.exp(2),
    "exponent(10)": 4,
    "exponent(0)": 0,
    "fabs(-2)": 2,
    "false": 0,
    "false()": 0,
    "floor(-1.2)": -2,
    "fmod(-7.5, 2)": math.fmod(-7.5, 2),
    "from_byte(255)": 1,
    "from_byte(118)": 0.18116424424986022,
    "from_sRGB(118)": 0.18116424424986022,
    "from_rec709F(255)": 1,
    "from_rec709f(10)": 10 / 255 / 4.5,
    "hypot(3, 4)": 5,
    "int(-1.7)": -1,
    "invert_lerp(2, 4, 3)": 0.5,
    "isnan(acos(2))": 1,
    "isnan(1)": 0,
    "ldexp(3, 4)": 48,
    "lerp(2, 4, 0.25)": 2.5,
    "ln(5)": math.log(5),
    "log(5)": math.log(5),
    "log10(5)": math.log10(5),
    "logb(10)": 4,
    "mantissa(10)": 0.625,
    "max(1, 5, 3)": 5,
    "min(4, 2, 3)": 2,
    "mix(2, 4, 0.25)": 2.5,
    "pi": math.pi,
    "pi()": math.pi,
    "pow(2, 0.5)": math.sqrt(2),
    "pow2(3)": 9,
    "radians(90)": math.pi / 2,
    "rint(2.5)": 2,
    "rint(3.5)": 4,
    "sin(1)": math.sin(1),
    "sinh(1)": math.sinh(1),
    "smoothstep(0, 2, 0.5)": 0.25**2 * (3 - 2 * 0.25),
    "smoothstep(0, 2, -1)": 0,
    "smoothstep(0, 2, 2)": 1,
    "sqrt(2)": math.sqrt(2),
    "step(2, 1.9)": 0,
    "step(2, 2)": 1,
    "tan(1)": math.tan(1),
    "tanh(1)": math.tanh(1),
    "to_byte(1)": 255,
    "to_byte(0.18116424424986022)": 118,
    "to_rec709F(1)": 255,
    "to_rec709f(0.01)": 0.01 * 4.5 * 255,
    "to_sRGB(1)": 255,
    "true": 1,
    "true()": 1,
    "trunc(-1.7)": -1,
}


@pytest.mark.parametrize("text", PYTHONS)
def test_functions_give_what_mathematics_gives(text):
    assert value(text) == pytest.approx(PYTHONS[text], abs=1e-12)


def test_every_function_is_tested_above():
    tested = {text.split("(")[0] for text in PYTHONS}
    assert tested == functions.keys()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/0", inf),
        ("-1/0", -inf),
        ("0/0", nan),
        ("5 % 0", nan),
        ("log(0)", -inf),
        ("log10(0)", -inf),
        ("log(-1)", nan),
        ("sqrt(-1)", nan),
        ("acos(2)", nan),
        ("asin(-2)", nan),
        ("exp(1e9)", inf),
        ("cosh(1e9)", inf),
        ("sinh(-1e9)", -inf),
        ("pow(-1, 0.5)", nan),
        ("0**-1", inf),
        ("fmod(1, 0)", nan),
        ("9**9**9", inf),
        ("(-9)**(9**9)", -inf),
        ("1e300*1e300", inf),
        ("int(1/0)", inf),
        ("sin(1/0)", nan),
        ("ldexp(1, 1e9)", inf),
        ("invert_lerp(1, 1, 2)", inf),
        ("to_byte(1/0)", inf),
        ("exponent(1/0)", inf),
        ("1e30 | 1", nan),
    ],
)
def test_what_lies_outside_is_what_doubles_of_c_give(text, expected):
    assert value(text) == expected or (isnan(expected) and isnan(value(text)))


def test_conditions_leave_alone_what_they_do_not_choose():
    assert value("1 ? 2 : missing") == 2
    assert value("0 && missing") == 0
    assert value("1 || missing") == 1


@pytest.mark.parametrize("name", sorted(unrendered))
def test_functions_without_published_numbers_are_refused_and_not_guessed(name):
    with pytest.raises(ScriptError, match=f"whose numbers are published; came {name}"):
        value(f"{name}(frame)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "its end"),
        ("1 +", "its end"),
        ("(1", "expected '\\)'"),
        ("1)", "expected the end"),
        ("a ? 1", "expected ':'"),
        ("1t", "a space or a sign after a number"),
        ("1 2", "expected the end"),
        ('"text"', "numbers, names and signs"),
        ("a = 1", "numbers, names and signs"),
        ("__import__('os')", "numbers, names and signs"),
        ("sin()", "expected 1 arguments; came 0"),
        ("clamp(1, 2)", "expected 1 or 3 arguments; came 2"),
        ("curve(1, 2)", "expected 1 arguments; came 2"),
        ("(" * 41 + "1" + ")" * 41, "at most 40 brackets"),
        ("1" * 500, "expected a number; came 500 digits"),
        ("1+" * 15000 + "1", "at most 20000 characters"),
    ],
)
def test_what_is_no_expression_is_refused(text, words):
    with pytest.raises(ScriptError, match=words):
        value(text)


@pytest.mark.parametrize(
    "text",
    ["+".join(["1"] * 9000), "-" * 19000 + "1", "!" * 19000 + "1", "**".join(["1"] * 6000), "0?1:" * 4000 + "2"],
)
def test_long_chains_are_quick_and_exhaust_no_stack(text):
    start = time.perf_counter()
    assert math.isfinite(value(text))
    assert time.perf_counter() - start < 5


def test_brackets_inside_each_other_up_to_the_limit_are_fine():
    assert value("(" * 38 + "1" + ")" * 38) == 1
