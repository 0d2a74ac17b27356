"""What a patient will probably pay for a visit or a treatment, from what the payer last said (S2-07, S2-16).

    copay:       min(copay, allowed, out-of-pocket maximum left)
    otherwise:   d = min(deductible left, allowed); min(d + coinsurance × (allowed − d), out-of-pocket maximum left)
    both:        c = min(copay, allowed), d of what is left after it; min(c + d + coinsurance × rest, maximum left)

Several procedures use up copay, deductible and maximum one after the other. Coinsurance is rounded once per line, half
away from zero. Without an allowed amount only the copay can be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from models.rules import benefits as plan
from models.rules.benefits import Benefit, Choice

OFFICE_VISIT, TREATMENT = "office_visit", "treatment"
PURPOSES = (OFFICE_VISIT, TREATMENT)
"""Payment types an estimate is made for; Private Pay has none."""

OFFICE_SERVICES = ("98", "BY", "BZ", "1")
"""Professional physician visit in the office, sick, well, medical care: X12 service types an office visit falls under,
the best first."""

HIGH, MEDIUM, LOW = "high", "medium", "low"
FRESH_S, USABLE_S = 24 * 3600, 30 * 24 * 3600
"""An answer is fresh for a day and of use for thirty (§3.1)."""

FRESH, USABLE, EARLIER, OLD, NEVER = "fresh", "usable", "earlier", "old", "never"
ASK_AGAIN = frozenset({EARLIER, OLD, NEVER})
"""The payer should be asked before money is asked for, and before the visit."""


def age_level(age_s: int | None, answered_on: str = "", service_day: str = "") -> str:
    """How far an answer so many seconds old can be trusted; None: there is none. With both days (`YYYY-MM-DD`) an
    answer of a month before the one of the service is EARLIER: plans begin, end and start over with a month (S2-16)."""
    if age_s is None:
        return NEVER
    if age_s > USABLE_S:
        return OLD
    if answered_on and answered_on[:7] < service_day[:7]:
        return EARLIER
    return FRESH if age_s < FRESH_S else USABLE


SERVICES = {
    "98": "Office visit", "BY": "Office visit, sick", "BZ": "Office visit, well", "1": "Medical care", "2": "Surgical",
    "4": "Diagnostic X-ray", "5": "Diagnostic lab", "33": "Chiropractic", "35": "Dental care", "47": "Hospital",
    "50": "Hospital, outpatient", "62": "MRI or CT", "68": "Well baby care", "73": "Diagnostic medical",
    "86": "Emergency", "88": "Pharmacy", "A6": "Psychotherapy", "AD": "Occupational therapy", "AF": "Speech therapy",
    "AL": "Vision", "MH": "Mental health", "PT": "Physical therapy", "UC": "Urgent care",
}  # fmt: skip
"""X12 service types an estimate may be asked for, in words (X12 005010X279A1, EB03)."""


ESTIMATED, COMPONENTS, NONE = "estimated", "components", "none"
"""An amount is told; only what it is made of; nothing, because the plan is not in force or nobody asked."""


@dataclass(frozen=True, slots=True)
class Why:
    """One reason of "why this number": a message key of `estimate.why.` and what fills it."""

    key: str
    facts: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure to be estimated. `allowed_cents` None: not known. `from_payer`: the allowed amount is the payer's
    own word (a claim, a fee schedule), not typed at the desk; `scheduled`: it is out of a fee schedule."""

    code: str = ""
    description: str = ""
    allowed_cents: int | None = None
    from_payer: bool = False
    scheduled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be estimated. `network` is what staff says of the practice (in or out): payers rarely do.
    `service_type` is an X12 code that fits the treatment better than the plan as a whole. `age_s`: seconds since the
    payer answered, `earlier_month`: in a month before the service. `by_hand`: the benefits were typed in.
    `copay_and_deductible`: the plan takes both."""

    purpose: str
    procedures: tuple[Procedure, ...]
    benefits: tuple[Benefit, ...]
    state: str
    age_s: int
    network: str = plan.IN
    service_type: str = ""
    by_hand: bool = False
    copay_and_deductible: bool = False
    earlier_month: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One procedure's part of the amount, in cents: copay + deductible + coinsurance − what the maximum spares."""

    code: str
    description: str
    allowed_cents: int
    copay_cents: int
    deductible_cents: int
    coinsurance_cents: int
    total_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the patient will probably pay. `amount_cents` is what *Use this amount* takes over; None: nothing can be
    proposed. The four components are as the payer said them (None: not said), in cents and hundredths of a per cent."""

    outcome: str
    amount_cents: int | None
    copay_cents: int | None = None
    coinsurance_bp: int | None = None
    deductible_left_cents: int | None = None
    out_of_pocket_left_cents: int | None = None
    lines: tuple[Line, ...] = ()
    confidence: str = LOW
    why: tuple[Why, ...] = ()


def estimate(question: Question) -> Estimate:
    """The estimate with its reasons. Never raises for what a payer said."""
    if question.state != plan.ELIGIBLE:
        return Estimate(outcome=NONE, amount_cents=None, why=(Why(f"estimate.why.{question.state}"),))
    reckoning = _Reckoning(question)
    return reckoning.result()


@dataclass(slots=True)
class _Terms:
    """What the payer asks for one procedure."""

    copay_cents: int | None
    coinsurance_bp: int
    not_covered: bool


class _Reckoning:
    """One estimate in the making: what is left falls from line to line."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._why: list[Why] = []
        general = self._choice("")
        self._copay = self._amount_of(plan.COPAY, general)
        self._coinsurance = self._share_of(general)
        self._deductible = self._left_of(plan.DEDUCTIBLE, general)
        self._maximum = self._left_of(plan.OUT_OF_POCKET, general)
        self._copay_used = False

    def result(self) -> Estimate:
        """Everything put together."""
        question = self._question
        known = [each for each in question.procedures if each.allowed_cents is not None]
        complete = bool(known) and len(known) == len(question.procedures)
        lines: tuple[Line, ...] = ()
        said = (self._copay, self._coinsurance, self._deductible)
        shown = {"copay_cents": self._copay, "coinsurance_bp": self._coinsurance,
                 "deductible_left_cents": self._deductible, "out_of_pocket_left_cents": self._maximum}  # fmt: skip
        excluded = any(self._not_covered(each.code) for each in question.procedures)
        if complete and (excluded or any(each is not None for each in said)):
            left = [self._deductible or 0, self._maximum]
            lines = tuple(self._line(procedure, left) for procedure in question.procedures)
            amount: int | None = sum(line.total_cents for line in lines)
            outcome = ESTIMATED
        else:
            outcome, amount = COMPONENTS, self._copay_alone()
            self._say("allowed_unknown" if not complete else "nothing_said")
        self._age()
        return Estimate(outcome=outcome, amount_cents=amount, lines=lines, confidence=self._confidence(outcome),
                        why=tuple(self._why), **shown)  # fmt: skip

    # What the payer asks ---------------------------------------------------------------------------------------------

    def _choice(self, procedure: str) -> Choice:
        question = self._question
        own = (question.service_type,) if question.service_type else ()
        office = OFFICE_SERVICES if question.purpose == OFFICE_VISIT else ()
        return Choice(service_types=(*own, *office, plan.PLAN), network=question.network, procedure=procedure)

    def _amount_of(self, kind: str, choice: Choice) -> int | None:
        """A copay: the one per visit where the payer names several, the highest of those that are left."""
        found = [each for each in plan.fitting(self._question.benefits, kind, choice) if each.amount_cents is not None]
        per_visit = [each for each in found if each.period == plan.VISIT] or found
        if not per_visit:
            return None
        self._network_said(per_visit)
        if len({each.amount_cents for each in per_visit}) > 1:
            self._say("several_copays")
        return max(each.amount_cents or 0 for each in per_visit)

    def _share_of(self, choice: Choice) -> int | None:
        found = [each for each in plan.fitting(self._question.benefits, plan.COINSURANCE, choice)
                 if each.percent_bp is not None]  # fmt: skip
        if not found:
            return None
        self._network_said(found)
        if len({each.percent_bp for each in found}) > 1:
            self._say("several_shares")
        return max(each.percent_bp or 0 for each in found)

    def _left_of(self, kind: str, choice: Choice) -> int | None:
        left = plan.left_of(self._question.benefits, kind, choice)
        if left is None:
            return None
        if not left.remains:
            self._say(f"{kind}_total_only", cents=left.cents)
        elif left.level == plan.FAMILY:
            self._say(f"{kind}_of_family", cents=left.cents)
        return left.cents

    def _network_said(self, found: Sequence[Benefit]) -> None:
        if all(each.network == plan.UNSAID for each in found):
            self._say("network_unsaid")

    def _terms(self, procedure: Procedure) -> _Terms:
        """What is asked for one procedure: what the payer says of it itself comes first."""
        choice = self._choice(procedure.code)
        named = [each for each in self._question.benefits if procedure.code and each.procedure == procedure.code]
        copay, share = self._copay, self._coinsurance
        own_copay = own_share = False
        if named:
            found = plan.fitting(named, plan.COPAY, choice)
            own_copay = any(each.amount_cents is not None for each in found)
            copay = max((each.amount_cents or 0 for each in found), default=copay) if own_copay else copay
            shares = [each.percent_bp for each in plan.fitting(named, plan.COINSURANCE, choice)
                      if each.percent_bp is not None]  # fmt: skip
            own_share = bool(shares)
            share = max(shares, default=share)
        if own_copay or own_share:
            self._say("of_procedure", code=procedure.code)
        if (own_share and not own_copay) or not self._copay_applies(own_copay):
            copay = None
        return _Terms(copay, share or 0, self._not_covered(procedure.code))

    def _copay_applies(self, own: bool) -> bool:
        """A copay per visit is asked for an office visit. A treatment is paid by it only where the payer names it for
        that very procedure or service, or asks nothing else. A copay of zero beside a coinsurance is none."""
        if own:
            return True
        if self._copay is None or (self._copay == 0 and self._coinsurance):
            return False
        if self._question.purpose == OFFICE_VISIT or (self._coinsurance is None and self._deductible is None):
            return True
        wanted = self._question.service_type
        return wanted not in ("", plan.PLAN) and any(
            each.kind == plan.COPAY and wanted in each.service_types for each in self._question.benefits
        )

    def _not_covered(self, code: str) -> bool:
        """Does the payer say so of this very procedure or service?"""
        service_type = self._question.service_type or (
            OFFICE_SERVICES[0] if self._question.purpose == OFFICE_VISIT else ""
        )
        return any(
            each.kind == plan.NOT_COVERED and each.network in (self._question.network, plan.BOTH, plan.UNSAID)
            and (each.procedure == code if each.procedure else service_type in each.service_types)
            for each in self._question.benefits
        )  # fmt: skip

    # The sum ---------------------------------------------------------------------------------------------------------

    def _line(self, procedure: Procedure, left: list[int | None]) -> Line:
        """One procedure; takes from `left` (deductible, maximum) what it uses up."""
        allowed = procedure.allowed_cents or 0
        if procedure.scheduled:
            self._say("fee_schedule", code=procedure.code, cents=allowed)
        terms = self._terms(procedure)
        if terms.not_covered:
            self._say("not_covered", code=procedure.code or procedure.description)
            return Line(procedure.code, procedure.description, allowed, 0, 0, 0, allowed)
        copay = 0
        if terms.copay_cents is not None:
            copay = 0 if self._copay_used else min(terms.copay_cents, allowed)
            self._say("copay_once" if self._copay_used else "copay", cents=terms.copay_cents)
            self._copay_used = True
        deductible = coinsurance = 0
        if terms.copay_cents is None or self._question.copay_and_deductible:
            deductible = min(left[0] or 0, allowed - copay)
            coinsurance = _part(allowed - copay - deductible, terms.coinsurance_bp)
            self._say_parts(deductible, coinsurance, terms)
            if self._deductible is None and terms.coinsurance_bp:
                self._say("deductible_unsaid")
        total = copay + deductible + coinsurance
        if left[1] is not None:
            if total > left[1]:
                total = left[1]
                self._say("maximum_reached", cents=self._maximum or 0)
            left[1] -= total
        left[0] = (left[0] or 0) - deductible
        return Line(procedure.code, procedure.description, allowed, copay, deductible, coinsurance, total)

    def _say_parts(self, deductible: int, coinsurance: int, terms: _Terms) -> None:
        if deductible:
            self._say("deductible", cents=deductible)
        if coinsurance:
            self._say("coinsurance", percent=_percent(terms.coinsurance_bp), cents=coinsurance)
        if terms.copay_cents is not None:
            self._say("both")

    def _copay_alone(self) -> int | None:
        """What can be proposed without an allowed amount: the copay, where it is all that is asked."""
        if self._copay is None or self._question.copay_and_deductible or not self._copay_applies(False):
            return None
        self._say("copay", cents=self._copay)
        return self._copay if self._maximum is None else min(self._copay, self._maximum)

    # How sure -------------------------------------------------------------------------------------------------------

    def _age(self) -> None:
        age_s = self._question.age_s
        self._say("by_hand" if self._question.by_hand else "asked", seconds=max(age_s, 0))
        if age_s > USABLE_S:
            self._say("too_old")
        elif self._question.earlier_month:
            self._say("earlier_month")

    def _confidence(self, outcome: str) -> str:
        question = self._question
        if outcome != ESTIMATED or question.age_s > USABLE_S:
            return LOW
        sure = all(each.from_payer for each in question.procedures) and not question.by_hand
        doubtful = {f"estimate.why.{name}" for name in DOUBTS}
        if sure and question.age_s < FRESH_S and not any(each.key in doubtful for each in self._why):
            return HIGH
        return MEDIUM

    def _say(self, name: str, **facts: int | str) -> None:
        reason = Why(f"estimate.why.{name}", facts)
        if reason not in self._why:
            self._why.append(reason)


DOUBTS = (
    "deductible_total_only",
    "deductible_unsaid",
    "out_of_pocket_total_only",
    "several_copays",
    "several_shares",
    "network_unsaid",
)
"""Reasons that keep an estimate from being of high confidence."""


def _part(cents: int, share_bp: int) -> int:
    """A share of an amount, rounded half away from zero."""
    return (cents * share_bp * 2 + plan.WHOLE_BP) // (2 * plan.WHOLE_BP)


def _percent(share_bp: int) -> str:
    """`20`, `12.5`."""
    whole, part = divmod(share_bp, 100)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)


def office_copay(benefits: tuple[Benefit, ...]) -> int | None:
    """The copay of an office visit in the network, in cents; None where the payer names none."""
    asked = Question(purpose=OFFICE_VISIT, procedures=(), benefits=benefits, state=plan.ELIGIBLE, age_s=0)
    return estimate(asked).copay_cents
