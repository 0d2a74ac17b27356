"""The list of payments and its cards at one desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.payment_requests import PaymentRequests
from app.payment_views import PAGE, PaymentOrder, PaymentsAsk
from app.payments import Payments
from app.request_views import RequestForm
from app.views import TenderKind
from models.operations.bodies import Collect, RefundPaid, Reverse
from models.operations.records import Location, Staff
from models.rules.numbers import treatment_number
from models.rules.payment_status import Status
from models.rules.trend import ahead_percent, projected, same_day_before
from tests.support.clinic import MARIA, TestClinic
from tests.support.counter import counter, rosa_with_copay_and_balance
from tests.support.payments_in_every_status import BACK, N20, n20
from tests.support.stores import KEY


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.patient("ben", "Ben", "Ash")
    yield made
    made.close()


@pytest.fixture
def payments(clinic: TestClinic) -> Iterator[Payments]:
    made = Payments(clinic.clinic, clinic.folder / "payments.db", KEY)
    yield made
    made.close()


def took(clinic: TestClinic, payment_id: str, cents: int, day: str, patient: str = "rosa") -> None:
    clinic.put(Collect(payment_id=payment_id, patient_id=patient, amount_cents=cents, tender="cash",
                       number=f"PAY-1-{cents:05d}", receipt_no=payment_id), day=day)  # fmt: skip


def test_s2_02_a_request_becomes_its_payment_in_one_row(clinic: TestClinic, payments: Payments) -> None:
    asked = PaymentRequests(clinic.clinic).save(RequestForm("q", "rosa", "40", due="2026-05-13", memo="Crown"), MARIA,
                                                submit=True)  # fmt: skip
    [line] = payments.page(PaymentsAsk()).lines
    assert (line.request_id, line.payment_id, line.status, line.overdue) == ("q", "", Status.PENDING, True)
    clinic.put(Collect(payment_id="p", patient_id="rosa", amount_cents=4000, tender="cash", number=asked.number,
                       receipt_no="R", request_id="q"))  # fmt: skip
    [line] = payments.page(PaymentsAsk()).lines
    assert (line.request_id, line.payment_id, line.status, line.overdue) == ("", "p", Status.PAID, False)
    assert (line.number, line.memo, line.amount_cents, line.patient) == (asked.number, "Crown", 4000,
                                                                         "Rosa Quillfeather")  # fmt: skip
    clinic.put(Reverse(payment_id="p", patient_id="rosa", reason="x", reversal_id="r", receipt_no="V",
                       given_back_cents=4000))  # fmt: skip
    assert payments.page(PaymentsAsk()).lines[0].status is Status.VOIDED


def test_s2_02_pages_with_sums(clinic: TestClinic, payments: Payments) -> None:
    for n in range(1, PAGE + 8):
        took(clinic, f"p{n}", n * 100, "2026-05-14")
    view = payments.page(PaymentsAsk(order=PaymentOrder.AMOUNT, descending=False, page=1))
    assert (view.pages, view.first, view.payments, view.cents) == (2, PAGE, PAGE + 7, 100 * 57 * 58 // 2)
    assert [line.amount_cents for line in view.lines] == [n * 100 for n in range(PAGE + 1, PAGE + 8)]
    beyond = payments.page(PaymentsAsk(order=PaymentOrder.AMOUNT, descending=False, page=99))
    assert (beyond.ask.page, beyond.lines) == (1, view.lines)
    empty = payments.page(PaymentsAsk(text="nobody"))
    assert (empty.pages, empty.payments, empty.lines) == (1, 0, ())


def test_s2_01_the_cards_follow_the_filter(clinic: TestClinic, payments: Payments) -> None:
    """May 14: 60.00 came, in April 100.00 of which 50.00 by the 14th, so May is 20 % ahead and ends at 120.00."""
    took(clinic, "a", 5000, "2026-04-14")
    took(clinic, "b", 5000, "2026-04-15", "ben")
    took(clinic, "c", 6000, "2026-05-02")
    cards = payments.cards(PaymentsAsk())
    assert (cards.collected_cents, cards.month_so_far_cents, cards.ahead_percent) == (16000, 6000, 20)
    assert (cards.months[-1].projected_cents, cards.months[-2].cents, len(cards.months)) == (12000, 10000, 12)
    assert cards.by_status[Status.PAID] == 3
    assert set(cards.by_status) == set(Status)
    some = payments.cards(PaymentsAsk(text="ash"))
    assert (some.collected_cents, some.ahead_percent, some.ask.filtered) == (5000, None, True)
    assert not cards.ask.filtered


def test_s2_01_net_is_what_was_kept(clinic: TestClinic, payments: Payments) -> None:
    took(clinic, "a", 5000, "2026-05-14")
    took(clinic, "b", 3000, "2026-05-14")
    clinic.put(RefundPaid(refund_id="r", payment_id="a", patient_id="rosa", amount_cents=2000, tender="cash",
                          receipt_no="F"))  # fmt: skip
    cards = payments.cards(PaymentsAsk())
    assert (cards.collected_cents, cards.net_cents) == (3000, 6000)


def test_n20_the_cards_of_a_payment_in_every_status(clinic: TestClinic, payments: Payments) -> None:
    """Paid 100, pending 40, draft 25, processing 10, failed 99, cancelled 5, partially refunded 80 (30 back), refunded
    50, voided 60: collected 100 literally, 150 net; outstanding 75, of which the 40 due yesterday are overdue."""
    n20(clinic)
    cards = payments.cards(PaymentsAsk())
    assert (cards.collected_cents, cards.net_cents) == (10000, 15000)
    assert (cards.outstanding, cards.outstanding_cents) == (3, 7500)
    assert (cards.overdue, cards.overdue_cents) == (1, 4000)
    assert cards.by_status == dict.fromkeys(Status, 1)
    for status, cents in N20.items():
        [line] = payments.page(PaymentsAsk(statuses=frozenset({status}))).lines
        assert (line.status, line.amount_cents) == (status, cents)
        assert (line.refunded_cents, line.overdue) == (BACK.get(status, 0), status is Status.PENDING)


def test_s2_03_what_it_can_be_filtered_by(clinic: TestClinic, payments: Payments) -> None:
    clinic.put(Location(id="b", name="Birch Lane"), Location(id="a", name="Alder Street"))
    clinic.put(Staff(id="zoe", name="Zoe Fox", role="receptionist", title="Front desk", pin_hash="x", active=False))
    found = payments.choices()
    assert found.locations == (("a", "Alder Street"), ("b", "Birch Lane"))
    assert ("zoe", "Zoe Fox") in found.staff
    assert [key for key, _ in found.tenders] == ["cash", "check", "card", "online", "other", "external"]


def test_s2_02_a_treatment_goes_by_what_people_call_it(clinic: TestClinic, payments: Payments) -> None:
    clinic.visit()
    clinic.paid(3000, visit="today")
    assert payments.page(PaymentsAsk()).lines[0].treatment_number == treatment_number("today")


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**7), st.dates(date(2020, 1, 1)))
def test_s2_01_a_month_never_ends_below_what_has_come(so_far: int, by_then: int, more: int, today: date) -> None:
    assert projected(so_far, by_then, by_then + more, today) >= so_far


@pytest.mark.parametrize(("so_far", "before", "percent"), [(106, 100, 6), (94, 100, -6), (0, 100, -100), (5, 0, None),
                                                           (1005, 1000, 1), (995, 1000, -1)])  # fmt: skip
def test_s2_01_ahead_of_the_month_before(so_far: int, before: int, percent: int | None) -> None:
    assert ahead_percent(so_far, before) == percent


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_s2_01_compared_with_a_day_of_the_month_before(today: date) -> None:
    first, same = same_day_before(today)
    assert first.day == 1
    assert first <= same < today.replace(day=1)
    assert same.day == today.day or (same + timedelta(1)).day == 1


def test_the_desk_has_its_list_in_its_folder_and_closes_it(tmp_path: Path) -> None:
    with counter(tmp_path, rosa_with_copay_and_balance) as desk:
        desk.collect(desk.request(desk.sheet(), TenderKind.CASH, tendered_cents=7500))
        assert desk.desk.payments.page(PaymentsAsk()).payments == 1
        assert desk.folders.payment_list.parent == desk.folders.home
    assert b"Quillfeather" not in desk.folders.payment_list.read_bytes()
    again = desk.folders.payment_list.with_name(desk.folders.payment_list.name + "-wal")
    assert not again.exists() or not again.read_bytes()
