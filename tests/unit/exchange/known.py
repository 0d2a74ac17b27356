"""A store that knows nothing, or only what it is given: for linking without a database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from exchange.drafts import FileContent, Reading
from exchange.fhir.bundle import read_fhir
from exchange.linking.link import Linked, link
from models.operations import records
from models.store.queries.records import MoneyRow

ZONE = ZoneInfo("America/New_York")
TENANT, SOURCE = "tenant-1", "ehr"
KIND = {
    records.Practitioner: "practitioner", records.Location: "location", records.Patient: "patient",
    records.Coverage: "coverage", records.Appointment: "appointment", records.Charge: "charge",
    records.Method: "method",
}  # fmt: skip


class KnownRecords:
    """Answers from a list of records."""

    def __init__(self, known: Iterable[Any] = (), money: Iterable[MoneyRow] = ()) -> None:
        self._records = {(KIND[type(record)], record.id): record for record in known}
        self._money = {row.id: row for row in money}
        self.survivors: dict[str, str] = {}

    def stored(self, kind: str, record_id: str) -> Any | None:
        if kind == "payment":
            return self._money.get(record_id)
        return self._records.get((kind, record_id))

    def survivor(self, patient_id: str) -> str:
        return self.survivors.get(patient_id, patient_id)

    def called(self, kind: str, name: str) -> str:
        found = [record.id for (other, _), record in self._records.items() if other == kind and record.name == name]
        return found[0] if len(found) == 1 else ""

    def practitioner_with_npi(self, npi: str) -> str:
        return next((r.id for r in self._of(records.Practitioner) if r.npi == npi), "")

    def patients_with_mrn(self, mrn: str) -> Sequence[str]:
        return [r.id for r in self._of(records.Patient) if r.mrn == mrn]

    def coverages_of(self, patient_id: str) -> Sequence[records.Coverage]:
        return [r for r in self._of(records.Coverage) if r.patient_id == patient_id]

    def visits_on(self, patient_id: str, service_date: str) -> Sequence[str]:
        return [r.id for r in self._of(records.Appointment)
                if (r.patient_id, r.service_date) == (patient_id, service_date)]  # fmt: skip

    def charges_of_visit(self, appointment_id: str) -> Sequence[records.Charge]:
        return [r for r in self._of(records.Charge) if r.appointment_id == appointment_id]

    def payments_elsewhere(self, patient_id: str) -> Sequence[Any]:
        return [row for row in self._money.values() if row.patient_id == patient_id and row.left_cents > 0]

    def _of(self, kind: Any) -> list[Any]:
        return [record for record in self._records.values() if type(record) is kind]


def fhir(*values: Any) -> list[FileContent]:
    """Each value as a file of its own."""
    return [read_fhir(f"file-{number}.json", json.dumps(value), Reading(ZONE)) for number, value in enumerate(values)]


def linked(*values: Any, known: Iterable[Any] = ()) -> Linked:
    """What becomes of FHIR values, each in a file of its own."""
    return link(fhir(*values), TENANT, SOURCE, KnownRecords(known), ZONE)


def made(result: Linked, kind: type[Any]) -> list[Any]:
    """The records of a type that would be written."""
    return [item.record for _, items in result.files for item in items if type(item.record) is kind]


def only(result: Linked, kind: type[Any]) -> Any:
    """The one of them."""
    (record,) = made(result, kind)
    return record


def reasons(result: Linked) -> list[str]:
    """Why things were refused."""
    return [refusal.reason for refusal in result.refusals]
