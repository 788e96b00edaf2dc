"""From text to `Script`: the stack of nodes, the groups and the clones that the commands of a script build up."""

from collections.abc import Callable, Mapping
from typing import NoReturn

from faceplate.errors import ScriptError
from faceplate.graph.script import limits
from faceplate.graph.script.command_names import tcl_commands
from faceplate.graph.script.commands import Command, Comment, Source, StackEntry, Word, commands
from faceplate.graph.script.model import Layer, Script, ScriptNode, declared_inputs, group_classes
from faceplate.graph.script.words import list_words, split_list

Pairs = tuple[tuple[str, str], ...]
# What a variable or a word stands for: a node by its index, None for an empty input, or plain text.
Value = int | str | None


def parse_script(text: str, name: str = "script") -> Script:
    """The script that a text holds; nothing in it is run. `name` stands in messages.

    An input that leads nowhere, such as a `push` of a variable that nobody set, is empty and said in the warnings.

    Raises:
        ScriptError: the text is no script, with the line where that shows, or it goes past a limit.
    """
    graph = _Graph(Source(text, name))
    for number, found in enumerate(commands(graph.source)):
        graph.check(number < limits.max_commands, found.position, f"at most {limits.max_commands} commands")
        if isinstance(found, Comment):
            graph.comments.append(found.text)
        else:
            graph.follow(found)
    return graph.script()


