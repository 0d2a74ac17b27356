"""Which visits owe more or less after an act that was only rehearsed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from app.refund_views import VisitAfter
from models.ledger.accounts import Account, Code
from models.ledger.states import Entry
from models.store.queries import refunds, rows


def visits_after(reader: Any, tenant: str, entries: Iterable[Entry], patient_id: str) -> tuple[VisitAfter, ...]:
    """Every visit, and every line item without one, whose balance the entries change, oldest first. `patient_id` is
    whose account it is seen from: others of the family are named."""
    changed: dict[str, int] = defaultdict(int)
    accounts: dict[str, Account] = {}
    for entry in entries:
        for transfer in entry.transfers:
            for account, cents in ((transfer.debit, transfer.amount_cents), (transfer.credit, -transfer.amount_cents)):
                if account.code is Code.RECEIVABLE:
                    place = account.appointment_id or account.charge_id
                    changed[place] += cents
                    accounts[place] = account
    places = [place for place, cents in changed.items() if cents]
    known = refunds.charges(reader, tenant, [place for place in places if not accounts[place].appointment_id])
    known |= refunds.visits(reader, tenant, [place for place in places if accounts[place].appointment_id])
    found = []
    for place in places:
        row, owner = known.get(place), accounts[place].patient_id
        if row is not None:
            whose = "" if owner == patient_id else _given(reader, tenant, owner)
            found.append(VisitAfter(row.description or "Visit", date.fromisoformat(row.service_date), row.owed_cents,
                                    row.owed_cents + changed[place], whose))  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.day, each.title)))


def _given(reader: Any, tenant: str, patient_id: str) -> str:
    person = rows.patient(reader, tenant, patient_id)
    return (person.given or person.family) if person else ""
