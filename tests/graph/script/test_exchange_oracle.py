import pytest
from tcl_oracle import needs_tclsh, our_reading, tcl_lists, tcl_readings

from exchange_tracks import moving_track
from faceplate.graph.exchange import keyed, track_script
from faceplate.graph.script import parse_script, read_script, write_script


@needs_tclsh
@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_tcl_reads_the_script_as_we_do(tmp_path, aspect):
    track = moving_track(aspect)
    script = track_script([keyed(track, track.people[0], track.frames)])
    write_script(script, tmp_path / "one.nk")
    (reading,) = tcl_readings([tmp_path / "one.nk"])
    ours = our_reading(read_script(tmp_path / "one.nk"))
    assert reading["nodes"] == ours["nodes"]
    assert [node.values for node in read_script(tmp_path / "one.nk").nodes] == [node.values for node in script.nodes]
    assert ours == our_reading(parse_script((tmp_path / "one.nk").read_text()))


@needs_tclsh
def test_the_trackers_table_is_a_list_of_lists_to_tcl(tmp_path):
    track = moving_track()
    node = track_script([keyed(track, track.people[0], track.frames)], ["Tracker4"]).nodes[0]
    (parts,) = tcl_lists([node.values["tracks"]], tmp_path)
    head, columns, rows = tcl_lists(parts, tmp_path)
    assert head == ["1", str(len(columns)), str(len(rows))]
    assert {len(cells) for cells in tcl_lists(rows, tmp_path)} == {31}
