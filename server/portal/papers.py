"""Receipts and statements as the portal hands them out: made from the hub's books, on the practice's own paper."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import orjson

from models.basics.clock import business_date, parse_utc
from models.operations.bodies import CardFacts
from models.operations.records import Patient
from models.rules.people import display_name
from models.store.hub_reading import HubReader
from models.store.queries import ledger, methods, people, receipts, recorded, staff
from models.store.queries.ledger import StatementRow
from models.store.queries.receipts import PaidRow
from receipts.attachments import Document, pdf_of_document
from receipts.compose import Sale, SaleLine, SaleTender, clinic_block, compose
from receipts.statement import StatementDocument, StatementItem
from server.portal.clinic import ClinicFacts

HOME = "Online"
"""Where a payment from home was taken, on its receipt."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement in the list."""

    statement_id: str
    number: str
    day: str
    due_date: str
    cents: int


def receipt(reader: HubReader, clinic: ClinicFacts, records: Collection[str], payment_id: str) -> Document | None:
    """The receipt of a payment of one of these records; None: there is none of theirs."""
    paid = receipts.payment(reader, clinic.tenant, payment_id)
    if paid is None or paid.patient_id not in records:
        return None
    payer = recorded.one(reader, clinic.tenant, Patient, people.survivor(reader, clinic.tenant, paid.patient_id))
    if payer is None:
        return None
    names = staff.staff_names(reader, clinic.tenant)
    at_home = paid.tender == "online"
    return compose(Sale(
        practice=clinic.practice, receipt_no=paid.receipt_no.partition("+")[0], payment_number=paid.number,
        taken_at=parse_utc(paid.taken_at).astimezone(clinic.zone), business_date=paid.business_date,
        station=HOME if at_home else "", cashier="" if at_home else names.get(paid.actor, ""),
        patient_name=display_name(family=payer.family, given=payer.given, suffix=payer.suffix), account_no=payer.mrn,
        lines=_lines(reader, clinic, paid), tenders=(_tender(reader, clinic, paid),),
        requested_cents=paid.requested_cents, received_date=paid.received_date,
        kind=(paid.reversed_act or "void") if paid.reversed_at else "payment",
        refers_to=paid.receipt_no if paid.reversed_at else "",
    ))  # fmt: skip


def _lines(reader: HubReader, clinic: ClinicFacts, paid: PaidRow) -> tuple[SaleLine, ...]:
    if paid.reversed_at:
        return ()
    mine = people.records(reader, clinic.tenant, paid.patient_id)
    found = receipts.applied(reader, clinic.tenant, paid.payment_id)
    others = {row.patient_id for row in found} - set(mine)
    known = {other: recorded.one(reader, clinic.tenant, Patient, other) for other in others}
    names = {other: who.given or who.family for other, who in known.items() if who is not None}
    return tuple(
        SaleLine(amount_cents=row.cents, kind=row.kind, description=row.description, service_date=row.service_date,
                 provider=row.practitioner, code=row.code, patient=names.get(row.patient_id, ""))
        for row in found
    )  # fmt: skip


def _tender(reader: HubReader, clinic: ClinicFacts, paid: PaidRow) -> SaleTender:
    card = CardFacts(brand=paid.brand, last4=paid.last4, entry_mode=paid.entry_mode, auth_code=paid.auth_code)
    method = methods.method(reader, clinic.tenant, paid.method_id) if paid.method_id else None
    return SaleTender(
        tender=(paid.method_id or "card") if paid.tender == "online" else paid.tender, amount_cents=paid.amount_cents,
        tendered_cents=paid.tendered_cents, change_cents=paid.change_cents, check_no=paid.check_no,
        card=card if paid.last4 or paid.brand else None, name=method.name if method else "",
        trace_no=paid.trace_no if method else "", trace_label=method.reference if method else "",
    )  # fmt: skip


def statements(reader: HubReader, clinic: ClinicFacts, records: Collection[str]) -> list[StatementLine]:
    """Every statement of these people, newest first."""
    return [
        StatementLine(row.statement_id, row.number, _issued_on(clinic, row).isoformat(), row.due_date,
                      max(row.balance_cents - row.unallocated_cents, 0))
        for row in ledger.statements(reader, clinic.tenant, tuple(records))
    ]  # fmt: skip


def statement(reader: HubReader, clinic: ClinicFacts, records: Collection[str], statement_id: str) -> Document | None:
    """A statement of one of these records as it was issued; None: there is none of theirs."""
    row = ledger.statement(reader, clinic.tenant, statement_id)
    if row is None or row.patient_id not in records:
        return None
    patient = recorded.one(reader, clinic.tenant, Patient, row.patient_id)
    if patient is None:
        return None
    payer = recorded.one(reader, clinic.tenant, Patient, patient.guarantor_id) if patient.guarantor_id else None
    person = payer or patient
    return StatementDocument(
        clinic=clinic_block(clinic.practice), number=row.number, issued_on=_issued_on(clinic, row).isoformat(),
        due_on=row.due_date, account_no=patient.mrn, address=person.address, message=clinic.rules.statement_message,
        name=display_name(family=person.family, given=person.given, suffix=person.suffix),
        items=tuple(StatementItem(**line) for line in orjson.loads(row.lines or "[]")),
        balance_cents=row.balance_cents, unallocated_cents=row.unallocated_cents, copy=True,
    )  # fmt: skip


def _issued_on(clinic: ClinicFacts, row: StatementRow) -> date:
    return business_date(parse_utc(row.issued_at), clinic.zone, clinic.practice.closing_hour)


def pdf(document: Document) -> bytes:
    """The paper itself."""
    return pdf_of_document(document)
