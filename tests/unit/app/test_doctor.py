"""The doctor: one line each for store, keyring, devices, hub and clock; status 0 only when all is well."""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from app.desk import Desk, open_desk
from app.doctor import doctor_command, examine
from app.folders import Folders
from app.hub_process import READY_FILE
from app.secrets import STORE_KEY, Secrets
from app.settings import Settings
from app.setup import PracticeWish, Setup, StaffWish
from models.basics.clock import FixedClock, SystemClock
from tests.support.simulators import PaxProcess, PrinterProcess

STAFF = (StaffWish("Maria Delgado", "receptionist", "2580"), StaffWish("Nora Whitfield", "manager", "1379"))


def doctor(home: Path) -> tuple[int, dict[str, str]]:
    """The status, and each part's line."""
    out = io.StringIO()
    status = doctor_command(argparse.Namespace(home=home, deep=False), out)
    return status, {line[6:14].strip(): line for line in out.getvalue().splitlines()}


def setup_of(home: Path) -> Setup:
    folders = Folders(home)
    settings = Settings.load(folders.settings)
    return Setup(folders, settings, Secrets(folders, settings), SystemClock())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with its own hub, set up once."""
    folders = Folders(tmp_path_factory.mktemp("desk") / "home")
    folders.make()
    setup = setup_of(folders.home)
    setup.allow_key_file("test")
    setup.start_practice(PracticeWish("Clinic", "America/New_York"), "Desk 1", STAFF)
    return folders.home


@pytest.fixture
def home(made: Path, tmp_path: Path, pax: PaxProcess, printer: PrinterProcess) -> Path:
    """The same for one test, with running devices."""
    home = tmp_path / "desk"
    shutil.copytree(made, home)
    setup_of(home).set_devices(pax.url, printer.url, drawer=True)
    return home


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """The same desk with its window's parts running."""
    desk = open_desk(Folders(home))
    assert desk.wait_started()
    yield desk
    desk.close()


def test_before_set_up_everything_has_its_line_and_the_status_is_bad(tmp_path: Path) -> None:
    status, said = doctor(tmp_path / "nowhere")
    assert status == 1
    assert set(said) == {"store", "keyring", "reader", "printer", "hub", "clock"}
    assert said["store"].startswith("BAD")
    assert not (tmp_path / "nowhere").exists()


def test_a_desk_that_is_closed_is_well(home: Path) -> None:
    status, said = doctor(home)
    assert status == 0, said
    assert "answers" in said["reader"]
    assert "Ready" in said["printer"]
    # another desk of this machine may have started its hub at the usual port meanwhile
    assert "runs while the window is open" in said["hub"] or "Answers." in said["hub"]


def test_the_hub_answers_and_the_clock_is_compared(home: Path, desk: Desk) -> None:
    assert desk.hub is not None
    slow = FixedClock(datetime.now(UTC) - timedelta(hours=3))
    said = {finding.part: finding for finding in examine(Folders(home), slow)}
    assert said["hub"].health == "ok"
    assert said["clock"].health == "BAD"
    assert "180 minutes" in said["clock"].words


def test_a_hub_that_had_to_move_is_found(home: Path, desk: Desk) -> None:
    """Another program had its port when it started: where it listens now counts, not where the desk joined it."""
    assert desk.hub is not None
    folders = Folders(home)
    told = orjson.loads((folders.hub / READY_FILE).read_bytes())
    gone = desk.store.identity
    assert gone is not None
    desk.store.enrol(replace(gone, hub_url="http://127.0.0.1:9"))
    said = {finding.part: finding for finding in examine(folders, SystemClock())}
    assert (said["hub"].health, told["address"]) == ("ok", desk.hub.address)


@pytest.mark.parametrize(("key", "words"), [("ab" * 32, "key"), (None, "key")])
def test_a_wrong_or_missing_key_is_named(home: Path, key: str | None, words: str) -> None:
    folders = Folders(home)
    settings = Settings.load(folders.settings)
    if key is None:
        folders.key_file.unlink()
    else:
        Secrets(folders, settings).put(STORE_KEY, key)
    before = folders.store.read_bytes()
    status, said = doctor(home)
    assert status == 1
    assert said["store"].startswith("BAD")
    assert words in said["store"].lower()
    assert folders.store.read_bytes() == before


def test_a_printer_without_paper_and_a_reader_that_is_gone(
    home: Path, pax: PaxProcess, printer: PrinterProcess
) -> None:
    printer.always("paper-out")
    pax.kill()
    status, said = doctor(home)
    assert status == 1
    assert said["printer"].startswith("BAD")
    assert said["reader"].startswith("BAD")
