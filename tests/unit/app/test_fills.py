"""Fill and AutoFill on a real store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.fills import Fills
from app.lanes import Job
from app.money_views import FillPreview
from app.rules import MoneyRules
from app.undo import Undoing
from app.views import Collected, CollectRequest, TenderKind
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.operations.bodies import RefundElsewhere
from models.store.queries import collect
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.counter import tillless_checkout


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def fills(clinic: TestClinic) -> Fills:
    return Fills(clinic.clinic)


def let(clinic: TestClinic, *, opt_in: bool = True, **settings: bool) -> None:
    """The practice lets AutoFill work, and Dr. Okafor opts in."""
    rules = MoneyRules(clinic.clinic)
    rules.change(PRIYA, auto_allocate=True, **settings)
    rules.opt_in(PRIYA, "okafor", opt_in)


def past(clinic: TestClinic, day: str, cents: int, **more: Any) -> str:
    """A visit of a day gone by with Dr. Okafor, and its charge."""
    visit = f"visit-{day}"
    clinic.visit(visit, service_date=day, status="done", minutes=-60000, **more)
    return clinic.charge(cents, day, visit=visit, charge_id=day)


def figures(clinic: TestClinic) -> Figures:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def got(preview: FillPreview) -> dict[str, int]:
    return {line.item.charge_id: line.cents for line in preview.lines}


def key_of(call: Any, *arguments: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        call(*arguments)
    return caught.value.message_key


# By rule ----------------------------------------------------------------------------------------------------------


def test_n13_s0_19_autofill_pays_the_oldest_and_nothing_that_lies_ahead(clinic: TestClinic, fills: Fills):
    """U70; 1/5 PR30, 1/20 PR50, future PR40: 30, 40, 0; U0; 1/20 due 10."""
    past(clinic, "2026-01-05", 3000)
    past(clinic, "2026-01-20", 5000)
    clinic.visit("ahead", service_date="2026-06-01", status="scheduled", minutes=30000)
    clinic.charge(4000, "2026-06-01", visit="ahead", charge_id="2026-06-01")
    clinic.paid(7000, "pay")
    let(clinic)
    preview = fills.auto("rosa")
    assert got(preview) == {"2026-01-05": 3000, "2026-01-20": 4000}
    assert [line.left_cents for line in preview.lines] == [0, 1000]
    assert preview.after == Figures(12000, 7000, 0, 0)
    acted = fills.do(preview, MARIA)
    assert (acted.words, acted.facts) == ("autofill.done", {"cents": 7000, "count": 2})
    assert figures(clinic) == preview.after
    assert clinic.rows("SELECT json_extract(op, '$.body.way') FROM outbox ORDER BY dseq DESC LIMIT 1") == [
        ("autofill",)
    ]


@pytest.mark.parametrize("use_other_visits", [False, True])
def test_n14_s0_16_money_of_a_visit_goes_to_that_visit(clinic: TestClinic, fills: Fills, use_other_visits: bool):
    """25 tied to 1/20 (PR50), 1/5 PR30 unpaid: all 25 to 1/20, posted by themselves when the charge was there."""
    past(clinic, "2026-01-05", 3000)
    past(clinic, "2026-01-20", 5000)
    clinic.paid(2500, "pay", visit="visit-2026-01-20")
    let(clinic, use_other_visits=use_other_visits)
    assert got(fills.auto("rosa")) == {"2026-01-20": 2500}


def test_s0_16_off_for_the_practice_off_for_the_provider(clinic: TestClinic, fills: Fills):
    past(clinic, "2026-01-05", 3000)
    clinic.paid(7000, "pay")
    assert key_of(fills.auto, "rosa") == "autofill.off"
    let(clinic, opt_in=False)
    assert key_of(fills.auto, "rosa") == "autofill.no_provider"
    let(clinic)
    assert got(fills.auto("rosa")) == {"2026-01-05": 3000}


def test_s0_18_settings_are_off_until_somebody_turns_them_on(clinic: TestClinic, fills: Fills):
    rules = MoneyRules(clinic.clinic).view()
    assert (rules.rules.auto_allocate, rules.rules.auto_unallocate, rules.rules.use_other_visits) == (False,) * 3
    assert [provider.auto_allocate for provider in rules.providers] == [False]
    assert fills.open("rosa").autofill is False


def test_s0_18_money_of_other_visits_is_used_last_where_the_practice_says_so(clinic: TestClinic, fills: Fills):
    past(clinic, "2026-01-05", 3000)
    clinic.visit("later", service_date="2026-06-01", status="scheduled", minutes=30000)
    clinic.paid(2500, "aside", visit="later")
    let(clinic)
    assert key_of(fills.auto, "rosa") == "fill.no_money"
    let(clinic, use_other_visits=True)
    clinic.paid(1000, "free")
    preview = fills.auto("rosa")
    assert [(line.cents, line.origins) for line in preview.lines] == [(3000, ("credit", "other"))]
    fills.do(preview, MARIA)
    assert figures(clinic) == Figures(3000, 3000, 500, 500)


def test_n11_s3_07_autofill_does_not_give_out_what_was_refunded_elsewhere(clinic: TestClinic, fills: Fills):
    clinic.paid(20000, "plus")
    clinic.put(RefundElsewhere(refund_id="minus", patient_id="rosa", amount_cents=20000, tender="cash"))
    past(clinic, "2026-01-05", 8000)
    let(clinic)
    assert key_of(fills.auto, "rosa") == "fill.no_money"
    assert figures(clinic).unallocated_cents == 0


def test_n31_a_second_autofill_has_nothing_to_do(clinic: TestClinic, fills: Fills):
    clinic.paid(10000, "pay")
    past(clinic, "2026-01-05", 5000)
    let(clinic)
    fills.do(fills.auto("rosa"), MARIA)
    assert key_of(fills.auto, "rosa") == "fill.nothing_owed"
    assert figures(clinic).unallocated_cents == 5000


# At payment time --------------------------------------------------------------------------------------------------


def pay(clinic: TestClinic, extra_cents: int, visit: str = "", **amounts: int) -> Collected:
    """Take cash: for the lines named, and beyond them."""
    checkout = tillless_checkout(clinic)
    sheet = checkout.open("rosa", visit)
    request = CollectRequest(sheet=sheet, amounts=amounts, use_credit=False, tender=TenderKind.CASH, person=MARIA,
                             extra_cents=extra_cents, tendered_cents=extra_cents + sum(amounts.values()))  # fmt: skip
    return checkout.collect(request, Job())


def test_s0_18_at_payment_time_what_no_line_took_goes_to_the_oldest_by_rule(clinic: TestClinic):
    let(clinic)
    past(clinic, "2026-01-05", 3000)
    past(clinic, "2026-01-20", 5000)
    clinic.charge(900, "2026-02-20", charge_id="loose")
    taken = pay(clinic, 4000, **{"2026-01-20": 4500})
    assert figures(clinic) == Figures(8900, 8000, 500, 0)
    assert owed(clinic, "2026-01-05") == 0
    assert owed(clinic, "2026-01-20") == 0
    assert taken.receipt is not None
    assert [line.amount_cents for line in taken.receipt.lines] == [5000, 3000, 500]
    undo = Undoing(clinic.clinic)
    preview = undo.last("rosa", MARIA)
    assert (preview.words, preview.facts) == ("undo.autofilled", {"cents": 3500})
    undo.do(preview, MARIA)
    assert figures(clinic) == Figures(8900, 4500, 4000, 0)


def test_s0_18_collect_shows_beforehand_where_the_rest_will_go(clinic: TestClinic):
    let(clinic)
    past(clinic, "2026-01-05", 3000)
    past(clinic, "2026-01-20", 5000)
    clinic.put(RefundElsewhere(refund_id="minus", patient_id="rosa", amount_cents=300, tender="cash"))
    checkout = tillless_checkout(clinic)
    shown = checkout.distribute(checkout.open("rosa"), {"2026-01-20": 4500}, False, 4000)
    assert [(row.this_payment_cents, row.left_cents) for row in shown.rows] == [(3000, 0), (5000, 0)]
    assert (shown.after, shown.owed_after_cents) == (Figures(8000, 8000, 200, 0), 0)
    pay(clinic, 4000, **{"2026-01-20": 4500})
    assert figures(clinic) == shown.after


def test_s0_18_off_it_stays_credit(clinic: TestClinic):
    past(clinic, "2026-01-05", 3000)
    pay(clinic, 4000)
    assert figures(clinic) == Figures(3000, 0, 4000, 0)


def test_s0_17_a_payment_tied_to_a_visit_stays_there_and_overpays_no_line_item(clinic: TestClinic):
    let(clinic)
    past(clinic, "2026-01-05", 3000)
    clinic.visit()
    pay(clinic, 4000, "today")
    assert figures(clinic) == Figures(3000, 0, 4000, 4000)


def test_n11_at_payment_time_what_was_refunded_elsewhere_is_kept_back(clinic: TestClinic):
    let(clinic)
    past(clinic, "2026-01-05", 3000)
    clinic.put(RefundElsewhere(refund_id="minus", patient_id="rosa", amount_cents=3500, tender="cash"))
    pay(clinic, 4000)
    assert owed(clinic, "2026-01-05") == 2500


def owed(clinic: TestClinic, charge_id: str) -> int:
    with clinic.store.reader() as reader:
        return collect.owed_on(reader, "alder", charge_id)


# By hand ----------------------------------------------------------------------------------------------------------


def test_s0_15_ticked_items_of_many_visits_are_filled_in_one_act(clinic: TestClinic, fills: Fills):
    for day, cents in (("2026-01-05", 3000), ("2026-01-20", 5000), ("2026-02-10", 1000)):
        past(clinic, day, cents)
    clinic.paid(3500, "one")
    clinic.paid(1000, "two")
    sheet = fills.open("rosa")
    assert [(item.title, item.owes_cents) for item in sheet.items] == [("Lab panel", c) for c in (3000, 5000, 1000)]
    preview = fills.preview(sheet, {"2026-01-20", "2026-02-10"})
    assert got(preview) == {"2026-01-20": 4500, "2026-02-10": 0}
    acted = fills.do(preview, MARIA)
    assert acted.facts == {"cents": 4500, "count": 1}
    assert len(acted.op_ids) == 1
    assert figures(clinic) == Figures(9000, 4500, 0, 0)


def test_s0_15_nothing_ticked_or_no_money_is_said(clinic: TestClinic, fills: Fills):
    past(clinic, "2026-01-05", 3000)
    sheet = fills.open("rosa")
    assert key_of(fills.do, fills.preview(sheet, ()), MARIA) == "fill.nothing_ticked"
    assert key_of(fills.do, fills.preview(sheet, {"2026-01-05"}), MARIA) == "fill.no_money"


def test_s0_19_a_ticked_item_that_lies_ahead_gets_nothing(clinic: TestClinic, fills: Fills):
    clinic.charge(4000, "2026-06-01", charge_id="ahead")
    clinic.paid(7000, "pay")
    sheet = fills.open("rosa")
    assert [item.ahead for item in sheet.items] == [True]
    assert fills.preview(sheet, {"ahead"}).cents == 0


def test_a_stale_sheet_fills_nothing(clinic: TestClinic, fills: Fills):
    past(clinic, "2026-01-05", 3000)
    clinic.paid(7000, "pay")
    preview = fills.preview(fills.open("rosa"), {"2026-01-05"})
    clinic.charge(500, "2026-02-01", charge_id="meanwhile")
    before = clinic.rows("SELECT count(*) FROM outbox")
    assert key_of(fills.do, preview, MARIA) == "account.changed"
    assert clinic.rows("SELECT count(*) FROM outbox") == before


def test_a_second_enter_fills_nothing_twice(clinic: TestClinic, fills: Fills):
    past(clinic, "2026-01-05", 3000)
    clinic.paid(7000, "pay")
    preview = fills.preview(fills.open("rosa"), {"2026-01-05"})
    fills.do(preview, MARIA)
    assert key_of(fills.do, preview, MARIA) == "account.done_before"
    assert key_of(fills.do, preview, replace(MARIA, rights=frozenset())) == "staff.right_missing"
