"""The one door lets every test in: a new folder of tests is one of its folders."""

from __future__ import annotations

from tests.__main__ import FOLDERS, ROOT, SIMULATOR


def test_every_folder_of_tests_is_run_once() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "tests").iterdir(), *(ROOT / "tests/unit").iterdir())
        if path.is_dir() and any(path.rglob("test_*.py")) and path.name != "unit"
    }
    assert sorted(FOLDERS) == sorted(found)
    assert list((ROOT / "tests").glob("test_*.py")) == list((ROOT / "tests/unit").glob("test_*.py")) == []
    assert (ROOT / SIMULATOR).is_file(), "left out above, and run by itself"
