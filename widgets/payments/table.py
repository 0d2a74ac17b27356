"""The list itself: a head that sorts when it is clicked and whose columns can be drawn wider or narrower."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView

from widgets import theme
from widgets.common import CellTable, TableRow
from widgets.common.table import Index, LazyRows
from widgets.payments.columns import COLUMNS, Shown
from widgets.payments.state import COLUMN_ORDERS, Chosen

_ONE = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
_DRAWN_MS = 250
"""A column somebody draws is as wide as it stays for so long."""


class PaymentsTable(CellTable):
    """Rows of payments, of which several may be selected (Shift with the arrows, Ctrl+A). `sort_wanted(column)` follows
    a click on a head, `sized(column, pixels at 100 %)` a column that was drawn."""

    sort_wanted = Signal(str)
    sized = Signal(str, int)

    def __init__(self) -> None:
        self._laying = False
        self._marked: frozenset[int] = frozenset()
        self._names: tuple[str, ...] = tuple(COLUMNS)
        self._drawn = -1
        super().__init__("Payments", tuple(COLUMNS.values()), lines=1)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        head = self.horizontalHeader()
        head.setSectionsClickable(True)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sectionClicked.connect(self._clicked)
        head.sectionResized.connect(self._resized)
        self._timer = QTimer(self, singleShot=True, interval=_DRAWN_MS)
        self._timer.timeout.connect(self._tell)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all selected rows, from top to bottom."""
        rows = self.rows
        return tuple(rows[at].key for at in sorted({each.row() for each in self.selectionModel().selectedRows()})
                     if at < len(rows))  # fmt: skip

    def is_selected(self, row: int) -> bool:
        """Is `row` one of the selected ones?"""
        return row in self._marked

    def paintEvent(self, event: QPaintEvent) -> None:
        self._marked = frozenset(index.row() for index in self.selectionModel().selectedRows())
        super().paintEvent(event)

    def selectionCommand(self, index: Index, event: QEvent | None = None) -> QItemSelectionModel.SelectionFlag:
        """The row in focus is always selected, also where Ctrl was held on the way to it."""
        command = super().selectionCommand(index, event)
        if isinstance(event, QKeyEvent) and command == QItemSelectionModel.SelectionFlag.NoUpdate:
            return _ONE
        return command

    def set_rows(self, rows: Sequence[TableRow]) -> None:
        """Show `rows`; what was selected stays selected where it still is."""
        before = self.keys
        super().set_rows(rows)
        if len(before) > 1 and self.keys != before:
            self._select(before)

    def _select(self, keys: Sequence[str]) -> None:
        rows = self.rows
        there = {key: at for at, key in enumerate(rows.keys if isinstance(rows, LazyRows) else [r.key for r in rows])}
        chosen = QItemSelection()
        for key in keys:
            if key in there:
                index = self.model().index(there[key], 0)
                chosen.select(index, index)
        if not chosen.isEmpty():
            self.selectionModel().select(chosen, _ONE)

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
