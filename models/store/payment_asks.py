"""Questions to the list of payments: what fits, how it is met fastest, and what it adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson

from models.basics.search_keys import name_words
from models.rules.payment_status import AWAITED, COLLECTED, OUTSTANDING, Status
from models.rules.trend import same_day_before
from models.store.payment_rows import AWAITED_CODES, BOTH, CODES, DAYS, LATE_DAYS, LATE_MONTHS, MONTHS, STATUSES

ORDERS = ("created", "amount", "due", "status", "name")
"""What the list can be sorted by (S2-04): columns of the file, each with an index of that name."""
FEW = 3_000
"""So many that fit are gathered and sorted; more are met often enough on a walk in order."""
TREND_MONTHS = 12
_EPOCH = date(1970, 1, 1)
_EVER = 1 << 40
_LAST = (date.max - _EPOCH).days - 1
AWAITED_SET = frozenset(CODES[status] for status in AWAITED)
"""What is awaited, as the file keeps it."""


@dataclass(frozen=True, slots=True)
class WantedPayments:
    """Which payments: with one of `statuses` (none: all), of a place, tender or member of staff (empty: all), made on
    business days from `first` to `last`, both included; `text` is a payment's number or the beginning of names. Sorted
    by `order`, one of ORDERS."""

    statuses: frozenset[Status] = frozenset()
    location: str = ""
    tender: str = ""
    staff: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""
    order: str = "created"
    descending: bool = True


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """One row: `id` is `p` and a payment's id, or `r` and a request's. `back_cents` of the amount were refunded,
    `created_ms` counts from 1970; `due` None: on no day. `tender` is empty while no money came."""

    id: str
    patient_id: str
    patient: str
    number: str
    amount_cents: int
    back_cents: int
    status: Status
    due: date | None
    created_ms: int
    day: date
    treatment: str
    memo: str
    tender: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """How many, and their amounts added up."""

    payments: int = 0
    cents: int = 0


@dataclass(frozen=True, slots=True)
class PaymentFigures:
    """The cards (S2-01), of all that fit the filter. `collected_cents` adds up what is paid, literally; `net_cents` all
    money that came, less what went back. `months`: (year, month, literally collected), oldest first."""

    collected_cents: int
    net_cents: int
    outstanding: Count
    overdue: Count
    by_status: dict[Status, int]
    months: tuple[tuple[int, int, int], ...]
    by_this_day_cents: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question in the file's own terms. `where` names no index; `numbers` are the rows a number means, None where the
    text is none; `search`: it asks for `temp.found`, the people a text means."""

    wanted: WantedPayments
    where: str
    values: tuple[Any, ...]
    codes: dict[str, Any]
    words: tuple[str, ...]
    numbers: frozenset[int] | None

    @classmethod
    def of(cls, file: Any, words: dict[tuple[str, str], int], wanted: WantedPayments) -> Asked:
        """Read a question; a place, tender or person nobody ever used fits nothing."""
        if wanted.order not in ORDERS:
            raise ValueError(wanted.order)
        parts, values, codes = [], list[Any](), dict[str, Any]()
        if wanted.statuses:
            codes["status"] = frozenset(CODES[status] for status in wanted.statuses)
            parts.append(f"status IN ({_comma(codes['status'])})")
        for kind in ("location", "tender", "staff"):
            if name := getattr(wanted, kind):
                codes[kind] = words.get((kind, name), -1)
                parts.append(f"{kind} = {codes[kind]}")
        if wanted.first or wanted.last:
            codes["days"] = _day(wanted.first, 0), _day(wanted.last, _EVER)
            parts.append("day BETWEEN ? AND ?")
            values += codes["days"]
        search, numbers = _searched(file, wanted.text)
        if numbers is not None:
            parts.append(f"no IN ({_comma(numbers)})")
        elif search:
            parts.append("person IN (SELECT person FROM temp.found)")
        return cls(wanted, " AND ".join(parts) or "1", tuple(values), codes, search, numbers)

    @property
    def narrow(self) -> bool:
        """Does a text narrow it down?"""
        return bool(self.words) or self.numbers is not None

    def fits(self, row: dict[str, Any]) -> bool:
        """Does a row of the file fit? Not to be asked of a search."""
        codes = self.codes
        if "status" in codes and row["status"] not in codes["status"]:
            return False
        if any(kind in codes and row[kind] != codes[kind] for kind in ("location", "tender", "staff")):
            return False
        first, last = codes.get("days", (0, _EVER))
        return bool(first <= row["day"] <= last)

    # What it adds up to -------------------------------------------------------------------------------------------

    def met(self, file: Any) -> list[tuple[Any, ...]]:
        """(day, status, n, cents, worth, back) of all that fits, from the rows themselves."""
        query = (f"SELECT day, status, count(*), sum(amount), sum(worth), sum(back) FROM entry {self.source(file)} "
                 f"WHERE {self.where} GROUP BY day, status")  # fmt: skip
        return list(file.execute(query, self.values))

    def groups(self, file: Any) -> list[tuple[Any, ...]]:
        """(month, status, n, cents, worth, back) of all that fits: from totals of whole months and of the days around
        them, or from the rows where a text narrows them down."""
        if self.narrow:
            return [(_month(row[0]), *row[1:]) for row in self.met(file)]
        found: list[tuple[Any, ...]] = []
        for kinds, first, last in _pieces(*self.codes.get("days", (0, _EVER))):
            rows = self._totals(file, kinds, first, last)
            found += rows if kinds is MONTHS else ((_month(row[0]), *row[1:]) for row in rows)
        return found

    def _totals(
        self, file: Any, kinds: dict[str, int], first: int, last: int, status: int = 0
    ) -> list[tuple[Any, ...]]:
        """(unit, status, n, cents, worth, back) of the totals of a kind from a day or month to another; `status` asks
        for one alone."""
        codes = frozenset({status}) if status else self.codes.get("status", ())
        parts = [f"status IN ({_comma(codes)})"] if codes else []
        parts += [f"location = {self.codes['location']}"] if "location" in self.codes else []
        kind, code = self._kept(kinds)
        query = (
            "SELECT day, status, sum(n), sum(cents), sum(worth), sum(back) FROM total WHERE kind = ? AND code = ? AND "
            f"{' AND '.join(['day BETWEEN ? AND ?', *parts])} GROUP BY day, status"
        )
        return list(file.execute(query, (kind, code, first, last)))

    def _kept(self, kinds: dict[str, int]) -> tuple[int, int]:
        """(kind, code) of the totals that answer this, but for status, place and days."""
        tender, staff = self.codes.get("tender"), self.codes.get("staff")
        if tender is not None and staff is not None:
            return kinds["both"], tender * BOTH + staff
        if tender is not None:
            return kinds["tender"], tender
        return (kinds["staff"], staff) if staff is not None else (kinds[""], 0)

    def paid(self, file: Any, first: int, last: int) -> int:
        """Cents literally collected from a day to another, as far as the filter lets them in."""
        code = CODES[Status.PAID]
        from_, to = self.codes.get("days", (0, _EVER))
        first, last = max(first, from_), min(last, to)
        if first > last or code not in self.codes.get("status", (code,)):
            return 0
        return sum(row[4] for row in self._totals(file, DAYS, first, last, code))

    def overdue(self, file: Any, before: int) -> Count:
        """How many are awaited and were due before a day, and what is open of them. The file has come to that day."""
        awaited = AWAITED_SET & self.codes.get("status", AWAITED_SET)
        if not awaited or self.codes.get("tender"):
            return Count()
        if self.narrow:
            query = (f"SELECT count(*), coalesce(sum(worth), 0) FROM entry {self.source(file)} "
                     f"WHERE +status IN ({AWAITED_CODES}) AND +due BETWEEN 1 AND ? AND {self.where}")  # fmt: skip
            return Count(*file.execute(query, (before - 1, *self.values)).fetchone())
        found = [row for kinds, first, last in _pieces(*self.codes.get("days", (0, _EVER)))
                 for row in self._totals(file, LATE_MONTHS if kinds is MONTHS else LATE_DAYS, first, last)]  # fmt: skip
        return Count(sum(row[2] for row in found), sum(row[4] for row in found))

    def sums(self, file: Any) -> Count:
        """How many fit, and their amounts."""
        if self.words and not self.codes:  # people carry their own sums
            query = "SELECT coalesce(sum(n), 0), coalesce(sum(cents), 0) FROM temp.found"
            return Count(*file.execute(query).fetchone())
        groups = self.groups(file)
        return Count(sum(row[2] for row in groups), sum(row[3] for row in groups))

    # Where to look ------------------------------------------------------------------------------------------------

    def source(self, file: Any) -> str:
        """The index along which fewest rows are met to gather all that fit; empty for the file's own choice."""
        if self.numbers is not None:
            return ""
        sizes: dict[str, int] = {}
        if self.words:
            sizes["by_person"] = file.execute("SELECT coalesce(sum(n), 0) FROM temp.found").fetchone()[0]
        if "days" in self.codes:
            sizes["by_day"] = _size(file, f"kind = {DAYS['']} AND day BETWEEN ? AND ?", self.codes["days"])
        if "staff" in self.codes:
            sizes["by_staff"] = _size(file, f"kind = {DAYS['staff']} AND code = ? AND day BETWEEN ? AND ?",
                                      (self.codes["staff"], *self.codes.get("days", (0, _EVER))))  # fmt: skip
        if "status" in self.codes:
            sizes["by_status"] = _size(file, f"kind = {MONTHS['']} AND status IN ({_comma(self.codes['status'])})")
        return f"INDEXED BY {min(sizes, key=sizes.__getitem__)}" if sizes else ""

    def gathered(self, file: Any, count: int, skip: int) -> list[int]:
        """A page of rows, by their numbers: all that fit are met, then sorted."""
        way = " DESC" if self.wanted.descending else ""
        query = (f"SELECT no FROM entry {self.source(file)} WHERE {self.where} "
                 f"ORDER BY +{self.wanted.order}{way}, +no{way} LIMIT ? OFFSET ?")  # fmt: skip
        return [row[0] for row in file.execute(query, (*self.values, count, skip))]

    def all(self, file: Any) -> Any:
        """A cursor over the numbers of all that fit, in order: few are gathered and sorted, many met on a walk."""
        column, way = self.wanted.order, " DESC" if self.wanted.descending else ""
        few = self.numbers is not None or self.sums(file).payments <= FEW
        source, sign = (self.source(file), "+") if few else (f"INDEXED BY by_{column}", "")
        query = f"SELECT no FROM entry {source} WHERE {self.where} ORDER BY {sign}{column}{way}, {sign}no{way}"
        return file.execute(query, self.values)

    def walked(self, file: Any, count: int, skip: int, *, down: bool = False) -> list[tuple[Any, int]]:
        """(key, number) of rows along the index of the order, from an end: `count` that fit after `skip`."""
        column, way = self.wanted.order, " DESC" if down else ""
        query = (f"SELECT {column}, no FROM entry INDEXED BY by_{column} WHERE {self.where} "
                 f"ORDER BY {column}{way}, no{way} LIMIT ? OFFSET ?")  # fmt: skip
        return [(row[0], row[1]) for row in file.execute(query, (*self.values, count, skip))]

    def walked_from(self, file: Any, start: tuple[Any, int], count: int, skip: int) -> list[tuple[Any, int]]:
        """The same from a mark on, upwards. In two parts, the rows with the mark's own key and those beyond: compared
        as a pair SQLite meets every row with that key again, and most payments are due on no day."""
        column = self.wanted.order
        part = f"SELECT {column}, no FROM entry INDEXED BY by_{column} WHERE {{}} AND {self.where}"
        query = (f"{part.format(f'{column} = ? AND no >= ?')} UNION ALL {part.format(f'{column} > ?')} "
                 "ORDER BY 1, 2 LIMIT ? OFFSET ?")  # fmt: skip
        values = (*start, *self.values, start[0], *self.values, count, skip)
        return [(row[0], row[1]) for row in file.execute(query, values)]


