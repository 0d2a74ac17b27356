"""Every payment and request of a practice at one desk: sorted, filtered, searched and added up in milliseconds.

The list lies in an encrypted file beside the store (decision 028), made from it once and kept right by what changes
name. Writing money costs nothing more for it; the list catches up when somebody looks.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import orjson
from sqlcipher3 import dbapi2

from models.basics.errors import StorageError
from models.basics.search_keys import name_words, plain
from models.rules.payment_status import AWAITED
from models.store.desk import DeskStore
from models.store.failures import translate
from models.store.payment_asks import (
    FEW,
    ORDERS,
    Asked,
    Count,
    ListedPayment,
    PaymentFigures,
    WantedPayments,
    figures,
    rows,
)
from models.store.payment_rows import (
    AGED,
    BOTH,
    CODES,
    DAYS,
    FRESH,
    INDEXES,
    LATE_DAYS,
    LATE_MONTHS,
    MONTHS,
    TABLES,
    TOTALS,
    VERSION,
)
from models.store.queries.patients import families_of
from models.store.reading import connect
from models.store.rows import Change

_TOPICS = frozenset({"payment", "payment_request", "refund", "patient", "appointment"})
_STEP = 400
"""Patients read at a time."""
_AGAIN_WHOLE = 20_000
"""After more patients than this changed everything is read again."""
NEAR = 3_000
"""So far from an end of the list it is walked from there; beyond, from a mark."""
MARK = 500
"""There is a mark for every so many rows."""
MARKS_KEPT = 6
_EPOCH = date(1970, 1, 1)
_COLUMNS = (
    "id", "person", "name", "number", "tail", "amount", "back", "worth", "status", "due", "created", "day", "month",
    "treatment", "location", "tender", "staff", "memo", "pending",
)  # fmt: skip
_AWAITED = frozenset(CODES[status] for status in AWAITED)
_PUT = f"INSERT INTO entry (no, {', '.join(_COLUMNS)}) VALUES ({', '.join('?' * (len(_COLUMNS) + 1))})"
_ADD = (
    "INSERT INTO total VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n, "
    "cents = cents + excluded.cents, worth = worth + excluded.worth, back = back + excluded.back"
)


@dataclass
class _Marks:
    """Where every MARK-th row of a sorted filter lies: its key, and how many rows its stretch has."""

    asked: Asked
    keys: list[tuple[Any, int]]
    counts: list[int]

    def note(self, row: dict[str, Any], change: int) -> None:
        """A row came (1) or went (-1)."""
        if self.asked.fits(row):
            self.counts[max(bisect_right(self.keys, (row[self.asked.wanted.order], row["no"])) - 1, 0)] += change


class PaymentList:
    """The list of one desk. Any thread, one at a time; the first question ever makes the file."""

    def __init__(self, store: DeskStore, path: Path, key_hex: str) -> None:
        self._store, self._path, self._key = store, path, key_hex
        self._lock, self._noting = threading.Lock(), threading.Lock()
        self._file: Any = None
        self._words: dict[tuple[str, str], int] = {}
        self._come = 0
        self._marks: dict[tuple[Any, ...], _Marks] = {}
        self._stale: set[str] = set()
        self._all_stale = False
        store.subscribe(self._changed)

    # Asked ---------------------------------------------------------------------------------------------------------

    def page(self, wanted: WantedPayments, *, first: int, count: int) -> tuple[list[ListedPayment], Count]:
        """`count` rows from the `first` (0) on, none beyond the end, and the sums over all that fit. Raises
        StorageError."""
        with self._lock, _translated():
            file = self._fresh()
            asked = Asked.of(file, self._words, wanted)
            sums = asked.sums(file)
            count = min(count, sums.payments - first)
            numbers = self._numbers(file, asked, first, count, sums.payments) if count > 0 else []
            return rows(file, numbers), sums

    def prepare(self, wanted: WantedPayments, stop: Callable[[], bool]) -> bool:
        """Make what finds any page of a long list at once, as far as nobody asks to `stop` for something else. True:
        it is there, or is not needed. Raises StorageError."""
        with self._lock, _translated():
            file = self._fresh()
            asked = Asked.of(file, self._words, wanted)
            if asked.numbers is not None or asked.sums(file).payments <= max(FEW, 2 * NEAR):
                return True
            return self._marked(file, asked, stop) is not None

    def every(self, wanted: WantedPayments) -> Iterator[list[ListedPayment]]:
        """All that fit, in order, some at a time: as they stood at the beginning, read beside the list, which answers
        other questions meanwhile. Raises StorageError."""
        with self._lock, _translated():
            self._fresh()
            words = dict(self._words)
        with _translated():
            file = connect(self._path, self._key)
            try:
                file.execute("BEGIN")
                asked = Asked.of(file, words, wanted)
                numbers = asked.all(file)
                while some := numbers.fetchmany(_STEP):
                    yield rows(file, [row[0] for row in some])
            finally:
                file.close()

    def figures(self, wanted: WantedPayments, today: date) -> PaymentFigures:
        """What the cards say of all that fit, on the business day `today`. Raises StorageError."""
        with self._lock, _translated():
            file = self._fresh()
            self._come_to((today - _EPOCH).days)
            asked = Asked.of(file, self._words, wanted)
            return figures(file, asked, today)

    def close(self) -> None:
        """Close the file; it is there the next time."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None
                self._marks.clear()

    def _numbers(self, file: Any, asked: Asked, first: int, count: int, total: int) -> list[int]:
        """The rows of a page, by their numbers in the file."""
        down = asked.wanted.descending
        if total <= FEW or asked.numbers is not None:
            return asked.gathered(file, count, first)
        at = total - first - count if down else first
        behind = total - at - count
        from_end = behind < at
        if min(at, behind) <= NEAR:
            found = asked.walked(file, count, min(at, behind), down=from_end)
            return [no for _, no in (found if down == from_end else found[::-1])]
        marks = self._marked(file, asked)
        if marks is None:
            raise AssertionError("nobody stopped it")
        place, before = 0, 0
        while place + 1 < len(marks.keys) and before + marks.counts[place] <= at:
            before += marks.counts[place]
            place += 1
        found = asked.walked_from(file, marks.keys[place], count, at - before)
        return [no for _, no in (found[::-1] if down else found)]

    def _marked(self, file: Any, asked: Asked, stop: Callable[[], bool] = lambda: False) -> _Marks | None:
        key = (asked.wanted.order, asked.where, asked.values, asked.words)
        if key not in self._marks:
            keys = asked.walked(file, 1, 0)
            while following := asked.walked_from(file, keys[-1], 1, MARK):
                keys += following
                if stop():
                    return None
            while len(self._marks) >= MARKS_KEPT:
                self._marks.pop(next(iter(self._marks)))
            self._marks[key] = _Marks(asked, keys, [MARK] * len(keys))
        return self._marks[key]

    # Kept right ----------------------------------------------------------------------------------------------------

    def _changed(self, change: Change) -> None:
        with self._noting:
            if change.everything:
                self._all_stale = True
            elif change.topics & _TOPICS:
                self._stale |= change.patients

    def _fresh(self) -> Any:
        """The file as the store stands now. What changes while it is read stays noted for the next time."""
        with self._noting:
            stale, self._stale = self._stale, set()
            whole, self._all_stale = self._all_stale, False
        try:
            if self._file is None:
                self._open()
                self._forget()
                stale |= self._missed()
            if whole or len(stale) > _AGAIN_WHOLE or self._kept("version") != VERSION:
                self._make()
            elif stale:
                self._read_again(sorted(stale))
        except BaseException:
            with self._noting:
                self._stale |= stale
                self._all_stale |= whole
            raise
        return self._file

    def _come_to(self, day: int) -> None:
        """What was due before `day` (since 1970) is overdue: the totals of it follow, by the days in between alone."""
        before, times = self._come, 1
        if before == day:
            return
        first, last = before, day - 1
        if before > day:
            first, last, times = day, before - 1, -1
        self._file.execute("BEGIN")
        try:
            for statement in AGED:
                self._file.execute(statement, {"first": max(first, 1), "last": last, "times": times})
            self._keep("come to", str(day))
            self._file.execute("COMMIT")
        except BaseException:
            self._file.execute("ROLLBACK")
            raise
        self._come = day

    def _open(self) -> None:
        try:
            self._file = self._connected()
        except StorageError as error:
            if error.message_key not in ("store.key_wrong", "store.damaged"):
                raise
            self._throw_away()
            self._file = self._connected()
        if self._kept("whose") != self._whose():
            self._throw_away()
            self._file = self._connected()

    def _connected(self) -> Any:
        file = connect(self._path, self._key)
        for pragma in ("synchronous = OFF", "cache_size = -2000", "journal_size_limit = 4194304"):
            file.execute(f"PRAGMA {pragma}")
        if file.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept'").fetchone() is None:
            file.executescript(TABLES)
            file.execute("INSERT INTO kept VALUES ('whose', ?)", (self._whose(),))
        return file

    def _whose(self) -> str:
        identity = self._store.identity
        return f"{self._store.tenant} {identity.device_id if identity else ''}"

    def _throw_away(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        for end in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + end).unlink(missing_ok=True)
        self._marks.clear()

    def _forget(self) -> None:
        """What is remembered of the file may not hold any more."""
        self._marks.clear()
        self._words = {(kind, name): no for no, kind, name in self._file.execute("SELECT no, kind, id FROM word")}
        self._come = int(self._kept("come to") or 0)

    def _kept(self, name: str) -> str:
        row = self._file.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return row[0] if row else ""

    def _keep(self, name: str, value: str) -> None:
        self._file.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    def _missed(self) -> set[str]:
        """Whose rows may have changed since the file was last brought up to date by an earlier run of the program:
        whom the log names since, and whose rows wait or waited for the hub."""
        seen = int(self._kept("cursor") or 0)
        found = {row[0] for row in self._file.execute(
            "SELECT DISTINCT p.id FROM entry e JOIN person p ON p.no = e.person WHERE e.pending = 1")}  # fmt: skip
        with self._store.reader() as reader:
            ids = sorted(found | _patients_since(reader, self._store.tenant, seen))
            for at in range(0, len(ids), _STEP):
                found |= families_of(reader, self._store.tenant, ids[at : at + _STEP])
        return found

    def _make(self) -> None:
        """Everything anew, from the store."""
        self._throw_away()
        self._file = self._connected()
        self._forget()
        with self._store.reader() as reader:
            cursor = self._cursor(reader)
            query = ("SELECT DISTINCT patient_id FROM payment WHERE tenant = ? UNION "
                     "SELECT patient_id FROM payment_request WHERE tenant = ?")  # fmt: skip
            everybody = [row[0] for row in reader.execute(query, (self._store.tenant,) * 2)]
        for at in range(0, len(everybody), _STEP):
            self._file.execute("BEGIN")
            with self._store.reader() as reader:
                self._put(self._told(reader, everybody[at : at + _STEP]))
            self._file.execute("COMMIT")
        self._file.execute("BEGIN")
        for statement in INDEXES:
            self._file.execute(statement)
        for statement in TOTALS:
            self._file.execute(statement)
        self._count()
        self._keep("cursor", str(cursor))
        self._keep("next", str(cursor))
        self._keep("version", VERSION)
        self._file.execute("COMMIT")

    def _read_again(self, patients: Sequence[str]) -> None:
        cursor = -1
        self._file.execute("BEGIN")
        try:
            for at in range(0, len(patients), _STEP):
                some = patients[at : at + _STEP]
                with self._store.reader() as reader:
                    cursor = self._cursor(reader) if cursor < 0 else cursor
                    told = self._told(reader, some)
                self._replace(some, told)
            self._keep("cursor", self._kept("next") or "0")  # one step behind: a notice may come a moment late
            self._keep("next", str(cursor))
            self._file.execute("COMMIT")
        except BaseException:
            self._file.execute("ROLLBACK")
            self._forget()
            raise

    def _replace(self, patients: Sequence[str], told: list[dict[str, Any]]) -> None:
        """Change the rows of these patients to what was told, and the totals with them."""
        query = (f"SELECT no, {', '.join(_COLUMNS)} FROM entry WHERE person IN (SELECT p.no FROM person p WHERE p.id "
                 "IN (SELECT value FROM json_each(?)))")  # fmt: skip
        names = ("no", *_COLUMNS)
        self._marks = {key: marks for key, marks in self._marks.items() if not marks.asked.narrow}
        there = {row[1]: dict(zip(names, row, strict=True)) for row in self._file.execute(query, (_list(patients),))}
        fresh = {row["id"]: row for row in told}
        gone = [row for key, row in there.items() if _differs(row, fresh.get(key))]
        came = [row for key, row in fresh.items() if _differs(row, there.get(key))]
        self._file.executemany("DELETE FROM entry WHERE no = ?", [(row["no"],) for row in gone])
        for row in came:
            row["no"] = there[row["id"]]["no"] if row["id"] in there else None
        self._put(sorted(came, key=lambda row: row["no"] is None))  # known numbers first: new ones go behind them
        numbers = dict(self._file.execute("SELECT id, no FROM entry WHERE id IN (SELECT value FROM json_each(?))",
                                          (_list(row["id"] for row in came),)).fetchall())  # fmt: skip
        for some, change in ((gone, -1), (came, 1)):
            for row in some:
                row["no"] = numbers.get(row["id"], row["no"])
                self._file.executemany(_ADD, _weights(row, change, self._come))
                for marks in self._marks.values():
                    marks.note(row, change)
        for person in {row["person"] for row in (*gone, *came)}:
            self._count(person)

    def _count(self, person: int = 0) -> None:
        """Write how many rows somebody has beside each word of their name; without a number of everybody."""
        which = "WHERE p.no = ?" if person else ""
        query = (f"SELECT p.no, p.name, count(e.no), coalesce(sum(e.amount), 0) FROM person p LEFT JOIN entry e "
                 f"ON e.person = p.no {which} GROUP BY p.no")  # fmt: skip
        found = self._file.execute(query, (person,) if person else ()).fetchall()
        told = [(word, no, n, cents) for no, name, n, cents in found for word in name_words(name)]
        self._file.executemany("INSERT OR REPLACE INTO name_word VALUES (?, ?, ?, ?)", told)

    def _put(self, rows: Iterable[dict[str, Any]]) -> None:
        cells = itemgetter(*_COLUMNS)
        self._file.executemany(_PUT, [(row.get("no"), *cells(row)) for row in rows])

    def _told(self, reader: Any, patients: Sequence[str]) -> list[dict[str, Any]]:
        """The rows of these patients as the store has them now."""
        people = self._people(reader, patients)
        found = []
        for row in reader.execute(FRESH.replace("{s}", ""), {"tenant": self._store.tenant, "ids": _list(patients)}):
            (entry, patient, number, amount, back, worth, status, due, created, day, month, treatment, place, tender,
             staff, memo, pending) = row  # fmt: skip
            person, name = people.get(patient) or self._person(patient, "", "")
            found.append({
                "id": entry, "person": person, "name": name, "number": number, "tail": _tail(number), "amount": amount,
                "back": back, "worth": worth, "status": status, "due": due, "created": created, "day": day,
                "month": month, "treatment": treatment, "location": self._word("location", place),
                "tender": self._word("tender", tender), "staff": self._word("staff", staff), "memo": memo,
                "pending": pending,
            })  # fmt: skip
        return found

    def _people(self, reader: Any, patients: Sequence[str]) -> dict[str, tuple[int, str]]:
        """(number, sort key) of each patient; names that changed are written."""
        query = ("SELECT id, family, given, suffix FROM patient WHERE tenant = ? AND id IN "
                 "(SELECT value FROM json_each(?))")  # fmt: skip
        found = {}
        for row_id, family, given, suffix in reader.execute(query, (self._store.tenant, _list(patients))):
            key = " ".join(plain(part) for part in (family, given, suffix))
            found[row_id] = self._person(row_id, key, f"{given} {family}".strip())
        return found

    def _person(self, patient_id: str, name: str, shown: str) -> tuple[int, str]:
        row = self._file.execute("SELECT no, name, shown FROM person WHERE id = ?", (patient_id,)).fetchone()
        if row is None:
            query = "INSERT INTO person (id, name, shown) VALUES (?, ?, ?) RETURNING no"
            return int(self._file.execute(query, (patient_id, name, shown)).fetchall()[0][0]), name
        if row[1:] != (name, shown):
            self._file.executemany("DELETE FROM name_word WHERE word = ? AND person = ?",
                                   [(word, row[0]) for word in name_words(row[1])])  # fmt: skip
            self._file.execute("UPDATE person SET name = ?, shown = ? WHERE no = ?", (name, shown, row[0]))
        return int(row[0]), name

    def _word(self, kind: str, name: str) -> int:
        """The number of a place, a tender, a member of staff; 0 for none."""
        if name and (kind, name) not in self._words:
            query = "INSERT INTO word (kind, id) VALUES (?, ?) RETURNING no"
            self._words[kind, name] = int(self._file.execute(query, (kind, name)).fetchall()[0][0])
        return self._words.get((kind, name), 0)

    def _cursor(self, reader: Any) -> int:
        row = reader.execute("SELECT cursor_seq FROM stream WHERE tenant = ?", (self._store.tenant,)).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def _translated() -> Iterator[None]:
    """Failures of the file come out as StorageError."""
    try:
        yield
    except dbapi2.Error as error:
        raise translate(error) or error from error