class _Graph:
    """What the commands read so far have built."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.nodes: list[ScriptNode] = []
        self.stack: list[int | None] = []
        self.open_groups: list[tuple[int, list[int | None]]] = []
        self.variables: dict[str, Value] = {}
        self.clipboard: dict[str, int] = {}
        self.comments: list[str] = []
        self.layers: list[Layer] = []
        self.root: list[tuple[str, str]] | None = None
        self.version: str | None = None
        self.layout: str | None = None
        self.warnings: list[str] = []
        self.knob_count = self.edge_count = self.warning_count = 0
        self._counted = (0, 1)

    def script(self) -> Script:
        """The finished script."""
        if self.open_groups:
            self.warn(len(self.source.text), f"{len(self.open_groups)} of the groups have no end_group; they end here")
        if self.warning_count > limits.max_warnings:
            self.warnings.append(f"and {self.warning_count - limits.max_warnings} more of the kind")
        return Script(
            nodes=tuple(self.nodes),
            version=self.version,
            root=None if self.root is None else tuple(self.root),
            layers=tuple(self.layers),
            comments=tuple(self.comments),
            layout=self.layout,
            warnings=tuple(self.warnings),
        )

    def follow(self, command: Command) -> None:
        """Does to the graph what a command says."""
        word = command.words[0]
        meaning = _meanings.get(word) if isinstance(word, str) else None
        if meaning is not None:
            meaning(self, command)
            return
        klass, body = self._texts(command, 2)
        if not klass or klass in tcl_commands:
            self._unknown(command)
        self._add(command.position, klass, self._knobs(command.position, klass, body))

    def check(self, holds: bool, position: int, expected: str) -> None:  # noqa: FBT001 -- the condition is the subject
        """Refuses a script that goes past a limit."""
        if not holds:
            raise self.source.fault(position, expected=expected, came="more", next_step="split the script")

    def warn(self, position: int, words: str) -> None:
        """Notes what is odd but can be read; a flood of the same is counted."""
        self.warning_count += 1
        if self.warning_count > limits.max_warnings:
            return
        start, line = self._counted
        line += self.source.text.count("\n", start, position)
        self._counted = (position, line)
        self.warnings.append(f"line {line}: {words}")

    def push(self, command: Command) -> None:
        """`push $N1`, `push 0`."""
        value = self._value(command, self._words(command, 2)[1])
        if isinstance(value, str) and value != "0":
            self.warn(command.position, f"{value!r} is pushed, which is no node; the input is empty")
        self.stack.append(None if isinstance(value, str) else value)

    def set(self, command: Command) -> None:
        """`set N1 [stack 0]`."""
        _, name, word = self._words(command, 3)
        if not isinstance(name, str):
            self._unknown(command)
        self.variables[name] = self._value(command, word)

    def end_group(self, command: Command) -> None:
        """`end_group`: the outer stack is back, the group on top of it."""
        self._words(command, 1)
        if not self.open_groups:
            self.warn(command.position, "end_group where no group is open; it is passed over")
            return
        self.stack = self.open_groups.pop()[1]

    def clone(self, command: Command) -> None:
        """`clone $C1 {...}` of a node of this file; `clone node1|Blur|2 Blur {...}` from a clipboard."""
        if len(command.words) == 4:  # noqa: PLR2004 -- the words of the clipboard's form
            self._clipboard_clone(command)
            return
        _, word, body = self._words(command, 3)
        original = self._value(command, word)
        if not isinstance(original, int) or not isinstance(body, str):
            expected = "the clone of a node that stands further up"
            step = "save the script anew, or replace the clone by a node of its own"
            raise self.source.fault(command.position, expected=expected, came=self._shown(command), next_step=step)
        original = self._first(original)
        klass = self.nodes[original].klass
        knobs = self._knobs(command.position, klass, body)
        self._add(command.position, klass, knobs, clone_of=original, is_group=False)

    def add_layer(self, command: Command) -> None:
        """`add_layer {pos pos.red pos.green pos.blue}`."""
        _, words = self._texts(command, 2)
        try:
            names = split_list(words)
        except ScriptError as fault:
            raise self.source.placed(fault, command.position) from None
        if not names:
            self.warn(command.position, "add_layer without a name; it is passed over")
            return
        self.layers.append(Layer(names[0], tuple(names[1:])))

    def add_root(self, command: Command) -> None:
        """`Root {...}`: the project's knobs; where a file has two, the later ones come on top."""
        _, body = self._texts(command, 2)
        if self.root is not None:
            self.warn(command.position, "a second Root; its knobs are added to those of the first")
        self.root = self.root or []
        self.root.extend(self._knobs(command.position, "Root", body))

    def set_version(self, command: Command) -> None:
        """`version 13.2 v4`."""
        self.version = " ".join(self._texts(command, len(command.words))[1:])

    def set_layout(self, command: Command) -> None:
        """`define_window_layout_xml {...}`."""
        self.layout = self._texts(command, 2)[1]

    def _clipboard_clone(self, command: Command) -> None:
        """The first of a key is a node of its own, and so is one inside it; those after it share its knobs."""
        _, key, klass, body = self._texts(command, 4)
        original = self.clipboard.setdefault(key, len(self.nodes))
        knobs = self._knobs(command.position, klass, body)
        if original == len(self.nodes) or original in (group for group, _ in self.open_groups):
            self._add(command.position, klass, knobs)
            return
        kept = self.nodes[original].klass
        self._add(command.position, kept, knobs, clone_of=self._first(original), is_group=kept in group_classes)

    def _first(self, index: int) -> int:
        """The original of a clone; any other node is its own."""
        original = self.nodes[index].clone_of
        return index if original is None else original

    def _add(
        self, position: int, klass: str, knobs: Pairs, *, clone_of: int | None = None, is_group: bool | None = None
    ) -> None:
        """A node takes its inputs from the stack and lies on it; a group opens a stack of its own."""
        index, opens = len(self.nodes), klass in group_classes if is_group is None else is_group
        self.check(index < limits.max_nodes, position, f"at most {limits.max_nodes} nodes")
        parent = self.open_groups[-1][0] if self.open_groups else None
        inputs = self._taken(position, klass, knobs)
        self.nodes.append(ScriptNode(klass, knobs, inputs, parent, clone_of, opens))
        self.stack.append(index)
        if opens:
            self.open_groups.append((index, self.stack))
            self.stack = []
            limit = limits.max_group_depth
            self.check(len(self.open_groups) <= limit, position, f"at most {limit} groups inside each other")

    def _taken(self, position: int, klass: str, knobs: Pairs) -> tuple[int | None, ...]:
        count = self._input_count(position, klass, knobs)
        self.edge_count += count
        self.check(self.edge_count <= limits.max_edges, position, f"at most {limits.max_edges} inputs in all")
        if not count:
            return ()
        taken = self.stack[-count:][::-1]
        del self.stack[-count:]
        return (*taken, *[None] * (count - len(taken)))

    def _input_count(self, position: int, klass: str, knobs: Pairs) -> int:
        count = declared_inputs(knobs)
        if count is None or count > limits.max_inputs:
            expected = f"a number of inputs up to {limits.max_inputs}, such as 2 or 2+1"
            came = f"inputs {dict(knobs)['inputs'][:40]!r} of {klass}"
            raise self.source.fault(position, expected=expected, came=came)
        return count

    def _knobs(self, position: int, klass: str, body: str) -> Pairs:
        room = limits.max_knobs - self.knob_count
        try:
            words = list_words(body, 2 * room)
        except ScriptError as fault:
            came = f"{fault.came} in {klass}"
            raise self.source.fault(position, expected=fault.expected, came=came) from None
        self.check(len(words) <= 2 * room, position, f"at most {limits.max_knobs} knobs")
        if len(words) % 2:
            came = f"{klass} with {len(words)} words, the last {words[-1][:40]!r}"
            raise self.source.fault(position, expected="a value for each knob", came=came)
        self.knob_count += len(words) // 2
        return tuple(zip(words[::2], words[1::2], strict=True))

    def _value(self, command: Command, word: Word) -> Value:
        if isinstance(word, str):
            return word
        if isinstance(word, StackEntry):
            return self.stack[-1 - word.depth] if word.depth < len(self.stack) else None
        if word.name not in self.variables:
            self.warn(command.position, f"${word.name} is used but never set; it is an empty input")
        return self.variables.get(word.name)

    def _words(self, command: Command, count: int) -> tuple[Word, ...]:
        if len(command.words) != count:
            self._unknown(command)
        return command.words

    def _texts(self, command: Command, count: int) -> list[str]:
        texts = [word for word in self._words(command, count) if isinstance(word, str)]
        if len(texts) != count:
            self._unknown(command)
        return texts

    def _unknown(self, command: Command) -> NoReturn:
        expected = "a node, `Class {knobs}`, or one of the commands that scripts are made of"
        step = "take that line out; commands of other kinds are never run"
        raise self.source.fault(command.position, expected=expected, came=self._shown(command), next_step=step)

    def _shown(self, command: Command) -> str:
        line = self.source.text[command.position : command.position + 60].partition("\n")[0]
        return f"the command {line!r}"


_meanings: Mapping[str, Callable[[_Graph, Command], None]] = {
    "Root": _Graph.add_root,
    "add_layer": _Graph.add_layer,
    "clone": _Graph.clone,
    "define_window_layout_xml": _Graph.set_layout,
    "end_group": _Graph.end_group,
    "push": _Graph.push,
    "set": _Graph.set,
    "version": _Graph.set_version,
}
