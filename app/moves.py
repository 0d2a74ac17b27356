"""Moving money on account (S0-14): from credit to a visit, from visit to visit, off a visit again; any part of it.

Whatever moves, total paid and total balance stay. A preview is the same act judged by the same engine, unwritten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from app.basis import basis_of, only_once, still_so
from app.clinic import Clinic
from app.heads import day_text
from app.method import named_text
from app.money_views import (
    Acted,
    MoveItem,
    MoveOrder,
    MovePlace,
    MovePreview,
    MoveSheet,
    MoveSource,
    Where,
)  # fmt: skip
from app.refusals import insist, need, refusal
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import check_entry
from models.ledger import accounts
from models.ledger.accounts import LOT_CODES
from models.ledger.draft import Draft
from models.ledger.judging import available, free_to_spend, oldest_first, owed
from models.ledger.states import Entry
from models.operations.bodies import Move, MoveLine
from models.rules.collecting import Lot
from models.rules.people import first_name
from models.rules.rights import Right
from models.store.queries import family, moving
from models.store.queries.moving import OpenRow, PaymentName
from models.store.queries.rows import PatientRow, VisitRow
from models.store.rehearsal import Rehearsal

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

WAITING_DAYS = 30
"""A visit without charges may be so long ago and money can still be set aside for it."""

DONE_WORDS = {"visit": "move.done", "wait": "move.set_aside", "credit": "move.to_credit"}
"""What is said afterwards, by kind of place."""


@dataclass(frozen=True, slots=True)
class MoveFrom:
    """What shall be moved: money of `payment_id` where it lies; or what lies on a visit or a line item; or, with
    nothing but the patient, anything that is unallocated. `to_appointment_id` is the visit to propose, where money may
    go there."""

    patient_id: str
    payment_id: str = ""
    appointment_id: str = ""
    charge_id: str = ""
    to_appointment_id: str = ""


class Moves:
    """Moves money. `open` and `preview` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, what: MoveFrom) -> MoveSheet:
        """What can be moved and where to, with a proposal: the oldest open visit. Raises RuleBroken
        `move.nothing_there`, `move.no_place`."""
        with self._clinic.store.reader() as reader:
            book = self._rehearsal(reader).book
            sources = self._named(reader, book, [where for where in _sources(book, what) if _lies(book, where) > 0])
            if not sources:
                raise RuleBroken("move.nothing_there")
            places = self._places(reader, what.patient_id)
        sheet = MoveSheet(new_id(), what.patient_id, sources, places, sources[0].key, "")
        offered = sheet.places_for(sources[0].key)
        if not offered:
            raise RuleBroken("move.no_place")
        meant = (
            place for place in offered if what.to_appointment_id and place.appointment_id == what.to_appointment_id
        )
        return replace(sheet, proposed=next(meant, offered[0]).key)

    def preview(self, order: MoveOrder) -> MovePreview:
        """What the move would do. Raises RuleBroken: an amount that may not be, `refused.…` with what is possible,
        `credit.…` while the hub does not answer."""
        body, source, place = self._body(order)
        with self._clinic.store.reader() as reader:
            rehearsal = self._rehearsal(reader)
            insist(rehearsal.act(body), there_cents=_lies(rehearsal.book, source.where),
                   spendable_cents=_spendable(rehearsal.book, source.where),
                   owes_cents=_owed(rehearsal.book, order, place))  # fmt: skip
            relied = [_account(rehearsal.book, source.where), *(f"AR:{item.charge_id}" for item in place.items)]
            basis = basis_of(rehearsal, order.sheet.patient_id, relied)
            after = rehearsal.draft
            provisional_cents = self._provisional(reader, order, source, place)
            preview = MovePreview(
                order=order, will_owe_cents=_owed(after, order, place), waits_cents=_waits(after, place),
                left_cents=_lies(after, source.where), before=basis.figures,
                after=rehearsal.after(basis.figures, order.sheet.patient_id), basis=basis,
                provisional_cents=provisional_cents,
            )  # fmt: skip
        self._clinic.store.rehearse(lambda tx: self._write(tx, preview, ""))  # what Enter will ask is asked now
        return preview

    def do(self, preview: MovePreview, person: Person) -> Acted:
        """Move it. Raises RuleBroken, nothing written: `account.changed` when the account is not as the preview showed
        it, `account.done_before` for a second time, `refused.…`, `credit.…`, `staff.right_missing`."""
        need(Right.PAYMENTS, person)
        with self._clinic.store.write() as tx:
            entry, place = self._write(tx, preview, person.staff_id)
        cents = preview.order.cents
        where = day_text(place.day, self._clinic.today()) if place.day else ""
        return Acted((entry.op.op_id,), cents, DONE_WORDS[place.kind], {"cents": cents, "place": where})

    def _write(self, tx: Tx, preview: MovePreview, person_id: str) -> tuple[Entry, MovePlace]:
        order, clinic = preview.order, self._clinic
        body, source, place = self._body(order)
        only_once(tx.reader, clinic.tenant, order.sheet.act_id)
        still_so(tx.reader, clinic.tenant, preview.basis)
        body = replace(body, provisional_cents=self._provisional(tx.reader, order, source, place))
        entry = tx.record(body, person_id=person_id, business_date=clinic.today().isoformat(),
                          group=order.sheet.act_id, basis_seq=preview.basis.seq)  # fmt: skip
        insist(entry, there_cents=source.cents, spendable_cents=source.spendable_cents, owes_cents=place.owes_cents)
        return entry, place

    def _provisional(self, reader: Any, order: MoveOrder, source: MoveSource, place: MovePlace) -> int:
        """What of the money the hub must still confirm; none where it only becomes credit."""
        if place.kind == "credit":
            return 0
        return self._clinic.holds.provisional_part(reader, source.whose, [_as_lot(source.where, order.cents)])

    # What there is --------------------------------------------------------------------------------------------------

    def _rehearsal(self, reader: Any) -> Rehearsal:
        clinic = self._clinic
        return Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())

    def _body(self, order: MoveOrder) -> tuple[Move, MoveSource, MovePlace]:
        sheet = order.sheet
        source, place = sheet.source(order.source_key), sheet.place(order.place_key)
        if source is None:
            raise RuleBroken("move.nothing_there")
        if place is None or place not in sheet.places_for(source.key):
            raise RuleBroken("move.place_gone")
        check_entry(order.cents)
        if order.cents > source.cents:
            raise refusal("not_that_much", there_cents=source.cents)
        lines = tuple(_lines(order, source.where, place))
        return Move(move_id=sheet.act_id, patient_id=sheet.patient_id, lines=lines,
                    way="move" if place.kind != "credit" else "free"), source, place  # fmt: skip

    def _named(self, reader: Any, book: Draft, found: Sequence[Where]) -> tuple[MoveSource, ...]:
        clinic, tenant = self._clinic, self._clinic.tenant
        payments = moving.payments_by_id(reader, tenant, {where.payment_id for where in found})
        visits = moving.visits_by_id(reader, tenant, {where.appointment_id for where in found})
        today = clinic.today()
        sources = []
        for where in found:
            payment = payments.get(where.payment_id, PaymentName(where.payment_id, *[""] * 7))
            row = moving.item(reader, tenant, where.charge_id) if where.charge_id else None
            day = clinic.local(payment.taken_at).date() if payment.taken_at else today
            method = named_text(payment)
            place = _place_words(where, row, visits.get(where.appointment_id), today)
            lies, owner = _lies(book, where), _owner(book, where)
            may_go = clinic.holds.lots(reader, owner, [_as_lot(where, lies)])
            sources.append(MoveSource(where, payment.number, day, method, place, lies, _spendable(book, where),
                                      sum(lot.cents for lot in may_go), owner))  # fmt: skip
        return tuple(sources)

    def _places(self, reader: Any, patient_id: str) -> tuple[MovePlace, ...]:
        """Open visits of the patient, then of the family, oldest first; visits where money can wait; credit."""
        tenant, today = self._clinic.tenant, self._clinic.today()
        people = {row.id: row for row in family.family(reader, tenant, patient_id)}
        rows = [row for row in moving.open_items(reader, tenant, tuple(people)) if moving.may_be_paid(row)]
        now = [row for row in rows if row.service_date <= today.isoformat()]
        ahead = [row for row in rows if row.service_date > today.isoformat() and row.appointment_id]
        since = (today - timedelta(days=WAITING_DAYS)).isoformat()
        empty = moving.visits_without_charges(reader, tenant, tuple(people), since)
        names = {key: "" if key == patient_id else _name(row) for key, row in people.items()}
        visits = sorted((_visit_place(heap, names) for heap in _by_visit(now)), key=lambda place: bool(place.whose))
        waits = [_wait_of_visit(row, names) for row in empty] + [_wait_of_charges(heap, names)
                                                                 for heap in _by_visit(ahead)]  # fmt: skip
        waits.sort(key=lambda place: (bool(place.whose), place.day or today))
        return (*visits, *waits, MovePlace("credit", "credit", ""))


