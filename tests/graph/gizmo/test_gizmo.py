import ast
import runpy
import sys
from pathlib import Path
from types import ModuleType

import pytest

from faceplate.errors import CallError
from faceplate.graph.gizmo import designs, gizmo_script, gizmo_text
from faceplate.graph.script import parse_script, script_text, split_list
from faceplate.spec import knobs_of, registered

NAMES = sorted(designs)
ORACLE = runpy.run_path(str(Path(__file__).parents[1] / "script" / "tcl_oracle.py"))

# What a Group has by itself (Nuke's reference of Group and of the Node tab); a user knob of such a name would hide it.
GROUP_KNOBS = """
name help onCreate onDestroy knobChanged updateUI autolabel panel tile_color gl_color label note_font
note_font_size note_font_color selected xpos ypos icon indicators hide_input cached disable dope_sheet
postage_stamp postage_stamp_frame bookmark lifetimeStart lifetimeEnd lifetimeLabel useLifetime
lock_connections mapsize window panelDropped rootNodeUpdated enable inputs clones locked protected published
gizmo_file
"""
OWN_KNOBS = frozenset(GROUP_KNOBS.split())
KINDS = {bool: "6", int: "3", float: "7", str: "1"}


def declared(node):
    """The user knobs of a node by name: type number, and options by their letter."""
    found = {}
    for knob, value in node.knobs:
        if knob == "addUserKnob":
            kind, name, *options = split_list(value)
            assert name not in found, f"{name} is declared twice"
            found[name] = (kind, options_of(options))
    return found


def options_of(words):
    options = {}
    while words:
        if words[0][0] in "+-":
            options.setdefault("flags", []).append(words.pop(0))
        else:
            count = 2 if words[0] == "R" else 1
            options[words[0]] = words[1] if count == 1 else tuple(words[1:3])
            del words[: count + 1]
    return options


def settings_of(name):
    spec = registered()[name]
    return knobs_of(spec.graph_settings) | knobs_of(spec.settings)


def test_every_node_of_the_registry_has_a_gizmo():
    assert set(designs) == set(registered())


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_there_once_with_its_default_and_range(name):
    group = gizmo_script(name).nodes[0]
    user, values = declared(group), [knob for knob, _ in group.knobs if knob != "addUserKnob"]
    for setting, (about, default, kind) in settings_of(name).items():
        number, options = user[setting]
        expected = "4" if about.choices else "2" if about.file else KINDS[kind]
        assert number == expected
        assert about.help in options["t"]
        assert about.unit in options["t"]
        assert values.count(setting) == 1
        read = {"true": True, "false": False}.__getitem__ if kind is bool else kind
        assert read(group.values[setting]) == default
        if about.choices:
            assert tuple(split_list(options["M"])) == about.choices
        if kind in (int, float):
            low, high = map(float, options["R"])
            assert low == (about.minimum if about.minimum is not None else low)
            assert high == (about.maximum if about.maximum is not None else high)
            assert low <= default <= high


@pytest.mark.parametrize("name", NAMES)
def test_settings_stand_in_the_tabs_of_their_groups(name):
    tab, seen = "", {}
    for knob, (kind, _) in declared(gizmo_script(name).nodes[0]).items():
        tab = knob if kind == "20" else tab
        seen[knob] = tab
    for setting, (about, _, _) in settings_of(name).items():
        assert seen[setting] == about.group
    assert next(iter(seen)) == "Faceplate"
    assert seen["status"] == "Faceplate"
    assert seen["info"] == "Info"


@pytest.mark.parametrize("name", NAMES)
def test_no_knob_takes_the_name_of_one_that_every_group_has(name):
    assert not OWN_KNOBS & set(declared(gizmo_script(name).nodes[0]))


@pytest.mark.parametrize("name", NAMES)
def test_every_knob_says_what_it_is_for(name):
    for kind, options in declared(gizmo_script(name).nodes[0]).values():
        if kind not in {"20", "26"} and "+INVISIBLE" not in options.get("flags", []):
            assert options["t"].strip()
            assert options["l"].strip()


@pytest.mark.parametrize("name", NAMES)
def test_a_hidden_knob_names_class_and_version(name):
    group = gizmo_script(name).nodes[0]
    assert group.klass == "Group"
    assert group.values["faceplate_class"] == f"{name} {registered()[name].version}"
    for hidden in ("faceplate_class", "faceplate_id", "faceplate_job"):
        kind, options = declared(group)[hidden]
        assert (kind, options["flags"]) == ("1", ["+INVISIBLE"])
    assert "+DISABLED" in declared(group)["status"][1]["flags"]


@pytest.mark.parametrize("name", NAMES)
def test_a_gizmo_declares_the_layers_of_its_node(name):
    assert gizmo_script(name).layers == registered()[name].layers


