import json
import shutil
from dataclasses import asdict, fields

import pytest

from batch_models import write_convolutions
from faceplate.cli import main
from faceplate.models import ModelCard
from faceplate.swap import load_model
from foreign_networks import write_dfm
from swap_models import write_model


@pytest.mark.parametrize("name", ["m.dfm", "m.onnx"])
def test_words_say_what_a_model_is_and_why_and_all_of_its_card(tmp_path, capsys, name):
    path = write_dfm(tmp_path / name, morph=True)
    assert main(["inspect", str(path)]) == 0
    told = capsys.readouterr().out
    for words in ("recognised: DFM (DeepFaceLab)", "in_face:0 (tensor(float), N x 64 x 64 x 3)", "names: morph"):
        assert words in told
    assert f"no {name}.card.json beside it" in told
    assert all(f"  {entry.name}:" in told for entry in fields(ModelCard))


def test_json_is_the_card_as_it_is_used(tmp_path, capsys):
    path = write_dfm(tmp_path / "m.dfm")
    assert main(["inspect", str(path), "--json"]) == 0
    told, model = json.loads(capsys.readouterr().out), load_model(path)
    assert told["card"] == json.loads(json.dumps(asdict(model.card)))
    assert (told["recognised"], told["digest"]) == ("DFM (DeepFaceLab)", model.digest)


def test_a_network_that_nobody_knows_is_told_of_as_far_as_the_file_goes(tmp_path, capsys):
    path = write_model(tmp_path / "m.onnx", metadata=False)
    assert main(["inspect", str(path)]) == 0
    told = capsys.readouterr().out
    for words in ("recognised: unknown", "no DFM (DeepFaceLab): its inputs are not", "face (tensor(float), 1 x 3 x 64"):
        assert words in told


def test_it_says_what_runs_a_model_here_and_in_what_precision(tmp_path, capsys):
    assert main(["inspect", str(write_convolutions(tmp_path / "m.onnx", half=True)), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["precision"] == "float16"
    assert "cpu: CPUExecutionProvider" in told["runs_on"]
    assert main(["inspect", str(write_model(tmp_path / "m.onnx"))]) == 0
    words = capsys.readouterr().out
    assert "precision: float32" in words
    assert "runs_on:\n  cpu: CPUExecutionProvider" in words


def test_a_plate_called_dfm_is_no_model(tmp_path, capsys):
    path = tmp_path / "m.dfm"
    shutil.copy(__file__, path)
    assert main(["inspect", str(path)]) == 1
    assert "expected an ONNX model" in capsys.readouterr().err
