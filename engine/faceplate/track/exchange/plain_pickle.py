"""Pickles of plain data, read without running anything.

Python's own `pickle` calls whatever a file names. Here each instruction is taken apart by `pickletools` and followed by
a machine that knows plain values and a short list of constructors of ours; everything else is refused.
"""

import pickletools
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, TypeAlias

import numpy as np

from faceplate.errors import TrackError
from faceplate.track.exchange.pickled_arrays import PendingArray, Refused, allowed, build

most_steps = 10_000_000
deepest = 32
longest_number_bytes = 64

_Step: TypeAlias = Callable[["_Machine", Any], None]
_mark = object()


def read_plain(data: bytes, thing: str) -> Any:
    """What a pickle holds: dict, list, tuple, str, bytes, int, float, bool, None, and numpy arrays of numbers.

    Enumerations of DeepFaceLab come as their numbers. `thing` names the file in a refusal.

    Raises:
        TrackError: the pickle is damaged, names anything else, or is past a limit.
    """
    machine = _Machine(budget_bytes=len(data))
    try:
        for opcode, argument, _ in islice(pickletools.genops(data), most_steps):
            if opcode.name == "STOP":
                return _checked(machine.pop())
            machine.take(opcode.name, argument)
    except (Refused, ValueError, OverflowError, DeprecationWarning) as fault:
        # The last comes of odd escapes in text, where warnings are errors.
        raise _refusal(thing, str(fault)) from fault
    raise _refusal(thing, f"no end within {most_steps} steps")


def _refusal(thing: str, came: str) -> TrackError:
    return TrackError(
        thing,
        expected="a pickle of plain values and arrays of numbers",
        came=came[:200],
        next_step="export it anew from the program that made it, or use its JSON export; nothing of it was run",
    )


class _Machine:
    """The stack and the memory that a pickle's instructions work on."""

    def __init__(self, budget_bytes: int) -> None:
        self.stack: list[Any] = []
        self.memory: dict[int, Any] = {}
        self.budget_bytes = budget_bytes

    def take(self, name: str, argument: Any) -> None:
        """Follows one instruction."""
        if name in _literals:
            self.stack.append(_literal(argument))
        elif name in _constants:
            self.stack.append(_constants[name]())
        elif name in _steps:
            _steps[name](self, argument)
        elif name not in _framing:
            raise Refused(f"the instruction {name}")

    def pop(self) -> Any:
        """Takes the topmost value off the stack."""
        if not self.stack or self.stack[-1] is _mark:
            raise Refused("an instruction without its values")
        return self.stack.pop()

    def top(self, kind: type) -> Any:
        """The topmost value, which must be a container of this kind."""
        if not self.stack or type(self.stack[-1]) is not kind:
            raise Refused(f"an instruction for a {kind.__name__} without one")
        return self.stack[-1]

    def since_mark(self) -> list[Any]:
        """Takes off all values down to the last mark, and the mark."""
        for place in range(len(self.stack) - 1, -1, -1):
            if self.stack[place] is _mark:
                values = self.stack[place + 1 :]
                del self.stack[place:]
                return values
        raise Refused("an instruction without its mark")

    def recall(self, place: int) -> None:
        """Pushes what was kept."""
        if place not in self.memory:
            raise Refused("a value that was never kept")
        value = self.memory[place]
        built = value.array if isinstance(value, PendingArray) else None
        self.stack.append(value if built is None else built)

    def keep(self, place: int) -> None:
        """Keeps the topmost value."""
        value = self.pop()
        self.memory[place] = value
        self.stack.append(value)

    def reduce(self) -> None:
        """Calls one of our constructors."""
        arguments, maker = self.pop(), self.pop()
        if not any(maker is known for known in _makers) or type(arguments) is not tuple:
            raise Refused("a call")
        made = maker(arguments)
        if isinstance(made, bytes):
            self.budget_bytes -= len(made)
            if self.budget_bytes < 0:
                raise Refused("more bytes than the file has")
        self.stack.append(made)


_makers = tuple(set(allowed.values()))
_framing = frozenset(("PROTO", "FRAME"))
_literals = frozenset(
    ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT", "STRING", "BINSTRING",
     "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES",
     "BINBYTES8", "BYTEARRAY8")
)  # fmt: skip
_constants: dict[str, Callable[[], Any]] = {
    "NONE": lambda: None,
    "NEWTRUE": lambda: True,
    "NEWFALSE": lambda: False,
    "EMPTY_LIST": list,
    "EMPTY_TUPLE": tuple,
    "EMPTY_DICT": dict,
    "MARK": lambda: _mark,
}


