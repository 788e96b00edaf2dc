import json
import struct
from dataclasses import fields, replace

import numpy as np
import pytest
from film_profiles import FIRST, TENSORS, TEXTS, assert_same, film_profile
from grain_plates import TRUTH
from safetensors import safe_open
from safetensors.numpy import save_file

from faceplate.errors import PlateError, StorageError
from faceplate.grain import profile_as_json, profile_notes, read_profile, sigma_at, write_profile


@pytest.fixture
def profile():
    return film_profile()


@pytest.fixture(params=["plate.grain", "plate.json"])
def written(request, profile, tmp_path):
    path = tmp_path / request.param
    write_profile(profile, path)
    return path


@pytest.fixture
def grain_file(profile, tmp_path):
    path = tmp_path / "plate.grain"
    write_profile(profile, path)
    return path


def rewrite(path, profile, about, names=TENSORS, **changed):
    given = {name: getattr(profile, name) for name in names} | changed
    tensors = {name: np.ascontiguousarray(tensor) for name, tensor in given.items()}
    save_file(tensors, path, {"faceplate.grain": json.dumps(about)})


def about(profile, **changed):
    told = {"version": 3, "encoding": profile.encoding, "light": profile.light, "frames": list(profile.frames)}
    return told | {"models": list(profile.models), "warnings": list(profile.warnings)} | changed


def test_every_field_of_a_profile_is_kept(profile):
    assert {each.name for each in fields(profile)} == {*TENSORS, *TEXTS}


def test_a_profile_comes_back_as_it_was_written(profile, written):
    assert_same(read_profile(written), profile)


def test_a_plain_profile_comes_back_as_it_was_written(tmp_path):
    for name in ("plain.grain", "plain.json"):
        write_profile(TRUTH.profile(), tmp_path / name)
        read = read_profile(tmp_path / name)
        assert read.models == ("physical", "physical", "physical")
        exposure = np.geomspace(1e-4, 10, 30, dtype=np.float32)[:, None].repeat(3, axis=1)
        assert np.array_equal(sigma_at(read, exposure), sigma_at(TRUTH.profile(), exposure))
        assert read.zone_kernel.shape[0] == read.curve_exposure.size == 0


def test_a_response_with_squares_comes_back_too(tmp_path):
    squared = replace(TRUTH.profile(), response=np.array([[1e-4, 1e-6, 3e-3]] * 3, np.float32))
    write_profile(squared, tmp_path / "film.grain")
    read = read_profile(tmp_path / "film.grain")
    assert np.array_equal(read.response, squared.response)
    assert profile_as_json(read)["response"]["R"]["square"] == pytest.approx(3e-3)


@pytest.mark.parametrize("terms", [2, 3])
def test_a_file_of_version_1_is_read_as_before(tmp_path, terms):
    old, path = TRUTH.profile(), tmp_path / "old.grain"
    old = replace(old, response=np.pad(old.response, ((0, 0), (0, terms - 2))))
    rewrite(path, old, {"version": 1, "encoding": old.encoding, "frames": list(old.frames)}, names=FIRST)
    read = read_profile(path)
    assert_same(replace(read, zone_kernel=old.zone_kernel), old)
    exposure = np.geomspace(1e-4, 10, 30, dtype=np.float32)[:, None].repeat(3, axis=1)
    assert sigma_at(read, exposure) == pytest.approx(TRUTH.sigma(exposure), rel=1e-5)


@pytest.mark.parametrize("name", ["plate.grain", "plate.json"])
def test_a_file_of_version_2_is_of_the_working_space(profile, tmp_path, name):
    path = tmp_path / name
    if path.suffix == ".json":
        told = profile_as_json(profile)
        del told["light"]
        path.write_text(json.dumps(told | {"version": 2}))
    else:
        told = about(profile, version=2)
        del told["light"]
        rewrite(path, profile, told)
    assert_same(read_profile(path), replace(profile, light="working"))


def test_equal_profiles_give_equal_files_and_nothing_else_is_left(profile, written):
    other = written.with_stem("other")
    write_profile(profile, other)
    assert other.read_bytes() == written.read_bytes()
    assert {each.name for each in written.parent.iterdir()} == {written.name, other.name}


def test_the_file_is_safetensors_and_holds_no_pickle(grain_file):
    data = grain_file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert set(json.loads(data[8 : 8 + length])) == {*TENSORS, "__metadata__"}
    with safe_open(grain_file, framework="numpy") as file:
        assert json.loads(file.metadata()["faceplate.grain"])["models"] == ["curve", "curve", "curve"]


@pytest.mark.parametrize("size", [0, 4, 100, 600, -1])
def test_a_file_cut_short_is_refused(written, size):
    written.write_bytes(written.read_bytes()[: size if written.suffix == ".grain" or size >= 0 else -30])
    with pytest.raises(PlateError, match=r"expected a grain profile of version 1 to 3; came a damaged file"):
        read_profile(written)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(PlateError, match="No such file"):
        read_profile(tmp_path / "none.grain")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(PlateError, match="grain profile"):
        read_profile(tmp_path)


def test_a_newer_file_is_refused_by_its_version(profile, grain_file):
    rewrite(grain_file, profile, about(profile, version=4))
    with pytest.raises(PlateError, match="version 4, this Faceplate reads 1, 2, 3"):
        read_profile(grain_file)


def test_another_kind_of_safetensors_file_is_refused(grain_file):
    save_file({"weight": np.zeros(3, np.float32)}, grain_file)
    with pytest.raises(PlateError, match="no grain metadata"):
        read_profile(grain_file)


