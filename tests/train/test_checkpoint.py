import pytest
import safetensors.torch
import torch

from faceplate.errors import ModelError
from faceplate.train.checkpoint import Checkpoint, load_checkpoint, save_checkpoint


@pytest.fixture
def saved(tmp_path, full_recipe):
    tensors = {"weight.a": torch.arange(12.0).reshape(3, 4), "mean.a": torch.ones(3, 4)}
    path = tmp_path / "checkpoint.safetensors"
    save_checkpoint(Checkpoint(7, full_recipe.digest, full_recipe.card, (4, 8), tensors), path)
    return path


def test_a_checkpoint_comes_back_as_it_was(saved, full_recipe):
    loaded = load_checkpoint(saved)
    assert (loaded.step, loaded.widths, loaded.card) == (7, (4, 8), full_recipe.card)
    assert loaded.recipe_digest == full_recipe.digest
    assert torch.equal(loaded.part("weight")["a"], torch.arange(12.0).reshape(3, 4))
    assert list(loaded.part("mean")) == ["a"]


@pytest.mark.parametrize("place", [-1, -20, -90])
def test_a_single_damaged_byte_is_refused(saved, place):
    content = bytearray(saved.read_bytes())
    content[place] ^= 0x40
    saved.write_bytes(content)
    with pytest.raises(ModelError, match="not those that were saved"):
        load_checkpoint(saved)


@pytest.mark.parametrize("content", [b"", b"not a checkpoint at all", b"\xff" * 64])
def test_a_file_that_is_no_checkpoint_is_refused(tmp_path, content):
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="a whole Faceplate checkpoint"):
        load_checkpoint(path)


def test_a_checkpoint_that_was_cut_off_is_refused(saved):
    saved.write_bytes(saved.read_bytes()[:-5])
    with pytest.raises(ModelError, match="a whole Faceplate checkpoint"):
        load_checkpoint(saved)


def test_a_missing_checkpoint_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"none\.safetensors"):
        load_checkpoint(tmp_path / "none.safetensors")


def test_tensors_of_another_program_are_refused(tmp_path):
    path = tmp_path / "other.safetensors"
    safetensors.torch.save_file({"a": torch.zeros(2)}, path)
    with pytest.raises(ModelError, match="a whole Faceplate checkpoint"):
        load_checkpoint(path)
