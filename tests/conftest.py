from pathlib import Path

import pytest

from faceplate.models import find_pack

FOOTAGE = Path(__file__).parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage():
    """The folder of real clips and stills; tests that use it are skipped where it is absent."""
    if not FOOTAGE.is_dir():
        pytest.skip("the real clips are not here; see SOURCES.md of ../shared/footage")
    return FOOTAGE


@pytest.fixture(scope="session")
def face_pack():
    """The folder of the installed MediaPipe pack; a test that uses it fails where `make test` has not installed it."""
    return find_pack("mediapipe-face")
