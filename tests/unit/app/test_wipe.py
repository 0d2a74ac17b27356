"""A desk leaves a computer: nothing of it is left, and nothing that only it knew is lost."""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.backup import make_backups
from app.backup_command import restore
from app.folders import Folders
from app.one_desk import FolderLock
from app.secrets import HUB_KEY, RECOVERY_KEY, STORE_KEY, Secrets
from app.settings import HUB_HERE, Settings
from app.setup import PracticeWish, Setup, StaffWish
from app.wipe import may_remove_command, wipe_command
from models.basics.clock import SystemClock
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from tests.support import stores
from tests.unit.models.store.takings import ask, patient, record

ROOT = Path(__file__).resolve().parents[3]
STAFF = (StaffWish("Nora Whitfield", "manager", "1379"),)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with its hub, set up once; everything is at the hub."""
    folders = Folders(tmp_path_factory.mktemp("desk") / "home")
    folders.make()
    settings = Settings.load(folders.settings)
    setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
    setup.allow_key_file("test")
    setup.start_practice(PracticeWish("Larkspur", "America/Denver"), "Desk 1", STAFF)
    return folders.home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """The same for one test; the hub is somebody else's."""
    shutil.copytree(made, tmp_path / "home")
    settings_of(tmp_path / "home").set(HUB_HERE, False)
    return tmp_path / "home"


def settings_of(home: Path) -> Settings:
    return Settings.load(Folders(home).settings)


def secrets_of(home: Path) -> Secrets:
    return Secrets(Folders(home), settings_of(home))


def waits(home: Path) -> None:
    """Something that has not reached the hub."""
    store = DeskStore.open(Folders(home).store, secrets_of(home).get(STORE_KEY) or "")
    record(store, patient())
    store.close()


def wipe(home: Path, **options: object) -> tuple[int, str]:
    out = io.StringIO()
    known = {"yes_remove_everything": True, "save_outbox": None, "hub_backup": None, **options}
    return wipe_command(argparse.Namespace(home=home, **known), out, out), out.getvalue()


def may_remove(home: Path) -> tuple[int, str]:
    out = io.StringIO()
    return may_remove_command(argparse.Namespace(home=home), out), out.getvalue()


def test_nothing_is_left(home: Path) -> None:
    (home / "backups").mkdir()
    assert may_remove(home) == (0, "")
    status, said = wipe(home)
    assert (status, home.exists()) == (0, False)
    assert "Nothing of it is left" in said
    assert wipe(home)[0] == 0  # twice is nothing


def test_not_without_the_word(home: Path) -> None:
    status, said = wipe(home, yes_remove_everything=False)
    assert status == 2
    assert "--yes-remove-everything" in said
    assert (home / "desk.db").exists()


def test_what_waits_stands_in_the_way_unless_it_is_saved(home: Path, tmp_path: Path) -> None:
    waits(home)
    assert may_remove(home)[0] == 3
    status, said = wipe(home)
    assert status == 3
    assert "1 record has not reached the hub" in said
    assert (home / "desk.db").exists()

    inside = wipe(home, save_outbox=home / "saved.backup")
    assert inside[0] == 2
    assert "is about to go" in inside[1]

    paper = tmp_path / "paper"
    paper.write_text(secrets_of(home).get(RECOVERY_KEY) or "")
    status, said = wipe(home, save_outbox=tmp_path / "saved.backup")
    assert (status, home.exists()) == (0, False)
    again = tmp_path / "again"
    restore(Folders(again), tmp_path / "saved.backup", SystemClock(), replace=False, key_file=paper, consent="Nora")
    store = DeskStore.open(again / "desk.db", secrets_of(again).get(STORE_KEY) or "")
    assert ask(store, "SELECT count(*) FROM patient") == [(1,)]
    assert store.pending_count() == 1
    store.close()


def test_the_clinics_hub_is_not_removed_by_mistake(home: Path, tmp_path: Path) -> None:
    settings_of(home).set(HUB_HERE, True)
    assert may_remove(home)[0] == 3
    assert wipe(home)[0] == 2
    made = make_backups(Folders(home), settings_of(home), secrets_of(home), SystemClock(), tmp_path / "to")
    desk, hub = (done.path for done in made)
    assert wipe(home, hub_backup=desk)[0] == 2  # that is the desk's
    assert wipe(home, hub_backup=hub)[0] == 0
    assert not home.exists()


def test_not_under_an_open_window(home: Path) -> None:
    lock = FolderLock(home)
    try:
        status, said = wipe(home)
    finally:
        lock.release()
    assert status == 2
    assert "open already" in said
    assert (home / "desk.db").exists()


def test_without_its_key_nothing_is_decided(home: Path) -> None:
    secrets_of(home).forget((STORE_KEY,))
    assert may_remove(home)[0] == 4
    status, said = wipe(home)
    assert status == 2
    assert "key of the store is not available" in said
    assert (home / "desk.db").exists()


def test_the_installers_question_as_a_program(home: Path) -> None:
    waits(home)
    asked = subprocess.run([sys.executable, "-m", "app", "may-remove", "--home", str(home)], cwd=ROOT,
                           capture_output=True, text=True, check=False, timeout=60)  # fmt: skip
    assert asked.returncode == 3
    assert asked.stdout.startswith("1 record has not reached the hub")
    assert asked.stderr == ""


def test_what_was_pushed_does_not_wait(made: Path, home: Path) -> None:
    waits(home)
    secrets = secrets_of(home)
    store = DeskStore.open(Folders(home).store, secrets.get(STORE_KEY) or "")
    hub = HubStore.open(sqlite_engine(home / "hub" / "hub.db", secrets.get(HUB_KEY) or ""))
    stores.push(store, hub)
    stores.pull(store, hub)
    hub.close()
    store.close()
    assert may_remove(home)[0] == 0
