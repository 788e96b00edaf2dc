"""Nuke's expression language, read into trees: links, arithmetic, comparisons, choices, calls.

Operators bind as in C, `**` and `^` tightest. Trees are as deep as the text is nested: chains of operators, signs and
choices lie flat in one node, so that no long sum can exhaust the stack.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from faceplate.graph.knobs.expression_tokens import Token, tokens
from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import plain_number

deepest_nesting = 40


@dataclass(frozen=True)
class Number:
    """A number as it stands."""

    value: float


@dataclass(frozen=True)
class Name:
    """A knob, a field of one, or a word such as `frame`, by its path."""

    path: str


@dataclass(frozen=True)
class Call:
    """A function, or a knob at another frame: `clamp(a, 0, 1)`, `Blur1.size(frame-1)`."""

    path: str
    arguments: tuple["Tree", ...]


@dataclass(frozen=True)
class Signed:
    """A value under signs `-`, `+` and `!`, the nearest one last."""

    signs: tuple[str, ...]
    operand: "Tree"


@dataclass(frozen=True)
class Chain:
    """Operators of one rank, from left to right."""

    first: "Tree"
    rest: tuple[tuple[str, "Tree"], ...]


@dataclass(frozen=True)
class Powers:
    """A tower of powers, from right to left."""

    operands: tuple["Tree", ...]


@dataclass(frozen=True)
class Choice:
    """`a ? b : c ? d : e`: conditions with their values, and the value where none holds."""

    cases: tuple[tuple["Tree", "Tree"], ...]
    otherwise: "Tree"


Tree: TypeAlias = Number | Name | Call | Signed | Chain | Powers | Choice

_ranks: tuple[tuple[str, ...], ...] = (
    ("||",),
    ("&&",),
    ("|",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("+", "-"),
    ("*", "/", "%"),
)
_rank_of_sign = {sign: rank for rank, signs in enumerate(_ranks) for sign in signs}


@lru_cache(maxsize=4096)
def parse_expression(text: str) -> Tree:
    """The tree of an expression.

    Raises:
        ScriptError: the text is no expression, or is nested too deeply.
    """
    parser = _Parser(text, tokens(text))
    tree = parser.choice()
    if parser.here.kind != "end":
        raise parser.fault("the end of the expression")
    return tree


class _Parser:
    def __init__(self, text: str, pieces: Sequence[Token]) -> None:
        self.text, self.pieces = text, pieces
        self.place = self.depth = 0

    @property
    def here(self) -> Token:
        return self.pieces[self.place]

    def takes(self, *signs: str) -> str | None:
        """The sign that stands here, stepped over, if it is one of these."""
        if self.here.kind != "sign" or self.here.text not in signs:
            return None
        self.place += 1
        return self.pieces[self.place - 1].text

    def needs(self, sign: str) -> None:
        if not self.takes(sign):
            raise self.fault(repr(sign))

    def fault(self, expected: str) -> TextError:
        came = "its end" if self.here.kind == "end" else repr(self.here.text)
        return TextError(short(self.text), expected=expected, came=came, next_step="mend the expression")

    def choice(self) -> Tree:
        self.depth += 1
        if self.depth > deepest_nesting:
            raise TextError(
                short(self.text),
                expected=f"at most {deepest_nesting} brackets and choices inside each other",
                came="more",
                next_step="split the expression over several knobs",
            )
        cases: list[tuple[Tree, Tree]] = []
        tree = self.ranks()
        while self.takes("?"):
            chosen = self.choice()
            self.needs(":")
            cases.append((tree, chosen))
            tree = self.ranks()
        self.depth -= 1
        return Choice(tuple(cases), tree) if cases else tree

    def ranks(self) -> Tree:
        """Operators of all ranks: a stack of chains that wait for their next operand, the tightest on top."""
        waiting: list[_Waiting] = []
        tree = self.signed()
        while True:
            rank = _rank_of(self.here)
            while waiting and waiting[-1].rank > rank:
                tree = waiting.pop().closed(tree)
            if rank < 0:
                return tree
            if waiting and waiting[-1].rank == rank:
                waiting[-1].goes_on(tree, self.here.text)
            else:
                waiting.append(_Waiting(rank, tree, self.here.text))
            self.place += 1
            tree = self.signed()

    def signed(self) -> Tree:
        signs: list[str] = []
        while sign := self.takes("-", "+", "!"):
            signs.append(sign)
        operands, powers = [self.atom()], []
        while self.takes("**", "^"):
            powers.append(True)
            turned: list[str] = []
            while sign := self.takes("-", "+", "!"):
                turned.append(sign)
            operand = self.atom()
            operands.append(Signed(tuple(turned), operand) if turned else operand)
        tree = Powers(tuple(operands)) if powers else operands[0]
        return Signed(tuple(signs), tree) if signs else tree

    def atom(self) -> Tree:
        token = self.here
        if token.kind == "number":
            self.place += 1
            return Number(_value(token.text))
        if token.kind == "name":
            self.place += 1
            return Call(token.text, self.arguments()) if self.takes("(") else Name(token.text)
        if self.takes("("):
            tree = self.choice()
            self.needs(")")
            return tree
        raise self.fault("a number, a name or a bracket")

    def arguments(self) -> tuple[Tree, ...]:
        if self.takes(")"):
            return ()
        trees = [self.choice()]
        while self.takes(","):
            trees.append(self.choice())
        self.needs(")")
        return tuple(trees)


@dataclass
class _Waiting:
    """A chain whose last operator still lacks its operand."""

    rank: int
    first: Tree
    sign: str
    rest: list[tuple[str, Tree]] = field(default_factory=list)

    def goes_on(self, operand: Tree, sign: str) -> None:
        self.rest.append((self.sign, operand))
        self.sign = sign

    def closed(self, operand: Tree) -> Tree:
        return Chain(self.first, (*self.rest, (self.sign, operand)))


def _rank_of(token: Token) -> int:
    return _rank_of_sign.get(token.text, -1) if token.kind == "sign" else -1


def _value(text: str) -> float:
    number = plain_number(text)
    return float(int(text, 16)) if number is None else number
