"""Two desks act on the same money at once, apart from each other: the hub takes what came first, and both desks end
with its word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.adjustments import Adjustments
from app.money_views import AdjustOrder, MoveOrder
from app.moves import MoveFrom, Moves
from app.undo import Undoing
from models.basics.clock import FixedClock
from models.ledger.figures import Figures
from models.operations import bodies, records
from models.store.desk import DeskStore
from models.store.hub import HubStore
from models.store.queries import collect
from tests.cases.desk import MANAGER, CaseDesk, Names
from tests.support import stores
from tests.support.stores import TENANT, TODAY, sync


@dataclass
class Clinic:
    """Two desks and their hub. Rosa owes 40 for each of two line items and has 40 of credit."""

    hub: HubStore
    one: CaseDesk
    two: CaseDesk

    def in_step(self) -> None:
        sync(self.hub, self.one.store, self.two.store)

    def refused(self, desk: CaseDesk) -> list[tuple[str, str]]:
        """(kind, reason) of this desk's acts that the hub refused."""
        return [tuple(row) for row in desk.ask("SELECT l.kind, o.reason FROM outbox o JOIN log l ON l.op_id = o.op_id "
                                               "WHERE o.verdict = 'rejected'")]  # fmt: skip

    def figures(self) -> Figures:
        """Rosa's, the same at both desks and at the hub."""
        seen = []
        for desk in (self.one, self.two):
            assert desk.store.verify(deep=True) == []
            with desk.store.reader() as reader:
                seen.append(collect.figures(reader, TENANT, "rosa"))
        assert seen[0] == seen[1]
        assert self.hub.verify(TENANT, deep=True) == []
        return seen[0]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    clock: FixedClock = stores.clock()
    hub = stores.sqlite_hub(tmp_path, clock)
    desks: list[DeskStore] = [stores.joined_desk(hub, tmp_path, name, clock) for name in ("one", "two")]
    names = Names()
    made = Clinic(hub, CaseDesk(desks[0], clock, names), CaseDesk(desks[1], clock, names))
    made.in_step()
    made.one.record(
        records.Patient(id="rosa", family="Quillfeather"), records.Rules(adjust_limit_cents=0),
        *(records.Charge(id=name, patient_id="rosa", service_date=TODAY, description="Visit",
                         responsibility_cents=4000) for name in ("a", "b")),
        bodies.Collect(payment_id="p", patient_id="rosa", tender="cash", amount_cents=4000, number="", receipt_no=""),
    )  # fmt: skip
    made.in_step()
    yield made
    for desk in desks:
        desk.close()


def move(desk: CaseDesk, charge: str, cents: int = 4000) -> str:
    """Move credit onto a line item; the operation."""
    moves = Moves(desk.clinic)
    sheet = moves.open(MoveFrom("rosa", "p"))
    acted = moves.do(moves.preview(MoveOrder(sheet, sheet.source_key, f"charge:{charge}", cents)), MANAGER)
    return acted.op_ids[-1]


def discount(desk: CaseDesk, charge: str, cents: int) -> None:
    """Let somebody off."""
    story = Adjustments(desk.clinic)
    order = AdjustOrder(story.open("rosa", charge), charge, "discount", "PR", "SELFPAY", cents)
    story.do(story.preview(order), MANAGER)


def test_the_same_credit_is_moved_once(clinic: Clinic) -> None:
    move(clinic.one, "a")
    move(clinic.two, "b")
    clinic.in_step()
    assert clinic.figures() == Figures(8000, 4000, 0, 0)
    assert (clinic.refused(clinic.one), clinic.refused(clinic.two)) == ([], [("payment.move", "credit_used")])


def test_parts_that_fit_beside_each_other_both_stand(clinic: Clinic) -> None:
    move(clinic.one, "a", 1500)
    move(clinic.two, "b", 2500)
    clinic.in_step()
    assert clinic.figures() == Figures(8000, 4000, 0, 0)
    assert clinic.refused(clinic.two) == []


def test_a_discount_and_a_move_of_the_same_line_item(clinic: Clinic) -> None:
    """What came first stays; the other fits no more, and nothing of it stands."""
    discount(clinic.one, "a", 3000)
    move(clinic.two, "a", 4000)
    clinic.in_step()
    assert clinic.figures() == Figures(5000, 0, 4000, 0)
    assert clinic.refused(clinic.two) == [("payment.move", "more_than_owed")]


def test_an_act_is_undone_once(clinic: Clinic) -> None:
    act = move(clinic.one, "a")
    clinic.in_step()
    for desk in (clinic.one, clinic.two):
        undoing = Undoing(desk.clinic)
        undoing.do(undoing.last("rosa", MANAGER, act), MANAGER)
    clinic.in_step()
    assert clinic.figures() == Figures(8000, 0, 4000, 0)
    assert clinic.refused(clinic.two) == [("act.undo", "already_undone")]


def test_money_that_went_back_is_not_moved(clinic: Clinic) -> None:
    """A refund counts the moment the hub has it; the move that followed elsewhere falls."""
    clinic.one.record(bodies.RefundRequest(refund_id="r", payment_id="p", patient_id="rosa", amount_cents=4000,
                                           tender="cash", reason="patient_request", number=""))  # fmt: skip
    clinic.one.record(bodies.RefundPaid(refund_id="r", payment_id="p", patient_id="rosa", amount_cents=4000,
                                        tender="cash", receipt_no="R-r"))  # fmt: skip
    move(clinic.two, "b")
    clinic.in_step()
    assert clinic.figures() == Figures(8000, 0, 0, 0)
    assert clinic.refused(clinic.two) == [("payment.move", "credit_used")]
