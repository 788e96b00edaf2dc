import json

import numpy as np
import pytest

from faceplate import nvidia
from faceplate.errors import DeviceError
from faceplate.graph.faces import analysed

pytest.importorskip("torch")

from faceplate.grain.remove.gpu import cosines
from faceplate.grain.remove.gpu import degrain as on_gpu


@pytest.fixture
def gpu(monkeypatch):
    """A machine that says it has a GPU, and does its work with torch on the CPU: pictures go that way once only."""
    run, sizes = on_gpu.degrained, []

    def degrained(frames, *given, **named):
        assert named.pop("device") == "cuda"
        sizes.append(len(frames))
        return run(frames, *given, **named, device="cpu")

    monkeypatch.setattr(on_gpu, "degrained", degrained)
    monkeypatch.setattr(cosines, "TILE", 16)
    monkeypatch.setattr(cosines, "GROUPS", 16 + cosines.PARTS - 1)
    monkeypatch.setattr(analysed, "degrain_device", lambda asked: "cpu" if asked == "cpu" else "cuda")
    return sizes


def clean(shot, **knobs):
    return shot.script(shot.node("FaceDegrain", frames=2, **knobs))


def receipts(shot):
    return [json.loads(path.read_text()) for path in sorted(shot.folder.glob("out/**/*.json"))]


def test_auto_takes_the_gpu_where_one_is_there_and_the_cpu_that_is_asked_for(shot, gpu):
    on_the_gpu = shot.pixels(clean(shot), "FaceDegrain1")
    assert gpu == [3]
    on_the_cpu = shot.pixels(clean(shot, device="cpu"), "FaceDegrain1")
    assert gpu == [3]
    np.testing.assert_allclose(on_the_gpu, on_the_cpu, atol=1e-4)


@pytest.mark.usefixtures("gpu")
def test_pictures_of_two_processors_are_told_apart(shot):
    digests = {shot.source(clean(shot, device=device), "FaceDegrain1").digest for device in ("cpu", "cuda")}
    assert len(digests) == 2


@pytest.mark.usefixtures("gpu")
def test_a_receipt_tells_of_the_gpu_and_of_its_torch(shot):
    script = shot.script(shot.node("FaceDegrain", frames=1), shot.write())
    shot.rendered(script)
    told = receipts(shot)[0]["inputs"]["FaceDegrain1 degrain"]
    assert told["device"] == "cuda"
    assert told["torch"].startswith("2.")


def test_a_gpu_that_is_asked_for_and_missing_is_refused_by_the_nodes_name(shot, monkeypatch):
    monkeypatch.setattr(nvidia, "gpu_count", lambda: 0)
    with pytest.raises(DeviceError, match=r"FaceDegrain1\.device.*came cuda, and no NVIDIA driver"):
        shot.pixels(clean(shot, device="cuda"), "FaceDegrain1")
