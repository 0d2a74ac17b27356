"""The deep look: every invariant named, each broken book found by its own number, disk and backups judged."""

from __future__ import annotations

import argparse
import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import doctor_deep
from app.backup import make_backups
from app.doctor import doctor_command, examine
from app.findings import Finding, Health
from app.folders import Folders
from app.secrets import HUB_KEY, STORE_KEY, Secrets
from app.settings import Settings
from app.setup import PracticeWish, Setup, StaffWish
from models.basics.clock import Clock, FixedClock, SystemClock, utc_text
from models.store.desk import DeskStore
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from models.store.reading import connect
from tests.support import stores
from tests.unit.models.store.takings import appointment, charge, patient, record, take_copay

STAFF = (StaffWish("Maria Delgado", "receptionist", "2580"), StaffWish("Nora Whitfield", "manager", "1379"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk with its hub, some payments at the hub, one more that waits, and a backup."""
    folders = Folders(tmp_path_factory.mktemp("desk") / "home")
    folders.make()
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    setup = Setup(folders, settings, secrets, SystemClock())
    setup.allow_key_file("test")
    setup.start_practice(PracticeWish("Larkspur", "America/Denver"), "Desk 1", STAFF)
    desk = DeskStore.open(folders.store, secrets.get(STORE_KEY) or "")
    hub = HubStore.open(sqlite_engine(folders.hub / "hub.db", secrets.get(HUB_KEY) or ""))
    record(desk, patient(), appointment(), charge(cents=50_000))
    for _ in range(3):
        with desk.write() as tx:
            take_copay(tx)
    stores.push(desk, hub)
    stores.pull(desk, hub)
    with desk.write() as tx:
        take_copay(tx)
    hub.close()
    desk.close()
    make_backups(folders, settings, secrets, SystemClock())
    return folders.home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """The same for one test."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def deep(home: Path, clock: Clock | None = None) -> dict[str, Finding]:
    """What the deep look finds, by part."""
    folders = Folders(home)
    settings = Settings.load(folders.settings)
    found = doctor_deep.examine_deeply(folders, settings, Secrets(folders, settings), clock or SystemClock())
    return {finding.part: finding for finding in found}


def bad(home: Path, clock: Clock | None = None) -> set[str]:
    """The parts that are not well, the speed and room of this machine's disk apart."""
    found = deep(home, clock)
    return {part for part, finding in found.items() if finding.health is Health.BAD} - {"disk", "space"}


def in_store(home: Path, *statements: str, hub: bool = False) -> None:
    """Change a store behind the program's back."""
    folders = Folders(home)
    secrets = Secrets(folders, Settings.load(folders.settings))
    path, key = (folders.hub / "hub.db", HUB_KEY) if hub else (folders.store, STORE_KEY)
    connection = connect(path, secrets.get(key) or "")
    for statement in statements:
        connection.execute(statement)
    connection.close()


def test_every_invariant_has_its_line_and_all_is_well(home: Path) -> None:
    before = sorted((found.name, found.stat().st_size) for found in home.iterdir())
    found = deep(home)
    assert {f"I{number}" for number in range(1, 29)} <= set(found)
    assert bad(home) == set()
    assert {part for part, finding in found.items() if finding.health is Health.NOTE} - {"space"} == {
        "I5", "I16", "I24", "I25"
    }  # fmt: skip
    assert {f"hub {number}" for number in doctor_deep.ON_HUB} <= set(found)
    assert "No gap" in found["hub I5"].words or "no gap" in found["hub I5"].words
    assert sorted((kept.name, kept.stat().st_size) for kept in home.iterdir()) == before  # nothing was changed or left


UNGUARD = tuple(f"DROP TRIGGER {table}_no_{act}" for table in ("log", "transfer") for act in ("update", "delete"))

BROKEN: dict[str, tuple[bool, tuple[str, ...]]] = {
    "I1": (False, ("UPDATE account SET debits = debits + 1 WHERE id LIKE 'CASH:%'",)),
    "I2": (False, ("UPDATE account SET debits = debits + 1 WHERE id LIKE 'CASH:%'",)),
    "I3": (False, ("PRAGMA ignore_check_constraints = 1",
                   "UPDATE account SET held = held + 90000 WHERE guard = 'L'")),
    "I4": (False, ("PRAGMA ignore_check_constraints = 1",
                   "UPDATE account SET credits = credits + 90000 WHERE guard = 'A'")),
    "hub I5": (True, (*UNGUARD, "DELETE FROM log WHERE seq = 3")),
    "I6": (False, (*UNGUARD, "UPDATE log SET verdict = 'reduced' WHERE seq = 3")),
    "hub I6": (True, (*UNGUARD, "UPDATE log SET verdict = 'reduced' WHERE seq = 3")),
    "hub I8": (True, (*UNGUARD, "DELETE FROM log WHERE dseq = 2")),
    "I9": (False, (*UNGUARD, "UPDATE log SET verdict = 'rejected' WHERE kind = 'payment.collect'")),
    "I10": (False, ("UPDATE payment SET amount_cents = amount_cents + 1",)),
    "I12": (False, ("INSERT INTO day_close (tenant, close_id, drawer, kept_cents, seq) SELECT tenant, 'c', 'drawer-1', "
                    "1, cursor_seq FROM stream",)),
    "I17": (False, ("INSERT INTO print_job (tenant, job_id, kind, state, updated_at) SELECT tenant, 'j', 'copy', "
                    "'sending', '2020-01-01T00:00:00.000Z' FROM stream",)),
    "I18": (False, ("UPDATE transfer SET code = 'other' WHERE seq = 0",)),
    "I19": (True, (*UNGUARD, "UPDATE log SET hash = 'x' WHERE seq = (SELECT max(seq) FROM log)")),
    "I21": (False, ("UPDATE stream SET cursor_seq = cursor_seq + 1",)),
    "I22": (False, ("INSERT INTO print_job (tenant, job_id, kind, state, payment_id) SELECT tenant, 'j', 'receipt', "
                    "'printed', 'nobody' FROM stream",)),
    "I23": (False, ("UPDATE outbox SET verdict = 'reduced' WHERE verdict = 'accepted'",)),
    "hub I23": (True, ("DROP TRIGGER log_no_update",)),
    "I27": (False, ("UPDATE charge SET responsibility_cents = responsibility_cents + 1",)),
    "I28": (False, ("INSERT INTO online_payment (tenant, online_id, amount_cents, channel, state) SELECT tenant, 'o', "
                    "1, 'portal', 'open' FROM stream",)),
}  # fmt: skip
"""What to do to a store (the hub's: True) so that this part of the report is bad."""


@pytest.mark.parametrize("part", list(BROKEN))
def test_a_broken_book_is_named_by_its_number(part: str, home: Path) -> None:
    in_hub, statements = BROKEN[part]
    in_store(home, *statements, hub=in_hub)
    found = deep(home)[part]
    assert found.health is Health.BAD
    assert found.words.startswith("Does not hold: ")
    assert "Seen: " in found.words


def test_a_damaged_page_is_told(home: Path) -> None:
    raw = bytearray((home / "desk.db").read_bytes())
    raw[len(raw) // 2] ^= 0xFF
    (home / "desk.db").write_bytes(raw)
    folders = Folders(home)
    found = {finding.part: finding for finding in examine(folders, SystemClock(), deep=True)}
    assert any(part in found and found[part].health is Health.BAD for part in ("store", "file", "books"))


def test_what_waits_too_long_an_old_backup_and_a_clock_that_is_behind(home: Path) -> None:
    now = datetime.now(UTC)
    assert bad(home, FixedClock(now + timedelta(minutes=70))) == {"I20"}
    assert bad(home, FixedClock(now + timedelta(days=7, hours=1))) == {"I20", "backup"}
    in_store(home, f"UPDATE stream SET server_time = '{utc_text(now + timedelta(hours=2))}'")
    assert "clock" in bad(home)


def test_no_backup_or_one_that_was_taken_away(home: Path) -> None:
    state = json.loads((home / "backups.json").read_text())
    (home / "backups.json").write_text(json.dumps({**state, "folder": str(home / "backups")}))
    (home / "backups" / state["files"][0]).unlink()
    assert bad(home) == {"backup"}
    (home / "backups.json").unlink()
    assert "never been backed up" in deep(home)["backup"].words


@pytest.mark.parametrize(
    ("ms", "health", "word"), [(0.01, Health.BAD, "cache"), (0.5, Health.OK, ""), (140.0, Health.BAD, "slow")]
)
def test_a_lying_disk_and_a_slow_one(
    ms: float, health: Health, word: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor_deep, "commit_ms", lambda _folder: ms)
    found = deep(home)["disk"]
    assert found.health is health
    assert word in found.words


def test_the_measure_is_of_real_commits(tmp_path: Path) -> None:
    assert 0 < doctor_deep.commit_ms(tmp_path) < 5_000
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told_before_a_backup_needs_it(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(home)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage._replace(free=100 << 20))
    assert deep(home)["space"].health is Health.BAD


def test_the_command_says_it_all(home: Path) -> None:
    out = io.StringIO()
    doctor_command(argparse.Namespace(home=home, deep=True), out)
    said = out.getvalue()
    assert "ok    I1        Every debit has its credit." in said
    assert "Quillfeather" not in said
    shallow = io.StringIO()
    doctor_command(argparse.Namespace(home=home, deep=False), shallow)
    assert "I1 " not in shallow.getvalue()


def test_without_its_key_it_says_so_and_makes_nothing(home: Path) -> None:
    keys: dict[str, str] = json.loads((home / "keys.json").read_text())
    del keys["store-key"]
    (home / "keys.json").write_text(json.dumps(keys))
    found = [finding for finding in examine(Folders(home), SystemClock(), deep=True) if finding.part == "books"]
    assert found[0].health is Health.BAD
    assert "no new one was made" in found[0].words
