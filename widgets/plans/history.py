"""What happened to the plans of an account, in a list whose heads sort it (S4-03)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.plan_views import PlanHappened
from widgets.common import CellTable
from widgets.common.cells import MoneyCell, TableRow, WordsCell
from widgets.common.table import Column
from widgets.common.when import day_text, hour_text

COLUMNS: Final = (
    Column("Date", 128), Column("Plan ID", 168), Column("Event", 150, 2), Column("Status", 130, 1),
    Column("Debit Amt.", 104, right=True),
)  # fmt: skip
HINT: Final = "Click a head, or press 1 to 5, to sort"
_BY: Final[tuple[Callable[[PlanHappened], Any], ...]] = (
    lambda each: each.at, lambda each: each.number, lambda each: each.event, lambda each: each.status,
    lambda each: each.debit_cents or 0,
)  # fmt: skip
"""By column, what it is sorted by. The newest, and the largest amount, come first; words go by the alphabet."""
_FALLING: Final = frozenset({0, 4})


class HistoryTable(CellTable):
    """The list, newest first until a head is clicked or 1 to 5 pressed; the same once more turns it round."""

    def __init__(self) -> None:
        self._happened: tuple[PlanHappened, ...] = ()
        self._today = date.min
        self._by, self._falling = 0, True
        super().__init__("History", COLUMNS)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self.sort_by)

    def show_happened(self, happened: tuple[PlanHappened, ...], today: date) -> None:
        """Show these, in the order that was chosen."""
        self._happened, self._today = happened, today
        self._draw()

    def sort_by(self, column: int) -> None:
        """Sort by a column; by the one it is sorted by already, the other way round."""
        self._falling = not self._falling if column == self._by else column in _FALLING
        self._by = column
        self._draw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        column = event.key() - Qt.Key.Key_1
        if 0 <= column < len(COLUMNS) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.sort_by(column)
            return
        super().keyPressEvent(event)

    def _draw(self) -> None:
        sign = "↓" if self._falling else "↑"
        self.set_columns([replace(column, title=f"{column.title} {sign}") if at == self._by else column
                          for at, column in enumerate(COLUMNS)])  # fmt: skip
        numbered = sorted(enumerate(self._happened), key=lambda each: _BY[self._by](each[1]), reverse=self._falling)
        self.set_rows([_row(number, each, self._today) for number, each in numbered])


def _row(number: int, each: PlanHappened, today: date) -> TableRow:
    """In the field's words."""
    return TableRow(str(number), (
        WordsCell(day_text(each.at.date(), today), hour_text(each.at)), WordsCell(each.number, style="table"),
        WordsCell(each.event, style="table_strong"), WordsCell(each.status, style="table", ink="text2"),
        MoneyCell(each.debit_cents, "table"),
    ))  # fmt: skip
