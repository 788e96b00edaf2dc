from dataclasses import replace
from hashlib import sha256

import pytest

from faceplate.errors import CallError, PackError
from faceplate.models import catalogue, find_pack, list_packs, packs_folder, read_pack_file


@pytest.fixture
def installed(packs, contents):
    folder = packs / "toy"
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def test_a_sound_pack_is_found_in_the_data_folder_that_the_environment_names(installed, toys):
    assert find_pack("toy", toys) == installed


def test_without_the_environment_packs_lie_in_the_users_own_data_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("FACEPLATE_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert packs_folder().name == "packs"
    assert "faceplate" in packs_folder().parts


def test_a_pack_that_is_not_installed_is_refused_with_the_command_that_installs_it(packs, toys):
    assert not packs.exists()
    with pytest.raises(PackError, match="Next: run `faceplate models install toy`") as refusal:
        find_pack("toy", toys)
    assert refusal.value.came == "No such file or directory"


def test_a_changed_file_is_refused_with_its_name_and_both_digests(installed, toys):
    (installed / "two.tflite").write_bytes(b"second_weights " * 40)
    with pytest.raises(PackError) as refusal:
        find_pack("toy", toys)
    assert refusal.value.thing == str(installed / "two.tflite")
    assert sha256(b"second weights " * 40).hexdigest() in refusal.value.expected
    assert sha256(b"second_weights " * 40).hexdigest() in refusal.value.came
    assert "models install toy" in refusal.value.next_step


def test_a_file_that_grew_is_refused_without_being_read_to_its_end(installed, toys):
    with (installed / "one.tflite").open("r+b") as stream:
        stream.truncate(1 << 40)
    with pytest.raises(PackError, match="came more than 560 bytes"):
        find_pack("toy", toys)


def test_a_half_present_pack_is_refused_by_the_missing_file(installed, toys):
    (installed / "one.tflite").unlink()
    with pytest.raises(PackError, match=r"one\.tflite"):
        find_pack("toy", toys)


def test_an_unknown_name_is_a_wrong_call_that_lists_the_known_ones():
    with pytest.raises(CallError, match="expected one of fan, mediapipe-face"):
        find_pack("mediapipe-hand")


def test_the_list_tells_a_sound_pack(installed, toys):
    (status,) = list_packs(toys)
    assert (status.pack, status.path, status.installed, status.problems) == (toys["toy"], installed, True, ())


def test_the_list_tells_an_absent_pack_without_calling_that_a_problem(packs, toys):
    assert not packs.exists()
    (status,) = list_packs(toys)
    assert (status.installed, status.problems) == (False, ())


def test_the_list_names_every_damaged_file(installed, toys):
    (installed / "one.tflite").unlink()
    (installed / "two.tflite").write_bytes(b"")
    (status,) = list_packs(toys)
    assert status.installed
    assert [problem.partition(":")[0] for problem in status.problems] == ["one.tflite", "two.tflite"]


def test_every_file_on_record_has_a_length_and_a_sha256_of_64_digits():
    for pack in catalogue.values():
        assert len({file.name for file in pack.files}) == len(pack.files)
        for file in pack.files:
            assert file.size_bytes is None or file.size_bytes > 0
            assert len(bytes.fromhex(file.sha256)) == 32
            assert file.sha256 == file.sha256.lower()


def test_the_installed_mediapipe_files_are_tflite_models(face_pack):
    for file in catalogue["mediapipe-face"].files:
        assert (face_pack / file.name).read_bytes()[4:8] == b"TFL3"


def test_a_file_is_read_as_the_bytes_that_were_verified(installed, toys, contents):
    assert read_pack_file("toy", "two.tflite", toys) == contents["two.tflite"]
    (installed / "two.tflite").write_bytes(b"x")
    with pytest.raises(PackError, match="models install toy"):
        read_pack_file("toy", "two.tflite", toys)


def test_a_file_whose_length_is_not_on_record_is_verified_by_its_digest(packs, addressed, contents):
    (packs / "toy").mkdir(parents=True)
    for name, content in contents.items():
        (packs / "toy" / name).write_bytes(content)
    unmeasured = {
        "toy": replace(addressed["toy"], files=tuple(replace(f, size_bytes=None) for f in addressed["toy"].files))
    }
    assert find_pack("toy", unmeasured) == packs / "toy"
    (packs / "toy" / "one.tflite").write_bytes(b"other")
    with pytest.raises(PackError, match=r"expected a file with SHA-256 .*; came 5 bytes with SHA-256"):
        find_pack("toy", unmeasured)


def test_the_files_of_fan_carry_the_beginning_of_their_digests_in_their_names_and_addresses():
    fan = catalogue["fan"]
    assert fan.optional
    assert fan.wheel is None
    for file in fan.files:
        assert file.name.endswith(f"-{file.sha256[:10]}.zip")
        assert file.origin.startswith("https://")
        assert file.origin.endswith(f"/{file.name}")
