import pytest
from sample_scripts import EVERY_CONSTRUCT

from faceplate.errors import ScriptError
from faceplate.graph.script import Layer, parse_script


def wiring(script):
    return [(node.klass, node.inputs, node.parent) for node in script.nodes]


def test_every_construct_is_read():
    script = parse_script(EVERY_CONSTRUCT)
    assert wiring(script) == [
        ("Read", (), None),
        ("Blur", (0,), None),
        ("Merge2", (None, 0, 1), None),
        ("Group", (2, None), None),
        ("Input", (), 3),
        ("Input", (), 3),
        ("VariableGroup", (5,), 3),
        ("Input", (), 6),
        ("Output", (7,), 6),
        ("Output", (6,), 3),
        ("Blur", (3,), None),
        ("FrameHold", (10,), None),
        ("FrameHold", (11,), None),
        ("MyGizmo.gizmo", (12,), None),
        ("OFXuk.co.thefoundry.keylight.keylight_v201", (13,), None),
        ("Viewer", (14, None, None, None, None, None), None),
    ]
    assert [node.clone_of for node in script.nodes if node.clone_of is not None] == [1, 11]
    assert script.version == "13.2 v4"
    assert [layer.name for layer in script.layers] == ["pos", "depth"]
    assert script.layers[1] == Layer("depth", ("depth.Z",))
    assert script.layout.startswith("<?xml")
    assert script.layout.endswith("</layout>\n")
    assert script.comments[0] == "#! C:/Program Files/Host/host-14.0.5.dll -nx"
    assert script.root_values["project_directory"] == "[python {nuke.script_directory()}]"
    assert script.warnings == ()


def test_knobs_are_pairs_as_read_with_backslashes_resolved():
    script = parse_script(EVERY_CONSTRUCT)
    assert script.nodes[1].knobs == (
        ("size", r'{"parent.size > 1 ? \[value k] : 0" i x428 1}'),
        ("label", 'a "word", a \\, a \t tab,\na line \r AéA { } [ $ # ;'),
        ("name", "Blur1"),
    )
    assert script.nodes[2].knobs[:2] == (("inputs", "2+1"), ("standard layer name format", "true"))
    assert [name for name, _ in script.nodes[3].knobs].count("addUserKnob") == 3
    assert script.nodes[10].knobs == (("inputs", "1"), ("xpos", "10"), ("selected", "false"))


def test_input_0_is_the_top_of_the_stack():
    script = parse_script("Read {inputs 0}\nConstant {inputs 0}\nMerge2 {inputs 2}")
    assert script.nodes[2].inputs == (1, 0)


def test_a_node_that_says_nothing_takes_one_input_whatever_its_class():
    script = parse_script("Dot {inputs 0}\n" + "".join(f"{c} {{}}\n" for c in ("Viewer", "Camera2", "Axis2", "Text")))
    assert [node.inputs for node in script.nodes] == [(), (0,), (1,), (2,), (3,)]


def test_a_mask_is_a_slot_after_the_others():
    script = parse_script(
        "Dot {inputs 0}\npush 0\nDot {inputs 0}\nBlur {inputs 1+1}\nDot {inputs 0}\nMerge2 {inputs 2+1}"
    )
    assert script.nodes[2].inputs == (1, None)
    assert script.nodes[4].inputs == (3, 2, 0)


def test_a_group_has_a_stack_of_its_own_and_then_lies_on_the_outer_one():
    script = parse_script("Read {inputs 0}\nGroup {}\nBlur {}\nend_group\nGrade {}")
    assert wiring(script)[2:] == [("Blur", (None,), 1), ("Grade", (1,), None)]


@pytest.mark.parametrize("klass", ["Gizmo", "Group", "LiveGroup", "VariableGroup"])
def test_the_classes_that_hold_nodes(klass):
    script = parse_script(f"{klass} {{}}\n Input {{inputs 0}}\nend_group\nDot {{}}")
    assert [node.is_group for node in script.nodes] == [True, False, False]
    assert wiring(script)[1:] == [("Input", (), 0), ("Dot", (0,), None)]


