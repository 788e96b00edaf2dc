import pytest

from faceplate.errors import ScriptError
from faceplate.graph.render import Box, Session
from faceplate.graph.render.gizmos import find_gizmos, open_named_gizmos
from faceplate.graph.script import parse_script
from script_shots import node, root

GRADING = (
    "Group {\n inputs 1\n name Lift1\n addUserKnob {20 User}\n addUserKnob {41 add T Grade1.add}\n"
    " addUserKnob {7 amount}\n amount 0.125\n}\n"
    + node("Input", 0, name="Input1")
    + node("Grade", name="Grade1", add=0, multiply="{{parent.amount*4}}", channels="rgba")
    + node("Output", name="Output1")
    + "end_group\n"
)
CONSTANT = node("Constant", 0, color="0.5", channels="rgba", format="8 4 0 0 8 4 1 tiny", name="C1")


def red(script, name="Lift9"):
    session = Session(script)
    return float(session.pull().source(session.named(name), 1).plane(Box(0, 0, 1, 1), "rgba.red")[0, 0])


@pytest.mark.parametrize("klass", ["Lift", "Lift.gizmo"])
def test_a_gizmo_becomes_its_group_with_the_knobs_of_the_node_on_top(klass):
    script = parse_script(root() + CONSTANT + node(klass, name="Lift9") + node("Dot", name="Dot1"))
    opened = open_named_gizmos(script, {"Lift": parse_script(GRADING)})
    assert [each.klass for each in opened.nodes] == ["Constant", "Group", "Input", "Grade", "Output", "Dot"]
    assert [each.parent for each in opened.nodes] == [None, None, 1, 1, 1, None]
    assert opened.nodes[5].inputs == (1,)
    assert opened.values_of(1)["name"] == "Lift9"
    assert red(opened) == 0.25
    louder = parse_script(root() + CONSTANT + node(klass, name="Lift9", amount=0.5))
    assert red(open_named_gizmos(louder, {"Lift": parse_script(GRADING)})) == 1.0


def test_a_knob_shown_outside_sets_the_one_inside():
    script = parse_script(root() + CONSTANT + node("Lift", name="Lift9", add=0.125))
    assert red(open_named_gizmos(script, {"Lift": parse_script(GRADING)})) == 0.375


def test_gizmos_inside_gizmos_are_opened_too():
    twice = (
        "Group {\n name Twice1\n}\n" + node("Input", 0, name="Input1") + node("Lift", name="A", amount=0.5)
        + node("Lift.gizmo", name="B", amount=0.5) + node("Output", name="Output1") + "end_group\n"
    )  # fmt: skip
    script = parse_script(root() + CONSTANT + node("Twice", name="Lift9"))
    opened = open_named_gizmos(script, {"Lift": parse_script(GRADING), "Twice": parse_script(twice)})
    assert sum(each.is_group for each in opened.nodes) == 3
    assert red(opened) == 2.0


def test_a_clone_of_a_gizmo_has_its_originals_knobs():
    text = (
        root() + CONSTANT + node("Lift", name="Lift1", amount=0.5) + "set C1 [stack 0]\nclone $C1 {\n name Lift9\n}\n"
    )
    opened = open_named_gizmos(parse_script(text), {"Lift": parse_script(GRADING)})
    assert red(opened) == 2.0


def test_a_class_that_is_rendered_is_never_taken_for_a_gizmo():
    script = parse_script(root() + CONSTANT + node("Grade", name="G1"))
    assert open_named_gizmos(script, {"Grade": parse_script(GRADING)}) == script


def test_a_gizmo_that_holds_itself_is_refused():
    itself = "Group {\n name A1\n}\n" + node("Input", 0) + node("Again", name="B") + node("Output") + "end_group\n"
    script = parse_script(root() + CONSTANT + node("Again", name="X"))
    with pytest.raises(ScriptError, match="inside itself"):
        open_named_gizmos(script, {"Again": parse_script(itself)})


def test_gizmos_that_multiply_are_refused_and_do_not_fill_the_memory():
    def many(name):
        inside = "".join(node(name, name=f"N{index}") for index in range(20))
        return parse_script("Group {\n name G1\n}\n" + node("Input", 0) + inside + node("Output") + "end_group\n")

    gizmos = {f"L{level}": many(f"L{level + 1}") for level in range(14)}
    with pytest.raises(ScriptError, match="at most 200000 nodes"):
        open_named_gizmos(parse_script(root() + node("L0", 0, name="X")), gizmos)


def test_gizmos_are_found_in_folders_and_what_they_name_in_turn(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    (first / "Outer.gizmo").write_text("Group {\n name O\n}\n" + node("Input", 0) + node("Lift") + "end_group\n")
    (second / "Lift.gizmo").write_text(GRADING)
    (second / "Outer.gizmo").write_text("nonsense {")
    (second / "Unused.gizmo").write_text("nonsense {")
    script = parse_script(root() + node("Outer", 0) + node("Absent", 0) + node("../Lift", 0))
    assert sorted(find_gizmos(script, [first, second])) == ["Lift", "Outer"]
    assert find_gizmos(script, []) == {}


def test_a_file_that_is_no_group_is_refused():
    with pytest.raises(ScriptError, match="one Group or Gizmo"):
        open_named_gizmos(parse_script(node("Odd", 0)), {"Odd": parse_script(node("Dot"))})


def test_the_opened_script_still_names_its_nodes():
    script = parse_script(root() + CONSTANT + node("Lift", name="Lift9"))
    assert open_named_gizmos(script, {"Lift": parse_script(GRADING)}).find("Lift9.Grade1") == 3
