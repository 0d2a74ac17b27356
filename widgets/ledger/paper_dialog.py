"""A receipt on paper whose payment died with its desk is entered again (H13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from app.method import method_text
from app.money_views import Acted
from app.rekeying import WAYS, PaperOrder, PaperPreview, PaperSheet, read_number
from app.views import Person
from models.basics.money import show_cents
from models.rules.rights import Right
from models.rules.typed import read_day
from widgets.common import AmountField, Choice, Field, FormRow
from widgets.ledger.act_form import ActDialog, ActPresenter, Hands, before_after
from widgets.theme import S8, S12

if TYPE_CHECKING:
    from app.rekeying import Rekeying


class PaperDialog(ActDialog):
    """What stands on the paper."""

    edited = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Enter a paper receipt", "Enter it", width=560)
        self.number = Field("Receipt number", "02-3-B-0142")
        self.number.setMaxLength(32)
        self.amount = AmountField("Amount")
        self.way = Choice("How it was paid", narrow=True)
        self.day = Field("Day on the receipt", "5/12")
        self.day.setMaxLength(10)
        self.rows = {
            "number": FormRow("Receipt number", self.number), "amount": FormRow("Amount", self.amount),
            "way": FormRow("How it was paid", self.way), "day": FormRow("Day on the receipt", self.day),
        }  # fmt: skip
        grid = QGridLayout()
        grid.setHorizontalSpacing(S12)
        grid.setVerticalSpacing(S8)
        for at, row in enumerate(self.rows.values()):
            grid.addWidget(row, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        for column in range(2):
            grid.setColumnStretch(column, 1)
        self.content.addLayout(grid)
        self.finish()
        for field in (self.number, self.day):
            field.textEdited.connect(lambda _text: self.edited.emit())
        self.amount.typed.connect(lambda _cents: self.edited.emit())
        self.way.chosen.connect(lambda _key: self.edited.emit())

    def take_focus(self) -> None:
        self.number.setFocus(Qt.FocusReason.OtherFocusReason)


class PaperPresenter(ActPresenter):
    """One receipt."""

    def __init__(self, view: PaperDialog, hands: Hands, stories: Callable[[], Rekeying]) -> None:
        super().__init__(view, hands)
        self._form, self._stories = view, stories
        view.edited.connect(self.changed)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Enter a receipt of this patient."""
        form = self._form
        for field in (form.number, form.day):
            field.clear()
        form.amount.set_cents(None)
        self.begin(lambda: self._stories().open(patient_id), done)

    def _take_sheet(self) -> None:
        if not self._kept:
            self._form.way.set_items([(way, method_text(way)) for way in WAYS])

    def _day(self) -> date | None:
        text, today = self._form.day.text().strip(), self.hands.today()
        return read_day(text, today) if text else today

    def _order(self) -> PaperOrder | None:
        sheet: PaperSheet | None = self._sheet
        form, day = self._form, self._day()
        if sheet is None or not read_number(form.number.text()) or not form.amount.cents or day is None:
            return None
        return PaperOrder(sheet, form.number.text(), form.amount.cents, form.way.key or WAYS[0], day)

    def _wrong(self) -> str:
        form = self._form
        if form.amount.error_key and form.amount.text().strip():
            return self.hands.speech.field(form.amount.error_key, {"limit_cents": 100_000_000})
        return "" if self._day() is not None else "Type the day as it stands on the receipt, like 5/12."

    def _look_at(self, order: PaperOrder) -> PaperPreview:
        return self._stories().preview(order)

    def _act(self, preview: PaperPreview, person: Person, supervisor: Person | None) -> Acted:
        return self._stories().do(preview, person, supervisor)

    def _right(self, _order: PaperOrder) -> Right:
        return Right.PAYMENTS

    def _show(self, order: PaperOrder | None, preview: PaperPreview | None) -> None:
        form = self._form
        form.primary.set_text(f"Enter {show_cents(order.cents)}" if order else "Enter it")
        form.show_lines(before_after(preview.before, preview.after) if preview else ())
        form.say("It counts until that payment arrives by itself; then this entry is taken back.")
