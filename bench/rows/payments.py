"""The list of 1,000,000 payments of 50,000 patients: pages, orders, filters and searches from what a person does to
what is painted, beside Qt's own table model (and its proxy) over the same rows in a plain SQLite file, painted as well;
the cards; and the memory of each."""

from __future__ import annotations

import atexit
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.payment_views import PaymentsAsk
from app.payments import Payments
from bench.data import FAMILIES, TODAY, fill_store
from bench.measure import Row, Spread, interleaved, spread, timed
from bench.payments_data import vary
from bench.rows.desk import NOON
from bench.rows.desk_counter import BENCH_KEY
from models.basics.clock import FixedClock
from models.operations.bodies import Collect
from models.store.desk import DeskStore
from models.store.reading import connect

PATIENTS = int(os.environ.get("COPAYDESK_BENCH_PATIENTS", "50000"))
PAYMENTS = int(os.environ.get("COPAYDESK_BENCH_PAYMENTS", "1000000"))
REQUESTS = PAYMENTS // 25
ROUNDS = 60
PLAIN_SUMS = "SELECT status, count(*), sum(amount) FROM payment GROUP BY status"
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


@cache
def _page(what: str) -> dict[str, Any]:
    """What the page, or Qt's own, told of itself from a process of its own."""
    folder = _files()[0]
    names = {
        "key": BENCH_KEY,
        "today": TODAY.isoformat(),
        "now": NOON.isoformat(),
        "families": FAMILIES[:6],
        "payments": PAYMENTS + REQUESTS,
    }
    (folder / "names.json").write_text(json.dumps(names))
    answer = folder / f"{what}.json"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "bench.payments_page", str(folder), what, str(answer)]
    subprocess.run(command, check=True, env=environment, capture_output=True)
    return dict(json.loads(answer.read_text()))


def _painted(name: str, what: str, beside_name: str, target_ms: float, **figures: float) -> Row:
    told = _page("paint")[what]
    known = {"payments": PAYMENTS, "patients": PATIENTS, "list made once, s": _files()[1]}
    return Row(name, spread(told["ours"]), beside_name, spread(told["theirs"]), target_ms=target_ms, target_at="p95",
               figures={**known, **figures})  # fmt: skip


def any_page() -> Row:
    """The first page, the middle, the end, and everything between."""
    return _painted("payments list, any page to paint", "pages", "QSqlTableModel, first page painted", 16,
                    **{"QSqlTableModel, to the middle ms": round(_page("proxy")["model_middle_s"] * 1000),
                       "QSortFilterProxyModel, loaded, to the middle ms": round(_page("proxy")["middle_s"] * 1000, 1),
                       })  # fmt: skip


def filtered() -> Row:
    """Filters and searches, few and many that fit; each question differs from the one before."""
    return _painted("payments list, filter or search to paint", "filters", "QSqlTableModel, name filter painted", 16,
                    **{"QSortFilterProxyModel, name filter ms": round(_page("proxy")["filter_s"] * 1000),
                       "loaded before, s": round(_page("proxy")["load_s"], 1)})  # fmt: skip


def sorted_by_any() -> Row:
    """Five keys, both ways."""
    return _painted("payments list, sort by any column to paint", "orders", "QSqlTableModel, indexed sort painted", 50,
                    **{"QSortFilterProxyModel, sort by name ms": round(_page("proxy")["sort_s"] * 1000)})  # fmt: skip


def memory() -> Row:
    """MiB, not milliseconds: the whole process with the page scrolled to the end."""
    ours, theirs = (_page(what)["mib"] for what in ("end", "proxy"))
    return Row("payments list, MiB scrolled to the end", Spread(ours, ours, ours, 1), "QSortFilterProxyModel, MiB",
               Spread(theirs, theirs, theirs, 1), target_ms=95,
               figures={"QSqlTableModel, MiB": _page("proxy")["model_mib"], "last page": _page("end")["last"]},
               )  # fmt: skip


def cards() -> Row:
    """All of the cards: of everything, of 30 days, of a place, of a person's takings."""
    payments, _ = _payments()
    asks = itertools.cycle([
        PaymentsAsk(), PaymentsAsk(first=TODAY - timedelta(30), last=TODAY), PaymentsAsk(location="place-1"),
        PaymentsAsk(staff="staff-3"), PaymentsAsk(first=date(TODAY.year, 1, 1)),
    ])  # fmt: skip
    plain = sqlite3.connect(_files()[0] / "plain.db")
    ours, bare = interleaved([lambda: payments.cards(next(asks)), lambda: plain.execute(PLAIN_SUMS).fetchall()],
                             rounds=ROUNDS)  # fmt: skip
    return Row("payments dashboard", ours, "plain SQLite: sums by status", bare, target_ms=3, target_at="p95")


def cards_while_written() -> Row:
    """The same while another thread takes payments, twenty a second: the list catches up before it answers. Beside it
    plain sums over a file into which nobody writes."""
    payments, store = _payments()
    with store.reader() as reader:
        people = [row[0] for row in reader.execute("SELECT id FROM patient LIMIT 500").fetchall()]
    over = threading.Event()
    taker = threading.Thread(target=_take, args=(store, itertools.cycle(people), over))
    asks = itertools.cycle([PaymentsAsk(), PaymentsAsk(first=TODAY - timedelta(30), last=TODAY)])
    plain = sqlite3.connect(_files()[0] / "plain.db")
    timings, bare = list[float](), list[float]()
    taker.start()
    for n in range(4 * ROUNDS):
        time.sleep(0.02)
        timings.append(timed(lambda: payments.cards(next(asks))))
        if n % 16 == 0:
            bare.append(timed(lambda: plain.execute(PLAIN_SUMS).fetchall()))
    over.set()
    taker.join()
    return Row("payments dashboard, while payments are written", spread(timings[8:]), "plain SQLite: sums by status",
               spread(bare), target_ms=5, target_at="p95")  # fmt: skip


def _take(store: DeskStore, people: Iterator[str], over: threading.Event) -> None:
    numbers = itertools.count()
    while not over.wait(0.05):
        new = f"bench-{next(numbers)}"
        with store.write() as tx:
            tx.record(Collect(payment_id=new, patient_id=next(people), tender="cash", amount_cents=2500, number=new,
                              receipt_no=new), person_id="staff-1", business_date=TODAY.isoformat())  # fmt: skip


ROWS = {
    "payments list, any page to paint": any_page,
    "payments list, filter or search to paint": filtered,
    "payments list, sort by any column to paint": sorted_by_any,
    "payments list, MiB scrolled to the end": memory,
    "payments dashboard": cards,
    "payments dashboard, while payments are written": cards_while_written,
}
