"""Lists: a real table view over frozen rows. Arrow keys move, Tab leaves, the selection survives a refresh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, overload

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)  # fmt: skip
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)  # fmt: skip

from widgets import theme
from widgets.common import paint
from widgets.common.cells import PAD, PAINTERS, RowKind, TableRow, draw_rule, lines_more
from widgets.theme import S6, Themed

Index = QModelIndex | QPersistentModelIndex
CELL_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ROW_ROLE: Final = Qt.ItemDataRole.UserRole + 2
EDGE: Final = 3
"""The accent edge of the selected row, in pixels."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its head, width in pixels at 100 %, its share of the room that is left, and its alignment."""

    title: str
    width: int
    stretch: int = 0
    right: bool = False


class LazyRows(Sequence[TableRow]):
    """Rows of a long list, each made when it is first looked at. All of them can be selected (RowKind.ROW); their
    `keys` are known before."""

    def __init__(self, keys: Sequence[str], make: Callable[[int], TableRow]) -> None:
        self.keys, self._make = tuple(keys), make
        self._made: dict[int, TableRow] = {}

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, at: int) -> TableRow: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[TableRow]: ...
    def __getitem__(self, at: int | slice) -> TableRow | Sequence[TableRow]:
        if isinstance(at, slice):
            return [self[number] for number in range(*at.indices(len(self)))]
        row = self._made.get(at)
        if row is None:
            number = range(len(self.keys))[at]
            row = self._made[number] = self._make(number)
        return row


def _identities(rows: Sequence[TableRow]) -> Sequence[object]:
    """What tells whether a list has to be laid out again."""
    if isinstance(rows, LazyRows):
        return [(key, RowKind.ROW) for key in rows.keys]
    return [(row.key, row.kind) for row in rows]


_SELECTABLE: Final = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class RowsModel(QAbstractTableModel):
    """Frozen rows under fixed columns."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.rows: Sequence[TableRow] = ()

    def set_rows(self, rows: Sequence[TableRow]) -> bool:
        """Show other rows. True when keys and kinds stayed in place, so that nothing had to be laid out again."""
        new = rows if isinstance(rows, LazyRows) else tuple(rows)
        if len(new) == len(self.rows) and _identities(new) == _identities(self.rows):
            self.rows = new
            if new:
                self.dataChanged.emit(self.index(0, 0), self.index(len(new) - 1, len(self.columns) - 1))
            return True
        self.beginResetModel()
        self.rows = new
        self.endResetModel()
        return False

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, and no rows until they are set."""
        self.beginResetModel()
        self.columns, self.rows = tuple(columns), ()
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def flags(self, index: Index) -> Qt.ItemFlag:
        rows = self.rows  # asked several times for each cell that is painted
        selectable = isinstance(rows, LazyRows) or rows[index.row()].kind is RowKind.ROW
        return _SELECTABLE if selectable else Qt.ItemFlag.ItemIsEnabled

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        cell = row.cells[index.column()] if index.column() < len(row.cells) else None
        if role == CELL_ROLE:
            return cell
        if role == Qt.ItemDataRole.DisplayRole:
            return "" if cell is None else cell.spoken
        if role == Qt.ItemDataRole.AccessibleTextRole:
            if index.column() == 0:
                return row.sentence
            return "" if cell is None else f"{self.columns[index.column()].title} {cell.spoken}".strip()
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or section >= len(self.columns):
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return paint.RIGHT if column.right else paint.LEFT
        return None


def cell_area(area: QRectF, index: Index) -> QRectF:
    """Where a cell's content goes: what is not right aligned may use the room up to the next column."""
    model = index.model()
    column: Column = model.columns[index.column()]  # type: ignore[attr-defined]
    last = index.column() == model.columnCount() - 1
    return area.adjusted(S6 if column.right else PAD, 0, -PAD if column.right or last else -S6, -1)


