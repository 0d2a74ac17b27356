"""Discounts, courtesies, write-offs and the practice's own fees on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adjustments import Adjustments, needed
from app.fees import BOUNCED, NO_SHOW, OTHER, Fees
from app.money_views import AdjustOrder, AdjustSheet, FeeOrder, FeeSheet
from app.rules import MoneyRules
from models.ledger.figures import Figures
from models.rules.adjusting import REASONS
from models.rules.rights import Right
from models.store.queries import collect
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.refusing import refused

ALMA = replace(MARIA, staff_id="alma", rights=MARIA.rights | {Right.ADJUST})
"""Somebody at the desk who may adjust up to the limit."""


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit("march", service_date="2026-03-02", status="no_show", minutes=-90000)
    made.charge(10000, visit="march", charge_id="c")
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> Adjustments:
    return Adjustments(clinic.clinic)


@pytest.fixture
def fees(clinic: TestClinic) -> Fees:
    return Fees(clinic.clinic)


def figures(clinic: TestClinic) -> Figures:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def order(sheet: AdjustSheet, cents: int, kind: str = "discount", reason: str = "SELFPAY", group: str = "PR",
          note: str = "") -> AdjustOrder:  # fmt: skip
    return AdjustOrder(sheet, sheet.charge_id, kind, group, reason, cents, note)


def fee(sheet: FeeSheet, code: str, words: str, cents: int) -> FeeOrder:
    """An order for the fee of a code; a name of no fee where the sheet has none."""
    found = next((choice.charge_id for choice in sheet.choices if choice.code == code), "none")
    return FeeOrder(sheet, found, words, cents)


# Adjustments ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: reason.code)
def test_s0_27_every_kind_and_reason_takes_off_what_it_says(clinic: TestClinic, story: Adjustments, reason: Any):
    for kind in reason.kinds:
        if kind == "recovery":
            continue
        before = figures(clinic)
        preview = story.preview(order(story.open("rosa", "c"), 1000, kind, reason.code, reason.group, "a note"))
        assert (preview.owes_before_cents - preview.owes_after_cents, preview.after.total_paid_cents) == (1000, 0)
        assert story.do(preview, PRIYA).words == f"adjust.done_{kind}"
        assert figures(clinic) == replace(before, responsibility_cents=before.responsibility_cents - 1000)
    rows = clinic.rows("SELECT kind, group_code, reason_code, amount_cents, note, actor FROM adjustment ORDER BY op_id")
    assert rows == [(kind, reason.group, reason.code, 1000, "a note", "priya")
                    for kind in reason.kinds if kind != "recovery"]  # fmt: skip


def test_s0_27_what_was_written_off_may_be_owed_again(clinic: TestClinic, story: Adjustments):
    story.do(story.preview(order(story.open("rosa", "c"), 4000, "write_off", "BADDEBT")), PRIYA)
    sheet = story.open("rosa", "c")
    kinds = story.kinds(sheet, "c")
    assert [(each.kind, each.most_cents) for each in kinds] == [
        ("discount", 6000), ("courtesy", 6000), ("write_off", 6000), ("recovery", 4000),
    ]  # fmt: skip
    error = refused(story.preview, order(sheet, 4001, "recovery", "RECOVERED"))
    assert (error.message_key, error.facts["there_cents"]) == ("refused.not_that_much_now", 4000)
    story.do(story.preview(order(sheet, 1500, "recovery", "RECOVERED")), PRIYA)
    assert figures(clinic).responsibility_cents == 7500


def test_an_adjustment_needs_the_right_and_above_the_limit_more(clinic: TestClinic, story: Adjustments):
    sheet = story.open("rosa", "c")
    small, large = story.preview(order(sheet, 5000)), story.preview(order(sheet, 5001))
    assert [needed(each.order) for each in (small, large)] == [Right.ADJUST, Right.ADJUST_OVER_LIMIT]
    assert refused(story.do, small, MARIA).message_key == "staff.right_missing"
    assert refused(story.do, large, ALMA).message_key == "staff.right_missing"
    story.do(large, ALMA, PRIYA)
    assert clinic.rows("SELECT actor, supervisor FROM adjustment") == [("alma", "priya")]
    story.do(story.preview(order(story.open("rosa", "c"), 1000)), ALMA)
    assert clinic.rows("SELECT supervisor FROM adjustment ORDER BY op_id DESC LIMIT 1") == [("",)]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"cents": 10001}, "refused.more_than_owed_now"),
        ({"cents": 0}, "amount.zero"),
        ({"reason_code": ""}, "adjust.reason_missing"),
        ({"reason_code": "BADDEBT"}, "refused.reason_unknown"),
        ({"reason_code": "nonsense"}, "refused.reason_unknown"),
        ({"group": "XX"}, "refused.reason_unknown"),
        ({"kind": "gift"}, "adjust.kind_unknown"),
        ({"kind": "recovery", "reason_code": "RECOVERED"}, "adjust.none_written_off"),
        ({"charge_id": "other"}, "adjust.charge_gone"),
    ],
)
def test_what_cannot_be_adjusted_is_refused_and_nothing_is_written(
    clinic: TestClinic, story: Adjustments, change: dict[str, Any], key: str
):
    sheet = story.open("rosa", "c")
    before = clinic.rows("SELECT count(*) FROM outbox")
    assert refused(story.preview, replace(order(sheet, 1000), **change)).message_key == key
    assert clinic.rows("SELECT count(*) FROM outbox") == before


def test_a_stale_sheet_adjusts_nothing_and_a_second_enter_neither(clinic: TestClinic, story: Adjustments):
    preview = story.preview(order(story.open("rosa", "c"), 1000))
    clinic.paid(500)
    assert refused(story.do, preview, PRIYA).message_key == "account.changed"
    again = story.preview(preview.order)
    story.do(again, PRIYA)
    assert refused(story.do, again, PRIYA).message_key == "account.done_before"
    assert clinic.rows("SELECT count(*) FROM adjustment") == [(1,)]


def test_the_line_items_of_a_visit_or_of_the_account_are_offered(clinic: TestClinic, story: Adjustments):
    clinic.charge(500, "2026-03-02", visit="march", charge_id="b")
    clinic.charge(700, "2026-01-02", charge_id="loose")
    assert [item.charge_id for item in story.open("rosa", appointment_id="march").items] == ["b", "c"]
    assert [item.charge_id for item in story.open("rosa").items] == ["loose", "b", "c"]
    clinic.patient("sam", given="Sam", mrn="0041900")
    assert refused(story.open, "sam", "c").message_key == "adjust.charge_gone"
    assert refused(story.open, "sam").message_key == "adjust.nothing_owed"


def test_a_dependents_line_item_is_adjusted_from_the_guarantors_page(clinic: TestClinic, story: Adjustments):
    clinic.patient("dan", given="Dan", guarantor_id="rosa", mrn="0041878")
    clinic.charge(4500, "2026-01-02", patient_id="dan", charge_id="dans")
    sheet = story.open("rosa", "dans")
    assert sheet.patient_id == "dan"
    preview = story.preview(order(sheet, 4500))
    assert (preview.before, preview.after) == (Figures(4500, 0, 0, 0), Figures())
    story.do(preview, PRIYA)


# Fees -------------------------------------------------------------------------------------------------------------


def test_a_no_show_fee_is_proposed_by_the_rules_and_asked_for_once(clinic: TestClinic, fees: Fees):
    MoneyRules(clinic.clinic).change(PRIYA, no_show_fee_cents=2500)
    sheet = fees.open("rosa", "march")
    assert [(choice.code, choice.cents) for choice in sheet.choices] == [(NO_SHOW, 2500), (BOUNCED, 0), (OTHER, 0)]
    assert sheet.visit_words == "Mar 2 Office visit"
    preview = fees.preview(fee(sheet, NO_SHOW, "", 2500))
    assert preview.after.statement_balance_cents == 12500
    fees.do(preview, MARIA)
    assert clinic.rows("SELECT kind, description, responsibility_cents, made_here FROM charge WHERE kind = 'fee'") == [
        ("fee", "No-show fee", 2500, 1)
    ]
    again = fees.open("rosa", "march")
    assert again.choices[0].stands_cents == 2500
    error = refused(fees.preview, fee(again, NO_SHOW, "", 2500))
    assert (error.message_key, error.facts) == ("fee.made_before", {"owes_cents": 2500})


def test_two_desks_asking_for_the_same_fee_make_one(clinic: TestClinic, fees: Fees):
    one, two = fees.open("rosa", "march"), fees.open("rosa", "march")
    assert one.choices[0].charge_id == two.choices[0].charge_id
    assert one.choices[2].charge_id != two.choices[2].charge_id  # in other words it is another one


def test_a_fee_is_lowered_or_taken_off_by_who_may_let_somebody_off(clinic: TestClinic, fees: Fees):
    fees.do(fees.preview(fee(fees.open("rosa", "march"), NO_SHOW, "", 2500)), MARIA)
    off = fees.preview(fee(fees.open("rosa", "march"), NO_SHOW, "", 0))
    assert refused(fees.do, off, MARIA).message_key == "staff.right_missing"
    assert fees.do(off, MARIA, PRIYA).words == "fee.taken_off"
    assert figures(clinic).responsibility_cents == 10000


def test_a_fee_is_changed_by_its_line_item(clinic: TestClinic, fees: Fees):
    fees.do(fees.preview(fee(fees.open("rosa"), OTHER, "Copies", 500)), MARIA)
    charge_id = clinic.rows("SELECT id FROM charge WHERE kind = 'fee'")[0][0]
    sheet = fees.open("rosa", charge_id=charge_id)
    assert [(choice.words, choice.stands_cents) for choice in sheet.choices] == [("Copies", 500)]
    fees.do(fees.preview(FeeOrder(sheet, charge_id, "", 700)), MARIA)
    assert clinic.rows("SELECT description, responsibility_cents FROM charge WHERE kind = 'fee'") == [("Copies", 700)]
    assert refused(fees.open, "rosa", "", "c").message_key == "fee.gone"


def test_an_other_fee_needs_words_and_an_amount(clinic: TestClinic, fees: Fees):
    sheet = fees.open("rosa")
    assert [choice.code for choice in sheet.choices] == [BOUNCED, OTHER]
    assert refused(fees.preview, fee(sheet, OTHER, "  ", 500)).message_key == "fee.description_missing"
    assert refused(fees.preview, fee(sheet, OTHER, "Copies", 0)).message_key == "amount.zero"
    fees.do(fees.preview(fee(sheet, OTHER, "  Copies of   records ", 500)), MARIA)
    assert clinic.rows("SELECT description FROM charge WHERE kind = 'fee'") == [("Copies of records",)]


def test_fees_of_visits_that_are_gone_or_of_others_are_not_offered(clinic: TestClinic, fees: Fees):
    assert refused(fees.open, "rosa", "nowhere").message_key == "fee.visit_gone"
    clinic.patient("sam", given="Sam", mrn="0041900")
    assert refused(fees.open, "sam", "march").message_key == "fee.visit_gone"
    sheet = fees.open("rosa")
    assert refused(fees.preview, fee(sheet, NO_SHOW, "", 500)).message_key == "fee.gone"


def test_a_stale_screen_asks_for_no_fee(clinic: TestClinic, fees: Fees):
    preview = fees.preview(fee(fees.open("rosa", "march"), NO_SHOW, "", 2500))
    clinic.paid(500)
    assert refused(fees.do, preview, MARIA).message_key == "account.changed"
