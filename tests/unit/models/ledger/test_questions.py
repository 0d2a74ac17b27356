"""Money in question and its tasks, as the engine alone judges them: two desks that put the same thing right, facts that
came before their payment (H16), and what is asked about to the cent (I15)."""

from __future__ import annotations

import pytest

from models.ledger.memory import memory_book
from models.ledger.posting import settle
from models.ledger.states import Entry, Verdict
from models.operations import bodies, records
from models.operations.tasks import TaskResolved
from tests.support.acts import DRAWER, OpMaker, allocate, collect
from tests.support.money_acts import ANN, correct, line_item, opened, paid, people, undone


class Desk:
    """Acts and the open tasks they leave."""

    def __init__(self, *acts: object) -> None:
        self.draft, self._maker = memory_book(), OpMaker()
        self.opened: list[str] = []
        for body in (*people(), *acts):
            self.do(body)

    def do(self, body: object) -> Entry:
        op = self._maker.make(body)
        entries = settle(op, self.draft)
        self.opened += [entry.op.body["task_id"] for entry in entries if entry.op.kind == "task.opened"]
        return next(entry for entry in entries if entry.op is op)

    def net(self, account: str) -> int:
        balance = self.draft.balance(account)
        return balance.debits - balance.credits

    def open_cents(self) -> list[int]:
        """What each task still asks about, in the order they were opened."""
        found = [self.draft.task(task_id) for task_id in self.opened]
        return [task.open_cents for task in found if task is not None]


def answer(task_id: str, how: str, cents: int, lot: str = "") -> TaskResolved:
    return TaskResolved(task_id=task_id, patient_id=ANN, how=how, reason="looked", amount_cents=cents, tender="cash",
                        drawer=DRAWER, lot_payment_id=lot)  # fmt: skip


TWICE = (collect("p1", ANN, 100), paid("r1", "p1", 100), paid("r2", "p1", 60), paid("r3", "p1", 40))
"""A payment of 100 that went back three times: 100 are missing, asked about in two tasks."""


def test_i15_recovered_at_two_desks_the_second_time_is_in_question() -> None:
    desk = Desk(*TWICE)
    assert (desk.net("OVR:p1"), desk.open_cents()) == (100, [60, 40])
    assert desk.do(answer(desk.opened[0], "recovered", 60)).verdict is Verdict.ACCEPTED
    entry = desk.do(answer(desk.opened[0], "recovered", 60))
    assert (entry.verdict, entry.reason) == (Verdict.EXCEPTED, "more_than_paid")
    assert (desk.net("OVR:p1"), desk.net("SUSP"), desk.open_cents()) == (40, -60, [0, 40, 60])
    assert desk.do(answer(desk.opened[2], "given_back", 60)).verdict is Verdict.ACCEPTED
    assert (desk.net("SUSP"), desk.open_cents()) == (0, [0, 40, 0])


def test_i15_borne_twice_is_borne_once() -> None:
    desk = Desk(*TWICE)
    for _ in range(2):
        assert desk.do(answer(desk.opened[1], "borne", 40)).verdict is Verdict.ACCEPTED
    assert (desk.net("LOSS"), desk.net("OVR:p1"), desk.open_cents()) == (40, 60, [60, 0])


def test_i15_handed_back_settles_the_oldest_task_first() -> None:
    desk = Desk(*TWICE)
    desk.do(undone("r3"))
    assert (desk.net("OVR:p1"), desk.open_cents()) == (60, [20, 40])
    desk.do(undone("r1"))
    assert (desk.net("OVR:p1"), desk.net("CR:p1"), desk.open_cents()) == (0, -40, [0, 0])


@pytest.mark.parametrize(("cents", "lot", "left"), [(60, "p2", 60), (60, "p9", 60), (50, "p2", 10), (0, "p2", 60)])
def test_only_credit_that_is_there_is_set_against_what_is_missing(cents: int, lot: str, left: int) -> None:
    desk = Desk(*TWICE, collect("p2", ANN, 50))
    entry = desk.do(answer(desk.opened[0], "set_against", cents, lot))
    assert entry.reason == ("" if left < 60 else "credit_used")
    assert (desk.open_cents()[0], desk.net("CR:p2")) == (left, -50 if left == 60 else 0)


