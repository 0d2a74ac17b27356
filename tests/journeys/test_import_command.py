"""`copaydesk import` as typed."""

from __future__ import annotations

import argparse
import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from app.folders import desk_folder
from app.import_command import Bar, add_options, import_command
from app.lanes import Progress
from app.secrets import STORE_KEY, Secrets
from app.settings import Settings
from exchange.samples.clinic import clinic
from models.basics.clock import SystemClock
from tests.support.imports import KEY, ImportDesk, encounter, patient, write_json

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A desk's folder with its key in a file, as somebody agreed to."""
    folders = desk_folder(tmp_path / "home")
    folders.make()
    secrets = Secrets(folders, Settings.load(folders.settings))
    secrets.allow_key_file("the tests")
    secrets.put(STORE_KEY, KEY)
    ImportDesk(folders.home).close()
    return folders.home


def run(home: Path, *words: str) -> tuple[int, str, str]:
    """(exit status, output, errors)."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path)
    add_options(parser)
    out, err = io.StringIO(), io.StringIO()
    status = import_command(parser.parse_args(["--home", str(home), *words]), out, err)
    return status, out.getvalue(), err.getvalue()


def test_a_clinic_is_brought_in_and_known_again(home: Path, tmp_path: Path) -> None:
    (tmp_path / "clinic.ndjson").write_bytes(clinic(SystemClock().now().date()).ndjson())
    status, out, err = run(home, str(tmp_path / "clinic.ndjson"))
    assert (status, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["Patients", "63", "63", "0", "0", "0"] in lines
    assert ["In", "all", "303", "281", "0", "22", "0"] in lines
    status, out, _ = run(home, str(tmp_path / "clinic.ndjson"))
    assert status == 0
    assert ["In", "all", "303", "0", "0", "303", "0"] in [line.split() for line in out.splitlines()]


def test_dry_run_and_refusals_in_words(home: Path, tmp_path: Path) -> None:
    write_json(tmp_path / "in" / "a.json", encounter(patient_id="9"))
    write_json(tmp_path / "in" / "b.json", patient())
    (tmp_path / "in" / "c.json").write_text("{")
    status, out, _ = run(home, "--dry-run", str(tmp_path / "in"))
    assert status == 1
    assert (
        "  a.json, subject.reference: Its patient is neither in these files nor at this desk. Import the patient too."
        in out
    )
    assert "  c.json: This is no JSON at line 1, column 2. Copy or export it again." in out
    assert out.endswith("Nothing was written: this was a dry run.\n")
    assert "Quillfeather" not in out
    status, out, _ = run(home, "--dry-run", str(tmp_path / "in" / "b.json"))
    assert ["Patients", "1", "1", "0", "0", "0"] in [line.split() for line in out.splitlines()]


def test_a_map_a_source_and_a_shift(home: Path, tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text('dates = "dmy"\n[columns]\nid = "Nr"\nfamily = "Nachname"\ngiven = "Vorname"\n'
                                       'birth_date = "Geboren"\n')  # fmt: skip
    (tmp_path / "a.csv").write_text("Nr;Nachname;Vorname;Geboren\n1;Quillfeather;Zoë;03.12.1990\n")
    assert run(home, "--map", str(tmp_path / "map.toml"), "--source", "old program", str(tmp_path / "a.csv"))[0] == 0
    files = [str(write_json(tmp_path / "p.json", patient())), str(write_json(tmp_path / "e.json", encounter()))]
    status, out, _ = run(home, "--shift-to-today", *files)
    assert status == 0
    assert "Moved so that the newest visits lie on " in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--map", "nowhere.toml", "x.json"], "There is no such file."),
        (["--map", "bad.toml", "x.json"], "The map file is not right at TOML."),
    ],
)
def test_what_cannot_begin(home: Path, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "bad.toml").write_text("= =")
    words = [str(tmp_path / word) if word.endswith("bad.toml") else word for word in words]
    status, out, err = run(home, *words)
    assert (status, out) == (2, "")
    assert err.startswith(said)


def test_a_computer_without_a_desk(tmp_path: Path) -> None:
    status, _, err = run(tmp_path / "nothing", "x.json")
    assert status == 2
    assert err.startswith("This computer has no desk yet.")


def test_the_program_itself(home: Path, tmp_path: Path) -> None:
    file = write_json(tmp_path / "p.json", patient())
    done = subprocess.run([sys.executable, "-m", "app", "import", "--home", str(home), str(file)], cwd=ROOT,
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("1 file read\n")


def test_the_bar_fills_on_a_terminal_only() -> None:
    quiet = io.StringIO()
    Bar(quiet).show(Progress("import.reading", 1, 2))
    assert quiet.getvalue() == ""
    master, slave = pty.openpty()
    try:
        with os.fdopen(slave, "w", closefd=False) as terminal:
            bar = Bar(terminal)
            bar.show(Progress("import.writing", 1, 2))
            bar.show(Progress("import.linking"))
            bar.clear()
            terminal.flush()
        shown = ""
        while "belongs together\r" not in shown:
            shown += os.read(master, 4096).decode()
    finally:
        os.close(slave)
        os.close(master)
    assert "Writing [###############               ] 1/2" in shown
    assert "Finding what belongs together" in shown
    assert shown.endswith("\x1b[K")
