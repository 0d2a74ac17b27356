"""At payment time (S0-18): what a payment leaves free goes to open line items by rule, in its own transaction.

A payment tied to a visit stays with that visit (S0-16 a, S0-17): only free credit is given out here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.plan import Plan, PlanLine
from models.ledger.states import Entry, Transfer
from models.operations.bodies import Move, MoveLine
from models.rules import filling
from models.rules.collecting import Lot, Part, Share
from models.rules.filling import OpenItem
from models.store.queries import moving, recorded
from models.store.queries.moving import OpenRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx


@dataclass(frozen=True, slots=True)
class Filled:
    """What was given out: the operation, and the line items beyond the plan's that got something."""

    entry: Entry
    lines: tuple[PlanLine, ...]


def fill_rest(
    tx: Tx, clinic: Clinic, plan: Plan, payment_id: str, transfers: Sequence[Transfer]
) -> Filled | None:  # fmt: skip
    """Give out what is free of a payment just posted by `transfers`. None where the practice does not let it, nothing
    is free, or nothing may have it."""
    free = _net(transfers, f"CR:{payment_id}")
    if free <= 0:
        return None
    rows, items, held_back = _by_rule(tx.reader, clinic.tenant, plan.patient_id)
    still = [replace(item, owes_cents=item.owes_cents - _net(transfers, f"AR:{item.charge_id}")) for item in items]
    fillings = filling.auto_fill(still, [Lot(payment_id, "", max(free - held_back, 0))], plan.business_date)
    if not fillings:
        return None
    body = Move(
        move_id=plan.attempt_id, patient_id=plan.patient_id, way="autofill", if_short="take_available",
        lines=tuple(MoveLine(lot_payment_id=each.payment_id, amount_cents=each.cents, to_charge_id=each.charge_id)
                    for each in fillings),
    )  # fmt: skip
    entry = tx.record(body, person_id=plan.person_id, group=plan.attempt_id, business_date=plan.business_date,
                      basis_seq=plan.basis_seq)  # fmt: skip
    planned = {line.charge_id for line in plan.lines}
    by_id = {row.charge_id: row for row in rows}
    return Filled(entry, tuple(_line(by_id[each.charge_id], each.cents) for each in fillings
                               if each.charge_id not in planned))  # fmt: skip


def _net(transfers: Iterable[Transfer], account_id: str) -> int:
    """Credits less debits of an account in these transfers."""
    return sum(
        each.amount_cents * ((each.credit.id == account_id) - (each.debit.id == account_id)) for each in transfers
    )


def what_may_be_filled(reader: Any, tenant: str, patient_id: str) -> tuple[tuple[OpenItem, ...], int]:
    """The line items that money left over goes to by rule, and how much of it is held back because other programs gave
    as much back already. Nothing where the practice does not let it."""
    _, items, held_back = _by_rule(reader, tenant, patient_id)
    return tuple(items), held_back


def shared_out(
    items: Sequence[OpenItem], held_back: int, shares: Sequence[Share], rest: int, today: str
) -> tuple[tuple[Share, ...], int]:
    """What the lines of a sheet get once the `rest` is given out by rule too, and what is left then. Pure."""
    given = {share.key: share for share in shares}
    got = {key: share.cents for key, share in given.items()}
    still = [replace(item, owes_cents=item.owes_cents - got.get(item.charge_id, 0)) for item in items]
    for each in filling.auto_fill(still, [Lot("", "", max(rest - held_back, 0))], today):
        known = given.get(each.charge_id, Share(each.charge_id))
        given[each.charge_id] = replace(known, tender_cents=known.tender_cents + each.cents)
        rest -= each.cents
    return tuple(given.values()), rest


def _by_rule(reader: Any, tenant: str, patient_id: str) -> tuple[list[OpenRow], list[OpenItem], int]:
    if not recorded.rules(reader, tenant).auto_allocate:
        return [], [], 0
    rows = moving.open_items(reader, tenant, (patient_id,))
    opted_in = moving.opted_in(reader, tenant)
    items = [OpenItem(row.charge_id, row.appointment_id, row.service_date, row.owes_cents,
                      row.practitioner_id in opted_in, not moving.may_be_paid(row)) for row in rows]  # fmt: skip
    credit, refunded = moving.credit_and_refunds(reader, tenant, patient_id)
    return rows, items, max(refunded - credit, 0)


def _line(row: OpenRow, cents: int) -> PlanLine:
    """A line item nobody ticked, as the receipt lists it."""
    return PlanLine(
        key=row.charge_id, part=Part.BALANCE.value, cents=cents, owes_cents=row.owes_cents,
        service_date=row.service_date, title=row.description or row.code or "Charge", visit_title=row.visit_title,
        charge_id=row.charge_id, appointment_id=row.appointment_id, code=row.code, kind=row.kind,
    )  # fmt: skip
