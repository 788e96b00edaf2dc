"""The plugin has to do without the engine, so it says a second time how a track lies in Nuke's nodes. Both agree."""

from dataclasses import replace

import numpy as np
import pytest

from faceplate.graph.exchange import keyed, track_script
from faceplate.graph.exchange.outlines import rings
from faceplate.graph.exchange.tracker import columns, moving, steady
from faceplate.graph.knobs import read_curve, read_roto
from faceplate.graph.script import split_list
from faceplate.track import write_track
from shots import known_track

FRAMES = (1001, 1002, 1003, 1005)
SEEN = (1001, 1002, 1005)


@pytest.fixture
def both(nuke, tmp_path):  # noqa: ARG001 -- puts the plugin on the path
    """The knobs of each kind as the plugin and as the engine write them, for one track."""
    from faceplate_nuke import track_file, track_nodes  # noqa: PLC0415 -- on the path by now

    made = known_track(list(FRAMES), unseen=(1003,), pixel_aspect=2.0)
    person = made.people[0]
    turn = np.array([[0.8, -0.3], [0.6, 0.4]]) / 90
    alignment = np.array([np.column_stack([turn * (1 + row / 10), [0.1 * row, 0.2]]) for row in range(4)])
    alignment[2] = np.nan
    person = replace(person, alignment=alignment, pose_deg=np.float32([[10, 20, 30 + row] for row in range(4)]))
    write_track(replace(made, people=(person,)), tmp_path / "one.track")
    read = track_file.read_track(tmp_path / "one.track")
    seen = track_nodes.Seen(read, read.people[0])
    script = track_script([keyed(made, person, FRAMES)])
    engine = {node.klass: node.values for node in script.nodes}
    plugin = {
        "Tracker4": track_nodes.tracker_knobs(seen),
        "CornerPin2D": track_nodes.corner_pin_knobs(seen),
        "Axis2": track_nodes.axis_knobs(seen),
    }
    return track_nodes, plugin, engine, seen


def values_of(text):
    """The numbers of a knob's elements at each frame."""
    elements = [read_curve(word) if "curve" in word else float(word) for word in split_list(text)]
    return [[each if isinstance(each, float) else each.value(frame) for frame in SEEN] for each in elements]


def test_points_rings_and_columns_are_the_same(both):
    nodes = both[0]
    assert (steady, moving, columns) == (nodes.STEADY, nodes.MOVING, nodes.COLUMNS)
    assert {name: ring for name, (ring, _) in rings.items()} == nodes.RINGS


@pytest.mark.parametrize("klass", ["CornerPin2D", "Axis2"])
def test_the_knobs_have_the_same_values(both, klass):
    _, plugin, engine, _ = both
    for name, text in plugin[klass].items():
        if name == "rot_order":
            assert engine[klass][name] == text
        else:
            np.testing.assert_allclose(values_of(engine[klass][name]), values_of(text), atol=2e-5, err_msg=name)


def test_the_trackers_tables_have_the_same_cells(both):
    _, plugin, engine, _ = both
    ours, theirs = (split_list(each["Tracker4"]["tracks"]) for each in (engine, plugin))
    assert list(map(split_list, ours[:2])) == list(map(split_list, theirs[:2]))
    for our_row, their_row in zip(split_list(ours[2]), split_list(theirs[2]), strict=True):
        our_cells, their_cells = split_list(our_row), split_list(their_row)
        for place in (2, 3):
            found = [[read_curve(cells[place]).value(frame) for frame in SEEN] for cells in (our_cells, their_cells)]
            np.testing.assert_allclose(*found, atol=2e-5)
        assert our_cells[:2] + our_cells[4:] == their_cells[:2] + their_cells[4:]


def test_the_rotos_points_are_in_the_same_places(both):
    nodes, _, engine, seen = both
    outlines = nodes.outlines(seen)
    for shape in read_roto(engine["Roto"]["curves"]).shapes:
        for place, frame in enumerate(SEEN):
            expected = [(across[place], up[place]) for across, up in outlines[shape.name]]
            np.testing.assert_allclose(shape.outline(frame)[:, 1], expected, atol=1e-4)
