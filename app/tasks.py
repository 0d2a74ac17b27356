"""What a person must look at because money went otherwise than somebody was told, and how it is put right.

Every sentence names the amount, who, where and when; where two places changed the same money, both sides are shown.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import orjson

from app.clinic import Clinic
from app.fields import no_card_number
from app.giving_back import GivingBack, Who
from app.heads import clock_text, day_text, patient_head
from app.refusals import need
from app.views import AttentionItem, Person, Side, SideRow
from models.basics.errors import Fact, RuleBroken
from models.operations.tasks import DOUBTS, RESOLUTIONS, TaskResolved
from models.rules.people import display_name, first_name
from models.rules.rights import Right
from models.store.queries import holding, online, receipts, rows, staff, tasks
from models.store.queries.holding import HeldRow
from models.store.queries.insured import asking
from models.store.queries.tasks import TaskRow

_MONEY = {"recovered": Right.PAYMENTS, "given_back": Right.REFUND, "borne": Right.BILLING, "set_against": Right.BILLING}
"""Resolutions that move money in question, and the right they need."""
NEEDS: dict[str, Right] = {**_MONEY, "free": Right.BILLING}
"""The right a person's word needs; the others need none."""
WITH_REASON = frozenset({*NEEDS, "seen"})
"""Resolutions that say why, in a person's words."""
_IN_CASH = frozenset({"recovered", "given_back"})
REASON_LETTERS = 200
_LOOK_BACK = timedelta(days=14)
"""So far back a desk's number is looked for in what it took."""


