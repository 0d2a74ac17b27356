"""What is owed by a guarantor's family, and what was paid from home: asked alike at a desk and at the hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from models.rules.online import Owed
from models.store.queries.insured import Ask

_FAMILY = (
    "(SELECT p.id FROM patient p WHERE p.tenant = :tenant AND p.id = :payer "
    "UNION ALL SELECT p.id FROM patient p WHERE p.tenant = :tenant AND p.guarantor_id = :payer "
    "UNION ALL SELECT l.patient_id FROM alias l WHERE l.tenant = :tenant AND l.survivor_id = :payer "
    "AND l.survivor_id <> '' UNION ALL SELECT l.patient_id FROM patient p CROSS JOIN alias l WHERE p.tenant = :tenant "
    "AND p.guarantor_id = :payer AND l.tenant = :tenant AND l.survivor_id = p.id AND l.survivor_id <> '')"
)
"""The payer's records and those of everybody they pay for: each part by an index of its own (parts that
are made one without doubles are read in their order, which is everybody). For `IN` alone."""
_OWED = (
    "SELECT c.id, c.patient_id, c.service_date, a.debits + a.pending_debits - a.credits - a.pending_credits, "
    "c.appointment_id, CASE c.practitioner_id WHEN '' THEN coalesce(v.practitioner_id, '') ELSE c.practitioner_id END "
    "FROM charge c JOIN account a ON a.tenant = c.tenant AND a.id = 'AR:' || c.id LEFT JOIN appointment v "
    "ON v.tenant = c.tenant AND v.id = c.appointment_id WHERE c.tenant = :tenant AND c.service_date <= :day "
    "AND a.debits + a.pending_debits > a.credits + a.pending_credits AND (c.kind = 'fee' OR v.id IS NULL OR "
    "CASE v.desk_status WHEN '' THEN v.status ELSE v.desk_status END <> 'cancelled') "
    f"AND c.patient_id IN {_FAMILY} ORDER BY c.service_date, c.id"
)
_PERSON = "SELECT survivor_id FROM alias WHERE tenant = :tenant AND patient_id = :patient AND survivor_id <> ''"
_GUARANTOR = "SELECT guarantor_id FROM patient WHERE tenant = :tenant AND id = :patient"
_UNPOSTED = (
    "SELECT online_id, number, amount_cents - off_cents, paid_at AS at, brand, last4, channel, 0 FROM online_payment "
    "WHERE tenant = :tenant AND patient_id = :payer AND state = 'open' UNION ALL "
    "SELECT online_id, '', amount_cents, asked_at, brand, last4, channel, 1 FROM online_debit "
    "WHERE tenant = :tenant AND patient_id = :payer AND state = 'processing' ORDER BY at DESC, online_id"
)
_RULES = (
    "SELECT online_auto_post, online_auto_archive, online_receipts, portal_payments, portal_minimum_cents, "
    "portal_balance_only, online_debits FROM rules WHERE tenant = :tenant AND id = 'rules'"
)
_WILLING = "SELECT id FROM practitioner WHERE tenant = :tenant AND online_auto_post = 1 AND deleted_at = ''"


@dataclass(frozen=True, slots=True)
class OnlineRules:
    """What the practice wants of money from home (S1-05, S1-12, S0-28, S0-29)."""

    auto_post: bool = False
    auto_archive: bool = False
    receipts: bool = True
    payments: bool = False
    minimum_cents: int = 0
    balance_only: bool = True
    debits: bool = False


@dataclass(frozen=True, slots=True)
class UnpostedRow:
    """Money from home that nobody has posted: what is left of it in cents, when it was paid (UTC text); or, with
    `processing`, what a bank was asked for, when that was."""

    online_id: str
    number: str
    amount_cents: int
    paid_at: str
    brand: str
    last4: str
    channel: str
    processing: int = 0


def payer_of(ask: Ask, tenant: str, patient_id: str) -> str:
    """Who stands for the account of a patient: the record their guarantor goes by."""
    own = _survivor(ask, tenant, patient_id)
    found = ask(_GUARANTOR, tenant=tenant, patient=own)
    guarantor = found[0][0] if found and found[0][0] else own
    return _survivor(ask, tenant, guarantor)


def _survivor(ask: Ask, tenant: str, patient_id: str) -> str:
    found = ask(_PERSON, tenant=tenant, patient=patient_id)
    return str(found[0][0]) if found else patient_id


def owed_by_family(ask: Ask, tenant: str, payer_id: str, day: str) -> list[Owed]:
    """What the payer's family owes on `day` (ISO), oldest first."""
    rows = ask(_OWED, tenant=tenant, payer=payer_id, day=day)
    return [Owed(row[0], row[1], row[2], int(row[3]), row[4], row[5]) for row in rows]


