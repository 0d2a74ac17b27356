"""What somebody may do with money, by role and by name. A right that is missing can be lent for one act by the PIN of
somebody who has it; the operation then names both."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Right(StrEnum):
    """One thing somebody may do."""

    PAYMENTS = "payments"
    VOID = "void"
    REFUND = "refund"
    REFUND_OVER_LIMIT = "refund_over_limit"
    REFUND_OTHER_WAY = "refund_other_way"
    CORRECT = "correct"
    BILLING = "billing"
    ADJUST = "adjust"
    ADJUST_OVER_LIMIT = "adjust_over_limit"
    DISPUTES = "disputes"
    STATEMENTS = "statements"
    EXPORT = "export"
    CLOSE = "close"
    CLOSE_OVER = "close_over"
    VISITS = "visits"
    MERGE = "merge"
    SET_UP = "set_up"


RIGHT_WORDS: dict[Right, str] = {
    Right.PAYMENTS: "Patient payments: take, move, fill",
    Right.VOID: "Void payments of the same day",
    Right.REFUND: "Refund up to the limit",
    Right.REFUND_OVER_LIMIT: "Refund beyond the limit",
    Right.REFUND_OTHER_WAY: "Refund another way than it was paid",
    Right.CORRECT: "Correct payments",
    Right.BILLING: "Billing administrator",
    Right.ADJUST: "Discounts, courtesies and write-offs up to the limit",
    Right.ADJUST_OVER_LIMIT: "Discounts, courtesies and write-offs beyond the limit",
    Right.DISPUTES: "Chargebacks and bounced checks",
    Right.STATEMENTS: "Statements",
    Right.EXPORT: "Export lists",
    Right.CLOSE: "Count the drawer and close the day",
    Right.CLOSE_OVER: "Close a day that is off, count again, delete deposits",
    Right.VISITS: "Visits and their charges",
    Right.MERGE: "Merge two records of one person, or take them apart",
    Right.SET_UP: "Set up the practice, its rules and its people",
}

_RECEPTIONIST = frozenset({Right.PAYMENTS, Right.VOID, Right.REFUND, Right.STATEMENTS, Right.VISITS,
                           Right.CLOSE})  # fmt: skip
ROLE_RIGHTS: dict[str, frozenset[Right]] = {"receptionist": _RECEPTIONIST, "manager": frozenset(Right)}
"""What a role brings. Deleting a payment needs two: PAYMENTS and BILLING (S0-10)."""


def rights_of(role: str, more: Iterable[str] = ()) -> frozenset[Right]:
    """The rights of a role and those somebody has by name; names this program does not know give nothing."""
    known = {right.value: right for right in Right}
    return ROLE_RIGHTS.get(role, frozenset()) | {known[name] for name in more if name in known}


def discount_right(discount_cents: int, limit_cents: int) -> Right | None:
    """The right that letting off so much takes, where `limit_cents` (0: no limit) may be let off without a manager;
    None for nothing."""
    if not discount_cents:
        return None
    return Right.ADJUST_OVER_LIMIT if 0 < limit_cents < discount_cents else Right.ADJUST
