"""The panels of documents and notes through the keys, on a real store, and how they look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.document_views import STATES, DocumentItem, DocumentList, NoteItem
from app.kept_documents import KeptDocuments
from app.lanes import Lane
from app.notes import Notes
from app.signin import SignIn
from app.sync.documents import DocumentCourier
from models.rules.documents import PDF
from models.store.vault import Vault, vault_key
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.papers import file_of, pdf_bytes, png_bytes
from tests.support.stores import KEY
from tests.support.windows import LOOKS, clipped, picture, press, settle, shown, type_text
from widgets import theme
from widgets.bridge import Bridge
from widgets.common import ENTER, page_action
from widgets.common.speech import Notice, Speech
from widgets.documents.presenter import DocumentsPresenter, Stories
from widgets.documents.state import DocumentsState, rows_of
from widgets.documents.view import DocumentsPanel
from widgets.notes.presenter import NotesPresenter
from widgets.notes.state import NotesState
from widgets.notes.view import NotesPanel
from widgets.session import Session

pytestmark = pytest.mark.usefixtures("themed")

TODAY = date(2026, 5, 14)
LONG = "Wolfeschlegelsteinhausenbergerdorff referral and prior authorisation, second appeal, signed.pdf"


def item(number: int, state: str = "clean", **more: Any) -> DocumentItem:
    at = datetime(2026, 5, 14 - number, 9, 41, tzinfo=ZoneInfo("America/Chicago"))
    known = DocumentItem(f"d-{number}", f"Referral {number}.pdf", "PDF", "240 KB", PDF, at, "Maria Delgado", "", state)
    return replace(known, **more)


def documents_states(*, wide: bool) -> dict[str, DocumentsState]:
    """Every state of the panel."""
    items = (item(0, name=LONG, about="PAY-1-00042", by="Maximiliana-Theodora Featherstonehaugh"),
             *(item(number + 1, state, part=0.4) for number, state in enumerate(STATES)))  # fmt: skip
    rows = rows_of(DocumentList("rosa", "", items), TODAY, wide=wide)
    full = DocumentsState(items, rows, "d-0")
    return {
        "full": full, "empty": DocumentsState(), "waiting": DocumentsState(waiting=True),
        "refused": replace(full, notice=Notice("setup.exe: This is neither a PDF nor a picture", "Nothing was kept.")),
        "busy": replace(full, busy="Taking in Referral.pdf, 40 %"),
    }  # fmt: skip


def notes_states() -> dict[str, NotesState]:
    at = datetime(2026, 5, 14, 9, 41, tzinfo=ZoneInfo("America/Chicago"))
    long = "Asked for a plan over six months, and for the statement by letter. " * 3
    items = (NoteItem("n-1", "Called: pays on Friday.", at, "Maria Delgado", "PAY-1-00042", True),
             NoteItem("n-2", long, at, "Priya Nair", "", False))  # fmt: skip
    return {"full": NotesState(items), "empty": NotesState(), "wrong": NotesState(items, error="The note is empty.")}


# Looks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", LOOKS)
def test_every_state_fits_beside_a_page_and_over_one(look: str) -> None:
    theme.current().set(**LOOKS[look][0])
    page, side, wide, notes = QWidget(), DocumentsPanel(), DocumentsPanel(wide=True), NotesPanel()
    row, beside = QHBoxLayout(page), QVBoxLayout()
    row.addWidget(wide, 1)
    row.addLayout(beside)
    for panel in (side, notes):
        panel.setFixedWidth(theme.current().px(318))
        beside.addWidget(panel, 1)
    page.resize(*LOOKS[look][1])
    shown(page)
    note = notes_states()
    for name, state in documents_states(wide=True).items():
        wide.draw(state)
        side.draw(documents_states(wide=False)[name])
        for panel in (wide, side):
            panel.explain("Checked, clean. The virus scan found nothing." if state.rows else "")
        notes.draw(note.get(name, note["full"]), TODAY)
        settle()
        picture(page, f"documents-{name}-{look}")
        assert clipped(page) == [], name
    notes.draw(note["wrong"], TODAY)
    picture(page, f"documents-note-wrong-{look}")
    page.close()
    page.deleteLater()


# Work -----------------------------------------------------------------------------------------------------------------


class Room:
    """Both panels over a real store, and the person at the desk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clinic = TestClinic(folder)
        self.clinic.patient()
        self.lanes = {name: Lane(name) for name in ("reads", "store", "documents")}
        self.bridge, self.session = Bridge(), Session()
        self.session.sign_in(MARIA)
        vault = Vault(folder / "documents", vault_key(KEY))
        courier = DocumentCourier(self.clinic.store, vault)
        self.story = KeptDocuments(self.clinic.clinic, vault, courier, lambda: False)
        self.picked: list[Path] = []
        self.place: Path | None = None
        self.page = QWidget()
        self.page.resize(1100, 640)
        self.panel = DocumentsPanel(wide=True, pick=lambda _parent: self.picked)
        self.notes_panel = NotesPanel()
        row = QHBoxLayout(self.page)
        row.addWidget(self.panel, 1)
        row.addWidget(self.notes_panel)
        speech = Speech(lambda: ZoneInfo("America/Chicago"))
        self.documents = DocumentsPresenter(
            self.panel, bridge=self.bridge, lanes=self.lanes, session=self.session, speech=speech,
            stories=Stories(lambda: self.story, SignIn(self.clinic.clinic)), today=lambda: TODAY,
            place=lambda _parent, _name: self.place,
        )  # fmt: skip
        self.notes = NotesPresenter(
            self.notes_panel, bridge=self.bridge, lanes=self.lanes, notes=lambda: Notes(self.clinic.clinic),
            session=self.session, speech=speech, today=lambda: TODAY,
        )  # fmt: skip
        shown(self.page)
        self.documents.open("rosa")
        self.notes.open("rosa")

    def close(self) -> None:
        self.page.close()
        self.page.deleteLater()
        for made in self.lanes.values():
            made.close()
        self.clinic.close()

    def drop(self, *paths: Path) -> None:
        """Drag files from the system's file manager onto the panel."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        spot, act = QPointF(40, 40), Qt.DropAction.CopyAction
        more = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        self.panel.dragEnterEvent(QDragEnterEvent(spot.toPoint(), act, data, *more))
        self.panel.dropEvent(QDropEvent(spot, act, data, *more))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path)
    yield made
    made.close()


def test_s2_13_documents_by_keys_alone(room: Room, qtbot: Any) -> None:
    pdf, png = file_of(room.folder, "scan.pdf", pdf_bytes(pages=2)), file_of(room.folder, "card.pdf", png_bytes())
    wrong = file_of(room.folder, "invoice.pdf", b"MZ\x90\0 not what it says")
    room.picked = [pdf, wrong, png]
    qtbot.waitUntil(lambda: not room.documents.state.waiting, timeout=20_000)
    room.panel.add.setFocus()
    press("Insert")
    qtbot.waitUntil(lambda: len(room.documents.state.items) == 2 and not room.documents.state.busy, timeout=20_000)
    state = room.documents.state
    assert {each.name for each in state.items} == {"scan.pdf", "card.pdf.png"}
    assert state.notice is not None
    assert state.notice.title == "invoice.pdf: This is neither a PDF nor a picture"
    assert [each.state for each in state.items] == ["waiting"] * 2
    room.panel.table.setFocus()
    room.panel.table.set_key(next(each.document_id for each in state.items if each.name == "scan.pdf"))
    press("Return")
    preview, removal = room.documents.dialogs
    qtbot.waitUntil(lambda: preview.sheets.count == 2, timeout=20_000)
    picture(room.page, "documents-preview")
    room.place = room.folder / "copy.pdf"
    press("Ctrl+S")
    qtbot.waitUntil(lambda: room.documents.state.said == "Copy saved", timeout=20_000)
    assert room.place.read_bytes() == pdf.read_bytes()
    press("Escape")
    press("Del")
    press("Return")
    assert removal.row.error.text
    type_text("Belongs to somebody else")
    picture(room.page, "documents-removal")
    press("Return")
    qtbot.waitUntil(lambda: len(room.documents.state.items) == 1, timeout=20_000)
    assert not removal.isVisible()
    room.panel.table.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: preview.sheets.count == 1, timeout=20_000)


def test_enter_on_a_list_is_the_lists_own_whatever_it_can_do(room: Room, qtbot: Any) -> None:
    """The page around it has an Enter, too: who opens a document at the wrong moment must not find themselves there."""
    went: list[str] = []
    page_action(room.page, "Collect", ENTER, lambda: went.append("collect"))
    room.drop(file_of(room.folder, "scan.pdf", pdf_bytes()))
    qtbot.waitUntil(lambda: len(room.documents.state.items) == 1 and not room.documents.state.busy, timeout=20_000)
    room.documents._added(1, None)  # the list was read before it was told that the file is in
    assert room.documents.state.can_open
    room.panel.table.setFocus()
    room.panel.draw(replace(room.documents.state, busy="Taking in another.pdf"))
    press("Return")
    assert went == []
    assert not room.documents.dialogs[0].isVisible()
    room.panel.draw(room.documents.state)
    press("Return")
    qtbot.waitUntil(lambda: room.documents.dialogs[0].sheets.count == 1, timeout=20_000)
    assert went == []


def test_dropped_files_are_taken_in_and_a_damaged_one_says_so(room: Room, qtbot: Any) -> None:
    broken = file_of(room.folder, "broken.pdf", b"%PDF-1.7\nnothing behind it")
    half = file_of(room.folder, "half.png", png_bytes()[:60])
    room.drop(broken, half)
    qtbot.waitUntil(lambda: len(room.documents.state.items) == 2 and not room.documents.state.busy, timeout=20_000)
    room.drop(broken)
    qtbot.waitUntil(lambda: room.documents.state.notice is not None, timeout=20_000)
    assert room.documents.state.notice.title == "broken.pdf: The same file lies there already"  # type: ignore[union-attr]
    room.panel.table.setFocus()
    for each in room.documents.state.items:
        room.panel.table.set_key(each.document_id)
        press("Return")
        preview = room.documents.dialogs[0]
        qtbot.waitUntil(lambda shown=preview: bool(shown.error.text), timeout=20_000)
        assert "cannot be shown" in preview.error.text
        assert preview.save.isEnabled(), "a copy can be had all the same"
        press("Escape")


def test_another_persons_document_needs_a_managers_pin(room: Room, qtbot: Any) -> None:
    room.drop(file_of(room.folder, "scan.pdf", pdf_bytes()))
    qtbot.waitUntil(lambda: len(room.documents.state.items) == 1 and not room.documents.state.busy, timeout=20_000)
    room.session.sign_in(replace(MARIA, staff_id="jonas"))
    room.documents.refresh()
    qtbot.waitUntil(lambda: not room.documents.state.items[0].mine, timeout=20_000)
    room.panel.table.setFocus()
    press("Del")
    removal = room.documents.dialogs[1]
    assert removal.lend.isVisible()
    picture(room.page, "documents-removal-lent")
    type_text("Old")
    press("Return")
    qtbot.waitUntil(lambda: bool(removal.error.text), timeout=20_000)
    press("Escape")
    room.session.sign_in(PRIYA)
    room.documents.refresh()
    qtbot.waitUntil(lambda: not removal.isVisible(), timeout=20_000)
    room.panel.table.setFocus()
    press("Del")
    assert not removal.lend.isVisible()
    type_text("Old")
    press("Return")
    qtbot.waitUntil(lambda: room.documents.state.items == (), timeout=20_000)


def test_s2_13_notes_are_written_by_enter_and_stay(room: Room, qtbot: Any) -> None:
    room.notes_panel.field.setFocus()
    press("Return")
    qtbot.waitUntil(lambda: bool(room.notes.state.error), timeout=20_000)
    type_text("Called:")
    press("Shift+Return")
    type_text("pays on Friday")
    press("Return")
    qtbot.waitUntil(lambda: len(room.notes.state.items) == 1, timeout=20_000)
    assert room.notes.state.items[0].text == "Called:\npays on Friday"
    assert room.notes_panel.field.toPlainText() == ""
    type_text("4111 1111 1111 1111")
    press("Return")
    qtbot.waitUntil(lambda: "card" in room.notes.state.error.lower(), timeout=20_000)
    room.notes.open("rosa", "payment-1")
    assert room.notes_panel.field.toPlainText() == ""
    room.notes.open("rosa")
    assert room.notes_panel.field.toPlainText() == "4111 1111 1111 1111", "what is typed stays with what it is about"
    room.notes_panel.field.setFocus()
    press("Tab")
    assert not room.notes_panel.field.hasFocus()