class Tasks:
    """Open tasks as items, and their resolutions. `items` with a reader of the caller, `resolve` on lane `store`."""

    def __init__(self, clinic: Clinic, giving: GivingBack) -> None:
        self._clinic, self._giving = clinic, giving

    def items(self, reader: Any) -> tuple[AttentionItem, ...]:
        """Everything that is open, oldest first."""
        clinic, telling = self._clinic, Places(self._clinic, reader)
        found = [self._item(reader, row, telling) for row in tasks.open_tasks(reader, clinic.tenant)]
        held = holding.in_the_way(reader, clinic.tenant, clinic.identity.device_id)
        return (*found, *(self._held(reader, row, asked_at, telling) for row, asked_at in held))

    def closed(self, reader: Any, task_id: str, telling: Places) -> AttentionItem | None:
        """What a task was about that nobody need look at any more; None where a desk saw it by itself."""
        row = tasks.closed_task(reader, self._clinic.tenant, task_id)
        return self._item(reader, row, telling) if row else None

    def free(self, hold_id: str, reason: str, person: Person, supervisor: Person | None = None) -> None:
        """A manager, or who they lend the right to, frees credit that a desk holds which cannot be reached. Raises
        RuleBroken `staff.right_missing`, `attention.reason_missing`, nothing written."""
        lent = need(NEEDS["free"], person, supervisor)
        if not reason.strip():
            raise RuleBroken("attention.reason_missing", field="reason")
        self._clinic.holds.break_(hold_id, reason, person.staff_id, lent)

    def _held(self, reader: Any, row: HeldRow, asked_at: str, telling: Places) -> AttentionItem:
        clinic = self._clinic
        person = rows.patient(reader, clinic.tenant, row.patient_id)
        return AttentionItem(
            item_id=row.hold_id, kind="in_use", at=clinic.local(asked_at),
            patient=patient_head(person, clinic.today()) if person else None, amount_cents=row.cents,
            words="attention.in_use", facts={"cents": row.cents, "desk": telling.desk(row.device)},
        )  # fmt: skip

    def resolve(
        self, task_id: str, how: str, reason: str, person: Person, *, patient_id: str = "",
        supervisor: Person | None = None,
    ) -> None:  # fmt: skip
        """A person's word on a task, or on what this desk saw by itself (then `patient_id` is whose it is).

        Money in question moves as `how` says: recovered and given back in cash, with a receipt, at this desk's drawer,
        which opens. `supervisor` lends the right. Raises RuleBroken, nothing written: `attention.not_found`,
        `attention.reason_missing`, `attention.no_credit`, `staff.right_missing`.
        """
        lent = need(_MONEY[how], person, supervisor) if how in _MONEY else ""
        if how not in RESOLUTIONS:
            raise RuleBroken("attention.not_found")
        if how in WITH_REASON and not reason.strip():
            raise RuleBroken("attention.reason_missing", field="reason")
        no_card_number(reason, "reason")
        clinic = self._clinic
        with clinic.store.write() as tx:
            known = tasks.task_of(tx.reader, clinic.tenant, task_id)
            if known is None and (how in _MONEY or not patient_id):
                raise RuleBroken("attention.not_found")
            _, whose, cents, account = known or ("", patient_id, 0, "")
            if account and how not in _MONEY:
                raise RuleBroken("attention.not_found")
            body = TaskResolved(
                task_id=task_id, patient_id=whose, how=how, reason=reason.strip()[:REASON_LETTERS],
                amount_cents=cents if how in _MONEY else 0,
                lot_payment_id=self._credit(tx.reader, whose, account, cents) if how == "set_against" else "",
            )  # fmt: skip
            if how in _IN_CASH:
                self._giving.settled(tx, body, Who(person.staff_id, person.name, lent))
            else:
                tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(), supervisor=lent)

    def _credit(self, reader: Any, patient_id: str, account: str, cents: int) -> str:
        found = tasks.other_credit(reader, self._clinic.tenant, patient_id, account.removeprefix("OVR:"))
        if found is None or found[1] < cents:
            raise RuleBroken("attention.no_credit", cents=cents)
        return found[0]

    def _item(self, reader: Any, row: TaskRow, telling: Places) -> AttentionItem:
        clinic = self._clinic
        person = rows.patient(reader, clinic.tenant, row.patient_id) if row.patient_id else None
        sides = _SIDES.get(row.what)
        return AttentionItem(
            item_id=row.task_id, kind=row.what, at=clinic.local(row.opened_at),
            patient=patient_head(person, clinic.today()) if person else None, amount_cents=_amount(row),
            words=f"attention.{self._named(reader, row)}", facts=self._facts(reader, row, telling),
            sides=sides(row, telling) if sides else (),
        )  # fmt: skip

    def _facts(self, reader: Any, row: TaskRow, telling: Places) -> dict[str, Fact]:
        clinic, today = self._clinic, self._clinic.today()
        spent = tasks.spent_last(reader, clinic.tenant, row.payment_id, row.cause_op_id) if row.payment_id else None
        credit = tasks.other_credit(reader, clinic.tenant, row.patient_id, row.payment_id)
        day = day_text(date.fromisoformat(row.service_date), today) if row.service_date else ""
        return {
            "cents": row.cents, "owes_cents": row.owed_cents or row.cents,
            "asked_cents": row.cents + (row.granted or 0), "granted_cents": row.granted or 0,
            "paid_cents": _came(row), "gone_cents": _came(row) + row.cents,
            "desk": _doubting(row) or telling.desk(row.device), "who": telling.person(row.actor),
            "when": telling.time(row.opened_at),
            "elsewhere": telling.desk(spent[0]) if spent else "another desk",
            "spent": f" ({telling.time(spent[1])})" if spent else "",
            "visit": f"{row.visit or row.charge or 'the visit'}{', ' + day if day else ''}",
            "appointment_id": row.appointment_id, "payment_id": row.payment_id, "charge_id": row.charge_id,
            "credit_cents": credit[1] if credit else 0, **self._merge(reader, row), **self._dispute(reader, row),
        }  # fmt: skip

    def _named(self, reader: Any, row: TaskRow) -> str:
        """By which words it is told: what a bank takes back of a payment from home did not leave a desk."""
        if row.what == "money_out" and online.is_from_home(asking(reader), self._clinic.tenant, row.payment_id):
            return "disputed"
        return row.what

    def _dispute(self, reader: Any, row: TaskRow) -> dict[str, Fact]:
        """The dispute that was lost."""
        if row.what != "dispute_lost":
            return {}
        return {"dispute_id": tasks.open_dispute(reader, self._clinic.tenant, row.payment_id)}

    def _merge(self, reader: Any, row: TaskRow) -> dict[str, Fact]:
        """Whom a record was to be merged with, and whom it goes by."""
        if row.what != "not_merged":
            return {}
        wanted_id = orjson.loads(row.op)["body"]["into_id"] if row.op else ""
        found = [rows.person(reader, self._clinic.tenant, each) for each in (wanted_id, row.patient_id)]
        wanted, stays = (display_name(family=each.family, given=each.given) if each else "" for each in found)
        return {"wanted": wanted, "merged_with": stays, "wanted_id": wanted_id}


