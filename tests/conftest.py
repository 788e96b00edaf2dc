from pathlib import Path

import pytest

FOOTAGE = Path(__file__).parents[2] / "shared" / "footage"


@pytest.fixture(scope="session")
def footage():
    """The folder of real clips and stills; tests that use it are skipped where it is absent."""
    if not FOOTAGE.is_dir():
        pytest.skip("the real clips are not here; see SOURCES.md of ../shared/footage")
    return FOOTAGE
