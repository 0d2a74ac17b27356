"""Documents and notes at one desk, on a real store and a real disk: what is taken, what is refused, what is left."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.document_views import DocumentItem
from app.kept_documents import MOST_PAGES, KeptDocuments
from app.notes import Notes
from app.sync.documents import DocumentCourier
from models.basics.errors import PosError, RuleBroken, SyncLater
from models.rules.documents import LARGEST_BYTES, LONGEST_NOTE
from models.store.vault import Vault, vault_key
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.papers import file_of, pdf_bytes, png_bytes
from tests.support.shared_data import shared
from tests.support.stores import KEY

ROOT = Path(__file__).resolve().parents[3]


class Desk:
    """A desk with a patient and a payment of theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clinic = folder, TestClinic(folder)
        self.clinic.patient()
        self.clinic.paid(3000, number="PAY-1-00042")
        self.vault = Vault(folder / "documents", vault_key(KEY))
        self.story = KeptDocuments(self.clinic.clinic, self.vault, DocumentCourier(self.clinic.store, self.vault),
                                   lambda: False)  # fmt: skip

    def add(self, name: str, content: bytes, subject_id: str = "") -> DocumentItem:
        found = self.story.add(file_of(self.folder, name, content), "rosa", subject_id, MARIA)
        return found.items[0]

    def files(self) -> list[Path]:
        return list((self.folder / "documents").glob("*/*"))

    def documents(self) -> int:
        return int(self.clinic.rows("SELECT count(*) FROM document")[0][0])


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    assert made.clinic.store.verify(deep=True) == []
    made.clinic.close()


def test_s2_13_a_document_beside_a_payment_is_listed_with_what_is_known_of_it(desk: Desk) -> None:
    desk.add("Consent.pdf", pdf_bytes("Consent"))
    found = desk.add("Referral.pdf", pdf_bytes(), "early")
    assert (found.name, found.kind, found.by, found.about, found.state) == (
        "Referral.pdf", "PDF", "", "PAY-1-00042", "waiting")  # fmt: skip
    assert found.at == desk.clinic.clinic.now()
    assert [each.name for each in desk.story.view("rosa").items] == ["Referral.pdf", "Consent.pdf"]
    assert [each.name for each in desk.story.view("rosa", "early").items] == ["Referral.pdf"]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("empty.pdf", b"", "documents.empty"),
        ("program.pdf", b"MZ\x90\0" * 50, "documents.type_unknown"),
        ("letter.docx", b"PK\x03\x04" + b"\0" * 50, "documents.type_unknown"),
        ("page.html", b"<html><script>", "documents.type_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_document_is_refused_and_nothing_is_kept(desk: Desk, name: str, content: bytes, key: str) -> None:
    with pytest.raises(RuleBroken, match=key):
        desk.add(name, content)
    assert (desk.documents(), desk.files()) == (0, [])


def test_what_is_not_there_or_a_folder_is_refused(desk: Desk) -> None:
    for path in (desk.folder / "nothing.pdf", desk.folder):
        with pytest.raises(RuleBroken, match=r"documents\.not_readable"):
            desk.story.add(path, "rosa", "", MARIA)


def test_a_wrong_ending_is_put_right_and_the_picture_can_be_looked_at(desk: Desk) -> None:
    found = desk.add("card.pdf", png_bytes())
    assert (found.name, found.kind) == ("card.pdf.png", "PNG image")
    assert desk.story.look(found.document_id).image == png_bytes()


def test_the_largest_file_is_taken_and_one_byte_more_is_not(desk: Desk) -> None:
    content = pdf_bytes(size=LARGEST_BYTES)
    with pytest.raises(RuleBroken, match=r"documents\.too_large"):
        desk.add("larger.pdf", content + b"x")
    assert desk.files() == []
    found = desk.add("large.pdf", content)
    assert found.size == "50.0 MB"
    copy = desk.story.save_copy(found.document_id, desk.folder / "copy.pdf")
    assert copy.read_bytes() == content
    assert copy.stat().st_mode & 0o077 == 0


def test_the_same_file_twice_is_there_once(desk: Desk) -> None:
    content = pdf_bytes()
    desk.add("first.pdf", content)
    with pytest.raises(RuleBroken, match=r"documents\.known_already"):
        desk.add("second name.pdf", content)
    desk.add("beside a payment.pdf", content, "early")
    desk.clinic.patient("max", "Max")
    desk.story.add(file_of(desk.folder, "max.pdf", content), "max", "", MARIA)
    assert (desk.documents(), len(desk.files())) == (3, 1), "three documents, the bytes once"


def test_every_naughty_name_is_kept_as_something_readable(desk: Desk) -> None:
    names = json.loads(shared("naughty-strings/blns.json").read_text("utf-8"))
    folder = desk.folder / "in"
    folder.mkdir()
    taken = 0
    for number, name in enumerate(names[::6]):
        path = folder / f"{name.replace('/', '_').replace(chr(0), '')}.pdf"
        if len(os.fsencode(path.name)) > 250:
            continue
        path.write_bytes(pdf_bytes() + str(number).encode())
        desk.story.add(path, "rosa", "", MARIA)
        taken += 1
    path = Path(os.fsdecode(os.fsencode(folder) + b"/bytes \xff\xfe.pdf"))
    path.write_bytes(pdf_bytes("Bytes"))
    desk.story.add(path, "rosa", "", MARIA)
    items = desk.story.view("rosa").items
    assert len(items) == taken + 1 > 80
    assert all(each.name.isprintable() and each.name.endswith(".pdf") for each in items)
    place = desk.folder / "out"
    place.mkdir()
    for each in items[::10]:
        assert desk.story.save_copy(each.document_id, place / "copy.pdf").stat().st_size > 500


def test_nothing_of_a_documents_name_reaches_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    found = desk.add("Quillfeather biopsy.pdf", pdf_bytes())
    with pytest.raises(RuleBroken) as refused:
        desk.add("Quillfeather biopsy 2.pdf", b"")
    desk.story.remove(found.document_id, "Quillfeather asked", MARIA)
    told = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records if record.name.startswith("app")]
    assert told
    assert not [each for each in told if "uillfeather" in each or "biopsy" in each]
    assert "uillfeather" not in str(refused.value)
    assert not any("uillfeather" in each.name for each in desk.files())


