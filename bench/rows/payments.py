"""The list of 1,000,000 payments of 50,000 patients: pages, orders, filters, searches and the cards, beside Qt's own
table model (and its proxy) over the same rows in a plain SQLite file. Both without painting."""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.payment_views import PaymentOrder, PaymentsAsk
from app.payments import Payments
from bench.data import FAMILIES, TODAY, fill_store
from bench.measure import Row, interleaved, spread
from bench.payments_data import vary
from bench.rows.desk import NOON
from bench.rows.desk_counter import BENCH_KEY
from models.basics.clock import FixedClock
from models.operations.bodies import Collect
from models.rules.payment_status import Status
from models.store.desk import DeskStore
from models.store.reading import connect

PATIENTS = int(os.environ.get("COPAYDESK_BENCH_PATIENTS", "50000"))
PAYMENTS = int(os.environ.get("COPAYDESK_BENCH_PAYMENTS", "1000000"))
REQUESTS = PAYMENTS // 25
ROUNDS = 60
COLUMNS = "number, name, amount, status, due, treatment, created, memo"


@cache
def _files() -> tuple[Path, float]:
    """A folder with the store, the list beside it, and the list's rows in a plain file; seconds the list took."""
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-bench-payments-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fill_store(folder / "desk.db", BENCH_KEY, PATIENTS, PAYMENTS, seed=2)
    vary(folder / "desk.db", BENCH_KEY, REQUESTS)
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", MAKE, str(folder)], check=True)  # what making takes of memory is not ours
    took = time.perf_counter() - begun
    _plain_copy(folder)
    return folder, round(took, 1)


MAKE = (
    "import sys; from pathlib import Path; from bench.rows.payments import opened; opened(Path(sys.argv[1]))[0].close()"
)


def opened(folder: Path) -> tuple[Payments, DeskStore]:
    """The list over the store in a folder, its first page read."""
    clock = FixedClock(NOON)
    store = DeskStore.open(folder / "desk.db", BENCH_KEY, clock)
    payments = Payments(Clinic(store, clock), folder / "payments.db", BENCH_KEY)
    payments.page(PaymentsAsk())
    return payments, store


@cache
def _payments() -> tuple[Payments, DeskStore]:
    return opened(_files()[0])


def _plain_copy(folder: Path) -> None:
    listed = connect(folder / "payments.db", BENCH_KEY, read_only=True)
    plain = sqlite3.connect(folder / "plain.db")
    plain.execute(f"CREATE TABLE payment ({COLUMNS})")
    rows = listed.execute(f"SELECT {COLUMNS} FROM entry ORDER BY created")
    while some := rows.fetchmany(50_000):
        plain.executemany("INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", some)
    for column in ("name", "amount", "status", "due", "created"):
        plain.execute(f"CREATE INDEX by_{column} ON payment ({column})")
    plain.commit()
    plain.close()
    listed.close()


_needed: list[Any] = []
"""What Qt's model lives by."""


@cache
def _model() -> Any:
    """Qt's own table model over the same rows, with an index for each order."""
    from PySide6.QtCore import QCoreApplication
    from PySide6.QtSql import QSqlDatabase, QSqlTableModel

    _needed.append(QCoreApplication.instance() or QCoreApplication([]))
    database = QSqlDatabase.addDatabase("QSQLITE", "bench-payments")
    database.setDatabaseName(str(_files()[0] / "plain.db"))
    if not database.open():
        raise AssertionError(database.lastError().text())
    model = QSqlTableModel(None, database)
    model.setTable("payment")
    return model


def _select(where: str = "", column: int = 6, last: int = 50) -> None:
    """What a screen over that model reads: the rows up to the page, and the cells of the page."""
    from PySide6.QtCore import Qt

    model = _model()
    model.setFilter(where)
    model.setSort(column, Qt.SortOrder.DescendingOrder)
    model.select()
    while model.rowCount() < last and model.canFetchMore():
        model.fetchMore()
    for row, cell in itertools.product(range(max(model.rowCount() - 50, 0), model.rowCount()), range(8)):
        model.data(model.index(row, cell))


def _measured(name: str, asks: list[PaymentsAsk], beside: Callable[[], object], beside_name: str,
              target_ms: float) -> Row:  # fmt: skip
    payments, turn = _payments()[0], itertools.cycle(asks)
    for ask in asks:  # marks are made behind the first page of a filter and order
        payments.page(ask)
    ours, theirs = interleaved([lambda: payments.page(next(turn)), beside], rounds=ROUNDS, warm_up=3)
    return Row(name, ours, beside_name, theirs, target_ms=target_ms, target_at="p95",
               figures={"payments": PAYMENTS, "patients": PATIENTS, "list made once, s": _files()[1],
                        "MiB scrolled to the end": _resident()})  # fmt: skip


