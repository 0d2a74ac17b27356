"""Superbills: the services of a visit with codes and prices, for a patient who deals with the insurer (S0-40)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.clinic import Clinic
from models.basics.errors import RuleBroken
from models.operations import records
from models.rules.people import display_name
from models.store.queries import claims, ledger
from models.store.queries.records import StoredRecords
from receipts.compose import clinic_block
from receipts.superbill import SuperbillDocument, SuperbillLine, all_diagnoses, pointers


class Superbills:
    """Makes superbills from the books. Lane `reads`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def document(self, appointment_id: str) -> SuperbillDocument:
        """The superbill of a visit as its charges stand now; a copay by itself and the practice's own fees are no
        services and stay out. Raises RuleBroken `superbill.no_visit`, `superbill.no_services`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            stored = StoredRecords(reader, tenant)
            visit = stored.stored("appointment", appointment_id)
            patient = stored.stored("patient", visit.patient_id) if visit else None
            if visit is None or patient is None:
                raise RuleBroken("superbill.no_visit")
            services = [charge for charge in stored.charges_of_visit(appointment_id) if _is_service(charge)]
            if not services:
                raise RuleBroken("superbill.no_services")
            services.sort(key=lambda charge: charge.id)
            money = _money(reader, tenant, visit, [charge.id for charge in services])
            who = _provider(stored, visit, services)
            place = stored.stored("location", visit.location_id) if visit.location_id else None
            insured = _insurance(stored, visit)
        diagnoses = all_diagnoses(charge.diagnoses for charge in services)
        practice = clinic.practice
        responsibility, adjusted, owed = money
        return SuperbillDocument(
            clinic=clinic_block(practice),
            service_date=visit.service_date, printed_on=clinic.today().isoformat(),
            patient_name=display_name(family=patient.family, given=patient.given, suffix=patient.suffix),
            birth_date=patient.birth_date, account_no=patient.mrn, address=patient.address,
            lines=tuple(_line(charge, diagnoses) for charge in services), provider=who.name if who else "",
            provider_npi=who.npi if who else "", place=place.name if place else "",
            payer=insured.payer if insured else "", member_id=insured.member_id if insured else "",
            diagnoses=diagnoses, insurance_cents=sum(charge.insurance_paid_cents for charge in services),
            patient_cents=responsibility, adjusted_cents=adjusted, paid_cents=responsibility - adjusted - owed,
            balance_cents=owed, message=practice.receipt_message,
        )  # fmt: skip


def _is_service(charge: records.Charge) -> bool:
    return charge.kind != "fee" and charge.code.casefold() != "copay"


def _line(charge: records.Charge, diagnoses: Sequence[str]) -> SuperbillLine:
    return SuperbillLine(
        code=charge.code, description=charge.description, units=charge.units, modifiers=charge.modifiers,
        price_cents=charge.billed_cents or charge.responsibility_cents, allowed_cents=charge.allowed_cents,
        pointers=pointers(charge.diagnoses, diagnoses),
    )  # fmt: skip


def _money(reader: Any, tenant: str, visit: records.Appointment, charges: Sequence[str]) -> tuple[int, int, int]:
    """(the patient's part, what of it was let off, what is still open) of these charges."""
    items = [item for item in claims.items(reader, tenant, [visit.id]) if item.charge_id in charges]
    let_off = sum(share.cents for share in ledger.shares(reader, tenant, [visit.patient_id])
                  if share.charge_id in charges and share.code != "CR")  # fmt: skip
    return sum(item.responsibility_cents for item in items), let_off, sum(item.owed_cents for item in items)


def _provider(
    stored: StoredRecords, visit: records.Appointment, services: Sequence[records.Charge]
) -> records.Practitioner | None:
    """Who saw the patient: the visit's own, else the one every service names."""
    named = {charge.practitioner_id for charge in services if charge.practitioner_id}
    who = visit.practitioner_id or (named.pop() if len(named) == 1 else "")
    found: records.Practitioner | None = stored.stored("practitioner", who) if who else None
    return found


def _insurance(stored: StoredRecords, visit: records.Appointment) -> records.Coverage | None:
    """The visit's insurance, else the patient's first active one."""
    held = {each.id: each for each in stored.coverages_of(visit.patient_id)}
    if visit.coverage_id in held:
        return held[visit.coverage_id]
    active = [each for each in held.values() if each.status == "active"]
    return min(active, key=lambda each: (each.order, each.id), default=None)
