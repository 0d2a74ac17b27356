"""A payment whose desk died with it is entered from its paper (H13): once, and only until it arrives itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.operations import bodies
from models.operations.rekeying import Rekeyed, rekeyed_id
from tests.support.acts import allocate, collect
from tests.support.stores import TENANT
from tests.unit.app.test_hard_cases import ANN, Two, balances, desks, refund_paid
from tests.unit.models.store.takings import ask

__all__ = ["desks"]

OF = "01-3-B-0142"


def from_paper(cents: int = 4000, receipt_no: str = "01-2-A-0001", of: str = OF) -> Rekeyed:
    payment = replace(collect(rekeyed_id(of), ANN.id, cents), receipt_no=receipt_no, number=f"PAY-{receipt_no}")
    return Rekeyed(of=of, patient_id=ANN.id, payment=payment)


def original(cents: int = 4000) -> bodies.Collect:
    return replace(collect("died", ANN.id, cents), receipt_no=OF, number="PAY-3-00142")


def taken(two: Two) -> list[tuple[str, int]]:
    """Payments that stand, the same everywhere."""
    found = [ask(desk, "SELECT payment_id, amount_cents FROM payment WHERE reversed_op_id = '' ORDER BY payment_id")
             for desk in (two.one, two.two)]  # fmt: skip
    assert found[0] == found[1]
    return [(row[0], row[1]) for row in found[0] if row[0] != "PAY-1-00001"]


def test_h13_the_paper_counts_like_the_payment(desks: Two) -> None:
    desks.do(desks.one, from_paper(), allocate(rekeyed_id(OF), "ann", ("c2", 4000)))
    desks.in_step()
    assert taken(desks) == [(rekeyed_id(OF), 4000)]
    assert balances(desks.two)["AR:c2"] == (4000, 4000)


def test_h13_one_receipt_counts_once_at_two_desks(desks: Two) -> None:
    for n, desk in enumerate((desks.one, desks.two)):
        desks.do(desk, from_paper(receipt_no=f"01-{n + 1}-A-0007"))
    desks.in_step()
    assert taken(desks) == [(rekeyed_id(OF), 4000)]
    assert ask(desks.two, "SELECT verdict, reason FROM log WHERE kind = 'payment.rekeyed' ORDER BY seq") == [
        ("accepted", ""), ("quarantined", "known_already")
    ]  # fmt: skip


def test_h13_the_original_arrives_and_the_paper_goes(desks: Two) -> None:
    desks.do(desks.one, from_paper(), allocate(rekeyed_id(OF), "ann", ("c2", 4000)))
    desks.in_step()
    desks.do(desks.two, original(), allocate("died", "ann", ("c1", 4000)))
    desks.in_step()
    assert taken(desks) == [("died", 4000)]
    assert balances(desks.one)["AR:c1"] == (4000, 4000)
    assert balances(desks.one)["AR:c2"] == (8000, 4000), "what the paper had paid is owed again"
    assert ask(desks.one, "SELECT count(*) FROM log WHERE kind = 'payment.rekey_ended' AND device = 'hub'") == [(1,)]
    assert desks.hub.verify(TENANT, deep=True) == []


def test_h13_the_original_was_there_already(desks: Two) -> None:
    desks.do(desks.one, original())
    desks.do(desks.two, from_paper())
    desks.in_step()
    assert taken(desks) == [("died", 4000)]


def test_h13_the_paper_was_given_back_before_the_original_arrived(desks: Two) -> None:
    """Money went out for the stand-in: what it no longer holds is a question for a person, to the cent."""
    desks.do(desks.one, from_paper(), refund_paid("r1", rekeyed_id(OF), 1500))
    desks.in_step()
    desks.do(desks.two, original())
    desks.in_step()
    [item] = desks.items(desks.one)
    assert (item.kind, item.amount_cents) == ("over_refunded", 1500)


@pytest.mark.parametrize(("act", "open_cents"), [("void", [4000]), ("delete", [])])
def test_h13_the_paper_was_taken_back_before_the_original_arrived(desks: Two, act: str, open_cents: list[int]) -> None:
    """Money handed back for the stand-in cannot be had a second time; an entry that was deleted never was one."""
    gone = bodies.Reverse(payment_id=rekeyed_id(OF), patient_id=ANN.id, reason="wrong person", reversal_id="v1",
                          receipt_no="V-1", act=act, given_back_cents=4000)  # fmt: skip
    desks.do(desks.one, from_paper(), gone)
    desks.in_step()
    before = _cash(desks)
    desks.do(desks.two, original())
    desks.in_step()
    assert [(item.kind, item.amount_cents) for item in desks.items(desks.one)] == [
        ("over_refunded", cents) for cents in open_cents
    ]
    assert taken(desks) == [("died", 4000)]
    assert _cash(desks) - before == 4000 - sum(open_cents), "what lies in the drawers: the patient has the rest"
    assert ask(desks.two, "SELECT reversed_act FROM payment WHERE payment_id = ?", rekeyed_id(OF)) == [(act,)]


def _cash(desks: Two) -> int:
    return int(ask(desks.one, "SELECT sum(debits - credits) FROM account WHERE code = 'CASH'")[0][0])


@pytest.mark.parametrize("wrong", [
    replace(from_paper(), of="01-3-B-0143"), replace(from_paper(), patient_id="ben"),
])  # fmt: skip
def test_h13_a_paper_under_another_name_is_kept_apart(desks: Two, wrong: Rekeyed) -> None:
    desks.do(desks.one, wrong)
    desks.in_step()
    assert taken(desks) == []
