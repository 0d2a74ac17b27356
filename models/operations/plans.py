"""Bodies of the operations about payment plans: what is agreed, who accepted it, what became of it (S4-05, S4-06)."""

from __future__ import annotations

from dataclasses import dataclass

PLAN_METHODS = ("card", "other")
"""How a plan is paid: a kept card is charged on the day, or the patient pays each time (cash, check, card, from
home)."""
SIGNATURE, PAPER, TERMS = "signature", "paper", "terms"
ACCEPTED_BY = (SIGNATURE, PAPER, TERMS)
"""How terms were accepted: signed with a pen (on the reader or the patient's own screen), signed on paper, or agreed to
after they were read."""
PLAN_CHANNELS = ("desk", "portal", "link")
CHARGED, DECLINED, UNKNOWN = "charged", "declined", "unknown"
OUTCOMES = (CHARGED, DECLINED, UNKNOWN)
"""What became of charging a card for a payment of a plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One payment as it is agreed: `interest_cents` of `amount_cents` are interest; `due_date` is an ISO day."""

    no: int
    due_date: str
    amount_cents: int
    interest_cents: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPut:
    """An agreement is written down, or changed as a whole, as long as it is not in force (decision; S4-06).

    `encounter_cents` is what `charge_ids` owed, `discount_cents` of it are let off (`discount_group`,
    `discount_reason` as of an adjustment) when it comes into force, together with the finance charge for the interest
    in `lines`, whose charge is `finance_charge_id` (empty without interest). `text` is what the patient is shown, in
    the words of version `terms`, and `terms_sha256` its hash (hex): another one voids an acceptance.
    `paid_before_cents` had been paid to the charges by then. Other fields as in `rules.plans.Terms`.

    `replaces` names the plan in force whose place these terms take: it ends when they come into force.
    """

    plan_id: str
    patient_id: str
    charge_ids: tuple[str, ...]
    encounter_cents: int
    lines: tuple[PlanLine, ...]
    terms: str
    terms_sha256: str
    text: str
    paid_before_cents: int = 0
    discount_cents: int = 0
    discount_group: str = ""
    discount_reason: str = ""
    finance_charge_id: str = ""
    down_cents: int = 0
    apr_hundredths: int = 0
    frequency: str = "monthly"
    day: int = 0
    method: str = "other"
    kept_card_id: str = ""
    remind_days: int = 0
    replaces: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAccept:
    """A patient accepted terms (fact): those whose text has `terms_sha256`. `said_by` is who, by name; `how` one of
    ACCEPTED_BY, `channel` of PLAN_CHANNELS; `document_id` is what was signed, where it is kept, and
    `strokes` the pen's way on the reader or on the patient's own screen as `models.rules.signatures` writes it."""

    plan_id: str
    patient_id: str
    terms: str
    terms_sha256: str
    said_by: str
    how: str
    channel: str = "desk"
    document_id: str = ""
    strokes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanActivate:
    """An accepted agreement comes into force (decision). `charge_ids` are what it is about, its finance charge among
    them: they owe what its payments add up to, else it falls."""

    plan_id: str
    patient_id: str
    charge_ids: tuple[str, ...]
    terms_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSkip:
    """A payment is skipped (decision; S0-45): it comes once more after the last one."""

    plan_id: str
    patient_id: str
    no: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanMethod:
    """A plan is paid another way from now on (decision): another kept card, or none. From home `said_by` agreed to it,
    by name, in the words of version `words` whose text has `words_sha256`; `channel` is one of PLAN_CHANNELS."""

    plan_id: str
    patient_id: str
    method: str
    kept_card_id: str = ""
    channel: str = "desk"
    said_by: str = ""
    words: str = ""
    words_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCancel:
    """A plan ends before it is paid (decision): what is owed stays owed, without a plan. `charge_ids` as at its
    activation; none for a draft."""

    plan_id: str
    patient_id: str
    charge_ids: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanClosed:
    """Derived: nothing is owed on a plan any more, or (`reopened`) something is again."""

    plan_id: str
    patient_id: str
    cause_op_id: str
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCharged:
    """Derived by the hub: what became of charging the kept card for payment `no`, the `attempt`th time (from 1).

    `outcome` is one of OUTCOMES, `reason` a word of ours for a no. `payment_id` is what it brought, `next_on` (ISO day)
    when it is tried again; empty: never by itself."""

    plan_id: str
    patient_id: str
    no: int
    attempt: int
    outcome: str
    amount_cents: int
    payment_id: str = ""
    reason: str = ""
    next_on: str = ""