@pytest.mark.parametrize("name", NAMES)
def test_the_text_reads_back_to_the_same_nodes(name):
    script = gizmo_script(name)
    read = parse_script(gizmo_text(name))
    assert read == script
    assert read.warnings == ()
    assert script_text(read) == gizmo_text(name)


@pytest.mark.skipif(ORACLE["TCLSH"] is None, reason="tclsh is not installed")
def test_tcl_reads_every_gizmo_as_we_do(tmp_path):
    paths = [tmp_path / f"{name}.gizmo" for name in NAMES]
    for path in paths:
        path.write_text(gizmo_text(path.stem))
    for path, reading in zip(paths, ORACLE["tcl_readings"](paths), strict=True):
        assert reading == ORACLE["our_reading"](parse_script(path.read_text()))


@pytest.mark.parametrize("name", NAMES)
def test_the_text_is_the_same_every_time(name):
    assert gizmo_text(name) == gizmo_text(name)
    assert gizmo_text(name).isascii()


def python_of(group):
    buttons = [options["T"] for kind, options in declared(group).values() if kind == "22"]
    return [*buttons, group.values["knobChanged"]]


@pytest.mark.parametrize("name", NAMES)
def test_all_python_is_of_python_3_9_and_guarded(name):
    group = gizmo_script(name).nodes[0]
    assert len(python_of(group)) >= 4
    for text in python_of(group):
        (guard,) = ast.parse(text, feature_version=(3, 9)).body
        assert isinstance(guard, ast.Try)
        assert isinstance(guard.body[0], ast.Import)
        assert [handler.type.id for handler in guard.handlers] == ["Exception"]
    assert not {"onCreate", "onDestroy", "updateUI", "autolabel"} & group.values.keys()


class Messages:
    """Stands in for the `nuke` module: says what it was told, knows the node and the knob, refuses all else."""

    def __init__(self):
        self.said = []

    def message(self, words):
        self.said.append(words)

    def thisNode(self):  # noqa: N802 -- Nuke's name
        return "node"

    def thisKnob(self):  # noqa: N802 -- Nuke's name
        return "knob"


@pytest.mark.parametrize("name", NAMES)
def test_without_the_plugin_buttons_say_so_and_changes_pass(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "faceplate_nuke", None)
    *buttons, changed = python_of(gizmo_script(name).nodes[0])
    nuke = Messages()
    exec(changed, {"nuke": nuke})  # noqa: S102 -- our own text
    assert nuke.said == []
    for number, text in enumerate(buttons, 1):
        exec(text, {"nuke": nuke})  # noqa: S102 -- our own text
        assert len(nuke.said) == number
        assert "faceplate install nuke" in nuke.said[-1]


@pytest.mark.parametrize("name", NAMES)
def test_with_the_plugin_each_button_calls_one_of_its_functions_on_the_node(name, monkeypatch):
    heard = []
    plugin, buttons = ModuleType("faceplate_nuke"), ModuleType("faceplate_nuke.buttons")
    plugin.buttons, plugin.__path__ = buttons, []
    plugin.changed = lambda node, knob: heard.append(("changed", node, knob))
    for call in ("track", "render", "cancel", "clear", "open_cache", "copy_track", "key_here"):
        setattr(buttons, call, lambda node, *klass, call=call: heard.append((call, node, *klass)))
    monkeypatch.setitem(sys.modules, plugin.__name__, plugin)
    monkeypatch.setitem(sys.modules, buttons.__name__, buttons)
    nuke = Messages()
    for text in python_of(gizmo_script(name).nodes[0]):
        exec(text, {"nuke": nuke})  # noqa: S102 -- our own text
    first = "track" if name == "FaceTrack" else "render"
    always = [(call, "node") for call in (first, "cancel", "clear", "open_cache")]
    copies = [("copy_track", "node", klass) for klass in ("Tracker4", "CornerPin2D", "Roto", "Axis")]
    by_hand = [("key_here", "node"), ("track", "node")]
    assert heard == [*always, *([*by_hand, *copies] if name == "FaceTrack" else []), ("changed", "node", "knob")]
    assert nuke.said == []


def test_the_plugin_has_every_function_that_a_gizmo_calls():
    package = Path(__file__).parents[3] / "plugin" / "nuke" / "faceplate_nuke"
    defined = {
        node.name: len(node.args.args)
        for file in ("buttons.py", "watch.py")
        for node in ast.parse((package / file).read_text()).body
        if isinstance(node, ast.FunctionDef)
    }
    for name in NAMES:
        for text in python_of(gizmo_script(name).nodes[0]):
            call = ast.parse(text).body[0].orelse[0].value
            assert defined[call.func.attr] == len(call.args)
    assert {"buttons", "changed"} <= set(ast.literal_eval(public_names(package / "__init__.py")))


def public_names(path):
    return next(node.value for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign))


def test_a_node_that_there_is_not_is_refused_by_name():
    with pytest.raises(CallError, match="FaceSwop") as refused:
        gizmo_text("FaceSwop")
    assert "FaceSwap" in refused.value.expected
