"""The plan of one payment: what the receptionist decided, checked against the store, complete enough to be posted later
by whoever finds the card's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clinic import Clinic
from app.payables import Due, VisitMoney, dues
from app.settings import CHECK_IN_ON_PAYMENT, PAST_DUE_DAYS, Settings
from app.views import CollectRequest, CollectSheet, TenderKind
from models.basics.errors import RuleBroken
from models.rules.collecting import Lot, Part, Payable, check_amounts, spend_credit
from models.rules.visits import may_check_in
from models.store.queries import collect, rows
from models.store.queries.rows import PatientRow, VisitRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line to be paid: `cents` of the `owes_cents` it owes. `part` is a Part, `kind` and `code` as on receipts."""

    key: str
    part: str
    cents: int
    owes_cents: int
    service_date: str
    title: str
    visit_title: str = ""
    charge_id: str = ""
    appointment_id: str = ""
    code: str = ""
    kind: str = ""
    provider: str = ""

    def payable(self) -> Payable:
        """The line as the rules know it."""
        return Payable(self.key, Part(self.part), self.owes_cents, date.fromisoformat(self.service_date),
                       self.charge_id, self.appointment_id)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpend:
    """`cents` of the lot of `payment_id` for the line `key`."""

    payment_id: str
    key: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One payment to be made. `due_cents` is what the tender has to bring; `extra_for_visit`: money beyond the lines
    waits for the visit, else it is free credit. `attempt_id` is the sheet's: it names this payment for ever."""

    attempt_id: str
    patient_id: str
    tender: str
    person_id: str
    person_name: str
    business_date: str
    due_cents: int
    lines: tuple[PlanLine, ...] = ()
    spends: tuple[PlanSpend, ...] = ()
    appointment_id: str = ""
    extra_cents: int = 0
    extra_for_visit: bool = False
    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    print_receipt: bool = True
    check_in: bool = False
    basis_seq: int = 0

    @property
    def credit_cents(self) -> int:
        """What credit on account pays."""
        return sum(spend.cents for spend in self.spends)

    def amounts(self) -> dict[str, int]:
        """Cents by line."""
        return {line.key: line.cents for line in self.lines}

    def payables(self) -> list[Payable]:
        """The lines as the rules know them."""
        return [line.payable() for line in self.lines]


@dataclass(frozen=True, slots=True)
class Standing:
    """A patient's account as it stands at this moment: who, which visit, what may be paid, what may be spent."""

    patient: PatientRow
    visit: VisitRow | None
    dues: tuple[Due, ...]
    lots: tuple[Lot, ...]
    visit_charged_cents: int = 0

    def payables(self) -> list[Payable]:
        """The lines as the rules know them."""
        return [due.payable for due in self.dues]


def standing(
    clinic: Clinic, settings: Settings, reader: Any, patient_id: str, appointment_id: str, *, with_lots: bool = True
) -> Standing:
    """Read an account, the money on it only `with_lots`. Raises RuleBroken `collect.patient_gone` or
    `collect.visit_gone`."""
    tenant = clinic.tenant
    patient = rows.patient(reader, tenant, patient_id)
    if patient is None:
        raise RuleBroken("collect.patient_gone")
    visit = rows.visit(reader, tenant, appointment_id) if appointment_id else None
    if appointment_id and (visit is None or visit.patient_id != patient_id):
        raise RuleBroken("collect.visit_gone")
    money = VisitMoney()
    if visit is not None:
        insured = rows.coverage(reader, tenant, patient_id)
        money = VisitMoney(
            collect.charged_on_visit(reader, tenant, visit.id), collect.prepaid_for(reader, tenant, visit.id),
            insured.copay_cents if insured and insured.status == "active" else None,
        )  # fmt: skip
    found = dues(clinic, visit, money, collect.open_charges(reader, tenant, patient_id), settings.get(PAST_DUE_DAYS))
    on_account = collect.lots(reader, tenant, patient_id) if with_lots else []
    lots = tuple(Lot(row.payment_id, row.appointment_id, row.cents) for row in on_account)
    return Standing(patient, visit, tuple(found), lots, money.charged_cents)


def spendable(payables: Sequence[Payable], lots: Sequence[Lot]) -> int:
    """Credit that may be spent on these lines: what is free, and what is earmarked to their own visits."""
    own = {payable.appointment_id for payable in payables if payable.appointment_id and payable.charge_id}
    return sum(lot.cents for lot in lots if not lot.appointment_id or lot.appointment_id in own)


