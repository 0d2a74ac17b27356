"""Receipts that were given, of every kind, by business day: for the list of receipts."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from models.store.queries import people
from models.store.queries.tasks import SETTLED_IN_CASH


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One receipt. `kind` is receipt, void (of any way a payment was taken back), refund, correction, recovered or
    given_back (cash that settled what was in question); `act` how a payment was taken back; `cents` is negative where
    money went back; `at` is UTC text."""

    kind: str
    source_id: str
    number: str
    day: str
    at: str
    patient_id: str
    cents: int
    tender: str
    method_id: str
    brand: str
    last4: str
    check_no: str
    trace_no: str
    act: str
    payment_number: str
    actor: str
    device: str


_PAY = "y.patient_id, {cents}, y.tender, y.method_id, y.brand, y.last4, y.check_no, y.trace_no"
_GIVEN = (
    "SELECT 'receipt', y.payment_id, y.receipt_no, y.business_date, y.taken_at, "
    f"{_PAY.format(cents='y.amount_cents')}, '', y.number, y.actor, y.device "
    "FROM payment y WHERE y.tenant = :tenant AND y.receipt_no <> '' {of_day} "
    "UNION ALL SELECT 'void', y.payment_id, y.reversal_receipt_no, y.reversed_business_date, y.reversed_at, "
    f"{_PAY.format(cents='-y.amount_cents')}, y.reversed_act, y.number, y.reversed_by, y.device "
    "FROM payment y WHERE y.tenant = :tenant AND y.reversal_receipt_no <> '' {of_void} "
    "UNION ALL SELECT f.kind, f.refund_id, f.receipt_no, f.settled_business_date, f.settled_at, f.patient_id, "
    "-f.amount_cents, f.tender, f.method_id, f.brand, f.last4, f.check_no, '', '', f.number, f.settled_by, f.device "
    "FROM refund f WHERE f.tenant = :tenant AND f.receipt_no <> '' AND f.kind <> 'elsewhere' {of_refund} "
    "UNION ALL SELECT k.how, k.task_id, k.receipt_no, k.day, k.resolved_at, k.patient_id, "
    "CASE k.how WHEN 'recovered' THEN k.cents ELSE -k.cents END, 'cash', '', '', '', '', '', '', '', k.resolved_by, "
    "k.desk FROM ("
    f"{SETTLED_IN_CASH}) k WHERE 1 = 1 {{of_task}} "
    "ORDER BY 5, 3"
)
_BETWEEN = "AND {column} BETWEEN :first AND :last"
_OF_DAYS = _GIVEN.format(
    of_day=_BETWEEN.format(column="y.business_date"), of_void=_BETWEEN.format(column="y.reversed_business_date"),
    of_refund=_BETWEEN.format(column="f.settled_business_date"), of_task=_BETWEEN.format(column="k.day"),
)  # fmt: skip
_MINE = "IN (SELECT value FROM json_each(:patients))"
_OF_PATIENT = _GIVEN.format(
    of_day=f"AND y.patient_id {_MINE}",
    of_void=f"AND y.patient_id {_MINE}",
    of_refund=f"AND f.patient_id {_MINE}",
    of_task=f"AND k.patient_id {_MINE}",
)
_WIDTH = len(fields(GivenRow))


def of_days(connection: Any, tenant: str, first: str, last: str) -> list[GivenRow]:
    """The receipts of these business days (ISO, both included), in the order they were given."""
    return _rows(connection, _OF_DAYS, {"tenant": tenant, "first": first, "last": last})


def of_patient(connection: Any, tenant: str, patient_id: str) -> list[GivenRow]:
    """Every receipt of a person, whichever record it was given under, oldest first."""
    mine = people.records(connection, tenant, patient_id)
    return _rows(connection, _OF_PATIENT, {"tenant": tenant, "patients": json.dumps(mine)})


def _rows(connection: Any, query: str, values: dict[str, str]) -> list[GivenRow]:
    return [GivenRow(*row[:_WIDTH]) for row in connection.execute(query, values)]