def _patients_since(reader: Any, tenant: str, seq: int) -> set[str]:
    found = {row[0] for row in reader.execute("SELECT DISTINCT patient FROM log WHERE tenant = ? AND seq > ?",
                                              (tenant, seq))}  # fmt: skip
    for table in ("payment", "payment_request", "refund"):
        found |= {row[0] for row in reader.execute(
            f"SELECT DISTINCT patient_id FROM {table} WHERE tenant = ? AND seq = 0", (tenant,))}  # fmt: skip
    return found - {""}


def _weights(row: dict[str, Any], change: int, come: int) -> list[tuple[Any, ...]]:
    """What a row adds to each total, or takes from it, on the day `come`."""
    told = (change, change * row["amount"], change * row["worth"], change * row["back"])
    codes = {"": 0, "tender": row["tender"], "staff": row["staff"], "both": row["tender"] * BOTH + row["staff"]}
    late = ((LATE_DAYS, "day"), (LATE_MONTHS, "month")) if 0 < row["due"] < come and row["status"] in _AWAITED else ()
    return [(kind, codes[name], row[unit], row["status"], row["location"], *told)
            for kinds, unit in ((DAYS, "day"), (MONTHS, "month"), *late)
            for name, kind in kinds.items()]  # fmt: skip


def _differs(row: dict[str, Any], other: dict[str, Any] | None) -> bool:
    return other is None or any(row[name] != other[name] for name in _COLUMNS)


def _tail(number: str) -> int:
    digits = number.rpartition("-")[2]
    return int(digits) if digits.isdigit() and len(digits) < 16 else -1


def _list(values: Iterable[Any]) -> str:
    return orjson.dumps(list(values)).decode()


__all__ = ["ORDERS", "Count", "ListedPayment", "PaymentFigures", "PaymentList", "WantedPayments"]
