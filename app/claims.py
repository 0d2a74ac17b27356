"""The claims feed: visits with their charges as a payer sees them, their billing status, and the money on account
beside each (S3-03, S3-04, S0-23)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from app.account_views import ChargeLine
from app.clinic import Clinic
from app.heads import patient_head
from app.list_views import ANY_STATUS, ClaimBalance, ClaimLine, ClaimsAsk, ClaimsView
from models.rules.billing import Bill, billing_status
from models.rules.visits import is_over, status_words
from models.store.queries import claims, ledger, recorded
from models.store.queries.claims import ClaimSums, ClaimVisit
from models.store.queries.ledger import ItemRow

PAGE = 50
"""Visits of one page."""
LONGEST_DAYS = 366
"""So many days can be looked at at once; a longer span is cut at its beginning."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A visit with its bill added up and the money beside it."""

    each: ClaimVisit
    bill: ClaimSums
    billing_status: str
    prepaid_cents: int
    credit_cents: int


class Claims:
    """Reads the feed. Call it on the `lists` lane: a year of a large practice takes a while."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def page(self, ask: ClaimsAsk) -> ClaimsView:
        """One page, and the sums over everything that fits. A page beyond the end is the last one."""
        clinic, today = self._clinic, self._clinic.today()
        begin = max(ask.first, ask.last - timedelta(days=LONGEST_DAYS - 1))
        with clinic.store.reader() as reader:
            found = [each for each in _read(reader, clinic.tenant, begin, ask.last) if _fits(each, ask)]
            people = claims.practitioners(reader, clinic.tenant)
            first = min(max(ask.page, 0) * PAGE, max(len(found) - 1, 0) // PAGE * PAGE)
            shown = [_line(each, today) for each in found[first : first + PAGE]]
            lines = _with_items(reader, clinic.tenant, shown, ask.unfolded, today)
        return ClaimsView(
            ask=ask, lines=tuple(lines), today=today, practitioners=tuple(people), first=first, visits=len(found),
            billed_cents=sum(each.bill.billed_cents for each in found),
            balance_cents=sum(each.bill.owed_cents for each in found),
            pending=sum(each.bill.insurance_pending for each in found),
        )  # fmt: skip


def _read(reader: Any, tenant: str, first: date, last: date) -> list[_Found]:
    """Every visit of these days that belongs into the feed, newest first."""
    span = (first.isoformat(), last.isoformat())
    sums, prepaid = claims.sums(reader, tenant, *span), claims.prepaid(reader, tenant, *span)
    visits = [
        each for each in claims.visits(reader, tenant, *span)
        if _belongs(each, sums.get(each.visit.id), prepaid.get(each.visit.id, 0))
    ]  # fmt: skip
    credit = claims.credit(reader, tenant, {each.visit.patient_id for each in visits})
    follows = recorded.rules(reader, tenant).paid_in_full_follows
    made = []
    for each in visits:
        bill = sums.get(each.visit.id, ClaimSums())
        said = Bill(bill.responsibility_cents, bill.owed_cents, bool(bill.insurance_pending), each.payment_profile,
                    each.billing_said)  # fmt: skip
        made.append(_Found(each, bill, billing_status(said, paid_in_full_follows=follows),
                           prepaid.get(each.visit.id, 0), credit.get(each.visit.patient_id, 0)))  # fmt: skip
    return made


def _belongs(each: ClaimVisit, bill: ClaimSums | None, prepaid_cents: int) -> bool:
    """Visits with charges or with money on them; one that fell out only while something of that is left."""
    if bill is None:
        return prepaid_cents > 0
    return not is_over(each.visit.status) or bool(bill.responsibility_cents or bill.owed_cents or prepaid_cents)


def _fits(found: _Found, ask: ClaimsAsk) -> bool:
    owed, aside = found.bill.owed_cents, found.prepaid_cents
    kept = {
        ClaimBalance.ANY: True,
        ClaimBalance.OWES: owed > 0,
        ClaimBalance.ON_ACCOUNT: found.credit_cents > 0 or aside > 0,
        ClaimBalance.SETTLED: owed <= 0 and aside <= 0 and not found.bill.insurance_pending,
    }
    return (
        ask.practitioner_id in ("", found.each.practitioner_id)
        and ask.billing_status in (ANY_STATUS, found.billing_status)
        and kept[ask.balance]
    )


def _line(found: _Found, today: date) -> ClaimLine:
    visit, bill = found.each.visit, found.bill
    day = date.fromisoformat(visit.service_date)
    return ClaimLine(
        appointment_id=visit.id, patient=patient_head(found.each.patient, today), service_date=day,
        title=visit.title or "Visit", practitioner=visit.practitioner, visit_status=status_words(visit.status),
        billed_cents=bill.billed_cents, allowed_cents=bill.allowed_cents,
        insurance_paid_cents=bill.insurance_paid_cents, patient_cents=bill.responsibility_cents,
        balance_cents=bill.owed_cents, insurance_pending=bool(bill.insurance_pending),
        credit_cents=found.credit_cents, prepaid_cents=found.prepaid_cents, billing_status=found.billing_status,
        items=bill.items, future=day > today,
    )  # fmt: skip


def _with_items(
    reader: Any, tenant: str, lines: Iterable[ClaimLine], unfolded: frozenset[str], today: date
) -> list[ClaimLine]:
    """The lines, those unfolded with their charges."""
    made = list(lines)
    wanted = {line.appointment_id: line.patient.patient_id for line in made if line.appointment_id in unfolded}
    if not wanted:
        return made
    let_off: dict[str, int] = defaultdict(int)
    for share in ledger.shares(reader, tenant, sorted(set(wanted.values()))):
        if share.code != "CR":
            let_off[share.charge_id] += share.cents
    items: dict[str, list[ChargeLine]] = defaultdict(list)
    for row in claims.items(reader, tenant, sorted(wanted)):
        items[row.appointment_id].append(_item(row, let_off[row.charge_id], today))
    return [replace(line, lines=tuple(items[line.appointment_id])) if line.appointment_id in wanted else line
            for line in made]  # fmt: skip


def _item(row: ItemRow, let_off: int, today: date) -> ChargeLine:
    day = date.fromisoformat(row.service_date)
    return ChargeLine(
        row.charge_id, row.patient_id, row.appointment_id, day, row.code, row.description or row.code or "Charge",
        row.responsibility_cents, row.responsibility_cents - let_off - row.owed_cents, row.owed_cents,
        row.billed_cents, row.allowed_cents, row.insurance_paid_cents, let_off, bool(row.insurance_pending),
        row.practitioner, row.kind == "fee", future=day > today,
    )  # fmt: skip
