"""Mirrored records: one table per record dataclass of `models.operations.records`, column by field.

Every table adds `tenant`, `seq` (log position of the last put, 0 while it is only pending on this desk) and
`deleted_at` (UTC text; set when the source took the record away). Tuples are JSON text, truth values 0 and 1.
"""

from __future__ import annotations

import types
from dataclasses import fields
from typing import Any, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Column, Table

from models.operations import records
from models.tables.columns import check, index, key, maybe_whole, table, whole, words


def record_columns(kind: type[Any]) -> list[Column[Any]]:
    """The columns of a record table, in the order of the dataclass's fields after `tenant`."""
    hints = get_type_hints(kind)
    made: list[Column[Any]] = [key("tenant"), key("id")]
    for field in fields(kind):
        if field.name != "id":
            made.append(_column(field.name, hints[field.name]))
    return [*made, whole("seq"), words("deleted_at")]


def _column(name: str, hint: Any) -> Column[Any]:
    if get_origin(hint) in (Union, types.UnionType):
        inner = [arg for arg in get_args(hint) if arg is not type(None)]
        return maybe_whole(name) if inner[0] is int else words(name)
    return whole(name) if hint in (int, bool) else words(name)


def _record_table(name: str, kind: type[Any], *extra: Any) -> Table:
    made = table(name, *record_columns(kind), *extra)
    index(made, "tenant", "seq", where="seq = 0")
    return made


practice = _record_table("practice", records.Practice)
staff = _record_table("staff", records.Staff)
practitioner = _record_table("practitioner", records.Practitioner)
location = _record_table("location", records.Location)
patient = _record_table("patient", records.Patient)
coverage = _record_table("coverage", records.Coverage)
contact = _record_table("contact", records.Contact)

rules = _record_table("rules", records.Rules)
method = _record_table("method", records.Method)
billing_profile = _record_table("billing_profile", records.BillingProfile)
fee_schedule = _record_table("fee_schedule", records.FeeSchedule)
appointment_profile = _record_table("appointment_profile", records.AppointmentProfile)
series = _record_table("series", records.Series)
channels = _record_table("channels", records.Channels)

appointment = _record_table("appointment", records.Appointment, words("desk_status"), words("desk_billing"))
"""`status` is the source's word, `desk_status` what a desk said since (empty: nothing). The visit stands at
`desk_status` when that is not empty, else at `status`. When the source changes its word, the desk's is forgotten.
`billing_status` and `desk_billing` likewise."""

charge = _record_table(
    "charge", records.Charge, whole("posted_cents"), words("plan_id"),
    check("responsibility_cents >= 0", "responsibility"), check("posted_cents >= 0", "posted"),
)  # fmt: skip
"""`responsibility_cents` is in force on this desk (pending puts included), `posted_cents` is confirmed by the hub.
Patient and appointment stay those of the first put: the accounts carry them. `plan_id`: the payment plan it is on."""

index(patient, "tenant", "family", "given")
index(patient, "tenant", "guarantor_id")
index(coverage, "tenant", "patient_id")
index(contact, "tenant", "patient_id")
index(coverage, "tenant", "member_id", where="member_id <> ''")
index(fee_schedule, "tenant", "payer_key")
index(appointment, "tenant", "service_date", "starts_at")
index(appointment, "tenant", "patient_id", "service_date")
index(appointment, "tenant", "series_id", where="series_id <> ''")
index(
    appointment, "tenant", "service_date",
    where="CASE desk_status WHEN '' THEN status ELSE desk_status END IN ('cancelled', 'no_show')",
)  # fmt: skip
index(series, "tenant", "patient_id")
index(charge, "tenant", "patient_id", "service_date")
index(charge, "tenant", "appointment_id")
index(charge, "tenant", "service_date", where="appointment_id = ''")

not_collecting = table(
    "not_collecting",
    key("tenant"), key("op_id"), words("appointment_id"), words("patient_id"), words("reason"), words("note"),
    whole("due_cents"), words("noted_at"), words("business_date"), words("actor"), words("device"), whole("seq"),
)  # fmt: skip
"""Nothing was collected for a visit, and why: one row per such act; the newest `noted_at` of a visit counts."""

index(not_collecting, "tenant", "appointment_id")
index(not_collecting, "tenant", "business_date")
index(not_collecting, "tenant", "seq", where="seq = 0")
