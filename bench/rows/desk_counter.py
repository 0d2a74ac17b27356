"""A till over a filled store, without devices: what a copay costs the desk itself. Also a program of its own, so that
its syncs can be counted from outside: `python -m bench.rows.desk_counter STORE COPAYS`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.attempts import Attempts
from app.card_reader import CardReader
from app.checkout import Checkout, Parts
from app.clinic import Clinic
from app.collected import Telling
from app.lanes import Job
from app.posting import Posting
from app.recovery import Recovery
from app.refunds import Refunds
from app.settings import PRINTER_URL, Settings
from app.tenders import tenders
from app.till import Till
from app.verdicts import Verdicts
from app.views import Collected, CollectEnd, CollectRequest, Person, TenderKind
from bench.data import TODAY, Visit
from models.basics.clock import FixedClock
from models.store.desk import DeskStore

BENCH_KEY = "be" * 32
NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 17, 0, tzinfo=UTC)
MARIA = Person("maria", "Maria Delgado", "Front desk", "MD", manager=False)


@dataclass(frozen=True, slots=True)
class BenchTill:
    """A checkout and its store. Receipts are spooled, and nobody takes them up."""

    store: DeskStore
    checkout: Checkout
    clinic: Clinic
    refunds: Refunds


def open_till(path: Path, now: datetime) -> BenchTill:
    """The desk's own checkout over the store at `path`."""
    clock = FixedClock(now)
    store = DeskStore.open(path, BENCH_KEY, clock)
    store.prepare_writing()  # as the desk does behind its first screen, both
    store.keep_room()
    clinic, settings = Clinic(store, clock), Settings(None)
    settings.for_now({PRINTER_URL: "escpos+serial:///dev/null"})
    posting = Posting(clinic, settings)
    telling = Telling(clinic, settings, posting)
    till = Till(clinic, settings, posting, telling, lambda: None)
    attempts, reader = Attempts(till), CardReader(settings)
    recovery = Recovery(till, attempts, reader, lambda _step: None)
    ways = tenders(till, attempts, reader, recovery, lambda _step: None)
    refunds = Refunds(till, attempts, reader, recovery, Verdicts(clinic, None), lambda _text: None)
    return BenchTill(store, Checkout(Parts(till, attempts, reader, ways)), clinic, refunds)


def decide(till: BenchTill, visit: Visit) -> CollectRequest:
    """One dollar of a visit's copay, in cash: what the receptionist decided before Enter."""
    sheet = till.checkout.open(visit.patient_id, visit.appointment_id)
    line = sheet.lines[0]
    return CollectRequest(sheet=sheet, amounts={line.key: 100}, use_credit=False, tender=TenderKind.CASH,
                          person=MARIA, tendered_cents=2000)  # fmt: skip


def pay(till: BenchTill, request: CollectRequest) -> Collected:
    """What Enter does."""
    collected = till.checkout.collect(request, Job())
    assert collected.end is CollectEnd.TAKEN
    return collected


def main() -> None:
    """Take so many copays and end."""
    from bench.data import Visit as Found

    till = open_till(Path(sys.argv[1]), NOON)
    with till.store.reader() as reader:
        rows = reader.execute(
            "SELECT v.patient_id, v.id, c.id, c.responsibility_cents FROM appointment v JOIN charge c "
            "ON c.tenant = v.tenant AND c.appointment_id = v.id WHERE v.service_date = ? LIMIT 200",
            (TODAY.isoformat(),),
        ).fetchall()
    for row in rows[: int(sys.argv[2])]:
        pay(till, decide(till, Found(*row)))
    till.store.close()


if __name__ == "__main__":
    main()
