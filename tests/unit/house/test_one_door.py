"""The one door lets every test in: a new folder of tests is one of its folders, and every file is run once, to its
end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import __main__ as door
from tests.__main__ import FOLDERS, ROOT, SIMULATOR, files, in_turns


def test_every_folder_of_tests_is_run_once() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (*(ROOT / "tests").iterdir(), *(ROOT / "tests/unit").iterdir())
        if path.is_dir() and any(path.rglob("test_*.py")) and path.name != "unit"
    }
    assert sorted(FOLDERS) == sorted(found)
    assert list((ROOT / "tests").glob("test_*.py")) == list((ROOT / "tests/unit").glob("test_*.py")) == []
    assert (ROOT / SIMULATOR).is_file(), "left out above, and run by itself"


def test_what_is_run_in_turns_is_every_file_but_the_simulators() -> None:
    assert sorted([*files(), SIMULATOR]) == sorted(
        path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")
    )


@pytest.fixture
def turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files of tests of which each tells `told` that it was run, and processes that load no plugin but ours."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in "abcd":
        body = f"def test_{name}():\n    open({str(tmp_path / 'told')!r}, 'a').write('{name}')\n"
        (tmp_path / f"test_{name}.py").write_text(body)
    return tmp_path


def test_two_processes_run_every_file_once(
    turns: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(door, "PROCESSES", 2)
    assert in_turns([str(path) for path in sorted(turns.glob("test_*.py"))]) == 0
    assert sorted((turns / "told").read_text()) == list("abcd")
    assert "nobody ran" not in capfd.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("    assert 1 == 2\n", "assert 1 == 2"),
        ("    import os; os._exit(0)\n", "nobody ran {path} to its end"),
        ("import nowhere\n", "No module named 'nowhere'"),
    ],
    ids=["fails", "ends the process", "cannot be loaded"],
)
def test_a_file_that_was_not_run_to_its_good_end_fails_the_whole(
    turns: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], more: str, said: str
) -> None:
    monkeypatch.setattr(door, "PROCESSES", 1)
    path = turns / "test_b.py"
    path.write_text(path.read_text() + more)
    assert in_turns([str(path)]) != 0
    assert said.format(path=path) in capfd.readouterr().out
