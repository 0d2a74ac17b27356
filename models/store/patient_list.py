"""Every patient with figures, in memory: sorted, counted and narrowed down by amounts in milliseconds.

Figures of all patients at once would need a table of sums that every sale keeps up to date. This list costs a sale
nothing: it is read from the store when somebody first asks (a second or two for 100,000 patients), and afterwards only
those are read again whom a change named, with their families. It lies in memory alone and ends with the program.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from models.basics.search_keys import plain
from models.rules.matching import Query
from models.store.desk import DeskStore
from models.store.queries import find, patients, rows
from models.store.queries.people import records_of_all, survivors
from models.store.rows import Change

FIGURES = ("statement_cents", "total_cents", "unallocated_cents")
"""What the list can be narrowed down by."""
ORDERS = ("name", "birth_date", "mrn", *FIGURES, "last_visit")
"""What it can be sorted by."""
_TOPICS = frozenset({"patient", "account", "appointment", "alias"})
_AGAIN_WHOLE = 2_000
"""After more changes than this everything is read again."""
_FEW = 3_000
"""So many that fit are sorted; more are met often enough on a walk in order."""
_SUMS_KEPT = 50
"""Sums of so many filters are remembered until somebody's figures change: pages are turned without adding up again."""
_STEP = 400
"""Patients read again at a time."""
_COLUMNS = (
    "id", "name", "family", "given", "suffix", "birth_date", "mrn", "phone", "statement_cents", "total_cents",
    "unallocated_cents", "prepaid_cents", "last_visit", "merged_with",
)  # fmt: skip
_TABLE = """
CREATE TABLE person (
  id TEXT PRIMARY KEY, name TEXT, family TEXT, given TEXT, suffix TEXT, birth_date TEXT, mrn TEXT, phone TEXT,
  statement_cents INT, total_cents INT, unallocated_cents INT, prepaid_cents INT, last_visit TEXT, merged_with TEXT
);
"""
_INDEXES = (
    "CREATE INDEX by_name ON person (name, id, statement_cents, total_cents, unallocated_cents)",
    *(f"CREATE INDEX by_{name} ON person ({name}, name, id)" for name in ORDERS if name != "name"),
)
"""One for each order; the first also answers for amounts without a look at the rows."""
_PUT = f"INSERT OR REPLACE INTO person VALUES ({', '.join('?' * len(_COLUMNS))})"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which patients: those who fit `query` (None: all) and whose `figure` (one of FIGURES, empty: whatever) lies
    between two amounts, both included (None: no limit); sorted by `order` (one of ORDERS), names deciding ties."""

    query: Query | None = None
    figure: str = ""
    least_cents: int | None = None
    most_cents: int | None = None
    order: str = "name"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class ListedPatient:
    """One patient of the list. `total_cents` is what is owed less what lies on the account; negative: a credit.
    `last_visit` is ISO text, empty without one. `merged_with`: what the record is called that the person goes by, where
    it is another one; the figures are that one's then, and none here."""

    id: str
    family: str
    given: str
    suffix: str
    birth_date: str
    mrn: str
    phone: str
    statement_cents: int
    total_cents: int
    unallocated_cents: int
    prepaid_cents: int
    last_visit: str
    merged_with: str = ""


@dataclass(frozen=True, slots=True)
class Sums:
    """How many patients fit, and their figures added up."""

    patients: int
    statement_cents: int
    unallocated_cents: int


_LISTED = "id, family, given, suffix, birth_date, mrn, phone, " + ", ".join(_COLUMNS[8:])


