"""The Ledger's lists: rows that fold, ticks, a menu at every row, and the sums under the visits."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSizePolicy

from widgets import theme
from widgets.common import CellTable, Column, TableRow
from widgets.common.table import CELL_ROLE
from widgets.ledger.rows import COLUMNS, columns_of
from widgets.ledger.state import TAB_WORDS, Tab
from widgets.ledger.tail import FOLD_ROOM, LeadCell, MarkDelegate, TickCell


class FoldingTable(CellTable):
    """A list whose rows unfold, are ticked, and have a menu each.

    `fold_wanted(key, unfold)` follows Left and Right, a click on the fold mark (then `unfold` is None: the other way)
    and a double click; `tick_wanted(key)` Space and a click on the box; `menu_wanted(QPoint)` a right click.
    """

    fold_wanted = Signal(str, object)
    tick_wanted = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, name: str, columns: Sequence[Column], *, row_size: str = "") -> None:
        super().__init__(name, columns, row_size=row_size)
        self.setItemDelegate(MarkDelegate(self))
        self.opened.connect(lambda key: self.fold_wanted.emit(key, None))

    def spot_of_row(self) -> QPoint:
        """Where a menu of the selected row belongs, on the screen."""
        area = self.visualRect(self.currentIndex())
        return self.viewport().mapToGlobal(QPoint(FOLD_ROOM * 6, area.bottom() if area.isValid() else 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and self.key:
            self.fold_wanted.emit(self.key, key is Qt.Key.Key_Right)
        elif key is Qt.Key.Key_Space and self.key:
            self.tick_wanted.emit(self.key)
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        spot = event.position().toPoint()
        index = self.indexAt(spot)
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        cell = index.data(CELL_ROLE)
        if isinstance(cell, TickCell):
            self.tick_wanted.emit(self._key_at(index))
        elif isinstance(cell, LeadCell) and cell.fold and spot.x() - self.visualRect(index).x() <= FOLD_ROOM:
            self.fold_wanted.emit(self._key_at(index), None)

    def _key_at(self, index: QModelIndex) -> str:
        return self.rows[index.row()].key

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if mouse else self.currentIndex()
        if index.isValid():
            self.set_key(self._key_at(index))
            self.menu_wanted.emit(event.globalPos() if mouse else self.spot_of_row())


class LedgerTable(FoldingTable):
    """A list of the Ledger, as high as its rows until it has to scroll."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(TAB_WORDS[tab], COLUMNS[tab], row_size="primary")
        self.tab = tab
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def show_rows(self, rows: Sequence[TableRow], *, simple: bool) -> None:
        """Show `rows`, under the columns that go with them."""
        self.set_columns(columns_of(self.tab, simple=simple))
        self.set_rows(rows)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, self.content_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, min(self.content_height(), theme.current().px(132)))


class TotalRow(CellTable):
    """The sums of the visits, always in view under their columns."""

    def __init__(self, above: CellTable) -> None:
        self._above = above
        super().__init__("Total", COLUMNS[Tab.VISITS], head=False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        above.horizontalHeader().sectionResized.connect(lambda _at, _before, _now: self._lay_columns())

    def show_row(self, row: TableRow, columns: Sequence[Column]) -> None:
        """Show the sums under the columns they belong to."""
        self.set_columns(columns)
        self.set_rows([row])
        self._lay_columns()

    def _lay_columns(self) -> None:
        for number in range(self._above.model().columnCount()):
            self.setColumnWidth(number, self._above.columnWidth(number))

    def sizeHint(self) -> QSize:
        return QSize(400, theme.current().px(41))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())
