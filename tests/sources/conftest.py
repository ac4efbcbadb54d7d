"""Where the reference tables are, for the tests that compare with them."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[3] / "shared"
    if not folder.exists():
        pytest.skip("the reference tables are not beside this folder")
    return folder
