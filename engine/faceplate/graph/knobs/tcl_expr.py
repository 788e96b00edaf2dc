"""Tcl's `expr`: arithmetic of whole numbers, doubles and strings (Tcl 8.6, `expr(n)`), without variables."""

import math
import re
from collections.abc import Callable
from typing import TypeAlias, TypeVar

from faceplate.graph.knobs.arithmetic import divide, power
from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import longest_numeral
from faceplate.graph.knobs.tcl import Tcl, closed_brace, closed_bracket, no_variables

Value: TypeAlias = int | float | str
Ordered = TypeVar("Ordered", float, str)

deepest_nesting = 12
largest_bits = 256

_ranks: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("eq", "ne"),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("**",),
)
_rank_of = {sign: rank for rank, signs in enumerate(_ranks) for sign in signs}
_sign = re.compile(r"&&|\|\||==|!=|<=|>=|<<|>>|\*\*|(?:eq|ne)\b|[-+*/%^&|<>]")
_number = re.compile(r"0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w])", re.ASCII)
_word = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_whole = re.compile(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]+|0|[1-9]\d*)\s*", re.ASCII)
_faulty_octal = re.compile(r"\s*[+-]?0\d+\s*", re.ASCII)
_decimal = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)
_truths = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}


def evaluated(tcl: Tcl, text: str) -> Value:
    """The value of an expression.

    Raises:
        ScriptError: it is none, divides a whole number by zero, or grows past all reason.
    """
    parser = _Parser(tcl, text)
    value = parser.choice()
    if parser.place < len(text):
        raise parser.fault("the end of the expression")
    return value