def test_a_clone_has_the_class_of_its_original_and_its_own_pairs():
    script = parse_script(
        "Blur {size 5}\nset C1 [stack 0]\nGrade {}\nclone $C1 {xpos 3}\nset C2 [stack 0]\nclone $C2 {}"
    )
    assert [(node.klass, node.clone_of) for node in script.nodes[2:]] == [("Blur", 0), ("Blur", 0)]
    assert script.nodes[2].knobs == (("xpos", "3"),)
    assert script.values_of(2) == {"size": "5", "xpos": "3"}


def test_a_clipboard_clone_inside_a_group_of_its_key_is_a_node_of_its_own():
    script = parse_script("clone K Group {}\nclone K Group {}\nend_group\nend_group\n")
    assert [node.clone_of for node in script.nodes] == [None, None]


def test_root_is_no_node_and_takes_nothing_from_the_stack():
    script = parse_script("Dot {inputs 0}\nRoot {fps 24}\nDot {}")
    assert script.nodes[1].inputs == (0,)
    assert script.root == (("fps", "24"),)


def test_no_root_is_not_an_empty_one():
    assert parse_script("Dot {}").root is None
    assert parse_script("Root {}").root == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Dot {}\n\npush $N1\nDot {}", "line 3: $N1 is used but never set; it is an empty input"),
        ("push Blur1\nDot {}", "line 1: 'Blur1' is pushed, which is no node; the input is empty"),
        ("Dot {}\nend_group", "line 2: end_group where no group is open; it is passed over"),
        ("Group {}\nGroup {}\n", "line 3: 2 of the groups have no end_group; they end here"),
        ("Root {}\nRoot {}\n", "line 2: a second Root; its knobs are added to those of the first"),
        ("add_layer {}", "line 1: add_layer without a name; it is passed over"),
    ],
)
def test_what_is_odd_but_readable_is_said(text, said):
    assert parse_script(text).warnings == (said,)


def test_a_flood_of_warnings_is_counted():
    warnings = parse_script("push $a\n" * 5000).warnings
    assert len(warnings) == 1001
    assert warnings[999].startswith("line 1000:")
    assert warnings[-1] == "and 4000 more of the kind"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("Dot {}\nBlur {\n size\n}", 2, "a value for each knob; came Blur with 1 words, the last 'size'"),
        ("\n\nBlur {\n size 5\n", 3, "a brace that is not closed"),
        ('Blur {label "a}', 1, "a quote that is not closed in Blur"),
        ("Blur {label {a}b}", 1, "'b' glued to the word '{a}' in Blur"),
        ("Blur {size 5}x", 1, "'x' glued to a word"),
        ('Blur "size 5"x', 1, "'x' glued to a word"),
        ("Blur {*}{size 5}", 1, "glued to a word"),
        ("Dot {}\nputs hello", 2, "the command 'puts hello'"),
        ("exec {rm -r}", 1, "the command 'exec {rm -r}'"),
        ("Blur", 1, "the command 'Blur'"),
        ("Blur {} {}", 1, "the command 'Blur {} {}'"),
        ("{} {}", 1, "the command '{} {}'"),
        ("set a", 1, "the command 'set a'"),
        ("push", 1, "the command 'push'"),
        ("Blur [exec ls]", 1, "'[exec'"),
        ('push "$a$a"', 1, "'$a$a'"),
        ("set a b$c", 1, "'$c'"),
        ("$a {}", 1, "the command '$a {}'"),
        ("clone $C1 {}", 1, "the clone of a node that stands further up"),
        ("Blur {inputs two}", 1, "inputs 'two' of Blur"),
        ("Blur {inputs -1}", 1, "inputs '-1' of Blur"),
        ("add_layer {a {b}", 1, "a brace that is not closed"),
        ('add_layer "{a"', 1, "a brace that is not closed"),
    ],
)
def test_what_is_no_script_is_refused_with_its_line(text, line, said):
    with pytest.raises(ScriptError) as caught:
        parse_script(text, "shot.nk")
    assert str(caught.value).startswith(f"shot.nk, line {line}: ")
    assert said in str(caught.value)
