"""Superbills and lists of receipts through the real window, by keys alone, with a real receipt printer's simulator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PySide6.QtWidgets import QWidget

from models.operations.bodies import Collect
from receipts.layouts.pictures import Picture
from tests.support.clinic import DAY, TestClinic
from tests.support.front import Front, front
from tests.support.simulators import PrinterProcess
from tests.support.windows import themed  # noqa: F401
from widgets.papers.desk import PaperDesk
from widgets.papers.dialog import PaperDialog
from widgets.screens import LEDGER, RECEIPTS, TODAY, Place


def rosa(clinic: TestClinic) -> None:
    """A visit of today with a service; three payments of the day."""
    clinic.patient()
    clinic.visit()
    clinic.charge(4000, day=DAY, visit="today", charge_id="seen", description="Office visit", code="99213",
                  billed_cents=18500, allowed_cents=11200, diagnoses=("E11.9",))  # fmt: skip
    for n in (1, 2, 3):
        clinic.put(Collect(payment_id=f"p{n}", patient_id="rosa", tender="cash", amount_cents=1000 * n,
                           number=f"PAY-1-0000{n}", receipt_no=f"01-1-A-000{n}"))  # fmt: skip


@pytest.fixture
def at(tmp_path: Path, paper: PrinterProcess, themed: Any) -> Iterator[Front]:  # noqa: F811
    with front(tmp_path, rosa, printer=paper.url) as made:
        yield made


class Pages:
    """A page printer that counts what it gets."""

    def __init__(self) -> None:
        self.printed: list[int] = []

    def choose(self, _parent: QWidget, _title: str) -> bool:
        return True

    def put(self, pages: Sequence[Picture]) -> None:
        self.printed.append(len(pages))


def opened(at: Front) -> PaperDialog:
    """The paper that lies over the window, once its page is there."""
    found: list[PaperDialog] = []

    def seen() -> bool:
        found[:] = [each for each in at.window.findChildren(PaperDialog) if each.isVisible() and each.sheets.count]
        return bool(found)

    at.wait(seen)
    return found[0]


def test_s0_40_a_superbill_from_todays_visit_is_looked_at_and_printed(at: Front) -> None:
    at.arrive(TODAY)
    at.view.table.setFocus()
    at.press("Ctrl+B")
    dialog = opened(at)
    assert dialog.title.text() == "Superbill"
    at.picture("superbill-today")
    printer = Pages()
    next(each for each in at.window.findChildren(PaperDesk) if each.dialog is dialog)._printer = printer
    at.press("Return")
    at.wait(lambda: printer.printed == [1] and not dialog.isVisible())


def test_s0_40_a_superbill_from_the_ledgers_visit_is_saved(
    at: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at.window.navigator.go(Place(LEDGER, "rosa"))
    at.arrive(LEDGER, lambda: at.state.view is not None)
    offer = next(offer for offer in at.page.presenter.offers(at.view.key) if offer.act == "superbill")
    at.page.presenter.take(offer)
    dialog = opened(at)
    target = tmp_path / "superbill.pdf"
    monkeypatch.setattr("widgets.papers.desk.QFileDialog.getSaveFileName", lambda *_all: (str(target), ""))
    at.press("Ctrl+S")
    at.wait(lambda: target.exists() and not dialog.isVisible())
    text = pypdfium2.PdfDocument(target)[0].get_textpage().get_text_bounded()
    for words in ("99213", "E11.9", "185.00", "Dr. Okafor"):
        assert words in text


def test_s0_40_several_receipts_of_the_day_are_printed_in_order(at: Front) -> None:
    at.press("Ctrl+Shift+R")
    at.arrive(RECEIPTS, lambda: len(at.state.rows) == 3)
    at.press("Space", "Down", "Down", "Space")
    at.picture("receipts-of-the-day")
    at.press("Ctrl+P")
    at.wait(lambda: at.counter.jobs("copy") == ["printed", "printed"])
    done = at.counter.rows("SELECT payment_id FROM print_job WHERE kind = 'copy' ORDER BY rowid")
    assert [row[0] for row in done] == ["p1", "p3"]
    at.press("Return")
    dialog = opened(at)
    assert dialog.title.text() == "Receipt 01-1-A-0003"
    at.press("Escape")
    at.wait(lambda: not dialog.isVisible())
    at.press("Escape")
    at.arrive(TODAY)


def test_s0_40_the_receipts_of_a_patient_are_reached_from_the_ledger(at: Front) -> None:
    at.window.navigator.go(Place(LEDGER, "rosa"))
    at.arrive(LEDGER, lambda: at.state.view is not None)
    at.view.page_act.emit("receipts")
    at.arrive(RECEIPTS, lambda: len(at.state.rows) == 3)
    assert at.state.title == "Receipts of Rosa Quillfeather"
