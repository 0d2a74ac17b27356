"""Good faith estimates for people who pay themselves (45 CFR 149.610): made from a visit's services, kept for good.

An estimate that was given is a PDF among the documents of the payment or patient. It lies there by its content: what
changes later makes another one beside it.
"""

from __future__ import annotations

from app.clinic import Clinic
from app.kept_documents import KeptDocuments
from app.refusals import need
from app.views import Person
from app.visit_charges import pays_alone, services_of
from models.basics.errors import RuleBroken
from models.operations import records
from models.rules.numbers import treatment_number
from models.rules.people import display_name
from models.rules.rights import Right
from models.store.queries import recorded
from receipts.compose import clinic_block
from receipts.good_faith import GoodFaithDocument, GoodFaithLine
from receipts.superbill import all_diagnoses, pointers

NAME = "Good faith estimate"


class GoodFaith:
    """Makes estimates and keeps them. `document` on the `reads` lane, `give` on `documents`."""

    def __init__(self, clinic: Clinic, documents: KeptDocuments) -> None:
        self._clinic, self._documents = clinic, documents

    def document(self, appointment_id: str) -> GoodFaithDocument:
        """The estimate of a visit as its services stand now. Raises RuleBroken `good_faith.no_visit`,
        `good_faith.insured` (an insurance is asked first), `good_faith.no_services`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            visit = recorded.one(reader, tenant, records.Appointment, appointment_id)
            patient = recorded.one(reader, tenant, records.Patient, visit.patient_id) if visit else None
            if visit is None or patient is None:
                raise RuleBroken("good_faith.no_visit")
            if not pays_alone(reader, tenant, visit):
                raise RuleBroken("good_faith.insured")
            services = services_of(reader, tenant, appointment_id)
            if not services:
                raise RuleBroken("good_faith.no_services")
            who = recorded.one(reader, tenant, records.Practitioner, visit.practitioner_id)
            place = recorded.one(reader, tenant, records.Location, visit.location_id)
        diagnoses = all_diagnoses(charge.diagnoses for charge in services)
        return GoodFaithDocument(
            clinic=clinic_block(clinic.practice), made_on=clinic.today().isoformat(),
            patient_name=display_name(family=patient.family, given=patient.given, suffix=patient.suffix),
            birth_date=patient.birth_date, account_no=patient.mrn, address=patient.address,
            service=visit.title or services[0].description, service_date=visit.service_date,
            treatment_no=treatment_number(visit.id), provider=who.name if who else "",
            provider_npi=who.npi if who else "", place=place.name if place else "", diagnoses=diagnoses,
            lines=tuple(_line(charge, diagnoses) for charge in services),
        )  # fmt: skip

    def give(self, appointment_id: str, subject_id: str, person: Person) -> str:
        """Make the estimate and keep it beside a payment or request (`subject_id`; empty: the patient); the document
        that it is now, which is printed and sent as it lies there. Asked for twice on a day on which nothing changed it
        is there once. Needs the right for payments.

        Raises RuleBroken as `document` and `KeptDocuments.keep`, and StorageError; nothing was kept then.
        """
        from receipts.layouts.good_faith_letter import good_faith_pdf

        need(Right.PAYMENTS, person)
        document = self.document(appointment_id)
        with self._clinic.store.reader() as reader:
            visit = recorded.one(reader, self._clinic.tenant, records.Appointment, appointment_id)
        assert visit is not None
        return self._documents.keep(good_faith_pdf(document), f"{NAME} {document.made_on}.pdf", visit.patient_id,
                                    subject_id, person)  # fmt: skip


def _line(charge: records.Charge, diagnoses: tuple[str, ...]) -> GoodFaithLine:
    return GoodFaithLine(
        code=" ".join(part for part in (charge.code, charge.modifiers.replace(",", " ")) if part),
        description=charge.description, units=charge.units,
        charge_cents=charge.billed_cents or charge.responsibility_cents, pointers=pointers(charge.diagnoses, diagnoses),
    )  # fmt: skip
