"""Documents and the care of data: backed up, put back under other keys, told by the doctor, in the way of a wipe."""

from __future__ import annotations

import argparse
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.backup import make_backups
from app.backup_command import restore
from app.desk import Desk, open_desk
from app.doctor import examine
from app.findings import Health
from app.folders import Folders
from app.secrets import RECOVERY_KEY, STORE_KEY, Secrets
from app.settings import HUB_HERE, Settings
from app.setup import PracticeWish, Setup, StaffWish
from app.wipe import wipe_command
from models.basics.clock import SystemClock
from models.operations.records import Patient
from tests.support.clinic import MARIA
from tests.support.papers import file_of, pdf_bytes
from tests.support.waiting import until

STAFF = (StaffWish("Nora Whitfield", "manager", "1379"),)


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
    made = open_desk(Folders(home))
    assert made.wait_started()
    with made.store.write() as tx:
        tx.record(Patient(id="rosa", family="Quillfeather", given="Rosa"), person_id="nora", business_date="2026-03-16")
    yield made
    made.close()


def secrets_of(home: Path) -> Secrets:
    folders = Folders(home)
    return Secrets(folders, Settings.load(folders.settings))


def line_of(home: Path, *, deep: bool = False) -> tuple[Health, str]:
    found = [each for each in examine(Folders(home), SystemClock(), deep=deep) if each.part == "document"]
    assert len(found) == 1
    return found[0].health, found[0].words


def test_documents_come_back_with_a_backup_on_a_new_computer(desk: Desk, home: Path, tmp_path: Path) -> None:
    """Both the desk's and the hub's, each under the new computer's keys; a second backup copies only what is new."""
    content = pdf_bytes(size=600_000)
    found = desk.documents.add(file_of(tmp_path, "Referral.pdf", content), "rosa", "", MARIA).items[0]
    until(lambda: desk.documents.view("rosa").items[0].state == "unscanned", 40)
    assert line_of(home)[0] is Health.OK
    settings, secrets, to = Settings.load(Folders(home).settings), secrets_of(home), tmp_path / "stick"
    make_backups(Folders(home), settings, secrets, SystemClock(), to)
    copies = sorted((to / "documents").glob("??/*"))
    assert len(copies) == 2, "the desk's and the hub's, each encrypted under its own key"
    assert not any(b"%PDF" in each.read_bytes() for each in copies)
    times = [each.stat().st_mtime_ns for each in copies]
    made = make_backups(Folders(home), settings, secrets, SystemClock(), to)  # of a day the newest is kept
    assert [each.stat().st_mtime_ns for each in sorted((to / "documents").glob("??/*"))] == times
    desk.close()
    paper = tmp_path / "paper.txt"
    paper.write_text(secrets.get(RECOVERY_KEY) or "")
    new = Folders(tmp_path / "new")
    for each in made:
        restore(new, each.path, SystemClock(), replace=False, key_file=paper, consent="Nora")
    assert secrets_of(new.home).get(STORE_KEY) != secrets.get(STORE_KEY)
    assert len(list(new.documents.glob("??/*"))) == len(list(new.hub_documents.glob("??/*"))) == 1
    again = open_desk(new)
    try:
        assert again.wait_started()
        assert again.documents.save_copy(found.document_id, tmp_path / "copy.pdf").read_bytes() == content
        again.courier.vault.forget(again.store.tenant, _content_id(again))
        assert again.documents.save_copy(found.document_id, tmp_path / "copy.pdf").read_bytes() == content, (
            "from the hub"
        )
    finally:
        again.close()


def _content_id(desk: Desk) -> str:
    with desk.store.reader() as reader:
        return str(reader.execute("SELECT content_id FROM document").fetchone()[0])


def test_the_doctor_tells_what_is_gone_and_what_decayed(home: Path, tmp_path: Path) -> None:
    Settings.load(Folders(home).settings).set(HUB_HERE, False)  # nobody takes them: they wait here
    desk = open_desk(Folders(home), start=False)
    with desk.store.write() as tx:
        tx.record(Patient(id="rosa", family="Quillfeather", given="Rosa"), person_id="nora", business_date="2026-03-16")
    for name in ("one", "two"):
        desk.documents.add(file_of(tmp_path, f"{name}.pdf", pdf_bytes(name)), "rosa", "", MARIA)
    desk.close()
    health, words = line_of(home)
    assert (health, "2 wait to be sent" in words) == (Health.OK, True)
    first, second = sorted(Folders(home).documents.glob("??/*"))
    spoilt = bytearray(second.read_bytes())
    spoilt[-1] ^= 1
    second.write_bytes(spoilt)
    assert line_of(home)[0] is Health.OK, "a look at every byte is for the deep one"
    assert "1 are damaged" in line_of(home, deep=True)[1]
    first.unlink()
    health, words = line_of(home)
    assert (health, "1 added here are gone" in words) == (Health.BAD, True)


def test_documents_that_no_hub_has_stand_in_the_way_of_a_wipe(home: Path, tmp_path: Path) -> None:
    from models.store.desk import DeskStore

    Settings.load(Folders(home).settings).set(HUB_HERE, False)
    desk = open_desk(Folders(home), start=False)
    with desk.store.write() as tx:
        tx.record(Patient(id="rosa", family="Quillfeather", given="Rosa"), person_id="nora", business_date="2026-03-16")
    desk.documents.add(file_of(tmp_path, "one.pdf", pdf_bytes()), "rosa", "", MARIA)
    desk.close()
    key = secrets_of(home).get(STORE_KEY) or ""
    store = DeskStore.open(Folders(home).store, key)
    with store.write() as tx:
        tx.session.run("UPDATE outbox SET acknowledged_at = 'x'")  # the records have arrived, the bytes have not
    store.close()

    def wipe(save: Path | None) -> tuple[int, str]:
        err = io.StringIO()
        options = argparse.Namespace(home=home, yes_remove_everything=True, save_outbox=save, hub_backup=None)
        return wipe_command(options, io.StringIO(), err), err.getvalue()

    status, words = wipe(None)
    assert (status, "1 document has not reached the hub" in words) == (3, True)
    status, words = wipe(tmp_path / "saved" / "outbox.copaydesk")
    assert (status, home.exists()) == (0, False), words
    assert len(list((tmp_path / "saved" / "documents").glob("??/*"))) == 1
