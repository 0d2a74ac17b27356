"""The day sheet of a busy clinic: 31 days, 10,000 transactions, from the question to the sums."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bench.measure import Row, interleaved
from models.basics.clock import FixedClock, parse_utc
from models.operations.bodies import Allocate, AllocationLine, CardFacts, Collect
from models.operations.records import Charge, Patient, Practice
from models.store.desk import DeskStore
from models.store.rows import DeskIdentity

TRANSACTIONS, DAYS = 10_000, 31
"""Payments and charges together; every payment pays a charge."""
_KEY = "5c" * 32
_LAST = date(2026, 5, 14)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="copaydesk-days-")


@cache
def _clinic() -> tuple[Any, DeskStore]:
    from app.clinic import Clinic
    from app.day_sheet import DaySheet

    clock = FixedClock(parse_utc("2026-05-14T17:00:00.000Z"))
    store = DeskStore.open(Path(_folder().name) / "desk.db", _KEY, clock)
    store.enrol(DeskIdentity(tenant="t", device_id="desk-1", device_no=1, epoch=1, desk_name="Desk 1", hub_url="",
                             server_epoch="e1"))  # fmt: skip
    with store.write() as tx:
        for body in (Practice(id="t", name="Bench", timezone="America/Chicago"),
                     *(Patient(id=f"p{n}", family="Quillfeather", given=f"Rosa {n}") for n in range(500))):  # fmt: skip
            tx.record(body, person_id="bench", business_date=_LAST.isoformat())
    for start in range(0, TRANSACTIONS // 2, 250):
        with store.write() as tx:
            for n in range(start, start + 250):
                day = (_LAST - timedelta(days=n % DAYS)).isoformat()
                for body in _paid(n, day):
                    tx.record(body, person_id=f"staff-{n % 6}", business_date=day)
    return DaySheet(Clinic(store, clock)), store


def _paid(n: int, day: str) -> tuple[object, ...]:
    who, tender = f"p{n % 500}", ("cash", "card", "check", "card")[n % 4]
    return (
        Charge(id=f"c{n}", patient_id=who, service_date=day, description="Office visit", code="99213",
               responsibility_cents=3_000),
        Collect(payment_id=f"y{n}", patient_id=who, tender=tender, amount_cents=3_000, number=f"PAY-1-{n:05d}",
                receipt_no=f"01-1-A-{n:05d}", card=CardFacts(brand="Visa") if tender == "card" else None),
        Allocate(allocation_id=f"a{n}", lot_payment_id=f"y{n}", patient_id=who,
                 lines=(AllocationLine(charge_id=f"c{n}", amount_cents=3_000),)),
    )  # fmt: skip


def day_sheet() -> Row:
    """The summary of 31 days beside SQLite's own sum over the same payments."""
    from app.day_views import DaySheetAsk, Tab

    sheet, store = _clinic()
    ask = DaySheetAsk(_LAST - timedelta(days=DAYS - 1), _LAST)
    rows = DaySheetAsk(ask.first, ask.last, tab=Tab.ALL)

    def floor() -> None:
        with store.reader() as reader:
            reader.execute("SELECT tender, count(*), sum(amount_cents) FROM payment GROUP BY tender").fetchall()

    try:
        summary, page, plain = interleaved((lambda: sheet.page(ask), lambda: sheet.page(rows), floor), 15)
        found = sheet.page(rows).rows
    finally:
        store.close()
    return Row("day sheet of 31 days, 10,000 transactions", summary, "one GROUP BY over the payments", plain,
               target_ms=100, figures={"transactions": found, "page of All ms": page.p50_ms})  # fmt: skip


ROWS = {"day sheet of 31 days": day_sheet}
