"""Accounts: a long ledger from its key to its picture, and a thousand statements on both processors."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import Row, interleaved
from models.basics.clock import FixedClock
from models.operations.bodies import Allocate, AllocationLine, Collect
from models.operations.records import Appointment, Charge, Patient, Practice, Practitioner
from models.store.desk import DeskStore
from models.store.rows import DeskIdentity
from receipts.document import ClinicBlock
from receipts.statement import StatementDocument, StatementItem

if TYPE_CHECKING:
    from app.account_views import LedgerView

LINES = {"long": 2_000, "usual": 500}
"""Visits of two patients; as many charges, payments and receipts besides: `usual` has 2,000 rows in all its lists."""
STATEMENTS = 1_000
_KEY = "5b" * 32
_NOON = "2026-05-14T17:00:00.000Z"


# A long ledger ----------------------------------------------------------------------------------------------------


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="copaydesk-ledger-")


@cache
def _long_account() -> tuple[Any, DeskStore]:
    """A store with two patients who paid for each of their visits in part."""
    from app.accounts import Accounts
    from app.clinic import Clinic
    from app.settings import Settings
    from models.basics.clock import parse_utc

    clock = FixedClock(parse_utc(_NOON))
    store = DeskStore.open(Path(_folder().name) / "desk.db", _KEY, clock)
    store.enrol(DeskIdentity(tenant="t", device_id="desk-1", device_no=1, epoch=1, desk_name="Desk 1", hub_url="",
                             server_epoch="e1"))  # fmt: skip
    _fill(store)
    accounts = Accounts(Clinic(store, clock), Settings(None))
    accounts.ledger("long")
    return accounts, store


def _fill(store: DeskStore) -> None:
    first = date(2020, 11, 22)
    with store.write() as tx:
        for body in (
            Practice(id="t", name="Bench", timezone="America/Chicago"),
            Practitioner(id="w", name="Dr. Okafor"),
            *(Patient(id=who, family="Quillfeather", given="Rosa", birth_date="1984-03-14") for who in LINES),
        ):
            tx.record(body, person_id="bench", business_date="2026-05-14")
    for who, start in ((who, start) for who, count in LINES.items() for start in range(0, count, 250)):
        with store.write() as tx:
            for n in range(start, start + 250):
                day = (first + timedelta(days=n)).isoformat()
                for body in _visit(who, n, day):
                    tx.record(body, person_id="bench", business_date=day)


def _visit(who: str, n: int, day: str) -> tuple[object, ...]:
    visit, charge, payment = f"v{n}-{who}", f"c{n}-{who}", f"p{n}-{who}"
    return (
        Appointment(id=visit, patient_id=who, starts_at=f"{day}T15:00:00.000Z", service_date=day,
                    title="Office visit", status="done", practitioner_id="w"),
        Charge(id=charge, patient_id=who, service_date=day, description="Office visit", code="99213",
               responsibility_cents=4_000 + n, appointment_id=visit, practitioner_id="w", allowed_cents=9_000),
        Collect(payment_id=payment, patient_id=who, tender="cash", amount_cents=2_500 if n % 100 else 3_000,
                number=f"PAY-1-{n:05d}", receipt_no=f"01-1-{who}-{n:05d}"),
        Allocate(allocation_id=f"a{n}-{who}", lot_payment_id=payment, patient_id=who,
                 lines=(AllocationLine(charge_id=charge, amount_cents=2_500),)),
    )  # fmt: skip


def ledger_painted() -> Row:
    """From the account as read to the painted page, another one before it: state, rows, layout, paint. Beside Qt's own
    table of as many rows and cells with plain words in them."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    accounts, store = _long_account()
    try:
        return _painted(accounts)
    finally:
        store.close()


def _painted(accounts: Any) -> Row:
    from PySide6.QtWidgets import QApplication

    from widgets import theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app)
    view: LedgerView = accounts.ledger("long")
    page, show_other, draw = _page(view)
    _, ours, floor = interleaved((show_other, draw, _plain_table()), 25)
    long, usual = interleaved((lambda: accounts.ledger("long"), lambda: accounts.ledger("usual")), 15)
    page.hide()
    return Row("ledger of 2,000 rows to paint", ours, "QTableView of as many plain cells", floor, target_ms=50,
               target_at="p95", figures={
                   "rows": len(view.visits), "read of 500 visits and payments ms": usual.p50_ms,
                   "read of 2,000 ms": long.p50_ms,
               })  # fmt: skip


def _page(view: LedgerView) -> tuple[Any, Callable[[], object], Callable[[], object]]:
    from widgets.ledger.state import Wanted, ledger_state
    from widgets.ledger.view import LedgerPage

    page = LedgerPage()
    page.resize(1162, 654)
    page.show()
    day = date(2026, 5, 14)

    other = replace(view, visits=view.visits[:3], lots=())

    def show_other() -> None:
        page.draw(ledger_state(other, day, Wanted()))

    def draw() -> None:
        page.draw(ledger_state(view, day, Wanted()))
        page.grab()

    return page, show_other, draw


def _plain_table() -> Callable[[], object]:
    from PySide6.QtGui import QStandardItem, QStandardItemModel
    from PySide6.QtWidgets import QTableView

    table = QTableView()
    table.resize(726, 420)
    table.show()

    def fill() -> None:
        model = QStandardItemModel(0, 6, table)
        for n in range(LINES["long"]):
            model.appendRow([QStandardItem(f"cell {n}") for _ in range(6)])
        table.setModel(model)
        table.grab()
        model.deleteLater()

    return fill


# Statements -------------------------------------------------------------------------------------------------------


def _statement(n: int) -> StatementDocument:
    items = tuple(StatementItem(service_date=f"2026-0{1 + k % 5}-1{k % 9}", description=f"Office visit {k}",
                                owed_cents=4_000 + n, paid_cents=500 * k, balance_cents=4_000 + n - 500 * k)
                  for k in range(6))  # fmt: skip
    return StatementDocument(
        clinic=ClinicBlock(name="Alder Street Family Medicine", address=("214 Alder Street", "Springfield, IL 62701"),
                           phone="(555) 010-2200", npi="1234567893"),
        number=f"ST-1-{n:05d}", issued_on="2026-05-14", due_on="2026-06-04", name=f"Rosa Quillfeather {n}",
        account_no=f"{n:07d}", address=("18 Birch Lane", "Springfield, IL 62704"), items=items,
        balance_cents=sum(item.balance_cents for item in items), unallocated_cents=100 * (n % 7),
    )  # fmt: skip


def _pages(numbers: range) -> int:
    from receipts.layouts.statement_letter import statement_pdf

    return sum(len(statement_pdf(_statement(n))) for n in numbers)


def thousand_statements() -> Row:
    """A thousand statements as PDF, half of them in each of two processes; one process beside it."""
    half = STATEMENTS // 2
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(_pages, (range(2), range(2))))  # fonts are read once per process

        def both() -> None:
            list(pool.map(_pages, (range(half), range(half, STATEMENTS))))

        ours, alone = interleaved((both, lambda: _pages(range(STATEMENTS))), 3, warm_up=1)
    return Row("1,000 statements as PDF, two processes", ours, "the same in one process", alone, target_ms=1_500,
               figures={"each ms": round(alone.p50_ms / STATEMENTS, 3),
                        "bytes each": _pages(range(10)) // 10})  # fmt: skip


ROWS = {
    "ledger of 2,000 rows to paint": ledger_painted,
    "1,000 statements as PDF, two processes": thousand_statements,
}
