"""Ctrl+Z on an account: the last act of this person there that can be taken back.

Only acts that moved or adjusted are undone, by mirroring what they posted. Money that came or went is never undone, but
voided or refunded. A fee is undone by asking for what was asked before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from app.basis import basis_of, only_once, still_so
from app.clinic import Clinic
from app.money_views import Acted, UndoPreview
from app.refusals import insist, refusal
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import natural_id, new_id
from models.ledger.draft import Draft
from models.ledger.judging import HUB
from models.operations.bodies import Fee, Undo
from models.operations.codec import from_json
from models.rules.rights import Right
from models.store.queries import moving
from models.store.queries.moving import ActRow
from models.store.rehearsal import Rehearsal

UNDOABLE = ("payment.move", "payment.allocate", "charge.adjust", "charge.fee", "refund.place")
BY_NAME = (*UNDOABLE, "payment.auto_allocate")
"""What may be undone when it is named: what the hub did by rule too."""
LOOK_BACK = 200
"""So many of a person's last acts on an account are looked through."""


class Undoing:
    """Takes acts back. `last` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def last(self, patient_id: str, person: Person, op_id: str = "") -> UndoPreview:
        """What would be taken back, and what that does: the last act of this person on this account today that can be,
        or the act `op_id` whenever it was. Raises RuleBroken `undo.nothing`, `undo.not_yours`, `refused.…`."""
        with self._clinic.store.reader() as reader:
            rows = moving.acts(reader, self._clinic.tenant, patient_id, LOOK_BACK)
            if op_id:
                return self._preview(reader, patient_id, _named(rows, person, op_id))
            refused: RuleBroken | None = None
            for acts in self._own(reader, rows, person):
                try:
                    return self._preview(reader, patient_id, acts)
                except RuleBroken as error:  # its money was used since: look at the act before it
                    refused = refused or error
            raise refused or RuleBroken("undo.nothing")

    def do(self, preview: UndoPreview, person: Person) -> Acted:
        """Take it back. Raises RuleBroken, nothing written: `account.changed`, `account.done_before`,
        `refused.already_undone`, `refused.cannot_undo` and others."""
        clinic = self._clinic
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, preview.act_id, preview.op_ids[-1])
            still_so(tx.reader, clinic.tenant, preview.basis)
            entry = insist(tx.record(
                preview.body, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                group=preview.act_id, basis_seq=preview.basis.seq,
            ))  # fmt: skip
        return Acted((entry.op.op_id,), int(preview.facts["cents"] or 0), preview.words, preview.facts)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _rehearsal(self, reader: Any) -> Rehearsal:
        clinic = self._clinic
        return Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())

    def _preview(self, reader: Any, patient_id: str, acts: list[ActRow]) -> UndoPreview:
        rehearsal = self._rehearsal(reader)
        body = _body(acts, patient_id, rehearsal.book)
        insist(rehearsal.act(body))
        ids = tuple(act.op_id for act in acts)
        basis = basis_of(rehearsal, patient_id, _touched(rehearsal.book, ids))
        return UndoPreview(
            act_id=undo_group(self._clinic.tenant, ids[-1]), patient_id=patient_id, op_ids=ids, body=body,
            words=_words(acts[-1]), facts={"cents": _cents(rehearsal.book, acts)}, before=basis.figures,
            after=rehearsal.after(basis.figures, patient_id), basis=basis,
        )  # fmt: skip

    def _own(self, reader: Any, rows: Sequence[ActRow], person: Person) -> Iterator[list[ActRow]]:
        """This person's acts of today that stand, the newest first; each one's operations in the order they were
        made."""
        tenant, today = self._clinic.tenant, self._clinic.today().isoformat()
        book = self._rehearsal(reader).book
        groups = {row.group for row in rows}
        undos = {undo_group(tenant, row.op_id) for row in rows}

        def stands(row: ActRow) -> bool:
            undone = book.is_mirrored(row.op_id) or undo_group(tenant, row.op_id) in groups
            return not undone and row.group not in undos

        own = [row for row in rows if row.actor == person.staff_id and row.business_date == today]
        for _, run in groupby(own, key=lambda row: row.group):
            found = _undoable(list(run), stands)
            if found:
                yield found[::-1]


def _named(rows: Sequence[ActRow], person: Person, op_id: str) -> list[ActRow]:
    """The act of that operation, where this person may take it back: their own, the hub's, or with the right any."""
    named = [row for row in rows if row.op_id == op_id and row.kind in BY_NAME]
    if not named:
        raise RuleBroken("undo.nothing")
    if named[0].actor not in (person.staff_id, HUB) and Right.BILLING not in person.rights:
        raise RuleBroken("undo.not_yours")
    return named


def _undoable(run: Sequence[ActRow], stands: Callable[[ActRow], bool]) -> list[ActRow]:
    """Of one act's operations those that are taken back together. What was taken with a payment goes with the payment,
    but for what AutoFill did with the rest of it."""
    kinds = {row.kind for row in run}
    wanted = ("payment.move",) if "payment.collect" in kinds else UNDOABLE
    return [row for row in run if row.kind in wanted and stands(row)]


def undo_group(tenant: str, op_id: str) -> str:
    """The group of the act that takes `op_id` back: the same however often it is tried, so it happens once."""
    return natural_id(tenant, op_id, "undo")


def _body(acts: Sequence[ActRow], patient_id: str, book: Draft) -> Undo | Fee:
    if acts[-1].kind != "charge.fee":
        return Undo(undo_id=new_id(), patient_id=patient_id, op_ids=tuple(act.op_id for act in acts))
    fee: Fee = from_json(Fee, acts[-1].body)
    stands = book.charge(fee.charge_id)
    if stands is None or stands.responsibility_cents != fee.amount_cents:  # somebody changed it since
        raise refusal("cannot_undo")
    asked = sum(
        each.amount_cents if each.credit.code == "REV" else -each.amount_cents
        for each in book.transfers_of(acts[-1].op_id)
    )
    return Fee(
        charge_id=fee.charge_id, patient_id=fee.patient_id, code=fee.code, description=fee.description,
        amount_cents=fee.amount_cents - asked, service_date=fee.service_date, appointment_id=fee.appointment_id,
    )  # fmt: skip


def _touched(book: Draft, op_ids: Sequence[str]) -> set[str]:
    """The guarded accounts the act had moved money between: what its undo relies on."""
    return {account.id for op_id in op_ids for each in book.transfers_of(op_id)
            for account in (each.debit, each.credit) if account.guard}  # fmt: skip


def _cents(book: Draft, acts: Sequence[ActRow]) -> int:
    """What the act moved: the most that went over any of its steps."""
    return sum(max(_by_code(book, act.op_id).values(), default=0) for act in acts)


def _by_code(book: Draft, op_id: str) -> dict[str, int]:
    cents: dict[str, int] = {}
    for each in book.transfers_of(op_id):
        cents[each.code] = cents.get(each.code, 0) + each.amount_cents
    return cents


def _words(act: ActRow) -> str:
    named = act.body.get("way") if act.kind == "payment.move" else act.body.get("kind")
    return _WORDS.get(f"{act.kind} {named}", _WORDS.get(act.kind, "undo.done"))


_WORDS = {
    "payment.move move": "undo.moved", "payment.move fill": "undo.filled", "payment.move autofill": "undo.autofilled",
    "payment.move free": "undo.freed", "payment.allocate": "undo.allocated",
    "payment.auto_allocate": "undo.allocated", "charge.fee": "undo.fee",
    "charge.adjust": "undo.adjusted", "refund.place": "undo.placed",
}  # fmt: skip