SCROLL = (
    "import sys; from pathlib import Path; from app.payment_views import PaymentsAsk; "
    "from bench.rows.payments import opened; payments = opened(Path(sys.argv[1]))[0]; "
    "pages = payments.page(PaymentsAsk()).pages; "
    "[payments.page(PaymentsAsk(page=page)) for page in range(0, pages, max(pages // 500, 1))]; "
    "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))"
)


@cache
def _resident() -> int:
    """MiB of a process that scrolls the whole list, without a window."""
    command = [sys.executable, "-c", SCROLL, str(_files()[0])]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout) // 1024


def any_page() -> Row:
    """The first page, the middle, the end, and everything between."""
    last = (PAYMENTS + REQUESTS) // 50 - 1
    asks = [PaymentsAsk(page=page) for page in (0, last // 2, last, 1, last // 3, last // 2 + 1, last - 7, 0)]
    return _measured("payments list, any page", asks, _select, "QSqlTableModel, first page", 12)


def filtered() -> Row:
    """Filters and searches, few and many that fit; each question differs from the one before."""
    asks = [
        *(PaymentsAsk(statuses=frozenset({status})) for status in Status),
        *(PaymentsAsk(location=f"place-{n}", order=PaymentOrder.NAME) for n in range(4)),
        *(PaymentsAsk(staff=f"staff-{n}", tender="check") for n in range(4)),
        *(PaymentsAsk(first=TODAY - timedelta(30 + n), last=TODAY) for n in range(4)),
        *(PaymentsAsk(text=name) for name in (*FAMILIES[:6], "mar", "jo sm", "PAY-1-00042")),
    ]
    return _measured("payments list, filter or search", asks, lambda: _select("name LIKE '%kowal%'"),
                     "QSqlTableModel, name filter", 16)  # fmt: skip


def sorted_by_any() -> Row:
    """Five keys, both ways."""
    asks = [PaymentsAsk(order=order, descending=down) for order in PaymentOrder for down in (True, False)]
    columns = itertools.cycle((6, 2, 4, 3, 1))
    return _measured("payments list, sort by any column", asks, lambda: _select(column=next(columns)),
                     "QSqlTableModel, indexed sort", 50)  # fmt: skip


def cards() -> Row:
    """All of the cards: of everything, of 30 days, of a place, of a person's takings."""
    payments, _ = _payments()
    asks = itertools.cycle([
        PaymentsAsk(), PaymentsAsk(first=TODAY - timedelta(30), last=TODAY), PaymentsAsk(location="place-1"),
        PaymentsAsk(staff="staff-3"), PaymentsAsk(first=date(TODAY.year, 1, 1)),
    ])  # fmt: skip
    plain = sqlite3.connect(_files()[0] / "plain.db")
    query = "SELECT status, count(*), sum(amount) FROM payment GROUP BY status"
    ours, bare = interleaved([lambda: payments.cards(next(asks)), lambda: plain.execute(query).fetchall()],
                             rounds=ROUNDS)  # fmt: skip
    return Row("payments dashboard", ours, "plain SQLite: sums by status", bare, target_ms=3, target_at="p95")


def cards_while_written() -> Row:
    """The same, each after a payment that was just taken: the list catches up first."""
    payments, store = _payments()
    with store.reader() as reader:
        people = [row[0] for row in reader.execute("SELECT id FROM patient LIMIT 500").fetchall()]
    numbers = itertools.count()
    timings = []
    for n in range(ROUNDS + 3):
        new = f"bench-{next(numbers)}"
        with store.write() as tx:
            tx.record(Collect(payment_id=new, patient_id=people[n], tender="cash", amount_cents=2500, number=new,
                              receipt_no=new), person_id="staff-1", business_date=TODAY.isoformat())  # fmt: skip
        begun = time.perf_counter()
        payments.cards(PaymentsAsk(first=TODAY - timedelta(30), last=TODAY))
        timings.append(time.perf_counter() - begun)
    return Row("payments dashboard, while payments are written", spread(timings[3:]), "", target_ms=5, target_at="p95")


ROWS = {
    "payments list, any page": any_page,
    "payments list, filter or search": filtered,
    "payments list, sort by any column": sorted_by_any,
    "payments dashboard": cards,
    "payments dashboard, while payments are written": cards_while_written,
}
