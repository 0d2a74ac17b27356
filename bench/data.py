"""A clinic of any size in a desk's store: people, years of visits, charges and payments, and today's schedule.

`fill_store` writes through the tables in bulk, as a snapshot from the hub would: every balance is the sum of its
transfers, every charge is paid by transfers from lots, and all invariants hold. The same seed gives the same clinic.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from models.basics.search_keys import name_words, patient_words, slip_keys
from models.operations import records
from models.store.desk import DeskStore
from models.store.projection import record_row
from models.store.reading import connect
from models.store.rows import DeskIdentity
from models.store.session import column_names
from models.tables.catalogue import tables_of

TODAY = date(2026, 3, 16)
CHUNK = 20_000
_BITS = (1 << 60) - 1
PAYMENTS_A_CHARGE = 5
FILLED_TO = 1_000_000
"""The log position the clinic stands at."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILIES = _words(
    "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson "
    "Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris Sanchez Clark Ramirez Lewis "
    "Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill Flores Green Adams Nelson Baker Hall "
    "Rivera Campbell Mitchell Carter Roberts Gomez Phillips Evans Turner Diaz Parker Cruz Edwards Collins "
    "Reyes Stewart Morris Morales Murphy Cook Rogers Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly "
    "Howard Ramos Kim Cox Ward Richardson Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes "
    "Price Alvarez Castillo Sanders Patel Myers Long Ross Foster Jimenez Kowalski O'Brien Okafor Schröder "
    "Müller Núñez Peña D'Angelo Al-Rashid Vandenberg "
)
GIVEN = _words(
    "Mary Patricia Jennifer Linda Elizabeth Barbara Susan Jessica Karen Sarah Lisa Nancy Sandra Betty Ashley "
    "Emily Kimberly Margaret Donna Michelle Carol Amanda Melissa Deborah Stephanie Rebecca Sharon Laura "
    "Cynthia Amy Kathleen Angela Shirley Emma Brenda Pamela Nicole Anna Samantha James Robert John Michael "
    "David William Richard Joseph Thomas Christopher Charles Daniel Matthew Anthony Mark Steven Donald Andrew "
    "Joshua Paul Kenneth Kevin Brian Timothy Ronald Jason George Edward Jeffrey Ryan Jacob Nicholas Gary Eric "
    "Jonathan Stephen Larry Justin Scott Brandon Benjamin Samuel María José Zoë Chloé Ngozi Priya Wei Aisha "
    "Lucía Jürgen Amélie Siobhán Ravi "
)
_STARTS = _words("Bar Cor Dal Fen Gar Hol Kes Lin Mar Nor Pal Quin Ros Stan Tor Ver Wes Yar Zel Bren ")
_ENDS = _words("ton field wood man ley ford berg stein ski son well croft mere dale hurst worth by combe gate low ")
_TENDERS = _words("card card cash card card check card cash card card")


@dataclass(frozen=True)
class Visit:
    """A visit of today with one unpaid copay."""

    patient_id: str
    appointment_id: str
    charge_id: str
    due_cents: int


@dataclass(frozen=True)
class Filled:
    """What `fill_store` made: today's visits in order of time, and some patients to look for."""

    tenant: str
    visits: tuple[Visit, ...]
    people: tuple[records.Patient, ...]


def fill_store(
    path: Path, key_hex: str, patients: int, payments: int, seed: int = 1, *, visits: int = 60, today: date = TODAY
) -> Filled:  # fmt: skip
    """Make a desk's store at `path` (or fill the empty one there) with so many patients and payments.

    `visits` of today have an unpaid copay each. Every fifth payment begins a new charge of one visit in the past that
    is paid by five; a tenth of the payments lies on account. Indexes grow with their rows, as at a desk: one that is
    made afterwards has no room in any page, and every act would split some.
    """
    with_identity(path, key_hex)
    connection = connect(path, key_hex)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -200000")
    maker = _Maker(random.Random(seed), today)
    connection.execute("BEGIN IMMEDIATE")
    people = _write_people(connection, maker, patients)
    _write(connection, maker.money(payments))
    todays = _write_today(connection, maker, visits)
    connection.execute("UPDATE stream SET cursor_seq = ?, payment_count = 0", (FILLED_TO,))
    connection.execute("COMMIT")
    connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    connection.close()
    return Filled(TENANT, tuple(todays), people)


