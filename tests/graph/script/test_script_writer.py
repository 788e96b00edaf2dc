import random
from dataclasses import replace

import pytest
from sample_scripts import EVERY_CONSTRUCT, ODD_BUT_READABLE, random_script

from faceplate.errors import ScriptError
from faceplate.graph.script import Layer, Script, ScriptNode, parse_script, script_text


def node(name, *inputs, klass="Dot", **rest):
    return ScriptNode(klass, (("name", name),), inputs, **rest)


def names_and_inputs(script):
    """Each node's name with the names of what it takes, which no change of order touches."""
    named = [n.name for n in script.nodes]
    return {n.name: [None if i is None else named[i] for i in n.inputs] for n in script.nodes}


@pytest.mark.parametrize("text", [EVERY_CONSTRUCT, *ODD_BUT_READABLE])
def test_a_script_written_and_read_again_is_the_same(text):
    script = parse_script(text)
    again = parse_script(script_text(script))
    assert again == script
    assert script_text(again) == script_text(script)


def test_random_scripts_written_and_read_again_are_the_same():
    rng = random.Random(21)  # noqa: S311 -- the same ones every time
    for _ in range(300):
        script = parse_script(random_script(rng))
        assert parse_script(script_text(script)) == script


def test_the_text_is_laid_out_as_nuke_lays_it_out():
    text = r"""#! host -nx
version 13.2 v4
Root {
 inputs 0
 fps 24
}
add_layer {pos pos.red pos.green}
Read {
 inputs 0
 file "C:/my shots/a.####.exr"
 label "\[value file]\n\$x \{"
}
set N00000000 [stack 0]
Blur {
 size {{parent.size*2}}
 translate {1 2}
}
push $N00000000
Group {
 inputs 2
 addUserKnob {20 User l "a tab"}
}
 Input {
  inputs 0
 }
 Group {
 }
  Dot {
  }
 end_group
 Output {
  inputs 1
 }
end_group
"""
    assert script_text(parse_script(text)) == text


