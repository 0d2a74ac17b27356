"""Payments taken back without a refund: void, delete, correction, returned check, dispute. Over the real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.lanes import Job
from app.refund_views import RefundEnd, TakeBack, TakeBackOrder, TakeBackPreview, TakenBack
from app.views import Person, TenderKind
from models.ledger.figures import Figures
from models.operations.bodies import CardFacts, Collect
from models.operations.records import Rules
from models.rules.rights import Right, rights_of
from models.store.queries import collect
from tests.support.clinic import DAY, MARIA, PRIYA, TestClinic
from tests.support.counter import Counter, counter
from tests.support.refusing import refused

CARD_OF_MARCH = "card-march"
CHECK_OF_MARCH = "check-march"


def rosa(clinic: TestClinic) -> None:
    """A charge of today, and two payments of March on one of March: a card and a check."""
    clinic.patient()
    clinic.visit()
    clinic.charge(10000, day=DAY, visit="today", charge_id="seen", description="Office visit")
    clinic.put(Rules(bounced_check_fee_cents=3500))
    card = CardFacts(brand="Visa", last4="4242", terminal_txn_no="9", host_ref="77")
    clinic.put(
        Collect(payment_id=CARD_OF_MARCH, patient_id="rosa", tender="card", amount_cents=6000, number="PAY-1-00901",
                receipt_no="R-901", card=card),
        Collect(payment_id=CHECK_OF_MARCH, patient_id="rosa", tender="check", amount_cents=4000, number="PAY-1-00902",
                receipt_no="R-902", check_no="2281"),
        day="2026-03-02",
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path, rosa) as here:
        yield here
        here.holds()


def cash_today(desk: Counter, cents: int = 10000) -> str:
    sheet = desk.sheet()
    return desk.collect(desk.request(sheet, TenderKind.CASH, amounts={sheet.lines[0].key: cents})).payment_id


def figures(desk: Counter) -> Figures:
    with desk.desk.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def books(desk: Counter, payment_id: str) -> tuple[int, str]:
    """(cents, how it was taken back) of a payment."""
    [row] = desk.rows(f"SELECT amount_cents, reversed_act FROM payment WHERE payment_id = '{payment_id}'")
    return row[0], row[1]


def order(desk: Counter, act: TakeBack, payment_id: str, dispute_id: str = "", **more: Any) -> TakeBackOrder:
    sheet = desk.desk.taking_back.open(act, payment_id, dispute_id)
    return TakeBackOrder(sheet, **{"reason": "Entered wrong", **more})


def do(desk: Counter, asked: TakeBackOrder, person: Person = PRIYA, supervisor: Person | None = None) -> TakenBack:
    return desk.desk.taking_back.do(asked, person, Job(), supervisor)


def preview(desk: Counter, asked: TakeBackOrder) -> TakeBackPreview:
    return desk.desk.taking_back.preview(asked)


# Void -------------------------------------------------------------------------------------------------------------


def test_s0_26_cash_of_today_is_voided_whole(desk: Counter) -> None:
    payment_id = cash_today(desk)
    before = figures(desk)
    asked = order(desk, TakeBack.VOID, payment_id)
    seen = preview(desk, asked)
    assert [(visit.owes_before_cents, visit.owes_after_cents) for visit in seen.visits] == [(0, 10000)]
    told = do(desk, asked, MARIA)
    assert (told.end, told.amount_cents) == (RefundEnd.PAID, 10000)
    assert told.receipt is not None
    assert told.receipt.banner == "VOID"
    assert figures(desk) == seen.after != before
    assert refused(lambda: do(desk, asked, MARIA)).message_key == "undo.done_before"


def test_a_voids_preview_knows_the_credit_that_was_spent_with_it(desk: Counter) -> None:
    desk.desk.taking_back.do(order(desk, TakeBack.BOUNCE, CHECK_OF_MARCH), PRIYA, Job())
    sheet = desk.sheet()
    asked = desk.request(sheet, TenderKind.CASH, amounts={sheet.lines[0].key: 10000}, use_credit=True)
    payment_id = desk.collect(asked).payment_id
    assert figures(desk).unallocated_cents == 0
    void = order(desk, TakeBack.VOID, payment_id)
    seen = preview(desk, void)
    assert (seen.after.allocated_cents, seen.after.unallocated_cents) == (0, 6000)
    do(desk, void)
    assert figures(desk) == seen.after


def test_s0_26_cash_is_handed_back_once_whichever_way_it_goes(desk: Counter) -> None:
    payment_id = cash_today(desk)
    do(desk, order(desk, TakeBack.CORRECT, payment_id, amount_cents=100))
    made = desk.rows("SELECT count(*) FROM outbox")
    error = refused(lambda: desk.desk.checkout.undo(payment_id, "wrong amount", PRIYA, Job()))
    assert (error.message_key, error.facts["left_cents"]) == ("undo.partly_back", 9900)
    assert desk.rows("SELECT count(*) FROM outbox") == made


def test_s0_26_only_today_and_only_whole(desk: Counter) -> None:
    assert refused(lambda: order(desk, TakeBack.VOID, CARD_OF_MARCH)).message_key == "undo.not_today"
    payment_id = cash_today(desk)
    do(desk, order(desk, TakeBack.CORRECT, payment_id, amount_cents=100))
    assert refused(lambda: order(desk, TakeBack.VOID, payment_id)).facts["left_cents"] == 9900


# Delete -----------------------------------------------------------------------------------------------------------

BILLER = replace(MARIA, rights=rights_of("receptionist", ("billing",)))
NO_PAYMENTS = replace(MARIA, rights=frozenset({Right.BILLING}))


def test_s0_10_deleting_takes_both_rights(desk: Counter) -> None:
    payment_id = cash_today(desk)
    asked = order(desk, TakeBack.DELETE, payment_id)
    assert refused(lambda: do(desk, asked, MARIA)).facts["right"] == "billing"
    assert refused(lambda: do(desk, asked, NO_PAYMENTS)).facts["right"] == "payments"
    assert books(desk, payment_id) == (10000, "")
    do(desk, asked, BILLER)
    assert books(desk, payment_id) == (10000, "delete"), "a reversal; the payment itself stays in the books"


def test_s0_10_a_deleted_payment_is_reversed_and_never_lay_in_the_drawer(desk: Counter) -> None:
    payment_id = cash_today(desk)
    told = do(desk, order(desk, TakeBack.DELETE, payment_id), MARIA, PRIYA)
    assert told.receipt is not None
    assert told.receipt.banner == "DELETED"
    [act] = desk.rows(f"SELECT reversed_act, reversed_by FROM payment WHERE payment_id = '{payment_id}'")
    assert act == ("delete", "maria")
    [supervisor] = desk.rows("SELECT json_extract(op, '$.supervisor') FROM outbox ORDER BY dseq DESC LIMIT 1")
    assert supervisor == ("priya",)
    assert desk.jobs("drawer") == []
    cash = desk.rows("SELECT debits + pending_debits - credits - pending_credits FROM account WHERE code = 'CASH'")
    assert cash == [(0,)]


@pytest.mark.parametrize(("payment_id", "key"), [(CARD_OF_MARCH, "delete.card"), (CHECK_OF_MARCH, "delete.not_today")])
def test_s0_10_what_is_not_deleted(desk: Counter, payment_id: str, key: str) -> None:
    assert refused(lambda: order(desk, TakeBack.DELETE, payment_id)).message_key == key


# Correction -------------------------------------------------------------------------------------------------------


def test_s0_09_s0_11_a_correction_is_a_negative_line_with_its_own_receipt(desk: Counter) -> None:
    payment_id = cash_today(desk)
    asked = order(desk, TakeBack.CORRECT, payment_id, amount_cents=1500, reason="Entered too high")
    seen = preview(desk, asked)
    assert seen.kept_cents == 8500
    assert refused(lambda: do(desk, asked, MARIA)).facts["right"] == "correct"
    told = do(desk, asked, MARIA, PRIYA)
    assert told.receipt is not None
    assert (told.receipt.banner, told.receipt.total_cents) == ("CORRECTION", -1500)
    assert told.receipt.payment_number.startswith("COR-1-")
    assert figures(desk) == seen.after
    assert books(desk, payment_id) == (10000, ""), "the payment is as it was entered"
    assert desk.rows("SELECT kind, state, amount_cents FROM refund") == [("correction", "paid", 1500)]
    assert desk.jobs("drawer") == []


@pytest.mark.parametrize("cents", [0, 10001])
def test_s0_09_never_below_zero(desk: Counter, cents: int) -> None:
    payment_id = cash_today(desk)
    asked = order(desk, TakeBack.CORRECT, payment_id, amount_cents=cents)
    assert refused(lambda: do(desk, asked)).message_key == "correct.amount"


def test_a_card_is_not_corrected(desk: Counter) -> None:
    assert refused(lambda: order(desk, TakeBack.CORRECT, CARD_OF_MARCH)).message_key == "correct.card"


def test_the_same_sheet_corrects_once_and_a_stale_one_never(desk: Counter) -> None:
    payment_id = cash_today(desk)
    first = order(desk, TakeBack.CORRECT, payment_id, amount_cents=100)
    stale = order(desk, TakeBack.CORRECT, payment_id, amount_cents=100)
    do(desk, first)
    assert refused(lambda: do(desk, first)).message_key == "account.done_before"
    assert refused(lambda: do(desk, stale)).message_key == "account.changed"
    assert desk.rows("SELECT count(*) FROM refund") == [(1,)]


# A check comes back -------------------------------------------------------------------------------------------------


def test_a_check_that_bounced_is_owed_again_with_a_fee(desk: Counter) -> None:
    sheet = desk.desk.taking_back.open(TakeBack.BOUNCE, CHECK_OF_MARCH)
    assert sheet.fee_cents == 3500
    asked = TakeBackOrder(sheet, "Insufficient funds", fee_cents=sheet.fee_cents)
    seen = preview(desk, asked)
    told = do(desk, asked)
    assert told.receipt is not None
    assert told.receipt.banner == "CHECK RETURNED"
    now = figures(desk)
    assert now == seen.after
    assert (now.unallocated_cents, now.statement_balance_cents) == (6000, 13500)
    assert desk.rows("SELECT description, responsibility_cents, kind FROM charge WHERE kind = 'fee'") == [
        ("Returned check fee", 3500, "fee")]  # fmt: skip
    assert refused(lambda: order(desk, TakeBack.BOUNCE, CHECK_OF_MARCH)).message_key == "refund.taken_back"


def test_only_a_check_bounces_and_not_for_everybody(desk: Counter) -> None:
    assert refused(lambda: order(desk, TakeBack.BOUNCE, CARD_OF_MARCH)).message_key == "bounce.not_check"
    asked = order(desk, TakeBack.BOUNCE, CHECK_OF_MARCH)
    assert refused(lambda: do(desk, asked, MARIA)).facts["right"] == "disputes"


# Disputes -----------------------------------------------------------------------------------------------------------


def disputed(desk: Counter, cents: int = 6000) -> str:
    asked = order(desk, TakeBack.DISPUTE, CARD_OF_MARCH, amount_cents=cents, fee_cents=1500, reference="CB-1")
    before = figures(desk)
    do(desk, asked)
    assert figures(desk) == before, "the patient's side does not change yet"
    return asked.sheet.act_id


OUTCOMES = {"won": 10000, "owed_again": 4000, "absorbed": 10000}
"""How a dispute ends, and what the patient has paid then."""


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_dispute_and_its_end(desk: Counter, outcome: str) -> None:
    dispute_id = disputed(desk)
    assert refused(lambda: order(desk, TakeBack.DISPUTE, CARD_OF_MARCH)).message_key == "dispute.whole_disputed"
    asked = order(desk, TakeBack.DISPUTE_END, CARD_OF_MARCH, dispute_id, outcome=outcome)
    seen = preview(desk, asked)
    do(desk, asked)
    assert figures(desk) == seen.after
    assert figures(desk).total_paid_cents == OUTCOMES[outcome]
    assert desk.rows("SELECT outcome FROM dispute") == [(outcome,)]
    assert refused(lambda: order(desk, TakeBack.DISPUTE_END, CARD_OF_MARCH, dispute_id)).message_key == (
        "dispute.not_open")  # fmt: skip


def test_what_a_dispute_needs(desk: Counter) -> None:
    assert refused(lambda: order(desk, TakeBack.DISPUTE, CHECK_OF_MARCH)).message_key == "dispute.not_card"
    for more, key in (({"amount_cents": 6001}, "dispute.amount"), ({"reason": ""}, "undo.reason_missing")):
        asked = order(desk, TakeBack.DISPUTE, CARD_OF_MARCH, **{"amount_cents": 100, **more})
        assert refused(lambda: do(desk, asked)).message_key == key  # noqa: B023 - called at once
    end = order(desk, TakeBack.DISPUTE_END, CARD_OF_MARCH, disputed(desk), outcome="shrugged")
    assert refused(lambda: do(desk, end)).message_key == "dispute.outcome"


@pytest.mark.parametrize(("fee_cents", "key"), [(-500, "amount.negative"), (10**12, "amount.too_large")])
@pytest.mark.parametrize(("act", "payment_id"), [(TakeBack.DISPUTE, CARD_OF_MARCH), (TakeBack.BOUNCE, CHECK_OF_MARCH)])
def test_a_fee_that_cannot_be_is_refused(
    desk: Counter, act: TakeBack, payment_id: str, fee_cents: int, key: str
) -> None:  # fmt: skip
    made = desk.rows("SELECT count(*) FROM outbox")
    asked = order(desk, act, payment_id, amount_cents=1000, fee_cents=fee_cents)
    assert refused(lambda: do(desk, asked)).message_key == key
    assert desk.rows("SELECT count(*) FROM outbox") == made