def _literal(value: Any) -> Any:
    if type(value) is int and value.bit_length() > 8 * longest_number_bytes:
        raise Refused("a number past all reason")
    return bytes(value) if type(value) is bytearray else value


def _tuple(count: int) -> _Step:
    def step(machine: _Machine, _: Any) -> None:
        values = [machine.pop() for _ in range(count)]
        machine.stack.append(tuple(values[::-1]))

    return step


def _paired(values: list[Any]) -> Iterator[tuple[Any, Any]]:
    if len(values) % 2:
        raise Refused("a key without a value")
    for key, value in zip(values[::2], values[1::2], strict=True):
        # Anything else as a key would be hashed, and a deep tuple's hash ends the process.
        if type(key) not in (str, int, bool, float, bytes, type(None)):
            raise Refused("a key that is no plain value")
        yield key, value


def _append(machine: _Machine, _: Any) -> None:
    value = machine.pop()
    machine.top(list).append(value)


def _appends(machine: _Machine, _: Any) -> None:
    values = machine.since_mark()
    machine.top(list).extend(values)


def _set_item(machine: _Machine, _: Any) -> None:
    value, key = machine.pop(), machine.pop()
    machine.top(dict).update(_paired([key, value]))


def _set_items(machine: _Machine, _: Any) -> None:
    values = machine.since_mark()
    machine.top(dict).update(_paired(values))


def _pop(machine: _Machine, _: Any) -> None:
    if not machine.stack:
        raise Refused("an instruction without its values")
    machine.stack.pop()


def _pop_mark(machine: _Machine, _: Any) -> None:
    machine.since_mark()


def _duplicate(machine: _Machine, _: Any) -> None:
    value = machine.pop()
    machine.stack += [value, value]


def _global(machine: _Machine, argument: str) -> None:
    module, _, name = argument.partition(" ")
    machine.stack.append(_named(module, name))


def _stack_global(machine: _Machine, _: Any) -> None:
    name, module = machine.pop(), machine.pop()
    machine.stack.append(_named(module, name))


def _named(module: Any, name: Any) -> Any:
    if type(module) is not str or type(name) is not str or (module, name) not in allowed:
        raise Refused(f"the name {module}.{name}"[:120])
    return allowed[module, name]


def _build(machine: _Machine, _: Any) -> None:
    state, target = machine.pop(), machine.pop()
    machine.stack.append(build(target, state))


_steps: dict[str, _Step] = {
    "LIST": lambda machine, _: machine.stack.append(machine.since_mark()),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.since_mark())),
    "DICT": lambda machine, _: machine.stack.append(dict(_paired(machine.since_mark()))),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _set_item,
    "SETITEMS": _set_items,
    "POP": _pop,
    "POP_MARK": _pop_mark,
    "DUP": _duplicate,
    "GET": lambda machine, place: machine.recall(place),
    "BINGET": lambda machine, place: machine.recall(place),
    "LONG_BINGET": lambda machine, place: machine.recall(place),
    "PUT": lambda machine, place: machine.keep(place),
    "BINPUT": lambda machine, place: machine.keep(place),
    "LONG_BINPUT": lambda machine, place: machine.keep(place),
    "MEMOIZE": lambda machine, _: machine.keep(len(machine.memory)),
    "GLOBAL": _global,
    "STACK_GLOBAL": _stack_global,
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": _build,
}


def _checked(value: Any) -> Any:
    """The value, all of it plain and nested no deeper than `deepest`; what stands in itself is nested without end."""
    level = [value]
    for _ in range(deepest):
        inside = [part for at in level for part in _parts(at)]
        level = list({id(part): part for part in inside if type(part) in _containers}.values())
        if not level:
            return value
    raise Refused(f"values nested deeper than {deepest}")


def _parts(value: Any) -> Iterable[Any]:
    if type(value) not in _plain:
        raise Refused("a value that is not finished")
    if type(value) not in _containers:
        return ()
    parts = value.values() if type(value) is dict else value
    if any(type(part) not in _plain for part in parts):
        raise Refused("a value that is not finished")
    return parts


_containers = (dict, list, tuple)
_plain = (*_containers, str, bytes, int, float, bool, type(None), np.ndarray)
