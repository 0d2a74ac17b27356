"""Discount, courtesy, write-off, and owed again after a write-off: with reason, group and what it leaves to pay."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.adjustments import KIND_WORDS, needed
from app.money_views import Acted, AdjustKind, AdjustOrder, AdjustPreview, AdjustSheet
from app.views import Person
from models.basics.money import show_cents
from models.rules.adjusting import GROUPS
from models.rules.rights import Right
from widgets.common import AmountField, Choice, Field, FormRow, Segments
from widgets.common.summary import SumLine
from widgets.common.when import day_text
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands, before_after, from_to
from widgets.theme import S8, S12

if TYPE_CHECKING:
    from app.adjustments import Adjustments

NO_REASON = ("", "Choose a reason")
_VERBS = {"discount": "Take {} off", "courtesy": "Take {} off", "write_off": "Write {} off", "recovery": "Owe {} again"}


class AdjustDialog(ActDialog):
    """The fields of an adjustment."""

    edited = Signal()
    item_chosen = Signal()
    kind_chosen = Signal()
    reason_chosen = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Discount or write off", "Take off", width=640)
        self.item = Choice("Line item", narrow=True)
        self.kind = Segments("What it is", list(KIND_WORDS.items()))
        self.reason = Choice("Reason", (NO_REASON,), narrow=True)
        self.group = Choice("Who bears it", tuple((key, f"{words} ({key})") for key, words in GROUPS.items()),
                            narrow=True)  # fmt: skip
        self.amount = AmountField("Amount")
        self.typed_note = Field("Note", "Kept with the adjustment")
        self.typed_note.setMaxLength(200)
        self.rows = {
            "item": FormRow("Line item", self.item), "reason": FormRow("Reason", self.reason),
            "group": FormRow("Who bears it", self.group), "amount": FormRow("Amount", self.amount),
            "note": FormRow("Note", self.typed_note),
        }  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        top = Qt.AlignmentFlag.AlignTop
        grid.addWidget(self.rows["item"], 0, 0, 1, 12, top)
        grid.addWidget(self.kind, 1, 0, 1, 12, Qt.AlignmentFlag.AlignLeft)
        for name, row, column, wide in (("reason", 2, 0, 7), ("group", 2, 7, 5), ("amount", 3, 0, 4),
                                        ("note", 3, 4, 8)):  # fmt: skip
            grid.addWidget(self.rows[name], row, column, 1, wide, top)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.finish()
        self.item.chosen.connect(lambda _key: self.item_chosen.emit())
        self.kind.chosen.connect(lambda _key: self.kind_chosen.emit())
        self.reason.chosen.connect(lambda _key: self.reason_chosen.emit())
        self.group.chosen.connect(lambda _key: self.edited.emit())
        self.amount.typed.connect(lambda _cents: self.edited.emit())

    def take_focus(self) -> None:
        segment = next((each for each in self.kind.findChildren(QWidget) if getattr(each, "key", "") == self.kind.key),
                       self.reason)  # fmt: skip
        segment.setFocus(Qt.FocusReason.OtherFocusReason)


class AdjustPresenter(ActPresenter):
    """One adjustment."""

    def __init__(self, view: AdjustDialog, hands: Hands, stories: Callable[[], Adjustments]) -> None:
        super().__init__(view, hands)
        self._form, self._stories = view, stories
        self._kinds: tuple[AdjustKind, ...] = ()
        view.edited.connect(self.changed)
        view.item_chosen.connect(self._choose_item)
        view.kind_chosen.connect(self._choose_kind)
        view.reason_chosen.connect(self._choose_reason)

    def open(self, patient_id: str, charge_id: str, appointment_id: str, done: Callable[[str], None]) -> None:
        """Adjust a line item, one of a visit's, or one of the account's."""
        self._form.typed_note.clear()
        self._form.reason.set_key("")
        self._form.kind.set_key("discount")
        self.begin(lambda: self._stories().open(patient_id, charge_id, appointment_id), done)

    # Choosing ---------------------------------------------------------------------------------------------------------

    def _take_sheet(self) -> None:
        sheet: AdjustSheet = self._sheet
        form, today = self._form, self.hands.today()
        chosen = form.item.key
        form.item.set_items([(each.charge_id, f"{day_text(each.day, today)} {each.title}, owes "
                              f"{show_cents(each.owes_cents)}") for each in sheet.items])  # fmt: skip
        form.item.set_key(chosen if any(each.charge_id == chosen for each in sheet.items) else sheet.charge_id)
        self._offer_kinds(propose=not self._kept)

    def _offer_kinds(self, *, propose: bool = True) -> None:
        """The kinds this line item can take; what cannot be is not offered."""
        self._kinds = self._stories().kinds(self._sheet, self._form.item.key)
        offered = {each.kind for each in self._kinds}
        self._form.kind.offer(offered)
        if self._form.kind.key not in offered and self._kinds:
            self._form.kind.set_key(self._kinds[0].kind)
        self._offer_reasons(propose=propose)

    def _offer_reasons(self, *, propose: bool = True) -> None:
        kind = self._kind()
        if kind is None:
            return
        form = self._form
        reasons = [(each.code, f"{each.words} ({each.code})") for each in kind.reasons]
        form.reason.set_items(reasons if len(reasons) == 1 else [NO_REASON, *reasons])
        if propose:
            form.amount.set_cents(kind.most_cents if kind.kind != "discount" else None)
        self._follow_reason()

    def _follow_reason(self) -> None:
        kind = self._kind()
        reason = next((each for each in kind.reasons if each.code == self._form.reason.key), None) if kind else None
        if reason is not None:
            self._form.group.set_key(reason.group)

    def _kind(self) -> AdjustKind | None:
        return next((each for each in self._kinds if each.kind == self._form.kind.key), None)

    def _choose_item(self) -> None:
        self._offer_kinds()
        self.changed()

    def _choose_kind(self) -> None:
        self._offer_reasons()
        self.changed()

    def _choose_reason(self) -> None:
        self._follow_reason()
        self.changed()

    # What it means ----------------------------------------------------------------------------------------------------

    def _order(self) -> AdjustOrder | None:
        form = self._form
        if self._sheet is None or not form.reason.key or form.amount.cents is None or self._kind() is None:
            return None
        return AdjustOrder(self._sheet, form.item.key, form.kind.key, form.group.key, form.reason.key,
                           form.amount.cents, form.typed_note.text())  # fmt: skip

    def _wrong(self) -> str:
        amount = self._form.amount
        if amount.error_key and amount.text().strip():
            return self.hands.speech.field(amount.error_key, {"limit_cents": 100_000_000})
        return ""

    def _look_at(self, order: AdjustOrder) -> AdjustPreview:
        return self._stories().preview(order)

    def _act(self, preview: AdjustPreview, person: Person, supervisor: Person | None) -> Acted:
        return self._stories().do(preview, person, supervisor)

    def _right(self, order: AdjustOrder) -> Right:
        return needed(order)

    def _why(self, order: AdjustOrder) -> str:
        if needed(order) is Right.ADJUST_OVER_LIMIT:
            return f"Above {show_cents(order.sheet.limit_cents)} a manager allows it."
        return "A manager allows discounts, courtesies and write-offs."

    def _show(self, order: AdjustOrder | None, preview: AdjustPreview | None) -> None:
        form = self._form
        verb = _VERBS.get(form.kind.key, "Take {} off")
        form.primary.set_text(verb.format(show_cents(order.cents)) if order else verb.format("it").capitalize())
        lines: tuple[SumLine, ...] = ()
        if preview is not None:
            owes = from_to(preview.owes_before_cents, preview.owes_after_cents)
            lines = (SumLine("This line item owes", owes, strong=True), *before_after(preview.before, preview.after))
        form.show_lines(lines)
        form.say("No money moves. The reason stays in the log and on reports.")
