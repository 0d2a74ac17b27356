"""Money on account to many line items at once: those somebody ticked (Fill, S0-15), or by the practice's rules
(AutoFill, S0-16 to S0-19)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from app.basis import basis_of, only_once, still_so
from app.clinic import Clinic
from app.money_views import Acted, FillItem, FillLine, FillPreview, FillSheet
from app.refusals import insist, need
from app.views import Person
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.ledger import accounts
from models.ledger.draft import Draft
from models.operations.bodies import Move, MoveLine
from models.rules import filling
from models.rules.collecting import Lot
from models.rules.filling import Filling
from models.rules.rights import Right
from models.store.queries import collect, moving
from models.store.queries.moving import OpenRow
from models.store.rehearsal import Rehearsal

FILL, AUTOFILL = "fill", "autofill"
DONE_WORDS = {FILL: "fill.done", AUTOFILL: "autofill.done"}


class Fills:
    """Fills line items. `open`, `preview` and `auto` on the `reads` lane, `do` on `store`."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic

    def open(self, patient_id: str) -> FillSheet:
        """What is open and what there is to fill it with."""
        with self._clinic.store.reader() as reader:
            return self._sheet(reader, self._rehearsal(reader).book, patient_id)

    def preview(self, sheet: FillSheet, ticked: Collection[str]) -> FillPreview:
        """What filling the ticked line items would do: their own visit's money first, then credit, oldest first.
        Nothing (0 cents) when no money fits; raises RuleBroken only for what the ledger refuses."""
        today = self._clinic.today().isoformat()
        items = [item for item in sheet.items if item.charge_id in ticked]
        fillings = filling.fill(items, sheet.lots, today, sheet.refunded_cents)
        with self._clinic.store.reader() as reader:
            return self._preview(reader, self._rehearsal(reader), sheet, FILL, fillings, ticked)

    def auto(self, patient_id: str) -> FillPreview:
        """What AutoFill would do now. Raises RuleBroken: `autofill.off`, `fill.nothing_owed`, `autofill.no_provider`,
        `fill.no_money`, `credit.…` while the hub does not answer."""
        with self._clinic.store.reader() as reader:
            rehearsal = self._rehearsal(reader)
            sheet = self._sheet(reader, rehearsal.book, patient_id)
            if not sheet.autofill:
                raise RuleBroken("autofill.off")
            open_now = [item for item in sheet.items if not item.ahead]
            if not open_now:
                raise RuleBroken("fill.nothing_owed")
            fillings = self._by_rule(sheet)
            if not fillings:
                if sheet.needs_hub:
                    raise RuleBroken("credit.needs_hub")
                closed = not any(item.by_rule for item in open_now)
                raise RuleBroken("autofill.no_provider" if closed and sheet.lots else "fill.no_money")
            return self._preview(reader, rehearsal, sheet, AUTOFILL, fillings, None)

    def do(self, preview: FillPreview, person: Person) -> Acted:
        """Fill as previewed: all of it, or nothing. Raises RuleBroken, nothing written: `fill.nothing_ticked`,
        `fill.no_money`, `account.changed`, `account.done_before`, `refused.…`, `credit.…`, `staff.right_missing`."""
        need(Right.PAYMENTS, person)
        if not preview.cents:
            raise RuleBroken("fill.no_money" if preview.lines else "fill.nothing_ticked")
        clinic, sheet = self._clinic, preview.sheet
        body = _move(sheet, preview.way, preview.fillings)
        with clinic.store.write() as tx:
            only_once(tx.reader, clinic.tenant, sheet.act_id)
            still_so(tx.reader, clinic.tenant, preview.basis)
            body = replace(body, provisional_cents=self._provisional(tx.reader, sheet, preview.fillings))
            entry = insist(tx.record(body, person_id=person.staff_id, business_date=clinic.today().isoformat(),
                                     group=sheet.act_id, basis_seq=preview.basis.seq))  # fmt: skip
        filled = sum(1 for line in preview.lines if line.cents)
        facts: dict[str, int | str | bool | None] = {"cents": preview.cents, "count": filled}
        return Acted((entry.op.op_id,), preview.cents, DONE_WORDS[preview.way], facts)

    # Inside ---------------------------------------------------------------------------------------------------------

    def _rehearsal(self, reader: Any) -> Rehearsal:
        clinic = self._clinic
        return Rehearsal(reader, clinic.tenant, clinic.identity.device_id, clinic.today().isoformat())

    def _sheet(self, reader: Any, book: Draft, patient_id: str) -> FillSheet:
        clinic, rules = self._clinic, book.rules()
        today = clinic.today()
        rows = moving.open_items(reader, clinic.tenant, (patient_id,))
        by_rule = {name: book.auto_allocates(name) for name in {row.practitioner_id for row in rows}}
        items = tuple(_item(row, today, by_rule=by_rule[row.practitioner_id]) for row in rows)
        found = collect.lots(reader, clinic.tenant, patient_id)
        lie = [Lot(row.payment_id, row.appointment_id, row.cents) for row in found]
        lots = clinic.holds.lots(reader, patient_id, lie)
        out_of_reach = sum(lot.cents for lot in lie) - sum(lot.cents for lot in lots)
        refunded = collect.given_back_elsewhere(reader, clinic.tenant, patient_id)
        return FillSheet(new_id(), patient_id, items, lots, refunded, rules.auto_allocate, rules.use_other_visits,
                         out_of_reach)  # fmt: skip

    def _preview(
        self, reader: Any, seen: Rehearsal, sheet: FillSheet, way: str, fillings: tuple[Filling, ...],
        ticked: Collection[str] | None,
    ) -> FillPreview:  # fmt: skip
        """`ticked` None: what gets something is shown."""
        if fillings:
            insist(seen.act(_move(sheet, way, fillings)))
        relied = {f"AR:{each.charge_id}" for each in fillings} | {_lot_id(each) for each in fillings}
        basis = basis_of(seen, sheet.patient_id, relied)
        after = seen.after(basis.figures, sheet.patient_id)
        return FillPreview(
            sheet, way, fillings, _lines(sheet, fillings, ticked), sum(each.cents for each in fillings), basis.figures,
            after, basis, self._provisional(reader, sheet, fillings),
        )  # fmt: skip

    def _provisional(self, reader: Any, sheet: FillSheet, fillings: Iterable[Filling]) -> int:
        """What of these the hub must still confirm. Raises RuleBroken `credit.…` where that is too much."""
        spent = [Lot(each.payment_id, each.from_appointment_id, each.cents) for each in fillings]
        return self._clinic.holds.provisional_part(reader, sheet.patient_id, spent)

    def _by_rule(self, sheet: FillSheet) -> tuple[Filling, ...]:
        return filling.auto_fill(
            sheet.items, sheet.lots, self._clinic.today().isoformat(),
            use_other_visits=sheet.use_other_visits, refunded_cents=sheet.refunded_cents,
        )  # fmt: skip


