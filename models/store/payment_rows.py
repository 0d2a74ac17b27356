"""What the list of payments is made of: a file of its own beside the store, and how its rows follow from the store.

A request and the one payment that brought all of it are one row, with the money's status (decision 025). The file is
made from the store alone and holds nothing else: it may be thrown away at any time.
"""

from __future__ import annotations

from models.rules.payment_status import AWAITED, Status

CODES = {status: code for code, status in enumerate(Status, 1)}
"""A status as the file keeps it; sorted by status, payments come in this order."""
STATUSES = {code: status for status, code in CODES.items()}

AWAITED_CODES = ", ".join(str(CODES[status]) for status in sorted(AWAITED))

VERSION = "5"
"""Changed whenever what is below changes: a file of another version is made anew."""

TABLES = """
CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE word (no INTEGER PRIMARY KEY, kind TEXT, id TEXT, UNIQUE (kind, id));
CREATE TABLE person (no INTEGER PRIMARY KEY, id TEXT UNIQUE, name TEXT, shown TEXT);
CREATE TABLE entry (
  no INTEGER PRIMARY KEY, id TEXT, person INT, name TEXT, number TEXT, tail INT, amount INT, back INT, worth INT,
  status INT, due INT, created INT, day INT, month INT, treatment TEXT, location INT, tender INT, staff INT, memo TEXT,
  pending INT
);
CREATE TABLE name_word (
  word TEXT, person INT, n INT, cents INT, PRIMARY KEY (word, person)
) WITHOUT ROWID;
CREATE TABLE total (
  kind INT, code INT, day INT, status INT, location INT, n INT, cents INT, worth INT, back INT,
  PRIMARY KEY (kind, code, day, status, location)
) WITHOUT ROWID;
"""
"""`day` counts days since 1970, `month` months since year 0, `created` milliseconds since 1970, `due` is a day or 0.
`tail` is the last figure of a number (42 of PAY-1-00042). `worth` is what a row adds to the cards: money that came, or
what of a request is still open; `back` what was refunded of it. `word` names places, tenders and people by number;
`name_word` has every word of a patient's name with how many rows they have, and their amounts added up."""

_FILTERS = "status, location, tender, staff, day, person, amount, worth, back"
_GATHERED = f"{_FILTERS}, created, due"
"""What is gathered is sorted before a row is read: a thousand rows that fit lie on a thousand pages."""
INDEXES = (
    "CREATE UNIQUE INDEX by_id ON entry (id)",
    f"CREATE INDEX by_created ON entry (created, no, {_FILTERS})",
    f"CREATE INDEX by_amount ON entry (amount, no, {_FILTERS})",
    f"CREATE INDEX by_due ON entry (due, no, {_FILTERS})",
    f"CREATE INDEX by_status ON entry (status, no, {_GATHERED})",
    f"CREATE INDEX by_name ON entry (name, no, {_FILTERS})",
    f"CREATE INDEX by_person ON entry (person, no, {_GATHERED})",
    f"CREATE INDEX by_day ON entry (day, no, {_GATHERED})",
    f"CREATE INDEX by_staff ON entry (staff, day, no, {_GATHERED})",
    "CREATE INDEX by_tail ON entry (tail)",
    "CREATE INDEX by_pending ON entry (pending) WHERE pending = 1",
    f"CREATE INDEX by_awaited ON entry (due, no, month, {_FILTERS}) WHERE status IN ({AWAITED_CODES})",
)
"""One for each order, each with all that filters and sums ask, so that a walk along it reads no row."""

DAYS = {"": 0, "tender": 1, "staff": 2, "both": 3}
MONTHS = {"": 4, "tender": 5, "staff": 6, "both": 7}
LATE_DAYS = {"": 8, "staff": 9}
LATE_MONTHS = {"": 10, "staff": 11}
"""Totals are kept of everything, by tender, by staff and by both together, each by day and by month. The number is the
kind of a total; its `day` is a month then. LATE are those of what is overdue on the day the file has come to: nothing
awaited has a tender yet."""
BOTH = 1_000_000
"""The code of a tender and a member of staff together is the tender's times this, and the other's."""
CODE = {"": "0", "tender": "tender", "staff": "staff", "both": f"tender * {BOTH} + staff"}
"""How the code of a total follows from a row."""
TOTALS = tuple(
    f"INSERT INTO total SELECT {kind}, {CODE[name]}, {unit}, status, location, count(*), sum(amount), sum(worth), "
    "sum(back) FROM entry GROUP BY 1, 2, 3, 4, 5"
    for kinds, unit in ((DAYS, "day"), (MONTHS, "month"))
    for name, kind in kinds.items()
)  # fmt: skip
"""Adds up the totals from the rows; nothing is overdue yet."""
AGED = tuple(
    f"INSERT INTO total SELECT {kind}, {CODE[name]}, {unit}, status, location, :times * count(*), "
    ":times * sum(amount), :times * sum(worth), :times * sum(back) FROM entry INDEXED BY by_awaited "
    f"WHERE status IN ({AWAITED_CODES}) AND due BETWEEN :first AND :last GROUP BY 1, 2, 3, 4, 5 "
    "ON CONFLICT DO UPDATE SET n = n + excluded.n, cents = cents + excluded.cents, worth = worth + excluded.worth, "
    "back = back + excluded.back"
    for kinds, unit in ((LATE_DAYS, "day"), (LATE_MONTHS, "month"))
    for name, kind in kinds.items()
)  # fmt: skip
"""Takes what was due from a day to another into what is overdue (`times` 1), or out of it again (-1)."""

