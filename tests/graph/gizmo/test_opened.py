from faceplate.graph.gizmo import gizmo_script, open_gizmos
from faceplate.graph.script import parse_script, script_text
from faceplate.spec import registered

SCRIPT = r"""
version 14.0 v1
add_layer {pos pos.red}
Constant {
 inputs 0
 name Constant1
}
set N1 [stack 0]
push 0
push 0
push $N1
FaceSwap.gizmo {
 inputs 3
 name Swap
 mix {{curve x1001 0 x1010 1}}
 gamma {1 1.5 1 1}
 xpos 7
 addUserKnob {20 Mine}
 addUserKnob {7 amount_of_mine R 0 1}
 amount_of_mine 0.25
}
set C1 [stack 0]
Group {
 name Outer
}
 Input {
  inputs 0
  name Input1
 }
 FaceMatte {
  name Matte
  output matte
 }
 Output {
  name Output1
 }
end_group
Blur {
 name Blur1
}
"""


def opened():
    return open_gizmos(parse_script(SCRIPT))


def test_a_gizmo_becomes_its_group_with_the_knobs_that_the_script_sets():
    script = opened()
    group = script.nodes[script.find("Swap")]
    assert group.klass == "Group"
    assert group.values["mix"] == "{curve x1001 0 x1010 1}"
    assert group.values["mode"] == "residual"
    assert group.values["faceplate_class"] == f"FaceSwap {registered()['FaceSwap'].version}"
    assert group.values["xpos"] == "7"
    assert script.nodes[group.inputs[0]].name == "Constant1"
    assert group.inputs[1:] == (None, None)


def test_its_inside_is_that_of_the_gizmo():
    script, gizmo = opened(), gizmo_script("FaceSwap")
    group = script.find("Swap")
    children = list(script.children(group))
    assert [script.nodes[child].name for child in children] == [node.name for node in gizmo.nodes[1:]]
    for child, node in zip(children, gizmo.nodes[1:], strict=True):
        assert tuple(above - group for above in script.nodes[child].inputs) == node.inputs


def test_a_knob_that_shows_one_of_a_node_inside_is_set_there():
    script = opened()
    assert script.nodes[script.find("Swap.Face_grade")].values["gamma"] == "1 1.5 1 1"
    assert "gamma" not in script.nodes[script.find("Swap")].values


def test_user_knobs_of_the_script_come_after_those_of_the_gizmo_each_after_its_declaration():
    script = opened()
    knobs = script.nodes[script.find("Swap")].knobs
    assert knobs[-3:] == (
        ("addUserKnob", "20 Mine"),
        ("addUserKnob", "7 amount_of_mine R 0 1"),
        ("amount_of_mine", "0.25"),
    )


def test_gizmos_inside_groups_are_opened_and_nodes_after_them_keep_their_inputs():
    script = opened()
    matte = script.find("Outer.Matte")
    assert script.nodes[matte].klass == "Group"
    assert script.nodes[matte].values["output"] == "matte"
    assert script.nodes[script.nodes[matte].inputs[0]].name == "Input1"
    outer = script.nodes[script.find("Blur1")].inputs[0]
    assert script.nodes[outer].name == "Outer"
    assert script.nodes[script.find("Outer.Output1")].inputs == (matte,)


def test_layers_are_declared_once_beside_those_of_the_script():
    own = ["face", "face_raw", "face_matte_outline", "face_matte_model", "face_to_plate", "face_grain_lost"]
    assert [layer.name for layer in open_gizmos(opened()).layers] == ["pos", *own, "matte"]


def test_what_is_open_already_stays_as_it_is():
    script = opened()
    assert open_gizmos(script) == script
    assert parse_script(script_text(script)) == script


def test_a_clone_of_a_gizmo_becomes_a_group_with_the_knobs_of_its_original():
    cloned = SCRIPT + "clone $C1 {\n inputs 3\n name Clone\n xpos 99\n}\n"
    script = open_gizmos(parse_script(cloned))
    group = script.nodes[script.find("Clone")]
    assert group.values["mix"] == "{curve x1001 0 x1010 1}"
    assert group.values["xpos"] == "99"
    assert group.clone_of is None
    assert parse_script(script_text(script)) == script


def test_other_scripts_stay_as_they_are():
    script = parse_script("Blur {\n name FaceSwap\n}\nFaceSwapper {\n name Other\n}\n")
    assert open_gizmos(script) == script
