"""Payment requests by link: what an account owes that may be asked, who of everybody may be, and how requests stand.

Asked alike at a desk and, with a `HubReader`, at a hub; what goes over everybody is a desk's alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from models.rules.campaigns import Candidate
from models.rules.online import Owed, spread
from models.rules.people import parse_birth_date
from models.store.queries import collect, family, online, patients, people
from models.store.queries.links import Standings
from models.store.queries.rows import NET, PATIENT_COLUMNS, STATUS, PatientRow, marks


@dataclass(frozen=True, slots=True)
class AskRow:
    """One request; fields as of `tables.asks.ask`. `message_state` and `message_reason` are of the last message,
    or of the one that was sent instead of it."""

    ask_id: str
    patient_id: str
    campaign_id: str
    campaign: str
    request_id: str
    amount_cents: int
    channel: str
    address: str
    expires_days: int
    remind_after: str
    note: str
    statement_id: str
    state: str
    told: int
    sent_on: str
    told_on: str
    told_at: str
    next_on: str
    link_id: str
    message_id: str
    reason: str
    asked_at: str
    actor: str
    op_id: str
    seq: int
    message_state: str = ""
    message_reason: str = ""


_OF_MESSAGE = {"message_state": "coalesce(m.state, '')", "message_reason": "coalesce(m.reason, '')"}
_LAST = (
    "(SELECT x.message_id FROM message x WHERE x.tenant = k.tenant AND x.patient_id = k.patient_id "
    "AND k.message_id <> '' AND (x.message_id = k.message_id OR x.instead_of = k.message_id) "
    "ORDER BY x.asked_at DESC, x.instead_of DESC, x.message_id LIMIT 1)"
)
_COLUMNS = ", ".join(_OF_MESSAGE.get(each.name, f"k.{each.name}") for each in fields(AskRow))
_ASK = (
    f"SELECT {_COLUMNS} FROM ask k LEFT JOIN message m ON m.tenant = k.tenant AND m.message_id = {_LAST} "
    "WHERE k.tenant = ? AND "
)
_LIVE = (
    "l.revoked_at = '' AND l.expires_at > ? AND NOT EXISTS (SELECT 1 FROM online_payment o WHERE o.tenant = l.tenant "
    "AND o.source_id = l.link_id AND o.source_id <> '')"
)
"""A link that was neither paid nor taken back, at a moment (UTC text)."""
_NO_BANK = (
    "NOT EXISTS (SELECT 1 FROM online_debit b WHERE b.tenant = l.tenant AND b.source_id = l.link_id "
    "AND b.source_id <> '' AND b.state = 'processing')"
)
"""No bank was asked by a link that has not answered yet."""
_OPEN = (
    f"SELECT {people.person_of('k')}, k.state = 'waiting' FROM ask k LEFT JOIN pay_link l "
    "ON l.tenant = k.tenant AND l.link_id = k.link_id WHERE k.tenant = ? AND (k.state = 'waiting' OR "
    f"(k.state = 'told' AND {_LIVE}))"
)
_CHARGES = (
    f"SELECT c.id, {people.person_of('c')}, c.service_date, -({NET}), c.plan_id FROM account a JOIN charge c "
    "ON c.tenant = a.tenant AND c.id = a.charge_id LEFT JOIN appointment v ON v.tenant = c.tenant "
    f"AND v.id = c.appointment_id WHERE a.tenant = ? AND a.code = 'AR' AND {NET} < 0 AND c.service_date <= ? "
    f"AND (c.kind = 'fee' OR v.id IS NULL OR {STATUS} <> 'cancelled') ORDER BY c.service_date, c.id"
)
_WAITING_MONEY = (
    "SELECT patient_id, amount_cents - off_cents, items, paid_at AS at, online_id FROM online_payment "
    "WHERE tenant = ? AND state = 'open' UNION ALL SELECT patient_id, amount_cents, items, asked_at, online_id "
    "FROM online_debit WHERE tenant = ? AND state = 'processing' ORDER BY at, online_id"
)
_PLANS = f"SELECT DISTINCT {people.person_of('p')} FROM plan p WHERE p.tenant = ? AND p.status = 'active'"
_SNOOZED = f"SELECT {people.person_of('s')}, s.until FROM snooze s WHERE s.tenant = ? AND s.until <> ''"
_PEOPLE = "SELECT p.id, p.guarantor_id, p.birth_date FROM patient p WHERE p.tenant = ? AND p.deleted_at = ''"


def ask(connection: Any, tenant: str, ask_id: str) -> AskRow | None:
    """One request, or None."""
    row = connection.execute(f"{_ASK}k.ask_id = ?", (tenant, ask_id)).fetchone()
    return AskRow(*row) if row else None


def of_patients(connection: Any, tenant: str, patients_: Iterable[str]) -> list[AskRow]:
    """The requests of these people (every record of theirs), newest first."""
    mine = people.records_of_all(connection, tenant, patients_)
    found = connection.execute(f"{_ASK}k.patient_id IN ({marks(len(mine))}) ORDER BY k.asked_at DESC, k.ask_id DESC",
                               (tenant, *mine))  # fmt: skip
    return [AskRow(*row) for row in found]


def snoozed_until(connection: Any, tenant: str, patient_id: str) -> date | None:
    """Up to which day a patient is left out of bulk requests, where they are."""
    row = connection.execute(
        "SELECT until FROM snooze WHERE tenant = ? AND patient_id = ?", (tenant, patient_id)
    ).fetchone()  # fmt: skip
    return _day(row[0]) if row else None


def snoozes(connection: Any, tenant: str, payer_id: str) -> dict[str, date]:
    """Which records of a family are left out of bulk requests, and up to which day."""
    members = [each.id for each in family.family(connection, tenant, payer_id)] or [payer_id]
    mine = people.records_of_all(connection, tenant, members)
    found = connection.execute(
        f"SELECT patient_id, until FROM snooze WHERE tenant = ? AND until <> '' AND patient_id IN ({marks(len(mine))}) "
        "ORDER BY patient_id",
        (tenant, *mine),
    )
    return {row[0]: day for row in found if (day := _day(row[1])) is not None}


def since(connection: Any, tenant: str, moment: str) -> list[AskRow]:
    """Requests made since a moment (UTC text), newest first."""
    found = connection.execute(f"{_ASK}k.asked_at >= ? ORDER BY k.asked_at DESC, k.ask_id DESC", (tenant, moment))
    return [AskRow(*row) for row in found]


def waiting(connection: Any, tenant: str, most: int) -> list[AskRow]:
    """Requests the hub has not sent yet, oldest first."""
    found = connection.execute(
        f"{_ASK}k.state = 'waiting' ORDER BY k.asked_at, k.ask_id LIMIT {int(most)}", (tenant,)
    )  # fmt: skip
    return [AskRow(*row) for row in found]


def due(connection: Any, tenant: str, today: str, now: str, most: int) -> list[AskRow]:
    """Requests whose reminder falls on `today` (ISO) or before and whose link was neither paid nor taken back and holds
    at `now` (UTC text), longest overdue first; none while a bank was asked by it and has not answered."""
    found = connection.execute(
        f"{_ASK}k.state = 'told' AND k.next_on <> '' AND k.next_on <= ? AND EXISTS (SELECT 1 FROM pay_link l WHERE "
        f"l.tenant = k.tenant AND l.link_id = k.link_id AND {_LIVE} AND {_NO_BANK}) "
        f"ORDER BY k.next_on, k.ask_id LIMIT {int(most)}",
        (tenant, today, now),
    )
    return [AskRow(*row) for row in found]


def taken_back(connection: Any, tenant: str, now: str, most: int) -> list[AskRow]:
    """Requests that were taken back while the hub sent them: their links still hold."""
    found = connection.execute(
        f"{_ASK}k.state = 'cancelled' AND k.link_id <> '' AND EXISTS (SELECT 1 FROM pay_link l WHERE "
        f"l.tenant = k.tenant AND l.link_id = k.link_id AND {_LIVE}) ORDER BY k.ask_id LIMIT {int(most)}",
        (tenant, now),
    )
    return [AskRow(*row) for row in found]


@dataclass(frozen=True, slots=True)
class AskNote:
    """Words that came with an open request: of which day (ISO) and amount. `request_id`: it is no balance."""

    day: str
    amount_cents: int
    note: str
    request_id: str


def notes(connection: Any, tenant: str, records: Sequence[str], now: str) -> list[AskNote]:
    """What the practice wrote to these records with requests that are open at `now` (UTC text), newest first."""
    found = connection.execute(
        "SELECT k.sent_on, k.amount_cents, k.note, k.request_id FROM ask k JOIN pay_link l ON l.tenant = k.tenant "
        f"AND l.link_id = k.link_id WHERE k.tenant = ? AND k.state = 'told' AND k.note <> '' AND {_LIVE} "
        f"AND k.patient_id IN ({marks(len(records))}) ORDER BY k.sent_on DESC, k.ask_id",
        (tenant, now, *records),
    )
    return [AskNote(*row) for row in found]


# What may be asked of one account ---------------------------------------------------------------------------------


def candidate(
    connection: Any, tenant: str, payer_id: str, today: date, now: str, *, sent_only: bool = False
) -> Candidate:
    """How one account stands, by the record its guarantor goes by. `sent_only`: requests the hub has not sent yet do
    not count as open: it takes them one after the other."""
    standings = Standings(connection, tenant, now, today)
    members = family.family(connection, tenant, payer_id)
    owed = standings.off_plan(standings.open_charges(payer_id))
    credit = sum(max(collect.figures(connection, tenant, each.id).credit_cents, 0) for each in members)
    records = people.records_of_all(connection, tenant, [each.id for each in members] or [payer_id])
    mine = f"({marks(len(records))})"
    plan = connection.execute(
        f"SELECT 1 FROM plan WHERE tenant = ? AND status = 'active' AND patient_id IN {mine} LIMIT 1",
        (tenant, *records),
    ).fetchone()
    snoozed = connection.execute(
        f"SELECT max(until) FROM snooze WHERE tenant = ? AND patient_id IN {mine}", (tenant, *records)
    ).fetchone()
    asked = connection.execute(f"{_OPEN} AND k.patient_id IN {mine}", (tenant, now, *records)).fetchall()
    birth_date = next((each.birth_date for each in members if each.id == payer_id), "")
    return Candidate(
        payer_id, sum(each.cents for each in owed) - credit, _oldest(owed), on_plan=plan is not None,
        snoozed_until=_day(snoozed[0] if snoozed else ""), asked=any(not (sent_only and row[1]) for row in asked),
        known=parse_birth_date(birth_date) is not None,
    )  # fmt: skip


# Everybody --------------------------------------------------------------------------------------------------------


def everybody(connection: Any, tenant: str, today: date, now: str) -> list[Candidate]:
    """Everybody who owes something today: guarantors with what their family owes, and whoever owes something themselves
    that another one pays. Each is as `candidate` says of one, but for addresses. A desk's question: it reads all open
    accounts once."""
    stays = people.survivors(connection, tenant)
    found = {row[0]: (row[1], row[2]) for row in connection.execute(_PEOPLE, (tenant,))}

    def payer_of(person_id: str) -> str:
        named = found.get(person_id, ("", ""))[0]
        return stays.get(named, named) if named else person_id

    owed, own, on_plan_charges = _open_by_payer(connection, tenant, today, payer_of)
    _take_off_what_came(connection, tenant, owed, payer_of, stays)
    credit = _credits(connection, tenant, payer_of, stays)
    on_plan = {payer_of(row[0]) for row in connection.execute(_PLANS, (tenant,))}
    snoozed: dict[str, str] = {}
    for person_id, until in connection.execute(_SNOOZED, (tenant,)):
        snoozed[payer_of(person_id)] = max(snoozed.get(payer_of(person_id), ""), until)
    asked = {payer_of(row[0]) for row in connection.execute(_OPEN, (tenant, now))}
    made = []
    for payer_id, lines in owed.items():
        left = [each for each in lines if each.charge_id not in on_plan_charges]
        made.append(Candidate(
            payer_id, sum(each.cents for each in left) - credit.get(payer_id, 0), _oldest(left),
            on_plan=payer_id in on_plan, snoozed_until=_day(snoozed.get(payer_id, "")), asked=payer_id in asked,
            known=parse_birth_date(found.get(payer_id, ("", ""))[1]) is not None,
        ))  # fmt: skip
    others = [Candidate(person_id, sum(each.cents for each in lines), _oldest(lines), guarantor=False)
              for person_id, lines in own.items() if payer_of(person_id) != person_id]  # fmt: skip
    return [*made, *others]


def persons(connection: Any, tenant: str, ids: Sequence[str]) -> dict[str, PatientRow]:
    """Who these records are of, by id; a desk's question."""
    found = connection.execute(
        f"SELECT {PATIENT_COLUMNS} FROM patient p WHERE p.tenant = ? AND p.id IN (SELECT value FROM json_each(?)) "
        "AND p.deleted_at = ''",
        (tenant, json.dumps(list(ids))),
    )
    return {row[0]: PatientRow(*row) for row in found}


