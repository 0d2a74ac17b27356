"""Documents and notes on the Ledger's tab in the real window, by keys alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.support.clinic import TestClinic
from tests.support.front import Front, front
from tests.support.papers import file_of, pdf_bytes
from tests.support.windows import clipped, themed  # noqa: F401
from widgets.ledger.state import Tab
from widgets.screens import COLLECT, LEDGER

pytestmark = pytest.mark.usefixtures("themed")


def fill(clinic: TestClinic) -> None:
    clinic.patient()
    clinic.visit()
    clinic.charge(3000, "2026-05-14", charge_id="copay", visit="today", billed_cents=18000, code="99213")
    clinic.paid(6000, "credit", number="PAY-1-00042")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, fill) as made:
        yield made


def test_s2_13_a_file_and_a_note_on_the_documents_tab(desk: Front, tmp_path: Path) -> None:
    desk.press("Ctrl+L")
    desk.arrive(LEDGER, lambda: desk.state.view is not None)
    view, page = desk.view, desk.page
    view.tabs.setFocus()
    for _ in range(len(Tab)):
        if view.tabs.key == Tab.DOCUMENTS.value:
            break
        desk.press("Right")
    assert view.tabs.key == Tab.DOCUMENTS.value
    desk.wait(lambda: page._beside is not None)
    documents, notes = page._beside
    desk.wait(lambda: documents.presenter.state.items == () and not documents.presenter.state.waiting)
    documents.widget._pick = lambda _parent: [file_of(tmp_path, "Referral.pdf", pdf_bytes())]
    documents.widget.add.setFocus()
    desk.press("Insert")
    desk.wait(lambda: len(documents.presenter.state.items) == 1 and not documents.presenter.state.busy)
    documents.widget.table.setFocus()
    desk.press("Return")
    preview = documents.presenter.dialogs[0]
    desk.wait(lambda: preview.sheets.count == 1)
    assert desk.screen == LEDGER, "Enter belongs to the row while the list has the focus"
    desk.press("Escape")
    notes.widget.field.setFocus(Qt.FocusReason.OtherFocusReason)
    desk.type("Called: pays on Friday.")
    desk.press("Return")
    desk.wait(lambda: len(notes.presenter.state.items) == 1)
    desk.picture("window-ledger-documents")
    assert clipped(documents.widget) == clipped(notes.widget) == []
    view.tables[Tab.DOCUMENTS].setFocus()
    view.tabs.setFocus()
    desk.press("Return")
    desk.arrive(COLLECT)
