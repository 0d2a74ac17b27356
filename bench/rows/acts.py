"""Money acts on an account as the desk does them: move, adjust, refund in cash; what Enter does after the preview.

Also a program of its own, so that its syncs can be counted from outside: `python -m bench.rows.acts STORE ACT COUNT`.
"""

from __future__ import annotations

import itertools
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.adjustments import Adjustments
from app.lanes import Job
from app.money_views import AdjustOrder, MoveOrder
from app.moves import MoveFrom, Moves
from app.refund_views import RefundOrder
from bench.data import TODAY
from bench.measure import Row, spread
from bench.rows.desk import NOON, filled_store, syncs_each
from bench.rows.desk_counter import MARIA, BenchTill, open_till
from models.rules.rights import Right

ROUNDS, WARM_UP, SYNCED = 200, 20, 20
SIGNED_IN = replace(MARIA, rights=frozenset(Right))
Enter = Callable[[], object]
"""An act that is decided and previewed."""

_WITH_CREDIT = (
    "SELECT DISTINCT r.patient_id FROM account r JOIN account l ON l.tenant = r.tenant AND l.patient_id = r.patient_id "
    "AND l.code = 'CR' AND l.credits >= l.debits + 100 WHERE r.code = 'AR' AND r.debits >= r.credits + 100 "
    "ORDER BY r.patient_id LIMIT ? OFFSET 100"
)
_OWING = (
    "SELECT patient_id, max(charge_id) FROM account WHERE code = 'AR' AND debits >= credits + 200 "
    "GROUP BY patient_id ORDER BY patient_id DESC LIMIT ?"
)
_CASH = (
    "SELECT max(payment_id) FROM payment WHERE tender = 'cash' AND business_date < ? AND amount_cents >= 500 "
    "GROUP BY patient_id ORDER BY patient_id LIMIT ? OFFSET 9000"
)


def _found(till: BenchTill, query: str, *values: object) -> list[tuple[str, ...]]:
    with till.store.reader() as reader:
        return [tuple(row) for row in reader.execute(query, values)]


def _moves(till: BenchTill, count: int) -> Iterator[Enter]:
    """One dollar of credit to the oldest open visit, each of another patient."""
    moves = Moves(till.clinic)
    for (patient_id,) in _found(till, _WITH_CREDIT, count):
        sheet = moves.open(MoveFrom(patient_id))
        source = next(each for each in sheet.sources if not each.where.charge_id and not each.where.appointment_id)
        place = next(each for each in sheet.places if each.kind == "visit")
        preview = moves.preview(MoveOrder(sheet, source.key, place.key, 100))
        yield partial(moves.do, preview, SIGNED_IN)


def _adjustments(till: BenchTill, count: int) -> Iterator[Enter]:
    """Two dollars let off, each of another patient."""
    adjustments = Adjustments(till.clinic)
    for patient_id, charge_id in _found(till, _OWING, count):
        sheet = adjustments.open(patient_id, charge_id)
        preview = adjustments.preview(AdjustOrder(sheet, charge_id, "courtesy", "PR", "PROF", 200))
        yield partial(adjustments.do, preview, SIGNED_IN)


def _refunds(till: BenchTill, count: int) -> Iterator[Enter]:
    """One dollar of a cash payment handed back: request, money out, receipt and drawer in one transaction."""
    for (payment_id,) in _found(till, _CASH, TODAY.isoformat(), count):
        sheet = till.refunds.open(payment_id)
        order = RefundOrder(sheet, 100, "billing_error", "cash")
        till.refunds.preview(order)
        yield partial(till.refunds.refund, order, SIGNED_IN, Job())


ACTS: dict[str, Callable[[BenchTill, int], Iterator[Enter]]] = {
    "move": _moves, "adjust": _adjustments, "refund": _refunds,
}  # fmt: skip


def _measured(name: str, act: str) -> Row:
    path, _ = filled_store()
    till = open_till(path, NOON)
    floor = _plain_act(path.parent / f"floor-{act}.db")
    ours, bare = list[float](), list[float]()
    for n, enter in enumerate(ACTS[act](till, ROUNDS + WARM_UP)):
        for work, timings in ((enter, ours), (floor, bare)):
            started = time.perf_counter()
            work()
            if n >= WARM_UP:
                timings.append(time.perf_counter() - started)
    till.store.close()
    assert len(ours) == ROUNDS, "the filled store has too few such accounts"
    syncs = syncs_each(path, "bench.rows.acts", act, done=SYNCED)
    return Row(name, spread(ours), "plain SQLite: act, 2 legs, 2 balances, outbox", spread(bare), target_ms=1.5,
               figures={"syncs": syncs})  # fmt: skip


def _plain_act(path: Path) -> Callable[[], object]:
    """One act as bare rows with the same durability: its row, two ledger legs, two balances, an outbox row."""
    floor = sqlite3.connect(path, isolation_level=None)
    floor.execute("PRAGMA journal_mode = WAL")
    floor.execute("PRAGMA synchronous = FULL")
    floor.execute("CREATE TABLE act (id TEXT PRIMARY KEY, patient TEXT, cents INT, at TEXT)")
    floor.execute("CREATE TABLE leg (act TEXT, n INT, account TEXT, cents INT, PRIMARY KEY (act, n))")
    floor.execute("CREATE TABLE balance (account TEXT PRIMARY KEY, cents INT)")
    floor.execute("CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT)")
    floor.execute("CREATE INDEX by_account ON leg (account)")
    floor.executemany("INSERT INTO balance VALUES (?, 0)", [(f"account-{n}",) for n in range(1000)])
    count = itertools.count()

    def act() -> None:
        number = next(count)
        name, accounts = f"act-{number}", [f"account-{number % 500}", f"account-{500 + number % 500}"]
        floor.execute("BEGIN IMMEDIATE")
        floor.execute("INSERT INTO act VALUES (?, ?, ?, ?)", (name, "patient", 3000, "2026-03-16T17:00:00.000Z"))
        floor.executemany("INSERT INTO leg VALUES (?, ?, ?, ?)", [(name, n, a, 3000) for n, a in enumerate(accounts)])
        floor.executemany("UPDATE balance SET cents = cents + 3000 WHERE account = ?", [(a,) for a in accounts])
        floor.execute("INSERT INTO outbox VALUES (?, ?)", (name, "x" * 900))
        floor.execute("COMMIT")

    return act


def main() -> None:
    """Do so many acts of one kind and end."""
    till = open_till(Path(sys.argv[1]), NOON)
    for enter in ACTS[sys.argv[2]](till, int(sys.argv[3])):
        enter()
    till.store.close()


ROWS = {
    "money act: move": partial(_measured, "money act: move credit to a visit", "move"),
    "money act: adjust": partial(_measured, "money act: let a charge off", "adjust"),
    "money act: refund in cash": partial(_measured, "money act: refund in cash", "refund"),
}

if __name__ == "__main__":
    main()