def sheet_payables(sheet: CollectSheet) -> list[Payable]:
    """The lines of a sheet as the rules know them."""
    return [
        Payable(line.key, Part(line.kind.value), line.owes_cents, line.service_date, line.charge_id,
                line.appointment_id)
        for line in sheet.lines
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Details:
    """What only one tender knows of: cash handed over and change, or a check's number and name."""

    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    check_name: str = ""


Check = Callable[[CollectRequest, int], Details]
"""A tender's own look at a request and the cents it has to bring. Raises RuleBroken."""


def draw_up(clinic: Clinic, settings: Settings, reader: Any, request: CollectRequest, check: Check) -> Plan:
    """The plan for a request, checked twice: in itself, and against the account as it stands now.

    Raises RuleBroken, and nothing was written or sent: an amount that may not be, more than a line owes, a balance or
    credit that somebody else used meanwhile, or what `check`, the tender's own look, refuses. When credit covers all
    of it the plan's tender is credit, whatever was chosen.
    """
    sheet = request.sheet
    total = check_amounts(sheet_payables(sheet), request.amounts, request.extra_cents)
    now = standing(clinic, settings, reader, sheet.patient.patient_id,
                   sheet.visit.appointment_id if sheet.visit else "", with_lots=request.use_credit)  # fmt: skip
    wanted = {key: cents for key, cents in request.amounts.items() if cents}
    lines = _lines(sheet, now, wanted)
    spends = _spends(request, sheet, now, wanted)
    due = total - sum(spend.cents for spend in spends)
    details = check(request, due) if due else Details()
    tender = request.tender if due else TenderKind.CREDIT
    visit = now.visit
    return Plan(
        attempt_id=sheet.attempt_id, patient_id=sheet.patient.patient_id, tender=tender.value,
        person_id=request.person.staff_id, person_name=request.person.name, business_date=clinic.today().isoformat(),
        due_cents=due, lines=lines, spends=spends, appointment_id=visit.id if visit else "",
        extra_cents=request.extra_cents, extra_for_visit=visit is not None and not now.visit_charged_cents,
        tendered_cents=details.tendered_cents, change_cents=details.change_cents, check_no=details.check_no,
        check_name=details.check_name,
        print_receipt=request.print_receipt, check_in=checks_in(clinic, settings, visit), basis_seq=sheet.basis_seq,
    )  # fmt: skip


def checks_in(clinic: Clinic, settings: Settings, visit: VisitRow | None) -> bool:
    """Does a payment for this visit check the patient in? Only today, and only as a step forward."""
    return (
        visit is not None
        and settings.get(CHECK_IN_ON_PAYMENT)
        and visit.service_date == clinic.today().isoformat()
        and may_check_in(visit.status)
    )


def _lines(sheet: CollectSheet, now: Standing, wanted: dict[str, int]) -> tuple[PlanLine, ...]:
    shown = {line.key: line.owes_cents for line in sheet.lines}
    current = {due.payable.key: due for due in now.dues}
    for key, cents in wanted.items():
        owes = current[key].payable.owes_cents if key in current else 0
        if cents > owes:
            raise RuleBroken("collect.changed", owes_cents=owes, was_cents=shown[key])
    return tuple(
        PlanLine(
            key=due.payable.key, part=due.payable.part.value, cents=wanted[due.payable.key],
            owes_cents=due.payable.owes_cents, service_date=due.payable.service_date.isoformat(), title=due.title,
            visit_title=due.visit_title, charge_id=due.payable.charge_id, appointment_id=due.payable.appointment_id,
            code=due.code, kind=due.kind, provider=due.provider,
        )
        for due in now.dues
        if due.payable.key in wanted
    )  # fmt: skip


def _spends(
    request: CollectRequest, sheet: CollectSheet, now: Standing, wanted: dict[str, int]
) -> tuple[PlanSpend, ...]:  # fmt: skip
    if not request.use_credit:
        return ()
    payables = now.payables()
    spends = spend_credit(payables, wanted, now.lots)
    seen = sum(spend.cents for spend in spend_credit(sheet_payables(sheet), wanted, sheet.lots))
    if sum(spend.cents for spend in spends) < seen:
        raise RuleBroken("collect.credit_changed", credit_cents=spendable(payables, now.lots))
    return tuple(PlanSpend(payment_id=s.payment_id, key=s.key, cents=s.cents) for s in _at_most(spends, seen))


def _at_most(spends: Sequence[Any], cents: int) -> list[Any]:
    """The first `cents` of the spends: never more credit than the person saw."""
    kept, left = [], cents
    for spend in spends:
        part = min(spend.cents, left)
        if part:
            kept.append(type(spend)(spend.payment_id, spend.key, part))
        left -= part
    return kept
