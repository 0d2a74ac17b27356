"""Backups of a real desk with its real hub: by command while both run, restored here and on a new computer."""

from __future__ import annotations

import argparse
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.backup import Backups, note, read_state
from app.backup_command import backup_command, restore_command
from app.desk import Desk, open_desk
from app.folders import Folders
from app.secrets import DEVICE_KEY, RECOVERY_KEY, Secrets
from app.settings import BACKUP_EVERY_HOURS, BACKUP_FOLDER, Settings
from app.setup import PracticeWish, Setup, StaffWish
from models.basics.clock import FixedClock, SystemClock
from models.basics.errors import RuleBroken, StorageError

STAFF = (StaffWish("Maria Delgado", "receptionist", "2580"), StaffWish("Nora Whitfield", "manager", "1379"))
NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)


def command(run: object, home: Path, *words: object, **options: object) -> tuple[int, str, str]:
    """Status, what was said, and what was complained of."""
    out, err = io.StringIO(), io.StringIO()
    known = {"to": None, "show_recovery_key": False, "quiet": False, "replace": False, "recovery_key_file": None,
             "agree_to_key_file": None, **options}  # fmt: skip
    status = run(argparse.Namespace(home=home, **known), out, err)  # type: ignore[operator]
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk that hosts its hub, set up once."""
    folders = Folders(tmp_path_factory.mktemp("desk") / "home")
    folders.make()
    settings = Settings.load(folders.settings)
    setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
    setup.allow_key_file("test")
    setup.start_practice(PracticeWish("Larkspur", "America/Denver"), "Desk 1", STAFF)
    return folders.home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    """The same for one test."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Iterator[Desk]:
    """Its window's parts, running."""
    desk = open_desk(Folders(home))
    assert desk.wait_started()
    yield desk
    desk.close()


def secrets_of(home: Path) -> Secrets:
    folders = Folders(home)
    return Secrets(folders, Settings.load(folders.settings))


def key_paper(home: Path, folder: Path) -> Path:
    """The recovery key, as somebody wrote it down."""
    paper = folder / "paper.txt"
    paper.write_text((secrets_of(home).get(RECOVERY_KEY) or "").lower())
    return paper


def test_desk_and_hub_are_backed_up_while_they_run_and_come_back_on_a_new_computer(
    desk: Desk, home: Path, tmp_path: Path
) -> None:
    before, to = desk.clinic.identity, tmp_path / "stick"
    status, said, wrong = command(backup_command, home, to=to)
    assert (status, wrong) == (0, "")
    assert len(said.splitlines()) == 2
    files = sorted(found.name for found in to.iterdir())
    assert [name.split("-")[1] for name in files] == ["desk", "hub"]
    assert all("Larkspur" not in name and "Delgado" not in name for name in files)
    assert read_state(Folders(home)).files == tuple(files)

    new = tmp_path / "new"
    paper = key_paper(home, tmp_path)
    for name in files:
        status, said, wrong = command(restore_command, new, file=to / name, recovery_key_file=paper,
                                      agree_to_key_file="Nora")  # fmt: skip
        assert (status, wrong) == (0, ""), name
    assert secrets_of(new).get(DEVICE_KEY) == secrets_of(home).get(DEVICE_KEY)
    desk.close()
    again = open_desk(Folders(new))
    try:
        assert again.wait_started()
        assert again.clinic.identity == before
        assert {tile.name for tile in again.sign_in.tiles()} == {"Maria Delgado", "Nora Whitfield"}
        assert again.hub is not None  # the restored hub runs, with the port and certificate it had
    finally:
        again.close()


def test_without_the_key_nothing_opens(home: Path, tmp_path: Path) -> None:
    command(backup_command, home, to=tmp_path / "to")
    file = next((tmp_path / "to").glob("copaydesk-desk-*"))
    status, _, wrong = command(restore_command, tmp_path / "new", file=file)
    assert status == 2
    assert "No recovery key is known here" in wrong
    paper = tmp_path / "paper"
    paper.write_text("0000-0000-0000-0000-0000-0000-00ZZ")
    status, _, wrong = command(restore_command, tmp_path / "new", file=file, recovery_key_file=paper)
    assert status == 2
    assert "one sign or more is wrong" in wrong
    assert not (tmp_path / "new" / "desk.db").exists()


def test_a_store_that_is_there_is_only_replaced_by_the_word(home: Path, tmp_path: Path) -> None:
    command(backup_command, home, to=tmp_path / "to")
    file = next((tmp_path / "to").glob("copaydesk-desk-*"))
    status, _, wrong = command(restore_command, home, file=file)
    assert status == 2
    assert "--replace" in wrong
    status, _, wrong = command(restore_command, home, file=file, replace=True)
    assert (status, wrong) == (0, "")
    assert len(list(home.glob("desk.db.before-restore-*"))) == 1


def test_nothing_is_restored_under_an_open_window(desk: Desk, home: Path, tmp_path: Path) -> None:
    command(backup_command, home, to=tmp_path / "to")
    file = next((tmp_path / "to").glob("copaydesk-desk-*"))
    status, _, wrong = command(restore_command, home, file=file, replace=True)
    assert status == 2
    assert "open already" in wrong


