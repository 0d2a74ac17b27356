"""Whether who is named on an act had the right to it, as the hub knows the practice's people at that place of the log.

A desk's key proves which desk an operation comes from, not who sat there (decision 022). What can be judged here is
that the people it names hold the right: money that leaves the house, and what is let off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from models.ledger.draft import Draft
from models.ledger.judging import HUB, reject
from models.ledger.states import Verdict
from models.operations import bodies
from models.operations.kinds import OpClass
from models.operations.operation import Operation
from models.operations.records import Rules
from models.rules.rights import Right

MISSING = "right_missing"
"""Reason of an act for which nobody who is named on it has the right."""

_TAKEN_BACK: dict[str, tuple[Right, ...]] = {
    "void": (Right.VOID,), "delete": (Right.PAYMENTS, Right.BILLING), "bounced": (Right.DISPUTES,),
}  # fmt: skip


def _of_refund(body: bodies.RefundRequest, rules: Rules) -> Iterable[Right]:
    over = 0 < rules.refund_limit_cents < body.amount_cents
    return (Right.REFUND, Right.REFUND_OVER_LIMIT) if over else (Right.REFUND,)


def _of_adjustment(body: bodies.Adjust, rules: Rules) -> Iterable[Right]:
    over = body.kind != "recovery" and 0 < rules.adjust_limit_cents < body.amount_cents
    return (Right.ADJUST_OVER_LIMIT,) if over else (Right.ADJUST,)


_NEEDED: dict[str, Callable[[Any, Rules], Iterable[Right]]] = {
    "refund.request": _of_refund,
    "charge.adjust": _of_adjustment,
    "payment.reverse": lambda body, _rules: _TAKEN_BACK.get(body.act, ()),
    "payment.correct": lambda _body, _rules: (Right.CORRECT,),
}
"""What takes which right. Everything else is the word of the desk."""


def falls(op: Operation, body: Any, draft: Draft) -> bool:
    """Reject a decision for which nobody named on it has the right. True when it was."""
    if op.op_class != OpClass.DECISION or not _lacks(op, body, draft):
        return False
    reject(draft, op, MISSING)
    return True


def doubt(op: Operation, body: Any, draft: Draft, start: int) -> None:
    """A fact stands whoever did it; where nobody named on it had the right, a person must look."""
    if op.op_class != OpClass.FACT or not _lacks(op, body, draft):
        return
    for at in range(start, len(draft.entries)):
        entry = draft.entries[at]
        if entry.op is op and entry.verdict is Verdict.ACCEPTED:
            draft.entries[at] = replace(entry, verdict=Verdict.EXCEPTED, reason=MISSING)


def _lacks(op: Operation, body: Any, draft: Draft) -> bool:
    """Only the hub judges it, and only once it knows anybody of the practice."""
    needed = _NEEDED.get(op.kind)
    if needed is None or not draft.grants or op.actor == HUB:
        return False
    people = draft.people()
    if not people:
        return False
    have = people.get(op.actor, frozenset()) | people.get(op.supervisor, frozenset())
    return not have.issuperset(needed(body, draft.rules()))
