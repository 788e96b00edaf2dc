"""The lines of maths in one node, and the planes they make."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import numpy as np

from faceplate.graph.knobs.curves import Curve
from faceplate.graph.knobs.evaluation import evaluate
from faceplate.graph.knobs.expressions import Tree, parse_expression
from faceplate.graph.knobs.functions import functions
from faceplate.graph.knobs.surroundings import Within
from faceplate.graph.knobs.trail import KnobAt
from faceplate.graph.operators.bands import by_bands
from faceplate.graph.operators.knob_channels import known_channels
from faceplate.graph.operators.plane_expressions import OverPlanes, names_in
from faceplate.graph.operators.plane_functions import Values
from faceplate.graph.operators.standard import joined
from faceplate.graph.render import Box, Format, Node, Planes, defaults_of
from faceplate.values import Floats

lines = 4
colours = ("red", "green", "blue", "alpha")
places = ("x", "y", "cx", "cy")

_short = {short: f"rgba.{name}" for name in colours for short in (name, name[0])}


_name = re.compile(r"(?<![\w.])[A-Za-z_][\w.]*")
_own_names = frozenset({*places, "width", "height"}) | functions.keys()


def names_beside(values: Mapping[str, str], letters: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By line, the names in it that may stand for the frame, or for knobs of this or other nodes.

    What is surely a channel, a place, a function or a variable is none of them; a name with a point may be either.
    """
    own = _own_names | {letter + short for letter in letters for short in _short}
    variables = [values.get(f"temp_name{line}", "") for line in range(lines)]
    seen = {f"temp_expr{line}": variables[:line] for line in range(lines)}
    seen |= {f"expr{line}": variables for line in range(lines)}
    found = {knob: {*_name.findall(values.get(knob, ""))} - own - {*before} for knob, before in seen.items()}
    return {knob: tuple(sorted(names)) for knob, names in found.items() if names}


