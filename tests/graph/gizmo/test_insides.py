from itertools import combinations

import pytest

from faceplate.graph.gizmo import designs, gizmo_script
from faceplate.graph.gizmo.layout import extent
from faceplate.spec import registered

NAMES = sorted(designs)


def inside(name):
    """The nodes inside a gizmo by name."""
    return {node.name: node for node in gizmo_script(name).nodes[1:]}


def inputs(name, node):
    """The names of what a node inside a gizmo reads."""
    nodes = gizmo_script(name).nodes
    return [nodes[above].name for above in inside(name)[node].inputs]


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_those_of_the_registry_in_order_and_a_mask_where_there_is_one(name):
    entries = {int(node.values["number"]): node.name for node in inside(name).values() if node.klass == "Input"}
    masks = ["mask"] if designs[name].is_masked else []
    assert [entries[number] for number in sorted(entries)] == [*registered()[name].inputs, *masks]
    assert len(gizmo_script(name).nodes[0].inputs) == len(entries)


@pytest.mark.parametrize("name", NAMES)
def test_all_nodes_stand_in_the_group_and_names_are_unique(name):
    nodes = gizmo_script(name).nodes
    assert {node.parent for node in nodes[1:]} == {0}
    assert len({node.name for node in nodes}) == len(nodes)
    assert [node.klass for node in nodes].count("Output") == 1


@pytest.mark.parametrize("name", NAMES)
def test_one_node_carries_the_name_of_the_engines_result(name):
    marked = [node for node in inside(name).values() if "faceplate_result" in node.values]
    assert [node.values["faceplate_result"] for node in marked] == [name]
    assert marked[0].klass == ("NoOp" if name == "FaceTrack" else "Read")


@pytest.mark.parametrize("name", NAMES)
def test_every_input_has_a_write_that_is_off(name):
    for entry in registered()[name].inputs:
        write = inside(name)[f"Export_{entry}"]
        assert write.klass == "Write"
        assert inputs(name, write.name) == [entry]
        assert write.values["disable"] == "true"
        assert write.values["raw"] == "true"
        assert write.values["metadata"] == "all metadata"


@pytest.mark.parametrize("name", NAMES)
def test_expressions_name_knobs_that_the_group_has(name):
    group = gizmo_script(name).nodes[0].values
    for node in inside(name).values():
        for value in node.values.values():
            for word in value.replace("[", " ").replace("]", " ").replace("}", " ").split():
                if "parent." in word and "parent.input" not in word:
                    assert word.rpartition("parent.")[2] in group


@pytest.mark.parametrize("name", NAMES)
def test_links_show_knobs_of_nodes_that_are_there(name):
    nodes = inside(name)
    for knob, value in gizmo_script(name).nodes[0].knobs:
        if knob == "addUserKnob" and value.startswith("41 "):
            target, _, _ = value.rpartition(" T ")[2].partition(".")
            assert target in nodes


@pytest.mark.parametrize("name", ["FaceMatte", "FaceSwap"])
def test_the_switch_of_outputs_stands_in_the_order_of_the_menu(name):
    ends = {"stream": "Matte_layer", "matte": "Matte_metadata", "comp": "Grain_lost", "face": "Face_metadata"}
    about = next(
        entry for entry in registered()[name].graph_settings.__dataclass_fields__.values() if entry.name == "output"
    )
    choices = about.metadata["knob"].choices
    assert inputs(name, "Output_choice") == [ends[choice] for choice in choices]
    assert inputs(name, "Output1") == ["Output_choice"]


def test_the_face_is_graded_held_mixed_and_merged_over_the_plate():
    assert inputs("FaceSwap", "Face_grade") == ["Result"]
    assert inputs("FaceSwap", "Matte_choice") == ["Result", "matte"]
    assert inputs("FaceSwap", "Face_matte") == ["Face_grade", "Matte_choice"]
    assert inputs("FaceSwap", "Limit_to_mask") == ["Face_alone", "mask"]
    assert inputs("FaceSwap", "Face_mix") == ["Face_premult"]
    assert inputs("FaceSwap", "Face_grain_lost") == ["Face_mix"]
    assert inputs("FaceSwap", "Over_plate") == ["Map_layers", "Face_grain_lost"]
    assert inputs("FaceSwap", "Grain_lost") == ["Over_plate", "Face_grain_lost"]
    assert inputs("FaceSwap", "Face_metadata") == ["Face_grain_lost", "plate"]
    assert inside("FaceSwap")["Limit_to_mask"].values["inputs"] == "1+1"