def _amount(row: TaskRow) -> int:
    """What the item is about now: of a visit that owes again what it still owes, at most."""
    return min(row.cents, row.owed_cents) if row.what in tasks.OWED and row.owed_cents else row.cents


def _came(row: TaskRow) -> int:
    """What a payment really was."""
    return max(row.payment_cents - row.corrected_cents, 0)


class Places:
    """Desks, people and times as an item names them."""

    def __init__(self, clinic: Clinic, reader: Any) -> None:
        self._clinic, self._reader = clinic, reader
        self._desks: dict[str, str] = {}
        self._people: dict[str, str] | None = None

    def desk(self, device: str) -> str:
        """`Desk 2`, `this desk`, or `another desk` where its number is not known here."""
        clinic = self._clinic
        if device == clinic.identity.device_id:
            return "this desk"
        if device not in self._desks:
            since = (clinic.today() - _LOOK_BACK).isoformat()
            number = tasks.desk_no(self._reader, clinic.tenant, device, since)
            self._desks[device] = f"Desk {number}" if number else "another desk"
        return self._desks[device]

    def person(self, staff_id: str) -> str:
        """A first name; empty for who is not known."""
        return first_name(self._names().get(staff_id, ""))

    def full_name(self, staff_id: str) -> str:
        """A name; empty for who is not known."""
        return self._names().get(staff_id, "")

    def time(self, utc: str) -> str:
        """The time of day, with the day where it is not today."""
        if len(utc) < 16:
            return utc
        moment = self._clinic.local(utc)
        today = self._clinic.today()
        at = clock_text(moment)
        return at if moment.date() == today else f"{day_text(moment.date(), today)}, {at}"

    def _names(self) -> dict[str, str]:
        if self._people is None:
            self._people = staff.staff_names(self._reader, self._clinic.tenant)
        return self._people

    def by(self, staff_id: str, utc: str) -> str:
        """`8:41 AM, Maria`."""
        return ", ".join(part for part in (self.time(utc), self.person(staff_id)) if part)

    def lowered(self, charge_id: str) -> str:
        """Who said last what a charge is worth, and when."""
        found = tasks.lowered_by(self._reader, self._clinic.tenant, charge_id)
        return self.by(*found) if found else ""


def _doubting(row: TaskRow) -> str:
    """The desk that does not know how a card payment ended, which may have taken nothing yet that names it."""
    body = orjson.loads(row.op)["body"] if row.op and row.what in DOUBTS.values() else {}
    return f"Desk {body['desk_no']}" if body else ""


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


# Both sides -------------------------------------------------------------------------------------------------------


def _paid_over(row: TaskRow, telling: Places) -> tuple[Side, ...]:
    asked = row.cents + (row.granted or 0)
    here = Side(_upper(telling.desk(row.device)), "monitor", telling.by(row.actor, row.opened_at), (
        SideRow("Owed when it was taken", asked), SideRow("Paid", asked, strong=True), SideRow("Left to pay", 0),
    ))  # fmt: skip
    paid = row.responsibility_cents - row.owed_cents - (row.granted or 0)
    there = Side("Meanwhile", "building-2", telling.lowered(row.charge_id), (
        SideRow("Charge", row.responsibility_cents, strong=row.responsibility_cents < asked),
        SideRow("Paid elsewhere", max(paid, 0), strong=paid > 0), SideRow("Left to pay", row.owed_cents),
    ))  # fmt: skip
    return here, there


