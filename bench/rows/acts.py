"""Money acts on an account as the desk does them: move, adjust, refund in cash; what Enter does after the preview.

Also a program of its own, so that its syncs can be counted from outside: `python -m bench.rows.acts STORE ACT COUNT`.
"""

from __future__ import annotations

import itertools
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.adjustments import Adjustments
from app.lanes import Job
from app.money_views import AdjustOrder, MoveOrder
from app.moves import MoveFrom, Moves
from app.refund_views import RefundOrder
from bench.data import TENANT, TODAY, with_identity
from bench.measure import Row, interleaved, prepared
from bench.rows.bare import same_rows_bare
from bench.rows.desk import NOON, filled_store, syncs_each
from bench.rows.desk_counter import BENCH_KEY, MARIA, BenchTill, open_till
from models.basics.clock import FixedClock
from models.ledger.states import Verdict
from models.operations.bodies import Allocate, AllocationLine, Collect
from models.operations.records import Charge
from models.rules.rights import Right
from models.store.desk import DeskStore

ROUNDS, WARM_UP, SYNCED, BARE = 200, 20, 20, 60
ENTRIES, LEDGERS = 10_000, 1_000
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
    acts = ACTS[act](till, ROUNDS + WARM_UP + BARE)
    ours, bare = prepared(acts, floor, ROUNDS, WARM_UP)
    bare_ms = same_rows_bare(path, BENCH_KEY, acts)
    till.store.close()
    syncs = syncs_each(path, "bench.rows.acts", act, done=SYNCED)
    return Row(name, ours, "plain SQLite: act, 2 legs, 2 balances, outbox", bare, target_ms=1.5, set_beside_ms=0.23,
               figures={"syncs": syncs, "same rows bare, encrypted, p50 ms": bare_ms})  # fmt: skip


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


# The ledger alone --------------------------------------------------------------------------------------------------


def single_entries() -> Row:
    """One operation judged and recorded in each durable commit: outbox, transfer, guarded balances, stream."""
    with _ledgers() as (store, entries):
        floor = _plain_act(store.path.parent / "floor.db")
        ours, bare = interleaved([lambda: _record(store, next(entries)), floor], rounds=2_000, warm_up=200)
        bare_ms = same_rows_bare(store.path, BENCH_KEY, [partial(_record, store, next(entries)) for _ in range(300)])
    return Row("ledger entries, one durable commit each", ours, "plain SQLite: act, 2 legs, 2 balances, outbox", bare,
               target_ms=0.4, set_beside_ms=0.23, figures={"entries/s": round(1000 / ours.p50_ms),
                                       "same rows bare, encrypted, p50 ms": bare_ms})  # fmt: skip


def all_balances() -> Row:
    """Every account's balance after ten thousand entries, read from the store; beside a sum over bare legs."""
    with _ledgers() as (store, entries):
        for _ in range(ENTRIES // 500):
            _record(store, *itertools.islice(entries, 500))
        plain = sqlite3.connect(":memory:")
        plain.execute("CREATE TABLE leg (account TEXT, cents INT)")
        with store.reader() as reader:
            legs = reader.execute("SELECT debit, amount_cents FROM transfer UNION ALL "
                                  "SELECT credit, -amount_cents FROM transfer").fetchall()  # fmt: skip
        plain.executemany("INSERT INTO leg VALUES (?, ?)", legs)
        summed = dict(plain.execute(_SUMMED))
        if dict(_balances(store)) != summed or len(legs) < 2 * ENTRIES:
            raise AssertionError("balances are not the sums of their legs")
        ours, bare = interleaved([lambda: _balances(store), lambda: plain.execute(_SUMMED).fetchall()], rounds=100)
    return Row("all balances of 10,000 entries", ours, "plain SQLite in memory: sum over the legs", bare,
               target_ms=4.0, figures={"accounts": len(summed)})  # fmt: skip


_SUMMED = "SELECT account, sum(cents) FROM leg GROUP BY account"


def _balances(store: DeskStore) -> list[tuple[str, int]]:
    with store.reader() as reader:
        found: list[tuple[str, int]] = reader.execute(
            "SELECT id, debits + pending_debits - credits - pending_credits FROM account WHERE tenant = ?", (TENANT,)
        ).fetchall()
    return found


def _record(store: DeskStore, *bodies: object) -> None:
    with store.write() as tx:
        for body in bodies:
            entry = tx.record(body, person_id=MARIA.staff_id, business_date=TODAY.isoformat())
            assert entry.verdict is Verdict.ACCEPTED


@contextmanager
def _ledgers() -> Iterator[tuple[DeskStore, Iterator[Allocate]]]:
    """A desk with a thousand patients, each with a charge and money on account, and entries without end: a cent of the
    money to the charge, patient after patient."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "desk.db"
        with_identity(path, BENCH_KEY)
        store = DeskStore.open(path, BENCH_KEY, FixedClock(NOON))
        store.keep_room()
        day, people = TODAY.isoformat(), [f"patient-{n:04d}" for n in range(LEDGERS)]
        for at in range(0, LEDGERS, 250):
            some = people[at : at + 250]
            _record(store, *(
                Charge(id=f"charge of {who}", patient_id=who, service_date=day, description="Visit",
                       responsibility_cents=100_000) for who in some
            ))  # fmt: skip
            _record(store, *(
                Collect(payment_id=f"payment of {who}", patient_id=who, tender="external", amount_cents=100_000,
                        number="", receipt_no="") for who in some
            ))  # fmt: skip
        try:
            yield store, (
                Allocate(allocation_id=f"{n}", lot_payment_id=f"payment of {who}", patient_id=who,
                         lines=(AllocationLine(charge_id=f"charge of {who}", amount_cents=1),))
                for n, who in enumerate(itertools.cycle(people))
            )  # fmt: skip
        finally:
            store.close()


def main() -> None:
    """Do so many acts of one kind and end."""
    till = open_till(Path(sys.argv[1]), NOON)
    for enter in ACTS[sys.argv[2]](till, int(sys.argv[3])):
        enter()
    till.store.close()


ROWS: dict[str, Callable[[], Row]] = {
    "money act: move": partial(_measured, "money act: move credit to a visit", "move"),
    "money act: adjust": partial(_measured, "money act: let a charge off", "adjust"),
    "money act: refund in cash": partial(_measured, "money act: refund in cash", "refund"),
    "ledger entries, one durable commit each": single_entries,
    "all balances of 10,000 entries": all_balances,
}

if __name__ == "__main__":
    main()
