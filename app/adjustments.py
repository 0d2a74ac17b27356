"""A line item is owed less, or again, without money: discount, courtesy, write-off, and what is recovered after all.

An adjustment carries a group and a reason code (S0-27) and needs the right for it; a manager lends it by PIN.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from app.basis import basis_of, only_once, still_so
from app.clinic import Clinic
from app.money_views import Acted, AdjustItem, AdjustKind, AdjustOrder, AdjustPreview, AdjustSheet
from app.refusals import insist, need, refusal
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.basics.money import check_entry
from models.ledger.accounts import Code
from models.ledger.draft import Draft
from models.ledger.judging import one_family, owed
from models.ledger.states import Entry
from models.operations.bodies import Adjust
from models.rules.adjusting import is_reason, reasons_for
from models.rules.rights import Right
from models.store.queries import moving
from models.store.queries.moving import OpenRow
from models.store.rehearsal import Rehearsal

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

KIND_WORDS = {
    "discount": "Discount", "courtesy": "Courtesy", "write_off": "Write-off", "recovery": "Owed again after write-off",
}  # fmt: skip
DONE_WORDS = {
    "discount": "adjust.done_discount", "courtesy": "adjust.done_courtesy", "write_off": "adjust.done_write_off",
    "recovery": "adjust.done_recovery",
}  # fmt: skip
NOTE_LETTERS = 200


class Adjustments:
    """Adjusts line items. `open` and `preview` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, patient_id: str, charge_id: str = "", appointment_id: str = "") -> AdjustSheet:
        """What can be adjusted on an account: one line item or those of a visit (of anybody on the same bill), or every
        one that is open; and the one chosen at first. Raises RuleBroken `adjust.charge_gone`, `adjust.nothing_owed`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            book = self._rehearsal(reader).book
            rows = self._rows(reader, book, patient_id, charge_id, appointment_id)
            items = [_item(book, row) for row in rows]
            limit = book.rules().adjust_limit_cents
        items = [item for item in items if item.owes_cents > 0 or item.written_off_cents > 0]
        if not items:
            raise RuleBroken("adjust.nothing_owed")
        owner = rows[0].patient_id  # of the family whose page this is
        return AdjustSheet(new_id(), owner, tuple(items), items[0].charge_id, limit)

    def kinds(self, sheet: AdjustSheet, charge_id: str) -> tuple[AdjustKind, ...]:
        """The kinds possible on a line item, each with its reasons and the most that may be taken. Pure."""
        item = _of(sheet, charge_id)
        return tuple(
            AdjustKind(kind, words, reasons_for(kind), _most(item, kind))
            for kind, words in KIND_WORDS.items() if _most(item, kind) > 0
        )  # fmt: skip

    def preview(self, order: AdjustOrder) -> AdjustPreview:
        """What the adjustment would do. Raises RuleBroken: `adjust.kind_unknown`, `adjust.reason_missing`, an amount
        that may not be, `adjust.none_written_off`, `refused.…` with what is possible."""
        body, item = self._body(order)
        clinic = self._clinic
        with clinic.store.reader() as reader:
            rehearsal = self._rehearsal(reader)
            before = owed(rehearsal.book, item.charge_id)
            insist(rehearsal.act(body), owes_cents=before, there_cents=item.written_off_cents)
            basis = basis_of(rehearsal, order.sheet.patient_id, [f"AR:{item.charge_id}"])
            preview = AdjustPreview(
                order=order, owes_before_cents=before, owes_after_cents=owed(rehearsal.draft, item.charge_id),
                before=basis.figures, after=rehearsal.after(basis.figures, order.sheet.patient_id), basis=basis,
            )  # fmt: skip
        clinic.store.rehearse(lambda tx: self._write(tx, preview, "", ""))  # what Enter will ask is asked now
        return preview

    def do(self, preview: AdjustPreview, person: Person, supervisor: Person | None = None) -> Acted:
        """Adjust it. `supervisor` lends a right the person has not. Raises RuleBroken, nothing written:
        `staff.right_missing`, `account.changed`, `account.done_before`, `refused.…`."""
        order = preview.order
        self._body(order)
        lender = need(needed(order), person, supervisor)
        with self._clinic.store.write() as tx:
            entry = self._write(tx, preview, person.staff_id, lender)
        return Acted((entry.op.op_id,), order.cents, DONE_WORDS[order.kind], {"cents": order.cents})

    # Inside ---------------------------------------------------------------------------------------------------------

    def _write(self, tx: Tx, preview: AdjustPreview, person_id: str, supervisor: str) -> Entry:
        order, clinic = preview.order, self._clinic
        body, item = self._body(order)
        only_once(tx.reader, clinic.tenant, order.sheet.act_id)
        still_so(tx.reader, clinic.tenant, preview.basis)
        entry = tx.record(body, person_id=person_id, business_date=clinic.today().isoformat(),
                          group=order.sheet.act_id, supervisor=supervisor, basis_seq=preview.basis.seq)  # fmt: skip
        insist(entry, owes_cents=item.owes_cents, there_cents=item.written_off_cents)
        return entry

    def _rehearsal(self, reader: Any) -> Rehearsal:
        clinic = self._clinic
        return Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())

    def _rows(
        self, reader: Any, book: Draft, patient_id: str, charge_id: str, appointment_id: str
    ) -> list[OpenRow]:  # fmt: skip
        tenant = self._clinic.tenant
        if not charge_id and not appointment_id:
            return moving.open_items(reader, tenant, (patient_id,))
        of_visit = [] if charge_id else [each.charge_id for each in book.charges_of_appointment(appointment_id)]
        rows = [moving.item(reader, tenant, each) for each in ([charge_id] if charge_id else of_visit)]
        found = [row for row in rows if row is not None and one_family(book, row.patient_id, patient_id)]
        if not found:
            raise RuleBroken("adjust.charge_gone")
        return found

    def _body(self, order: AdjustOrder) -> tuple[Adjust, AdjustItem]:
        item = _of(order.sheet, order.charge_id)
        if order.kind not in KIND_WORDS:
            raise RuleBroken("adjust.kind_unknown", field="kind")
        if not order.reason_code:
            raise RuleBroken("adjust.reason_missing", field="reason")
        if not is_reason(order.kind, order.group, order.reason_code):
            raise refusal("reason_unknown")
        check_entry(order.cents)
        if order.kind == "recovery" and not item.written_off_cents:
            raise RuleBroken("adjust.none_written_off", field="kind")
        body = Adjust(
            adjustment_id=order.sheet.act_id, charge_id=order.charge_id, patient_id=order.sheet.patient_id,
            kind=order.kind, group=order.group, reason_code=order.reason_code, amount_cents=order.cents,
            note=order.note.strip()[:NOTE_LETTERS],
        )  # fmt: skip
        return body, item


def needed(order: AdjustOrder) -> Right:
    """The right this adjustment needs. What makes a patient owe more again has no limit."""
    over_limit = order.kind != "recovery" and 0 < order.sheet.limit_cents < order.cents
    return Right.ADJUST_OVER_LIMIT if over_limit else Right.ADJUST


def _of(sheet: AdjustSheet, charge_id: str) -> AdjustItem:
    found = next((item for item in sheet.items if item.charge_id == charge_id), None)
    if found is None:
        raise RuleBroken("adjust.charge_gone")
    return found


def _most(item: AdjustItem, kind: str) -> int:
    return item.written_off_cents if kind == "recovery" else item.owes_cents


def _item(book: Draft, row: OpenRow) -> AdjustItem:
    off = sum(cents for contra, cents in book.adjustments_of(row.charge_id) if contra.code is Code.WRITE_OFFS)
    return AdjustItem(row.charge_id, date.fromisoformat(row.service_date), row.description or row.code or "Charge",
                      row.owes_cents, off)  # fmt: skip