def _credit_used(row: TaskRow, telling: Places) -> tuple[Side, ...]:
    asked = row.cents + (row.granted or 0)
    return (
        Side(_upper(telling.desk(row.device)), "monitor", telling.by(row.actor, row.opened_at), (
            SideRow("Credit meant for it", asked, strong=True), SideRow("Could be used", row.granted or 0),
            SideRow("Visit owes now", row.owed_cents),
        )),
        Side("The credit", "wallet", "", (
            SideRow("Came in", row.payment_cents), SideRow("Used before", row.payment_cents - row.lies_cents
                                                          - (row.granted or 0), strong=True),
            SideRow("Left", row.lies_cents),
        )),
    )  # fmt: skip


def _insurer_paid(row: TaskRow, telling: Places) -> tuple[Side, ...]:
    before = row.responsibility_cents + row.cents
    return (
        Side("Paid here", "monitor", telling.by(row.taken_by, row.taken_at) if row.taken_at else "", (
            SideRow("Charge", before), SideRow("Paid", before), SideRow("Left to pay", 0),
        )),
        Side("Insurance", "building-2", telling.by(row.actor, row.opened_at), (
            SideRow("Charge", row.responsibility_cents, strong=True), SideRow("Paid too much", row.cents, strong=True),
            SideRow("Left to pay", row.owed_cents),
        )),
    )  # fmt: skip


def _reopened(row: TaskRow, telling: Places) -> tuple[Side, ...]:
    body = orjson.loads(row.op)["body"] if row.op else {}
    return (
        Side(f"Refund at {telling.desk(row.device)}", "monitor", telling.by(row.actor, row.opened_at), (
            SideRow("Given back", int(body.get("amount_cents") or row.cents), strong=True),
            SideRow("Of a payment of", row.payment_cents),
        )),
        Side("Visit", "calendar-clock", "", (
            SideRow("Charge", row.responsibility_cents), SideRow("Owes again", row.owed_cents, strong=True),
        )),
    )  # fmt: skip


def _over_refunded(row: TaskRow, telling: Places) -> tuple[Side, ...]:
    op: dict[str, Any] = orjson.loads(row.op) if row.op else {"kind": "", "body": {}}
    act, field = _WENT.get(op["kind"], ("Returned", ""))
    went = max(int(op["body"].get(field) or 0), row.cents)
    never = (SideRow("Corrected by", row.corrected_cents),) if row.corrected_cents else ()
    return (
        Side(f"{act} at {telling.desk(row.device)}", "monitor", telling.by(row.actor, row.opened_at), (
            SideRow("Went out", went, strong=True), SideRow("Too much", row.cents, strong=True),
        )),
        Side("The payment", "wallet", telling.by(row.taken_by, row.taken_at) if row.taken_at else "", (
            SideRow("Taken", row.payment_cents), *never, SideRow("Really came in", _came(row), strong=True),
        )),
    )  # fmt: skip


_WENT = {
    "payment.reverse": ("Taken back", "given_back_cents"), "payment.correct": ("Corrected", "amount_cents"),
    "refund.paid": ("Refund", "amount_cents"),
}  # fmt: skip
"""Kinds of what gave too much: how its side is called, and where it says how much went."""
_SIDES: dict[str, Callable[[TaskRow, Places], tuple[Side, ...]]] = {
    "paid_over": _paid_over, "credit_used": _credit_used, "insurer_paid": _insurer_paid, "reopened": _reopened,
    "over_refunded": _over_refunded,
}  # fmt: skip


def payment_side(reader: Any, clinic: Clinic, payment_id: str, telling: Places) -> Side | None:
    """One of two payments that look alike."""
    row = receipts.payment(reader, clinic.tenant, payment_id)
    if row is None:
        return None
    return Side(_upper(telling.desk(row.device)), "monitor", telling.by(row.actor, row.taken_at), (
        SideRow("Paid", row.amount_cents, strong=True), SideRow(row.number, None),
    ))  # fmt: skip


__all__ = ["WITH_REASON", "Places", "Tasks", "payment_side"]
