"""Finding a patient among hundreds of thousands: one look into the word index, a second with slips when needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.basics.search_keys import slip_keys, slips
from models.rules.matching import Code, Query, allowed_slips, fit
from models.store.queries import people
from models.store.queries.rows import (
    NET,
    OPEN,
    PATIENT_COLUMNS,
    VISIT_COLUMNS,
    VISIT_JOIN,
    PatientRow,
    VisitRow,
    marks,
)

FETCHED = 30
"""Rows looked at for one search; a person types on rather than reading so many."""
ENOUGH = 5
"""With so many hits as typed, slips are not tried."""
NEAR = 20
"""So many names a slip away are looked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A patient found: how badly they fit (0 is best) and what matched beside the name."""

    patient: PatientRow
    cost: int
    why: str


@dataclass(frozen=True, slots=True)
class OnAccount:
    """What a patient owes in all, and the free credit."""

    owed_cents: int = 0
    credit_cents: int = 0


def search(connection: Any, tenant: str, query: Query, limit: int) -> list[Hit]:
    """The best fits for a query, best first. When nothing fits all of it: what fits its names or its numbers alone."""
    if query.empty:
        return []
    found = _match(connection, tenant, query, _as_typed(query))
    if len(found) < ENOUGH and query.words:
        near = {word: _names_near(connection, word) for word in query.words}
        if any(near.values()):
            found = {**_match(connection, tenant, query, _with_slips(query, near), near), **found}
    if not found and query.words and query.numbers:
        for part in (Query(words=query.words), Query(numbers=query.numbers)):
            found.update(_match(connection, tenant, query, _as_typed(part)))
    best = sorted(found.items(), key=lambda item: item[1])[:limit]
    return _with_names(connection, tenant, best)


def everybody(connection: Any, tenant: str, query: Query) -> list[str]:
    """The ids of all who fit a query, in no order; with slips in names where nobody fits it as typed."""
    if query.empty:
        return []
    found = _ids(connection, tenant, _as_typed(query))
    if not found and query.words:
        near = {word: _names_near(connection, word) for word in query.words}
        found = _ids(connection, tenant, _with_slips(query, near)) if any(near.values()) else []
    return found


def _ids(connection: Any, tenant: str, wanted: str) -> list[str]:
    found = connection.execute(
        "SELECT i.patient_id FROM (SELECT rowid AS no FROM patient_search WHERE patient_search MATCH ?) s "
        "CROSS JOIN patient_index i ON i.no = s.no WHERE i.tenant = ?",
        (wanted, tenant),
    )
    return [row[0] for row in found]


def _as_typed(query: Query) -> str:
    return " AND ".join([*(_begins(word) for word in query.words), *(_any_of(group) for group in query.numbers)])


def _with_slips(query: Query, near: Mapping[str, Mapping[str, int]]) -> str:
    """The same question with every name that is a slip away from what was typed."""
    parts = [f"({' OR '.join([_begins(word), *(_whole(name) for name in near[word])])})" for word in query.words]
    return " AND ".join([*parts, *(_any_of(group) for group in query.numbers)])


def _names_near(connection: Any, word: str) -> dict[str, int]:
    """Names within the slips that `word` may have, and how many it takes."""
    most = allowed_slips(word)
    keys = sorted(slip_keys(word)) if most else []
    if not keys:
        return {}
    found = connection.execute(f"SELECT DISTINCT word FROM name_slip WHERE slip IN ({marks(len(keys))})", keys)
    near = sorted((slips(word, name, most), name) for (name,) in found)
    return {name: cost for cost, name in near[:NEAR] if cost <= most}


def _match(
    connection: Any, tenant: str, query: Query, wanted: str, near: Mapping[str, Mapping[str, int]] | None = None
) -> dict[str, tuple[int, str]]:
    """(cost, what matched) by patient for a question to the word index."""
    found = connection.execute(
        "SELECT i.patient_id, i.words FROM (SELECT rowid AS no FROM patient_search WHERE patient_search MATCH ? "
        f"LIMIT {FETCHED}) s CROSS JOIN patient_index i ON i.no = s.no WHERE i.tenant = ?",
        (wanted, tenant),
    )
    return {patient_id: fit(query, words.split(), near) for patient_id, words in found}


def _with_names(connection: Any, tenant: str, best: list[tuple[str, tuple[int, str]]]) -> list[Hit]:
    """Hits with their patients, best first, then by name."""
    if not best:
        return []
    fits = dict(best)
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS} FROM patient p WHERE p.tenant = ? AND p.id IN ({marks(len(best))}) "
        "AND p.deleted_at = ''",
        (tenant, *fits),
    )
    hits = [Hit(person, *fits[person.id]) for person in (PatientRow(*row) for row in found)]
    return sorted(hits, key=lambda hit: (hit.cost, hit.patient.family, hit.patient.given, hit.patient.id))


def _begins(word: str) -> str:
    return f'"{word}"*'


def _whole(word: str) -> str:
    return f'"{word}"'


def _any_of(group: tuple[Code, ...]) -> str:
    return f"({' OR '.join(_whole(code.text) if code.whole else _begins(code.text) for code in group)})"


def on_account(connection: Any, tenant: str, patient_ids: list[str]) -> dict[str, OnAccount]:
    """What each of these people owes, and their free credit, less what other programs gave back of it."""
    if not patient_ids:
        return {}
    mine = people.records_of_all(connection, tenant, patient_ids)
    found = connection.execute(
        f"SELECT {people.person_of('a')} AS person, sum(CASE WHEN a.code = 'AR' THEN -({NET}) ELSE 0 END), "
        f"max(sum(CASE WHEN a.code IN ('CR', 'RFU') AND a.appointment_id = '' THEN {NET} ELSE 0 END), 0) "
        "FROM account a "
        f"WHERE a.tenant = ? AND a.patient_id IN ({marks(len(mine))}) AND {OPEN} GROUP BY person",
        (tenant, *mine),
    )
    return people.by_record(connection, tenant, patient_ids,
                            {str(row[0]): OnAccount(int(row[1]), int(row[2])) for row in found})  # fmt: skip


def visits_today(connection: Any, tenant: str, patient_ids: list[str], day: str) -> dict[str, VisitRow]:
    """The first visit of the day of each of these people, by the record asked for."""
    if not patient_ids:
        return {}
    mine = people.records_of_all(connection, tenant, patient_ids)
    found = connection.execute(
        f"SELECT {VISIT_COLUMNS} FROM appointment v {VISIT_JOIN} "
        f"WHERE v.tenant = ? AND v.patient_id IN ({marks(len(mine))}) AND v.service_date = ? "
        "AND v.deleted_at = '' ORDER BY v.starts_at DESC",
        (tenant, *mine, day),
    )
    return people.by_record(connection, tenant, patient_ids,
                            {visit.patient_id: visit for visit in (VisitRow(*row) for row in found)})  # fmt: skip


def by_card_of_day(connection: Any, tenant: str, last4: str, day: str, known: list[Hit]) -> list[Hit]:
    """Patients whose card ending in `last4` was charged on a day, without those already known."""
    have = {hit.patient.id for hit in known}
    found = connection.execute(
        f"SELECT DISTINCT {PATIENT_COLUMNS} FROM payment y JOIN patient p ON p.tenant = y.tenant "
        "AND p.id = y.patient_id WHERE y.tenant = ? AND y.business_date = ? AND y.last4 = ? AND p.deleted_at = ''",
        (tenant, day, last4),
    )
    return [Hit(PatientRow(*row), 0, "card") for row in found if row[0] not in have]