class PixelMaths:
    """Four variables and four lines; a variable is seen by the variables after it and by the lines.

    Args:
        node: at its moment.
        letters: what stands before the name of a channel, and the slot of the input that it is then one of.
    """

    def __init__(self, node: Node, letters: Mapping[str, int]) -> None:
        self.node, self.letters, self.known = node, letters, known_channels(node)
        self._constants: dict[tuple[str, Tree], float] = {}

    @cached_property
    def made(self) -> dict[str, str]:
        """The knob of the line that each channel is made by; of several lines the last."""
        full = [line for line in range(lines) if self._tree(f"expr{line}")]
        named = ((self.node.channels(f"channel{line}", self.known), f"expr{line}") for line in full)
        return {name: knob for channels, knob in named for name in channels}

    @cached_property
    def lights_black(self) -> bool:
        """True where a line makes something of black, or goes by places."""
        if any(name in places for knob in self.made.values() for name in self._leaves(knob, lines)):
            return True
        return any(self.plane(name, Box(0, 0, 1, 1), {})[0, 0] != 0 for name in self.made)

    def reads(self, wanted: tuple[str, ...]) -> dict[int, tuple[str, ...]]:
        """The channels of each input, by slot, that the wanted ones are made from."""
        leaves = joined(*(tuple(self._leaves(self.made[each], lines)) for each in wanted))
        found = [place for name in leaves if (place := self._channel(name))]
        return {slot: joined(tuple(name for at, name in found if at == slot)) for slot in dict(found)}

    def plane(self, channel: str, box: Box, held: Mapping[int, Planes]) -> Floats:
        """A channel over a box, from the inputs' planes over the same box; those that are missing are black."""
        knob = self.made[channel]
        fields = self._fields(knob, box, held)
        black = np.zeros(box.shape, np.float32)
        return by_bands(
            lambda _, *rows: self._values(knob, dict(zip(fields, rows, strict=True))), black, *fields.values()
        )

    def _fields(self, knob: str, box: Box, held: Mapping[int, Planes]) -> dict[str, Floats]:
        """The planes that a line reads, by the names it has for them."""
        black = np.zeros(box.shape, np.float32)
        spread, fields = _place_planes(box, self.node.source(0).info.format), {}
        for name in self._leaves(knob, lines):
            found = self._channel(name)
            if found:
                fields[name] = held.get(found[0], {}).get(found[1], black)
            elif name in spread:
                fields[name] = spread[name]
        return fields

    def _values(self, knob: str, fields: Mapping[str, Values]) -> Values:
        self.node.session.check()
        size = self.node.source(0).info.format
        values = {"width": np.float32(size.width), "height": np.float32(size.height), **fields}
        for line in sorted(set(self._variables_of(knob, lines))):
            values[self._variable_names[line]] = self._value(f"temp_expr{line}", dict(values))
        return self._value(knob, values)

    def _value(self, knob: str, values: Mapping[str, Values]) -> Values:
        tree = self._tree(knob)
        at = KnobAt(self.node.index, knob, self.node.moment)
        answers = self.node.session.knobs.answers()

        def constant(part: Tree) -> float:
            if (knob, part) not in self._constants:
                self._constants[knob, part] = evaluate(part, Within(answers, at, Curve(())))
            return self._constants[knob, part]

        with answers.trail.asking("pixels", at):
            return np.float32(0) if tree is None else OverPlanes(values.get, constant).of(tree)

    @cached_property
    def _trees(self) -> dict[str, Tree | None]:
        return {}

    def _tree(self, knob: str) -> Tree | None:
        """The line of a knob, its brackets replaced; None where it is empty."""
        if knob not in self._trees:
            text = self.node.values.get(knob, defaults_of(self.node.klass)[knob])
            answers, at = self.node.session.knobs.answers(), KnobAt(self.node.index, knob, self.node.moment)
            with answers.trail.asking("line", at):
                self._trees[knob] = parse_expression(answers.substituted(text, at)) if text.strip() else None
        return self._trees[knob]

    @cached_property
    def _variable_names(self) -> tuple[str, ...]:
        return tuple(self.node.values.get(f"temp_name{line}", "") for line in range(lines))

    def _leaves(self, knob: str, before: int) -> Iterator[str]:
        """The names that a line reads in the end, through the variables that it sees: the first `before` ones."""
        tree = self._tree(knob)
        for name in () if tree is None else names_in(tree):
            line = self._variable(name, before)
            if line is None:
                yield name
            else:
                yield from self._leaves(f"temp_expr{line}", line)

    def _variables_of(self, knob: str, before: int) -> Iterator[int]:
        tree = self._tree(knob)
        for name in () if tree is None else names_in(tree):
            line = self._variable(name, before)
            if line is not None:
                yield line
                yield from self._variables_of(f"temp_expr{line}", line)

    def _variable(self, name: str, before: int) -> int | None:
        return next((line for line in reversed(range(before)) if self._variable_names[line] == name), None)

    def _channel(self, name: str) -> tuple[int, str] | None:
        """The slot and the channel that a name means; None for names of other things."""
        for letter, slot in self.letters.items():
            rest = name.removeprefix(letter) if name.startswith(letter) else ""
            channel = _short.get(rest, rest if rest in self.known else None)
            if channel:
                return slot, channel
        return None


def _place_planes(box: Box, size: Format) -> dict[str, Floats]:
    """The places of the pixels, as planes that take no memory."""
    across = np.arange(box.x, box.r, dtype=np.float32)
    up = np.arange(box.y, box.t, dtype=np.float32)[:, None]
    half, middle, centre = np.float32(size.width / 2), np.float32(size.height / 2), np.float32(0.5)
    values = across, up, (across + centre - half) / half, (up + centre - middle) / half
    return {name: np.broadcast_to(each, box.shape) for name, each in zip(places, values, strict=True)}
