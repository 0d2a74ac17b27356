"""The words of a case file: what an act may say, and what may be expected. README.md explains every one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any


class Amount:
    """An amount of money: `40` or `"40.25"`."""


Known = Mapping[str, Any]

SETTINGS: Known = {
    "auto_allocate": bool, "auto_unallocate": bool, "use_other_visits": bool, "paid_in_full_follows": bool,
    "plan_least_monthly": Amount, "plan_least_balance": Amount, "plan_most_balance": Amount,
    "plan_least_payments": int, "plan_most_payments": int, "plan_late_days": int,
    "refund_limit": Amount, "adjust_limit": Amount, "no_show_fee": Amount, "bounced_check_fee": Amount,
}  # fmt: skip

ACTS: dict[str, Known] = {
    # What other programs and the practice say
    "day": {"date": date},
    "charge": {"id": str, "visit": str, "patient": str, "date": date, "owes": Amount, "provider": str,
               "pending": bool},
    "visit": {"id": str, "status": str},
    "settings": SETTINGS,
    "provider": {"id": str, "auto_allocate": bool},
    "refund_elsewhere": {"id": str, "patient": str, "amount": Amount},
    # Money in
    "pay": {"id": str, "patient": str, "visit": str, "amount": Amount, "to": dict, "by": str, "tendered": Amount,
            "use_credit": bool},
    # Money on account
    "move": {"id": str, "patient": str, "payment": str, "amount": Amount, "from": str, "to": str},
    "fill": {"id": str, "patient": str, "items": list},
    "autofill": {"id": str, "patient": str},
    "undo": {"patient": str, "of": str},
    "net": {"refund": str, "visit": str, "payment": str},
    # Owed less, or more
    "adjust": {"id": str, "charge": str, "kind": str, "amount": Amount, "reason": str, "group": str},
    "fee": {"id": str, "patient": str, "visit": str, "kind": str, "amount": Amount},
    # Money out
    "refund": {"id": str, "payment": str, "amount": Amount, "by": str, "charge": str},
    "refund_back": {"refund": str},
    "void": {"payment": str},
    "delete": {"payment": str},
    "correct": {"id": str, "payment": str, "amount": Amount},
    "bounce": {"id": str, "payment": str, "fee": Amount},
    "dispute": {"id": str, "payment": str, "amount": Amount},
    "dispute_end": {"dispute": str, "outcome": str},
    # Payment plans
    "plan": {"id": str, "patient": str, "items": list, "discount": Amount, "payments": int, "each": Amount,
             "down": Amount, "apr": str, "frequency": str, "begins": date, "day": int, "start": bool},
    "plan_change": {"plan": str, "discount": Amount, "payments": int},
    "plan_anew": {"id": str, "plan": str, "payments": int, "apr": str, "begins": date, "start": bool},
    "plan_accept": {"plan": str},
    "plan_start": {"plan": str},
    "plan_pay": {"id": str, "plan": str, "number": int, "amount": Amount},
    "plan_skip": {"plan": str, "number": int},
    "plan_pay_off": {"id": str, "plan": str},
    "plan_cancel": {"plan": str},
    # Two desks, and people with two records
    "offline": {"arrives": str},
    "paid_back": {"id": str, "payment": str, "patient": str, "amount": Amount},
    "merge": {"patient": str, "into": str},
    "part": {"patient": str, "reason": str},
    # The drawer and the day
    "float": {"amount": Amount},
    "paid_out": {"amount": Amount, "reason": str},
    "paid_in": {"amount": Amount, "reason": str},
    "close": {"cash": Amount, "reason": str, "missing": list},
    "late": {"id": str, "patient": str, "amount": Amount, "date": date, "by": str},
    "slip_deleted": {},
}  # fmt: skip

EXPECTED: dict[str, Any] = {
    "patient": {"responsibility": Amount, "allocated": Amount, "unallocated": Amount, "paid": Amount,
                "statement": Amount, "total": Amount, "credit": Amount, "prepaid": Amount},
    "charge": {"owes": Amount, "paid": Amount, "let_off": Amount},
    "visit": {"owes": Amount, "prepaid": Amount, "credit_box": Amount, "billing": str},
    "payment": {"unallocated": Amount, "allocated": Amount, "refunded": Amount, "state": str},
    "elsewhere": {"waits": Amount},
    "plan": {"status": str, "due": Amount, "remaining": Amount, "late": Amount, "payments": list, "agreed": bool},
    "money": Amount,
    "attention": int,
}  # fmt: skip
