"""Ctrl+Z on an account: what moved or was adjusted lies where it lay before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.adjustments import Adjustments
from app.fees import NO_SHOW, Fees
from app.fills import Fills
from app.money_views import AdjustOrder, FeeOrder, MoveOrder
from app.moves import MoveFrom, Moves
from app.rules import MoneyRules
from app.undo import Undoing
from models.basics.errors import RuleBroken
from models.ledger.figures import Figures
from models.store.queries import collect
from tests.support.clinic import MARIA, PRIYA, TestClinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    made = TestClinic(tmp_path)
    made.patient()
    made.visit("march", service_date="2026-03-02", status="no_show", minutes=-90000)
    made.charge(10000, visit="march", charge_id="c")
    made.paid(7000, "pay")
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def undoing(clinic: TestClinic) -> Undoing:
    return Undoing(clinic.clinic)


def figures(clinic: TestClinic) -> Figures:
    with clinic.store.reader() as reader:
        return collect.figures(reader, "alder", "rosa")


def move(clinic: TestClinic, cents: int) -> None:
    moves = Moves(clinic.clinic)
    sheet = moves.open(MoveFrom("rosa", "pay"))
    moves.do(moves.preview(MoveOrder(sheet, sheet.source_key, sheet.proposed, cents)), MARIA)


def free(clinic: TestClinic) -> None:
    move(clinic, 4000)
    moves = Moves(clinic.clinic)
    sheet = moves.open(MoveFrom("rosa", charge_id="c"))
    moves.do(moves.preview(MoveOrder(sheet, sheet.source_key, "credit", 1500)), MARIA)


def fill(clinic: TestClinic) -> None:
    fills = Fills(clinic.clinic)
    fills.do(fills.preview(fills.open("rosa"), {"c"}), MARIA)


def autofill(clinic: TestClinic) -> None:
    rules = MoneyRules(clinic.clinic)
    rules.change(PRIYA, auto_allocate=True)
    rules.opt_in(PRIYA, "okafor", True)
    fills = Fills(clinic.clinic)
    fills.do(fills.auto("rosa"), MARIA)


def adjust(clinic: TestClinic) -> None:
    story = Adjustments(clinic.clinic)
    order = AdjustOrder(story.open("rosa", "c"), "c", "write_off", "PR", "SMALL", 2500)
    story.do(story.preview(order), MARIA, PRIYA)


def fee(clinic: TestClinic) -> None:
    story = Fees(clinic.clinic)
    sheet = story.open("rosa", "march")
    assert sheet.choices[0].code == NO_SHOW
    story.do(story.preview(FeeOrder(sheet, sheet.choices[0].charge_id, "", 2500)), MARIA)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda clinic: move(clinic, 4000), "undo.moved"),
        (fill, "undo.filled"),
        (autofill, "undo.autofilled"),
        (adjust, "undo.adjusted"),
        (fee, "undo.fee"),
    ],
)
def test_every_act_followed_by_its_undo_restores_the_figures(
    clinic: TestClinic, undoing: Undoing, act: Callable[[TestClinic], None], words: str
):
    before = figures(clinic)
    act(clinic)
    done = figures(clinic)
    assert done != before
    preview = undoing.last("rosa", MARIA)
    assert (preview.before, preview.after, preview.words) == (done, before, words)
    assert undoing.do(preview, MARIA).words == words
    assert figures(clinic) == before
    assert key_of(undoing.last, "rosa", MARIA) == "undo.nothing"


def test_steps_are_undone_one_after_the_other_newest_first(clinic: TestClinic, undoing: Undoing):
    seen = [figures(clinic)]
    for act in (lambda: move(clinic, 1000), lambda: adjust(clinic), lambda: move(clinic, 2000), lambda: fee(clinic)):
        act()
        seen.append(figures(clinic))
    for expected in reversed(seen[:-1]):
        undoing.do(undoing.last("rosa", MARIA), MARIA)
        assert figures(clinic) == expected


def test_money_taken_off_a_visit_is_on_it_again(clinic: TestClinic, undoing: Undoing):
    free(clinic)
    preview = undoing.last("rosa", MARIA)
    assert (preview.words, preview.facts) == ("undo.freed", {"cents": 1500})
    undoing.do(preview, MARIA)
    assert figures(clinic).allocated_cents == 4000


def test_undone_twice_at_once_it_is_undone_once(clinic: TestClinic, undoing: Undoing):
    move(clinic, 4000)
    one, two = undoing.last("rosa", MARIA), undoing.last("rosa", MARIA)
    undoing.do(one, MARIA)
    assert key_of(undoing.do, two, MARIA) == "account.done_before"


def test_what_was_used_since_cannot_be_undone(clinic: TestClinic, undoing: Undoing):
    move(clinic, 4000)
    op_id = undoing.last("rosa", MARIA).op_ids[0]
    clinic.charge(1000, visit="march", charge_id="c")  # the payer says less: 3,000 come off again
    assert key_of(undoing.last, "rosa", MARIA, op_id) == "refused.cannot_undo"


def test_an_act_whose_money_was_used_since_is_passed_over(clinic: TestClinic, undoing: Undoing):
    adjust(clinic)
    move(clinic, 4000)
    clinic.charge(3500, visit="march", charge_id="c")  # 2,500 were let off: 3,000 come off again
    preview = undoing.last("rosa", MARIA)
    assert preview.words == "undo.adjusted"


def test_only_own_acts_of_today_by_key_and_others_by_name(clinic: TestClinic, undoing: Undoing):
    move(clinic, 4000)
    op_id = undoing.last("rosa", MARIA).op_ids[0]
    assert key_of(undoing.last, "rosa", PRIYA) == "undo.nothing"
    assert key_of(undoing.last, "rosa", replace(MARIA, staff_id="ben"), op_id) == "undo.not_yours"
    assert undoing.last("rosa", PRIYA, op_id).op_ids == (op_id,)
    clinic.clock.advance(86_400)
    assert key_of(undoing.last, "rosa", MARIA) == "undo.nothing"
    assert undoing.last("rosa", MARIA, op_id).op_ids == (op_id,)


def test_a_payment_is_never_undone_here(clinic: TestClinic, undoing: Undoing):
    assert key_of(undoing.last, "rosa", MARIA) == "undo.nothing"


def key_of(call: Any, *arguments: Any) -> str:
    with pytest.raises(RuleBroken) as caught:
        call(*arguments)
    return caught.value.message_key


def test_a_fee_somebody_changed_since_is_not_undone(clinic: TestClinic, undoing: Undoing) -> None:
    fee(clinic)
    fees = Fees(clinic.clinic)
    [charge_id] = [row[0] for row in clinic.rows("SELECT id FROM charge WHERE kind = 'fee'")]
    sheet = fees.open("rosa", "march", charge_id)
    fees.do(fees.preview(FeeOrder(sheet, charge_id, "", 9900)), PRIYA)
    made = clinic.rows("SELECT count(*) FROM outbox")
    with pytest.raises(RuleBroken) as error:
        undoing.last("rosa", MARIA)
    assert error.value.message_key == "refused.cannot_undo"
    assert clinic.rows("SELECT count(*) FROM outbox") == made
    undoing.do(undoing.last("rosa", PRIYA), PRIYA)
    undoing.do(undoing.last("rosa", MARIA), MARIA)
    assert clinic.rows("SELECT responsibility_cents FROM charge WHERE kind = 'fee'") == [(0,)]
