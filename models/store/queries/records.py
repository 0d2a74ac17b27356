"""Mirrored records as the store has them, by kind and id: what an import compares with and finds references in."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.operations import records
from models.store.queries import people

TABLES: dict[str, type[Any]] = {
    "practitioner": records.Practitioner,
    "location": records.Location,
    "patient": records.Patient,
    "coverage": records.Coverage,
    "appointment": records.Appointment,
    "charge": records.Charge,
    "method": records.Method,
}
"""The kinds of record an import brings, each a table with a column per field."""


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """A payment, refund or correction that another program made, as it is stored. Of a payment, `left_cents` is what
    was not given back."""

    id: str
    patient_id: str
    amount_cents: int
    left_cents: int
    method_id: str
    appointment_id: str


_LEFT = (
    "y.amount_cents - coalesce((SELECT sum(r.amount_cents) FROM refund r WHERE r.tenant = y.tenant "
    "AND r.payment_id = y.payment_id AND r.state IN ('requested', 'paid')), 0)"
)
_PAYMENT = f"SELECT y.payment_id, y.patient_id, y.amount_cents, {_LEFT}, y.method_id, y.appointment_id FROM payment y"
_REFUND = "SELECT refund_id, patient_id, amount_cents, 0, method_id, '' FROM refund WHERE tenant = ? AND refund_id = ?"


class StoredRecords:
    """Records of one practice as of one read transaction; keep it no longer than `reader()` is open.

    What is found is remembered: the same question is asked of the file once.
    """

    def __init__(self, connection: Any, tenant: str) -> None:
        self._connection, self._tenant = connection, tenant
        self._found: dict[tuple[str, str], Any] = {}
        self._covered: dict[str, Sequence[records.Coverage]] = {}

    def stored(self, kind: str, record_id: str) -> Any | None:
        """The record as its source last put it (a desk's own word on a visit's status left aside), or None. Of kind
        `payment` a MoneyRow."""
        if kind == "payment":
            return self._money(record_id)
        key = (kind, record_id)
        if key not in self._found:
            rows = self._rows(kind, "id = ?", record_id)
            self._found[key] = rows[0] if rows else None
        return self._found[key]

    def survivor(self, patient_id: str) -> str:
        """The record a person goes by; the one asked for where it was merged into no other."""
        return people.survivor(self._connection, self._tenant, patient_id)

    def called(self, kind: str, name: str) -> str:
        """The id of the one practitioner or location of that name; empty when there is none or several."""
        found = self._ids(kind, "name = ?", name)
        return found[0] if len(found) == 1 else ""

    def practitioner_with_npi(self, npi: str) -> str:
        """The id of the practitioner with that national number; empty when there is none."""
        return next(iter(self._ids("practitioner", "npi = ?", npi)), "") if npi else ""

    def patients_with_mrn(self, mrn: str) -> Sequence[str]:
        """The ids of patients with that medical record number."""
        return self._ids("patient", "mrn = ?", mrn) if mrn else ()

    def coverages_of(self, patient_id: str) -> Sequence[records.Coverage]:
        """A patient's coverages."""
        if patient_id not in self._covered:
            self._covered[patient_id] = self._rows("coverage", "patient_id = ?", patient_id)
        return self._covered[patient_id]

    def visits_on(self, patient_id: str, service_date: str) -> Sequence[str]:
        """The ids of a patient's visits on a day (ISO)."""
        return self._ids("appointment", "patient_id = ? AND service_date = ?", patient_id, service_date)

    def charges_of_visit(self, appointment_id: str) -> Sequence[records.Charge]:
        """The charges of a visit."""
        return self._rows("charge", "appointment_id = ?", appointment_id)

    def payments_elsewhere(self, patient_id: str) -> Sequence[MoneyRow]:
        """The payments of a patient that other programs took and that still hold money."""
        found = self._connection.execute(
            f"{_PAYMENT} WHERE y.tenant = ? AND y.patient_id = ? AND y.tender = 'external' "
            "AND y.reversed_op_id = '' ORDER BY y.payment_id",
            (self._tenant, patient_id),
        )
        return [row for row in (MoneyRow(*each) for each in found) if row.left_cents > 0]

    def _money(self, record_id: str) -> MoneyRow | None:
        key = (self._tenant, record_id)
        row = self._connection.execute(f"{_PAYMENT} WHERE y.tenant = ? AND y.payment_id = ?", key).fetchone()
        row = row or self._connection.execute(_REFUND, key).fetchone()
        return MoneyRow(*row) if row else None

    def zone(self) -> ZoneInfo:
        """The clinic's zone; UTC before the practice is set up."""
        row = self._connection.execute(
            "SELECT timezone FROM practice WHERE tenant = ? AND deleted_at = '' LIMIT 1", (self._tenant,)
        ).fetchone()
        try:
            return ZoneInfo(row[0]) if row else ZoneInfo("UTC")
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo("UTC")

    def closing_hour(self) -> int:
        """The hour (0 to 12, local) until which a moment still belongs to the day before."""
        row = self._connection.execute(
            "SELECT closing_hour FROM practice WHERE tenant = ? AND deleted_at = '' LIMIT 1", (self._tenant,)
        ).fetchone()
        return int(row[0]) if row else 0

    def _rows(self, kind: str, where: str, *values: str) -> list[Any]:
        select, make = _shape(kind)
        query = f"{select} WHERE tenant = ? AND deleted_at = '' AND {where}"
        return [make(row) for row in self._connection.execute(query, (self._tenant, *values))]

    def _ids(self, kind: str, where: str, *values: str) -> list[str]:
        query = f"SELECT id FROM {kind} WHERE tenant = ? AND deleted_at = '' AND {where} ORDER BY id"
        return [row[0] for row in self._connection.execute(query, (self._tenant, *values))]


@cache
def _shape(kind: str) -> tuple[str, Callable[[Sequence[Any]], Any]]:
    """(SELECT of every field, maker of the record from such a row)."""
    record = TABLES[kind]
    hints = get_type_hints(record)
    names = [field.name for field in fields(record)]
    readers = [_readers(hints[name]) for name in names]

    def make(row: Sequence[Any]) -> Any:
        return record(**{name: read(cell) for name, read, cell in zip(names, readers, row, strict=True)})

    columns = ", ".join(f'"{name}"' for name in names)
    return f"SELECT {columns} FROM {kind}", make


def _readers(hint: Any) -> Callable[[Any], Any]:
    if hint is bool:
        return bool
    if getattr(hint, "__origin__", None) is tuple:
        return lambda cell: tuple(json.loads(cell or "[]"))
    return _same


def _same(cell: Any) -> Any:
    return cell
