"""The plan of one payment: what the receptionist decided, checked against the store, complete enough to be posted later
by whoever finds the card's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.clinic import Clinic
from app.fields import Checked, check_fields, visit_to_prepay
from app.payables import Due, VisitMoney, dues, in_their_order, of_family
from app.settings import CHECK_IN_ON_PAYMENT, PAST_DUE_DAYS, Settings
from app.views import CollectRequest, CollectSheet, KeepCard, TenderKind
from models.basics.errors import RuleBroken
from models.rules.collecting import (
    Lot,
    Part,
    Payable,
    Spend,
    check_amounts,
    less_given_back,
    payment_type,
    provisional,
    spend_credit,
)  # fmt: skip
from models.rules.visits import may_check_in
from models.store.queries import collect, family, prepaying, rows
from models.store.queries.rows import PatientRow, VisitRow


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One line to be paid: `cents` of the `owes_cents` it owes. `part` is a Part, `kind` and `code` as on receipts,
    `patient` the name of whose it is where that is another one of the family; `ahead`: of a visit still to come."""

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
    patient_id: str = ""
    patient: str = ""
    ahead: bool = False

    def payable(self) -> Payable:
        """The line as the rules know it."""
        return Payable(self.key, Part(self.part), self.owes_cents, date.fromisoformat(self.service_date),
                       self.charge_id, self.appointment_id, patient_id=self.patient_id, ahead=self.ahead)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSpend:
    """`cents` of the lot of `payment_id` for the line `key`."""

    payment_id: str
    key: str
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One payment to be made. `due_cents` is what the tender has to bring; money beyond the lines waits for the visit
    `extra_appointment_id` (`extra_date` its day, `extra_patient` whose where that is another one of the family) or,
    without one, is free credit. `attempt_id` is the sheet's: it names this payment for ever. `method_name` and
    `trace_label` are words for the receipt, `practitioner` a name; `request_id` is what had been asked. A card on file
    is a card: `tender` says so, and `kept_card_id` which; `keep`: the card that is shown is kept."""

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
    extra_appointment_id: str = ""
    extra_patient: str = ""
    extra_date: str = ""
    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    print_receipt: bool = True
    check_in: bool = False
    basis_seq: int = 0
    payment_type: str = ""
    method_id: str = ""
    method_name: str = ""
    trace_no: str = ""
    trace_label: str = ""
    received_date: str = ""
    practitioner_id: str = ""
    practitioner: str = ""
    note: str = ""
    provisional: tuple[tuple[str, int], ...] = ()
    request_id: str = ""
    kept_card_id: str = ""
    keep: KeepCard | None = None

    @property
    def provisional_cents(self) -> int:
        """What of the credit another desk may have spent meanwhile: the hub's word on it is awaited."""
        return sum(cents for _, cents in self.provisional)

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
    """A patient's account as it stands at this moment: who, which visit, what may be paid (by the whole family), what
    may be spent."""

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
    patient = rows.person(reader, tenant, patient_id)
    if patient is None:
        raise RuleBroken("collect.patient_gone")
    patient_id = patient.id
    visit = rows.visit(reader, tenant, appointment_id) if appointment_id else None
    if appointment_id and (visit is None or visit.patient_id != patient_id):
        raise RuleBroken("collect.visit_gone")
    money = visit_money(clinic, reader, visit) if visit is not None else VisitMoney()
    past_due_days = settings.get(PAST_DUE_DAYS)
    found = dues(clinic, visit, money, collect.open_charges(reader, tenant, patient_id), past_due_days)
    others = [row for row in family.family(reader, tenant, patient_id) if row.id != patient_id]
    for other in others:
        found += of_family(_dues_of(clinic, reader, other.id, past_due_days), other.given or other.family)
    lots = _lots(clinic, reader, patient_id, [row.id for row in others]) if with_lots else ()
    return Standing(patient, visit, tuple(in_their_order(found) if others else found), lots, money.charged_cents)


def visit_money(clinic: Clinic, reader: Any, visit: VisitRow) -> VisitMoney:
    """What already lies on a visit, and what the patient's plan asks for it."""
    tenant = clinic.tenant
    insured = rows.coverage(reader, tenant, visit.patient_id)
    return VisitMoney(
        collect.charged_on_visit(reader, tenant, visit.id), collect.prepaid_for(reader, tenant, visit.id),
        insured.copay_cents if insured and insured.status == "active" else None,
    )  # fmt: skip


def _dues_of(clinic: Clinic, reader: Any, patient_id: str, past_due_days: int) -> list[Due]:
    """What another one of the family may pay today: open charges, and the copay of a visit today."""
    tenant = clinic.tenant
    found: dict[str, Due] = {}
    charges = collect.open_charges(reader, tenant, patient_id)
    visits: list[VisitRow | None] = [*prepaying.visits_of(reader, tenant, patient_id, clinic.today().isoformat()), None]
    for visit in visits:
        money = visit_money(clinic, reader, visit) if visit is not None else VisitMoney()
        mine = [row for row in charges if visit is None or row.appointment_id == visit.id]
        for due in dues(clinic, visit, money, mine, past_due_days):
            found.setdefault(due.payable.key, due)
    return list(found.values())


