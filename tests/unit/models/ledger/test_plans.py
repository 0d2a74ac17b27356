"""Plans in the engine: what stands, what falls and why, and that a plan closes exactly while nothing is owed on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ledger.draft import Draft
from models.ledger.judging import owed
from models.ledger.memory import memory_book
from models.ledger.posting import settle, settle_run
from models.ledger.states import Verdict
from models.operations import bodies, records
from models.operations.operation import Operation
from models.operations.plans import (
    PlanAccept,
    PlanActivate,
    PlanCancel,
    PlanLine,
    PlanMethod,
    PlanPut,
    PlanSkip,
)
from models.rules.agreement import sha256
from models.rules.plan_standing import PlanStatus
from models.rules.plans import Terms, schedule
from tests.support.acts import OpMaker

TEXT = "I agree to pay."
ABOUT: dict[str, Any] = {"plan_id": "plan", "patient_id": "rosa"}
PUT = PlanPut(**ABOUT, charge_ids=("a", "b"), encounter_cents=15_000, terms="plan-1", terms_sha256=sha256(TEXT),
              text=TEXT, lines=tuple(PlanLine(no=n, due_date=f"2026-0{n}-15", amount_cents=5_000)
                                     for n in (1, 2, 3)))  # fmt: skip
ACCEPT = PlanAccept(**ABOUT, terms="plan-1", terms_sha256=sha256(TEXT), said_by="Rosa", how="terms")
ACTIVATE = PlanActivate(**ABOUT, charge_ids=("a", "b"), terms_sha256=sha256(TEXT))


class Books:
    """A draft over nothing, and operations made one after the other."""

    def __init__(self) -> None:
        self.draft: Draft = memory_book()
        self._make = OpMaker()
        for charge_id, cents in (("a", 10_000), ("b", 5_000)):
            self.say(records.Charge(id=charge_id, patient_id="rosa", service_date="2026-01-02", description="Visit",
                                    responsibility_cents=cents))  # fmt: skip

    def op(self, body: object) -> Operation:
        return self._make.make(body)

    def say(self, body: object) -> tuple[str, str]:
        op = self.op(body)
        entries = settle(op, self.draft)
        own = next(entry for entry in entries if entry.op is op)
        return own.verdict.value, own.reason

    @property
    def status(self) -> PlanStatus:
        plan = self.draft.plan("plan")
        assert plan is not None
        return plan.status

    def pay(self, payment_id: str, charge_id: str, cents: int) -> None:
        self.say(bodies.Collect(payment_id=payment_id, patient_id="rosa", tender="cash", amount_cents=cents,
                                number=payment_id, receipt_no=payment_id))  # fmt: skip
        line = bodies.AllocationLine(charge_id=charge_id, amount_cents=cents)
        self.say(bodies.Allocate(allocation_id=payment_id, lot_payment_id=payment_id, patient_id="rosa", lines=(line,)))


def running() -> Books:
    books = Books()
    for body in (PUT, ACCEPT, ACTIVATE):
        assert books.say(body) == ("accepted", "")
    return books


@pytest.mark.parametrize(("body", "reason"), [
    (replace(PUT, discount_cents=1), "plan_wrong"),
    (replace(PUT, text="Something else."), "plan_wrong"),
    (replace(PUT, lines=(*PUT.lines[:2], PlanLine(no=4, due_date="2026-03-15", amount_cents=5_000))), "plan_wrong"),
    (replace(PUT, lines=()), "plan_wrong"),
    (replace(PUT, frequency="daily"), "plan_wrong"),
    (replace(PUT, charge_ids=("a", "nobody")), "missing_dependency"),
    (replace(PUT, charge_ids=()), "missing_dependency"),
    (replace(PUT, patient_id="henry"), "wrong_patient"),
])  # fmt: skip
def test_what_is_no_agreement_falls(body: PlanPut, reason: str) -> None:
    assert Books().say(body) == ("rejected", reason)


def test_only_what_was_accepted_comes_into_force() -> None:
    books = Books()
    assert books.say(ACTIVATE) == ("rejected", "missing_dependency")
    books.say(PUT)
    assert books.say(ACTIVATE) == ("rejected", "plan_not_accepted")
    assert books.say(replace(ACCEPT, terms_sha256=sha256("other"))) == ("accepted", "")
    assert books.say(ACTIVATE) == ("rejected", "plan_not_accepted")
    books.say(ACCEPT)
    books.pay("p", "a", 100)
    assert books.say(ACTIVATE) == ("rejected", "plan_changed")


def test_a_charge_is_on_one_plan_at_most() -> None:
    books = running()
    assert books.say(replace(PUT, plan_id="second")) == ("rejected", "plan_charge_taken")
    assert books.say(PlanCancel(**ABOUT, charge_ids=("a", "b"))) == ("accepted", "")
    assert books.say(replace(PUT, plan_id="second")) == ("accepted", "")


@pytest.mark.parametrize(("body", "reason"), [
    (PUT, "plan_locked"), (ACTIVATE, "plan_locked"), (PlanSkip(**ABOUT, no=9), "plan_payment_gone"),
    (PlanMethod(**ABOUT, method="gold"), "plan_wrong"), (replace(PlanSkip(**ABOUT, no=1), patient_id="henry"),
                                                         "other_patient"),
])  # fmt: skip
def test_what_a_plan_in_force_does_not_take(body: object, reason: str) -> None:
    assert running().say(body) == ("rejected", reason)


def test_a_payment_is_skipped_once() -> None:
    books = running()
    assert books.say(PlanSkip(**ABOUT, no=2)) == ("accepted", "")
    assert books.say(PlanSkip(**ABOUT, no=2)) == ("rejected", "plan_payment_gone")
    assert books.say(PlanSkip(**ABOUT, no=4)) == ("accepted", ""), "where it moved to it may be skipped again"


def test_with_its_discount_and_its_interest_all_stand_or_none_does() -> None:
    books = Books()
    put = replace(PUT, discount_cents=1_000, finance_charge_id="f", lines=(
        PlanLine(no=1, due_date="2026-01-15", amount_cents=14_300, interest_cents=300),))  # fmt: skip
    books.say(put)
    books.say(ACCEPT)
    group = [
        bodies.Adjust(adjustment_id="d", charge_id="b", patient_id="rosa", kind="discount", group="PR",
                      reason_code="44", amount_cents=1_000),
        bodies.Fee(charge_id="f", patient_id="rosa", code="FINANCE", description="Finance charge", amount_cents=300,
                   service_date="2026-01-15"),
        replace(ACTIVATE, charge_ids=("a", "b", "f")),
    ]  # fmt: skip
    wrong = [replace(books.op(body), group="g", linked=True) for body in (*group[:1], group[2])]
    verdicts = [entries[-1].verdict for entries in settle_run(wrong, books.draft)]
    assert verdicts == [Verdict.REJECTED] * 2
    assert owed(books.draft, "b") == 5_000
    right = [replace(books.op(body), group="h", linked=True) for body in group]
    assert [entries[0].verdict for entries in settle_run(right, books.draft)] == [Verdict.ACCEPTED] * 3
    assert sum(owed(books.draft, charge) for charge in ("a", "b", "f")) == 14_300


NEW = {"plan_id": "second", "patient_id": "rosa"}


def anew(books: Books, *, replaces: str = "plan", **more: Any) -> PlanPut:
    """New terms for what is left of the plan, in one payment."""
    cents = owed(books.draft, "a") + owed(books.draft, "b")
    return replace(PUT, **NEW, replaces=replaces, encounter_cents=cents, **more,
                   lines=(PlanLine(no=1, due_date="2026-04-15", amount_cents=cents),))  # fmt: skip


def test_s4_06_new_terms_take_the_place_of_a_plan_once_they_are_accepted() -> None:
    books = running()
    books.pay("p", "a", 4_000)
    assert books.say(anew(books)) == ("accepted", "")
    assert books.say(replace(ACTIVATE, **NEW)) == ("rejected", "plan_not_accepted")
    assert books.status is PlanStatus.ACTIVE, "the old terms hold until the new ones are accepted"
    books.say(replace(ACCEPT, **NEW))
    assert books.say(replace(ACTIVATE, **NEW)) == ("accepted", "")
    assert books.status is PlanStatus.CANCELLED
    assert {charge: books.draft.charge(charge).plan_id for charge in "ab"} == {"a": "second", "b": "second"}  # type: ignore[union-attr]
    assert books.say(PlanSkip(**ABOUT, no=1)) == ("rejected", "plan_not_active")


def test_what_is_left_out_of_new_terms_is_on_no_plan() -> None:
    books = running()
    put = replace(anew(books), charge_ids=("a",), encounter_cents=10_000,
                  lines=(PlanLine(no=1, due_date="2026-04-15", amount_cents=10_000),))  # fmt: skip
    for body in (put, replace(ACCEPT, **NEW), replace(ACTIVATE, **NEW, charge_ids=("a",))):
        assert books.say(body) == ("accepted", "")
    assert books.draft.charge("b").plan_id == ""  # type: ignore[union-attr]


@pytest.mark.parametrize(("spoil", "reason"), [
    (lambda books: books.pay("p", "a", 100), "plan_changed"),
    (lambda books: books.say(PlanCancel(**ABOUT, charge_ids=("a", "b"))), "plan_not_active"),
])  # fmt: skip
def test_new_terms_fall_where_the_plan_moved_on(spoil: Any, reason: str) -> None:
    books = running()
    books.say(anew(books))
    books.say(replace(ACCEPT, **NEW))
    spoil(books)
    assert books.say(replace(ACTIVATE, **NEW)) == ("rejected", reason)
    assert books.status is not PlanStatus.CANCELLED or reason == "plan_not_active"


@pytest.mark.parametrize(("more", "reason"), [
    ({"replaces": "nobody"}, "missing_dependency"), ({"replaces": "second"}, "plan_wrong"),
    ({"replaces": ""}, "plan_charge_taken"), ({"patient_id": "henry"}, "other_patient"),
])  # fmt: skip
def test_terms_that_cannot_take_the_place_of_a_plan(more: dict[str, Any], reason: str) -> None:
    books = running()
    assert books.say(replace(anew(books), **more)) == ("rejected", reason)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4_000), st.sampled_from("ab"), st.integers(1, 6)), max_size=6))
def test_whatever_is_agreed_anew_what_was_paid_stays_and_the_rest_is_agreed_to_the_cent(
    days: list[tuple[int, str, int]],
) -> None:
    """Pay a part, agree anew over so many payments, again and again: one plan is in force, and paid + agreed is what
    was owed at first."""
    books, in_force, paid = running(), "plan", 0
    for n, (cents, charge, count) in enumerate(days):
        part = min(cents, owed(books.draft, charge))
        if part:
            books.pay(f"p{n}", charge, part)
            paid += part
        left = owed(books.draft, "a") + owed(books.draft, "b")
        if not left:
            break
        lines = schedule(Terms(balance_cents=left, first=date(2026, 5, 1), signed_on=date(2026, 5, 1),
                               payments=min(count, left)))  # fmt: skip
        about = {"plan_id": f"plan{n}", "patient_id": "rosa"}
        agreed = tuple(PlanLine(no=each.no, due_date=each.due.isoformat(), amount_cents=each.cents) for each in lines)
        put = replace(anew(books, replaces=in_force), **about, lines=agreed)
        for body in (put, replace(ACCEPT, **about), replace(ACTIVATE, **about)):
            assert books.say(body) == ("accepted", "")
        assert books.draft.plan(in_force).status is PlanStatus.CANCELLED  # type: ignore[union-attr]
        in_force = f"plan{n}"
        assert paid + books.draft.plan(in_force).total_cents == 15_000  # type: ignore[union-attr]
        assert {books.draft.charge(each).plan_id for each in "ab"} == {in_force}  # type: ignore[union-attr]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["pay", "void", "less", "more", "off"]), st.sampled_from("ab"),
                          st.integers(1, 12_000)), max_size=12))  # fmt: skip
def test_a_plan_is_closed_exactly_while_nothing_is_owed_on_it(days: list[tuple[str, str, int]]) -> None:
    books = running()
    paid: list[str] = []
    for n, (act, charge, cents) in enumerate(days):
        left = owed(books.draft, charge)
        if act == "pay" and left:
            paid.append(f"p{n}")
            books.pay(paid[-1], charge, min(cents, left))
        elif act == "void" and paid:
            books.say(bodies.Reverse(payment_id=paid.pop(), patient_id="rosa", reason="a mistake",
                                     reversal_id=f"v{n}", receipt_no=f"v{n}"))  # fmt: skip
        elif act in ("less", "more"):
            books.say(records.Charge(id=charge, patient_id="rosa", service_date="2026-01-02", description="Visit",
                                     responsibility_cents=cents if act == "less" else 10_000 + cents))  # fmt: skip
        elif act == "off" and left:
            books.say(bodies.Adjust(adjustment_id=f"o{n}", charge_id=charge, patient_id="rosa", kind="discount",
                                    group="PR", reason_code="44", amount_cents=min(cents, left)))  # fmt: skip
        nothing = owed(books.draft, "a") + owed(books.draft, "b") == 0
        assert books.status is (PlanStatus.CLOSED if nothing else PlanStatus.ACTIVE)
