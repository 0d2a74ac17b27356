"""The list itself: a head that sorts when it is clicked and whose columns can be drawn wider or narrower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHeaderView

from widgets import theme
from widgets.common import CellTable, TableRow
from widgets.payments.columns import COLUMNS, Shown
from widgets.payments.state import COLUMN_ORDERS, Chosen

_DRAWN_MS = 250
"""A column somebody draws is as wide as it stays for so long."""


class PaymentsTable(CellTable):
    """Rows of payments. `sort_wanted(column)` follows a click on a head, `sized(column, pixels at 100 %)` a column that
    was drawn."""

    sort_wanted = Signal(str)
    sized = Signal(str, int)

    def __init__(self) -> None:
        self._laying = False
        self._names: tuple[str, ...] = tuple(COLUMNS)
        self._drawn = -1
        super().__init__("Payments", tuple(COLUMNS.values()), lines=1)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sectionClicked.connect(self._clicked)
        head.sectionResized.connect(self._resized)
        self._timer = QTimer(self, singleShot=True, interval=_DRAWN_MS)
        self._timer.timeout.connect(self._tell)

    def show_rows(self, rows: Sequence[TableRow], shown: Shown, chosen: Chosen) -> None:
        """Show `rows` under the columns they were made for; the head says what they are sorted by."""
        self._names = shown.names
        sign = "↓" if chosen.descending else "↑"
        self.set_columns(tuple(
            replace(column, title=f"{column.title} {sign}") if COLUMN_ORDERS.get(name) is chosen.order else column
            for name, column in zip(shown.names, shown.columns, strict=True)
        ))  # fmt: skip
        self.set_rows(rows)

    def _lay_columns(self) -> None:
        self._laying = True
        super()._lay_columns()
        self._laying = False

    def _clicked(self, at: int) -> None:
        if self._names[at] in COLUMN_ORDERS:
            self.sort_wanted.emit(self._names[at])

    def _resized(self, at: int, _before: int, _now: int) -> None:
        if not self._laying and at < len(self._names):
            self._drawn = at
            self._timer.start()

    def _tell(self) -> None:
        if 0 <= self._drawn < len(self._names):
            scale = theme.current().px(100) / 100
            self.sized.emit(self._names[self._drawn], round(self.columnWidth(self._drawn) / scale))