def test_layers_are_copied_beside_the_plate_only_where_they_are_asked_for():
    ways = {"Face_layer": ["plate", "Face_grain_lost"], "Raw_layers": ["Face_layer", "Result"]}
    ways["Map_layers"] = ["Raw_layers", "Result"]
    for node, above in ways.items():
        assert inputs("FaceSwap", node) == above
        assert inside("FaceSwap")[node].values["disable"] == "{1-parent.layers}"
    copied = {
        inside("FaceSwap")[node].values[f"to{place}"]
        for node in ways
        for place in range(4)
        if f"to{place}" in inside("FaceSwap")[node].values
    }
    made = {channel for _, channels in registered()["FaceSwap"].layers for channel in channels}
    assert copied == made - {"face_grain_lost.alpha"}


def test_the_matte_is_grown_and_softened_before_it_becomes_a_layer():
    assert inputs("FaceMatte", "Grow") == ["Result"]
    assert inputs("FaceMatte", "Soften") == ["Grow"]
    assert inputs("FaceMatte", "Matte_layer") == ["plate", "Soften"]
    assert inside("FaceMatte")["Matte_layer"].values["to0"] == "matte.alpha"


def test_the_clean_plate_takes_the_place_of_the_plate_by_mix_and_mask():
    assert inputs("FaceDegrain", "Clean") == ["plate", "Result"]
    assert inputs("FaceDegrain", "Limit_to_mask") == ["Clean", "plate", "mask"]
    assert inside("FaceDegrain")["Limit_to_mask"].values["inputs"] == "2+1"
    assert inputs("FaceDegrain", "Output1") == ["Limit_to_mask"]


@pytest.mark.parametrize("name", ["FaceRegrain", "FaceCheck"])
def test_the_result_takes_the_place_of_the_comps_colour_alone(name):
    copy = inside(name)["Result_colour"]
    assert inputs(name, copy.name) == ["comp", "Result"]
    for place, channel in enumerate(("rgba.red", "rgba.green", "rgba.blue")):
        assert (copy.values[f"from{place}"], copy.values[f"to{place}"]) == (channel, channel)
    assert "to3" not in copy.values


def test_a_comp_that_was_given_grain_lacks_none_any_more():
    assert inputs("FaceRegrain", "Grain_made_up") == ["Result_colour"]
    assert inputs("FaceRegrain", "Output1") == ["Grain_made_up"]
    assert inside("FaceRegrain")["Grain_made_up"].values["channels"] == "face_grain_lost"


def test_how_much_grain_is_lost_goes_to_the_engine_and_with_the_clean_plate():
    for name, entry in (("FaceSwap", "plate"), ("FaceDegrain", "plate"), ("FaceRegrain", "comp")):
        assert "face_grain_lost.alpha" in inside(name)[f"Export_{entry}"].values["channels"]
    for node in ("Clean", "Limit_to_mask"):
        assert inside("FaceDegrain")[node].values["also_merge"] == "face_grain_lost"


def test_the_stream_goes_through_the_tracker_and_says_its_track_and_its_frame():
    assert inputs("FaceTrack", "Tracked") == ["plate"]
    assert inputs("FaceTrack", "Track") == ["Tracked"]
    stated = inside("FaceTrack")["Track"].values["metadata"]
    assert '{set faceplate/track "\\[value parent.track_file]"}' in stated
    assert '{set faceplate/frame "\\[frame]"}' in stated


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_runs_downwards_and_no_node_lies_on_another(name):
    nodes = gizmo_script(name).nodes
    for node in nodes[1:]:
        for above in node.inputs:
            assert extent(nodes[above]).y < extent(node).y
    shown = [node for node in nodes[1:] if node.klass != "BackdropNode"]
    for one, other in combinations(shown, 2):
        a, b = extent(one), extent(other)
        assert a.right <= b.x or b.right <= a.x or a.bottom <= b.y or b.bottom <= a.y, (one.name, other.name)
