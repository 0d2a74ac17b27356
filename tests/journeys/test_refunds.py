"""Money that goes back over the real store: cash and checks here; cards over a real line in test_card_refunds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.lanes import Job
from app.refund_views import RefundEnd, RefundOrder, RefundSheet
from app.views import TenderKind
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.operations.records import Rules, Staff
from models.rules.rights import Right
from models.store.queries import collect, receipts
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.counter import Counter, counter
from tests.support.refusing import refused


def rosa(clinic: TestClinic) -> None:
    """A visit of today with a charge of 100, paid with 40 in cash at this desk."""
    clinic.patient()
    clinic.visit()
    clinic.charge(10000, day="2026-05-14", visit="today", charge_id="seen", description="Office visit")
    clinic.put(Rules(refund_limit_cents=5000), Staff(id="maria", name="Maria Delgado", role="receptionist"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path, rosa) as here:
        yield here
        here.holds()


def pay(desk: Counter, cents: int = 10000, tender: TenderKind = TenderKind.CASH, **more: Any) -> str:
    """Take `cents` for the visit; the payment's id."""
    sheet = desk.sheet()
    more = {"check_no": "2281", **more} if tender is TenderKind.CHECK else more
    return desk.collect(desk.request(sheet, tender, amounts={sheet.lines[0].key: cents}, **more)).payment_id


def figures(desk: Counter) -> Figures:
    with desk.desk.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def ask(sheet: RefundSheet, cents: int, reason: str = "billing_error", **more: Any) -> RefundOrder:
    return RefundOrder(sheet, cents, reason, **more)


def refund(desk: Counter, order: RefundOrder, person: Any = MARIA, supervisor: Any = None) -> Any:
    return desk.desk.refunds.refund(order, person, Job(), supervisor)


def test_s0_24_n16_cash_goes_back_and_is_owed_again(desk: Counter) -> None:
    payment_id = pay(desk)
    story = desk.desk.refunds
    sheet = story.open(payment_id)
    assert (sheet.paid_cents, sheet.refunded_cents, sheet.left_cents) == (10000, 0, 10000)
    order = ask(sheet, 4000)
    seen = story.preview(order)
    assert [(visit.title, visit.owes_before_cents, visit.owes_after_cents) for visit in seen.visits] == [
        ("Office visit", 0, 4000)
    ]
    assert seen.kept_cents == 6000
    told = refund(desk, order)
    assert (told.end, told.amount_cents, told.number) == (RefundEnd.PAID, 4000, "REF-1-00002")
    now = figures(desk)
    assert (now.total_paid_cents, now.allocated_cents) == (6000, 6000)
    assert (now.statement_balance_cents, now.total_balance_cents) == (4000, 4000)
    assert now == seen.after, "the preview is what happens"
    [cash] = desk.rows("SELECT debits + pending_debits - credits - pending_credits FROM account WHERE code = 'CASH'")
    assert cash == (6000,)


def test_the_refund_receipt_says_what_went_back(desk: Counter) -> None:
    told = refund(desk, ask(desk.desk.refunds.open(pay(desk)), 4000))
    paper = told.receipt
    assert (paper.banner, paper.total_cents, paper.reason, paper.payment_number) == (
        "REFUND", -4000, "Billing error", told.number)  # fmt: skip
    assert [(line.description, line.amount_cents) for line in paper.lines] == [("Office visit", -4000)]
    with desk.desk.store.reader() as reader:
        again = desk.desk._attempts.giving.describe(reader, told.refund_id)
    assert again == replace(paper, balances=None)


def test_n17_one_cent_too_much_is_refused(desk: Counter) -> None:
    payment_id = pay(desk)
    sheet = desk.desk.refunds.open(payment_id)
    error = refused(lambda: refund(desk, ask(sheet, 10001)))
    assert (error.message_key, error.facts["most_cents"]) == ("refund.amount", 10000)
    assert refused(lambda: refund(desk, ask(sheet, 0))).message_key == "refund.amount"
    beyond = replace(sheet, left_cents=20000)  # a screen that thinks more is there
    assert refused(lambda: refund(desk, ask(beyond, 10001), PRIYA)).message_key == "refused.more_than_paid_now"
    assert desk.rows("SELECT count(*) FROM refund") == [(0,)]


