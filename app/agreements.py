"""Payment agreements on paper: as they are written down, for the preview, the printer and a PDF."""

from __future__ import annotations

from app.clinic import Clinic
from models.basics.errors import RuleBroken
from models.operations import records
from models.store.queries import plans, recorded
from receipts.agreement import AgreementDocument, agreement_document


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
        accepted_on = clinic.local(row.accepted_at).date().isoformat() if row.accepted else ""
        return agreement_document(row, patient, clinic.practice, clinic.local(row.put_at).date().isoformat(),
                                  accepted_on)  # fmt: skip