class PatientList:
    """The list of one desk. Any thread, one at a time; the first question reads everything."""

    def __init__(self, store: DeskStore) -> None:
        self._store = store
        self._lock, self._noting = threading.Lock(), threading.Lock()
        self._memory: sqlite3.Connection | None = None
        self._day = ""
        self._sums: dict[tuple[str, tuple[Any, ...]], Sums] = {}
        self._stale: set[str] = set()
        self._all_stale = True
        store.subscribe(self._changed)

    def page(self, wanted: Wanted, today: date, *, first: int, count: int) -> tuple[list[ListedPatient], Sums]:
        """`count` patients from the `first` (0) on, and the sums over all who fit. Raises StorageError."""
        with self._lock:
            memory = self._fresh(today)
            where, values = self._where(wanted)
            sums = self._sums.get((where, values))
            if sums is None:
                sums = self._sums[where, values] = Sums(*memory.execute(
                    "SELECT count(*), coalesce(sum(statement_cents), 0), coalesce(sum(unallocated_cents), 0) "
                    f"FROM person WHERE {where}", values,
                ).fetchone())  # fmt: skip
            order = _order(wanted)
            if sums.patients <= _FEW:  # gather them and sort; otherwise walk in order until the page is full
                where, order = f"rowid IN (SELECT rowid FROM person WHERE {where})", _order(wanted, few=True)
            found = memory.execute(
                f"SELECT {_LISTED} FROM person WHERE rowid IN (SELECT rowid FROM person WHERE {where} "
                f"ORDER BY {order} LIMIT ? OFFSET ?) ORDER BY {_order(wanted, few=True)}",
                (*values, count, first),
            ).fetchall()
        return [ListedPatient(*row) for row in found], sums

    def everybody(self, wanted: Wanted, today: date) -> list[ListedPatient]:
        """All who fit, in order: for an export. Raises StorageError."""
        with self._lock:
            memory = self._fresh(today)
            where, values = self._where(wanted)
            found = memory.execute(f"SELECT {_LISTED} FROM person WHERE {where} ORDER BY {_order(wanted)}", values)
            return [ListedPatient(*row) for row in found]

    @property
    def ready(self) -> bool:
        """Has everything been read once? Then every question is answered in milliseconds."""
        return self._memory is not None

    def first_page(self, today: date, count: int) -> list[ListedPatient]:
        """The first patients by name, straight from the store: what can be shown while the list is still read."""
        with self._store.reader() as reader:
            ids = patients.first_by_name(reader, self._store.tenant, count)
            every = records_of_all(reader, self._store.tenant, ids)
            found = {row[0]: row for row in self._rows(reader, today.isoformat(), every)}
        return [ListedPatient(row[0], *row[2:]) for row in (found[each] for each in ids)]

    def close(self) -> None:
        """Forget everything."""
        with self._lock:
            if self._memory is not None:
                self._memory.close()
                self._memory = None
            self._all_stale = True

    # Kept right ----------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        if not change.everything and not change.topics & _TOPICS:
            return
        with self._noting:
            if not self._all_stale:
                self._stale |= change.patients
                merged = "alias" in change.topics  # whose figures are whose is another matter now
                self._all_stale = change.everything or merged or len(self._stale) > _AGAIN_WHOLE

    def _fresh(self, today: date) -> sqlite3.Connection:
        """The table in memory as the store stands now. What changes while it is read stays noted for the next time."""
        day = today.isoformat()
        with self._noting:
            whole = self._all_stale or self._memory is None or self._day != day
            stale, self._stale, self._all_stale = sorted(self._stale), set(), False
        try:
            if whole or stale or len(self._sums) > _SUMS_KEPT:
                self._sums.clear()
            if whole:
                memory = self._read_whole(day)
            else:
                assert self._memory is not None
                memory = self._memory
                if stale:
                    self._read_again(memory, stale, day)
        except BaseException:
            with self._noting:
                self._all_stale = True
            raise
        return memory

    def _read_whole(self, day: str) -> sqlite3.Connection:
        memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        memory.executescript(_TABLE)
        memory.execute("BEGIN")
        with self._store.reader() as reader:
            memory.executemany(_PUT, self._rows(reader, day, None))
        for statement in _INDEXES:
            memory.execute(statement)
        memory.execute("COMMIT")
        if self._memory is not None:
            self._memory.close()
        self._memory, self._day = memory, day
        return memory

    def _read_again(self, memory: sqlite3.Connection, stale: list[str], day: str) -> None:
        with self._store.reader() as reader:
            for at in range(0, len(stale), _STEP):
                ids = sorted(patients.families_of(reader, self._store.tenant, stale[at : at + _STEP]))
                memory.execute("BEGIN")
                memory.executemany("DELETE FROM person WHERE id = ?", [(each,) for each in ids])
                memory.executemany(_PUT, self._rows(reader, day, ids))
                memory.execute("COMMIT")

    def _rows(self, reader: Any, day: str, ids: Sequence[str] | None) -> Iterator[tuple[Any, ...]]:
        """The rows of these patients (None: of all), who are named with every record of theirs."""
        tenant = self._store.tenant
        stays = survivors(reader, tenant, ids)
        money = {row.patient_id: row for row in patients.money(reader, tenant, ids)}
        visits = dict(patients.last_visits(reader, tenant, day, ids))
        for gone, goes_by in stays.items():
            money[goes_by] = _together(goes_by, money.get(goes_by), money.pop(gone, None))
            visits[goes_by] = max(visits.get(goes_by, ""), visits.pop(gone, ""))
        for person in patients.people(reader, tenant, ids):
            own = money.get(person.id)
            owed, there, prepaid = (own.statement_cents, own.unallocated_cents, own.prepaid_cents) if own else (0, 0, 0)
            yield (
                person.id, _name_key(person), person.family, person.given, person.suffix, person.birth_date,
                person.mrn, person.phone, owed, owed - there, there, prepaid, visits.get(person.id, ""),
                self._name_of(reader, stays.get(person.id, "")),
            )  # fmt: skip

    def _name_of(self, reader: Any, patient_id: str) -> str:
        found = rows.patient(reader, self._store.tenant, patient_id) if patient_id else None
        return f"{found.given} {found.family}".strip() if found else ""

    # Asked ---------------------------------------------------------------------------------------------------------

    def _where(self, wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        values: list[Any] = []
        if wanted.query is not None and not wanted.query.empty:
            with self._store.reader() as reader:
                ids = find.everybody(reader, self._store.tenant, wanted.query)
            parts.append("id IN (SELECT value FROM json_each(?))")
            values.append(orjson.dumps(ids).decode())
        if wanted.figure:
            if wanted.figure not in FIGURES:
                raise ValueError(wanted.figure)
            for sign, cents in ((">=", wanted.least_cents), ("<=", wanted.most_cents)):
                if cents is not None:
                    parts.append(f"+{wanted.figure} {sign} ?")
                    values.append(cents)
        return " AND ".join(parts) or "1", tuple(values)


def _order(wanted: Wanted, *, few: bool = False) -> str:
    """What to sort by; with `few` no index is walked for it."""
    if wanted.order not in ORDERS:
        raise ValueError(wanted.order)
    way, plus = (" DESC" if wanted.descending else ""), ("+" if few else "")
    columns = ("name", "id") if wanted.order == "name" else (wanted.order, "name", "id")
    return ", ".join(f"{plus}{column}{way}" for column in columns)


def _together(patient_id: str, *parts: patients.MoneyRow | None) -> patients.MoneyRow:
    """The money of several records of one person."""
    some = [part for part in parts if part is not None]
    return patients.MoneyRow(patient_id, sum(part.statement_cents for part in some),
                             sum(part.unallocated_cents for part in some),
                             sum(part.prepaid_cents for part in some))  # fmt: skip


def _name_key(person: patients.PersonRow) -> str:
    return " ".join(plain(part) for part in (person.family, person.given, person.suffix))


__all__ = ["FIGURES", "ORDERS", "ListedPatient", "PatientList", "Sums", "Wanted"]