def test_long_and_broken_pdfs(desk: Desk) -> None:
    found = desk.add("long.pdf", pdf_bytes(pages=MOST_PAGES + 8))
    shown = desk.story.look(found.document_id)
    assert (len(shown.pages), shown.page_count) == (MOST_PAGES, MOST_PAGES + 8)
    assert max(shown.pages[0][:2]) <= 1_600
    broken = desk.add("broken.pdf", b"%PDF-1.7\nnothing behind it")
    with pytest.raises(RuleBroken, match=r"documents\.unreadable"):
        desk.story.look(broken.document_id)
    assert desk.story.save_copy(broken.document_id, desk.folder / "copy.pdf").read_bytes().startswith(b"%PDF")


def test_who_takes_a_document_out(desk: Desk) -> None:
    found = desk.add("scan.pdf", pdf_bytes())
    jonas = replace(MARIA, staff_id="jonas")
    for reason, person, key in ((" ", MARIA, "documents.reason_missing"), ("Old", jonas, "staff.right_missing")):
        with pytest.raises(RuleBroken, match=key):
            desk.story.remove(found.document_id, reason, person)
    assert desk.story.remove(found.document_id, "Old", jonas, PRIYA).items == ()
    assert desk.clinic.rows("SELECT removed_by, removed_reason FROM document") == [("jonas", "Old")]
    for act in (lambda: desk.story.look(found.document_id), lambda: desk.story.remove(found.document_id, "x", MARIA)):
        with pytest.raises(RuleBroken, match=r"documents\.gone"):
            act()
    again = desk.add("scan.pdf", pdf_bytes())
    desk.clinic.clock.advance(86_400)
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        desk.story.remove(again.document_id, "Yesterday's", MARIA)


def test_a_document_that_decayed_before_the_hub_had_it_is_told(desk: Desk) -> None:
    found = desk.add("scan.pdf", pdf_bytes())
    path = desk.files()[0]
    spoilt = bytearray(path.read_bytes())
    spoilt[-1] ^= 1
    path.write_bytes(spoilt)
    with pytest.raises(PosError, match=r"documents\.damaged"):
        desk.story.look(found.document_id)
    path.unlink()
    with pytest.raises(SyncLater):
        desk.story.look(found.document_id)
    assert desk.story.view("rosa").items[0].state == "coming"


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.unit.app.test_kept_documents import Desk, MARIA
from models.basics.errors import PosError
from tests.support.papers import pdf_bytes, file_of
desk = Desk(Path(sys.argv[2]))
path = file_of(desk.folder, "in.pdf", pdf_bytes(size=3_000_000))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
try:
    desk.story.add(path, "rosa", "", MARIA)
except PosError as error:
    print(error.message_key, desk.documents(), len(desk.files()))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
desk.story.add(path, "rosa", "", MARIA)
print(desk.documents(), len(desk.files()))
"""


def test_f16_a_full_disk_leaves_neither_a_document_nor_half_of_one(tmp_path: Path) -> None:
    told = subprocess.run([sys.executable, "-c", FULL, str(ROOT), str(tmp_path)], capture_output=True, text=True,
                          timeout=100, check=False)  # fmt: skip
    assert told.stdout.split("\n")[:2] == ["store.disk_full 0 0", "1 1"], told.stderr


def test_s2_13_notes_only_grow(desk: Desk) -> None:
    notes = Notes(desk.clinic.clinic)
    notes.add("n-1", "rosa", "", "  Called: pays on Friday.\r\n\0", MARIA)
    again = notes.add("n-1", "rosa", "", "Called: pays on Friday.", MARIA)
    assert [each.text for each in again.items] == ["Called: pays on Friday."]
    notes.add("n-2", "rosa", "early", "About this payment", MARIA)
    assert [each.about for each in notes.view("rosa").items] == ["PAY-1-00042", ""]
    assert [each.text for each in notes.view("rosa", "early").items] == ["About this payment"]
    for text, key in ((" \n ", "notes.empty"), ("x" * (LONGEST_NOTE + 1), "notes.too_long"),
                      ("4111 1111 1111 1111", "collect.card_number")):  # fmt: skip
        with pytest.raises(RuleBroken, match=key):
            notes.add("n-3", "rosa", "", text, MARIA)
    for text in json.loads(shared("naughty-strings/blns.json").read_text("utf-8"))[::5]:
        if text.strip() and text.replace("\0", "").strip():
            notes.add(f"n-{hash(text)}", "rosa", "", text, PRIYA)
    assert len(notes.view("rosa").items) > 60
