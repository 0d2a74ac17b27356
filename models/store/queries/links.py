"""One-time links and how each stands now: asked alike at a desk and at the hub.

What a link asks now follows from what its subject owes now, less what was paid from home and is not posted yet, as far
as posting would bring it there, and less what banks were asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import orjson

from models.operations.online import OnlineItem
from models.rules.links import Bound, LinkStanding, standing
from models.rules.online import Owed, spread
from models.rules.payment_status import AWAITED
from models.rules.plan_standing import PlanStatus, State
from models.store import plan_looking
from models.store.queries import collect, family, online, people, plans, requests
from models.store.queries.insured import asking
from models.store.queries.rows import marks


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link, and the money it brought (`online_id` and what follows are empty before), or what a bank was asked for
    by it and when (`asked_cents`, `asked_at`; 0 and empty once it has answered). Times are UTC text; `seq` 0: the hub
    does not know of it yet."""

    link_id: str
    patient_id: str
    subject: str
    subject_id: str
    amount_cents: int
    owed_cents: int
    items: str
    note: str
    expires_at: str
    issued_at: str
    revoked_at: str
    revoked_by: str
    revoked_reason: str
    actor: str
    seq: int
    online_id: str
    paid_cents: int
    paid_at: str
    paid_number: str
    paid_state: str
    asked_cents: int
    asked_at: str

    @property
    def charges(self) -> tuple[OnlineItem, ...]:
        """The charges it is bound to; none: what its subject asks."""
        return tuple(OnlineItem(**each) for each in orjson.loads(self.items or "[]"))


_PAID = {"online_id": "o.online_id", "paid_cents": "o.amount_cents", "paid_at": "o.paid_at", "paid_number": "o.number",
         "paid_state": "o.state", "asked_cents": "d.amount_cents", "asked_at": "d.asked_at"}  # fmt: skip
_COLUMNS = ", ".join(
    f"coalesce({_PAID[each.name]}, {0 if each.type in (int, 'int') else chr(39) * 2})" if each.name in _PAID
    else f"l.{each.name}" for each in fields(LinkRow)
)  # fmt: skip
LINK = (
    f"SELECT {_COLUMNS} FROM pay_link l LEFT JOIN online_payment o ON o.tenant = l.tenant AND o.online_id = (SELECT "
    "min(x.online_id) FROM online_payment x WHERE x.tenant = l.tenant AND x.source_id = l.link_id "
    "AND x.source_id <> '') LEFT JOIN online_debit d ON d.tenant = l.tenant AND d.online_id = (SELECT "
    "min(y.online_id) FROM online_debit y WHERE y.tenant = l.tenant AND y.source_id = l.link_id "
    "AND y.source_id <> '' AND y.state = 'processing') WHERE "
)
"""Begins every question for `LinkRow`s: `l` is the link, `o` the money it brought, `d` what a bank was asked for."""
_NEWEST = " ORDER BY l.issued_at DESC, l.link_id DESC"
_WAITS = (
    "SELECT amount_cents - off_cents AS cents, items, request_id, paid_at AS at, online_id FROM online_payment "
    "WHERE tenant = :tenant AND patient_id = :payer AND state = 'open' UNION ALL SELECT amount_cents, items, "
    "request_id, asked_at, online_id FROM online_debit WHERE tenant = :tenant AND patient_id = :payer "
    "AND state = 'processing' ORDER BY at, online_id"
)
"""What was paid from home and is not posted, and what banks were asked for."""


def link(connection: Any, tenant: str, link_id: str) -> LinkRow | None:
    """One link, or None."""
    row = connection.execute(f"{LINK}l.tenant = ? AND l.link_id = ?", (tenant, link_id)).fetchone()
    return LinkRow(*row) if row else None


def of_patients(connection: Any, tenant: str, patients: Iterable[str]) -> list[LinkRow]:
    """The links of these people (every record of theirs), newest first."""
    mine = people.records_of_all(connection, tenant, patients)
    found = connection.execute(f"{LINK}l.tenant = ? AND l.patient_id IN ({marks(len(mine))}){_NEWEST}", (tenant, *mine))
    return [LinkRow(*row) for row in found]


def of_subject(connection: Any, tenant: str, subject: str, subject_id: str) -> list[LinkRow]:
    """The links for one request, visit or plan, newest first."""
    query = f"{LINK}l.tenant = ? AND l.subject = ? AND l.subject_id = ? AND l.subject_id <> ''{_NEWEST}"
    found = connection.execute(query, (tenant, subject, subject_id))
    return [LinkRow(*row) for row in found]


def about_visit(connection: Any, tenant: str, links: Iterable[LinkRow], appointment_id: str) -> list[LinkRow]:
    """Those of the links that ask for a visit: for it, for one of its charges, or for what was asked for it."""
    charges = {row[0] for row in connection.execute("SELECT id FROM charge WHERE tenant = ? AND appointment_id = ?",
                                                    (tenant, appointment_id))}  # fmt: skip
    found = []
    for row in links:
        asked = requests.request(connection, tenant, row.subject_id) if row.subject == "request" else None
        named = row.subject_id == appointment_id or any(item.charge_id in charges for item in row.charges)
        if named or (asked is not None and asked.appointment_id == appointment_id):
            found.append(row)
    return found


