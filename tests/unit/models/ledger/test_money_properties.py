"""Whatever people do with money, in whatever order: what must hold after every act, and what each kind of act never
does."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from models.ledger.draft import Draft
from models.ledger.figures import Figures, figures_from_balances
from models.ledger.giving_back import holds, refundable
from models.ledger.posting import settle
from models.ledger.states import Verdict
from tests.support.acts import check_ledger, shown
from tests.support.money_acts import (
    MoneyWorld,
    Played,
    acts_on_a_day,
    lies_where_people_put_it,
    money_days,
    paid,
    request,
    undo,
    undone,
)  # fmt: skip

ONLY_MOVES = {"payment.move", "payment.allocate", "refund.place"}
"""Kinds after which nobody has paid, owes or is owed a cent more or less."""


def clinic(draft: Draft) -> Figures:
    """The figures of everybody together: money of one of a family may pay for another."""
    return figures_from_balances((d.account.code, draft.balance(d.account.id)) for d in draft.deltas.values())


def nets(draft: Draft) -> dict[str, int]:
    """What lies where, empty accounts left out."""
    lying = {name: delta.credits - delta.debits for name, delta in draft.deltas.items()}
    return {name: cents for name, cents in lying.items() if cents}


@settings(max_examples=300, deadline=None)
@given(money_days)
def test_invariants_hold_after_every_money_act(day: Sequence[object]) -> None:
    play, world = Played(), MoneyWorld()
    for act in day:
        play.do(act)
        world.act(act)
        check_ledger(play.draft)
        lies_where_people_put_it(play.draft, world)


@settings(max_examples=200, deadline=None)
@given(money_days)
def test_a_move_never_changes_total_paid_or_total_balance(day: Sequence[object]) -> None:
    play = Played()
    for act in day:
        before = clinic(play.draft)
        entry = play.do(act)
        after = clinic(play.draft)
        if entry.op.kind in ONLY_MOVES:
            assert after.total_paid_cents == before.total_paid_cents
            assert after.total_balance_cents == before.total_balance_cents
            assert after.responsibility_cents == before.responsibility_cents
        if entry.verdict in (Verdict.REJECTED, Verdict.QUARANTINED):
            assert after == before


@settings(max_examples=150, deadline=None)
@given(money_days, st.integers(0, 200))
def test_a_refund_never_exceeds_what_was_paid(day: Sequence[object], cents: int) -> None:
    play = Played(day)
    for payment in list(play.draft.payments.values()):
        there, may = holds(play.draft, payment.payment_id), refundable(play.draft, payment)
        before = clinic(play.draft).total_paid_cents
        entry = play.do(request(f"new-{payment.payment_id}", payment.payment_id, cents, patient_id=payment.patient_id))
        stands = entry.verdict is Verdict.ACCEPTED
        assert stands == (0 < cents <= may <= there)
        if stands:
            assert holds(play.draft, payment.payment_id) == there - cents >= 0
            assert clinic(play.draft).total_paid_cents == before - cents
        check_ledger(play.draft)


@settings(max_examples=300, deadline=None)
@given(acts_on_a_day)
def test_acts_followed_by_their_undos_restore_every_account(days: tuple[Sequence[object], Sequence[object]]) -> None:
    """Whatever was moved, placed or let off on whatever state, undone in turn: every account holds what it held."""
    play = Played(days[0])
    before, seen, done = nets(play.draft), clinic(play.draft), []
    for act in days[1]:
        entry = play.do(act)
        done += [entry.op] if entry.transfers else []
    for op in reversed(done):
        assert play.do(undo(op.patient, op.op_id)).verdict is Verdict.ACCEPTED
        again = play.do(undo(op.patient, op.op_id))
        assert (again.verdict, again.reason) == (Verdict.REJECTED, "already_undone")
        check_ledger(play.draft)
    assert nets(play.draft) == before
    assert clinic(play.draft) == seen


@settings(max_examples=150, deadline=None)
@given(money_days, st.integers(1, 200))
def test_a_refund_handed_back_restores_what_lay_in_lots_and_on_charges(day: Sequence[object], cents: int) -> None:
    play = Played(day)
    for payment in list(play.draft.payments.values()):
        if cents > refundable(play.draft, payment) or payment.reversed or "OVR:" in " ".join(nets(play.draft)):
            continue
        before, name = clinic(play.draft), f"new-{payment.payment_id}"
        lay = nets(play.draft)
        play.do(request(name, payment.payment_id, cents, patient_id=payment.patient_id, tender=payment.tender))
        play.do(paid(name, payment.payment_id, cents, patient_id=payment.patient_id, tender=payment.tender))
        assert clinic(play.draft).total_paid_cents == before.total_paid_cents - cents
        play.do(undone(name, payment.patient_id))
        now = clinic(play.draft)
        assert now.total_paid_cents == before.total_paid_cents
        gone = [v for v in play.draft.appointments.values() if v.status == "cancelled"]
        if not gone:
            assert {k: v for k, v in nets(play.draft).items() if k[:2] in {"AR", "CR", "RF"}} == {
                k: v for k, v in lay.items() if k[:2] in {"AR", "CR", "RF"}
            }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(money_days)
def test_a_run_is_judged_like_its_acts_one_by_one_on_layers(day: Sequence[object]) -> None:
    """Where the state is kept makes no difference: one draft, or a draft on a draft."""
    whole = Played(day)
    below = Played(day[: len(day) // 2])
    above = below.draft.branch()
    for act in whole.ops[len(day) // 2 :]:
        settle(act, above)
    assert shown(whole.draft.entries) == shown([*below.draft.entries, *above.entries])
    below.draft.merge(above)
    for name in ("deltas", "payments", "charges", "refunds", "disputes", "appointments", "guarantors"):
        assert getattr(below.draft, name) == getattr(whole.draft, name)
    assert below.draft.rules() == whole.draft.rules()
