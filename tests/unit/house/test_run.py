"""`run.py`: what it finds missing, what it takes from a lock file, and what it says when it must stop."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from models.basics.version import VERSION

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def run() -> ModuleType:
    """The set-up script as a module."""
    spec = importlib.util.spec_from_file_location("run_py", ROOT / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == VERSION


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_are_hashed_and_name_no_registry(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    pins = [n for n, line in enumerate(lines) if line[:1].isalnum()]
    assert len(pins) > 30
    assert all("--hash=sha256:" in lines[n + 1] for n in pins)
    assert not [line for line in lines if "://" in line]


def test_the_development_lock_holds_the_other_one() -> None:
    def pins(name: str) -> set[str]:
        return {line for line in (ROOT / name).read_text().splitlines() if line[:1].isalnum()}

    def without_markers(found: set[str]) -> set[str]:
        return {line.split(" ")[0] for line in found}

    assert without_markers(pins("requirements.lock")) <= without_markers(pins("requirements-dev.lock"))


def test_a_block_of_a_lock_has_one_package_with_its_hashes(run: ModuleType) -> None:
    block = run.locked_block(ROOT / "requirements-dev.lock", "uv").splitlines()
    assert block[0].startswith("uv==")
    assert len(block) > 1
    assert all(line.strip().startswith("--hash=sha256:") for line in block[1:])


def test_an_old_python_is_told_so(run: ModuleType, monkeypatch: pytest.MonkeyPatch,
                                  capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.setattr(run.sys, "version_info", (3, 10, 2))
    with pytest.raises(SystemExit):
        run.check_python()
    assert "3.11 to 3.14" in capsys.readouterr().err


def test_without_root_or_sudo_the_line_to_type_is_printed(run: ModuleType, monkeypatch: pytest.MonkeyPatch,
                                                          capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    monkeypatch.setattr(run.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr(run, "sudo_words", lambda: None)
    monkeypatch.setattr(run.shutil, "which", lambda _name: "/usr/bin/apt-get")
    with pytest.raises(SystemExit) as stopped:
        run.install_system_packages(["libegl1", "xvfb"])
    assert stopped.value.code == 3
    assert "sudo apt-get install -y --no-install-recommends libegl1 xvfb" in capsys.readouterr().err


def test_the_command_line_answers_at_once_and_knows_its_commands() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "QT_QPA_PLATFORM"}
    told = subprocess.run([sys.executable, "-m", "app", "--help"], capture_output=True, text=True, check=True,
                          env=environment)  # fmt: skip
    for command in ("demo", "import", "simulate", "server", "doctor"):
        assert f"    {command}" in told.stdout
    version = subprocess.run([sys.executable, "-m", "app", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.strip() == f"copaydesk {VERSION}"


def test_a_light_command_loads_nothing_heavy() -> None:
    heavy = ("PySide6", "sqlalchemy", "fastapi", "reportlab", "stripe")
    code = ("import sys; from app.__main__ import main\ntry: main(['--version'])\nexcept SystemExit: pass\n"
            f"print([name for name in {heavy} if name in sys.modules])")  # fmt: skip
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]"
