"""The long lists over 100,000 patients: a page of all, the balance filter, and the claims feed."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

from app.claims import Claims
from app.clinic import Clinic
from app.list_views import BalanceKind, ClaimsAsk, PatientOrder, PatientsAsk
from app.patients import Patients
from bench.data import TODAY
from bench.measure import Row, interleaved
from bench.rows.desk import NOON, filled_store
from bench.rows.desk_counter import BENCH_KEY
from models.basics.clock import FixedClock
from models.store.desk import DeskStore
from models.store.queries import patients as queries

ROUNDS = 60


@cache
def _patients() -> tuple[Patients, DeskStore, float]:
    """The list over the filled store, and how long reading everything took once."""
    clock = FixedClock(NOON)
    store = DeskStore.open(filled_store()[0], BENCH_KEY, clock)
    patients = Patients(Clinic(store, clock))
    started = time.perf_counter()
    patients.page(PatientsAsk())
    return patients, store, round((time.perf_counter() - started) * 1000)


def _plain() -> sqlite3.Connection:
    """The same people with the same figures as a bare table in memory, without any index."""
    _, store, _ = _patients()
    plain = sqlite3.connect(":memory:")
    plain.execute("CREATE TABLE person (id TEXT, family TEXT, given TEXT, owed INT, there INT)")
    with store.reader() as reader:
        money = {row.patient_id: row for row in queries.money(reader, store.tenant)}
        rows = [(p.id, p.family, p.given, money[p.id].statement_cents if p.id in money else 0,
                 money[p.id].unallocated_cents if p.id in money else 0)
                for p in queries.people(reader, store.tenant)]  # fmt: skip
    plain.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?)", rows)
    return plain


def _measured(name: str, asks: list[PatientsAsk], floor: str, values: tuple[Any, ...], target_ms: float) -> Row:
    patients, _, loaded_ms = _patients()
    plain, turn = _plain(), itertools.cycle(asks)
    work: list[Callable[[], object]] = [
        lambda: patients.page(next(turn)), lambda: plain.execute(floor, values).fetchall()
    ]  # fmt: skip
    ours, bare = interleaved(work, rounds=ROUNDS)
    return Row(name, ours, "plain SQLite in memory: sort and limit", bare, target_ms=target_ms, target_at="p95",
               figures={"read once, ms": loaded_ms})  # fmt: skip


def first_page() -> Row:
    """Everybody by name, the first page and others, with the sums over all."""
    asks = [PatientsAsk(page=page) for page in (0, 0, 1, 1000, 1999)]
    return _measured("patients list, a page of 100,000", asks,
                     "SELECT * FROM person ORDER BY family, given LIMIT 50", (), 16)  # fmt: skip


def balance_filter() -> Row:
    """Whose balance or money on account lies between two amounts, few and many, in several orders; every question is
    a new one."""
    asks = [
        PatientsAsk(kind=kind, least_cents=least + n, most_cents=most, order=order)
        for n in range(ROUNDS)
        for kind, least, most in (
            (BalanceKind.STATEMENT, 1, None), (BalanceKind.STATEMENT, 0, None), (BalanceKind.STATEMENT, 2000, 2500),
            (BalanceKind.TOTAL, -99_999_999, -1), (BalanceKind.TOTAL, -1000, 1000),
            (BalanceKind.UNALLOCATED, 1, 10_000),
        )
        for order in (PatientOrder.NAME, PatientOrder.STATEMENT, PatientOrder.UNALLOCATED)
    ]  # fmt: skip
    return _measured("balance filter over 100,000 patients", asks,
                     "SELECT * FROM person WHERE there BETWEEN ? AND ? ORDER BY family, given LIMIT 50", (1, 10_000),
                     50)  # fmt: skip


def claims_feed() -> Row:
    """The claims feed as it opens: 30 days of a practice with some twenty visits a day, and eighty today."""
    _, store, _ = _patients()
    clock = FixedClock(NOON)
    feed = Claims(Clinic(store, clock))
    ask = ClaimsAsk(TODAY - timedelta(days=29), TODAY)
    (ours,) = interleaved([lambda: feed.page(ask)], rounds=ROUNDS)
    return Row("claims feed, 30 days", ours, "", figures={"visits": feed.page(ask).visits})


ROWS = {"patients page": first_page, "balance filter": balance_filter, "claims feed": claims_feed}
