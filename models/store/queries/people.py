"""Which records are of one person (H17): asked before anything is asked of one patient."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def person_of(alias: str) -> str:
    """SQL for whose row `alias` (with `tenant` and `patient_id`) is: the record that person goes by."""
    return (
        f"coalesce((SELECT alias.survivor_id FROM alias WHERE alias.tenant = {alias}.tenant "
        f"AND alias.patient_id = {alias}.patient_id AND alias.survivor_id <> ''), {alias}.patient_id)"
    )


_OF_PERSON = "SELECT patient_id, survivor_id FROM alias WHERE tenant = ? AND survivor_id <> '' AND "


def survivor(connection: Any, tenant: str, patient_id: str) -> str:
    """The record the person goes by; the one asked for where it was merged into no other."""
    row = connection.execute(f"{_OF_PERSON}patient_id = ?", (tenant, patient_id)).fetchone()
    return str(row[1]) if row else patient_id


def records(connection: Any, tenant: str, patient_id: str) -> tuple[str, ...]:
    """Every record of the person, the one they go by first."""
    found = connection.execute(
        f"{_OF_PERSON}(patient_id = ? OR survivor_id = ?) ORDER BY patient_id", (tenant, patient_id, patient_id)
    ).fetchall()
    stays = next((str(row[1]) for row in found if row[0] == patient_id), "")
    if stays:
        found = connection.execute(f"{_OF_PERSON}survivor_id = ? ORDER BY patient_id", (tenant, stays)).fetchall()
    return (stays or patient_id, *(str(row[0]) for row in found))


def records_of_all(connection: Any, tenant: str, patients: Iterable[str]) -> tuple[str, ...]:
    """Every record of these people, each once."""
    return tuple(dict.fromkeys(each for patient in patients for each in records(connection, tenant, patient)))


def by_record(
    connection: Any, tenant: str, patients: Collection[str], found: Mapping[str, Answer]
) -> dict[str, Answer]:  # fmt: skip
    """What was found by person, for each record that was asked for."""
    stays = survivors(connection, tenant, patients)
    return {each: found[stays.get(each, each)] for each in patients if stays.get(each, each) in found}


def survivors(connection: Any, tenant: str, patients: Collection[str] | None = None) -> dict[str, str]:
    """By record, the one its person goes by, for those of `patients` (None: of everybody) that go by another one."""
    among = "1 = 1" if patients is None else "patient_id IN (SELECT value FROM json_each(?))"
    asked = () if patients is None else (json.dumps(sorted(patients)),)
    found = connection.execute(_OF_PERSON + among, (tenant, *asked))
    return {str(row[0]): str(row[1]) for row in found}
