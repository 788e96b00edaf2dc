"""Names in expressions and brackets: `Blur1.size.w`, `parent.input1.width`, `this.name`, `root.format.h`."""

from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import NamedTuple

from faceplate.errors import ScriptError
from faceplate.graph.knobs.faults import TextError
from faceplate.graph.knobs.formats import default_root_format
from faceplate.graph.knobs.user_knobs import UserKnob, parse_user_knob, user_knobs
from faceplate.graph.script import Script

root = -1
"""Stands for Root where the index of a node is asked for."""

longest_chain = 100_000

_node_defaults = {
    "bookmark": "false",
    "cached": "false",
    "disable": "false",
    "help": "",
    "hide_input": "false",
    "icon": "",
    "label": "",
    "note_font": "Verdana",
    "note_font_color": "0",
    "note_font_size": "11",
    "onCreate": "",
    "onDestroy": "",
    "postage_stamp": "false",
    "selected": "false",
    "tile_color": "0",
    "gl_color": "0",
    "xpos": "0",
    "ypos": "0",
}
_root_size = f"{default_root_format.width} {default_root_format.height}"
_root_defaults = {
    "colorManagement": "Nuke",
    "first_frame": "1",
    "format": f"{_root_size} 0 0 {_root_size} 1 {default_root_format.name}",
    "fps": "24",
    "frame": "1",
    "last_frame": "100",
    "lock_range": "false",
    "name": "",
    "project_directory": "",
    "proxy": "false",
    "proxy_scale": "0.5",
    "proxy_type": "format",
    "views": "main",
}


class Named(NamedTuple):
    """What a name leads to: a node, and what of it is meant, a knob and its field; empty for the node itself."""

    node: int
    rest: tuple[str, ...]