def unposted(ask: Ask, tenant: str, payer_id: str) -> list[UnpostedRow]:
    """What an account paid from home that it does not show yet, and what its banks were asked for, newest first."""
    return [UnpostedRow(*row) for row in ask(_UNPOSTED, tenant=tenant, payer=payer_id)]


def online_rules(ask: Ask, tenant: str) -> OnlineRules:
    """The practice's wishes."""
    found = ask(_RULES, tenant=tenant)
    if not found:
        return OnlineRules()
    row = found[0]
    return OnlineRules(bool(row[0]), bool(row[1]), bool(row[2]), bool(row[3]), int(row[4]), bool(row[5]),
                       bool(row[6]))  # fmt: skip


def willing(ask: Ask, tenant: str) -> frozenset[str]:
    """The practitioners for whose visits money from home is posted by itself."""
    return frozenset(row[0] for row in ask(_WILLING, tenant=tenant))


def chosen(items: str) -> list[tuple[str, int]]:
    """(charge, cents) of what a payer chose, from a row's JSON."""
    return [(item["charge_id"], item["amount_cents"]) for item in orjson.loads(items or "[]")]


# The inbox of a desk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnlineRow:
    """A payment from home, or with `return_id` what of it went back, as the lists show it. `state` as in the tables;
    `left_cents` is what may be posted; `settled_by` a person's id, or the hub's own name."""

    online_id: str
    return_id: str
    patient_id: str
    amount_cents: int
    left_cents: int
    state: str
    kind: str
    channel: str
    number: str
    brand: str
    last4: str
    at: str
    items: str
    settled_at: str
    settled_by: str
    archived: int
    payout_id: str
    stands_for: str
    request_id: str
    way: str
    reason: str


_TRANSACTIONS = (
    "SELECT online_id, '' AS return_id, patient_id, amount_cents, CASE state WHEN 'open' THEN amount_cents - off_cents "
    "ELSE 0 END, state, 'payment' AS kind, channel, number, brand, last4, paid_at AS at, items, settled_at, "
    "settled_by, archived, payout_id, stands_for, request_id, way, '' AS reason FROM online_payment "
    "WHERE tenant = :tenant "
    "UNION ALL SELECT r.online_id, r.return_id, r.patient_id, r.amount_cents, CASE r.state WHEN 'open' THEN "
    "r.amount_cents - r.off_cents ELSE 0 END, r.state, r.kind, p.channel, r.number, p.brand, p.last4, r.returned_at, "
    "'[]', r.settled_at, r.settled_by, r.archived, r.payout_id, r.stands_for, '', p.way, r.failed_reason "
    "FROM online_return r JOIN online_payment p ON p.tenant = r.tenant AND p.online_id = r.online_id "
    "WHERE r.tenant = :tenant UNION ALL SELECT online_id, '', patient_id, amount_cents, 0, state, 'payment', channel, "
    "'', brand, last4, asked_at, items, ended_at, '', archived, '', '', request_id, 'bank', reason FROM online_debit "
    "WHERE tenant = :tenant AND state <> 'received'"
)
_NOT_POSTED = "('open', 'processing', 'refused')"
_SINCE = (
    f"SELECT * FROM ({_TRANSACTIONS}) WHERE (at >= :since OR state IN ('open', 'processing')) AND {{posted}} "
    "ORDER BY at DESC, number DESC, online_id, return_id LIMIT :most OFFSET :skip"
)
_POSTED = {None: "1 = 1", True: f"state NOT IN {_NOT_POSTED}", False: f"state IN {_NOT_POSTED}"}
"""By what is wanted: whatever it is, posted, not posted."""
_INBOX = (
    f"SELECT * FROM ({_TRANSACTIONS}) WHERE archived = 0 AND (state IN ('open', 'processing', 'refused') "
    "OR at >= :since) ORDER BY state NOT IN ('open', 'refused'), at DESC, number DESC, online_id, return_id "
    "LIMIT :most OFFSET :skip"
)
_ONE = f"SELECT * FROM ({_TRANSACTIONS}) WHERE online_id = :online_id AND return_id = :return_id"
_COUNT = (
    "SELECT (SELECT count(*) FROM online_payment WHERE tenant = :tenant AND state = 'open') + "
    "(SELECT count(*) FROM online_return WHERE tenant = :tenant AND state = 'open') + "
    "(SELECT count(*) FROM online_debit WHERE tenant = :tenant AND state = 'refused' AND archived = 0)"
)
_OPEN = (
    "SELECT count(*), coalesce(sum(cents), 0) FROM (SELECT amount_cents - off_cents AS cents FROM online_payment "
    "WHERE tenant = :tenant AND state = 'open' UNION ALL SELECT off_cents - amount_cents FROM online_return "
    "WHERE tenant = :tenant AND state = 'open')"
)
_BY_HAND = (
    "SELECT payment_id, number, tender, brand, last4, check_no, amount_cents, business_date FROM payment "
    "WHERE tenant = :tenant AND online_id = '' AND reversed_op_id = '' AND business_date >= :since "
    f"AND patient_id IN {_FAMILY} ORDER BY amount_cents <> :cents, business_date DESC, payment_id DESC LIMIT 12"
)
_PAYOUTS = (
    "SELECT payout_id, amount_cents, online_cents, fee_cents, arrives_on, lines, state, noted_at FROM online_payout "
    "WHERE tenant = :tenant AND arrives_on >= :since ORDER BY arrives_on DESC, payout_id LIMIT :most OFFSET :skip"
)


