"""A fee of the practice: asked for, changed or taken off, with what that does to the account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.fees import OTHER, needed
from app.money_views import Acted, FeeChoice, FeeOrder, FeePreview, FeeSheet
from app.views import Person
from models.basics.money import show_cents
from models.rules.rights import Right
from widgets.common import AmountField, Choice, Field, FormRow, KeycapButton, Role, page_action
from widgets.common.summary import SumLine
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands, before_after, from_to
from widgets.theme import S8, S12

if TYPE_CHECKING:
    from app.fees import Fees


class FeeDialog(ActDialog):
    """The fields of a fee."""

    edited = Signal()
    fee_chosen = Signal()
    taken_off = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Add a fee", "Ask for it", width=560)
        self.fee = Choice("Fee", narrow=True)
        self.description = Field("What it is for", "Stands on statements")
        self.description.setMaxLength(80)
        self.amount = AmountField("Amount", allow_zero=True)
        self.take_off = KeycapButton(role=Role.LINK, action=page_action(self, "Take it off", "Alt+T",
                                                                        self.taken_off.emit))  # fmt: skip
        self.rows = {
            "fee": FormRow("Fee", self.fee), "amount": FormRow("Amount", self.amount),
            "description": FormRow("What it is for", self.description),
        }  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        for name, row, column, wide in (("fee", 0, 0, 8), ("amount", 0, 8, 4), ("description", 1, 0, 12)):
            grid.addWidget(self.rows[name], row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
        for column in range(12):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.finish()
        self.foot.insertWidget(2, self.take_off)
        self.fee.chosen.connect(lambda _key: self.fee_chosen.emit())
        self.description.textEdited.connect(lambda _text: self.edited.emit())
        self.amount.typed.connect(lambda _cents: self.edited.emit())

    def take_focus(self) -> None:
        self.fee.setFocus(Qt.FocusReason.OtherFocusReason)


class FeePresenter(ActPresenter):
    """One fee."""

    def __init__(self, view: FeeDialog, hands: Hands, stories: Callable[[], Fees]) -> None:
        super().__init__(view, hands)
        self._form, self._stories = view, stories
        view.edited.connect(self.changed)
        view.fee_chosen.connect(self._choose)
        view.taken_off.connect(self._take_off)

    def open(self, patient_id: str, appointment_id: str, charge_id: str, done: Callable[[str], None]) -> None:
        """Ask for a fee on a visit or on the account; with `charge_id` of a fee, that one."""
        self._form.description.clear()
        self.begin(lambda: self._stories().open(patient_id, appointment_id, charge_id), done)

    def _take_sheet(self) -> None:
        sheet: FeeSheet = self._sheet
        form = self._form
        form.subtitle.setText(sheet.visit_words)
        form.fee.set_items([(each.charge_id, each.words) for each in sheet.choices])
        if not self._kept:
            self._propose()

    def _choice(self) -> FeeChoice | None:
        sheet: FeeSheet | None = self._sheet
        return next((each for each in sheet.choices if each.charge_id == self._form.fee.key), None) if sheet else None

    def _propose(self) -> None:
        choice = self._choice()
        if choice is not None:
            stands = choice.stands_cents
            self._form.amount.set_cents(stands if stands is not None else choice.cents or None)
            self._form.title.setText("Add a fee" if stands is None else "Change a fee")

    def _choose(self) -> None:
        self._propose()
        self.changed()

    def _take_off(self) -> None:
        choice = self._choice()
        if choice is not None and choice.stands_cents is not None:
            self._form.amount.set_cents(0)
            self.changed()

    # What it means ----------------------------------------------------------------------------------------------------

    def _order(self) -> FeeOrder | None:
        choice, cents = self._choice(), self._form.amount.cents
        words = self._form.description.text()
        if choice is None or cents is None or (choice.stands_cents is None and not cents):
            return None
        if cents == choice.stands_cents or (choice.code == OTHER and choice.stands_cents is None and not words.strip()):
            return None
        return FeeOrder(self._sheet, choice.charge_id, words, cents)

    def _wrong(self) -> str:
        amount = self._form.amount
        if amount.error_key and amount.text().strip():
            return self.hands.speech.field(amount.error_key, {"limit_cents": 100_000_000})
        return ""

    def _look_at(self, order: FeeOrder) -> FeePreview:
        return self._stories().preview(order)

    def _act(self, preview: FeePreview, person: Person, supervisor: Person | None) -> Acted:
        return self._stories().do(preview, person, supervisor)

    def _right(self, order: FeeOrder) -> Right:
        return needed(order)

    def _why(self, order: FeeOrder) -> str:
        return "A manager lowers a fee or takes it off." if needed(order) is Right.ADJUST else super()._why(order)

    def _show(self, order: FeeOrder | None, preview: FeePreview | None) -> None:
        form, choice = self._form, self._choice()
        stands = choice.stands_cents if choice else None
        form.rows["description"].setVisible(choice is not None and choice.code == OTHER and stands is None)
        form.take_off.setVisible(stands is not None)
        if order is None:
            form.primary.set_text("Ask for it" if stands is None else "Change it")
        elif not order.cents:
            form.primary.set_text("Take the fee off")
        else:
            form.primary.set_text(f"Ask for {show_cents(order.cents)}")
        lines: tuple[SumLine, ...] = ()
        if preview is not None:
            lines = (SumLine("This fee", from_to(preview.stands_cents, preview.order.cents), strong=True),
                     *before_after(preview.before, preview.after))  # fmt: skip
        form.show_lines(lines)
        form.say("It is owed at once and stands on the next statement." if stands is None else
                 f"{show_cents(stands)} is asked for now.")  # fmt: skip
