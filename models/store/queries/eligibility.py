"""What payers said of a person's plan, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson

from models.operations.codec import from_json
from models.rules.benefits import Benefit
from models.store.queries import people
from models.store.queries.rows import marks


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One answer. `checked_at` and `noted_at` are UTC text: when the payer said it, when it came here."""

    check_id: str
    patient_id: str
    source: str
    checked_at: str
    state: str
    payer: str
    member_id: str
    plan: str
    coverage_id: str
    rejections: tuple[str, ...]
    benefits: tuple[Benefit, ...]
    noted_at: str
    actor: str


_NAMES = tuple(field.name for field in fields(CheckRow))
_COLUMNS = ", ".join(_NAMES)


def checks(connection: Any, tenant: str, patient_id: str, limit: int = 20) -> list[CheckRow]:
    """The newest answers about a person, over every record of theirs."""
    mine = people.records(connection, tenant, patient_id)
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM eligibility_check WHERE tenant = ? AND patient_id IN ({marks(len(mine))}) "
        "ORDER BY checked_at DESC, noted_at DESC, check_id LIMIT ?",
        (tenant, *mine, limit),
    )
    return [_row(row) for row in found]


def usable(connection: Any, tenant: str, patient_id: str) -> CheckRow | None:
    """The newest answer that says something of the plan: one that a payer rejected does not hide an older one."""
    mine = people.records(connection, tenant, patient_id)
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM eligibility_check WHERE tenant = ? AND patient_id IN ({marks(len(mine))}) "
        "AND state <> 'rejected' ORDER BY checked_at DESC, noted_at DESC, check_id LIMIT 1",
        (tenant, *mine),
    ).fetchone()
    return _row(row) if row else None


def raw(connection: Any, tenant: str, check_id: str) -> str:
    """The payer's own words about the patient; empty where benefits were typed in, or nothing is known."""
    row = connection.execute(
        "SELECT raw FROM eligibility_check WHERE tenant = ? AND check_id = ?", (tenant, check_id)
    ).fetchone()
    return str(row[0]) if row else ""


def ages(connection: Any, tenant: str, patients: Sequence[str]) -> dict[str, str]:
    """By record asked for: when a payer last said something of the person's plan (UTC text)."""
    wanted = people.survivors(connection, tenant, patients)
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(
        f"SELECT {people.person_of('e')}, max(e.checked_at) FROM eligibility_check e WHERE e.tenant = ? "
        f"AND e.state <> 'rejected' AND e.patient_id IN ({marks(len(mine))}) GROUP BY 1",
        (tenant, *mine),
    )
    newest = {str(person): str(at) for person, at in found}
    return {each: newest[wanted.get(each, each)] for each in patients if wanted.get(each, each) in newest}


@dataclass(frozen=True, slots=True)
class ProcedureRow:
    """A charge of a visit as an estimate needs it; `allowed_cents` 0: not known."""

    code: str
    description: str
    allowed_cents: int
    units: int


def procedures(connection: Any, tenant: str, appointment_id: str) -> list[ProcedureRow]:
    """The services of a visit, in the order they were listed; no fees, and no line that is a copay itself."""
    found = connection.execute(
        "SELECT code, description, allowed_cents, units FROM charge WHERE tenant = ? AND appointment_id = ? "
        "AND deleted_at = '' AND kind <> 'fee' AND code <> 'COPAY' ORDER BY service_date, id",
        (tenant, appointment_id),
    )
    return [ProcedureRow(*row) for row in found]


def _row(row: Sequence[Any]) -> CheckRow:
    values = dict(zip(_NAMES, row, strict=True))
    values["rejections"] = tuple(orjson.loads(values["rejections"] or "[]"))
    values["benefits"] = tuple(from_json(Benefit, each) for each in orjson.loads(values["benefits"] or "[]"))
    return CheckRow(**values)
