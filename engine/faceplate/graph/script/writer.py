"""From `Script` to text, as Nuke lays its own files out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from faceplate.errors import ScriptError
from faceplate.graph.script.command_names import script_commands, tcl_commands
from faceplate.graph.script.commands import is_comment
from faceplate.graph.script.limits import max_inputs, max_words
from faceplate.graph.script.model import Script, ScriptNode, declared_inputs, group_classes
from faceplate.graph.script.order import label, writing_order
from faceplate.graph.script.quoting import fits_braces, join_list, list_word, quoted

Pairs = tuple[tuple[str, str], ...]


def script_text(script: Script) -> str:
    """The script as a .nk or .gizmo, which Nuke, Tcl and `parse_script` read back to the same nodes.

    Nodes stay in their order where a script can have it; where an input stands further down, it is moved up. The knob
    `inputs` is set right where it does not fit the node's inputs.

    Raises:
        ScriptError: inputs in a circle, a node inside one that is no group, a class that no script can name.
    """
    lines = [*_head(script), *_body(script)]
    return "".join(line + "\n" for line in lines)


def _head(script: Script) -> Iterator[str]:
    for comment in script.comments:
        yield _comment(comment)
    if script.version is not None:
        yield f"version {_version(script.version)}"
    if script.layout is not None:
        yield f"define_window_layout_xml {_braced(script.layout)}"
    if script.root is not None:
        yield from _block("Root", script.root, "")
    for layer in script.layers:
        yield f"add_layer {_braced(join_list([layer.name, *layer.channels]))}"


def _version(text: str) -> str:
    """`13.2 v4` as the words it is made of."""
    words = text.split(" ")
    return join_list(words) if len(words) < max_words else quoted(text)


def _comment(text: str) -> str:
    if not is_comment(text):
        expected = "a # and text up to the end of one line"
        raise ScriptError("a comment", expected=expected, came=repr(text[:60]), next_step="give each line its own #")
    return text


def _braced(word: str) -> str:
    return f"{{{word}}}" if fits_braces(word) else quoted(word)


def _block(head: str, knobs: Pairs, indent: str) -> Iterator[str]:
    yield f"{indent}{head} {{"
    for name, value in knobs:
        yield f"{indent} {list_word(name)} {list_word(value, prefer_braces=name == 'addUserKnob')}"
    yield f"{indent}}}"


@dataclass(frozen=True)
class _Plan:
    """How the nodes of a script are wired up by its stack.

    Attributes:
        order: the nodes as they are written.
        pushes: what is pushed before each of them, the last ending on top.
        recalled: the nodes that are pushed or cloned later on, and so need a variable.
        keyed: the nodes that are written in the clipboard's form, since a clone of theirs holds nodes.
    """

    order: Sequence[int]
    pushes: dict[int, list[int | None]]
    recalled: frozenset[int]
    keyed: frozenset[int]


def _body(script: Script) -> Iterator[str]:
    plan = _plan(script)
    open_groups: list[int] = []
    for index in plan.order:
        node = script.nodes[index]
        yield from _ends(plan, open_groups, node.parent)
        indent = " " * len(open_groups)
        for pushed in plan.pushes[index]:
            yield "push 0" if pushed is None else f"push ${_variable(pushed)}"
        yield from _block(_opening(script, plan, index), _knobs(script, index), indent)
        if _opens(node):
            open_groups.append(index)
        elif index in plan.recalled:
            yield f"set {_variable(index)} [stack 0]"
    yield from _ends(plan, open_groups, None)


def _ends(plan: _Plan, open_groups: list[int], parent: int | None) -> Iterator[str]:
    """Closes the groups that a node with this parent does not stand in."""
    while open_groups and open_groups[-1] != parent:
        index = open_groups.pop()
        indent = " " * len(open_groups)
        yield f"{indent}end_group"
        if index in plan.recalled:
            yield f"set {_variable(index)} [stack 0]"


def _variable(index: int) -> str:
    return f"N{index:08x}"


def _opening(script: Script, plan: _Plan, index: int) -> str:
    """The words before a node's knobs."""
    node, first = script.nodes[index], _first(script, index)
    if first in plan.keyed and (first == index or _opens(node)):
        return f"clone node{first:08x}|{first}|0 {_class(script, first)}"
    return _class(script, index) if first == index else f"clone ${_variable(first)}"


