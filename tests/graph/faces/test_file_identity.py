import os

import pytest

from faceplate.graph.faces.stream import file_identity
from faceplate.plate import file_state


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "shot.track"
    path.write_text("one")
    return path


def take_its_place(file):
    """Another file of the same size and time, written beside the first and renamed."""
    beside, about = file.with_suffix(".new"), file.stat()
    beside.write_text("two")
    os.utime(beside, ns=(about.st_atime_ns, about.st_mtime_ns))
    beside.replace(file)


def test_a_file_that_takes_anothers_place_is_told_though_size_and_time_are_the_same(file):
    before, state = file_identity(str(file)), file_state(file)
    assert file_identity(str(file)) == before
    take_its_place(file)
    assert file_identity(str(file)) != before
    assert file_state(file) == state


def test_a_file_that_grows_is_told(file):
    before = file_identity(str(file))
    file.write_text("and more")
    assert file_identity(str(file)) != before


def test_what_is_no_file_has_none(file):
    for name in ("", str(file.parent), str(file / "below"), "gone", "nul\0"):
        assert file_identity(name) == ""
