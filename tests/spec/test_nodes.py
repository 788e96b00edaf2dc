import json
from pathlib import Path

import pytest

import faceplate.graph  # noqa: F401 -- its stages register their nodes
from faceplate.spec import NodeSpec, Settings, knobs_of, register, registered

FROZEN = json.loads((Path(__file__).parent / "frozen_knobs.json").read_text())


def test_names_and_defaults_of_every_knob_are_the_frozen_ones():
    """Hosts store a knob only where it differs from its default: a change here changes finished shots.

    Change the list only together with a new version of the node.
    """
    now = {
        spec.name: {
            "version": spec.version,
            "knobs": {name: default for name, (_, default, _) in knobs_of(spec.settings).items()},
            "graph_knobs": {name: default for name, (_, default, _) in knobs_of(spec.graph_settings).items()},
        }
        for spec in registered().values()
    }
    assert now == FROZEN


@pytest.mark.parametrize("name", sorted(FROZEN))
def test_every_node_explains_itself_and_each_of_its_knobs(name):
    spec = registered()[name]
    assert spec.summary.endswith(".")
    assert spec.inputs
    knobs = [*knobs_of(spec.settings).items(), *knobs_of(spec.graph_settings).items()]
    assert len(dict(knobs)) == len(knobs), "a knob is declared twice"
    for _, (about, _, _) in knobs:
        assert about.help.endswith(".")
        assert about.group
    spec.settings()
    spec.graph_settings()


def test_a_second_node_of_one_name_is_refused():
    with pytest.raises(ValueError, match="FaceSwap is registered twice"):
        register(NodeSpec(name="FaceSwap", version=1, summary="x.", inputs=("plate",), settings=Settings))