_BACK = (
    "coalesce((SELECT sum(r.amount_cents) FROM {s}refund r WHERE r.tenant = p.tenant AND r.payment_id = p.payment_id "
    "AND r.payment_id <> '' AND r.kind = '{kind}' AND r.state = 'paid'), 0)"
)
_CHOSEN = (
    "(SELECT x.request_id FROM {s}payment_request x WHERE x.tenant = p.tenant AND x.patient_id = p.patient_id AND "
    "x.payment_id = p.payment_id ORDER BY x.request_id = p.request_id DESC, x.request_id LIMIT 1)"
)
"""The request that is one row with payment `p`: the one it names before others that it paid as well."""
_PAYMENTS = (
    "SELECT 'p' || p.payment_id AS id, p.patient_id, coalesce(q.number, p.number) AS number, "
    f"p.amount_cents AS amount, {_BACK.replace('{kind}', 'correction')} AS corrected, "
    f"{_BACK.replace('{kind}', 'refund')} AS back, p.reversed_op_id <> '' AS gone, '' AS status, 0 AS paid, "
    "coalesce(q.due_date, '') AS due, coalesce(q.asked_at, p.taken_at) AS created, p.business_date AS day, "
    "coalesce(nullif(q.appointment_id, ''), p.appointment_id) AS treatment, p.tender, p.actor AS staff, "
    "coalesce(nullif(q.memo, ''), p.memo) AS memo, p.seq = 0 OR coalesce(q.seq, 1) = 0 AS pending "
    "FROM {s}payment p LEFT JOIN {s}payment_request q ON q.tenant = p.tenant AND q.request_id = " + _CHOSEN + " "
    "WHERE p.tenant = :tenant AND p.patient_id IN (SELECT value FROM json_each(:ids))"
)
_REQUESTS = (
    "SELECT 'r' || q.request_id, q.patient_id, q.number, q.amount_cents, 0, 0, 0, q.status, q.paid_cents, q.due_date, "
    "q.asked_at, q.business_date, q.appointment_id, '', q.actor, q.memo, q.seq = 0 FROM {s}payment_request q "
    "WHERE q.tenant = :tenant AND q.patient_id IN (SELECT value FROM json_each(:ids)) AND NOT EXISTS (SELECT 1 FROM "
    "{s}payment p WHERE p.tenant = q.tenant AND p.payment_id = q.payment_id AND p.patient_id = q.patient_id AND "
    "q.payment_id <> '' AND q.request_id = " + _CHOSEN + ")"
)
_STATUS = (
    f"CASE WHEN status <> '' THEN CASE status {' '.join(f'WHEN {s.value!r} THEN {c}' for s, c in CODES.items())} END "
    f"WHEN gone OR amount <= corrected THEN {CODES[Status.VOIDED]} WHEN back <= 0 THEN {CODES[Status.PAID]} "
    f"WHEN back >= amount - corrected THEN {CODES[Status.REFUNDED]} ELSE {CODES[Status.PARTIALLY_REFUNDED]} END"
)
"""As `payment_status.of_money` says it, held to it by a test."""


def _day(column: str) -> str:
    return f"coalesce(CAST(julianday(nullif({column}, '')) - 2440587.5 AS INT), 0)"


FRESH = (
    "WITH told AS (" + _PAYMENTS + " UNION ALL " + _REQUESTS + ") SELECT t.id, t.patient_id, t.number, "
    "CASE WHEN amount > corrected THEN amount - corrected ELSE amount END, back, "
    "CASE status WHEN '' THEN amount - corrected WHEN 'paid' THEN 0 ELSE amount - paid END, "
    f"{_STATUS}, {_day('due')}, CAST(round(unixepoch(created, 'subsec') * 1000) AS INT), {_day('day')}, "
    "CAST(substr(day, 1, 4) AS INT) * 12 + CAST(substr(day, 6, 2) AS INT) - 1, treatment, "
    "coalesce((SELECT v.location_id FROM {s}appointment v WHERE v.tenant = :tenant AND v.id = t.treatment), ''), "
    "tender, staff, memo, pending FROM told t"
)
"""The rows of some patients, in the order of `entry` from `id` on, with ids for person, place, tender and staff."""
