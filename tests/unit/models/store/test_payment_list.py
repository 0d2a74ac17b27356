"""The list of payments beside a plain reading of the same store: every order, filter, search and page, and the cards,
after random days; and the file after a restart, a crash of its making, and with another key's file in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from models.basics.search_keys import name_words, plain
from models.operations import bodies, records
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.payment_status import COLLECTED, OUTSTANDING, Status, is_overdue, of_money
from models.store import payment_asks, payment_list
from models.store.desk import DeskStore
from models.store.payment_asks import ORDERS, Count, ListedPayment, PaymentFigures, WantedPayments
from models.store.payment_list import PaymentList
from tests.support.stores import KEY, joined_desk, lone_desk, sqlite_hub, sync

TODAY = date(2026, 3, 16)
NAMES = {"ann": ("Quillfeather", "Ann"), "ben": ("Núñez", "Ben"), "cy": ("O'Brien-Smith", "Cy"), "di": ("Ash", "Di")}
PLACES = ("", "east", "west")
STAFF = ("maria", "priya")


@dataclass(frozen=True)
class Plain:
    """One row as it should be, with what it is filtered by."""

    row: ListedPayment
    worth: int
    location: str
    tender: str
    staff: str


def wide(path: Path, seed: int, store: DeskStore) -> None:
    """People, visits, and a random run of payments, requests, refunds and what takes them back."""
    chance = Random(seed)
    put(store, *(records.Patient(id=who, family=family, given=given) for who, (family, given) in NAMES.items()))
    put(store, *(records.Appointment(id=f"v-{who}-{place}", patient_id=who, starts_at="2026-03-16T15:00:00.000Z",
                                     service_date="2026-03-16", location_id=place)
                 for who, place in product(NAMES, PLACES)))  # fmt: skip
    happen(store, chance, 60)


def put(store: DeskStore, *acts: Any, day: str = "2026-03-16", staff: str = "maria") -> None:
    with store.write() as tx:
        for body in acts:
            tx.record(body, person_id=staff, business_date=day)


def happen(store: DeskStore, chance: Random, times: int) -> None:
    for _ in range(times):
        with store.reader() as reader:
            paid = reader.execute("SELECT payment_id, patient_id, amount_cents FROM payment").fetchall()
            asked = reader.execute("SELECT request_id, patient_id, status FROM payment_request").fetchall()
        who = chance.choice(list(NAMES))
        visit = chance.choice(["", *(f"v-{who}-{place}" for place in PLACES)])
        with store.write() as tx:
            new = tx.new_id()
            body = _act(chance, new, who, visit, paid, asked, tx.next_payment_number())
            day = (TODAY - timedelta(chance.choice([0, 1, 20, 29, 70, 400]))).isoformat()
            tx.record(body, person_id=chance.choice(STAFF), business_date=day)


def _act(chance: Random, new: str, who: str, visit: str, paid: Any, asked: Any, number: str) -> object:
    kind = chance.randrange(10)
    if kind < 4 or not paid:
        named = [row[0] for row in asked if row[1] == who]
        return bodies.Collect(payment_id=new, patient_id=who, tender=chance.choice(["cash", "check", "card", "online"]),
                              amount_cents=chance.randrange(1, 9) * 500, number=number, receipt_no=new,
                              appointment_id=visit, memo=chance.choice(["", "Copay"]),
                              request_id=chance.choice(["", *named]))  # fmt: skip
    if kind < 6 or not asked:
        due = chance.choice(["", "2026-03-15", "2026-03-16", "2026-04-01"])
        return PaymentRequestPut(request_id=new, patient_id=who, amount_cents=chance.randrange(1, 9) * 500,
                                 number=number, appointment_id=visit, due_date=due,
                                 submitted=chance.random() < 0.8)  # fmt: skip
    if kind == 6:
        request_id, patient, _ = chance.choice(asked)
        status = chance.choice(["pending", "processing", "cancelled", "failed"])
        return PaymentRequestStatus(request_id=request_id, patient_id=patient, status=status,
                                    by=chance.choice(["person", "reader"]))  # fmt: skip
    payment_id, patient, cents = chance.choice(paid)
    if kind == 7:
        return bodies.Reverse(payment_id=payment_id, patient_id=patient, reason="x", reversal_id=new, receipt_no=new,
                              given_back_cents=cents)  # fmt: skip
    if kind == 8:
        return bodies.Correct(correction_id=new, payment_id=payment_id, patient_id=patient, amount_cents=500,
                              reason="x", number=number, receipt_no=new)  # fmt: skip
    return bodies.RefundPaid(refund_id=new, payment_id=payment_id, patient_id=patient,
                             amount_cents=chance.choice([500, cents]), tender="cash", receipt_no=new)  # fmt: skip


# The plain reading ------------------------------------------------------------------------------------------------


def told(store: DeskStore) -> list[Plain]:
    with store.reader() as reader:
        cursor = reader.execute("SELECT * FROM payment")
        payments = [_named(cursor, row) for row in cursor.fetchall()]
        cursor = reader.execute("SELECT * FROM payment_request")
        asked = [_named(cursor, row) for row in cursor.fetchall()]
        refunds = reader.execute("SELECT payment_id, kind, amount_cents FROM refund WHERE state = 'paid'").fetchall()
        places = dict(reader.execute("SELECT id, location_id FROM appointment").fetchall())
    found, merged = [], set()
    for payment in payments:
        mine = sorted((row for row in asked if (row["payment_id"], row["patient_id"]) == (payment["payment_id"],
                       payment["patient_id"])), key=lambda row: (row["request_id"] != payment["request_id"],
                                                                 row["request_id"]))  # fmt: skip
        request = mine[0] if mine else None
        merged |= {request["request_id"]} if request else set()
        sums = {kind: sum(cents for of, name, cents in refunds if (of, name) == (payment["payment_id"], kind))
                for kind in ("refund", "correction")}  # fmt: skip
        found.append(_of_payment(payment, request, sums["refund"], sums["correction"], places))
    return found + [_of_request(row, places) for row in asked if row["request_id"] not in merged]


def _named(cursor: Any, row: Any) -> dict[str, Any]:
    return dict(zip((each[0] for each in cursor.description), row, strict=True))


def _of_payment(payment: dict[str, Any], request: dict[str, Any] | None, back: int, corrected: int,
                places: dict[str, str]) -> Plain:  # fmt: skip
    first = request or payment
    kept = payment["amount_cents"] - corrected
    treatment = (request or {}).get("appointment_id") or payment["appointment_id"]
    status = of_money(payment["amount_cents"], corrected, back, reversed_=bool(payment["reversed_op_id"]))
    row = _row("p" + payment["payment_id"], payment, kept if kept > 0 else payment["amount_cents"], back, status, first)
    row = replace(row, due=_date((request or {}).get("due_date", "")), treatment=treatment, tender=payment["tender"],
                  memo=(request or {}).get("memo") or payment["memo"],
                  created_ms=_ms((request or {}).get("asked_at") or payment["taken_at"]))  # fmt: skip
    return Plain(row, kept, places.get(treatment, ""), payment["tender"], payment["actor"])


def _of_request(asked: dict[str, Any], places: dict[str, str]) -> Plain:
    row = _row("r" + asked["request_id"], asked, asked["amount_cents"], 0, Status(asked["status"]), asked)
    row = replace(row, due=_date(asked["due_date"]), treatment=asked["appointment_id"], memo=asked["memo"],
                  created_ms=_ms(asked["asked_at"]))  # fmt: skip
    worth = 0 if asked["status"] == "paid" else asked["amount_cents"] - asked["paid_cents"]
    return Plain(row, worth, places.get(asked["appointment_id"], ""), "", asked["actor"])


def _row(key: str, of: dict[str, Any], cents: int, back: int, status: Status, named: dict[str, Any]) -> ListedPayment:
    family, given = NAMES[of["patient_id"]]
    return ListedPayment(key, of["patient_id"], f"{given} {family}", named["number"], cents, back, status, None, 0,
                         date.fromisoformat(of["business_date"]), "", "")  # fmt: skip


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _ms(text: str) -> int:
    from models.basics.clock import parse_utc

    return round(parse_utc(text).timestamp() * 1000)


KEYS: dict[str, Any] = {
    "created": lambda row: row.created_ms, "amount": lambda row: row.amount_cents,
    "due": lambda row: row.due or date.min, "status": lambda row: list(Status).index(row.status),
    "name": lambda row: " ".join(plain(part) for part in (*NAMES[row.patient_id], "")),
}  # fmt: skip


def fits(each: Plain, wanted: WantedPayments) -> bool:
    row, text = each.row, wanted.text.strip()
    digits = text.rpartition("-")[2]
    names = name_words(" ".join(NAMES[row.patient_id]))
    if digits.isdigit():
        found = row.number.rpartition("-")[2].lstrip("0") == digits.lstrip("0") and (
            "-" not in text or row.number.lower().endswith(text.lower()))  # fmt: skip
    else:
        words = name_words(text)
        found = not text or (bool(words) and all(any(name.startswith(word) for name in names) for word in words))
    return (
        found and (not wanted.statuses or row.status in wanted.statuses)
        and wanted.location in ("", each.location) and wanted.tender in ("", each.tender)
        and wanted.staff in ("", each.staff) and (wanted.first or date.min) <= row.day <= (wanted.last or date.max)
    )  # fmt: skip


def cards(rows: list[Plain]) -> PaymentFigures:
    def summed(some: list[Plain]) -> Count:
        return Count(len(some), sum(each.worth for each in some))

    months = {(2025 + n // 12, n % 12 + 1): 0 for n in range(3, 15)}
    for each in rows:
        month = (each.row.day.year, each.row.day.month)
        if each.row.status is Status.PAID and month in months:
            months[month] += each.worth
    waits = [each for each in rows if each.row.status in OUTSTANDING]
    due = [(each, each.row.due.isoformat() if each.row.due else "") for each in rows]
    late = [each for each, day in due if is_overdue(each.row.status, day, TODAY.isoformat())]
    statuses = [each.row.status for each in rows]
    return PaymentFigures(
        sum(each.worth for each in rows if each.row.status is Status.PAID),
        sum(each.worth - each.row.back_cents for each in rows if each.row.status in COLLECTED),
        summed(waits), summed(late), {status: statuses.count(status) for status in set(statuses)},
        tuple((year, month, cents) for (year, month), cents in months.items()),
        sum(each.worth for each in rows if each.row.status is Status.PAID and "2026-02-01" <= each.row.day.isoformat()
            <= "2026-02-16"),
    )  # fmt: skip


ASKS = [
    WantedPayments(),
    *(WantedPayments(order=order, descending=down) for order, down in product(ORDERS, (False, True))),
    *(WantedPayments(statuses=frozenset({status}), order="name") for status in Status),
    WantedPayments(tender="online"),
    WantedPayments(location="east"), WantedPayments(tender="card", order="amount"), WantedPayments(staff="priya"),
    WantedPayments(tender="cash", staff="maria"), WantedPayments(tender="bitcoin"),
    WantedPayments(first=TODAY - timedelta(30), last=TODAY), WantedPayments(last=TODAY - timedelta(30), order="due"),
    WantedPayments(first=TODAY - timedelta(80), tender="cash", staff="maria", location="west", order="status"),
    *(WantedPayments(first=first, last=last) for first, last in (
        (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 1, 1), None), (None, date(2026, 2, 28)),
        (date(2025, 2, 10), date(2026, 2, 28)), (date(2026, 2, 15), date(2026, 2, 15)),
        (date(2026, 2, 10), date(2026, 3, 15)), (date.min, date.max), (date(2025, 1, 1), date(2025, 12, 31)),
    )),
    WantedPayments(first=date(2026, 1, 5), tender="check", statuses=frozenset({Status.PAID, Status.REFUNDED})),
    WantedPayments(statuses=frozenset({Status.PENDING}), location="west"),
    WantedPayments(statuses=frozenset({Status.PROCESSING, Status.PAID}), staff="maria", last=date(2026, 3, 14)),
    *(WantedPayments(text=text) for text in ("nun", "o brien", "smith cy", "quill an", "zzz", "PAY-1-00007", "7", "-")),
    WantedPayments(text="a", statuses=frozenset({Status.PAID, Status.PENDING}), order="amount", descending=False),
    WantedPayments(text="d", tender="cash", first=TODAY - timedelta(25)),
]  # fmt: skip
"""One of every kind."""


def agrees(made: PaymentList, store: DeskStore) -> None:
    """The list says what a plain reading says: every question, every page, every card."""
    everything = told(store)
    for wanted in ASKS:
        right = [each for each in everything if fits(each, wanted)]
        found: list[ListedPayment] = []
        for first in range(0, max(len(right), 1), 7):
            rows, sums = made.page(wanted, first=first, count=7)
            assert sums == Count(len(right), sum(each.row.amount_cents for each in right)), wanted
            found += rows
        assert sorted(found, key=lambda row: row.id) == sorted((each.row for each in right), key=lambda r: r.id), wanted
        keys = [KEYS[wanted.order](row) for row in found]
        assert keys == sorted(keys, reverse=wanted.descending), wanted
        assert made.figures(wanted, TODAY) == cards(right), wanted
        assert [row for some in made.every(wanted) for row in some] == found, wanted


@pytest.fixture(params=["gathered", "walked", "marked"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """However a page is found: gathered and sorted, walked from an end, or from a mark."""
    way: str = request.param
    if way != "gathered":
        monkeypatch.setattr(payment_list, "FEW", 0)
    if way == "marked":
        monkeypatch.setattr(payment_list, "NEAR", -1)
        monkeypatch.setattr(payment_list, "MARK", 5)
    return way


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DeskStore]:
    made = lone_desk(tmp_path)
    wide(tmp_path, 3, made)
    yield made
    made.close()


def beside(store: DeskStore) -> PaymentList:
    return PaymentList(store, store.path.with_name("payments.db"), KEY)


@pytest.mark.usefixtures("way")
def test_s2_02_to_05_the_list_says_what_is_there(store: DeskStore) -> None:
    made = beside(store)
    agrees(made, store)
    chance = Random(5)
    for _ in range(3):
        happen(store, chance, 15)
        agrees(made, store)
    put(store, records.Patient(id="ann", family="Quillfeather", given="Ann", suffix="Jr"))
    put(store, replace(_visit("ben"), location_id="east"))
    agrees(made, store)
    made.close()


def _visit(who: str) -> records.Appointment:
    return records.Appointment(id=f"v-{who}-west", patient_id=who, starts_at="2026-03-16T15:00:00.000Z",
                               service_date="2026-03-16", location_id="west")  # fmt: skip


def test_s2_15_what_is_overdue_follows_the_day(store: DeskStore) -> None:
    """Day by day, over weeks, back again where a clock was set right, while payments come; and after the next start."""
    made, chance = beside(store), Random(11)
    for days in (0, 1, 30, -400, 0, 9):
        today = TODAY + timedelta(days)
        happen(store, chance, 6)
        for wanted in ASKS:
            late = [each for each in told(store) if fits(each, wanted) and each.row.due
                    and is_overdue(each.row.status, each.row.due.isoformat(), today.isoformat())]  # fmt: skip
            assert made.figures(wanted, today).overdue == Count(len(late), sum(each.worth for each in late)), wanted
        made.close()


def test_s2_02_the_next_start_catches_up(tmp_path: Path) -> None:
    """What came by the line, and what waits or waited for the hub, while no list was open."""
    hub = sqlite_hub(tmp_path)
    desk, other = joined_desk(hub, tmp_path, "one"), joined_desk(hub, tmp_path, "two")
    wide(tmp_path, 8, desk)
    sync(hub, desk, other)
    made = beside(desk)
    agrees(made, desk)
    happen(desk, Random(1), 5)
    agrees(made, desk)
    made.close()
    happen(other, Random(2), 10)
    sync(hub, other, desk)
    sync(hub, other, desk)
    happen(desk, Random(3), 5)
    again = beside(desk)
    agrees(again, desk)
    again.close()


def test_s2_02_a_half_made_file_is_made_anew(store: DeskStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made = beside(store)
    monkeypatch.setattr(payment_list, "INDEXES", ("CREATE INDEX no_such ON nothing (x)",))
    with pytest.raises(Exception, match="nothing"):
        made.page(WantedPayments(), first=0, count=5)
    monkeypatch.undo()
    agrees(made, store)
    made.close()


def test_s2_02_a_file_of_another_key_gives_way(store: DeskStore) -> None:
    store.path.with_name("payments.db").write_bytes(b"not a list at all" * 400)
    made = beside(store)
    agrees(made, store)
    made.close()
    assert b"Quillfeather" not in store.path.with_name("payments.db").read_bytes()


@pytest.mark.parametrize("order", ORDERS)
def test_s2_04_marks_of_equal_keys_meet_each_row_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    """Thousands are due on no day and paid: what finds far pages must not meet them again for every mark. Counted in
    steps of the database, which time on a busy machine cannot hide."""
    store = lone_desk(tmp_path)
    put(store, records.Patient(id="ann", family="Quillfeather", given="Ann"))
    put(store, *(bodies.Collect(payment_id=f"p{n}", patient_id="ann", tender="cash", amount_cents=500,
                                receipt_no=f"{n}", number=f"PAY-1-{n:05d}") for n in range(600)))  # fmt: skip
    monkeypatch.setattr(payment_list, "MARK", 5)
    monkeypatch.setattr(payment_list, "FEW", 0)
    monkeypatch.setattr(payment_list, "NEAR", -1)
    made = beside(store)
    made.page(WantedPayments(), first=0, count=1)
    steps: list[int] = []
    made._file.set_progress_handler(lambda: steps.append(1), 100)
    assert made.prepare(WantedPayments(order=order), lambda: False)
    assert len(steps) < 600  # some 60,000 steps; each mark meeting all before it again takes a million
    assert not made.prepare(WantedPayments(order=order, tender="cash"), lambda: True)  # somebody asks: it steps aside
    made.close()
    store.close()


def test_the_orders_are_columns() -> None:
    assert set(ORDERS) == set(KEYS)
    assert payment_asks.FEW == payment_list.FEW