def shown(value: Value) -> str:
    """The value as text, as Tcl writes it: doubles always with a point or an exponent."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return str(value)
    if math.isnan(value):
        raise TextError("expr", expected="a number", came="not a number", next_step="mend the expression")
    if math.isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return re.sub(r"e([+-])0", r"e\1", repr(value))


def is_true(value: Value) -> bool:
    """The value as a condition.

    Raises:
        ScriptError: it is neither a number nor a word for true or false.
    """
    number = numeric(value)
    if number is not None:
        return number != 0
    word = str(value).strip().lower()
    if word not in _truths:
        raise TextError(
            short(str(value)), expected="a condition", came=short(str(value)), next_step="mend the condition"
        )
    return _truths[word] == 1


def numeric(value: Value) -> int | float | None:
    """The value as a number; None where it is a text that is none."""
    if not isinstance(value, str):
        return value
    if len(value) > longest_numeral:
        return None
    if found := _whole.fullmatch(value):
        digits = found[2]
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[0] == "0" else 10
        whole = int(digits, base)
        return _bounded(-whole if found[1] == "-" else whole)
    return float(value) if _decimal.fullmatch(value) and not _faulty_octal.fullmatch(value) else None


def _bounded(value: int) -> int:
    if value.bit_length() > largest_bits:
        raise TextError(
            "expr", expected="numbers of reasonable size", came="a huge one", next_step="mend the expression"
        )
    return value


class _Parser:
    """Reads and evaluates in one go. Where `idle`, brackets are stepped over and nothing is worked out."""

    def __init__(self, tcl: Tcl, text: str) -> None:
        self.tcl, self.text = tcl, text
        self.place = self.depth = self.idle = 0
        self.space()

    def fault(self, expected: str) -> TextError:
        came = repr(self.text[self.place : self.place + 20]) if self.place < len(self.text) else "its end"
        return TextError(short(self.text), expected=expected, came=came, next_step="mend the expression")

    def space(self) -> None:
        while self.place < len(self.text) and self.text[self.place].isspace():
            self.place += 1

    def takes(self, sign: str) -> bool:
        if not self.text.startswith(sign, self.place):
            return False
        self.place += len(sign)
        self.space()
        return True

    def choice(self) -> Value:
        self.depth += 1
        if self.depth > deepest_nesting:
            raise self.fault(f"at most {deepest_nesting} brackets inside each other")
        value = self.chain(0)
        if self.takes("?"):
            holds = self.idle > 0 or is_true(value)
            one = self.unless(not holds, self.choice)
            if not self.takes(":"):
                raise self.fault("':'")
            other = self.unless(holds, self.choice)
            value = one if holds else other
        self.depth -= 1
        return value

    def unless(self, idle: bool, read: Callable[[], Value]) -> Value:  # noqa: FBT001 -- a private class
        self.idle += idle
        value = read()
        self.idle -= idle
        return value

    def chain(self, fewest: int) -> Value:
        value = self.signed()
        while (found := _sign.match(self.text, self.place)) and _rank_of[found[0]] >= fewest:
            sign, rank = found[0], _rank_of[found[0]]
            self.place = found.end()
            self.space()
            value = self.joined(sign, value, rank)
        return value

    def joined(self, sign: str, left: Value, rank: int) -> Value:
        if sign in ("&&", "||"):
            decided = self.idle == 0 and is_true(left) == (sign == "||")
            right = self.unless(decided, lambda: self.chain(rank + 1))
            if self.idle:
                return 0
            return int(sign == "||") if decided else int(is_true(right))
        right = self.chain(rank if sign == "**" else rank + 1)
        return 0 if self.idle else _applied(sign, left, right)

    def signed(self) -> Value:
        signs = []
        while self.place < len(self.text) and self.text[self.place] in "-+!~":
            signs.append(self.text[self.place])
            self.place += 1
            self.space()
        value = self.operand()
        for sign in reversed(signs):
            value = 0 if self.idle else _signed(sign, value)
        return value

    def operand(self) -> Value:
        here = self.text[self.place : self.place + 1]
        if here == "(":
            self.takes("(")
            value = self.choice()
            if not self.takes(")"):
                raise self.fault("')'")
            return value
        value = self.literal(here)
        self.space()
        return value

    def literal(self, here: str) -> Value:
        if here == "[":
            if self.idle:
                self.place = closed_bracket(self.text, self.place)
                return 0
            result, self.place = self.tcl.bracket(self.text, self.place)
            return result
        if here == '"':
            result, end = self.tcl.substituted_until(self.text, self.place + 1, '"')
            self.place = end + 1
            return result
        if here == "{":
            end = closed_brace(self.text, self.place)
            result, self.place = self.text[self.place + 1 : end - 1], end
            return result
        if here == "$":
            raise no_variables(self.text)
        if found := _number.match(self.text, self.place):
            self.place = found.end()
            number = numeric(found[0])
            if number is None:
                raise self.fault("a number, not 8 or 9 after a leading 0")
            return number
        return self.word()

    def word(self) -> Value:
        found = _word.match(self.text, self.place)
        if not found:
            raise self.fault("a number, a text in quotes, or a bracket")
        self.place = found.end()
        self.space()
        if self.takes("("):
            return self.function(found[0])
        if found[0].lower() in _truths:
            return found[0]
        self.place = found.start()
        raise self.fault("a text in quotes or braces where it is no number")

    def function(self, name: str) -> Value:
        arguments: list[Value] = []
        while not self.takes(")"):
            if arguments and not self.takes(","):
                raise self.fault("',' or ')'")
            arguments.append(self.choice())
        if self.idle:
            return 0
        fewest, most, call = _functions.get(name, (1, 0, max))
        numbers = [number for each in arguments if (number := numeric(each)) is not None]
        if not fewest <= len(numbers) <= most or len(numbers) != len(arguments):
            raise self.fault(f"a function that is rendered, with numbers it takes, not {name}")
        try:
            return call(*numbers)
        except (ValueError, OverflowError) as error:
            raise self.fault(f"numbers inside the range of {name}") from error


def _signed(sign: str, value: Value) -> Value:
    number = numeric(value)
    if sign == "!":
        return int(not is_true(value))
    if number is None or (sign == "~" and isinstance(number, float)):
        raise TextError(
            short(str(value)), expected=f"a number after {sign}", came=short(str(value)), next_step="mend it"
        )
    return ~number if sign == "~" and isinstance(number, int) else -number if sign == "-" else number


def _applied(sign: str, left: Value, right: Value) -> Value:
    if sign in ("eq", "ne"):
        return int((shown(left) == shown(right)) is (sign == "eq"))
    one, other = numeric(left), numeric(right)
    if sign in ("==", "!=", "<", ">", "<=", ">="):
        if one is None or other is None:
            return int(_compared(sign, shown(left), shown(right)))
        return int(_compared(sign, one, other))
    if one is None or other is None:
        wrong = left if one is None else right
        raise TextError(
            short(str(wrong)), expected=f"a number beside {sign}", came=short(str(wrong)), next_step="mend it"
        )
    if sign in ("&", "|", "^", "<<", ">>", "%") and not (isinstance(one, int) and isinstance(other, int)):
        raise TextError(sign, expected="whole numbers", came=f"{one} and {other}", next_step="use int()")
    if isinstance(one, int) and isinstance(other, int):
        return _bounded(_of_wholes(sign, one, other))
    return _of_doubles(sign, float(one), float(other))


def _compared(sign: str, one: Ordered, other: Ordered) -> bool:
    if sign in ("==", "!="):
        return (one == other) is (sign == "==")
    less, more = one < other, one > other
    return {"<": less, ">": more, "<=": not more, ">=": not less}[sign]


def _of_wholes(sign: str, one: int, other: int) -> int:
    if sign == "**" and other < 0 and one != 0:
        return one ** (other % 2) if abs(one) == 1 else 0
    if (sign in ("/", "%") and other == 0) or (sign == "**" and other < 0):
        raise TextError("expr", expected="a divisor", came="0", next_step="mend the expression")
    if (sign == "**" and one.bit_length() * other > largest_bits and abs(one) > 1) or (
        sign in ("<<", ">>") and not 0 <= other <= largest_bits
    ):
        raise TextError("expr", expected="numbers of reasonable size", came=f"{sign} {other}", next_step="mend it")
    return _whole_signs[sign](one, other)


def _of_doubles(sign: str, one: float, other: float) -> float:
    calls: dict[str, Callable[[float, float], float]] = {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": divide,
        "**": power,
    }
    return calls[sign](one, other)


_whole_signs: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}


def _rounded(x: float) -> int:
    return math.floor(abs(x) + 0.5) * (1 if x >= 0 else -1)


_functions: dict[str, tuple[int, int, Callable[..., int | float]]] = {
    **{
        name: (1, 1, getattr(math, name))
        for name in ("acos", "asin", "atan", "cos", "cosh", "exp", "log", "log10", "sin", "sinh", "sqrt", "tan", "tanh")
    },
    "abs": (1, 1, abs),
    "atan2": (2, 2, math.atan2),
    "bool": (1, 1, lambda x: int(x != 0)),
    "ceil": (1, 1, lambda x: float(math.ceil(x))),
    "double": (1, 1, float),
    "floor": (1, 1, lambda x: float(math.floor(x))),
    "fmod": (2, 2, math.fmod),
    "hypot": (2, 2, math.hypot),
    "int": (1, 1, math.trunc),
    "max": (1, 100, max),
    "min": (1, 100, min),
    "pow": (2, 2, math.pow),
    "round": (1, 1, _rounded),
}