@dataclass(frozen=True, slots=True)
class ByHandRow:
    """A payment that somebody entered, which may be the same money."""

    payment_id: str
    number: str
    tender: str
    brand: str
    last4: str
    check_no: str
    amount_cents: int
    business_date: str


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """What the processor paid out; `lines` is JSON of online.PayoutLine."""

    payout_id: str
    amount_cents: int
    online_cents: int
    fee_cents: int
    arrives_on: str
    lines: str
    state: str
    noted_at: str


def transactions(
    ask: Ask, tenant: str, since: str, most: int, *, posted: bool | None = None, skip: int = 0
) -> list[OnlineRow]:  # fmt: skip
    """Everything paid from home since a moment (UTC text) and whatever is not posted, newest first; `posted` (None:
    both) of them, without the first `skip`."""
    query = _SINCE.format(posted=_POSTED[posted])
    return [OnlineRow(*row) for row in ask(query, tenant=tenant, since=since, most=most, skip=skip)]


def inbox(ask: Ask, tenant: str, since: str, most: int, *, skip: int = 0) -> list[OnlineRow]:
    """What nobody has put away: first what is not posted, newest first; without the first `skip`."""
    return [OnlineRow(*row) for row in ask(_INBOX, tenant=tenant, since=since, most=most, skip=skip)]


def transaction(ask: Ask, tenant: str, online_id: str, return_id: str) -> OnlineRow | None:
    """One of them."""
    found = ask(_ONE, tenant=tenant, online_id=online_id, return_id=return_id)
    return OnlineRow(*found[0]) if found else None


def unposted_count(ask: Ask, tenant: str) -> int:
    """How many wait to be posted, and how many debits banks refused that nobody has put away."""
    return int(ask(_COUNT, tenant=tenant)[0][0])


def waiting(ask: Ask, tenant: str) -> tuple[int, int]:
    """(how many payments and returns wait to be posted, their cents: payments less what went back)"""
    count, cents = ask(_OPEN, tenant=tenant)[0]
    return int(count), int(cents)


def by_hand(ask: Ask, tenant: str, payer_id: str, cents: int, since: str) -> list[ByHandRow]:
    """Payments of a family that somebody entered since a day (ISO), those of this amount first."""
    return [ByHandRow(*row) for row in ask(_BY_HAND, tenant=tenant, payer=payer_id, cents=cents, since=since)]


def debited(ask: Ask, tenant: str, online_ids: Sequence[str]) -> frozenset[str]:
    """Which of these payments from home came by bank debit. A desk's question."""
    query = (
        "SELECT online_id FROM online_payment WHERE tenant = :tenant AND way = 'bank' AND online_id IN "
        "(SELECT value FROM json_each(:ids))"
    )
    found = ask(query, tenant=tenant, ids=orjson.dumps(list(online_ids)).decode()) if online_ids else ()
    return frozenset(str(row[0]) for row in found)


def is_from_home(ask: Ask, tenant: str, payment_id: str) -> bool:
    """Is this payment one that came from home, posted or not?"""
    return bool(ask("SELECT 1 FROM online_payment WHERE tenant = :tenant AND online_id = :id", tenant=tenant,
                    id=payment_id))  # fmt: skip


def payouts(ask: Ask, tenant: str, since: str, most: int, *, skip: int = 0) -> list[PayoutRow]:
    """Deposits since a day (ISO), newest first; without the first `skip`."""
    return [PayoutRow(*row) for row in ask(_PAYOUTS, tenant=tenant, since=since, most=most, skip=skip)]
