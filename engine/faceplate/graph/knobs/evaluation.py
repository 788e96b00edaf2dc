"""The number that an expression gives at a frame."""

import math
from typing import Protocol

from faceplate.graph.knobs.arithmetic import divide, power, remainder
from faceplate.graph.knobs.expressions import Call, Chain, Choice, Name, Number, Powers, Signed, Tree
from faceplate.graph.knobs.faults import TextError
from faceplate.graph.knobs.functions import functions, unrendered


class Surroundings(Protocol):
    """What an expression stands in: a knob of a node at a frame."""

    @property
    def frame(self) -> float:
        """The frame."""
        ...

    def named(self, path: str, frame: float) -> float:
        """The value of a knob, a field, or a measure of a picture, by its path."""
        ...

    def area(self, path: str, start: float, end: float) -> float:
        """The integral of a knob over frames; of the knob's own keys where the path is empty."""
        ...

    def slope(self, path: str, frame: float) -> float:
        """The change per frame of a knob; of the knob's own keys where the path is empty."""
        ...

    def own_value(self, frame: float) -> float:
        """The value of the keys that stand behind the expression."""
        ...


_own_frame = frozenset({"frame", "t", "x"})
_own_value = frozenset({"curve", "value", "y"})


def evaluate(tree: Tree, within: Surroundings) -> float:  # noqa: PLR0911 -- one line a kind of tree
    """The value of a tree. Conditions are numbers: 0 is false, all else true.

    Raises:
        ScriptError: a name that means nothing, or a function that is unknown or takes other arguments.
    """
    match tree:
        case Number(value):
            return value
        case Name(path):
            return _name(path, within)
        case Call(path, arguments):
            return _call(path, arguments, within)
        case Signed(signs, operand):
            return _signed(signs, evaluate(operand, within))
        case Chain(first, rest):
            return _chain(first, rest, within)
        case Powers(operands):
            return _powers(operands, within)
        case Choice():
            return evaluate(_chosen(tree, within), within)


def _name(path: str, within: Surroundings) -> float:
    if path in _own_frame:
        return within.frame
    if path in _own_value:
        return within.own_value(within.frame)
    function = functions.get(path)
    if function is not None and function.most == 0:
        return function.call()
    return within.named(path, within.frame)


def _call(path: str, arguments: tuple[Tree, ...], within: Surroundings) -> float:
    owner, _, last = path.rpartition(".")
    if path in _own_frame and not arguments:
        return within.frame
    if path in unrendered:
        raise TextError(
            f"{path}()",
            expected="a function whose numbers are published",
            came=path,
            next_step="bake the knob to keys in Nuke: what this function gives is not documented, and is not rendered",
        )
    numbers = [evaluate(argument, within) for argument in arguments]
    if last == "integrate":
        return within.area("" if owner in _own_value else owner, *_exactly(path, numbers, 2))
    if last == "derivative":
        return within.slope("" if owner in _own_value else owner, *_exactly(path, numbers or [within.frame], 1))
    if path in _own_value:
        return within.own_value(*_exactly(path, numbers or [within.frame], 1))
    if path in functions:
        return _of_function(path, numbers)
    return within.named(path, *_exactly(path, numbers or [within.frame], 1))


def _of_function(path: str, numbers: list[float]) -> float:
    function = functions[path]
    if not function.fewest <= len(numbers) <= function.most or (path == "clamp" and len(numbers) == 2):  # noqa: PLR2004 -- one bound without the other
        wanted = str(function.fewest) if function.fewest == function.most else f"{function.fewest} to {function.most}"
        raise _arguments_fault(path, "1 or 3" if path == "clamp" else wanted, len(numbers))
    return function.call(*numbers)


def _exactly(path: str, numbers: list[float], count: int) -> list[float]:
    if len(numbers) != count:
        raise _arguments_fault(path, str(count), len(numbers))
    return numbers


def _arguments_fault(path: str, expected: str, came: int) -> TextError:
    return TextError(f"{path}()", expected=f"{expected} arguments", came=str(came), next_step="mend the expression")


def _signed(signs: tuple[str, ...], value: float) -> float:
    for sign in reversed(signs):
        value = -value if sign == "-" else float(value == 0) if sign == "!" else value
    return value


def _chain(first: Tree, rest: tuple[tuple[str, Tree], ...], within: Surroundings) -> float:
    value = evaluate(first, within)
    for sign, operand in rest:
        if (sign == "&&" and value == 0) or (sign == "||" and value != 0):
            value = float(value != 0)
        else:
            value = _joined(sign, value, evaluate(operand, within))
    return value


def _joined(sign: str, left: float, right: float) -> float:  # noqa: PLR0911 -- one line an operator
    match sign:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return divide(left, right)
        case "%":
            return remainder(left, right)
        case "&" | "|":
            return _bits(sign, left, right)
        case "&&" | "||":
            return float(right != 0)
        case _:
            return float(_compared(sign, left, right))


def _compared(sign: str, left: float, right: float) -> bool:
    if sign in ("==", "!="):
        return (left == right) is (sign == "==")
    if sign in ("<", "<="):
        return left < right or (sign == "<=" and left == right)
    return left > right or (sign == ">=" and left == right)


def _bits(sign: str, left: float, right: float) -> float:
    """Bit by bit, of what is left when fractions are cut off."""
    if not (abs(left) < 2**63 and abs(right) < 2**63):
        return math.nan
    one, other = math.trunc(left), math.trunc(right)
    return float(one & other if sign == "&" else one | other)


def _powers(operands: tuple[Tree, ...], within: Surroundings) -> float:
    values = [evaluate(operand, within) for operand in operands]
    value = values.pop()
    while values:
        value = power(values.pop(), value)
    return value


def _chosen(choice: Choice, within: Surroundings) -> Tree:
    for condition, tree in choice.cases:
        if evaluate(condition, within) != 0:
            return tree
    return choice.otherwise