def _by_visit(rows: Iterable[OpenRow]) -> list[list[OpenRow]]:
    heaps: dict[str, list[OpenRow]] = defaultdict(list)
    for row in rows:
        heaps[row.appointment_id or row.charge_id].append(row)
    return list(heaps.values())


def _visit_place(heap: Sequence[OpenRow], names: dict[str, str]) -> MovePlace:
    first = heap[0]
    key = f"visit:{first.appointment_id}" if first.appointment_id else f"charge:{first.charge_id}"
    items = tuple(MoveItem(row.charge_id, row.description or row.code or "Charge", row.owes_cents) for row in heap)
    return MovePlace(key, "visit", first.visit_title or items[0].title, date.fromisoformat(first.service_date),
                     sum(row.owes_cents for row in heap), first.appointment_id, items,
                     names.get(first.patient_id, ""))  # fmt: skip


def _wait_of_charges(heap: Sequence[OpenRow], names: dict[str, str]) -> MovePlace:
    place = _visit_place(heap, names)
    return replace(place, key=f"wait:{place.appointment_id}", kind="wait", items=(), owes_cents=0)


def _wait_of_visit(row: VisitRow, names: dict[str, str]) -> MovePlace:
    return MovePlace(f"wait:{row.id}", "wait", row.title or "Visit", date.fromisoformat(row.service_date), 0, row.id,
                     whose=names.get(row.patient_id, ""))  # fmt: skip