# How they stand ---------------------------------------------------------------------------------------------------


class Standings:
    """How links stand at one moment: `now` is UTC text, `today` the practice's day. For one read transaction; what an
    account owes is asked once."""

    def __init__(self, connection: Any, tenant: str, now: str, today: date) -> None:
        self._connection, self._tenant, self._now, self._today = connection, tenant, now, today
        self._owed: dict[str, list[Owed]] = {}

    def of(self, row: LinkRow) -> LinkStanding:
        """How this one stands."""
        owed = 0 if row.online_id or row.asked_at or row.revoked_at else self._owed_now(row)
        withdrawn = owed is None
        return standing(
            Bound(row.amount_cents, row.owed_cents), owed or 0, paid=bool(row.online_id),
            revoked=bool(row.revoked_at) or withdrawn, expired=row.expires_at <= self._now,
            processing=bool(row.asked_at),
        )  # fmt: skip

    def open_charges(self, patient_id: str) -> list[Owed]:
        """What the account of a patient still owes up to today, oldest first, once all that came from home is posted:
        every charge of the family, those on a payment plan, too."""
        ask = asking(self._connection)
        payer = online.payer_of(ask, self._tenant, patient_id)
        if payer not in self._owed:
            owed = online.owed_by_family(ask, self._tenant, payer, self._today.isoformat())
            for cents, items, *_ in ask(_WAITS, tenant=self._tenant, payer=payer):
                owed = _less(owed, spread(int(cents), online.chosen(items), owed))
            self._owed[payer] = owed
        return self._owed[payer]

    def off_plan(self, owed: Sequence[Owed]) -> list[Owed]:
        """Those that no payment plan pays."""
        found = self._connection.execute(
            f"SELECT id FROM charge WHERE tenant = ? AND plan_id <> '' AND id IN ({marks(len(owed))})",
            (self._tenant, *(each.charge_id for each in owed)),
        ) if owed else ()  # fmt: skip
        on_plan = {row[0] for row in found}
        return [each for each in owed if each.charge_id not in on_plan]

    def about(self, row: LinkRow) -> list[Owed]:
        """The charges a link is about and what they still owe, oldest first; none for what a request or a plan asks."""
        if row.items not in ("", "[]"):
            mine = {item.charge_id for item in row.charges}
            return [each for each in self.open_charges(row.patient_id) if each.charge_id in mine]
        if row.subject == "visit":
            return [each for each in self.open_charges(row.patient_id) if each.appointment_id == row.subject_id]
        return self.off_plan(self.open_charges(row.patient_id)) if row.subject == "balance" else []

    def _owed_now(self, row: LinkRow) -> int | None:
        """What a link is about owes now; None: it was withdrawn."""
        if row.items in ("", "[]"):
            return _OWED[row.subject](self, row)
        return sum(each.cents for each in self.about(row))

    def _of_request(self, row: LinkRow) -> int | None:
        asked = requests.request(self._connection, self._tenant, row.subject_id)
        if asked is None or asked.status == "cancelled":
            return None
        if asked.status not in AWAITED:
            return 0
        ask = asking(self._connection)
        payer = online.payer_of(ask, self._tenant, row.patient_id)
        came = sum(int(cents) for cents, _, request_id, *_ in ask(_WAITS, tenant=self._tenant, payer=payer)
                   if request_id == asked.request_id)  # fmt: skip
        return max(asked.amount_cents - asked.paid_cents - came, 0)

    def _of_visit(self, row: LinkRow) -> int | None:
        return sum(each.cents for each in self.about(row))

    def _of_balance(self, row: LinkRow) -> int | None:
        """What no plan pays, less what lies on the account."""
        payer = online.payer_of(asking(self._connection), self._tenant, row.patient_id)
        credit = sum(max(collect.figures(self._connection, self._tenant, each.id).credit_cents, 0)
                     for each in family.family(self._connection, self._tenant, payer))  # fmt: skip
        return max(sum(each.cents for each in self.about(row)) - credit, 0)

    def _of_plan(self, row: LinkRow) -> int | None:
        """An agreement that nobody accepted asks for all of it; one in force for what is due; one that is over for
        nothing."""
        plan = plans.plan(self._connection, self._tenant, row.subject_id)
        if plan is None or plan.status == PlanStatus.CANCELLED:
            return None
        if plan.status == PlanStatus.DORMANT:
            return sum(line.cents for line in plan.instalments)
        now = plan_looking.stands(self._connection, self._tenant, plan, self._today)
        return sum(each.open_cents for each in now.lines
                   if each.line.due <= self._today and each.state is not State.PROCESSING)  # fmt: skip


def _less(owed: Sequence[Owed], paid: Iterable[tuple[Owed, int]]) -> list[Owed]:
    """What is left once this is paid."""
    off = {each.charge_id: cents for each, cents in paid}
    left = [(each, each.cents - off.get(each.charge_id, 0)) for each in owed]
    return [Owed(each.charge_id, each.patient_id, each.service_date, cents, each.appointment_id, each.practitioner_id)
            for each, cents in left if cents > 0]  # fmt: skip


_OWED: dict[str, Callable[[Standings, LinkRow], int | None]] = {
    "request": Standings._of_request, "visit": Standings._of_visit, "balance": Standings._of_balance,
    "plan": Standings._of_plan,
}  # fmt: skip