VALUES = [
    "", " ", "a b", "{", "}", "}{", "{a}", "{a", "a\\", "{a\\", "\\\n", "{\\\n}", "\r\n", "\0", '"', "[x]", "$x", "#",
    ";", "\\{", "{a b} \\", "1 2", "{{{", "é 模", "\ud800", "\ufeff", "\u2028",
    "{" * 190 + "}" * 190, "{" * 400 + "}" * 400,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
def test_any_value_and_any_knob_name_survives(value):
    script = Script((ScriptNode("Blur", ((value, value), ("size", "5")), (None,)),), root=((value, value),))
    assert parse_script(script_text(script)) == script


@pytest.mark.parametrize("klass", ["A.b", "#A", "a b", "{*}", "[x]", "模糊", '"', "a;b", "3D"])
def test_any_class_survives(klass):
    script = Script((ScriptNode(klass, (), (None,)),))
    assert parse_script(script_text(script)) == script


def test_versions_layers_and_layouts_of_any_text_survive():
    for text in ("a", "", "13.2  v4", "{", "a\\", "[x] $y", "\r", " a\n" * 80):
        script = Script((), version=text, layers=(Layer(text or "x", (text, "b c")),), layout=text)
        assert parse_script(script_text(script)) == script


def test_inputs_may_come_from_anywhere_further_up():
    nodes = [node("a"), node("b"), node("c", 0, 1, 0, None), node("d", 2, 0), node("e", None, 3, None), node("f", 0)]
    script = Script(tuple(nodes))
    assert [n.inputs for n in parse_script(script_text(script)).nodes] == [n.inputs for n in nodes]


def test_the_knob_inputs_follows_the_inputs():
    stale = ScriptNode("Merge2", (("inputs", "2+1"), ("name", "m")), (0, None))
    alone = ScriptNode("Blur", (("inputs", "0"),), (0,))
    written = parse_script(script_text(Script((node("a"), stale, alone))))
    assert written.nodes[0].knobs == (("inputs", "0"), ("name", "a"))
    assert written.nodes[1].knobs == (("inputs", "2"), ("name", "m"))
    assert written.nodes[2].knobs == ()


def test_a_node_whose_input_stands_further_down_is_written_after_it():
    script = Script((node("late", 2), node("free"), node("early")))
    written = parse_script(script_text(script))
    assert [n.name for n in written.nodes] == ["free", "early", "late"]
    assert names_and_inputs(written) == names_and_inputs(script)


def test_what_a_group_takes_inside_itself_comes_before_the_whole_group():
    inside = node("inside", 3, parent=0)
    script = Script((node("g", klass="Group", is_group=True), node("after", 0), inside, node("source")))
    written = parse_script(script_text(script))
    assert [n.name for n in written.nodes] == ["source", "g", "inside", "after"]
    assert names_and_inputs(written) == names_and_inputs(script)


def test_random_graphs_in_random_order_keep_their_wiring():
    rng = random.Random(3)  # noqa: S311 -- the same ones every time
    for _ in range(200):
        script = _shuffled(_random_graph(rng), rng)
        assert names_and_inputs(parse_script(script_text(script))) == names_and_inputs(script)


def test_an_original_is_written_before_its_clone():
    clone = ScriptNode("Blur", (("xpos", "3"),), (None,), clone_of=1)
    original = ScriptNode("Blur", (("size", "5"),), (None,))
    written = parse_script(script_text(Script((clone, original))))
    assert [n.clone_of for n in written.nodes] == [None, 0]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([node("a", 1), node("b", 0)], "a circle among a (Dot), b (Dot)"),
        ([node("a", 0)], "inputs from outside itself"),
        ([node("g", 1, klass="Group", is_group=True), node("a", parent=0)], "inputs from outside itself"),
        ([node("g", klass="Group", is_group=True), node("a", 0, parent=0)], "inputs from outside itself"),
        ([node("a", 7)], "among the 1 nodes"),
        ([node("a", -1)], "among the 1 nodes"),
        ([node("a"), node("b", parent=0)], "a (Dot), which holds no nodes"),
        ([node("a", is_group=True)], "a group of class 'Dot'"),
        ([node("a", parent=0, klass="Group")], "at most 64 groups around a node"),
        ([node("a", klass="push")], "came 'push'"),
        ([node("a", klass="exec")], "came 'exec'"),
        ([node("a", klass="")], "came ''"),
        ([node("a"), node("b", klass="Blur", clone_of=0)], "a clone of a (Dot)"),
        ([node("a", *[None] * 1001)], "at most 1000 inputs"),
        ([node("a"), *[node("g", klass="Group", is_group=True, parent=i or None) for i in range(66)]], "at most 64"),
    ],
)
def test_what_no_script_can_say_is_refused(nodes, said):
    with pytest.raises(ScriptError) as caught:
        script_text(Script(tuple(nodes)))
    assert said in str(caught.value)


@pytest.mark.parametrize("comment", ["no hash", "# two\nlines", "# joins \\", "# ends \r", ""])
def test_a_comment_that_would_be_something_else_is_refused(comment):
    with pytest.raises(ScriptError, match="a # and text"):
        script_text(Script((), comments=(comment,)))


def test_two_readings_that_differ_in_warnings_alone_are_equal():
    script = parse_script("push $a\nDot {}")
    assert script.warnings
    assert replace(script, warnings=()) == script


def _random_graph(rng):
    nodes, groups = [], [None]
    for index in range(rng.randint(1, 25)):
        parent = rng.choice(groups)
        siblings = [i for i, n in enumerate(nodes) if n.parent == parent]
        inputs = [rng.choice([None, *siblings]) for _ in range(rng.randint(0, 4))]
        is_group = rng.random() < 0.2
        groups += [index] if is_group else []
        klass = "Group" if is_group else "Dot"
        nodes.append(node(f"n{index}", *inputs, klass=klass, parent=parent, is_group=is_group))
    return Script(tuple(nodes))


def _shuffled(script, rng):
    order = list(range(len(script.nodes)))
    rng.shuffle(order)
    place = {old: new for new, old in enumerate(order)} | {None: None}
    moved = (script.nodes[old] for old in order)
    return Script(tuple(replace(n, parent=place[n.parent], inputs=tuple(place[i] for i in n.inputs)) for n in moved))
