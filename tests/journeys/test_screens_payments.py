"""The payments by keys alone: cards, filters, order, paging, columns, copying, saving, and other desks at work."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from app.signin import SignIn
from models.operations.bodies import Collect
from tests.support.clinic import DAY, TestClinic
from tests.support.front import Front, front
from tests.support.payments_in_every_status import every_status
from tests.support.windows import themed  # noqa: F401
from widgets.common.overlay import Overlay
from widgets.payments.columns_dialog import ColumnsDialog
from widgets.screens import LEDGER, PAYMENTS

pytestmark = pytest.mark.usefixtures("themed")


PIN = "739146"


def fill(clinic: TestClinic) -> None:
    """A payment in every status, and a manager who may lend a right."""
    every_status(clinic)
    clinic.put(SignIn(clinic.clinic).new_staff("Dana Fox", "manager", PIN))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, fill) as made:
        made.press("Ctrl+3")
        made.arrive(PAYMENTS, lambda: made.state.total == 9 and made.state.dashboard is not None)
        yield made


def numbers(desk: Front) -> list[str]:
    return [line.number for line in desk.state.lines]


def overlay(desk: Front) -> Overlay | None:
    return next((each for each in desk.window.findChildren(Overlay) if each.isVisible()), None)


def test_s2_01_to_s2_05_by_keys_alone(desk: Front, tmp_path: Path) -> None:
    """One visit to the page: read, filter, sort, look at the numbers, hide a column, copy, save, and follow a row."""
    desk.picture("window-payments")
    narrow(desk)
    order(desk)
    look_at_numbers(desk)
    hide_the_memo(desk)
    save(desk, tmp_path)
    live(desk)
    turn_pages(desk)
    desk.press("Ctrl+L")
    desk.arrive(LEDGER)
    desk.press("Esc")
    desk.arrive(PAYMENTS)


def narrow(desk: Front) -> None:
    """A name fits Ben alone; figures follow and say so; Esc shows everything again."""
    desk.press("Ctrl+F")
    desk.type("quillfeather-ash")
    desk.wait(lambda: desk.state.total == 5 and desk.state.dashboard.payments == 5)
    assert desk.state.filter_words == "“quillfeather-ash”"
    assert desk.view.cards.collected.accessibleName().startswith("Total collected, filtered 0 dollars")
    desk.press("Ctrl+A")
    desk.type("PAY-1-04000")
    desk.wait(lambda: numbers(desk) == ["PAY-1-04000"])
    desk.type("9")
    desk.wait(lambda: desk.state.empty is not None)
    assert desk.state.empty == ("No payments match.", "Clear filters (Esc).")
    desk.press("Esc")
    desk.wait(lambda: desk.state.total == 9 and not desk.state.chosen.narrowed)
    desk.press("Ctrl+F", "Tab")
    desk.type("f")  # the field of statuses: Failed
    desk.wait(lambda: numbers(desk) == ["PAY-1-09900"])
    desk.press("Alt+Down")
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Return):  # and with it Cancelled
        QTest.keyClick(desk.view.bar.status.view(), key)
    desk.wait(lambda: set(numbers(desk)) == {"PAY-1-09900", "PAY-1-00500"})
    assert desk.state.filter_words == "Failed, Cancelled"
    desk.window.activateWindow()  # there is no window manager here that gives it back when a list closes
    desk.wait(desk.window.isActiveWindow)
    desk.view.bar.status.setFocus()
    desk.press("Esc")
    desk.wait(lambda: desk.state.total == 9)


def order(desk: Front) -> None:
    desk.press("Alt+S")
    desk.type("largest")
    desk.wait(lambda: numbers(desk)[0] == "PAY-1-10000")
    assert [line.amount_cents for line in desk.state.lines] == sorted(
        (line.amount_cents for line in desk.state.lines), reverse=True)  # fmt: skip
    assert desk.view.table.model().headerData(2, desk.view.table.horizontalHeader().orientation()) == "Amount ↓"


def look_at_numbers(desk: Front) -> None:
    desk.press("Alt+E")
    desk.wait(lambda: overlay(desk) is not None)
    desk.picture("window-payments-numbers")
    desk.press("Return")
    assert "Net of refunds\t$150.00" in QGuiApplication.clipboard().text()
    desk.press("Esc")
    desk.wait(lambda: overlay(desk) is None)


def hide_the_memo(desk: Front) -> None:
    desk.press("Alt+C")
    desk.wait(lambda: overlay(desk) is not None)
    dialog = overlay(desk)
    assert isinstance(dialog, ColumnsDialog)
    dialog.ticks["memo"].setFocus()
    desk.press("Space")
    desk.picture("window-payments-columns")
    desk.press("Return")
    desk.wait(lambda: overlay(desk) is None and desk.state.shown.names[-1] == "created")
    desk.wait(lambda: desk.counter.desk.settings._values.get("payments.columns") == "memo=0")
    desk.view.table.setFocus()
    desk.press("Ctrl+Home", "Ctrl+C")
    assert QGuiApplication.clipboard().text().startswith("PAY-1-10000\tRosa Quillfeather\t100.00\tPaid\t\tTR-")
    assert desk.state.said == "Copied 1 row."
    desk.press("Shift+Down", "Ctrl+C")
    assert [row.split("\t")[0] for row in QGuiApplication.clipboard().text().splitlines()] == numbers(desk)[:2]
    assert desk.state.said == "Copied 2 rows."
    desk.press("Ctrl+Shift+C")
    assert len(QGuiApplication.clipboard().text().splitlines()) == 10


def save(desk: Front, folder: Path) -> None:
    """Somebody without the right asks a manager; the file holds what is shown, in its order."""
    file = folder / "list.csv"
    presenter = desk.page.presenter
    presenter._doors = replace(presenter._doors, ask_list=lambda _parent, _name: file)
    desk.press("Ctrl+E")
    desk.wait(lambda: overlay(desk) is not None)
    desk.type(PIN)
    desk.press("Return")
    desk.wait(lambda: desk.state.said.startswith("Saved 9 payments in list.csv."))
    head, *rows = csv.reader(io.StringIO(file.read_text("utf-8-sig")))
    assert head[:3] == ["Payment ID", "Patient", "Amount"]
    assert [row[0] for row in rows] == numbers(desk)
    assert rows[0][2:5] == ["100.00", "0.00", "Paid"]


def live(desk: Front) -> None:
    """A payment that is taken elsewhere appears by itself; the row in focus stays the same."""
    desk.view.table.setFocus()
    desk.press("Down")
    chosen = desk.view.table.key
    with desk.counter.desk.store.write() as tx:
        tx.record(Collect(payment_id="other", patient_id="rosa", amount_cents=777700, tender="check",
                          number="PAY-2-00001", receipt_no="R-2-1"), person_id="priya", business_date=DAY)  # fmt: skip
    desk.wait(lambda: desk.state.total == 10 and desk.state.dashboard.collected_cents == 787700)
    assert numbers(desk)[0] == "PAY-2-00001"
    assert desk.view.table.key == chosen


def turn_pages(desk: Front) -> None:
    """One on, any by its number, the last, the first."""
    with desk.counter.desk.store.write() as tx:
        for n in range(140):
            tx.record(Collect(payment_id=f"many-{n}", patient_id="ben", amount_cents=100, tender="cash",
                              number=f"PAY-3-{n:05d}", receipt_no=f"R-3-{n}"),
                      person_id="maria", business_date=DAY)  # fmt: skip
    desk.wait(lambda: desk.state.total == 150)
    desk.press("Ctrl+PgDown")
    desk.wait(lambda: desk.state.foot.startswith("51 to 100 of 150 payments"))
    desk.press("Ctrl+G")
    desk.type("3")
    desk.picture("window-payments-page")
    desk.press("Return")
    desk.wait(lambda: desk.state.foot.startswith("101 to 150 of 150 payments"))
    assert desk.view.table.hasFocus()
    desk.press("Ctrl+Home")
    desk.wait(lambda: desk.state.page == 0)
    desk.press("Ctrl+End")
    desk.wait(lambda: desk.state.page == 2 and not desk.state.has_after)