def test_n18_s2_14_part_then_all_that_is_left(desk: Counter) -> None:
    payment_id = pay(desk)
    refund(desk, ask(desk.desk.refunds.open(payment_id), 3000))
    rest = desk.desk.refunds.open(payment_id)
    assert (rest.refunded_cents, rest.left_cents) == (3000, 7000)
    assert refused(lambda: refund(desk, ask(rest, 7001), PRIYA)).message_key == "refund.amount"
    refund(desk, ask(rest, rest.left_cents), PRIYA)
    assert refused(lambda: desk.desk.refunds.open(payment_id)).message_key == "refund.nothing_left"
    assert figures(desk).total_paid_cents == 0


def test_two_enters_give_back_once(desk: Counter) -> None:
    order = ask(desk.desk.refunds.open(pay(desk)), 4000)
    first, second = refund(desk, order), refund(desk, order)
    assert (second.end, second.again, second.number) == (RefundEnd.PAID, True, first.number)
    assert desk.rows("SELECT state, amount_cents FROM refund") == [("paid", 4000)]
    assert figures(desk).total_paid_cents == 6000


def test_a_stale_screen_gives_nothing_back(desk: Counter) -> None:
    payment_id = pay(desk)
    stale = desk.desk.refunds.open(payment_id)
    refund(desk, ask(desk.desk.refunds.open(payment_id), 1000))
    error = refused(lambda: refund(desk, ask(stale, 1000)))
    assert error.message_key == "account.changed"
    assert error.facts["owes_cents"] == 1000
    assert desk.rows("SELECT count(*) FROM refund") == [(1,)]


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ({"reason": ""}, "refund.reason_missing"),
        ({"reason": "bored"}, "refund.reason_missing"),
        ({"reason": "other"}, "refund.note_missing"),
        ({"tender": "check", "check_no": "11"}, "refund.note_missing"),
        ({"tender": "check", "note": "asked for it"}, "refund.check_number"),
    ],
)
def test_what_is_missing_is_said(desk: Counter, order: dict[str, str], key: str) -> None:
    sheet = desk.desk.refunds.open(pay(desk))
    asked = RefundOrder(sheet, 1000, **{"reason": "billing_error", **order})
    assert refused(lambda: refund(desk, asked, PRIYA)).message_key == key
    assert desk.rows("SELECT count(*) FROM refund") == [(0,)]


def test_above_the_limit_somebody_lends_the_right(desk: Counter) -> None:
    payment_id = pay(desk)
    order = ask(desk.desk.refunds.open(payment_id), 5001)
    assert desk.desk.refunds.preview(order).needs == (Right.REFUND, Right.REFUND_OVER_LIMIT)
    error = refused(lambda: refund(desk, order))
    assert (error.message_key, error.facts["right"]) == ("staff.right_missing", "refund_over_limit")
    assert refund(desk, order, MARIA, PRIYA).end is RefundEnd.PAID
    assert desk.rows("SELECT requested_by, supervisor FROM refund") == [("maria", "priya")]


def test_small_refunds_add_up_against_the_limit(desk: Counter) -> None:
    payment_id = pay(desk)
    refund(desk, ask(desk.desk.refunds.open(payment_id), 3000))
    more = ask(desk.desk.refunds.open(payment_id), 2001)
    assert refused(lambda: refund(desk, more)).message_key == "staff.right_missing"


def test_another_way_needs_a_right_and_a_note(desk: Counter) -> None:
    payment_id = pay(desk, tender=TenderKind.CHECK)
    sheet = desk.desk.refunds.open(payment_id)
    assert [(way.tender, way.own) for way in sheet.ways] == [("check", True), ("cash", False)]
    order = ask(sheet, 1000, tender="cash", note="Moves away tomorrow")
    assert refused(lambda: refund(desk, order)).facts["right"] == "refund_other_way"
    refund(desk, order, MARIA, PRIYA)
    cash = desk.rows("SELECT debits + pending_debits - credits - pending_credits FROM account WHERE code = 'CASH'")
    assert cash == [(-1000,)]


def test_a_check_goes_back_as_a_check(desk: Counter) -> None:
    payment_id = pay(desk, tender=TenderKind.CHECK)
    told = refund(desk, ask(desk.desk.refunds.open(payment_id), 2500, check_no="77"))
    assert told.receipt.tenders[0].check_no == "77"
    assert desk.rows("SELECT check_no, tender FROM refund") == [("77", "check")]


def test_one_line_items_part_goes_first(desk: Counter) -> None:
    payment_id = pay(desk, 6000, extra_cents=2000)
    sheet = desk.desk.refunds.open(payment_id, "seen")
    assert sheet.from_cents == 6000
    refund(desk, ask(sheet, 1500))
    now = figures(desk)
    assert (now.allocated_cents, now.unallocated_cents) == (4500, 2000)
    refund(desk, ask(desk.desk.refunds.open(payment_id), 1500))
    now = figures(desk)
    assert (now.allocated_cents, now.unallocated_cents) == (4500, 500), "without a line item, credit goes first"


