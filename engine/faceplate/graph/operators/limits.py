"""Numbers that a picture can be made with: neither infinite, nor none, nor beyond all measure."""

from math import isfinite

from faceplate.graph.render import Node

farthest_place = 2.0**30
"""In pixels."""

largest_kernel = 10_000.0
"""Half a minute for a picture of 4096 x 2160."""


def within(node: Node, knob: str, count: int, most: float = farthest_place) -> tuple[float, ...]:
    """The numbers of a knob.

    Raises:
        ScriptError: one of them is infinite, no number, or larger than `most`, below 0 as above.
    """
    numbers = node.numbers(knob, count)
    for number in numbers:
        if not isfinite(number) or abs(number) > most:
            raise node.refusal(
                expected=f"a number from {-most:g} to {most:g}",
                came=f"{number:g}",
                next_step="give it one, or mend the expression",
                knob=knob,
            )
    return numbers