def _open_by_payer(
    connection: Any, tenant: str, today: date, payer_of: Any
) -> tuple[dict[str, list[Owed]], dict[str, list[Owed]], set[str]]:
    """What is open by who pays and by whose it is, oldest first; and which charges a plan pays."""
    owed: dict[str, list[Owed]] = {}
    own: dict[str, list[Owed]] = {}
    on_plan: set[str] = set()
    for charge_id, person_id, day, cents, plan_id in connection.execute(_CHARGES, (tenant, today.isoformat())):
        each = Owed(charge_id, person_id, day, cents)
        owed.setdefault(payer_of(person_id), []).append(each)
        own.setdefault(person_id, []).append(each)
        if plan_id:
            on_plan.add(charge_id)
    return owed, own, on_plan


def _take_off_what_came(
    connection: Any, tenant: str, owed: dict[str, list[Owed]], payer_of: Any, stays: dict[str, str]
) -> None:
    """What was paid from home and is not posted yet, and what banks were asked for, as posting would bring it there."""
    for patient_id, cents, items, *_ in connection.execute(_WAITING_MONEY, (tenant, tenant)).fetchall():
        payer_id = payer_of(stays.get(patient_id, patient_id))
        lines = owed.get(payer_id)
        if lines:
            off = {each.charge_id: part for each, part in spread(cents, online.chosen(items), lines)}
            rest = [(each, each.cents - off.get(each.charge_id, 0)) for each in lines]
            owed[payer_id] = [Owed(each.charge_id, each.patient_id, each.service_date, left)
                              for each, left in rest if left > 0]  # fmt: skip


def _credits(connection: Any, tenant: str, payer_of: Any, stays: dict[str, str]) -> dict[str, int]:
    """Free credit of every family, person by person: what another program gave back comes off each one's own."""
    by_person: dict[str, int] = {}
    for row in patients.money(connection, tenant):
        person_id = stays.get(row.patient_id, row.patient_id)
        by_person[person_id] = by_person.get(person_id, 0) + row.unallocated_cents - row.prepaid_cents
    found: dict[str, int] = {}
    for person_id, cents in by_person.items():
        if cents > 0:
            found[payer_of(person_id)] = found.get(payer_of(person_id), 0) + cents
    return found


def _oldest(lines: Iterable[Owed]) -> date | None:
    days = [each.service_date for each in lines]
    return _day(min(days)) if days else None


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
