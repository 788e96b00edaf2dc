"""The fields of a protocol buffer, walked and not copied: https://protobuf.dev/programming-guides/encoding."""

from collections.abc import Iterator
from typing import TypeAlias

from faceplate.errors import ModelError

VARINT, EIGHT_BYTES, COUNTED, FOUR_BYTES = 0, 1, 2, 5
longest_varint = 10

Value: TypeAlias = int | memoryview


def fields(message: memoryview, source: str) -> Iterator[tuple[int, Value]]:
    """The number and the value of each field; fixed-size ones as their bytes.

    Raises:
        ModelError: these bytes are no protocol buffer.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at, source)
        if key & 7 == VARINT:
            value, at = _varint(message, at, source)
            yield key >> 3, value
            continue
        if key & 7 == COUNTED:
            size, at = _varint(message, at, source)
        else:
            size = {EIGHT_BYTES: 8, FOUR_BYTES: 4}.get(key & 7, -1)
        if not 0 <= size <= len(message) - at:
            raise _refusal(source, f"a field that does not end, at byte {at} of {len(message)}")
        yield key >> 3, message[at : at + size]
        at += size


def counted(message: memoryview, number: int, source: str) -> Iterator[memoryview]:
    """The values of a field that are messages, texts or bytes."""
    return (value for at, value in fields(message, source) if at == number and isinstance(value, memoryview))


def varints(message: memoryview, source: str) -> list[int]:
    """Whole numbers one after the other."""
    at, values = 0, []
    while at < len(message):
        value, at = _varint(message, at, source)
        values.append(value)
    return values


def _varint(message: memoryview, at: int, source: str) -> tuple[int, int]:
    """A whole number of seven bits a byte, least first, and where the next field begins."""
    value = 0
    for place, byte in enumerate(message[at : at + longest_varint]):
        value |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 -- the bit that says that more follow
            return value, at + place + 1
    raise _refusal(source, f"a number that does not end, at byte {at} of {len(message)}")


def _refusal(source: str, came: str) -> ModelError:
    step = "take the file as its authors publish it, or export it as ONNX again"
    return ModelError(source, expected="an ONNX model, which is a protocol buffer", came=came, next_step=step)
