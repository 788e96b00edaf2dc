from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

import faceplate.demo
from faceplate.errors import ModelError
from faceplate.models import card_from_json, card_key
from faceplate.train import export, load_recipe, run
from faceplate.train.checkpoint import load_checkpoint
from faceplate.train.student import Student

demo_model = Path(faceplate.demo.__file__).with_name("younger.onnx")


def session(path):
    return onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])


def card_of(path):
    return card_from_json(session(path).get_modelmeta().custom_metadata_map[card_key], str(path))


def test_the_exported_card_reads_back(tiny, tmp_path):
    recipe = tiny(2)
    model = export(run(recipe, tmp_path / "run"), tmp_path / "models" / "tiny.onnx")
    assert card_of(model) == load_recipe(recipe).card
    assert [each.name for each in model.parent.iterdir()] == ["tiny.onnx"]


def test_the_exported_network_says_what_the_trained_one_says(tiny, tmp_path):
    checkpoint = run(tiny(8, rate=0.02), tmp_path / "run")
    model = export(checkpoint, tmp_path / "tiny.onnx")
    saved = load_checkpoint(checkpoint)
    student = Student(saved.widths)
    student.load_state_dict(saved.part("mean"))
    picture = np.random.default_rng(0).uniform(0, 1, (2, 3, 32, 32)).astype(np.float32)
    with torch.no_grad():
        expected = student(torch.from_numpy(picture))
    image, matte = session(model).run(["younger", "matte"], {"face": picture})
    np.testing.assert_allclose(image, expected.image.numpy(), atol=1e-5)
    np.testing.assert_allclose(matte, expected.matte.numpy(), atol=1e-5)
    assert np.abs(image - picture).max() > 1e-4  # it learned something to disagree about


def test_a_damaged_checkpoint_exports_nothing(tmp_path):
    damaged = tmp_path / "checkpoint.safetensors"
    damaged.write_bytes(b"\x00" * 100)
    with pytest.raises(ModelError):
        export(damaged, tmp_path / "model.onnx")
    assert not (tmp_path / "model.onnx").exists()


def test_the_shipped_model_is_of_the_shipped_recipe(full_recipe):
    assert card_of(demo_model) == full_recipe.card
    assert demo_model.stat().st_size < 4_000_000


def test_the_shipped_model_is_one_file_of_a_checked_graph():
    model = onnx.load(demo_model, load_external_data=False)
    onnx.checker.check_model(model, full_check=True)
    assert not any(each.external_data for each in model.graph.initializer)
