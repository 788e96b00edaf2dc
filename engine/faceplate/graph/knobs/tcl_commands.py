"""All commands that brackets may name: Nuke's own that read the script, and the pure ones of Tcl."""

from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.numerals import plain_number, shown_number
from faceplate.graph.knobs.tcl import Command, Tcl, unrendered
from faceplate.graph.knobs.tcl_expr import evaluated, is_true, shown
from faceplate.graph.knobs.tcl_list_commands import counted, list_commands
from faceplate.graph.knobs.tcl_lists import joined_list
from faceplate.graph.knobs.tcl_text_commands import text_commands


def _value(tcl: Tcl, words: list[str]) -> str:
    path, *default = counted("value", words, 1, 2)
    return tcl.host.value(path, *default)


def _numvalue(tcl: Tcl, words: list[str]) -> str:
    path, *default = counted("numvalue", words, 1, 2)
    return shown_number(tcl.host.number(path, *default))


def _knob(tcl: Tcl, words: list[str]) -> str:
    if len(words) > 1:
        raise unrendered(["knob", *words])
    return tcl.host.raw(counted("knob", words, 1, 1)[0])


def _expression(tcl: Tcl, words: list[str]) -> str:
    return shown_number(tcl.host.expression(" ".join(counted("expression", words, 1))))


def _expr(tcl: Tcl, words: list[str]) -> str:
    return shown(evaluated(tcl, " ".join(counted("expr", words, 1))))


def _exists(tcl: Tcl, words: list[str]) -> str:
    return str(int(tcl.host.exists(counted("exists", words, 1, 1)[0])))


def _question(tcl: Tcl, words: list[str]) -> str:
    counted("?", words, 2, 3)
    holds = tcl.host.expression(words[0]) != 0
    return words[1] if holds else "".join(words[2:3])


def _metadata(tcl: Tcl, words: list[str]) -> str:
    node, frame, rest = "this", None, list(words)
    while rest and rest[0] in ("-n", "-t", "-v", "-s") and len(rest) > 1:
        option, said, rest = rest[0], rest[1], rest[2:]
        if option == "-n":
            node = said
        elif option == "-t":
            frame = plain_number(said)
        else:
            raise unrendered(["metadata", *words])
    if len(rest) > 1:
        node, rest = rest[0], rest[1:]
    return tcl.host.metadata(rest[0] if rest else None, node, frame)


def _frame(tcl: Tcl, words: list[str]) -> str:
    counted("frame", words, 0, 0)
    return shown_number(tcl.host.frame())


def _view(tcl: Tcl, words: list[str]) -> str:
    counted("view", words, 0, 0)
    return tcl.host.view()


def _topnode(tcl: Tcl, words: list[str]) -> str:
    return tcl.host.topnode(*(counted("topnode", words, 0, 1) or ["this"]))


def _class(tcl: Tcl, words: list[str]) -> str:
    return tcl.host.klass(*(counted("class", words, 0, 1) or ["this"]))


def _node(tcl: Tcl, words: list[str]) -> str:
    return tcl.host.node(*(counted("node", words, 0, 1) or ["this"]))


def _input(tcl: Tcl, words: list[str]) -> str:
    counted("input", words, 1, 2)
    slot = plain_number(words[-1])
    if slot is None or not 0 <= slot < 1000:  # noqa: PLR2004 -- no node has more inputs
        raise TextError(
            short(f"[input {' '.join(words)}]"),
            expected="a number of an input",
            came=short(words[-1]),
            next_step="mend it",
        )
    return tcl.host.input(words[0] if len(words) > 1 else "this", int(slot))


def _channels(tcl: Tcl, words: list[str]) -> str:
    return joined_list(list(tcl.host.channels(*(counted("channels", words, 0, 1) or ["this"]))))


def _date(tcl: Tcl, words: list[str]) -> str:
    return tcl.host.date(" ".join(words) or "%a %b %d %H:%M:%S %Y")


def _python(tcl: Tcl, words: list[str]) -> str:
    return tcl.host.python(" ".join(counted("python", words, 1)))


def _return(_: Tcl, words: list[str]) -> str:
    return "".join(counted("return", words, 0, 1))


def _if(tcl: Tcl, words: list[str]) -> str:
    """`if a ?then? b elseif c ?then? d ?else? e`."""
    rest = counted("if", words, 2)
    while len(rest) > 1:
        condition, rest = rest[0], rest[2:] if rest[1] == "then" else rest[1:]
        if not rest:
            break
        if is_true(evaluated(tcl, condition)):
            return tcl.script(rest[0])
        rest = rest[1:]
        if rest[:1] == ["elseif"]:
            rest = rest[1:]
            continue
        rest = rest[1:] if rest[:1] == ["else"] else rest
        break
    return tcl.script(rest[0]) if len(rest) == 1 else ""


commands: dict[str, Command] = {
    **list_commands,
    **text_commands,
    "?": _question,
    "channels": _channels,
    "class": _class,
    "date": _date,
    "exists": _exists,
    "expr": _expr,
    "expression": _expression,
    "frame": _frame,
    "if": _if,
    "input": _input,
    "knob": _knob,
    "metadata": _metadata,
    "node": _node,
    "numvalue": _numvalue,
    "python": _python,
    "return": _return,
    "topnode": _topnode,
    "value": _value,
    "view": _view,
}
