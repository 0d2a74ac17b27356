"""AutoFill over a long account: what the clerk waits for between Alt+A and the preview, and what Enter then costs."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from app.clinic import Clinic
from app.fills import Fills
from app.rules import MoneyRules
from app.views import Person
from bench.measure import Row, interleaved
from models.basics.clock import FixedClock, parse_utc
from models.operations.bodies import Collect
from models.operations.records import Appointment, Charge, Patient, Practice, Practitioner
from models.rules.rights import Right
from models.store.desk import DeskStore
from models.store.rows import DeskIdentity

ITEMS, LOTS = 500, 20
ROUNDS = 40
_KEY = "6c" * 32
_NOON = "2026-05-14T17:00:00.000Z"
_TODAY = "2026-05-14"
PRIYA = Person("priya", "Priya Nair", "Manager", "PN", manager=True, rights=frozenset(Right))


def _account(folder: Path) -> tuple[DeskStore, Fills]:
    """One patient with 500 open line items of as many visits, and credit of 20 payments that covers nearly all."""
    clock = FixedClock(parse_utc(_NOON))
    store = DeskStore.open(folder / "desk.db", _KEY, clock)
    store.enrol(DeskIdentity(tenant="t", device_id="desk-1", device_no=1, epoch=1, desk_name="Desk 1", hub_url="",
                             server_epoch="e1"))  # fmt: skip
    first = date(2024, 12, 1)
    bodies: list[object] = [
        Practice(id="t", name="Bench", timezone="America/Chicago"), Practitioner(id="w", name="Dr. Okafor"),
        Patient(id="long", family="Quillfeather", given="Rosa", birth_date="1984-03-14", mrn="0041877"),
    ]  # fmt: skip
    for n in range(ITEMS):
        day = (first + timedelta(days=n)).isoformat()
        bodies.append(Appointment(id=f"v{n}", patient_id="long", starts_at=f"{day}T15:00:00.000Z", service_date=day,
                                  title="Office visit", status="done", practitioner_id="w"))  # fmt: skip
        bodies.append(Charge(id=f"c{n}", patient_id="long", service_date=day, description="Office visit", code="99213",
                             responsibility_cents=1_000 + n, appointment_id=f"v{n}", practitioner_id="w"))  # fmt: skip
    bodies += [Collect(payment_id=f"p{n}", patient_id="long", tender="cash", amount_cents=31_000,
                       number=f"PAY-1-{n:05d}", receipt_no=f"01-1-A-{n:05d}") for n in range(LOTS)]  # fmt: skip
    with store.write() as tx:
        for body in bodies:
            tx.record(body, person_id="bench", business_date=_TODAY)
    clinic = Clinic(store, clock)
    rules = MoneyRules(clinic)
    rules.change(PRIYA, auto_allocate=True)
    rules.opt_in(PRIYA, "w", True)
    return store, Fills(clinic)


def _floor(folder: Path) -> Callable[[], object]:
    """As many rows read from plain SQLite and shared out in one loop: no visits, no rules, no ledger, no figures."""
    plain = sqlite3.connect(folder / "floor.db", isolation_level=None)
    plain.execute("CREATE TABLE item (id TEXT PRIMARY KEY, day TEXT, title TEXT, code TEXT, owes INT)")
    plain.execute("CREATE TABLE lot (id TEXT PRIMARY KEY, cents INT)")
    plain.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?)",
                      [(f"c{n}", f"{n:04d}", "Office visit", "99213", 1_000 + n) for n in range(ITEMS)])  # fmt: skip
    plain.executemany("INSERT INTO lot VALUES (?, ?)", [(f"p{n}", 31_000) for n in range(LOTS)])

    def share() -> list[tuple[str, str, int]]:
        lots = [list(row) for row in plain.execute("SELECT id, cents FROM lot ORDER BY id")]
        given = []
        for name, owes in plain.execute("SELECT id, owes FROM item ORDER BY day, id").fetchall():
            left = owes
            for lot in lots:
                part = min(left, lot[1])
                if part:
                    lot[1] -= part
                    left -= part
                    given.append((name, lot[0], part))
        return given

    return share


def autofill_previewed() -> Row:
    """From the account in the store to the preview: items, money, rule, the engine's own word on every line, figures
    before and after."""
    with tempfile.TemporaryDirectory(prefix="copaydesk-autofill-") as made:
        folder = Path(made)
        store, fills = _account(folder)
        ours, floor = interleaved((lambda: fills.auto("long"), _floor(folder)), ROUNDS)
        preview = fills.auto("long")
        started = time.perf_counter()
        fills.do(preview, PRIYA)
        written_ms = round((time.perf_counter() - started) * 1000, 2)
        left = fills.open("long")
        store.close()
    assert not left.lots or not [item for item in left.items if item.owes_cents], "money lies idle while items owe"
    return Row(f"AutoFill over {ITEMS} open items", ours, "plain SQLite read and one loop", floor, target_ms=20,
               figures={"lines": len(preview.fillings), "lots": LOTS, "write ms": written_ms})  # fmt: skip


ROWS = {f"AutoFill over {ITEMS} open items": autofill_previewed}