TENANT = "clinic"


def with_identity(path: Path, key_hex: str) -> None:
    """A store at `path` that belongs to desk 1 of the practice."""
    store = DeskStore.open(path, key_hex)
    if store.identity is None:
        store.enrol(DeskIdentity(
            tenant=TENANT, device_id="0195a000-0000-7000-8000-000000000001", device_no=1, epoch=1,
            desk_name="Front desk", hub_url="", server_epoch="filled",
        ))  # fmt: skip
    store.close()


Batch = dict[str, list[dict[str, Any]]]


class _Maker:
    """Makes rows; money in cents, ids that sort by the time they were made."""

    def __init__(self, chance: random.Random, today: date) -> None:
        self.chance, self.today = chance, today
        self._made = self._payments = 0
        self.patient_ids: list[str] = []
        self._totals: dict[str, tuple[list[str], list[int]]] = {}
        invented = [start + end for start in _STARTS for end in _ENDS]
        self._families = [*FAMILIES * 6, *invented]

    def new_id(self) -> str:
        self._made += 1
        chance = self.chance.getrandbits(72)
        text = f"{1_735_000_000_000 + self._made:012x}7{chance >> 60:03x}8{chance & _BITS:015x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def patient(self) -> records.Patient:
        chance = self.chance
        number = len(self.patient_ids)
        born = date(1930, 1, 1) + timedelta(days=chance.randrange(34_000))
        made = records.Patient(
            id=self.new_id(), family=chance.choice(self._families), given=chance.choice(GIVEN),
            middle=chance.choice(GIVEN)[0] if chance.random() < 0.4 else "", birth_date=born.isoformat(),
            sex=chance.choice(("female", "male")), mrn=f"{100_000 + number}",
            phone=f"({chance.randrange(201, 990)}) 555-{chance.randrange(10_000):04d}",
            email=f"person{number}@example.org",
            address=(f"{chance.randrange(1, 999)} Elm Street", "Larkspur, CO 80118"),
        )  # fmt: skip
        self.patient_ids.append(made.id)
        return made

    def money(self, payments: int) -> Iterator[Batch]:
        """Charges of past visits with the payments on them, about CHUNK payments at a time."""
        left, batch, begun = payments, _empty(), 0
        while left > 0:
            patient_id = self.chance.choice(self.patient_ids)
            day = self.today - timedelta(days=self.chance.randrange(1, 900))
            on_charge = min(PAYMENTS_A_CHARGE, left)
            self._paid_charge(batch, patient_id, day, on_charge)
            left -= on_charge
            begun += on_charge
            if begun >= CHUNK:
                yield batch
                batch, begun = _empty(), 0
        for account, (row, sums) in self._totals.items():
            batch["account"].append(_account([account, *row], *sums))
        yield batch

    def _paid_charge(self, batch: Batch, patient_id: str, day: date, payments: int) -> None:
        appointment_id, charge_id = self.new_id(), self.new_id()
        cents = [self.chance.randrange(5, 60) * 100 for _ in range(payments)]
        credit = cents[-1] if self.chance.random() < 0.5 else 0
        owed = sum(cents) - credit + (2_000 if self.chance.random() < 0.1 else 0)
        self._visit(batch, patient_id, appointment_id, day, 9 * 60, "done", None)
        self._charge(batch, patient_id, appointment_id, charge_id, day, owed)
        ar = ["AR", "A", patient_id, appointment_id, charge_id, ""]
        batch["account"].append(_account([f"AR:{charge_id}", *ar], owed, sum(cents) - credit))
        for n, amount in enumerate(cents):
            spent = 0 if credit and n == payments - 1 else amount
            self._payment(batch, patient_id, charge_id, day, amount, spent)

    def _payment(self, batch: Batch, patient_id: str, charge_id: str, day: date, cents: int, spent: int) -> None:
        payment_id, collect_id = self.new_id(), self.new_id()
        tender = _TENDERS[self._payments % len(_TENDERS)]
        till = {"card": ("CARD:main", "CARD"), "cash": ("CASH:drawer-1", "CASH"), "check": ("CHK", "CHK")}[tender]
        self._payments += 1
        number = self._payments
        row: dict[str, Any] = dict(_BLANK_PAYMENT)
        row.update(
            tenant=TENANT, payment_id=payment_id, patient_id=patient_id, tender=tender, amount_cents=cents,
            tendered_cents=cents, change_cents=0, requested_cents=cents, number=f"PAY-0-{number:07d}",
            receipt_no=f"01-0-A-{number:07d}", drawer="drawer-1" if tender == "cash" else "",
            taken_at=f"{day}T16:{self.chance.randrange(60):02d}:00.000Z", business_date=day.isoformat(),
            actor="staff-1", device="desk-0", collect_op_id=collect_id, seq=self._seq(),
        )  # fmt: skip
        if tender == "card":
            row.update(brand="VISA", last4=f"{self.chance.randrange(10_000):04d}", auth_code="A1B2C3", merchant="main")
        batch["payment"].append(row)
        lot = f"CR:{payment_id}"
        batch["account"].append(_account([lot, "CR", "L", patient_id, "", "", payment_id], spent, cents))
        self._move(batch, collect_id, till[0], lot, cents, "collect", day)
        self._total(till[0], [till[1], "", "", "", "", ""], debits=cents)
        if spent:
            self._move(batch, self.new_id(), lot, f"AR:{charge_id}", spent, "allocate", day)

    def _charge(
        self, batch: Batch, patient_id: str, appointment_id: str, charge_id: str, day: date, cents: int
    ) -> None:  # fmt: skip
        charge = records.Charge(
            id=charge_id, patient_id=patient_id, service_date=day.isoformat(), description="Office visit",
            responsibility_cents=cents, appointment_id=appointment_id, code="99213", kind="copay", copay_cents=cents,
        )  # fmt: skip
        row = record_row(charge) | {"tenant": TENANT, "seq": self._seq(), "posted_cents": cents}
        batch["charge"].append(row)
        self._move(batch, self.new_id(), f"AR:{charge_id}", f"RESP:{patient_id}", cents, "charge", day)
        self._total(f"RESP:{patient_id}", ["RESP", "", patient_id, "", "", ""], credits_=cents)

    def _visit(
        self, batch: Batch, patient_id: str, appointment_id: str, day: date, minute: int, status: str,
        copay_cents: int | None,
    ) -> None:  # fmt: skip
        visit = records.Appointment(
            id=appointment_id, patient_id=patient_id, service_date=day.isoformat(), title="Follow-up", status=status,
            starts_at=f"{day}T{(minute // 60 + 6) % 24:02d}:{minute % 60:02d}:00.000Z", minutes=20,
            practitioner_id="practitioner-1", location_id="location-1", copay_cents=copay_cents,
        )  # fmt: skip
        batch["appointment"].append(
            record_row(visit) | {"tenant": TENANT, "seq": self._seq(), "desk_status": "", "desk_billing": ""}
        )

    def todays_visit(self, batch: Batch, number: int, minute: int) -> Visit:
        """A visit of today that owes its copay; the patient's other charges stay as they are."""
        patient_id = self.patient_ids[number % len(self.patient_ids)]
        appointment_id, charge_id = self.new_id(), self.new_id()
        cents = self.chance.choice((1_500, 2_000, 2_500, 3_000, 4_000))
        self._visit(batch, patient_id, appointment_id, self.today, minute, "scheduled", cents)
        self._charge(batch, patient_id, appointment_id, charge_id, self.today, cents)
        ar = [f"AR:{charge_id}", "AR", "A", patient_id, appointment_id, charge_id, ""]
        batch["account"].append(_account(ar, cents, 0))
        return Visit(patient_id, appointment_id, charge_id, cents)

    def forget_totals(self) -> None:
        """What was written of the shared accounts counts no more."""
        self._totals.clear()

    def totals(self) -> dict[str, tuple[list[str], list[int]]]:
        """Shared accounts and what was added to them."""
        return self._totals

    def _move(self, batch: Batch, op_id: str, debit: str, credit: str, cents: int, code: str, day: date) -> None:
        batch["transfer"].append({
            "tenant": TENANT, "op_id": op_id, "n": 0, "seq": self._seq(), "pending_no": 0, "debit": debit,
            "credit": credit, "amount_cents": cents, "code": code, "reverses_op": "", "reverses_n": 0,
            "business_date": day.isoformat(),
        })  # fmt: skip

    def _total(self, account: str, row: list[str], debits: int = 0, credits_: int = 0) -> None:
        sums = self._totals.setdefault(account, (row, [0, 0]))[1]
        sums[0] += debits
        sums[1] += credits_

    def _seq(self) -> int:
        return 1 + self._made % FILLED_TO


