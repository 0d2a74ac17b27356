"""The bar of filters over the Ledger's lists: days, balances, and how much depth is shown."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import AmountField, Divider, KeycapButton, Role, Text
from widgets.common.choices import Switch
from widgets.common.day_field import DayField
from widgets.ledger.filters import Filter
from widgets.theme import S4, S8, S12, S16, Themed


class FilterBar(Themed, QWidget):
    """Two days, two amounts, two switches and a way back. `chosen(Filter)` follows every change."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Filter")
        self._date: date | None = None
        self.first = DayField("From day", lambda: self._date)
        self.last = DayField("To day", lambda: self._date)
        self.least = AmountField("Balance from", allow_zero=True, size="control_small", style="body")
        self.most = AmountField("Balance to", allow_zero=True, size="control_small", style="body")
        self.simple = Switch("Simple: without insurance and adjustments", checked=True)
        self.condensed = Switch("Condensed: without what a line is made of", checked=True)
        self.clear = KeycapButton("Clear", role=Role.LINK, size="control_small")
        row = QHBoxLayout()
        row.setContentsMargins(S16, S8, S16, S12)
        row.setSpacing(S8)
        for words, part in (("From", self.first), ("To", self.last), ("Balance from", self.least),
                            ("Balance to", self.most)):  # fmt: skip
            row.addLayout(_labelled(words, part), 1)
        row.addSpacing(S4)
        for words, switch in (("Simple", self.simple), ("Condensed", self.condensed)):
            row.addLayout(_labelled(words, switch))
        row.addWidget(self.clear, 0, Qt.AlignmentFlag.AlignBottom)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(0)
        body.addLayout(row)
        body.addWidget(Divider())
        for field in (self.first, self.last):
            field.changed.connect(self._tell)
        for amount in (self.least, self.most):
            amount.textEdited.connect(self._tell)
        for switch in (self.simple, self.condensed):
            switch.toggled.connect(self._tell)
        self.clear.clicked.connect(self._clear)
        self.follow_theme()

    @property
    def filter(self) -> Filter:
        """What stands in the fields."""
        return Filter(self.first.day, self.last.day, self.least.cents, self.most.cents, self.simple.isChecked(),
                      self.condensed.isChecked())  # fmt: skip

    def draw(self, shown: Filter, today: date) -> None:
        """Show the filter that is in force."""
        self._date = today
        if shown == self.filter:
            return
        self.first.set_day(shown.first)
        self.last.set_day(shown.last)
        for field, cents in ((self.least, shown.least_cents), (self.most, shown.most_cents)):
            if field.cents != cents:
                field.set_cents(cents)
        for switch, on in ((self.simple, shown.simple), (self.condensed, shown.condensed)):
            switch.blockSignals(True)
            switch.setChecked(on)
            switch.blockSignals(False)
            switch.update()

    def take_focus(self) -> None:
        """Put the focus into the first day."""
        self.first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _clear(self) -> None:
        for field in (self.first, self.last, self.least, self.most):
            field.clear()
            field.set_wrong(False)
        self._tell()

    def _tell(self, *_told: object) -> None:
        self.chosen.emit(self.filter)

    def restyle(self) -> None:
        for field in (self.first, self.last):
            field.setMinimumWidth(theme.current().px(72))
        for amount in (self.least, self.most):
            amount.setMinimumWidth(theme.current().px(84))


def _labelled(words: str, part: QWidget) -> QVBoxLayout:
    label = Text(words, "caption_medium", "text2")
    label.setBuddy(part)
    column = QVBoxLayout()
    column.setSpacing(S4)
    column.addWidget(label)
    column.addWidget(part, 1, Qt.AlignmentFlag.AlignLeft if isinstance(part, Switch) else Qt.AlignmentFlag(0))
    return column
