"""What is owed by a guarantor's family, and what was paid from home: asked alike at a desk and at the hub."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from models.rules.online import Owed
from models.store.queries.insured import Ask

_FAMILY = (
    "(SELECT p.id FROM patient p WHERE p.tenant = :tenant AND (p.id = :payer OR p.guarantor_id = :payer) UNION "
    "SELECT l.patient_id FROM alias l JOIN patient p ON p.tenant = l.tenant AND p.id = l.survivor_id "
    "WHERE l.tenant = :tenant AND l.survivor_id <> '' AND (p.id = :payer OR p.guarantor_id = :payer))"
)
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
    "SELECT online_id, number, amount_cents - off_cents, paid_at, brand, last4, channel FROM online_payment "
    "WHERE tenant = :tenant AND patient_id = :payer AND state = 'open' ORDER BY paid_at DESC, online_id"
)
_RULES = (
    "SELECT online_auto_post, online_auto_archive, online_receipts, portal_payments, portal_minimum_cents, "
    "portal_balance_only FROM rules WHERE tenant = :tenant AND id = 'rules'"
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


@dataclass(frozen=True, slots=True)
class UnpostedRow:
    """Money from home that nobody has posted: what is left of it in cents, when it was paid (UTC text)."""

    online_id: str
    number: str
    amount_cents: int
    paid_at: str
    brand: str
    last4: str
    channel: str


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
    """What an account paid from home that it does not show yet, newest first."""
    return [UnpostedRow(*row) for row in ask(_UNPOSTED, tenant=tenant, payer=payer_id)]


def online_rules(ask: Ask, tenant: str) -> OnlineRules:
    """The practice's wishes."""
    found = ask(_RULES, tenant=tenant)
    if not found:
        return OnlineRules()
    row = found[0]
    return OnlineRules(bool(row[0]), bool(row[1]), bool(row[2]), bool(row[3]), int(row[4]), bool(row[5]))


def willing(ask: Ask, tenant: str) -> frozenset[str]:
    """The practitioners for whose visits money from home is posted by itself."""
    return frozenset(row[0] for row in ask(_WILLING, tenant=tenant))


def chosen(items: str) -> list[tuple[str, int]]:
    """(charge, cents) of what a payer chose, from a row's JSON."""
    return [(item["charge_id"], item["amount_cents"]) for item in orjson.loads(items or "[]")]