def _lots(clinic: Clinic, reader: Any, patient_id: str, others: Sequence[str]) -> tuple[Lot, ...]:
    """What may be spent on a patient's sheet: their own money, less what other programs gave back of it; and of the
    family what is set aside for its visits, which pays those alone."""
    tenant = clinic.tenant
    lie = [Lot(row.payment_id, row.appointment_id, row.cents) for row in collect.lots(reader, tenant, patient_id)]
    own = clinic.holds.lots(reader, patient_id, lie)
    found = less_given_back(own, collect.given_back_elsewhere(reader, tenant, patient_id) if own else 0)
    for other_id in others:
        aside = [Lot(row.payment_id, row.appointment_id, row.cents) for row in collect.lots(reader, tenant, other_id)]
        left = less_given_back(aside, collect.given_back_elsewhere(reader, tenant, other_id) if aside else 0)
        found += tuple(lot for lot in left if lot.appointment_id)
    return found


def spendable(payables: Sequence[Payable], lots: Sequence[Lot]) -> int:
    """Credit that may be spent on these lines: what is free, and what is earmarked to their own visits."""
    own = {payable.appointment_id for payable in payables if payable.appointment_id and payable.charge_id}
    return sum(lot.cents for lot in lots if not lot.appointment_id or lot.appointment_id in own)


def sheet_payables(sheet: CollectSheet) -> list[Payable]:
    """The lines of a sheet as the rules know them."""
    return [
        Payable(line.key, Part(line.kind.value), line.owes_cents, line.service_date, line.charge_id,
                line.appointment_id, patient_id=line.patient_id, ahead=line.ahead)
        for line in sheet.lines
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Details:
    """What only one tender knows of: cash handed over and change, a check's number and name, or the practice's own way
    to pay with its number and what that is called; a card on file, or that the card shown is kept."""

    tendered_cents: int = 0
    change_cents: int = 0
    check_no: str = ""
    check_name: str = ""
    method_id: str = ""
    method_name: str = ""
    trace_no: str = ""
    trace_label: str = ""
    kept_card_id: str = ""
    keep: KeepCard | None = None


Check = Callable[[Any, CollectRequest, int], Details]
"""A tender's own look at a request and the cents it has to bring, with the reader of the transaction. Raises
RuleBroken."""


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
    details = check(reader, request, due) if due else Details()
    fields = check_fields(clinic, reader, request) if due else Checked()
    tender = booked_as(request.tender) if due else TenderKind.CREDIT
    visit = now.visit
    extra = _extra(clinic, reader, request, now)
    kinds = [line.kind for line in lines if line.cents]
    said = fields.payment_type
    return Plan(
        attempt_id=sheet.attempt_id, patient_id=sheet.patient.patient_id, tender=tender.value,
        person_id=request.person.staff_id, person_name=request.person.name, business_date=clinic.today().isoformat(),
        due_cents=due, lines=lines, spends=spends, appointment_id=visit.id if visit else "",
        extra_cents=request.extra_cents, extra_appointment_id=extra.id if extra else "",
        extra_patient=_first_name(clinic, reader, extra, now), extra_date=extra.service_date if extra else "",
        tendered_cents=details.tendered_cents, change_cents=details.change_cents, check_no=details.check_no,
        check_name=details.check_name,
        print_receipt=request.print_receipt and now.patient.receipt_by != "none",
        check_in=checks_in(clinic, settings, visit), basis_seq=sheet.basis_seq,
        payment_type=payment_type(kinds, request.extra_cents) if said is None else said,
        method_id=details.method_id, method_name=details.method_name, trace_no=details.trace_no,
        trace_label=details.trace_label, received_date=fields.received_date, practitioner_id=fields.practitioner_id,
        practitioner=fields.practitioner, note=fields.note,
        provisional=tuple(provisional([Spend(s.payment_id, s.key, s.cents) for s in spends], now.lots).items()),
        request_id=request.request_id, kept_card_id=details.kept_card_id, keep=details.keep,
    )  # fmt: skip


def booked_as(tender: TenderKind) -> TenderKind:
    """What the books call a way to pay: a card on file is a card."""
    return TenderKind.CARD if tender is TenderKind.ON_FILE else tender


def _first_name(clinic: Clinic, reader: Any, visit: VisitRow | None, now: Standing) -> str:
    """Whose visit it is, where that is another one of the family."""
    if visit is None or visit.patient_id == now.patient.id:
        return ""
    other = rows.patient(reader, clinic.tenant, visit.patient_id)
    return (other.given or other.family) if other else ""


def _extra(clinic: Clinic, reader: Any, request: CollectRequest, now: Standing) -> VisitRow | None:
    """The visit that money beyond the lines is for: the one that was chosen, else the sheet's own while it has no
    charges; None: free credit. Raises RuleBroken `collect.prepay_gone`."""
    if not request.extra_cents:
        return None
    if request.extra_for is None:
        return now.visit if now.visit is not None and not now.visit_charged_cents else None
    if not request.extra_for:
        return None
    return visit_to_prepay(clinic, reader, now.patient.id, request.extra_for)


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
            code=due.code, kind=due.kind, provider=due.provider, patient_id=due.payable.patient_id,
            patient=due.patient, ahead=due.payable.ahead,
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