def test_s3_08_a_refund_takes_its_payments_money_so_it_cannot_be_spent_again(desk: Counter) -> None:
    payment_id = pay(desk, 6000, extra_cents=2000)
    refund(desk, ask(desk.desk.refunds.open(payment_id), 2000))
    assert figures(desk).unallocated_cents == 0
    with desk.desk.store.reader() as reader:
        assert collect.lots(reader, "alder", "rosa") == []


def test_a_payment_taken_back_cannot_be_refunded(desk: Counter) -> None:
    payment_id = pay(desk)
    sheet = desk.desk.refunds.open(payment_id)
    desk.desk.checkout.undo(payment_id, "slip", MARIA, Job())
    assert refused(lambda: desk.desk.refunds.open(payment_id)).message_key == "refund.taken_back"
    assert refused(lambda: refund(desk, ask(sheet, 100))).message_key == "refund.taken_back"
    assert refused(lambda: desk.desk.refunds.open("nobody")).message_key == "refund.not_found"


def test_a_cash_refund_is_handed_back_on_the_same_day(desk: Counter) -> None:
    payment_id = pay(desk)
    before = figures(desk)
    told = refund(desk, ask(desk.desk.refunds.open(payment_id), 4000))
    undone = desk.desk.refunds.undo(told.refund_id, "Patient changed their mind", MARIA)
    assert (undone.end, undone.receipt.banner, undone.receipt.total_cents) == (
        RefundEnd.UNDONE, "REFUND UNDONE", 4000)  # fmt: skip
    assert figures(desk) == before
    assert refused(lambda: desk.desk.refunds.undo(told.refund_id, "again", MARIA)).message_key == "refund.undo_done"


def test_what_cannot_be_handed_back(desk: Counter) -> None:
    by_check = refund(desk, ask(desk.desk.refunds.open(pay(desk, tender=TenderKind.CHECK)), 500, check_no="1"))
    for refund_id, reason, key in (
        (by_check.refund_id, "why", "refund.undo_not_cash"),
        ("nothing", "why", "refund.not_found"),
        (by_check.refund_id, " ", "undo.reason_missing"),
    ):
        undo = desk.desk.refunds.undo
        assert refused(lambda: undo(refund_id, reason, MARIA)).message_key == key  # noqa: B023 - called at once


def test_a_refund_of_yesterday_stays(desk: Counter) -> None:
    told = refund(desk, ask(desk.desk.refunds.open(pay(desk)), 1000))
    desk.clock.advance(86400)  # type: ignore[attr-defined]
    assert refused(lambda: desk.desk.refunds.undo(told.refund_id, "why", MARIA)).message_key == (
        "refund.undo_not_today")  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(1, 7000), min_size=1, max_size=5))
def test_refunds_never_exceed_what_was_paid(desk: Counter, amounts: list[int]) -> None:
    sheet = desk.sheet("rosa", "")
    payment_id = desk.collect(desk.request(sheet, TenderKind.CASH, amounts={}, extra_cents=9000,
                                           tendered_cents=9000)).payment_id  # fmt: skip
    fits = 0
    for cents in amounts:
        fits += cents if cents <= 9000 - fits else 0
        with suppress(RuleBroken):
            refund(desk, ask(desk.desk.refunds.open(payment_id), cents), PRIYA)
    [(back,)] = desk.rows(f"SELECT coalesce(sum(amount_cents), 0) FROM refund WHERE payment_id = '{payment_id}'")
    assert back == fits <= 9000
    [(lies,)] = desk.rows("SELECT coalesce(sum(credits + pending_credits - debits - pending_debits), 0) FROM account "
                          f"WHERE payment_id = '{payment_id}' AND code IN ('CR', 'CRE')")  # fmt: skip
    assert lies == 9000 - back


def test_the_last_receipt_is_that_of_the_refund(desk: Counter) -> None:
    payment_id = pay(desk)
    desk.clock.advance(60)  # type: ignore[attr-defined]
    told = refund(desk, ask(desk.desk.refunds.open(payment_id), 1000))
    with desk.desk.store.reader() as reader:
        assert receipts.last_payment_here(reader, "alder", "desk-1", DAY) == told.refund_id
        assert desk.desk.printing._document(reader, told.refund_id).banner == "REFUND"
