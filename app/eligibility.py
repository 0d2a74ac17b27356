"""What a patient's plan covers as far as anybody knows: payers' answers, benefits typed in, and the estimate from them.

`card`, `cards` and `estimate` on the `reads` lane, the others on `store`.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from app.clinic import Clinic
from app.refusals import need
from app.views import Person
from models.basics.clock import parse_utc, utc_text
from models.basics.errors import Fact, ImportRefused, RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.basics.money import LARGEST_ENTRY_CENTS
from models.operations.eligibility import TYPED, EligibilityCheck, insurance_after, payer_key
from models.operations.records import Coverage
from models.rules import benefits as plan
from models.rules.benefits import Benefit
from models.rules.estimate import EARLIER, NEVER, PURPOSES, Estimate, Procedure, Question, age_level, estimate
from models.rules.rights import Right
from models.store.queries import eligibility, fees, rows
from models.store.queries.eligibility import CheckRow, ProcedureRow
from models.store.queries.insured import Insurances, asking
from models.store.queries.records import StoredRecords

log = logging.getLogger(__name__)

LONGEST = 120
CAVEAT, CAVEAT_FEES = "estimate.caveat", "estimate.caveat_fees"
"""Words that stand beside every estimate; the others where a fee schedule told a price."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the newest answer is, in words for a list or a card. `level` is fresh, usable, earlier (than the month of
    the visit), old or never."""

    level: str
    words: str
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CoverageCard:
    """What is known of a patient's plan. `check` is the newest answer that says something of it, `rejected` a newer
    one in which the payer did not answer, `coverage` the insurance it is about."""

    patient_id: str
    freshness: Freshness
    check: CheckRow | None
    rejected: CheckRow | None
    coverage: Coverage | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedBenefits:
    """Benefits read off a card or told on the telephone, for a payer that answers nothing. `check_id` is made when the
    form opens, so that a second Enter writes nothing twice. Cents and hundredths of a per cent; None: not known."""

    check_id: str
    patient_id: str
    payer: str
    plan_name: str = ""
    member_id: str = ""
    in_force: bool = True
    network: str = plan.IN
    copay_cents: int | None = None
    coinsurance_bp: int | None = None
    deductible_left_cents: int | None = None
    out_of_pocket_left_cents: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateOrder:
    """What is to be estimated. With `appointment_id` the services of that visit, where `procedures` are none."""

    patient_id: str
    purpose: str
    appointment_id: str = ""
    procedures: tuple[Procedure, ...] = ()
    network: str = plan.IN
    service_type: str = ""


@dataclass(frozen=True, slots=True)
class TakenFile:
    """What one file of payers' answers brought: answers that were news, answers known before, what was refused, and why
    the first of that was."""

    news: int
    known: int
    refused: int
    why: ImportRefused | None = None


@dataclass(frozen=True, slots=True)
class EstimateView:
    """An estimate with the answer it was made from; `check` None: nobody asked the payer. `caveat` is a key of the
    words that stand beside it."""

    estimate: Estimate
    check: CheckRow | None
    freshness: Freshness
    caveat: str = CAVEAT


class Eligibility:
    """Tells, types in, estimates."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def card(self, patient_id: str) -> CoverageCard:
        """What is known of a patient's plan now."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            known = eligibility.checks(reader, clinic.tenant, patient_id)
            check = eligibility.usable(reader, clinic.tenant, patient_id)
            coverage = self._coverage(reader, patient_id, check)
        newest = known[0] if known else None
        rejected = newest if newest is not None and newest.state == plan.REJECTED else None
        return CoverageCard(patient_id, self._freshness(check), check, rejected, coverage)

    def freshness(self, patients: Sequence[str]) -> dict[str, Freshness]:
        """How old the newest answer about each of these patients is; `never` where there is none. For lists."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            known = eligibility.ages(reader, clinic.tenant, patients)
        now = clinic.clock.now()
        return {each: freshness_of(known.get(each, ""), now) for each in patients}

    def raw(self, check_id: str) -> str:
        """The payer's own words, for whoever wants to see what an answer was made from."""
        with self._clinic.store.reader() as reader:
            return eligibility.raw(reader, self._clinic.tenant, check_id)

    def take_file(self, path: Path, person: Person) -> TakenFile:
        """Read one file of payers' answers (271) that somebody has at hand, for whichever patients it is about. Needs
        the right for visits. Raises RuleBroken `staff.right_missing`, ImportRefused for a file that cannot be read."""
        from app.eligibility_answers import Answers, read_answers
        from app.importing import bytes_of
        from exchange.unpack import unpacked

        need(Right.VISITS, person)
        clinic = self._clinic
        content = read_answers(path.name, unpacked(bytes_of(path)))
        outcome = Answers(clinic.store).write(content, clinic.zone, clinic.clock.now(), clinic.today().isoformat(),
                                              person.staff_id)  # fmt: skip
        refused = [*content.refusals, *outcome.refusals]
        first = ImportRefused(refused[0].reason) if refused else None
        if first is not None:
            first.facts.update(refused[0].facts)
        log.info("answers taken in", extra=facts(news=outcome.created, known=outcome.unchanged, refused=len(refused)))
        return TakenFile(outcome.created, outcome.unchanged, len(refused), first)

    def form(self, patient_id: str) -> TypedBenefits:
        """An empty form with what is known of the insurance."""
        known = self.card(patient_id).coverage
        return TypedBenefits(
            check_id=new_id(), patient_id=patient_id, payer=known.payer if known else "",
            plan_name=known.plan if known else "", member_id=known.member_id if known else "",
            copay_cents=known.copay_cents if known else None,
        )  # fmt: skip

    def type_in(self, typed: TypedBenefits, person: Person, supervisor: Person | None = None) -> CoverageCard:
        """Keep benefits that were typed in, as of now, and what they say of the insurance. Needs the right for visits.
        Raises RuleBroken, nothing written: `staff.right_missing`, `eligibility.payer_missing`,
        `eligibility.nothing_typed`, `eligibility.amount_wrong`, `eligibility.share_wrong`,
        `eligibility.network_wrong`, `collect.patient_gone`."""
        clinic = self._clinic
        lender = need(Right.VISITS, person, supervisor)
        check = self._typed_check(typed)
        with clinic.store.write() as tx:
            if rows.person(tx.reader, clinic.tenant, typed.patient_id) is None:
                raise RuleBroken("collect.patient_gone")
            if not Insurances(asking(tx.reader), clinic.tenant).knows_check(check.check_id):
                coverage = self._coverage(tx.reader, typed.patient_id, None)
                check = replace(check, coverage_id=coverage.id if coverage else "")
                after = insurance_after(coverage, check) if coverage else None
                for body in (check, *([after] if after else [])):
                    tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                              group=check.check_id, supervisor=lender)  # fmt: skip
        log.info("benefits typed in", extra=facts(check=typed.check_id, staff=person.staff_id))
        return self.card(typed.patient_id)

    def set_both(self, coverage_id: str, both: bool, person: Person, supervisor: Person | None = None) -> None:
        """Say that a plan asks for copay and deductible at one visit, or that it does not. Needs the right for visits.
        Raises RuleBroken `staff.right_missing`, `eligibility.insurance_gone`."""
        clinic = self._clinic
        lender = need(Right.VISITS, person, supervisor)
        with clinic.store.write() as tx:
            known = StoredRecords(tx.reader, clinic.tenant).stored("coverage", coverage_id)
            if known is None:
                raise RuleBroken("eligibility.insurance_gone")
            if known.copay_and_deductible != both:
                tx.record(replace(known, copay_and_deductible=both), person_id=person.staff_id,
                          business_date=clinic.today().isoformat(), supervisor=lender)  # fmt: skip

    def estimate(self, order: EstimateOrder) -> EstimateView:
        """What the patient will probably pay, from the newest answer (S2-07). Raises RuleBroken
        `estimate.purpose_wrong` for a payment type that has none."""
        if order.purpose not in PURPOSES:
            raise RuleBroken("estimate.purpose_wrong")
        clinic = self._clinic
        with clinic.store.reader() as reader:
            check = eligibility.usable(reader, clinic.tenant, order.patient_id)
            coverage = self._coverage(reader, order.patient_id, check)
            listed = eligibility.procedures(reader, clinic.tenant, order.appointment_id) if order.appointment_id else []
            visit = rows.visit(reader, clinic.tenant, order.appointment_id) if order.appointment_id else None
            payer = check.payer if check else coverage.payer if coverage else ""
            day = date.fromisoformat(visit.service_date) if visit is not None else clinic.today()
            prices = self._prices(reader, payer, day) if payer and listed else {}
        procedures = order.procedures or tuple(_procedure(each, prices) for each in listed)
        fresh = freshness_of(check.checked_at if check else "", clinic.now(), day)
        question = Question(
            purpose=order.purpose, procedures=procedures, benefits=check.benefits if check else (),
            state=check.state if check else "never", age_s=self._age_s(check), network=order.network,
            service_type=order.service_type, by_hand=check is not None and check.source == TYPED,
            copay_and_deductible=coverage is not None and coverage.copay_and_deductible,
            earlier_month=fresh.level == EARLIER,
        )  # fmt: skip
        scheduled = any(each.scheduled for each in procedures)
        return EstimateView(estimate(question), check, fresh, CAVEAT_FEES if scheduled else CAVEAT)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _prices(self, reader: object, payer: str, day: date) -> dict[str, int]:
        """What a payer allows on the day of a visit; for one that was, by the prices of today: what its claim brought
        is said with its charges."""
        counts = max(day, self._clinic.today()).isoformat()
        return fees.prices(reader, self._clinic.tenant, payer_key(self._clinic.tenant, payer), counts)

    def _age_s(self, check: CheckRow | None) -> int:
        return int((self._clinic.clock.now() - parse_utc(check.checked_at)).total_seconds()) if check else 0

    def _freshness(self, check: CheckRow | None) -> Freshness:
        return freshness_of(check.checked_at if check else "", self._clinic.clock.now())

    def _coverage(self, reader: object, patient_id: str, check: CheckRow | None) -> Coverage | None:
        """The insurance an answer is about, or the one that is asked first."""
        insurances = Insurances(asking(reader), self._clinic.tenant)
        mine = insurances.coverages(check.patient_id if check else patient_id) or insurances.coverages(patient_id)
        named = [each for each in mine if check is not None and each.id == check.coverage_id]
        return next(iter(named or mine), None)

    def _typed_check(self, typed: TypedBenefits) -> EligibilityCheck:
        payer = _line(typed.payer)
        if not payer:
            raise RuleBroken("eligibility.payer_missing")
        benefits = tuple(_typed_benefits(typed))
        if typed.in_force and not benefits:
            raise RuleBroken("eligibility.nothing_typed")
        head = Benefit(kind=plan.ACTIVE if typed.in_force else plan.INACTIVE, code="1" if typed.in_force else "6",
                       service_types=(plan.PLAN,), plan=_line(typed.plan_name),
                       messages=(_line(typed.note),) if _line(typed.note) else ())  # fmt: skip
        return EligibilityCheck(
            check_id=typed.check_id, patient_id=typed.patient_id, source=TYPED,
            checked_at=utc_text(self._clinic.clock.now()),
            state=plan.ELIGIBLE if typed.in_force else plan.INELIGIBLE, payer=payer, plan=_line(typed.plan_name),
            member_id=_line(typed.member_id), benefits=(head, *benefits),
        )  # fmt: skip


