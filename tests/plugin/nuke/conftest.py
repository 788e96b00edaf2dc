import json
import sys
from pathlib import Path

import pytest
from nuke_stand_in import Nuke
from obedient import FRAMES, EngineThatObeys

from faceplate.cli import main
from shots import write_plate

PLUGIN = Path(__file__).parents[3] / "plugin" / "nuke"


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """The plugin as `faceplate install nuke --to` puts it there."""
    folder = tmp_path_factory.mktemp("nuke_path") / "faceplate"
    assert main(["install", "nuke", "--to", str(folder), "--json"]) == 0
    assert json.loads((folder / "faceplate.json").read_text())["python"] == sys.executable
    return folder


@pytest.fixture(scope="session")
def stand_in():
    """One stand-in for Nuke, under the name that the plugin imports."""
    nuke = Nuke()
    sys.modules["nuke"], sys.modules["nuke.rotopaint"] = nuke.module, nuke.module.rotopaint
    return nuke


@pytest.fixture
def nuke(stand_in, installed, tmp_path, monkeypatch):
    """A session of Nuke with the plugin loaded and an empty script that is saved."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("FACEPLATE_CACHE", "FACEPLATE_ENGINE", "OCIO"):
        monkeypatch.delenv(name, raising=False)
    stand_in.restart(gui=True)
    stand_in.start(installed)
    from faceplate_nuke import watch  # noqa: PLC0415 -- on the path by now

    watch.loaded()  # a new session has noted nothing
    stand_in.save(tmp_path / "shot.nk")
    yield stand_in
    assert stand_in.module.Undo.depth == 0
    assert stand_in.module.Undo.disabled == 0


@pytest.fixture
def engine(nuke, monkeypatch):  # noqa: ARG001 -- puts the plugin on the path
    from faceplate_nuke import render  # noqa: PLC0415 -- on the path by now

    made = EngineThatObeys()
    monkeypatch.setattr(render, "engine", lambda: made)
    return made


@pytest.fixture
def plate(nuke, tmp_path):
    """A Read of a plate, and the project's range set to it."""
    read = nuke.create("Read")
    read["file"].setValue(write_plate(tmp_path / "plate", FRAMES))
    read["colorspace"].setValue("ARRI LogC3 (EI800)")
    for name, value in {"first": 1001, "last": 1004, "origfirst": 1001, "origlast": 1004}.items():
        read[name].setValue(value)
    nuke.root["first_frame"].setValue(1001)
    nuke.root["last_frame"].setValue(1004)
    return read


@pytest.fixture
def degrain(nuke, plate):
    node = nuke.create("FaceDegrain")
    node.setInput(0, plate)
    return node


@pytest.fixture
def tracker(nuke, plate):
    node = nuke.create("FaceTrack")
    node.setInput(0, plate)
    return node
