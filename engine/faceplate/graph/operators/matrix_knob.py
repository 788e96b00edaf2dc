"""A knob of nine numbers in three rows, each a number, a curve or an expression of its own."""

import numpy as np

from faceplate.errors import ScriptError
from faceplate.graph.knobs.elements import Driven, elements_of
from faceplate.graph.knobs.trail import KnobAt
from faceplate.graph.render import Node, defaults_of
from faceplate.graph.script import split_list
from faceplate.values import Matrix

rows = 3


def matrix_of(node: Node, knob: str) -> Matrix:
    """The three rows of the knob `{1 0 0} {0 1 0} {0 0 1}`; nine numbers without rows are read as well.

    Raises:
        ScriptError: it has not nine elements, or one of them gives no number.
    """
    text = node.values.get(knob) or defaults_of(node.klass)[knob]
    words = [word for row in split_list(text) for word in split_list(row)]
    if len(words) != rows * rows:
        raise node.refusal(expected="three rows of three numbers", came=text, next_step="correct the matrix", knob=knob)
    return np.array([_number(node, knob, word, place) for place, word in enumerate(words)]).reshape(rows, rows)


def _number(node: Node, knob: str, word: str, place: int) -> float:
    answers = node.session.knobs.answers()
    at = KnobAt(node.index, knob, node.moment, place)
    with answers.trail.asking("matrix", at):
        (element,) = elements_of(f"{{{word}}}")
        other = _other_matrix(node, element.expression, knob) if isinstance(element, Driven) else None
        if other is not None:
            return float(matrix_of(other, knob).flat[place])
        return answers.of_element(element, at)


def _other_matrix(node: Node, expression: str, knob: str) -> Node | None:
    """The node whose whole matrix an expression names, as in `parent.ColorMatrix1.matrix`."""
    if not expression.endswith(f".{knob}"):
        return None
    try:
        index, rest = node.session.knobs.names.find(expression, node.index)
    except ScriptError:
        return None
    return node.pull.node(index, node.moment) if rest == (knob,) and index >= 0 else None
