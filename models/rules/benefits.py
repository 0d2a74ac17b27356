"""What a payer says a plan covers, normalised: one benefit per line of an answer, and which of them count for a visit.

The codes are those of an X12 271's EB segment (X12 005010X279A1), kept beside their meaning so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

COPAY, COINSURANCE, DEDUCTIBLE, OUT_OF_POCKET = "copay", "coinsurance", "deductible", "out_of_pocket"
ACTIVE, INACTIVE, LIMITATION, NOT_COVERED, OTHER = "active", "inactive", "limitation", "not_covered", "other"
KINDS = (COPAY, COINSURANCE, DEDUCTIBLE, OUT_OF_POCKET, ACTIVE, INACTIVE, LIMITATION, NOT_COVERED, OTHER)

IN, OUT, BOTH, UNSAID = "in", "out", "both", ""
NETWORKS = (IN, OUT, BOTH, UNSAID)
"""For which providers: of the plan's network, outside of it, either; empty where the payer does not say."""

INDIVIDUAL, FAMILY = "individual", "family"
LEVELS = ("", INDIVIDUAL, FAMILY, "employee", "employee_and_children", "employee_and_spouse", "children", "spouse",
          "spouse_and_children", "dependents")  # fmt: skip
"""Whose money is counted; empty where the payer does not say."""

REMAINING, VISIT = "remaining", "visit"
PERIODS = ("", "hour", "day", "24_hours", "years", "service_year", "calendar_year", "year_to_date", "contract",
           "episode", VISIT, "outlier", REMAINING, "exceeded", "not_exceeded", "lifetime", "lifetime_remaining",
           "month", "week", "admission")  # fmt: skip
"""Over which time an amount counts; `remaining` and `lifetime_remaining` are what is left of it."""

PLAN = "30"
"""Service type of the plan as a whole; a line without any speaks of it, too."""

WHOLE_BP = 10_000
"""All of it, in hundredths of a per cent."""

ELIGIBLE, INELIGIBLE, UNCLEAR, REJECTED = "active", "inactive", "unclear", "rejected"
STATES = (ELIGIBLE, INELIGIBLE, UNCLEAR, REJECTED)
"""What an answer says of the plan: in force, not in force, neither or both, or that the payer did not answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Benefit:
    """One line of a payer's answer. Money in cents (None: not said), `percent_bp` in hundredths of a per cent (20 % is
    2,000). Of a coinsurance it is the patient's share. `service_types` and `insurance_type` are X12 codes, `code` is
    EB01. `quantity` is the payer's count with its X12 qualifier before it (`VS 12`). `procedure` is one code without
    its qualifier. `authorization` is yes, no, unknown or empty. Days are ISO."""

    kind: str
    code: str
    service_types: tuple[str, ...] = ()
    network: str = UNSAID
    level: str = ""
    period: str = ""
    amount_cents: int | None = None
    percent_bp: int | None = None
    quantity: str = ""
    authorization: str = ""
    insurance_type: str = ""
    plan: str = ""
    procedure: str = ""
    begins: str = ""
    ends: str = ""
    messages: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def remaining(self) -> bool:
        """Is the amount what is left, not the total?"""
        return self.period in (REMAINING, "lifetime_remaining")

    def of_plan(self) -> bool:
        """Does it speak of the plan as a whole?"""
        return not self.procedure and (not self.service_types or PLAN in self.service_types)


def plan_state(benefits: Iterable[Benefit], rejected: bool) -> str:
    """What an answer says of the plan. Where nothing of the plan as a whole is said, what is said of single services
    counts; lines that contradict each other leave it unclear."""
    said = [benefit for benefit in benefits if benefit.kind in (ACTIVE, INACTIVE)]
    kinds = {benefit.kind for benefit in said if benefit.of_plan()} or {benefit.kind for benefit in said}
    if not kinds:
        return REJECTED if rejected else UNCLEAR
    return UNCLEAR if len(kinds) > 1 else ELIGIBLE if ACTIVE in kinds else INELIGIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is looked for: service types, the best fitting first, the network staff chose (in or out), and a procedure
    that is looked for before any service type (empty: none)."""

    service_types: tuple[str, ...] = (PLAN,)
    network: str = IN
    procedure: str = ""


def fitting(benefits: Iterable[Benefit], kind: str, choice: Choice) -> tuple[Benefit, ...]:
    """The benefits of a kind that fit best: by procedure, then by service type in the given order, then those of the
    plan; among them those for the network, then for both, then where the payer does not say. Empty: nothing fits."""
    mine = [benefit for benefit in benefits if benefit.kind == kind]
    for candidates in _by_service(mine, choice):
        for network in (choice.network, BOTH, UNSAID):
            found = tuple(benefit for benefit in candidates if benefit.network == network)
            if found:
                return found
    return ()


def _by_service(mine: Sequence[Benefit], choice: Choice) -> Iterable[list[Benefit]]:
    if choice.procedure:
        yield [benefit for benefit in mine if benefit.procedure == choice.procedure]
    general = [benefit for benefit in mine if not benefit.procedure]
    for service_type in choice.service_types:
        yield [benefit for benefit in general if service_type in benefit.service_types]
    yield [benefit for benefit in general if benefit.of_plan()]


@dataclass(frozen=True, slots=True)
class Left:
    """What a deductible or maximum still asks, in cents. `remains`: the payer said what is left; else it is the total,
    of which nobody knows what was met."""

    cents: int
    remains: bool
    level: str


def left_of(benefits: Iterable[Benefit], kind: str, choice: Choice) -> Left | None:
    """The lower of the individual's and the family's; of each what remains, or else the total. None: nothing said."""
    mine = [each for each in benefits if each.amount_cents is not None and _counts(each)]
    found: list[Left] = []
    for family in (False, True):
        for remains in (True, False):
            level = [each for each in mine if (each.level == FAMILY) is family and each.remaining is remains]
            amounts = [each.amount_cents or 0 for each in fitting(level, kind, choice)]
            if amounts:
                found.append(Left(min(amounts), remains, FAMILY if family else INDIVIDUAL))
                break
    return min(found, key=lambda left: left.cents, default=None)


def _counts(benefit: Benefit) -> bool:
    """Amounts spent so far and amounts of a lifetime say nothing of what this year still asks."""
    return benefit.period not in {"year_to_date", "lifetime", "lifetime_remaining", "exceeded", "not_exceeded"}
