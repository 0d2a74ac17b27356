"""Why money could not go where somebody sent it: the engine's reasons as errors that say what is possible."""

from __future__ import annotations

from collections.abc import Iterable

from app.views import Person
from models.basics.errors import Fact, RuleBroken
from models.ledger.figures import Figures
from models.ledger.states import Entry, Verdict
from models.rules.rights import Right

REASONS = (
    "credit_used", "not_that_much", "more_than_owed", "more_than_paid", "future_visit", "visit_cancelled",
    "wrong_patient", "other_patient", "amount_not_positive", "missing_dependency", "payment_reversed", "same_place",
    "reason_unknown", "cannot_undo", "already_undone", "already_netted", "refund_id_used", "not_a_fee",
    "linked_rejected", "refunded_elsewhere", "known_already", "deposited", "deposit_deleted", "in_use", "disputed",
    "right_missing", "address_wrong", "message_unknown", "same_record", "merged_meanwhile", "not_merged",
    "request_locked", "request_status", "plan_locked", "plan_not_active", "plan_wrong", "plan_charge_taken",
    "plan_changed", "plan_not_accepted", "plan_payment_gone", "posted_already", "ask_wrong",
)  # fmt: skip
"""Every reason for which the engine rejects a decision."""

_NAMES_AMOUNT = {
    "not_that_much": "there_cents", "more_than_owed": "owes_cents", "more_than_paid": "held_cents",
    "refunded_elsewhere": "spendable_cents", "disputed": "held_cents",
}  # fmt: skip
"""Reasons whose sentence is better with the amount that is possible, and the fact that carries it."""


def refusal(reason: str, **facts: Fact) -> RuleBroken:
    """The error for a reason of the engine. Nothing was written, or the caller's transaction is about to fall.

    Give what is possible now: `there_cents` with not_that_much, `owes_cents` with more_than_owed, `held_cents` with
    more_than_paid and disputed, `spendable_cents` with refunded_elsewhere; without it the sentence goes without an
    amount. A reason this program does not know is told as `refused.unknown`.
    """
    if reason not in REASONS:
        return RuleBroken("refused.unknown", reason=reason)
    amount = _NAMES_AMOUNT.get(reason)
    key = f"refused.{reason}_now" if amount is not None and facts.get(amount) is not None else f"refused.{reason}"
    error = RuleBroken(key)
    error.facts.update(facts)
    return error


def insist(entry: Entry, **facts: Fact) -> Entry:
    """The entry of a decision that stands. Raises what `refusal` makes of its reason when it was rejected or set aside,
    so that the transaction around it falls and nothing is written."""
    if entry.verdict in (Verdict.REJECTED, Verdict.QUARANTINED):
        raise refusal(entry.reason, **facts)
    return entry


def account_changed(now: Figures) -> RuleBroken:
    """The account is not any more as the person saw it: nothing was written, and this is how it stands."""
    return RuleBroken(
        "account.changed", unallocated_cents=now.unallocated_cents, owes_cents=now.statement_balance_cents
    )


def need(right: Right, person: Person, supervisor: Person | None = None) -> str:
    """Somebody at the desk has this right: the person who acts, or who lends it by PIN. Returns the lender's id (empty
    when the person needs none). Raises RuleBroken `staff.right_missing`."""
    if right in person.rights:
        return ""
    if supervisor is not None and right in supervisor.rights:
        return supervisor.staff_id
    raise RuleBroken("staff.right_missing", right=right.value)


def lend(rights: Iterable[Right], person: Person, supervisor: Person | None = None) -> str:
    """As `need` for several rights: one person lends all that the other lacks. Raises RuleBroken
    `staff.right_missing`."""
    lenders = {need(right, person, supervisor) for right in rights}
    return next(iter(lenders - {""}), "")