def test_a_file_larger_than_any_profile_is_not_even_read(tmp_path):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(2**24 + 1)
    with pytest.raises(PlateError, match="more than any profile has"):
        read_profile(path)


FAULTS = [
    ({"kernel": np.full((3, 17, 17), np.nan, np.float32)}, "kernel holds numbers that are not finite"),
    ({"kernel": np.ones((3, 17, 17), np.float32)}, "squares do not sum to 1"),
    ({"kernel": np.ones((3, 4, 4), np.float32) / 4}, "no middle"),
    ({"kernel": np.array(1, np.float32)}, "kernel is float32"),
    ({"kernel": np.ones((3, 259, 259), np.float32) / 259}, "more than a profile has"),
    ({"response": np.zeros((2, 3), np.float32)}, "response is float32"),
    ({"response": np.zeros((3, 2), np.float64)}, "response is float64"),
    ({"response": -np.ones((3, 2), np.float32)}, "negative"),
    ({"response": np.full((3, 2), 1e30, np.float32)}, "stronger than"),
    ({"sigma": np.zeros((3, 4), np.float32)}, "sigma is float32"),
    ({"sigma": np.full((3, 12), np.inf, np.float32)}, "sigma holds numbers that are infinite"),
    ({"correlation": 2 * np.ones((3, 3), np.float32)}, "correlation"),
    ({"exposure": np.full((3, 4), 0.5, np.float32)}, "exposure is float32"),
    ({"exposure": np.geomspace(1, 0.1, 12, dtype=np.float32)}, "exposures that do not rise"),
    ({"curve_sigma": np.full((3, 41), -1, np.float32)}, "negative"),
    ({"curve_sigma": np.full((3, 41), np.nan, np.float32)}, "not finite"),
    ({"curve_sigma": np.zeros((3, 41), np.float32)}, "disagree"),
    ({"curve_sigma": np.ones((3, 40), np.float32)}, "curve_sigma is float32"),
    ({"curve_exposure": np.zeros(41, np.float32)}, "do not rise from 0"),
    ({"curve_exposure": np.linspace(1, 2, 41, dtype=np.float32)}, "do not rise from 0"),
    ({"curve_exposure": np.empty(0, np.float32), "curve_sigma": np.empty((3, 0), np.float32)}, "do not rise from 0"),
    ({"curve_exposure": np.linspace(0, 1e-9, 41, dtype=np.float32)}, "a curve that ends at 1e-09"),
    ({"measured": np.float32([[2, 1]] * 3)}, "measured range that is none"),
    ({"measured": np.float32([[np.nan, 1]] * 3)}, "measured range that is none"),
    ({"zone_exposure": np.float32([0.8, 0.05])}, "exposures that do not rise"),
    ({"zone_exposure": np.float32([0.05])}, "zone_kernel is float32"),
    ({"zone_kernel": np.zeros((2, 3, 17, 17), np.float32)}, "squares do not sum to 1"),
    ({"zone_correlation": np.full((2, 3, 3), 3, np.float32)}, "correlation is not one"),
    ({"correlation": np.diag(np.float32([-1, 1, 1]))}, "not like itself"),
    ({"time_correlation": np.full(3, -2, np.float32)}, "correlation over time is not one"),
    ({"time_correlation": np.zeros(4, np.float32)}, "time_correlation is float32"),
]


@pytest.mark.parametrize(("changed", "came"), FAULTS)
def test_numbers_that_no_grain_has_are_refused(profile, grain_file, changed, came):
    rewrite(grain_file, profile, about(profile), **changed)
    with pytest.raises(PlateError, match=came):
        read_profile(grain_file)


@pytest.mark.parametrize(
    "text",
    [
        [],
        {"version": 2},
        {"version": 1, "encoding": "x", "frames": ["a"]},
        {"version": 1, "encoding": "x", "frames": [1e999]},
        {"version": 1, "encoding": "x", "frames": 7},
        {"version": [2]},
        7,
    ],
)
def test_metadata_of_another_shape_is_refused(profile, grain_file, text):
    rewrite(grain_file, profile, text)
    with pytest.raises(PlateError, match="damaged file or one of another kind"):
        read_profile(grain_file)


@pytest.mark.parametrize(
    "changed",
    [
        {"models": ["curve", "curve"]},
        {"models": ["curve", "curve", "spline"]},
        {"models": "curve"},
        {"models": None},
        {"warnings": [1]},
        {"warnings": ["x" * 5000]},
        {"warnings": ["x"] * 1000},
    ],
)
def test_models_and_warnings_that_are_none_are_refused(profile, grain_file, changed):
    rewrite(grain_file, profile, about(profile, **changed))
    with pytest.raises(PlateError, match="damaged file or one of another kind"):
        read_profile(grain_file)


def test_metadata_nested_without_end_is_refused(profile, grain_file):
    save_file({"exposure": profile.exposure}, grain_file, {"faceplate.grain": "[" * 100_000})
    with pytest.raises(PlateError, match="damaged file or one of another kind"):
        read_profile(grain_file)


def test_a_place_that_cannot_be_written_is_said(profile, tmp_path):
    (tmp_path / "file").write_text("stands here")
    with pytest.raises(StorageError, match="the right to write"):
        write_profile(profile, tmp_path / "file" / "plate.grain")


def test_what_was_wrong_with_the_plate_is_among_the_notes(profile):
    assert profile_notes(profile) == profile.warnings
    assert profile_notes(TRUTH.profile()) == ()
