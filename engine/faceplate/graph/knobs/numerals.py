"""Numbers as text: those that scripts hold, and those that are written."""

import re
from math import isfinite

_plain = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:inf|nan)", re.ASCII)
_hexadecimal = re.compile(r"[+-]?0[xX][0-9a-fA-F]{1,15}", re.ASCII)
longest_numeral = 400


def plain_number(text: str) -> float | None:
    """The number that a text is, decimal, or whole in hexadecimal after `0x`; None where it is none."""
    if len(text) > longest_numeral:
        return None
    if _plain.fullmatch(text):
        return float(text)
    if _hexadecimal.fullmatch(text):
        return float(int(text, 16))
    return None


def written_number(number: float) -> str:
    """The shortest text that reads as the same number."""
    if isfinite(number) and number == int(number) and abs(number) < 10**15:
        return str(int(number))
    return repr(float(number))


def shown_number(number: float) -> str:
    """The number as `[value knob]` gives it: ten digits, no more than are needed."""
    return f"{number:.10g}"