def _item(row: OpenRow, today: date, *, by_rule: bool) -> FillItem:
    day = date.fromisoformat(row.service_date)
    title = row.description or row.code or "Charge"
    visit = row.visit_title if row.visit_title != title else ""
    gone = not moving.may_be_paid(row)
    return FillItem(row.charge_id, row.appointment_id, row.service_date, row.owes_cents, by_rule, gone, day=day,
                    title=title, subtitle=" \u00b7 ".join(part for part in (visit, row.code) if part),
                    ahead=gone or day > today)  # fmt: skip


def _lines(
    sheet: FillSheet, fillings: Iterable[Filling], ticked: Collection[str] | None
) -> tuple[FillLine, ...]:  # fmt: skip
    got: dict[str, list[Filling]] = defaultdict(list)
    for each in fillings:
        got[each.charge_id].append(each)
    shown = [item for item in sheet.items if (item.charge_id in got if ticked is None else item.charge_id in ticked)]
    return tuple(_line(item, got.get(item.charge_id, ())) for item in shown)


def _line(item: FillItem, parts: Sequence[Filling]) -> FillLine:
    cents = sum(part.cents for part in parts)
    origins = dict.fromkeys(_origin(part) for part in parts)
    return FillLine(item, cents, item.owes_cents - cents, tuple(origins))


def _origin(part: Filling) -> str:
    if not part.from_appointment_id:
        return "credit"
    return "own" if part.from_appointment_id == part.appointment_id else "other"


def _lot_id(part: Filling) -> str:
    return accounts.lot(part.payment_id, "", part.from_appointment_id).id


def _move(sheet: FillSheet, way: str, fillings: Iterable[Filling]) -> Move:
    return Move(move_id=sheet.act_id, patient_id=sheet.patient_id, lines=tuple(map(move_line, fillings)), way=way)


def move_line(part: Filling) -> MoveLine:
    """A filling as a line of a move."""
    return MoveLine(lot_payment_id=part.payment_id, amount_cents=part.cents,
                    from_appointment_id=part.from_appointment_id, to_charge_id=part.charge_id)  # fmt: skip