class CellDelegate(QStyledItemDelegate):
    """Paints every kind of cell from tokens: ground, edge of the selected row, content, row line."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view, at, column = self.parent(), index.row(), index.column()
        assert isinstance(view, CellTable)
        row = view.rows[at]
        selected, hover = view.is_selected(at), view.hover_row == at
        area: QRectF = QRectF(option.rect)
        with paint.smooth(painter):
            self._ground(painter, area, row, first=column == 0, selected=selected, hover=hover)
            if row.kind is RowKind.RULE:
                draw_rule(painter, area, row.sentence)
                return
            if row.kind is RowKind.SECTION:
                paint.draw_text(painter, area.adjusted(PAD, 0, -PAD, 0), row.sentence, "caption_strong", "text2")
                return
            cell = row.cells[column] if column < len(row.cells) else None
            if cell is not None:
                PAINTERS[type(cell)](painter, cell_area(area, index), cell, selected)

    def _ground(
        self, painter: QPainter, area: QRectF, row: TableRow, *, first: bool, selected: bool, hover: bool
    ) -> None:
        look = theme.current()
        if selected:
            painter.fillRect(area, look.colour("selected"))
        elif row.kind is RowKind.TOTAL:
            painter.fillRect(area, look.colour("sunken"))
        elif hover and row.kind is RowKind.ROW:
            painter.fillRect(area, look.colour("hover"))
        if row.kind is not RowKind.RULE:
            painter.fillRect(QRectF(area.x(), area.bottom() - 1, area.width(), 1), look.colour("hairline"))
        if selected and first:
            painter.fillRect(QRectF(area.x(), area.y(), EDGE, area.height()), look.colour("accent"))

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        """The whole of a title that had to be cut, as a tool tip."""
        cell = index.data(CELL_ROLE) if index.isValid() else None
        title = getattr(cell, "title", "")
        area: QRectF = QRectF(option.rect)
        room = cell_area(area, index).width() if title else 0.0
        cut = bool(title) and paint.text_width(title, getattr(cell, "style", "body_strong")) > room
        if event.type() != QEvent.Type.ToolTip or not cut:
            QToolTip.hideText()
            return False
        QToolTip.showText(event.globalPos(), title, view)
        return True

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(40, theme.current().size("row"))


class _HeadEnd(Themed, QWidget):
    """Carries the table's head over the scroll bar."""

    def __init__(self) -> None:
        super().__init__()
        self.follow_theme()

    def sizeHint(self) -> QSize:
        return QSize(8, theme.current().size("row_head"))

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().size("row_head"))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, painter = theme.current(), QPainter(self)
        painter.fillRect(self.rect(), look.colour("sunken"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, look.colour("border"))


class CellTable(Themed, QTableView):
    """A list of `TableRow`s. `selected(key)` follows the row in focus, `opened(key)` a double click,
    `rows_changed` a list laid out anew.

    Enter stays with the screen's primary action; `lines` is 2 for rows of two lines, 1 for one.
    """

    selected = Signal(str)
    opened = Signal(str)
    rows_changed = Signal()

    def __init__(self, name: str, columns: Sequence[Column], *, lines: int = 2, head: bool = True,
                 row_size: str = "", parent: QWidget | None = None) -> None:  # fmt: skip
        super().__init__(parent)
        self._row_size = row_size or ("row" if lines == 2 else "row_one")
        self.hover_row = -1
        self._quiet = False
        self._kept = ""
        self._rows_model = RowsModel(columns, self)
        self.setAccessibleName(name)
        self.setModel(self._rows_model)
        self.setItemDelegate(CellDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(8)
        top = self.horizontalHeader()
        top.setVisible(head)
        if head:
            self.addScrollBarWidget(_HeadEnd(), Qt.AlignmentFlag.AlignTop)
        top.setHighlightSections(False)
        top.setSectionsClickable(False)
        top.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        top.setMinimumSectionSize(8)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.doubleClicked.connect(self._double)
        self.follow_theme()

    # Rows -----------------------------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[TableRow]) -> None:
        """Show `rows`; the selected key stays selected where it still is, without telling."""
        key, self._kept = self.key or self._kept, ""
        if self._rows_model.set_rows(rows):
            self._fit_rows()
            return
        self._quiet = True
        self._lay_rows()
        self.set_key(key)
        self._quiet = False
        if key and self.key != key:
            self.selected.emit(self.key)
        self.rows_changed.emit()

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns; `set_rows` with rows that fit them follows. The selected key stays selected then."""
        if tuple(columns) != self._rows_model.columns:
            self._kept = self.key
            self._rows_model.set_columns(columns)
            self._lay_columns()

    @property
    def rows(self) -> Sequence[TableRow]:
        """What it shows."""
        return self._rows_model.rows

    @property
    def key(self) -> str:
        """The key of the selected row, empty where none is."""
        index = self.currentIndex()
        rows = self._rows_model.rows
        return rows[index.row()].key if index.isValid() and index.row() < len(rows) else ""

    def set_key(self, key: str) -> bool:
        """Select the row `key` and bring it into view. False where there is no such row."""
        rows = self._rows_model.rows
        if isinstance(rows, LazyRows):
            found = rows.keys.index(key) if key in rows.keys else -1
        else:
            found = next((n for n, row in enumerate(rows) if row.key == key and row.kind is RowKind.ROW), -1)
        if found >= 0:
            self._choose(found)
        return found >= 0

    def select_first(self) -> None:
        """Select the first row that can be."""
        for number, row in enumerate(self._rows_model.rows):
            if row.kind is RowKind.ROW:
                self._choose(number)
                return

    def _choose(self, number: int) -> None:
        index = self._rows_model.index(number, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def is_selected(self, row: int) -> bool:
        """Is `row` the selected one?"""
        return self.currentIndex().isValid() and self.currentIndex().row() == row

    def _moved(self, now: QModelIndex, before: QModelIndex) -> None:
        for index in (now, before):
            if index.isValid():
                self._update_row(index.row())
        if not self._quiet and now.isValid():
            self.selected.emit(self._rows_model.rows[now.row()].key)

    def _double(self, index: QModelIndex) -> None:
        row = self._rows_model.rows[index.row()]
        if row.kind is RowKind.ROW:
            self.opened.emit(row.key)

    # Keys and mouse -------------------------------------------------------------------------------------------

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Step over rows that cannot be selected."""
        index = super().moveCursor(action, modifiers)
        rows = self._rows_model.rows
        if not index.isValid() or rows[index.row()].kind is RowKind.ROW:
            return index
        step = 1 if index.row() > self.currentIndex().row() else -1
        at = index.row()
        while 0 <= at < len(rows) and rows[at].kind is not RowKind.ROW:
            at += step
        return self._rows_model.index(at, 0) if 0 <= at < len(rows) else self.currentIndex()

    def keyboardSearch(self, search: str) -> None:
        """Letters are commands here, not a search."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            event.ignore()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._rows_model.rows[index.row()].kind is not RowKind.ROW:
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.indexAt(event.position().toPoint()).row())
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hover_row:
            before, self.hover_row = self.hover_row, row
            for number in (before, row):
                if number >= 0:
                    self._update_row(number)

    def _update_row(self, row: int) -> None:
        top, height = self.rowViewportPosition(row), self.rowHeight(row)
        self.viewport().update(QRect(0, top, self.viewport().width(), height))

    # Layout ---------------------------------------------------------------------------------------------------

    def restyle(self) -> None:
        look = theme.current()
        head = self.horizontalHeader()
        head.setFont(look.font("caption_medium"))
        head.setFixedHeight(look.size("row_head"))
        self._lay_rows()
        self._lay_columns()
        self.updateGeometry()  # rows of another height: a list that ends with its last row wants another room
        self.viewport().update()

    def _lay_rows(self) -> None:
        look, columns = theme.current(), len(self._rows_model.columns)
        heights = {RowKind.RULE: look.px(18), RowKind.SECTION: look.px(33), RowKind.TOTAL: look.px(41)}
        plain = look.size(self._row_size)
        self.verticalHeader().setDefaultSectionSize(plain)
        self.clearSpans()
        if isinstance(self._rows_model.rows, LazyRows):
            self.verticalHeader().reset()  # all as high as the header says
            return
        for number, row in enumerate(self._rows_model.rows):
            if row.kind in heights and self.rowHeight(number) != heights[row.kind]:
                self.setRowHeight(number, heights[row.kind])
            if row.kind in {RowKind.RULE, RowKind.SECTION} and columns > 1:
                self.setSpan(number, 0, 1, columns)
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Rows whose title needs a second line are so much higher; a long list that is made as it is looked at keeps
        one height."""
        rows = self._rows_model.rows
        if isinstance(rows, LazyRows) or not rows:
            return
        rooms = [self._room(number) for number in range(len(self._rows_model.columns))]
        plain, before = theme.current().size(self._row_size), self.verticalHeader().length()
        for number, row in enumerate(rows):
            if row.kind is RowKind.ROW:
                more = max((lines_more(cell, room) for cell, room in zip(row.cells, rooms, strict=False)), default=0)
                if self.rowHeight(number) != plain + more:
                    self.setRowHeight(number, plain + more)
        if self.verticalHeader().length() != before:
            self.updateGeometry()

    def _room(self, column: int) -> float:
        """How wide the content of a cell of this column may be."""
        return cell_area(QRectF(0, 0, self.columnWidth(column), 40), self._rows_model.index(0, column)).width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_columns()

    def _lay_columns(self) -> None:
        look, columns = theme.current(), self._rows_model.columns
        widths = [look.px(column.width) for column in columns]
        spare = self.viewport().width() - sum(widths)
        shares = sum(column.stretch for column in columns) or 1
        for number, column in enumerate(columns):
            widths[number] = max(look.px(min(40, column.width)), widths[number] + spare * column.stretch // shares)
        widths[-1] += max(0, self.viewport().width() - sum(widths)) if spare >= 0 else 0
        for number, width in enumerate(widths):
            self.setColumnWidth(number, width)
        self._fit_rows()

    def content_height(self) -> int:
        """How high head and rows are together: for lists that never scroll."""
        head = self.horizontalHeader().height() if self.horizontalHeader().isVisibleTo(self) else 0
        return head + self.verticalHeader().length()
