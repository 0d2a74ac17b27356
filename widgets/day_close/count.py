"""Counting the drawer: a field for every note and coin, Enter goes down, the sum lives along."""

from __future__ import annotations

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from app.close_views import BILLS, COINS, CashCount
from models.basics.money import show_cents
from widgets import theme
from widgets.common import AmountField, AmountLabel, Divider, Field, Text
from widgets.theme import S4, S8, S12, S16, Themed

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def value_text(cents: int) -> str:
    """`$20`, `25¢`."""
    return f"${cents // 100}" if cents >= 100 else f"{cents}¢"


class CountField(Field):
    """How many there are of one note or coin: digits only."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "0", style="body_strong")
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(5)
        self.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,5}"), self))

    @property
    def count(self) -> int:
        """What is typed; nothing is 0."""
        return int(self.text() or 0)

    def set_count(self, count: int) -> None:
        """Show `count`; 0 as an empty field."""
        self.setText(str(count) if count else "")


class CountPanel(Themed, QWidget):
    """The fields in two columns. `changed(CashCount)` follows every digit; `next` from the last field is nothing."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.bills = [CountField(f"Bills of {value_text(value)}") for value in BILLS]
        self.coins = [CountField(f"Coins of {value_text(value)}") for value in COINS]
        self.rolls = AmountField("Rolls", allow_zero=True)
        self.rolls.setPlaceholderText("0.00")
        self._grids: list[QGridLayout] = []
        self._amounts: list[tuple[CountField, int, AmountLabel]] = []
        self._rolls_amount = AmountLabel(0, "table", "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S8, S16, S8)
        row.setSpacing(S16)
        row.addLayout(self._column("Bills", list(zip(self.bills, BILLS, strict=True))), 1)
        row.addWidget(Divider("hairline", vertical=True))
        row.addLayout(self._column("Coins and rolls", list(zip(self.coins, COINS, strict=True)), rolls=True), 1)
        for each in self.fields:
            each.textChanged.connect(self._tell)
        self.follow_theme()

    @property
    def fields(self) -> list[Field | AmountField]:
        """Every field in the order of counting."""
        return [*self.bills, *self.coins, self.rolls]

    def _column(self, title: str, fields: list[tuple[CountField, int]], *, rolls: bool = False) -> QVBoxLayout:
        grid = QGridLayout()
        self._grids.append(grid)
        grid.setHorizontalSpacing(S8)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(3, 2)
        grid.addWidget(Text(title, "caption_medium", "text2"), 0, 0, 1, 3)
        grid.addWidget(Text("Amount", "caption_medium", "text2", align=_RIGHT), 0, 3)
        for number, (field, value) in enumerate(fields, start=1):
            amount = AmountLabel(0, "table", "text2")
            self._amounts.append((field, value, amount))
            self._line(grid, number, value_text(value), field, amount)
        if rolls:
            self._line(grid, len(fields) + 1, "Rolls", self.rolls, self._rolls_amount)
        column = QVBoxLayout()
        column.addLayout(grid)
        column.addStretch(1)
        return column

    def _line(self, grid: QGridLayout, row: int, words: str, field: Field | AmountField, amount: AmountLabel) -> None:
        grid.addWidget(Text(words, "body_strong"), row, 0)
        grid.addWidget(Text("×" if isinstance(field, CountField) else "", "table", "muted"), row, 1)
        grid.addWidget(field, row, 2)
        grid.addWidget(amount, row, 3)

    def restyle(self) -> None:
        look = theme.current()
        for each in self.fields:
            each.setFixedWidth(look.px(80))
        for grid in self._grids:
            grid.setVerticalSpacing(S4 if look.compact else S12)

    @property
    def cash(self) -> CashCount:
        """What is counted so far."""
        return CashCount(tuple(field.count for field in self.bills), tuple(field.count for field in self.coins),
                         self.rolls.cents or 0)  # fmt: skip

    def set_cash(self, cash: CashCount) -> None:
        """Show a count."""
        for field, count in zip((*self.bills, *self.coins), (*cash.bills, *cash.coins), strict=True):
            if field.count != count:
                field.set_count(count)
        if (self.rolls.cents or 0) != cash.rolls_cents:
            self.rolls.set_cents(cash.rolls_cents or None)
        self._sums()

    def take_focus(self) -> None:
        """Put the focus into the first field."""
        self.bills[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def go_down(self) -> bool:
        """From the field in focus to the next one. False: it was the last, or none."""
        fields = self.fields
        at = next((n for n, field in enumerate(fields) if field.hasFocus()), len(fields))
        if at + 1 >= len(fields):
            return False
        fields[at + 1].setFocus(Qt.FocusReason.TabFocusReason)
        fields[at + 1].selectAll()
        return True

    def _sums(self) -> None:
        for field, value, label in self._amounts:
            label.set_cents(field.count * value, "text" if field.count else "muted")
        self._rolls_amount.set_cents(self.rolls.cents or 0, "text" if self.rolls.cents else "muted")

    def _tell(self, *_told: object) -> None:
        self._sums()
        self.changed.emit(self.cash)


def counted_text(cash: CashCount) -> str:
    """`$428.80`."""
    return show_cents(cash.cents)
