"""Inputs written by other programs, kept beside the project and never in it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3] / "shared" / "data"


def shared(path: str) -> Path:
    """The file or folder `path` of the data folder beside the project; skips the test where that is absent."""
    found = ROOT / path
    if not found.exists():
        pytest.skip(
            "the folder of inputs by other programs is not beside this checkout; generated samples cover the shapes"
        )
    return found