def _procedure(row: ProcedureRow, prices: dict[str, int]) -> Procedure:
    """A service of a visit: at what the payer allowed for it, else by the payer's fee schedule."""
    scheduled = prices.get(row.code, 0) * row.units if not row.allowed_cents else 0
    return Procedure(code=row.code, description=row.description, allowed_cents=row.allowed_cents or scheduled or None,
                     from_payer=True, scheduled=bool(scheduled))  # fmt: skip


def freshness_of(checked_at: str, now: datetime, service_day: date | None = None) -> Freshness:
    """The words for how old an answer is (UTC text; empty: there is none). With the day of a service, and `now` on the
    clinic's clock, an answer of an earlier month says so."""
    if not checked_at:
        return Freshness(NEVER, "eligibility.never")
    at = parse_utc(checked_at)
    seconds = max(int((now - at).total_seconds()), 0)
    answered_on = at.astimezone(now.tzinfo).date().isoformat()
    level = age_level(seconds, answered_on, service_day.isoformat()) if service_day else age_level(seconds)
    return Freshness(level, f"eligibility.{level}", {"seconds": seconds})


_AMOUNTS = (
    (plan.COPAY, "B", "copay_cents", plan.VISIT),
    (plan.DEDUCTIBLE, "C", "deductible_left_cents", plan.REMAINING),
    (plan.OUT_OF_POCKET, "G", "out_of_pocket_left_cents", plan.REMAINING),
)
"""(kind, X12 code, field of the form, period)."""


def _typed_benefits(typed: TypedBenefits) -> Iterator[Benefit]:
    if typed.network not in plan.NETWORKS:
        raise RuleBroken("eligibility.network_wrong")
    for kind, code, name, period in _AMOUNTS:
        cents: int | None = getattr(typed, name)
        if cents is None:
            continue
        if not 0 <= cents <= LARGEST_ENTRY_CENTS:
            raise RuleBroken("eligibility.amount_wrong", limit_cents=LARGEST_ENTRY_CENTS)
        yield Benefit(kind=kind, code=code, service_types=(plan.PLAN,), network=typed.network, period=period,
                      level=plan.INDIVIDUAL, amount_cents=cents)  # fmt: skip
    share = typed.coinsurance_bp
    if share is not None:
        if not 0 <= share <= plan.WHOLE_BP:
            raise RuleBroken("eligibility.share_wrong")
        yield Benefit(kind=plan.COINSURANCE, code="A", service_types=(plan.PLAN,), network=typed.network,
                      level=plan.INDIVIDUAL, percent_bp=share)  # fmt: skip


def _line(text: str) -> str:
    return " ".join(text.split())[:LONGEST]
