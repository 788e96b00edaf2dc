import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from grain_plates import TRUTH
from safetensors.numpy import save_file

from faceplate.errors import PlateError, StorageError
from faceplate.grain import profile_as_json, read_profile, write_profile

TENSORS = ("exposure", "sigma", "response", "kernel", "correlation")


@pytest.fixture
def profile():
    sigma = TRUTH.profile().sigma.copy()
    sigma[1, 2] = np.nan
    return replace(TRUTH.profile(), sigma=sigma)


@pytest.fixture
def written(profile, tmp_path):
    path = tmp_path / "plate.grain"
    write_profile(profile, path)
    return path


def rewrite(path, profile, about, **changed):
    tensors = {name: getattr(profile, name) for name in TENSORS} | changed
    save_file(tensors, path, {"faceplate.grain": json.dumps(about)})


def about(profile, **changed):
    return {"version": 1, "encoding": profile.encoding, "frames": list(profile.frames)} | changed


def test_a_profile_comes_back_as_it_was_written(profile, written):
    read = read_profile(written)
    for name in TENSORS:
        assert np.array_equal(getattr(read, name), getattr(profile, name), equal_nan=True)
    assert (read.encoding, read.frames) == (profile.encoding, profile.frames)


def test_a_response_with_squares_comes_back_too(profile, tmp_path):
    squared = replace(profile, response=np.array([[1e-4, 1e-6, 3e-3]] * 3, np.float32))
    write_profile(squared, tmp_path / "film.grain")
    read = read_profile(tmp_path / "film.grain")
    assert np.array_equal(read.response, squared.response)
    assert profile_as_json(read)["response"]["R"]["square"] == pytest.approx(3e-3)


def test_equal_profiles_give_equal_files_and_nothing_else_is_left(profile, written):
    other = written.with_name("other.grain")
    write_profile(profile, other)
    assert other.read_bytes() == written.read_bytes()
    assert {each.name for each in written.parent.iterdir()} == {"plate.grain", "other.grain"}


def test_the_file_is_safetensors_and_holds_no_pickle(written):
    data = written.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert set(json.loads(data[8 : 8 + length])) == {*TENSORS, "__metadata__"}


@pytest.mark.parametrize("size", [0, 4, 100, 600, -1])
def test_a_file_cut_short_is_refused(written, size):
    written.write_bytes(written.read_bytes()[:size])
    with pytest.raises(PlateError, match=r"plate\.grain: expected a grain profile of version 1; came a damaged file"):
        read_profile(written)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(PlateError, match="No such file"):
        read_profile(tmp_path / "none.grain")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(PlateError, match="grain profile"):
        read_profile(tmp_path)


def test_a_newer_file_is_refused_by_its_version(profile, written):
    rewrite(written, profile, about(profile, version=2))
    with pytest.raises(PlateError, match="version 2, this Faceplate reads 1"):
        read_profile(written)


def test_another_kind_of_safetensors_file_is_refused(written):
    save_file({"weight": np.zeros(3, np.float32)}, written)
    with pytest.raises(PlateError, match="no grain metadata"):
        read_profile(written)


@pytest.mark.parametrize(
    ("changed", "came"),
    [
        ({"kernel": np.full((3, 17, 17), np.nan, np.float32)}, "kernel holds numbers that are not finite"),
        ({"kernel": np.ones((3, 17, 17), np.float32)}, "squares do not sum to 1"),
        ({"kernel": np.ones((3, 4, 4), np.float32) / 4}, "no middle"),
        ({"response": np.zeros((2, 3), np.float32)}, "response is float32"),
        ({"response": np.zeros((3, 2), np.float64)}, "response is float64"),
        ({"response": -np.ones((3, 2), np.float32)}, "negative"),
        ({"sigma": np.zeros((3, 4), np.float32)}, "sigma is float32"),
        ({"correlation": 2 * np.ones((3, 3), np.float32)}, "correlation"),
        ({"exposure": np.array(0.5, np.float32)}, "exposure is float32"),
    ],
)
def test_numbers_that_no_grain_has_are_refused(profile, written, changed, came):
    rewrite(written, profile, about(profile), **changed)
    with pytest.raises(PlateError, match=came):
        read_profile(written)


@pytest.mark.parametrize("text", [[], {"version": 1}, {"version": 1, "encoding": "x", "frames": ["a"]}, 7])
def test_metadata_of_another_shape_is_refused(profile, written, text):
    rewrite(written, profile, text)
    with pytest.raises(PlateError, match="damaged file or one of another kind"):
        read_profile(written)


def test_a_place_that_cannot_be_written_is_said(profile, tmp_path):
    (tmp_path / "file").write_text("stands here")
    with pytest.raises(StorageError, match="the right to write"):
        write_profile(profile, tmp_path / "file" / "plate.grain")


def test_json_gives_standard_deviation_by_channel_over_exposure_bins(profile):
    said = json.loads(json.dumps(profile_as_json(profile), allow_nan=False))
    assert said["exposure_bins"] == pytest.approx(profile.exposure)
    assert set(said["standard_deviation"]) == {"R", "G", "B"}
    assert said["standard_deviation"]["G"][2] is None
    assert said["standard_deviation"]["R"] == pytest.approx(profile.sigma[0])
    assert said["response"]["B"]["slope"] == pytest.approx(9e-4)
    assert said["frames"] == [1001, 1002]
    assert len(said["spectrum"]["R"]) == len(said["frequency_cycles_px"])