def _name(row: PatientRow) -> str:
    return first_name(f"{row.given} {row.family}")


def _place_words(where: Where, row: OpenRow | None, visit: VisitRow | None, today: date) -> str:
    if where.charge_id:
        day = day_text(date.fromisoformat(row.service_date), today) if row else "a visit"
        what = f", {row.description or row.code}" if row and (row.description or row.code) else ""
        return f"paid to {day}{what}"
    if where.appointment_id:
        day = day_text(date.fromisoformat(visit.service_date), today) if visit else "a visit"
        return f"set aside for {day}"
    return "free for any visit"


# What the engine says -------------------------------------------------------------------------------------------------


def _sources(book: Draft, what: MoveFrom) -> list[Where]:
    """Where money that is meant lies now."""
    if what.payment_id and (what.charge_id or what.appointment_id):
        return [Where(what.payment_id, what.charge_id, "" if what.charge_id else what.appointment_id)]
    if what.payment_id:
        return _of_payment(book, what.payment_id)
    if what.charge_id:
        return _on_charge(book, what.charge_id)
    if what.appointment_id:
        aside = [Where(lot.payment_id, appointment_id=what.appointment_id)
                 for lot in book.lots_for_appointment(what.appointment_id)]  # fmt: skip
        paid = [where for charge in book.charges_of_appointment(what.appointment_id)
                for where in _on_charge(book, charge.charge_id)]  # fmt: skip
        return aside + paid
    lots = [lot for lot in oldest_first(book, book.person_purse(what.patient_id)) if lot.code in LOT_CODES]
    return [Where(lot.payment_id, appointment_id=lot.appointment_id)
            for lot in sorted(lots, key=lambda lot: bool(lot.appointment_id))]  # fmt: skip