@pytest.mark.parametrize(("tender", "kinds"), [("card", ["refund_returned"]), ("cash", [])])
def test_a_card_s_refund_that_a_bank_sent_back_is_asked_about_once(tender: str, kinds: list[str]) -> None:
    """Two desks may hear of it; cash comes back once, over one counter."""
    back = bodies.RefundPaid(refund_id="r1", payment_id="p1", patient_id=ANN, amount_cents=40, tender=tender,
                             receipt_no="R", drawer=DRAWER)  # fmt: skip
    desk = Desk(line_item("c1", 200), collect("p1", ANN, 100, tender=tender), allocate("p1", ANN, ("c1", 100)), back)
    assert desk.net("AR:c1") == 140
    assert desk.do(undone("r1")).verdict is Verdict.ACCEPTED
    again = desk.do(undone("r1"))
    assert again.verdict is (Verdict.ACCEPTED if tender == "card" else Verdict.QUARANTINED)
    assert [task_id.partition(":")[0] for task_id in desk.opened if "returned" in task_id] == kinds
    assert -desk.net("CR:p1") + 200 - desk.net("AR:c1") == 100, "the payment holds all of it again"


@pytest.mark.parametrize("how", ["seen", "kept"])
def test_money_in_question_is_put_right_by_money_not_by_words(how: str) -> None:
    desk = Desk(*TWICE)
    assert desk.do(answer(desk.opened[0], how, 0)).verdict is Verdict.QUARANTINED
    assert desk.open_cents() == [60, 40]


def test_h16_one_dispute_told_twice_before_its_payment_takes_once() -> None:
    desk = Desk(opened("d1", "p1", 70), opened("d1", "p1", 70), collect("p1", ANN, 100, tender="card"))
    assert (desk.net("DISP:d1"), desk.net("SUSP"), desk.open_cents()) == (70, 70, [0, 70])


def test_h16_two_voids_before_their_payment_are_two_payments_gone() -> None:
    back = bodies.Reverse(
        payment_id="p1", patient_id=ANN, reason="typo", reversal_id="x", receipt_no="X", drawer=DRAWER
    )
    desk = Desk(back, back, collect("p1", ANN, 100))
    assert (desk.net(f"CASH:{DRAWER}"), desk.net("OVR:p1"), desk.net("CR:p1")) == (-100, 100, 0)
    assert [cents for cents in desk.open_cents() if cents] == [100]


def test_h15_only_what_a_bank_returned_reopens_a_visit_as_a_task() -> None:
    owes = records.Charge(id="c1", patient_id=ANN, appointment_id="v1", service_date="2026-03-16", description="Visit",
                          responsibility_cents=100)  # fmt: skip
    for act, kinds in (("bounced", ["taken_back"]), ("void", [])):
        desk = Desk(owes, collect("p1", ANN, 100, visit="v1", tender="check"))
        desk.do(bodies.Allocate(allocation_id="a", lot_payment_id="p1", patient_id=ANN,
                                lines=(bodies.AllocationLine(charge_id="c1", amount_cents=100),)))  # fmt: skip
        desk.do(bodies.Reverse(payment_id="p1", patient_id=ANN, reason="NSF", reversal_id="x", receipt_no="X", act=act))
        assert [task_id.partition(":")[0] for task_id in desk.opened] == kinds


@pytest.mark.parametrize(("before", "kinds"), [((), []), ((allocate("p1", ANN, ("c2", 30)),), ["credit_used"])])
def test_h1_who_asks_for_more_than_ever_came_in_is_told_nothing(before: tuple[object, ...], kinds: list[str]) -> None:
    """A task says that somebody else used the credit first, and only then."""
    desk = Desk(line_item("c1", 200), line_item("c2", 30), collect("p1", ANN, 100), correct("p1", 20), *before)
    entry = desk.do(allocate("p1", ANN, ("c1", 150)))
    assert (entry.verdict, entry.granted_cents) == (Verdict.REDUCED, 50 if before else 80)
    assert [task_id.partition(":")[0] for task_id in desk.opened] == kinds
