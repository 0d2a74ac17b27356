"""Payment agreements on paper: as they are written down, for the preview, the printer and a PDF."""

from __future__ import annotations

from app.clinic import Clinic
from models.basics.errors import RuleBroken
from models.operations import records
from models.rules.agreement import sentences_of
from models.rules.numbers import plan_number
from models.rules.people import display_name
from models.rules.plans import interest_of, sum_of
from models.store.queries import plans, recorded
from receipts.agreement import AgreementDocument, AgreementLine
from receipts.compose import clinic_block


class Agreements:
    """Finds agreements. Lane `reads`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def document(self, plan_id: str) -> AgreementDocument:
        """An agreement as it stands. Raises RuleBroken `plan.gone`, `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            row = plans.plan(reader, clinic.tenant, plan_id)
            if row is None:
                raise RuleBroken("plan.gone")
            patient = recorded.one(reader, clinic.tenant, records.Patient, row.patient_id)
        if patient is None:
            raise RuleBroken("collect.patient_gone")
        left, lines = sum_of(row.instalments), list[AgreementLine]()
        for line in row.instalments:
            left -= 0 if line.skipped else line.cents
            lines.append(AgreementLine(due_on=line.due.isoformat(), amount_cents=line.cents, left_cents=left,
                                       skipped=line.skipped))  # fmt: skip
        accepted = clinic.local(row.accepted_at).date().isoformat() if row.accepted else ""
        return AgreementDocument(
            clinic=clinic_block(clinic.practice), number=plan_number(plan_id),
            written_on=clinic.local(row.put_at).date().isoformat(),
            name=display_name(family=patient.family, given=patient.given, suffix=patient.suffix),
            account_no=patient.mrn, address=patient.address, encounter_cents=row.encounter_cents,
            discount_cents=row.discount_cents, interest_cents=interest_of(row.instalments),
            words=sentences_of(row.text), lines=tuple(lines), terms_sha256=row.terms_sha256,
            accepted_by=row.accepted_by if row.accepted else "", accepted_on=accepted,
            accepted_how=row.accepted_how if row.accepted else "", signature=row.signature if row.accepted else "",
        )  # fmt: skip
