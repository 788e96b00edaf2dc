import struct
import sys
import venv
import zipfile
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from faceplate.errors import CallError, PackError, StorageError
from faceplate.models import find_pack, install_pack


@pytest.fixture(scope="session")
def members(contents):
    """The toy pack as it lies inside its wheel."""
    return {f"toywheel/{name}": content for name, content in contents.items()}


def loose(folder, contents):
    folder.mkdir()
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def wheel(folder, members, version="1.0"):
    folder.mkdir(exist_ok=True)
    path = folder / f"toywheel-{version}-cp318-cp318-win_arm64.whl"
    about = {
        f"toywheel-{version}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: toywheel\nVersion: {version}\n",
        f"toywheel-{version}.dist-info/WHEEL": "Wheel-Version: 1.0\nTag: cp318-cp318-win_arm64\n",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (members | about).items():
            archive.writestr(name, content)
    return path


def assert_whole(packs, contents):
    assert {path.name: path.read_bytes() for path in (packs / "toy").iterdir()} == contents
    assert [path.name for path in packs.iterdir()] == ["toy"]


def assert_nothing_placed(packs):
    assert not packs.exists() or list(packs.iterdir()) == []


def test_a_folder_of_files_is_installed(packs, tmp_path, toys, contents):
    assert install_pack("toy", loose(tmp_path / "usb", contents), toys) == packs / "toy"
    assert_whole(packs, contents)


def test_a_wheel_is_installed(packs, tmp_path, toys, contents, members):
    install_pack("toy", wheel(tmp_path, members), toys)
    assert_whole(packs, contents)


def test_a_folder_that_holds_the_wheel_is_installed(packs, tmp_path, toys, contents, members):
    install_pack("toy", wheel(tmp_path / "usb", members).parent, toys)
    assert_whole(packs, contents)


def test_an_installed_pack_is_left_as_it_is_and_its_source_is_not_read(packs, tmp_path, toys, contents):
    install_pack("toy", loose(tmp_path / "usb", contents), toys)
    before = (packs / "toy").stat()
    install_pack("toy", tmp_path / "no such folder", toys)
    assert (packs / "toy").stat() == before


def test_a_half_present_pack_is_replaced_by_a_whole_one(packs, tmp_path, toys, contents):
    install_pack("toy", loose(tmp_path / "usb", contents), toys)
    (packs / "toy" / "one.tflite").unlink()
    (packs / "toy" / "two.tflite").write_bytes(b"half")
    install_pack("toy", tmp_path / "usb", toys)
    assert_whole(packs, contents)


def test_a_wrong_digest_in_a_folder_is_refused_and_nothing_is_placed(packs, tmp_path, toys, contents):
    other = b"Second weights " * 40
    with pytest.raises(PackError) as refusal:
        install_pack("toy", loose(tmp_path / "usb", contents | {"two.tflite": other}), toys)
    assert refusal.value.thing.endswith("two.tflite")
    assert toys["toy"].files[1].sha256 in refusal.value.expected
    assert sha256(other).hexdigest() in refusal.value.came
    assert_nothing_placed(packs)


def test_a_wrong_digest_in_a_wheel_is_refused_and_nothing_is_placed(packs, tmp_path, toys, members):
    changed = members | {"toywheel/two.tflite": b"Second weights " * 40}
    with pytest.raises(PackError, match=r"toywheel/two\.tflite: expected 600 bytes with SHA-256"):
        install_pack("toy", wheel(tmp_path, changed), toys)
    assert_nothing_placed(packs)


def test_a_refused_source_leaves_a_damaged_pack_as_it_was(packs, tmp_path, toys, contents):
    install_pack("toy", loose(tmp_path / "usb", contents), toys)
    (packs / "toy" / "one.tflite").write_bytes(b"kept to be looked at")
    with pytest.raises(PackError):
        install_pack("toy", tmp_path / "no such folder", toys)
    assert (packs / "toy" / "one.tflite").read_bytes() == b"kept to be looked at"


def test_a_member_that_unpacks_to_more_than_its_record_is_refused_early(packs, tmp_path, toys, members):
    bomb = members | {"toywheel/one.tflite": bytes(50_000_000)}
    with pytest.raises(PackError, match="came more than 560 bytes"):
        install_pack("toy", wheel(tmp_path, bomb), toys)
    assert_nothing_placed(packs)


def test_members_with_climbing_or_absolute_names_are_never_written(packs, tmp_path, toys, contents, members):
    stray = {"../../escaped.tflite": b"x", f"{tmp_path}/absolute.tflite": b"x", "toywheel/../one.tflite": b"x"}
    install_pack("toy", wheel(tmp_path / "usb", stray | members), toys)
    assert_whole(packs, contents)
    assert not list(tmp_path.rglob("escaped.tflite"))
    assert not list(tmp_path.rglob("absolute.tflite"))


def test_a_wheel_without_the_exact_member_is_refused_by_its_name(packs, tmp_path, toys, members):
    climbing = {f"../{name}": content for name, content in members.items()}
    with pytest.raises(PackError, match=r"toywheel/one\.tflite"):
        install_pack("toy", wheel(tmp_path, climbing), toys)
    assert_nothing_placed(packs)


def test_a_file_that_is_no_wheel_is_refused(packs, tmp_path, toys):
    (tmp_path / "toywheel.whl").write_bytes(b"<html>sign in</html>")
    with pytest.raises(PackError, match=r"expected the wheel toywheel==1\.0; came File is not a zip file"):
        install_pack("toy", tmp_path / "toywheel.whl", toys)
    assert_nothing_placed(packs)


def test_a_member_packed_by_a_method_that_wheels_do_not_use_is_refused(packs, tmp_path, toys, members):
    path = tmp_path / "lzma.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(PackError, match="packed by method 14"):
        install_pack("toy", path, toys)
    assert_nothing_placed(packs)


def test_an_encrypted_member_is_refused(packs, tmp_path, toys, members):
    path = wheel(tmp_path, members)
    content = bytearray(path.read_bytes())
    for signature, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        struct.pack_into("<H", content, content.index(signature) + flags, 1)
    path.write_bytes(content)
    with pytest.raises(PackError, match="encrypted"):
        install_pack("toy", path, toys)
    assert_nothing_placed(packs)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(damage=st.tuples(st.integers(0, 10_000), st.integers(0, 255), st.booleans()))
def test_a_damaged_wheel_gives_the_true_files_or_a_pack_error(packs, tmp_path, toys, contents, members, damage):
    at, value, cut = damage
    content = bytearray(wheel(tmp_path / "usb", members).read_bytes())
    at %= len(content)
    content[at] = value
    path = tmp_path / "damaged.whl"
    path.write_bytes(content[:at] if cut else content)
    pack = replace(toys["toy"], name=f"toy{at}-{value}-{cut}")
    try:
        folder = install_pack(pack.name, path, {pack.name: pack})
    except PackError:
        assert not (packs / pack.name).exists()
    else:
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == contents


def test_a_folder_with_neither_is_refused_with_what_is_missing(packs, tmp_path, toys, contents):
    (tmp_path / "one.tflite").write_bytes(contents["one.tflite"])
    with pytest.raises(PackError) as refusal:
        install_pack("toy", tmp_path, toys)
    assert "toywheel-1.0-*.whl" in refusal.value.expected
    assert refusal.value.came == "no wheel, and no two.tflite"
    assert_nothing_placed(packs)


def test_a_wheel_of_another_version_is_not_taken(packs, tmp_path, toys, members):
    with pytest.raises(PackError, match="no wheel"):
        install_pack("toy", wheel(tmp_path, members, version="2.0").parent, toys)
    assert_nothing_placed(packs)


def test_an_unknown_name_is_a_wrong_call(tmp_path, toys):
    with pytest.raises(CallError, match="expected one of toy"):
        install_pack("tay", tmp_path, toys)


def test_a_folder_of_packs_that_cannot_be_made_is_a_fault_of_storage(packs, tmp_path, toys, contents):
    packs.parent.write_text("a file where the data folder should be")
    with pytest.raises(StorageError, match="FACEPLATE_DATA"):
        install_pack("toy", loose(tmp_path / "usb", contents), toys)


def test_without_a_source_pip_downloads_the_wheel_whatever_platform_it_is_for(
    packs, tmp_path, monkeypatch, toys, contents, members
):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel(tmp_path / "links", members).parent))
    install_pack("toy", packs=toys)
    assert_whole(packs, contents)


def test_when_pip_finds_no_wheel_the_next_step_is_a_copy_by_hand(packs, tmp_path, monkeypatch, toys):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(PackError, match=r"No matching distribution found for toywheel==1\.0") as refusal:
        install_pack("toy", packs=toys)
    assert "faceplate models install toy --from DIR" in refusal.value.next_step
    assert "pip download --no-deps" in refusal.value.next_step
    assert_nothing_placed(packs)


def test_a_python_without_pip_is_told_the_same(packs, tmp_path, monkeypatch, toys):
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(PackError, match="No module named pip"):
        install_pack("toy", packs=toys)
    assert_nothing_placed(packs)


def test_the_real_pack_installs_from_a_folder_of_its_files(packs, face_pack):
    assert install_pack("mediapipe-face", face_pack) == packs / "mediapipe-face"
    assert find_pack("mediapipe-face") == packs / "mediapipe-face"