class Names:
    """Finds what names mean in a script. Threads may share it.

    Args:
        script: with its gizmos opened.
        defaults: the knobs of a class and their texts where a script writes none.
    """

    def __init__(self, script: Script, defaults: Callable[[str], Mapping[str, str]]) -> None:
        self.script, self.defaults = script, defaults

    def klass(self, index: int) -> str:
        """The class of a node, of a clone that of its original."""
        if index == root:
            return "Root"
        node = self.script.nodes[index]
        return node.klass if node.clone_of is None else self.klass(node.clone_of)

    def path(self, index: int) -> str:
        """The full name of a node: `Group1.Blur1`."""
        if index == root:
            return "root"
        above = self.script.nodes[index].parent
        name = self.script.values_of(index).get("name") or f"{self.klass(index)}#{index}"
        return name if above is None else f"{self.path(above)}.{name}"

    def parent(self, index: int) -> int:
        """The group a node stands in; Root for one that stands in none."""
        above = None if index == root else self.script.nodes[index].parent
        return root if above is None else above

    def is_around(self, outer: int, inner: int) -> bool:
        """True where a node stands, at any depth, in a group."""
        while inner != root:
            inner = self.parent(inner)
            if inner == outer:
                return True
        return False

    @cache  # noqa: B019 -- as long as the reader of one script
    def user_knobs(self, index: int) -> dict[str, UserKnob]:
        """The knobs that an artist added to a node, or for a clone to its original, by name."""
        if index == root:
            texts = [text for name, text in self.script.root or () if name == "addUserKnob"]
            return {knob.name: knob for knob in map(parse_user_knob, texts)}
        node = self.script.nodes[index]
        own = {knob.name: knob for knob in user_knobs(node)}
        return own if node.clone_of is None else {**self.user_knobs(node.clone_of), **own}

    def text(self, index: int, knob: str) -> str | None:
        """A knob's text, or what it is where the script writes none; None where the node has no such knob."""
        if index == root:
            values, defaults = self.script.root_values, _root_defaults
        else:
            values, defaults = self.script.values_of(index), _node_defaults
        if knob in values:
            return values[knob]
        added = self.user_knobs(index).get(knob)
        if added is not None:
            return added.default
        if index != root:
            if knob == "inputs":
                return str(len(self.script.nodes[index].inputs))
            of_class = self.defaults(self.klass(index))
            if knob in of_class:
                return of_class[knob]
        return defaults.get(knob)

    def default(self, index: int, knob: str) -> str | None:
        """What a knob is where the script writes no value; None where that is not known."""
        if index == root:
            return _root_defaults.get(knob)
        added = self.user_knobs(index).get(knob)
        return added.default if added is not None else self.defaults(self.klass(index)).get(knob)

    def find(self, path: str, seen_from: int) -> Named:
        """What a name leads to, seen from a knob of a node.

        The node's own knobs come first, then nodes inside it where it is a group, then those beside it, then the knobs
        of the group around it and the nodes beside that, and so on outwards.

        Raises:
            ScriptError: an input on the way is not connected, or the first word names nothing.
        """
        words = path.split(".")
        at, place = seen_from, 0
        while place < len(words):
            step = self._step(at, words[place], first=place == 0)
            if step is None:
                break
            at, place = step, place + 1
        if at == seen_from and place == 0 and self.text(at, words[0]) is None:
            at = self._around_with(at, words[0])
        return Named(at, tuple(words[place:]))

    def _around_with(self, at: int, knob: str) -> int:
        """The nearest group around a node that has a knob; the node itself where none has."""
        group = at
        while (group := self.parent(group)) != root:
            if self.text(group, knob) is not None:
                return group
        return at

    @cached_property
    def views(self) -> frozenset[str]:
        """The views that Root names, and `main`."""
        lines = (self.text(root, "views") or "").strip("{} \n").splitlines()
        return frozenset(line.split()[0].strip('{}"') for line in lines if line.split()) | {"main"}

    def exists(self, path: str, seen_from: int) -> bool:
        """True where a name leads to a node or to a knob of one."""
        try:
            at, rest = self.find(path, seen_from)
        except ScriptError:
            return False
        return not rest or self.text(at, rest[0]) is not None

    def input_of(self, index: int, slot: int) -> int | None:
        """The node at an input; None where nothing is connected. Of an Input in a group it is what the group reads."""
        if index == root:
            return None
        inputs = self.script.nodes[index].inputs
        if slot < len(inputs) and inputs[slot] is not None:
            return inputs[slot]
        if self.klass(index) == "Input" and slot == 0:
            return self._outside(index)
        return None

    def topnode(self, index: int) -> int:
        """The node that a node's chain of first inputs begins with."""
        for _ in range(longest_chain):
            above = self.input_of(index, 0)
            if above is None:
                return index
            index = above
        raise TextError(
            "topnode", expected="a chain of inputs with a beginning", came="a loop", next_step="cut the loop"
        )

    def _outside(self, index: int) -> int | None:
        """What is connected to the group at the input that an Input node stands for."""
        group = self.parent(index)
        number = self.script.values_of(index).get("number", "")
        if number.isdecimal():
            slot = int(number)
        else:
            beside = [each for each in self.script.children(group) if self.klass(each) == "Input"] if group >= 0 else []
            slot = beside.index(index) if index in beside else 0
        return self.input_of(group, slot)

    def _step(self, at: int, word: str, *, first: bool) -> int | None:  # noqa: PLR0911 -- one line a kind of word
        if word == "this":
            return at
        if word == "root" and first:
            return root
        if word == "parent":
            return self.parent(at)
        if word == "topnode":
            return self.topnode(at)
        if word.startswith("input") and word[5:].isdecimal() | (word == "input"):
            return self._input_step(at, word)
        if self.text(at, word) is not None:
            return None
        return self._node_step(at, word, first=first)

    def _input_step(self, at: int, word: str) -> int | None:
        if self.text(at, word) is not None:
            return None
        slot = int(word[5:] or 0) if len(word) < 10 else 10**6  # noqa: PLR2004 -- no node has so many inputs
        found = self.input_of(at, slot)
        if found is None:
            raise TextError(
                word,
                expected=f"something connected to input {slot} of {self.path(at)}",
                came="nothing",
                next_step="connect it, or test with [exists ...] first",
            )
        return found

    def _node_step(self, at: int, word: str, *, first: bool) -> int | None:
        inside = self._by_name.get((None if at == root else at, word))
        if inside is not None or not first:
            return inside
        around: int | None = at
        while around is not None and around != root:
            around = self.script.nodes[around].parent
            found = self._by_name.get((around, word))
            if found is not None:
                return found
        return None

    @cached_property
    def _by_name(self) -> dict[tuple[int | None, str], int]:
        return {
            (node.parent, self.script.values_of(index).get("name", "")): index
            for index, node in enumerate(self.script.nodes)
        }
