"""The desk's own work: a copay taken, a patient found, the day read, and the way from approval to paper."""

from __future__ import annotations

import atexit
import itertools
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.find import Find
from app.schedule import Schedule
from app.settings import Settings
from app.views import TenderKind
from bench.data import TODAY, Filled, fill_store
from bench.measure import Row, Spread, interleaved, prepared, spread
from bench.rows.bare import same_rows_bare
from bench.rows.desk_counter import BENCH_KEY, decide, open_till, pay
from models.basics.clock import FixedClock
from models.store.desk import DeskStore

PATIENTS, PAYMENTS = 100_000, 100_000
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 17, 0, tzinfo=UTC)
VISITS = 80
"""A long day: 80 visits, each paid in several small amounts."""
SYNCED = 40
DRAWN = 8


@cache
def filled_store() -> tuple[Path, Filled]:
    """A store with 100,000 patients, made once for all rows."""
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-bench-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = folder / "desk.db"
    return path, fill_store(path, BENCH_KEY, PATIENTS, PAYMENTS, visits=VISITS)


# Take a copay -----------------------------------------------------------------------------------------------------


def take_a_copay() -> Row:
    """The whole service call, cash: checked against the books, numbered, posted, receipt composed and spooled, audited,
    queued, committed once; beside the bare rows of a sale in plain SQLite with the same durability."""
    path, filled = filled_store()
    till = open_till(path, NOON)
    copays = (partial(pay, till, decide(till, visit)) for _ in range(7) for visit in filled.visits)
    floor = _plain_sqlite(path.parent / "floor.db")
    ours, bare = prepared(copays, floor, rounds=400, warm_up=40)
    bare_ms = same_rows_bare(path, BENCH_KEY, copays)
    till.store.close()
    return Row("take a copay locally", ours, "plain SQLite: payment, 4 legs, outbox", bare, target_ms=1.5,
               set_beside_ms=0.23, figures={"syncs": syncs_of_a_copay(),
                                            "same rows bare, encrypted, p50 ms": bare_ms})  # fmt: skip


def _plain_sqlite(path: Path) -> Callable[[], object]:
    """One sale as bare rows: payment, four ledger legs, outbox row, one durable commit."""
    floor = sqlite3.connect(path, isolation_level=None)
    floor.execute("PRAGMA journal_mode = WAL")
    floor.execute("PRAGMA synchronous = FULL")
    floor.execute("CREATE TABLE payment (id TEXT PRIMARY KEY, patient TEXT, cents INT, at TEXT)")
    floor.execute("CREATE TABLE leg (payment TEXT, n INT, account TEXT, cents INT, PRIMARY KEY (payment, n))")
    floor.execute("CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT)")
    floor.execute("CREATE INDEX by_account ON leg (account)")
    count = itertools.count()

    def sale() -> None:
        name = f"payment-{next(count)}"
        floor.execute("BEGIN IMMEDIATE")
        floor.execute("INSERT INTO payment VALUES (?, ?, ?, ?)", (name, "patient", 3000, "2026-03-16T17:00:00.000Z"))
        floor.executemany("INSERT INTO leg VALUES (?, ?, ?, ?)", [(name, n, f"account-{n}", 3000) for n in range(4)])
        floor.execute("INSERT INTO outbox VALUES (?, ?)", (name, "x" * 900))
        floor.execute("COMMIT")

    return sale


def syncs_of_a_copay() -> float | str:
    """Syncs of the disk for one copay."""
    return syncs_each(filled_store()[0], "bench.rows.desk_counter", done=SYNCED)


def syncs_each(path: Path, module: str, *arguments: str, done: int) -> float | str:
    """Syncs of the disk for one act, counted by strace over `done` acts in a process of their own (`python -m module
    STORE [arguments] COUNT`); `?` without strace."""
    if shutil.which("strace") is None:
        return "?"
    first, all_of_them = (_syncs([module, str(path), *arguments, str(count)]) for count in (1, done + 1))
    return round((all_of_them - first) / done, 2)


