"""Nuke's expressions worked out for whole planes at once, in single precision."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np

from faceplate.graph.knobs.expressions import Call, Chain, Choice, Name, Number, Powers, Signed, Tree
from faceplate.graph.knobs.faults import TextError
from faceplate.graph.operators.plane_functions import Values, called


def names_in(tree: Tree) -> Iterator[str]:
    """The names in a tree, of what it reads and of what it calls."""
    if isinstance(tree, Name | Call):
        yield tree.path
    for part in _parts(tree):
        yield from names_in(part)


def _parts(tree: Tree) -> tuple[Tree, ...]:
    match tree:
        case Call(_, arguments):
            return arguments
        case Signed(_, operand):
            return (operand,)
        case Chain(first, rest):
            return (first, *(operand for _, operand in rest))
        case Powers(operands):
            return operands
        case Choice(cases, otherwise):
            return (*(part for case in cases for part in case), otherwise)
        case _:
            return ()


@dataclass(frozen=True)
class OverPlanes:
    """Works trees out pixel by pixel. Conditions are 1 and 0; both sides of a choice are worked out.

    Attributes:
        resolve: what a name stands for; None where it is no channel, place or variable.
        constant: the number that a tree without pixels stands for: knobs, links, keys.
    """

    resolve: Callable[[str], Values | None]
    constant: Callable[[Tree], float]

    def of(self, tree: Tree) -> Values:  # noqa: PLR0911 -- one line a kind of tree
        """The values of a tree.

        Raises:
            ScriptError: a name or function that means nothing.
        """
        match tree:
            case Number(value):
                return np.float32(value)
            case Name(path):
                found = self.resolve(path)
                return np.float32(self.constant(tree)) if found is None else found
            case Call():
                return self._called(tree)
            case Signed(signs, operand):
                return _signed(signs, self.of(operand))
            case Chain(first, rest):
                return reduce(lambda left, each: _joined(each[0], left, self.of(each[1])), rest, self.of(first))
            case Powers(operands):
                return reduce(lambda above, base: np.power(base, above), map(self.of, reversed(operands)))
            case Choice():
                return self._chosen(tree)

    def _called(self, call: Call) -> Values:
        if all(self.resolve(name) is None for name in names_in(call)):
            return np.float32(self.constant(call))
        if self.resolve(call.path) is not None:
            raise TextError(
                f"{call.path}()",
                expected="channels at the pixel that is made",
                came=f"{call.path} at another place",
                next_step="move the picture with a Transform instead: other places are not rendered",
            )
        return called(call.path, [self.of(argument) for argument in call.arguments])

    def _chosen(self, choice: Choice) -> Values:
        value = self.of(choice.otherwise)
        for condition, chosen in reversed(choice.cases):
            value = np.where(self.of(condition) != 0, self.of(chosen), value)
        return value


def _signed(signs: tuple[str, ...], value: Values) -> Values:
    for sign in reversed(signs):
        if sign == "-":
            value = -value
        elif sign == "!":
            value = _flag(value == 0)
    return value


def _joined(sign: str, left: Values, right: Values) -> Values:
    match sign:
        case "&&":
            return _flag((left != 0) & (right != 0))
        case "||":
            return _flag((left != 0) | (right != 0))
        case "&" | "|":
            whole = [np.trunc(np.nan_to_num(each)).astype(np.int64) for each in (left, right)]
            return np.asarray(whole[0] & whole[1] if sign == "&" else whole[0] | whole[1], np.float32)
        case "%":
            return np.fmod(np.trunc(left), np.trunc(right))
        case "+" | "-" | "*" | "/":
            return _arithmetic[sign](left, right)
        case _:
            return _flag(_comparisons[sign](left, right))


_arithmetic: dict[str, Callable[[Values, Values], Values]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_comparisons: dict[str, Callable[[Values, Values], Values]] = {
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


def _flag(condition: Values) -> Values:
    return np.asarray(condition, np.float32)