def test_the_key_can_be_shown_again(home: Path) -> None:
    status, said, _ = command(backup_command, home, show_recovery_key=True)
    assert status == 0
    assert (secrets_of(home).get(RECOVERY_KEY) or "?") in said


def test_a_folder_on_a_disk_that_is_gone_is_told_and_remembered(home: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    status, _, wrong = command(backup_command, home, to=tmp_path / "file" / "backups")
    assert status == 2
    assert "not there" in wrong
    assert read_state(Folders(home)).error == "backup.folder_missing"
    assert read_state(Folders(home)).last_good_at == ""


def test_a_lost_store_key_makes_no_new_store(home: Path) -> None:
    keys = json.loads((home / "keys.json").read_text())
    del keys["store-key"]
    (home / "keys.json").write_text(json.dumps(keys))
    before = (home / "desk.db").read_bytes()
    status, _, wrong = command(backup_command, home)
    assert status == 2
    assert "key of the store is not available" in wrong
    assert (home / "desk.db").read_bytes() == before


# By itself --------------------------------------------------------------------------------------------------------


def backups(home: Path, clock: FixedClock, **answers: int) -> tuple[Backups, list[tuple[str, ...]]]:
    """Backups whose program is only noted, and does what `answers` say."""
    folders, asked = Folders(home), list[tuple[str, ...]]()
    folders.make()

    def run(words: object) -> int:
        asked.append(tuple(words))  # type: ignore[arg-type]
        now = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
        if answers.get("status"):
            note(folders, last_try_at=now, error="backup.folder_missing")
        else:
            note(folders, last_try_at=now, last_good_at=now, error="")
        return answers.get("status", 0)

    settings = Settings.load(folders.settings)
    return Backups(folders, settings, Secrets(folders, settings), clock, run), asked


def test_once_a_day_and_an_hour_after_a_failure(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    well, asked = backups(tmp_path, clock)
    assert well.due()
    well.run()
    assert asked == [("backup", "--home", str(tmp_path), "--quiet")]
    assert not well.due()
    clock.set(NOON + timedelta(hours=23, minutes=59))
    assert not well.due()
    clock.set(NOON + timedelta(hours=24))
    assert well.due()
    failing, _ = backups(tmp_path, clock, status=2)
    with pytest.raises(StorageError, match=r"backup\.folder_missing"):
        failing.run()
    assert not failing.due()
    clock.set(NOON + timedelta(hours=25))
    assert failing.due()


def test_it_is_not_made_by_itself_where_nobody_wants_it(tmp_path: Path) -> None:
    known, _ = backups(tmp_path, FixedClock(NOON))
    known._settings.set(BACKUP_EVERY_HOURS, 0)
    assert not known.due()


@pytest.mark.parametrize(("days", "words"), [(0, ""), (6, ""), (7, "backup.alarm_old"), (44, "backup.alarm_old")])
def test_the_alarm_when_the_last_good_one_is_too_old(days: int, words: str, tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    known, _ = backups(tmp_path, clock)
    known.run()
    clock.set(NOON + timedelta(days=days))
    alarm = known.alarm()
    assert (alarm.words if alarm else "") == words
    assert alarm is None or alarm.days == days


def test_a_failure_does_not_make_the_last_good_one_younger(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    backups(tmp_path, clock)[0].run()
    clock.set(NOON + timedelta(days=8))
    failing, _ = backups(tmp_path, clock, status=2)
    with pytest.raises(StorageError):
        failing.run()
    assert failing.alarm() is not None


def test_a_desk_never_backed_up_alarms_after_a_week(tmp_path: Path) -> None:
    clock = FixedClock(NOON)
    known, _ = backups(tmp_path, clock)
    assert known.alarm() is None
    note(Folders(tmp_path), first_seen_at="2026-03-16T12:00:00.000Z")
    clock.set(NOON + timedelta(days=6))
    assert known.alarm() is None
    clock.set(NOON + timedelta(days=7))
    alarm = known.alarm()
    assert alarm is not None
    assert alarm.words == "backup.alarm_never"


def test_two_at_once_are_one(tmp_path: Path) -> None:
    known, _ = backups(tmp_path, FixedClock(NOON))

    def run(_words: object) -> int:
        with pytest.raises(RuleBroken, match=r"backup\.running"):
            known.run()
        assert known.view().running
        note(Folders(tmp_path), last_try_at="2026-03-16T12:00:00.000Z", last_good_at="2026-03-16T12:00:00.000Z")
        return 0

    known._run = run
    known.run()
    assert not known.view().running


def test_a_program_that_dies_is_no_backup(tmp_path: Path) -> None:
    known, _ = backups(tmp_path, FixedClock(NOON))
    known._run = lambda _words: -9
    with pytest.raises(StorageError, match=r"backup\.ended"):
        known.run()


def test_the_real_program_in_a_process_of_its_own(home: Path, tmp_path: Path) -> None:
    folders = Folders(home)
    settings = Settings.load(folders.settings)
    settings.set(BACKUP_FOLDER, str(tmp_path / "other disk"))
    view = Backups(folders, settings, Secrets(folders, settings), SystemClock()).run()
    assert [name.split("-")[1] for name in view.state.files] == ["desk", "hub"]
    assert sorted(found.name for found in (tmp_path / "other disk").iterdir()) == sorted(view.state.files)
