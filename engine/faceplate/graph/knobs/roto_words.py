"""The words of roto shapes: braces within braces, and numbers as the eight hexadecimal digits of their bits.

`x3f800000` is the big-endian IEEE-754 single 1.0; numbers also stand as decimals (Foundry NDK guide, "Roto
serialisation format").
"""

import re
import struct
from math import isfinite
from typing import TypeAlias

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import plain_number

Part: TypeAlias = "str | list[Part]"

deepest_braces = 100
_piece = re.compile(r'"(?:[^"\\]|\\.)*"|[{}]|[^\s{}"]+|"', re.DOTALL)
_bits = re.compile(r"x([0-9a-fA-F]{8})")


def parts_of(text: str) -> list[Part]:
    """The text as lists within lists.

    Raises:
        ScriptError: a brace is not closed, closes nothing, or is nested too deeply.
    """
    open_lists: list[list[Part]] = [[]]
    for found in _piece.finditer(text):
        piece = found[0]
        if piece == "{":
            open_lists.append([])
            if len(open_lists) > deepest_braces:
                raise _fault(f"at most {deepest_braces} braces inside each other", "more")
        elif piece == "}":
            if len(open_lists) == 1:
                raise _fault("an opening brace for each closing one", "one too many")
            closed = open_lists.pop()
            open_lists[-1].append(closed)
        else:
            open_lists[-1].append(piece[1:-1] if piece[0] == '"' and len(piece) > 1 else piece)
    if len(open_lists) > 1:
        raise _fault("a closing brace for each opening one", "one too few")
    return open_lists[0]


def number_of(part: Part) -> float | None:
    """The number of a word; None where it is none, or none that is finite."""
    if not isinstance(part, str):
        return None
    found = _bits.fullmatch(part)
    if found:
        value: float = struct.unpack(">f", bytes.fromhex(found[1]))[0]
    else:
        plain = plain_number(part)
        if plain is None:
            return None
        value = plain
    return value if isfinite(value) else None


def written_bits(number: float) -> str:
    """The number as Nuke writes it: small whole ones 0 and 1 plain, all others by the bits of their single.

    Raises:
        ScriptError: it is no number that a single can hold.
    """
    if number in (0.0, 1.0):
        return str(int(number))
    try:
        return f"x{struct.pack('>f', number).hex()}"
    except OverflowError as error:
        raise TextError(
            "a shape", expected="coordinates that a picture has", came=repr(number), next_step="check it"
        ) from error


def _fault(expected: str, came: str) -> TextError:
    return TextError(short("curves"), expected=expected, came=came, next_step="save the script anew from Nuke")
