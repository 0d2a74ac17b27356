"""Records as they stand in force on this desk, typed, by kind: what a story changes is first read whole."""

from __future__ import annotations

import json
from collections.abc import Hashable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast, get_type_hints

from models.operations import records
from models.operations.codec import from_json
from models.store.queries.rows import marks

R = TypeVar("R")

TABLES: dict[type[Any], str] = {
    records.Practice: "practice",
    records.Patient: "patient",
    records.Contact: "contact",
    records.Appointment: "appointment",
    records.Charge: "charge",
    records.Practitioner: "practitioner",
    records.Location: "location",
    records.Rules: "rules",
    records.BillingProfile: "billing_profile",
    records.FeeSchedule: "fee_schedule",
    records.AppointmentProfile: "appointment_profile",
    records.Series: "series",
}
"""The table of each kind, with a column per field."""


def one(connection: Any, tenant: str, kind: type[R], record_id: str) -> R | None:
    """The record, or None. Of a visit the source's word on its status, not a desk's."""
    found = _found(connection, kind, "tenant = ? AND id = ? AND deleted_at = ''", (tenant, record_id))
    return found[0] if found else None


def everything(connection: Any, tenant: str, kind: type[R], order: str = "name, id") -> list[R]:
    """Every record of a kind: for the few of set-up (profiles, practitioners, locations)."""
    return _found(connection, kind, f"tenant = ? AND deleted_at = '' ORDER BY {order}", (tenant,))


def where(connection: Any, kind: type[R], condition: str, *values: str) -> list[R]:
    """The records a condition chooses; it names the tenant, and an order where that matters."""
    return _found(connection, kind, condition, values)


def contacts(connection: Any, tenant: str, patients: Sequence[str]) -> list[records.Contact]:
    """Who else may be called about these records of a person, by name."""
    return _found(connection, records.Contact,
                  f"tenant = ? AND patient_id IN ({marks(len(patients))}) AND active = 1 AND deleted_at = '' "
                  "ORDER BY name, id", (tenant, *patients))  # fmt: skip


def rules(connection: Any, tenant: str) -> records.Rules:
    """The practice's rules; what the program begins with where nobody changed them."""
    return one(connection, tenant, records.Rules, "rules") or records.Rules()


def _found(connection: Any, kind: type[R], condition: str, values: tuple[str, ...]) -> list[R]:
    names, lists, truths = _shape(cast(Hashable, kind))
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f"SELECT {columns} FROM {TABLES[kind]} WHERE {condition}", values)
    return [_typed(kind, dict(zip(names, row, strict=True)), lists, truths) for row in rows]


def _typed(kind: type[R], row: dict[str, Any], lists: frozenset[str], truths: frozenset[str]) -> R:
    for name in lists:
        row[name] = json.loads(row[name] or "[]")
    for name in truths:
        row[name] = bool(row[name])
    return from_json(kind, row)


@cache
def _shape(kind: type[Any]) -> tuple[tuple[str, ...], frozenset[str], frozenset[str]]:
    """(fields, those that are lists, those that are truth values) of a record."""
    hints = get_type_hints(kind)
    names = tuple(field.name for field in fields(cast(Any, kind)))
    lists = frozenset(name for name in names if getattr(hints[name], "__origin__", None) is tuple)
    return names, lists, frozenset(name for name in names if hints[name] is bool)