_BLANK_PAYMENT = dict.fromkeys(column_names(tables_of("desk")["payment"]), "")


def _empty() -> Batch:
    return {name: [] for name in ("appointment", "charge", "payment", "account", "transfer")}


def _account(row: list[str], debits: int, cents: int) -> dict[str, Any]:
    names = ("id", "code", "guard", "patient_id", "appointment_id", "charge_id", "payment_id")
    return {"tenant": TENANT, **dict(zip(names, row, strict=True)), "debits": debits, "credits": cents, "held": 0,
            "pending_debits": 0, "pending_credits": 0}  # fmt: skip


def _write_people(connection: Any, maker: _Maker, patients: int) -> tuple[records.Patient, ...]:
    fixed: dict[str, list[Any]] = {
        "practice": [records.Practice(id="practice", name="Larkspur Family Medicine", timezone="America/Denver",
                                      address=("12 Mill Street", "Larkspur, CO 80118"), phone="(303) 555-0100")],
        "staff": [records.Staff(id="staff-1", name="Maria Delgado", role="receptionist")],
        "practitioner": [records.Practitioner(id="practitioner-1", name="Dr. Okafor")],
        "location": [records.Location(id="location-1", name="Main")],
    }  # fmt: skip
    for name, made in fixed.items():
        _insert(connection, name, [record_row(record) | {"tenant": TENANT, "seq": 1} for record in made])
    shown: list[records.Patient] = []
    known: set[str] = set()
    people = (maker.patient() for _ in range(patients))
    first = 1
    while chunk := list(islice(people, CHUNK)):
        _insert(connection, "patient", [record_row(person) | {"tenant": TENANT, "seq": 1} for person in chunk])
        _index_people(connection, chunk, first, known)
        shown += chunk[:200]
        first += len(chunk)
    return tuple(shown)


