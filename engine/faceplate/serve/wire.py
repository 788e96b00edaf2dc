"""Messages: four bytes of length, most significant first, then that many bytes of JSON, an object.

A request says `id`, `verb` and `deadline_s`; what comes back are events that carry the same `id`.
"""

import asyncio
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from faceplate.errors import CallError, FaceplateError

protocol: Final = 1
length_bytes: Final = 4
deepest_nesting: Final = 32
largest_id: Final = (1 << 53) - 1  # what every language's JSON keeps exactly
longest_word: Final = 64
most_values: Final = 200_000
long_bytes: Final = 1 << 16
_text: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)

Event = dict[str, Any]


class FramingError(CallError):
    """The stream itself is broken: where the next message starts is not known, so the connection ends."""


@dataclass(frozen=True)
class Request:
    """One request of a caller; `fields` is what it says beyond `id`, `verb` and `deadline_s`."""

    id: int
    verb: str
    deadline_s: float
    fields: Mapping[str, Any] = field(default_factory=dict)

    def take(self, name: str, kind: type[Any], default: Any = None) -> Any:
        """The field, of exactly this type; without a default it has to be there.

        Raises:
            CallError: it is absent or of another type.
        """
        value = self.fields.get(name, default)
        if isinstance(value, kind) and isinstance(value, bool) == (kind is bool):
            return value
        came = f"{_type_name(value)}" if name in self.fields else "no such field"
        raise refused(f"{self.verb}: {name}", expected=json_types[kind], came=came)

    def take_whole(self, name: str, least: int, most: int) -> int:
        """The field, a whole number from `least` to `most`.

        Raises:
            CallError: it is absent, no whole number, or outside.
        """
        value: int = self.take(name, int)
        if not least <= value <= most:
            raise refused(f"{self.verb}: {name}", expected=f"{least} to {most}", came=str(value))
        return value


json_types: Final[Mapping[type[Any], str]] = {
    bool: "true or false",
    int: "a whole number",
    str: "a text",
    list: "a list",
    dict: "an object",
    float: "a number",
}


def encode(message: Mapping[str, Any], most_bytes: int) -> bytes:
    """The message as it goes over the wire.

    Raises:
        FramingError: it is longer than both sides agreed on.
    """
    body = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
    if len(body) > most_bytes:
        raise _too_long(len(body), most_bytes)
    return len(body).to_bytes(length_bytes) + body


async def read_message(
    reader: asyncio.StreamReader, *, most_bytes: int, silence_s: float, message_s: float
) -> dict[str, Any]:
    """The next message: it has to begin within `silence_s`, and once begun to be whole within `message_s`.

    Raises:
        asyncio.IncompleteReadError: the other side closed.
        FramingError: it is empty or too long, or did not come in time; the stream is of no use any more.
        CallError: it is whole, but no object as `decode` expects it.
    """
    try:
        async with asyncio.timeout(silence_s):
            first = await reader.readexactly(1)
    except TimeoutError:
        came = f"nothing for {silence_s:g} s"
        raise _broken("caller", "a request or a ping within the heartbeat", came, "send `ping` more often") from None
    try:
        async with asyncio.timeout(message_s):
            body = await _body(reader, first, most_bytes)
    except TimeoutError:
        came = f"a part of one after {message_s:g} s"
        raise _broken("message", "a whole message", came, "send length and body in one go") from None
    return decode(body) if len(body) < long_bytes else await asyncio.to_thread(decode, body)


async def _body(reader: asyncio.StreamReader, first: bytes, most_bytes: int) -> bytes:
    size = int.from_bytes(first + await reader.readexactly(length_bytes - 1))
    if not 0 < size <= most_bytes:
        raise _too_long(size, most_bytes)
    return await reader.readexactly(size)


def decode(body: bytes) -> dict[str, Any]:
    """The object that the body holds: UTF-8, not too many values, finite numbers, no lone surrogate, not too deep.

    Raises:
        CallError: it does not.
    """
    _check_number(body)
    try:
        message = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as fault:
        raise refused("message", expected="JSON in UTF-8", came=f"{type(fault).__name__}: {fault}"[:200]) from None
    if not isinstance(message, dict):
        raise refused("message", expected="an object", came=_type_name(message))
    _check_values(message)
    return message


def _check_number(body: bytes) -> None:
    """Counts the values before any is made: Python's reader lets no other thread run until it is done."""
    number, end = 0, 0
    for text in _text.finditer(body):
        number += 1 + _opened(body, end, text.start())
        end = text.end()
        if number > most_values:
            break
    if number + _opened(body, end, len(body)) > most_values:
        raise refused("message", expected=f"at most {most_values} values", came="more")


def _opened(body: bytes, start: int, end: int) -> int:
    return sum(body.count(sign, start, end) for sign in (b",", b"[", b"{"))


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")


def _check_values(message: Any) -> None:
    level, depth = [message], 0
    while level:
        depth += 1
        if depth > deepest_nesting:
            raise refused("message", expected=f"at most {deepest_nesting} levels", came="more")
        level = [part for value in level for part in _parts(value)]


def _parts(value: Any) -> list[Any]:
    """What the value holds, one level down; a value that holds nothing is checked."""
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list):
        return value
    if isinstance(value, float) and not math.isfinite(value):
        raise refused("message", expected="finite numbers", came="a number too large")
    if isinstance(value, str):
        _check_text(value)
    return []


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise refused("message", expected="texts of whole characters", came="half of a surrogate pair") from None


def as_request(message: Mapping[str, Any], most_s: float) -> Request:
    """The request that the message is.

    Raises:
        CallError: `id`, `verb` or `deadline_s` is absent or wrong.
    """
    given = Request(0, "request", 0, message)
    number, verb = given.take_whole("id", 1, largest_id), given.take("verb", str)
    deadline_s = message.get("deadline_s")
    if not isinstance(deadline_s, int | float) or isinstance(deadline_s, bool) or not 0 < deadline_s <= most_s:
        came = str(deadline_s)[:longest_word]
        raise refused("request: deadline_s", expected=f"seconds, above 0 and up to {most_s:g}", came=came)
    rest = {name: value for name, value in message.items() if name not in {"id", "verb", "deadline_s"}}
    return Request(number, verb, float(deadline_s), rest)


def id_of(message: Mapping[str, Any]) -> int | None:
    """The id to answer to, where the message has a usable one."""
    number = message.get("id")
    usable = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= largest_id
    return number if usable else None


def error_event(number: int | None, fault: FaceplateError) -> Event:
    """The error in the words an artist knows."""
    words = {"thing": fault.thing, "expected": fault.expected, "came": fault.came, "next_step": fault.next_step}
    return {"id": number, "event": "error", "kind": type(fault).__name__, **words}


def refused(thing: str, *, expected: str, came: str) -> CallError:
    """A message that is not as docs/serve.md says."""
    return CallError(thing, expected=expected, came=came, next_step="send it as docs/serve.md describes")


def _too_long(size: int, most_bytes: int) -> FramingError:
    return _broken(
        "message", f"1 to {most_bytes} bytes", f"{size} bytes", "put pixels into shared frames, not messages"
    )


def _broken(thing: str, expected: str, came: str, next_step: str) -> FramingError:
    return FramingError(thing, expected=expected, came=came, next_step=next_step)


def _type_name(value: Any) -> str:
    return "null" if value is None else json_types.get(type(value), type(value).__name__)