def _of_payment(book: Draft, payment_id: str) -> list[Where]:
    """Free credit first, then what is set aside, then what it paid, newest first."""
    lots = sorted(book.lots_of_payment(payment_id), key=lambda lot: bool(lot.appointment_id))
    paid = dict.fromkeys(receivable.charge_id for receivable, _, _ in reversed(book.paid_by_payment(payment_id)))
    return [Where(payment_id, appointment_id=lot.appointment_id) for lot in lots] + [
        Where(payment_id, charge_id) for charge_id in paid
    ]


def _on_charge(book: Draft, charge_id: str) -> list[Where]:
    paid = dict.fromkeys(lot.payment_id for lot, _ in book.paid_to_charge(charge_id))
    return [Where(payment_id, charge_id) for payment_id in paid]


def _lies(book: Draft, where: Where) -> int:
    """Cents that may be taken from there."""
    if where.charge_id:
        return sum(cents for lot, cents in book.paid_to_charge(where.charge_id) if lot.payment_id == where.payment_id)
    return max(available(book, _lot(book, where)), 0)


def _spendable(book: Draft, where: Where) -> int:
    """Cents of these that may go to a charge."""
    return _lies(book, where) if where.charge_id else free_to_spend(book, _lot(book, where))


def _as_lot(where: Where, cents: int) -> Lot:
    """Money where it lies as what would be spent of it."""
    return Lot(where.payment_id, where.charge_id or where.appointment_id, cents)


def _owner(book: Draft, where: Where) -> str:
    payment = book.payment(where.payment_id)
    return payment.patient_id if payment else ""


def _lot(book: Draft, where: Where) -> accounts.Account:
    owner = _owner(book, where)
    if where.appointment_id:
        return accounts.earmarked(where.payment_id, owner, where.appointment_id)
    return accounts.credit(where.payment_id, owner)


def _account(book: Draft, where: Where) -> str:
    return f"AR:{where.charge_id}" if where.charge_id else _lot(book, where).id


def _owed(book: Draft, order: MoveOrder, place: MovePlace) -> int:
    chosen = [item for item in place.items if order.charge_id in ("", item.charge_id)]
    return sum(owed(book, item.charge_id) for item in chosen)


def _waits(book: Draft, place: MovePlace) -> int:
    return sum(available(book, lot) for lot in book.lots_for_appointment(place.appointment_id)) if (
        place.appointment_id) else 0  # fmt: skip


def _lines(order: MoveOrder, where: Where, place: MovePlace) -> Iterable[MoveLine]:
    """The amount over the line items of the place, oldest first; or as a whole where money waits. Raises RuleBroken
    when more is sent than is owed there."""

    def line(cents: int, *, charge_id: str = "", appointment_id: str = "") -> MoveLine:
        return MoveLine(
            lot_payment_id=where.payment_id, amount_cents=cents, from_charge_id=where.charge_id,
            from_appointment_id=where.appointment_id, to_charge_id=charge_id, to_appointment_id=appointment_id,
        )  # fmt: skip

    if place.kind != "visit":
        yield line(order.cents, appointment_id=place.appointment_id)
        return
    items = [item for item in place.items if item.charge_id != where.charge_id]
    if order.charge_id:
        items = [item for item in items if item.charge_id == order.charge_id]
        if not items:
            raise RuleBroken("move.place_gone")
    left = order.cents
    for item in items:
        part = min(left, item.owes_cents)
        if part:
            yield line(part, charge_id=item.charge_id)
            left -= part
    if left:
        raise refusal("more_than_owed", owes_cents=order.cents - left)