def _class(script: Script, index: int) -> str:
    klass = script.nodes[index].klass
    if not klass or klass in script_commands or klass in tcl_commands:
        expected = "a class of node"
        raise ScriptError(label(script, index), expected=expected, came=repr(klass), next_step="name another class")
    return list_word(klass) if klass[0] != "#" else quoted(klass)


def _knobs(script: Script, index: int) -> Pairs:
    """A node's knobs, with `inputs` as many as it has."""
    node = script.nodes[index]
    if declared_inputs(node.knobs) == len(node.inputs):
        return node.knobs
    others = tuple(pair for pair in node.knobs if pair[0] != "inputs")
    return others if len(node.inputs) == 1 else (("inputs", str(len(node.inputs))), *others)


def _opens(node: ScriptNode) -> bool:
    return node.is_group if node.clone_of is not None else node.klass in group_classes


def _first(script: Script, index: int) -> int:
    """The original of a clone, and of a clone of that; any other node is its own."""
    way = [index]
    while (original := script.nodes[way[-1]].clone_of) is not None and len(way) <= len(script.nodes):
        way.append(original)
    return way[-1]


def _plan(script: Script) -> _Plan:
    order, pushes = writing_order(script), dict[int, list[int | None]]()
    stacks: list[tuple[int | None, list[int | None]]] = [(None, [])]
    for index in order:
        node = script.nodes[index]
        _check(script, index)
        while stacks[-1][0] != node.parent:
            stacks.pop()
        stack = stacks[-1][1]
        pushes[index] = _missing(stack, node.inputs)
        del stack[max(0, len(stack) - len(node.inputs) + len(pushes[index])) :]
        stack.append(index)
        if _opens(node):
            stacks.append((index, []))
    clones = [index for index in order if script.nodes[index].clone_of is not None]
    originals = {_first(script, index) for index in clones if not _opens(script.nodes[index])}
    pushed = {index for some in pushes.values() for index in some if index is not None}
    keyed = frozenset(_first(script, index) for index in clones if _opens(script.nodes[index]))
    return _Plan(order, pushes, frozenset(pushed | originals), keyed)


def _missing(stack: Sequence[int | None], inputs: Sequence[int | None]) -> list[int | None]:
    """What has to be pushed so that a node takes its inputs; the last of them may already lie on the stack."""
    start = next(start for start in range(len(inputs) + 1) if _lies(stack, inputs, start))
    return list(inputs[:start][::-1])


def _lies(stack: Sequence[int | None], inputs: Sequence[int | None], start: int) -> bool:
    """True where the inputs from `start` on lie on the stack as they are; below its bottom it is empty without end."""
    return all(
        inputs[slot] == (stack[start - slot - 1] if slot - start < len(stack) else None)
        for slot in range(start, len(inputs))
    )


def _check(script: Script, index: int) -> None:
    """Refuses what the text of a script cannot say."""
    node = script.nodes[index]
    if node.parent is not None and not _opens(script.nodes[node.parent]):
        _refuse(script, index, "a group around it", f"{label(script, node.parent)}, which holds no nodes")
    if node.is_group and node.klass not in group_classes:
        _refuse(script, index, "nodes only in " + ", ".join(sorted(group_classes)), f"a group of class {node.klass!r}")
    if node.clone_of is not None and script.nodes[node.clone_of].klass != node.klass:
        _refuse(script, index, "the class of its original", f"a clone of {label(script, node.clone_of)}")
    if len(node.inputs) > max_inputs:
        _refuse(script, index, f"at most {max_inputs} inputs", str(len(node.inputs)))


def _refuse(script: Script, index: int, expected: str, came: str) -> None:
    raise ScriptError(
        label(script, index), expected=expected, came=came, next_step="mend that node before it is written"
    )