def _searched(file: Any, text: str) -> tuple[tuple[str, ...], frozenset[int] | None]:
    """What a text means: the rows of a payment's number, or (as `temp.found`) everybody whose name has words that begin
    so. Returns the words, and the rows where it is a number."""
    typed = text.strip()
    digits = typed.rpartition("-")[2]
    if digits.isdigit() and len(digits) < 16:
        rows = file.execute("SELECT no, number FROM entry WHERE tail = ?", (int(digits),))
        return (), frozenset(no for no, number in rows if "-" not in typed or number.lower().endswith(typed.lower()))
    words = tuple(name_words(typed))
    if not words:
        return (), frozenset() if typed else None
    one = "SELECT person, n, cents FROM name_word WHERE word >= ? AND word < ?"
    file.execute("CREATE TEMP TABLE IF NOT EXISTS found (person INTEGER PRIMARY KEY, n INT, cents INT)")
    file.execute("DELETE FROM temp.found")
    between = [end for word in words for end in (word, f"{word}\U0010ffff")]
    file.execute(f"INSERT OR IGNORE INTO temp.found {' INTERSECT '.join([one] * len(words))}", between)
    return words, None


def _size(file: Any, where: str, values: Sequence[int] = ()) -> int:
    return int(file.execute(f"SELECT coalesce(sum(n), 0) FROM total WHERE {where}", values).fetchone()[0])