def _syncs(command: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder) / "syncs"
        subprocess.run(
            ["strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(told), sys.executable, "-m", *command],
            check=True, capture_output=True,
        )  # fmt: skip
        return len(re.findall(r"(?:fsync|fdatasync)\(", told.read_text()))


# Find, and the day ------------------------------------------------------------------------------------------------


def find_a_patient() -> Row:
    """What is typed at a desk (names, beginnings, slips, birth dates, phones, MRN), whole service call with balances
    and visits; beside one look into a trigram index and a LIKE scan over the same names in plain SQLite."""
    path, filled = filled_store()
    store = DeskStore.open(path, BENCH_KEY, FixedClock(NOON))
    find = Find(Clinic(store, FixedClock(NOON)), Settings(None))
    typed = itertools.cycle(_typed(filled))
    trigram, scan, names = _plain_search(filled)
    ours, by_trigram, by_scan = interleaved(
        [lambda: find.search(next(typed)), lambda: trigram(next(names)), lambda: scan(next(names))], rounds=400
    )  # fmt: skip
    store.close()
    return Row("find among 100,000 patients", ours, "plain SQLite: FTS5 trigram", by_trigram, target_ms=1.0,
               target_at="p95", figures={"LIKE scan p50 ms": by_scan.p50_ms})  # fmt: skip


def _typed(filled: Filled) -> list[str]:
    """Queries as people type them."""
    chance = random.Random(7)
    queries = []
    for person in chance.sample(list(filled.people), 300):
        slip = chance.randrange(1, max(len(person.family) - 1, 2))
        queries += [
            person.family, f"{person.given} {person.family}", person.family[:3],
            person.family[:slip] + person.family[slip + 1 :], f"{person.family} {person.birth_date}",
            person.phone[-4:], person.mrn, f"{person.birth_date[5:7]}/{person.birth_date[8:]}/{person.birth_date[:4]}",
        ]  # fmt: skip
    chance.shuffle(queries)
    return [query for query in queries if query.strip()]


def _plain_search(filled: Filled) -> tuple[Callable[[str], object], Callable[[str], object], Any]:
    plain = sqlite3.connect(":memory:")
    plain.execute("CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT)")
    plain.execute("CREATE VIRTUAL TABLE gram USING fts5 (name, tokenize = 'trigram')")
    people = [(n, f"{person.given} {person.family}") for n, person in enumerate(filled.people)]
    while len(people) < PATIENTS:
        people += [(len(people) + n, name) for n, (_, name) in enumerate(people[: PATIENTS - len(people)])]
    plain.executemany("INSERT INTO person VALUES (?, ?)", people)
    plain.executemany("INSERT INTO gram (rowid, name) VALUES (?, ?)", people)
    families = itertools.cycle([person.family for person in filled.people[:500] if len(person.family) > 2])
    return (
        lambda name: plain.execute("SELECT rowid FROM gram WHERE gram MATCH ? LIMIT 50", (f'"{name}"',)).fetchall(),
        lambda name: plain.execute("SELECT id FROM person WHERE name LIKE ? LIMIT 50", (f"%{name}%",)).fetchall(),
        families,
    )  # fmt: skip


def read_the_day() -> Row:
    """Today with 40 visits: rows with what is due and on account, and the four figures."""
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-day-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    fill_store(folder / "desk.db", BENCH_KEY, 5_000, 20_000, visits=40)
    store = DeskStore.open(folder / "desk.db", BENCH_KEY, FixedClock(NOON))
    schedule = Schedule(Clinic(store, FixedClock(NOON)), Settings(None))
    [ours] = interleaved([schedule.day], rounds=200)
    store.close()
    return Row("read a day of 40 visits", ours, "", target_ms=5.0)


# Approval to paper ------------------------------------------------------------------------------------------------


def approval_to_paper() -> Row:
    """From the reader's approval in the program's hands to the receipt's first byte on the printer's line: posted,
    numbered, composed, committed, spooled, taken up by the printer's lane. Real simulators on pseudo-terminals. Among
    the figures: the same while the whole window draws what happens."""
    from tests.support.clinic import TestClinic
    from tests.support.counter import Counter, furnish
    from tests.support.simulators import pax_running, printer_running

    def many(clinic: TestClinic) -> None:
        for n in range(60):
            clinic.patient(f"p{n}")
            clinic.visit(f"v{n}", f"p{n}", copay_cents=1000 + n)

    folder = Path(tempfile.mkdtemp(prefix="copaydesk-paper-"))
    try:
        with pax_running() as terminal, printer_running() as printer:
            folders = furnish(folder, many, terminal=terminal.url, printer=printer.url)
            desk = Counter(folders)
            try:
                timings = [_one_receipt(desk, n) for n in range(60)]
            finally:
                desk.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ours: Spread = spread(timings[5:])
    drawn = _beside_the_window()
    figures: dict[str, float | int | str] = {"with the window p50 ms": drawn.p50_ms, "p95 ms": drawn.p95_ms}
    return Row("approval to first receipt byte", ours, "", target_ms=10.0, figures=figures)


def _beside_the_window() -> Spread:
    """A window signed in at Today, a copay by keys; the printer has printed before."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from tests.support.clinic import TestClinic
    from tests.support.counter import rosa_with_copay_and_balance
    from tests.support.front import front
    from tests.support.simulators import pax_running, printer_running
    from widgets.opening import application
    from widgets.screens import APPROVED, COLLECT

    def two(clinic: TestClinic) -> None:
        rosa_with_copay_and_balance(clinic)
        clinic.patient("zoe")
        clinic.visit("visit", "zoe", copay_cents=1000)

    application()
    timings = []
    folder = Path(tempfile.mkdtemp(prefix="copaydesk-drawn-"))
    try:
        with pax_running(present_after_s=1.0) as reader, printer_running() as printer:
            for n in range(DRAWN):
                reader.reset()
                with front(folder / str(n), two, terminal=reader.url, printer=printer.url) as desk:
                    desk.meanwhile(partial(_first_on_paper, desk.counter))
                    moments = _hear(desk.counter)
                    desk.press("Return")
                    desk.arrive(COLLECT, partial(_offers, desk))
                    desk.press("Return")
                    desk.arrive(APPROVED)
                    desk.wait(partial(moments.__contains__, "paper"))
                    timings.append(moments["paper"] - moments["approved"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return spread(timings)


def _offers(desk: Any) -> bool:
    return bool(desk.state.primary)


def _first_on_paper(desk: Any) -> None:
    taken = desk.collect(desk.request(desk.sheet("zoe", "visit"), TenderKind.CASH))
    desk.wait_job(taken.print_job_id)


def _one_receipt(desk: Any, n: int) -> float:
    """Seconds from the driver's answer to the first byte of the receipt."""
    moments = _hear(desk)
    taken = desk.collect(desk.request(desk.sheet(f"p{n}", f"v{n}"), TenderKind.CARD))
    desk.wait_job(taken.print_job_id)
    return moments["paper"] - moments["approved"]


def _hear(desk: Any) -> dict[str, float]:
    """When the next card is approved and when the next receipt begins: filled as it happens."""
    terminal = desk.desk._reader.terminal()
    moments: dict[str, float] = {}
    terminal = getattr(terminal, "_driver", terminal)  # beneath what writes the device log
    ask, pipe = type(terminal).payment, None

    def payment(*request: Any) -> Any:
        result = ask(terminal, *request)
        moments["approved"] = time.perf_counter()
        return result

    terminal.payment = payment
    pipe = desk.desk.printing._driver()._pipe
    write = type(pipe).write

    def first(data: bytes, timeout_s: float) -> None:
        if b"\x1b@" in data[:8]:
            moments.setdefault("paper", time.perf_counter())
        write(pipe, data, timeout_s)

    pipe.write = first
    return moments


ROWS: dict[str, Callable[[], Row]] = {
    "take a copay locally": take_a_copay,
    "find among 100,000 patients": find_a_patient,
    "read a day of 40 visits": read_the_day,
    "approval to first receipt byte": approval_to_paper,
}
