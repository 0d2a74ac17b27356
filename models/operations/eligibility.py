"""What a payer said of a patient's plan on a day (X12 271), or what somebody typed in where it answers nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.basics.ids import natural_id
from models.operations.records import Coverage
from models.rules.benefits import ELIGIBLE, INELIGIBLE, Benefit
from models.rules.estimate import office_copay

PAYER, TYPED = "271", "typed"
SOURCES = (PAYER, TYPED)

MOST_RAW = 256 << 10
"""Signs of a payer's answer that are kept; a longer answer is refused, not cut. A push takes 1 MiB."""
MOST_BENEFITS = 2_000
"""Lines of one answer. The longest that payers send have some three hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EligibilityCheck:
    """A payer's answer about one patient (fact). Never changed: a new answer is a new check, and the same answer read
    twice, at this desk or another, is one, because `check_id` follows from patient and answer.

    `checked_at` is UTC text. `source` is one of SOURCES; `state` one of `models.rules.benefits.STATES`. `rejections`
    are the payer's codes (X12 AAA03) why it did not answer. `raw` is the part of the payer's message that is about this
    patient, without passwords; empty where it was typed in. `coverage_id`: the insurance it is about, where known.
    """

    check_id: str
    patient_id: str
    source: str
    checked_at: str
    state: str
    payer: str
    payer_id: str = ""
    member_id: str = ""
    plan: str = ""
    coverage_id: str = ""
    trace: str = ""
    rejections: tuple[str, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    raw: str = ""


def payer_key(tenant: str, payer: str) -> str:
    """A payer in fee schedules, however its name is written: the same at every desk."""
    return natural_id(tenant, "fee schedule", " ".join(payer.casefold().split()))


def insurance_after(coverage: Coverage, check: EligibilityCheck) -> Coverage | None:
    """The insurance as an answer has it; None where nothing of it is news. What the payer leaves unsaid stays."""
    if check.state not in (ELIGIBLE, INELIGIBLE) or check.checked_at <= coverage.checked_at:
        return None
    copay = office_copay(check.benefits)
    return replace(
        coverage, checked_at=check.checked_at, status="active" if check.state == ELIGIBLE else "cancelled",
        copay_cents=coverage.copay_cents if copay is None else copay,
    )  # fmt: skip
