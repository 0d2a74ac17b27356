"""Financial transactions of a span of days (S0-41): every payment, whatever of it went back, every charge and
adjustment, and cash that only moved, as one list of rows. Sums are made from these rows and from nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import orjson

from models.store.queries.rows import NET, STATUS, TAKEN_BACK

POSTED, PAID, SERVED = "posted", "paid", "served"
"""By which day: the business date an act was posted on; the day the money came in; the day of the visit."""

MONEY = frozenset({
    "payment", "void", "delete", "bounced", "refund", "refund_undone", "recovered", "correction", "elsewhere",
    "money_in", "money_out",
})  # fmt: skip
"""Kinds of rows that say of money that came or went."""


class DayAct(NamedTuple):
    """One row. `amount_cents` is as the kind says it: money in is positive and out negative; a charge that makes more
    owed is positive; so is an adjustment that lets off; moved cash is positive where it came to and negative where it
    came from. `on_account_cents` is what of a payment lies unallocated now, `code` the reason or the charge's code.
    """

    kind: str
    source_id: str
    at: str
    day: str
    patient_id: str
    appointment_id: str
    practitioner_id: str
    tender: str = ""
    method_id: str = ""
    brand: str = ""
    number: str = ""
    actor: str = ""
    device: str = ""
    amount_cents: int = 0
    on_account_cents: int = 0
    code: str = ""
    description: str = ""
    payment_type: str = ""
    op_id: str = ""
    payment_id: str = ""


class CopayRow(NamedTuple):
    """A visit that is or was to be, and its copay: `charges` of any kind, asked and paid on copay charges, what the
    visit or the plan asks, and what waits for it. All in cents but `charges`."""

    appointment_id: str
    practitioner_id: str
    location_id: str
    status: str
    charges: int
    asked_cents: int
    paid_cents: int
    visit_copay_cents: int | None
    plan_copay_cents: int | None
    prepaid_cents: int


def acts(
    connection: Any, tenant: str, first: str, last: str, *, by: str = POSTED, moved: bool = False, device: str = "",
    in_order: bool = True,
) -> list[DayAct]:  # fmt: skip
    """Every act of these days (ISO, both included), oldest first where the order is wanted. `by` is POSTED, PAID or
    SERVED; `moved` asks for cash that only moved too, as rows that cancel out; `device` is this desk, whose own acts
    may not have come back yet."""
    values = {"tenant": tenant, "first": first, "last": last, "device": device}
    reads = _BY_SERVICE if by == SERVED else _BY_PAYMENT if by == PAID else _BY_POSTING
    found = [DayAct._make(row) for query in reads for row in connection.execute(query, values)]
    if moved and by != SERVED:
        found += _moved(connection, values)
    if in_order:
        found.sort(key=lambda act: (act.day, act.at, act.op_id, act.amount_cents < 0, act.source_id))
    return found


_ON_ACCOUNT = (
    f"coalesce((SELECT sum({NET}) FROM account a WHERE a.tenant = p.tenant AND a.payment_id = p.payment_id "
    "AND a.code IN ('CR', 'CRE')), 0)"
)


def _payments(day: str, condition: str) -> str:
    return (
        f"SELECT 'payment', p.payment_id, p.taken_at, {day}, p.patient_id, p.appointment_id, p.practitioner_id, "
        "p.tender, p.method_id, p.brand, p.number, p.actor, p.device, p.amount_cents, "
        f"{_ON_ACCOUNT}, p.check_no, p.memo, p.payment_type, p.collect_op_id, p.payment_id FROM payment p "
        f"WHERE p.tenant = :tenant AND {condition}"
    )


_WITHIN = "BETWEEN :first AND :last"
_PAYMENTS_POSTED = _payments("p.business_date", f"p.business_date {_WITHIN}")
_PAYMENTS_PAID = _payments("p.business_date", f"p.business_date {_WITHIN} AND p.received_date = ''")
_PAYMENTS_RECEIVED = _payments("p.received_date", f"p.received_date <> '' AND p.received_date {_WITHIN}")
_TAKEN_BACK = (
    "SELECT CASE p.reversed_act WHEN '' THEN 'void' ELSE p.reversed_act END, p.payment_id, p.reversed_at, "
    "p.reversed_business_date, p.patient_id, p.appointment_id, p.practitioner_id, p.tender, p.method_id, p.brand, "
    "p.number, p.reversed_by, coalesce(l.device, :device), "
    f"-{TAKEN_BACK}, 0, p.check_no, p.reversed_reason, "
    "p.payment_type, p.reversed_op_id, p.payment_id FROM payment p LEFT JOIN log l ON l.tenant = p.tenant "
    "AND l.op_id = p.reversed_op_id WHERE p.tenant = :tenant AND p.reversed_business_date <> '' "
    f"AND p.reversed_business_date {_WITHIN}"
)


def _refunds(
    kind: str, sign: str, condition: str, day: str = "r.settled_business_date", at: str = "r.settled_at"
) -> str:
    return (
        f"SELECT {kind}, r.refund_id, {at}, {day}, r.patient_id, "
        "coalesce(p.appointment_id, ''), coalesce(p.practitioner_id, ''), r.tender, r.method_id, r.brand, r.number, "
        "r.settled_by, CASE r.drawer WHEN '' THEN r.device ELSE r.drawer END, "
        f"{sign}r.amount_cents, 0, r.check_no, r.reason, '', r.settled_op_id, r.payment_id FROM refund r "
        "LEFT JOIN payment p ON p.tenant = r.tenant AND p.payment_id = r.payment_id AND r.payment_id <> '' "
        f"WHERE r.tenant = :tenant AND {condition}"
    )


_THAT_DAY = f"r.business_date {_WITHIN} AND r.settled_business_date = r.business_date"
_ANOTHER_DAY = f"r.settled_business_date <> r.business_date AND r.settled_business_date {_WITHIN}"
_REFUNDS = tuple(
    _refunds(kind, sign, f"{when} AND r.state {states}")
    for when in (_THAT_DAY, _ANOTHER_DAY)
    for kind, sign, states in (
        ("r.kind", "-", "IN ('paid', 'undone')"),
        ("'refund_undone'", "", "= 'undone' AND r.tender NOT IN ('card', 'online')"),
    )
)  # fmt: skip
"""Refunds, corrections and what other programs gave back; cash was handed back on the same day."""

_SENT_BACK = _refunds(
    "'refund_undone'", "", "r.state = 'undone' AND r.tender IN ('card', 'online') AND r.payment_id IN "
    "(SELECT k.payment_id FROM task k WHERE k.tenant = :tenant AND k.what = 'refund_returned') "
    f"AND r.received_date {_WITHIN}",
    "r.received_date", "''",
)  # fmt: skip
"""Refunds of cards that banks sent back, found by their tasks, which are few."""

_DATED = "t.tenant = :tenant AND t.code IN ('charge', 'responsibility', 'adjust', 'lapse', 'reverse', 'settle')"
"""As the index of transfers by code and day has it."""

_TAKEN_BACK_AGAIN = (
    "SELECT 'void', p.payment_id, '', t.business_date, p.patient_id, p.appointment_id, p.practitioner_id, p.tender, "
    "p.method_id, p.brand, p.number, coalesce(l.actor, ''), coalesce(l.device, :device), -t.amount_cents, 0, "
    "p.check_no, 'again', p.payment_type, t.op_id, p.payment_id FROM transfer t JOIN account o ON o.tenant = t.tenant "
    "AND o.id = t.debit AND o.code IN ('OVR', 'CR', 'CRE') JOIN payment p ON p.tenant = t.tenant "
    "AND p.payment_id = o.payment_id AND p.reversed_op_id <> t.op_id "
    "LEFT JOIN log l ON l.tenant = t.tenant AND l.op_id = t.op_id "
    f"WHERE {_DATED} AND t.code = 'reverse' AND t.business_date {_WITHIN}"
)
"""Taken back a second time, by a desk that could not know: that money went out too."""

_RECOVERED = (
    "SELECT 'recovered', t.op_id, '', t.business_date, o.patient_id, coalesce(p.appointment_id, ''), "
    "coalesce(p.practitioner_id, ''), CASE h.code WHEN 'CASH' THEN 'cash' WHEN 'CARD' THEN 'card' WHEN 'CHK' THEN "
    "'check' WHEN 'EXT' THEN 'external' ELSE 'other' END, CASE h.code WHEN 'OTH' THEN substr(h.id, 5) ELSE '' END, '', "
    "coalesce(p.number, ''), coalesce(l.actor, ''), coalesce(l.device, :device), t.amount_cents, 0, '', '', '', "
    "t.op_id, o.payment_id FROM transfer t JOIN account o ON o.tenant = t.tenant AND o.id = t.credit "
    "AND o.code = 'OVR' JOIN account h ON h.tenant = t.tenant AND h.id = t.debit "
    "AND h.code IN ('CASH', 'CARD', 'CHK', 'EXT', 'OTH') LEFT JOIN payment p ON p.tenant = t.tenant "
    "AND p.payment_id = o.payment_id LEFT JOIN log l ON l.tenant = t.tenant AND l.op_id = t.op_id "
    f"WHERE {_DATED} AND t.code = 'settle' AND t.business_date {_WITHIN}"
)
"""What was given back beyond a payment, and came back."""


def _in_question(kind: str, suspense: str, home: str, sign: str) -> str:
    return (
        f"SELECT '{kind}', t.op_id, '', t.business_date, coalesce((SELECT max(k.patient_id) FROM task k WHERE "
        "k.tenant = t.tenant AND k.cause_op_id = t.op_id), ''), '', '', CASE h.code WHEN 'CASH' THEN 'cash' "
        "WHEN 'CARD' THEN 'card' WHEN 'CHK' THEN 'check' WHEN 'EXT' THEN 'external' ELSE 'other' END, "
        "CASE h.code WHEN 'OTH' THEN substr(h.id, 5) ELSE '' END, '', '', coalesce(l.actor, ''), "
        "CASE h.code WHEN 'CASH' THEN substr(h.id, 6) ELSE coalesce(l.device, :device) END, "
        f"{sign}t.amount_cents, 0, '', '', '', t.op_id, '' FROM transfer t JOIN account h ON h.tenant = t.tenant "
        f"AND h.id = t.{home} AND h.code IN ('CASH', 'CARD', 'CHK', 'EXT', 'OTH') LEFT JOIN log l "
        f"ON l.tenant = t.tenant AND l.op_id = t.op_id WHERE t.tenant = :tenant AND t.{suspense} = 'SUSP' "
        f"AND t.code NOT IN ('dispute', 'dispute_won') AND t.business_date {_WITHIN} "
        "AND NOT EXISTS (SELECT 1 FROM task k WHERE k.tenant = t.tenant AND k.cause_op_id = t.op_id "
        "AND k.what = 'money_out' AND k.how = 'settled')"
    )


_IN_QUESTION = (_in_question("money_in", "credit", "debit", ""), _in_question("money_out", "debit", "credit", "-"))
"""Money that came or went for a payment nobody knows (yet). Once that arrives, what went is a row of its own."""

_OWES = "CASE WHEN t.debit LIKE 'AR:%' THEN t.debit ELSE t.credit END"
_LETS_OFF = "t.code IN ('adjust', 'lapse')"
_OWED = (
    f"SELECT CASE WHEN {_LETS_OFF} THEN 'adjustment' WHEN c.kind = 'fee' THEN 'fee' ELSE 'charge' END, c.id, "
    "coalesce(j.made_at, ''), t.business_date, c.patient_id, c.appointment_id, c.practitioner_id, '', '', '', '', "
    "coalesce(j.actor, ''), coalesce(j.device, ''), t.amount_cents * CASE WHEN t.debit LIKE 'AR:%' THEN 1 ELSE -1 END "
    f"* CASE WHEN {_LETS_OFF} THEN -1 ELSE 1 END, 0, CASE t.code WHEN 'lapse' THEN 'lapse' "
    "WHEN 'adjust' THEN coalesce(j.kind, 'taken_back') ELSE c.code END, c.description, '', t.op_id, '' "
    f"FROM transfer t JOIN charge c ON c.tenant = t.tenant AND c.id = substr({_OWES}, 4) "
    "LEFT JOIN adjustment j ON t.code = 'adjust' AND j.tenant = t.tenant AND j.op_id = t.op_id "
    f"WHERE {_DATED} AND t.code NOT IN ('reverse', 'settle') AND t.business_date {_WITHIN}"
)
"""What came to be owed and what was let off, as it was posted."""

_DISPUTES = (
    "SELECT 'dispute', d.dispute_id, d.opened_at, d.business_date, d.patient_id, coalesce(p.appointment_id, ''), "
    "coalesce(p.practitioner_id, ''), 'card', '', coalesce(p.brand, ''), coalesce(p.number, ''), d.opened_by, "
    "coalesce(p.device, ''), -d.amount_cents, 0, d.reason, d.reference, '', d.op_id, d.payment_id FROM dispute d "
    "LEFT JOIN payment p ON p.tenant = d.tenant AND p.payment_id = d.payment_id "
    f"WHERE d.tenant = :tenant AND d.business_date {_WITHIN}"
)

_BACK_AND_FORTH = (_TAKEN_BACK, _TAKEN_BACK_AGAIN, *_REFUNDS, _SENT_BACK, _RECOVERED, *_IN_QUESTION, _OWED, _DISPUTES)
_BY_POSTING = (_PAYMENTS_POSTED, *_BACK_AND_FORTH)
_BY_PAYMENT = (_PAYMENTS_PAID, _PAYMENTS_RECEIVED, *_BACK_AND_FORTH)

# By the day of the visit ------------------------------------------------------------------------------------------

_SERVED = (
    "served AS (SELECT c.id, c.patient_id, c.appointment_id, c.practitioner_id, v.service_date AS day, c.kind, c.code, "
    "c.description, c.responsibility_cents FROM appointment v JOIN charge c ON c.tenant = v.tenant "
    f"AND c.appointment_id = v.id AND c.deleted_at = '' WHERE v.tenant = :tenant AND v.service_date {_WITHIN} "
    "UNION ALL SELECT c.id, c.patient_id, '', c.practitioner_id, c.service_date, c.kind, c.code, c.description, "
    "c.responsibility_cents FROM charge c WHERE c.tenant = :tenant AND c.appointment_id = '' AND c.deleted_at = '' "
    f"AND c.service_date {_WITHIN})"
)
_SERVED_CHARGES = (
    f"WITH {_SERVED} SELECT CASE kind WHEN 'fee' THEN 'fee' ELSE 'charge' END, id, '', day, patient_id, "
    "appointment_id, practitioner_id, '', '', '', '', '', '', responsibility_cents, 0, code, description, '', '', '' "
    "FROM served WHERE responsibility_cents <> 0"
)


_PAYS = "'allocate', 'auto_allocate'"
_SERVED_PAYMENTS = (
    f"WITH {_SERVED}, put AS (SELECT a.payment_id, s.day, s.appointment_id, s.practitioner_id, s.id AS charge_id, "
    "t.amount_cents AS cents FROM served s JOIN transfer t ON t.tenant = :tenant AND t.credit = 'AR:' || s.id "
    f"AND t.code IN ({_PAYS}) JOIN account a ON a.tenant = t.tenant AND a.id = t.debit "
    "UNION ALL SELECT a.payment_id, s.day, s.appointment_id, s.practitioner_id, s.id, -t.amount_cents FROM served s "
    "JOIN transfer t ON t.tenant = :tenant AND t.debit = 'AR:' || s.id AND t.code = 'release' "
    "JOIN account a ON a.tenant = t.tenant AND a.id = t.credit "
    "UNION ALL SELECT a.payment_id, v.service_date, v.id, v.practitioner_id, '', "
    f"{NET} FROM appointment v JOIN account a ON a.tenant = v.tenant AND a.appointment_id = v.id AND a.code = 'CRE' "
    f"WHERE v.tenant = :tenant AND v.service_date {_WITHIN}) "
    "SELECT 'payment', p.payment_id, p.taken_at, put.day, p.patient_id, put.appointment_id, put.practitioner_id, "
    "p.tender, p.method_id, p.brand, p.number, p.actor, p.device, sum(put.cents), "
    "sum(CASE put.charge_id WHEN '' THEN put.cents ELSE 0 END), p.check_no, p.memo, p.payment_type, "
    "p.collect_op_id, p.payment_id FROM put JOIN payment p ON p.tenant = :tenant AND p.payment_id = put.payment_id "
    "GROUP BY p.payment_id, put.day, put.appointment_id HAVING sum(put.cents) <> 0"
)
"""Money where it lies now: on the charges of the visits, and set aside for them. What went back lies there no more."""

_SERVED_ADJUSTMENTS = (
    f"WITH {_SERVED}, off AS (SELECT s.id AS charge_id, s.patient_id, s.day, s.appointment_id, s.practitioner_id, "
    "s.description, t.amount_cents AS cents FROM served s JOIN transfer t ON t.tenant = :tenant "
    "AND t.credit = 'AR:' || s.id AND t.code = 'adjust' UNION ALL SELECT s.id, s.patient_id, s.day, s.appointment_id, "
    "s.practitioner_id, s.description, -t.amount_cents FROM served s JOIN transfer t ON t.tenant = :tenant "
    "AND t.debit = 'AR:' || s.id AND t.code IN ('adjust', 'lapse')) "
    "SELECT 'adjustment', charge_id, '', day, patient_id, appointment_id, practitioner_id, '', '', '', '', '', '', "
    "sum(cents), 0, 'let_off', description, '', '', '' FROM off GROUP BY charge_id HAVING sum(cents) <> 0"
)

_BY_SERVICE = (_SERVED_CHARGES, _SERVED_PAYMENTS, _SERVED_ADJUSTMENTS)

# Cash that only moved -----------------------------------------------------------------------------------------------

_MOVED = (
    "SELECT m.op_id, m.move_id, m.moved_at, m.business_date, m.actor, m.device, t.amount_cents, "
    "d.code, d.patient_id, d.appointment_id, d.payment_id, c.code, c.patient_id, c.appointment_id, c.payment_id, m.way "
    "FROM moved m JOIN transfer t ON t.tenant = m.tenant AND t.op_id = m.op_id "
    "JOIN account d ON d.tenant = t.tenant AND d.id = t.debit "
    "JOIN account c ON c.tenant = t.tenant AND c.id = t.credit "
    f"WHERE m.tenant = :tenant AND m.business_date {_WITHIN} ORDER BY m.business_date, m.op_id, t.n"
)


def _moved(connection: Any, values: dict[str, str]) -> Iterator[DayAct]:
    """Every act that moved money on account: one row for each place it came from and went to; they add up to zero."""
    places: dict[tuple[Any, ...], dict[tuple[str, str], int]] = {}
    for row in connection.execute(_MOVED, values):
        net = places.setdefault((*row[:6], row[15]), defaultdict(int))
        cents = row[6]
        net[row[8], row[9]] -= cents  # off where it is debited
        net[row[12], row[13]] += cents
    for (op_id, move_id, at, day, actor, device, way), net in places.items():
        for (patient_id, appointment_id), cents in net.items():
            if cents:
                yield DayAct(
                    "moved", move_id, at, day, patient_id, appointment_id, "", actor=actor, device=device,
                    amount_cents=cents, code=way, op_id=op_id,
                )  # fmt: skip


# Beside the rows ---------------------------------------------------------------------------------------------------

_COPAYS = (
    f"SELECT v.id, v.practitioner_id, v.location_id, {STATUS}, "
    "(SELECT count(*) FROM charge c WHERE c.tenant = v.tenant AND c.appointment_id = v.id AND c.deleted_at = ''), "
    "coalesce((SELECT sum(c.responsibility_cents) FROM charge c WHERE c.tenant = v.tenant "
    "AND c.appointment_id = v.id AND c.deleted_at = '' AND c.kind = 'copay'), 0), "
    f"coalesce((SELECT sum(c.responsibility_cents + ({NET})) FROM charge c JOIN account a ON a.tenant = c.tenant "
    "AND a.id = 'AR:' || c.id WHERE c.tenant = v.tenant AND c.appointment_id = v.id AND c.deleted_at = '' "
    "AND c.kind = 'copay'), 0), CASE v.payment_profile WHEN 'cash' THEN 0 ELSE v.copay_cents END, "
    "(SELECT k.copay_cents FROM coverage k WHERE k.tenant = v.tenant AND k.patient_id = v.patient_id "
    "AND k.status = 'active' AND k.deleted_at = '' ORDER BY k.\"order\", k.id LIMIT 1), "
    f"coalesce((SELECT sum({NET}) FROM account a WHERE a.tenant = v.tenant AND a.appointment_id = v.id "
    "AND a.code = 'CRE'), 0) FROM appointment v WHERE v.tenant = :tenant AND v.deleted_at = '' "
    f"AND v.service_date {_WITHIN}"
)


def copays(connection: Any, tenant: str, first: str, last: str) -> list[CopayRow]:
    """The visits of these days with their copay."""
    values = {"tenant": tenant, "first": first, "last": last}
    return [CopayRow._make(row) for row in connection.execute(_COPAYS, values)]


def visits_paid(connection: Any, tenant: str, payments: Iterable[str]) -> dict[str, str]:
    """The visit each payment went to first, for payments that were not taken for one visit alone."""
    found = connection.execute(
        "SELECT a.payment_id, r.appointment_id, min(t.op_id) FROM account a JOIN transfer t ON t.tenant = a.tenant "
        "AND t.debit = a.id AND t.code IN ('allocate', 'auto_allocate', 'earmark') JOIN account r "
        "ON r.tenant = t.tenant AND r.id = t.credit AND r.appointment_id <> '' WHERE a.tenant = ? AND a.payment_id "
        "IN (SELECT value FROM json_each(?)) AND a.code IN ('CR', 'CRE') GROUP BY a.payment_id",
        (tenant, orjson.dumps(sorted(payments)).decode()),
    )
    return {str(row[0]): str(row[1]) for row in found}


def places(connection: Any, tenant: str, appointments: Iterable[str]) -> dict[str, tuple[str, str]]:
    """(location, practitioner) of visits, by id."""
    found = connection.execute(
        "SELECT id, location_id, practitioner_id FROM appointment WHERE tenant = ? "
        "AND id IN (SELECT value FROM json_each(?))",
        (tenant, orjson.dumps(sorted(appointments)).decode()),
    )
    return {str(row[0]): (str(row[1]), str(row[2])) for row in found}


def late(connection: Any, tenant: str, first: str, last: str, device: str = "") -> list[tuple[str, int]]:
    """(payment, cents) of payments of these days that were written down after their desk (this one, or any) had
    closed the day (H14)."""
    found = connection.execute(
        "SELECT p.payment_id, p.amount_cents FROM payment p WHERE p.tenant = :tenant "
        f"AND p.business_date {_WITHIN} AND :device IN ('', p.device) "
        "AND EXISTS (SELECT 1 FROM day_close k WHERE k.tenant = p.tenant "
        "AND k.device = p.device AND k.business_date >= p.business_date AND k.op_id < p.collect_op_id)",
        {"tenant": tenant, "first": first, "last": last, "device": device},
    )
    return [(str(row[0]), int(row[1])) for row in found]
