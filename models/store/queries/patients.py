"""Everybody with their money in short: what the list of patients is made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.store.queries.people import records_of_all as people_of
from models.store.queries.rows import NET, STATUS, marks

_FIGURES = ("AR", "CR", "CRE", "RFU")
"""Accounts that say what somebody owes and what lies on the account."""
_MANY = 20_000
"""Rows fetched at a time."""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Who somebody is. `guarantor_id` empty: they get their own bill."""

    id: str
    family: str
    given: str
    suffix: str
    birth_date: str
    mrn: str
    phone: str
    guarantor_id: str


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """What a patient owes and what lies on the account, in cents; `prepaid_cents` is the earmarked part of
    `unallocated_cents`."""

    patient_id: str
    statement_cents: int
    unallocated_cents: int
    prepaid_cents: int


def people(connection: Any, tenant: str, ids: Sequence[str] | None = None) -> Iterator[PersonRow]:
    """Every patient, or those with these ids."""
    found = connection.execute(
        "SELECT p.id, p.family, p.given, p.suffix, p.birth_date, p.mrn, p.phone, p.guarantor_id FROM patient p "
        f"WHERE p.tenant = ? AND p.deleted_at = ''{_among('p.id', ids)}",
        (tenant, *(ids or ())),
    )
    return (PersonRow(*row) for row in _in_chunks(found))


def first_by_name(connection: Any, tenant: str, count: int) -> list[str]:
    """The ids of the first patients by family and given name."""
    found = connection.execute(
        "SELECT id FROM patient WHERE tenant = ? AND deleted_at = '' ORDER BY family, given LIMIT ?", (tenant, count)
    )
    return [row[0] for row in found]


def money(connection: Any, tenant: str, ids: Sequence[str] | None = None) -> Iterator[MoneyRow]:
    """What everybody (or these) owes and has on account; who has nothing at all may be left out."""
    whole = "NOT INDEXED" if ids is None else ""
    found = connection.execute(
        "SELECT a.patient_id, sum(CASE WHEN a.code = 'AR' THEN "
        f"-({NET}) ELSE 0 END), sum(CASE WHEN a.code <> 'AR' THEN {NET} ELSE 0 END), "
        f"sum(CASE WHEN a.code = 'CRE' THEN {NET} ELSE 0 END) FROM account a {whole} "
        f"WHERE a.tenant = ? AND a.code IN ({marks(len(_FIGURES))}) AND {NET} <> 0{_among('a.patient_id', ids)} "
        "GROUP BY a.patient_id",
        (tenant, *_FIGURES, *(ids or ())),
    )
    return (MoneyRow(*row) for row in _in_chunks(found))


def last_visits(
    connection: Any, tenant: str, today: str, ids: Sequence[str] | None = None
) -> Iterator[tuple[str, str]]:
    """(patient, day) of the newest visit up to `today` (ISO) that was not cancelled or missed."""
    whole = "NOT INDEXED" if ids is None else ""
    found = connection.execute(
        f"SELECT v.patient_id, max(v.service_date) FROM appointment v {whole} WHERE v.tenant = ? "
        f"AND v.service_date <= ? AND v.deleted_at = '' AND {STATUS} NOT IN ('cancelled', 'no_show')"
        f"{_among('v.patient_id', ids)} GROUP BY v.patient_id",
        (tenant, today, *(ids or ())),
    )
    return _in_chunks(found)


def families_of(connection: Any, tenant: str, ids: Sequence[str]) -> set[str]:
    """Every record of these people and of everybody on the same bills: one act may change figures of a whole family."""
    ids = people_of(connection, tenant, ids)
    heads = {row[0] for row in connection.execute(
        "SELECT CASE guarantor_id WHEN '' THEN id ELSE guarantor_id END FROM patient "
        f"WHERE tenant = ? AND id IN ({marks(len(ids))})", (tenant, *ids),
    )}  # fmt: skip
    found = connection.execute(
        f"SELECT id FROM patient WHERE tenant = ? AND guarantor_id IN ({marks(len(heads))})", (tenant, *heads)
    )
    return set(people_of(connection, tenant, {*ids, *heads, *(row[0] for row in found)}))


def _among(column: str, ids: Sequence[str] | None) -> str:
    return "" if ids is None else f" AND {column} IN ({marks(len(ids))})"


def _in_chunks(found: Any) -> Iterator[Any]:
    while rows := found.fetchmany(_MANY):
        yield from rows
