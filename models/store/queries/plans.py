"""Payment plans as a desk reads them: what was agreed, what was paid to their charges, what happened (S4-03, S4-04).

Asked for one record of a person, every question answers for the person (H17).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from models.rules.plan_standing import LastTry
from models.rules.plans import Instalment
from models.store.queries import people
from models.store.queries.rows import marks


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One plan; fields as of `tables.plans.plan`, lists as JSON."""

    plan_id: str
    patient_id: str
    status: str
    encounter_cents: int
    discount_cents: int
    discount_group: str
    discount_reason: str
    finance_charge_id: str
    down_cents: int
    apr_hundredths: int
    frequency: str
    day: int
    method: str
    kept_card_id: str
    remind_days: int
    paid_before_cents: int
    charge_ids: str
    lines: str
    text: str
    terms: str
    terms_sha256: str
    accepted_sha256: str
    accepted_at: str
    accepted_by: str
    accepted_how: str
    accepted_channel: str
    put_at: str
    put_by: str
    activated_on: str
    ended_at: str
    replaces: str
    signature: str

    @property
    def charges(self) -> tuple[str, ...]:
        """Ids of the charges it is about; in force with its finance charge."""
        return tuple(json.loads(self.charge_ids or "[]"))

    @property
    def instalments(self) -> tuple[Instalment, ...]:
        """Its payments."""
        return tuple(Instalment(no, date.fromisoformat(due), cents, interest, bool(skipped))
                     for no, due, cents, interest, skipped in json.loads(self.lines or "[]"))  # fmt: skip

    @property
    def accepted(self) -> bool:
        """Did somebody accept the terms as they are?"""
        return self.accepted_sha256 == self.terms_sha256 != ""


@dataclass(frozen=True, slots=True)
class PlanEventRow:
    """Something that happened to a plan; times are UTC text."""

    op_id: str
    plan_id: str
    event: str
    outcome: str
    no: int
    attempt: int
    amount_cents: int
    payment_id: str
    reason: str
    next_on: str
    made_at: str
    actor: str


@dataclass(frozen=True, slots=True)
class PlanPaidRow:
    """What one payment put on the charges of a plan, net of what was taken off again. `plan_id` empty: on nothing that
    is on a plan."""

    payment_id: str
    plan_id: str
    cents: int
    amount_cents: int
    taken_at: str
    number: str
    reversed_at: str


_PLAN = f"SELECT {', '.join('p.' + field.name for field in fields(PlanRow))} FROM plan p WHERE p.tenant = ? AND "
_EVENT = f"SELECT {', '.join('e.' + field.name for field in fields(PlanEventRow))} FROM plan_event e WHERE "
_NEWEST = " ORDER BY p.status = 'active' DESC, p.status = 'dormant' DESC, p.put_at DESC, p.plan_id"
_SIGNED = (
    "CASE WHEN t.code IN ('allocate', 'auto_allocate') THEN t.amount_cents ELSE -t.amount_cents END"
)  # fmt: skip


def plan(connection: Any, tenant: str, plan_id: str) -> PlanRow | None:
    """One plan, or None."""
    row = connection.execute(f"{_PLAN}p.plan_id = ?", (tenant, plan_id)).fetchone()
    return PlanRow(*row) if row else None


def plans_of(connection: Any, tenant: str, patients: Iterable[str]) -> list[PlanRow]:
    """The plans of people: in force first, then drafts, then those that ended."""
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(f"{_PLAN}p.patient_id IN ({marks(len(mine))}){_NEWEST}", (tenant, *mine))
    return [PlanRow(*row) for row in found]


def draft_for(connection: Any, tenant: str, plan_id: str) -> str:
    """The draft of new terms for a plan; empty where there is none."""
    row = connection.execute("SELECT plan_id FROM plan WHERE tenant = ? AND replaces = ? AND status = 'dormant' "
                             "ORDER BY put_at DESC, plan_id LIMIT 1", (tenant, plan_id)).fetchone()  # fmt: skip
    return str(row[0]) if row else ""


def running(connection: Any, tenant: str) -> list[PlanRow]:
    """Plans in force and drafts of everybody."""
    found = connection.execute(f"{_PLAN}p.status IN ('active', 'dormant'){_NEWEST}", (tenant,))
    return [PlanRow(*row) for row in found]


def last_tries(connection: Any, tenant: str, plan_ids: Sequence[str]) -> dict[str, dict[int, LastTry]]:
    """By plan, and by payment of it, what became of the last time its card was charged."""
    found = connection.execute(
        f"SELECT plan_id, no, outcome, attempt, next_on, reason FROM plan_event WHERE tenant = ? AND plan_id IN "
        f"({marks(len(plan_ids))}) AND event = 'charge' ORDER BY attempt, made_at", (tenant, *plan_ids),
    )  # fmt: skip
    tries = dict[str, dict[int, LastTry]]()
    for plan_id, no, *last in found:
        tries.setdefault(plan_id, {})[no] = LastTry(*last)
    return tries


def events(connection: Any, tenant: str, plan_ids: Sequence[str]) -> list[PlanEventRow]:
    """What happened to plans, newest first."""
    found = connection.execute(
        f"{_EVENT}e.tenant = ? AND e.plan_id IN ({marks(len(plan_ids))}) ORDER BY e.made_at DESC, e.op_id DESC",
        (tenant, *plan_ids),
    )
    return [PlanEventRow(*row) for row in found]


def payments_of(connection: Any, tenant: str, patients: Iterable[str], most: int = 200) -> list[PlanPaidRow]:
    """The newest payments of people, with what each put on which plan's charges: once for each plan, or on none."""
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(
        "SELECT y.payment_id, coalesce(c.plan_id, ''), "
        f"coalesce(sum(CASE WHEN t.code IN ('allocate', 'auto_allocate', 'release') THEN {_SIGNED} END), 0), "
        "y.amount_cents, y.taken_at, y.number, y.reversed_at FROM (SELECT * FROM payment WHERE tenant = ? "
        f"AND patient_id IN ({marks(len(mine))}) ORDER BY taken_at DESC LIMIT ?) y "
        "LEFT JOIN account l ON l.tenant = y.tenant AND l.payment_id = y.payment_id AND l.code IN ('CR', 'CRE') "
        "LEFT JOIN transfer t ON t.tenant = l.tenant AND (t.debit = l.id OR t.credit = l.id) "
        "AND t.code IN ('allocate', 'auto_allocate', 'release') "
        "LEFT JOIN account a ON a.tenant = t.tenant AND a.code = 'AR' "
        "AND a.id = CASE t.code WHEN 'release' THEN t.debit ELSE t.credit END "
        "LEFT JOIN charge c ON c.tenant = a.tenant AND c.id = a.charge_id "
        "GROUP BY y.payment_id, coalesce(c.plan_id, '') ORDER BY y.taken_at DESC",
        (tenant, *mine, most),
    )
    return [PlanPaidRow(*row) for row in found]


def on_plan(connection: Any, tenant: str, patients: Sequence[str]) -> frozenset[str]:
    """Which of these records have a plan in force."""
    found = connection.execute(
        "SELECT DISTINCT patient_id FROM plan WHERE tenant = ? AND status = 'active' "
        "AND patient_id IN (SELECT value FROM json_each(?))", (tenant, json.dumps(list(patients))),
    )  # fmt: skip
    return frozenset(str(row[0]) for row in found)
