from dataclasses import replace
from hashlib import sha256

import pytest

from faceplate.models import Pack, PackFile, Wheel


@pytest.fixture(scope="session")
def contents():
    """The files of the toy pack."""
    return {"one.tflite": b"first weights " * 40, "two.tflite": b"second weights " * 40}


@pytest.fixture(scope="session")
def toys(contents):
    """A catalogue of one small pack, in a wheel for a platform and a Python that the tests do not run on."""
    files = tuple(
        PackFile(name=name, origin=f"toywheel/{name}", size_bytes=len(content), sha256=sha256(content).hexdigest())
        for name, content in contents.items()
    )
    toy = Pack(
        name="toy",
        summary="two small files",
        author="the tests",
        licence="CC0-1.0",
        wheel=Wheel(project="toywheel", version="1.0", python="3.18", platform="win_arm64"),
        files=files,
    )
    return {"toy": toy}


@pytest.fixture
def packs(tmp_path, monkeypatch):
    """The folder of packs, not yet made."""
    monkeypatch.setenv("FACEPLATE_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "packs"


@pytest.fixture
def addressed(toys):
    """The toy pack without a wheel: each file has an address, where nobody answers."""
    files = tuple(replace(file, origin=f"http://127.0.0.1:9/{file.name}") for file in toys["toy"].files)
    return {"toy": replace(toys["toy"], wheel=None, files=files)}
