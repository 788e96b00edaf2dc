"""Which frame of its file a Read shows at a moment."""

from faceplate.errors import ScriptError
from faceplate.graph.knobs.trail import KnobAt
from faceplate.graph.render import Node

ends = ("hold", "loop", "bounce", "black")


def source_frame(node: Node, span: tuple[int, int]) -> int | None:
    """The number of the file's frame, of those of `span`; None where the Read is black before or after them."""
    first, last = span
    asked = _asked(node, first)
    if first <= asked <= last:
        return asked
    end = node.choice("before" if asked < first else "after", ends)
    return None if end == "black" else _wrapped(asked, first, last, end)


def _asked(node: Node, first: int) -> int:
    """The frame that the knobs ask for, wherever the clip begins and ends."""
    mode = node.choice("frame_mode", ("expression", "start at", "offset"))
    text = node.values.get("frame", "").strip()
    if not text:
        return node.frame
    if mode == "expression":
        return rounded(node, frame_expression(node))
    number = rounded(node, node.number("frame"))
    return node.frame + number if mode == "offset" else node.frame - number + first


def frame_expression(node: Node) -> float:
    """What the knob `frame` gives, which holds an expression as plain text: `frame+10`.

    Raises:
        ScriptError: it makes no sense.
    """
    text = node.values["frame"]
    if "{" in text:
        return node.number("frame")
    try:
        return node.session.knobs.answers().expression(text, KnobAt(node.index, "frame", node.moment))
    except ScriptError as fault:
        raise node.refusal(
            knob="frame", expected=fault.expected, came=f"{text!r}: {fault.came}", next_step=fault.next_step
        ) from fault


def rounded(node: Node, value: float) -> int:
    """The whole frame nearest to what the knob `frame` gives.

    Raises:
        ScriptError: it is no number that a frame could have.
    """
    if not abs(value) < 2**31:
        raise node.refusal(
            knob="frame", expected="a frame number", came=f"{value:g}", next_step="correct the expression"
        )
    return round(value)


def _wrapped(asked: int, first: int, last: int, end: str) -> int:
    count = last - first + 1
    if end == "hold" or count == 1:
        return max(first, min(asked, last))
    if end == "loop":
        return first + (asked - first) % count
    turn = (asked - first) % (2 * count - 2)
    return first + min(turn, 2 * count - 2 - turn)
