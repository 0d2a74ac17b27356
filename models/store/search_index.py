"""Keeps a desk's search tables (`models.tables.search`) in step with its patients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.basics.search_keys import HEAD, name_words, patient_words, slip_keys
from models.store.session import Session

_FORGET = "INSERT INTO patient_search (patient_search, rowid, words) VALUES ('delete', ?, ?)"
_FIND = "INSERT INTO patient_search (rowid, words) VALUES (?, ?)"


def index_patients(session: Session, tenant: str, patients: Sequence[Mapping[str, Any]]) -> None:
    """Let these patients (rows of `patient`) be found by what they are called now."""
    if not patients:
        return
    wanted = {row["id"]: _words(row) for row in patients}
    known = _known(session, tenant, wanted)
    changed = {i: (known[i][0], known[i][1], words) for i, words in wanted.items() if i in known}
    changed = {i: row for i, row in changed.items() if row[1] != row[2]}
    fresh = [i for i in wanted if i not in known]
    first = session.one("SELECT coalesce(max(no), 0) + 1 FROM patient_index")[0]
    numbered = list(enumerate(fresh, start=first))
    session.many(_FORGET, [(no, old) for no, old, _ in changed.values()])
    session.many("UPDATE patient_index SET words = ? WHERE no = ?", [(new, no) for no, _, new in changed.values()])
    session.many(
        "INSERT INTO patient_index (no, tenant, patient_id, words) VALUES (?, ?, ?, ?)",
        [(no, tenant, i, wanted[i]) for no, i in numbered],
    )
    session.many(_FIND, [*((no, new) for no, _, new in changed.values()), *((no, wanted[i]) for no, i in numbered)])
    if changed or fresh:
        _learn_names(session, patients)


def forget_patients(session: Session, tenant: str, patient_ids: Iterable[str]) -> None:
    """Let these patients be found no more."""
    known = _known(session, tenant, list(patient_ids))
    session.many(_FORGET, list(known.values()))
    session.many("DELETE FROM patient_index WHERE no = ?", [(no,) for no, _ in known.values()])


def _words(row: Mapping[str, Any]) -> str:
    names = (row["family"], row["given"], row["middle"], row["suffix"])
    return patient_words(names=names, birth_date=row["birth_date"], phone=row["phone"], mrn=row["mrn"])


def _known(session: Session, tenant: str, ids: Iterable[str]) -> dict[str, tuple[int, str]]:
    found = session.rows(
        "SELECT patient_id, no, words FROM patient_index WHERE tenant = :tenant AND patient_id IN (:ids)",
        tenant=tenant,
        ids=list(ids),
    )
    return {row[0]: (row[1], row[2]) for row in found}


def _learn_names(session: Session, patients: Sequence[Mapping[str, Any]]) -> None:
    words = {word for row in patients for word in name_words(f"{row['family']} {row['given']} {row['middle']}")}
    heads = {word[:HEAD] for word in words}
    known = {row[0] for row in session.rows("SELECT word FROM name_slip WHERE slip IN (:heads)", heads=heads)}
    fresh = [(slip, word) for word in words - known for slip in slip_keys(word)]
    session.many("INSERT OR IGNORE INTO name_slip (slip, word) VALUES (?, ?)", fresh)