_SHOWN = (
    "e.no, e.id, p.id, p.shown, e.number, e.amount, e.back, e.status, e.due, e.created, e.day, e.treatment, e.memo, "
    "coalesce((SELECT w.id FROM word w WHERE w.no = e.tender), '')"
)


def rows(file: Any, numbers: Sequence[int]) -> list[ListedPayment]:
    """Rows of the file, in this order."""
    query = (f"SELECT {_SHOWN} FROM entry e JOIN person p ON p.no = e.person WHERE e.no IN "
             "(SELECT value FROM json_each(?))")  # fmt: skip
    found = {row[0]: row[1:] for row in file.execute(query, (orjson.dumps(list(numbers)).decode(),))}
    return [_shown(*found[no]) for no in numbers]


def _shown(*cells: Any) -> ListedPayment:
    entry, person, name, number, amount, back, status, due, created, day, treatment, memo, tender = cells
    due_on = _EPOCH + timedelta(due) if due else None
    return ListedPayment(entry, person, name, number, amount, back, STATUSES[status], due_on, created,
                         _EPOCH + timedelta(day), treatment, memo, tender)  # fmt: skip


def figures(file: Any, asked: Asked, today: date) -> PaymentFigures:
    """What the cards say."""
    begun, same_day = (_day(day, 0) for day in same_day_before(today))
    if asked.narrow:
        days = asked.met(file)
        groups = [(_month(row[0]), *row[1:]) for row in days]
        paid = CODES[Status.PAID]
        before = sum(row[4] for row in days if row[1] == paid and begun <= row[0] <= same_day)
    else:
        groups, before = asked.groups(file), asked.paid(file, begun, same_day)
    counts: dict[Status, int] = {}
    collected = net = waiting = waiting_cents = 0
    last = today.year * 12 + today.month - 1
    months = dict.fromkeys(range(last - TREND_MONTHS + 1, last + 1), 0)
    for month, code, n, _cents, worth, back in groups:
        status = STATUSES[code]
        counts[status] = counts.get(status, 0) + n
        net += worth - back if status in COLLECTED else 0
        if status in OUTSTANDING:
            waiting, waiting_cents = waiting + n, waiting_cents + worth
        if status is Status.PAID:
            collected += worth
            if month in months:
                months[month] += worth
    return PaymentFigures(
        collected, net, Count(waiting, waiting_cents), asked.overdue(file, (today - _EPOCH).days),
        {status: n for status, n in counts.items() if n},
        tuple((month // 12, month % 12 + 1, cents) for month, cents in months.items()), before,
    )  # fmt: skip


def _pieces(first: int, last: int) -> list[tuple[dict[str, int], int, int]]:
    """The days from one to another as whole months and what is left around them: (kinds of totals, first, last)."""
    begin, after = _EPOCH + timedelta(first), _EPOCH + timedelta(min(last, _LAST) + 1)
    from_month = _month(first) + (begin.day > 1)
    to_month = _EVER if last >= _LAST else _month_of(after) - 1
    if from_month > to_month:
        return [(DAYS, first, last)]
    pieces = [(MONTHS, from_month, to_month)]
    if begin.day > 1:
        pieces.append((DAYS, first, _first_day(from_month) - 1))
    if to_month < _EVER and after.day > 1:
        pieces.append((DAYS, _first_day(to_month + 1), last))
    return pieces


def _first_day(month: int) -> int:
    return _day(date(month // 12, month % 12 + 1, 1), 0)


def _month_of(day: date) -> int:
    return day.year * 12 + day.month - 1


def _month(day: int) -> int:
    return _month_of(_EPOCH + timedelta(day))


def _comma(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(numbers)))


def _day(day: date | None, other: int) -> int:
    return (day - _EPOCH).days if day else other