def _index_people(connection: Any, people: list[records.Patient], first: int, known: set[str]) -> None:
    words = [
        patient_words(names=(p.family, p.given, p.middle, p.suffix), birth_date=p.birth_date, phone=p.phone, mrn=p.mrn)
        for p in people
    ]  # fmt: skip
    rows = [(no, TENANT, p.id, text) for no, (p, text) in enumerate(zip(people, words, strict=True), start=first)]
    connection.executemany("INSERT INTO patient_index (no, tenant, patient_id, words) VALUES (?, ?, ?, ?)", rows)
    found = [(row[0], row[3]) for row in rows]
    connection.executemany("INSERT INTO patient_search (rowid, words) VALUES (?, ?)", found)
    fresh = {word for p in people for word in name_words(f"{p.family} {p.given} {p.middle}")} - known
    known |= fresh
    slips = [(slip, word) for word in fresh for slip in slip_keys(word)]
    connection.executemany("INSERT OR IGNORE INTO name_slip (slip, word) VALUES (?, ?)", slips)


def _write_today(connection: Any, maker: _Maker, visits: int) -> list[Visit]:
    batch = _empty()
    maker.forget_totals()
    made = [maker.todays_visit(batch, n, 8 * 60 + n * 540 // max(visits, 1)) for n in range(visits)]
    _write(connection, iter([batch]))
    for account, (row, (_, cents)) in maker.totals().items():
        _insert(connection, "account", [_account([account, *row], 0, 0)], " ON CONFLICT DO NOTHING")
        connection.execute(
            "UPDATE account SET credits = credits + ? WHERE tenant = ? AND id = ?", (cents, TENANT, account)
        )
    return made


def _write(connection: Any, batches: Iterator[Batch]) -> None:
    for batch in batches:
        for name, rows in batch.items():
            _insert(connection, name, rows)


def _insert(connection: Any, name: str, rows: list[dict[str, Any]], clause: str = "") -> None:
    if not rows:
        return
    table: Table = tables_of("desk")[name]
    names = [column for column in column_names(table) if column in rows[0]]  # what came later has defaults
    marks = ", ".join("?" for _ in names)
    columns = ", ".join(f'"{column}"' for column in names)
    sql = f"INSERT INTO {name} ({columns}) VALUES ({marks}){clause}"
    connection.executemany(sql, map(itemgetter(*names), rows))
