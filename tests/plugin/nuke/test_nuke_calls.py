"""Calls of Nuke's: those that the plugin makes are there in Nuke, and the stand-in has no others."""

import ast
import re
import site
import sys
from pathlib import Path

import pytest

from faceplate.cli.nuke_plugin import _engine_knobs
from faceplate.graph.gizmo import designs, gizmo_script

PLUGIN = Path(__file__).parents[3] / "plugin" / "nuke"


def stub_folder():
    """types-nuke, wherever it is installed."""
    found = [Path(folder, "nuke-stubs") for folder in site.getsitepackages() if Path(folder, "nuke-stubs").is_dir()]
    assert found, "types-nuke is not installed; `make check` installs it"
    return found[0]


def names_of(module):
    """What a stub defines, with what it takes over from others: names, and of each class its members."""
    tree = ast.parse((stub_folder() / f"{module}.pyi").read_text())
    found = {}
    for each in tree.body:
        if isinstance(each, ast.ImportFrom) and each.level and each.module:
            taken = names_of(each.module)
            everything = any(alias.name == "*" for alias in each.names)
            found |= taken if everything else {alias.name: taken.get(alias.name, set()) for alias in each.names}
        elif isinstance(each, ast.ClassDef):
            own = {part.name for part in each.body if isinstance(part, ast.FunctionDef)}
            own |= {part.target.id for part in each.body if isinstance(part, ast.AnnAssign)}
            found[each.name] = own.union(
                *(found.get(base.id, set()) for base in each.bases if isinstance(base, ast.Name))
            )
        elif isinstance(each, ast.FunctionDef):
            found[each.name] = set()
        elif isinstance(each, ast.AnnAssign):
            found[each.target.id] = set()
    return found


def calls_in(source):
    """Every `nuke.X` and `nuke.X.Y` that a source says."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            words = ast.unparse(node).split(".")
            if words[0] == "nuke" and all(word.isidentifier() for word in words):
                yield tuple(words[1:])


def plugin_calls():
    return {call for path in PLUGIN.rglob("*.py") for call in calls_in(path.read_text())}


def test_every_call_of_nuke_is_one_that_nuke_has():
    known = {"": names_of("__init__"), "rotopaint": names_of("rotopaint")}
    unknown = set()
    for words in plugin_calls():
        module, *rest = words if words[0] == "rotopaint" else ("", *words)
        # `nuke.nodes` makes a node of any class; `getattr` on it is how a class is named by a text.
        if (rest and rest[0] not in known[module]) or (len(rest) > 1 and rest[1] not in known[module][rest[0]]):
            unknown.add(words)
    assert unknown == set()


def test_a_mistyped_call_is_found():
    known = names_of("__init__")
    assert list(calls_in("nuke.toNodes('x'); nuke.Undo.start()")) == [("toNodes",), ("Undo", "start"), ("Undo",)]
    assert "toNodes" not in known
    assert "start" not in known["Undo"]
    assert "begin" in known["Undo"]


def test_the_stand_in_has_the_calls_of_the_plugin_and_no_others(stand_in):
    used = {words[0] for words in plugin_calls()}
    here = {name for name in vars(stand_in.module) if not name.startswith("__")}
    only_in_gizmos = {"message"}  # what a button says where the plugin is missing
    assert used - here == set()
    assert here - used - only_in_gizmos <= {"thisNode", "thisKnob", "createNode", "Knob", "Node"}
    with pytest.raises(AttributeError):
        stand_in.module.message("a window that would stop a render")


def test_no_module_of_the_plugin_touches_qt_or_anything_but_pythons_own():
    foreign = set()
    for path in PLUGIN.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 9))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            named += [node.module] if isinstance(node, ast.ImportFrom) else []
            foreign |= {name.partition(".")[0] for name in named} - set(sys.stdlib_module_names)
    assert foreign == {"nuke", "faceplate_nuke"}


def test_what_is_worked_inside_a_group_is_just_what_ordinary_nodes_there_go_by(nuke):  # noqa: ARG001 -- puts the plugin on the path
    """A setting that a node inside follows is no reason to make the engine's picture anew; every other one is."""
    from faceplate_nuke.freeze import WORKED_INSIDE  # noqa: PLC0415 -- on the path by now

    followed = set()
    for name in designs:
        inner = [value for node in gizmo_script(name).nodes[1:] for _, value in node.knobs]
        named = {word for value in inner for word in re.findall(r"parent\.(\w+)", value)}
        followed |= named & set(_engine_knobs(name))
    # A file's name travels, and the file itself is looked at; layers are made by the engine and copied by nodes.
    assert followed - {"track_file", "layers"} == set(WORKED_INSIDE)
