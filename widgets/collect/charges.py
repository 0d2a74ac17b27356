"""The list of what may be paid now: a tick and an amount on every line, changed in place."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyleOptionViewItem, QWidget

from models.basics.money import show_cents
from widgets import icons, theme
from widgets.collect.state import LineState
from widgets.common import AmountField, CellTable, Column, MoneyCell, TableRow, paint
from widgets.common.table import CELL_ROLE, ROW_ROLE, CellDelegate, Index
from widgets.common.when import spoken_cents
from widgets.theme import S8, S10, S16

COLUMNS = (
    Column("", 30),
    Column("Charge", 200, stretch=1),
    Column("Owes", 112, right=True),
    Column("Pay now", 116, right=True),
)
TICK, AMOUNT = 0, 3

_DIGITS = frozenset("0123456789.")
_STEPS = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Backtab: -1, Qt.Key.Key_Up: -1}
_ENDS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape})


@dataclass(frozen=True, slots=True)
class TickCell:
    """The tick of a line; grey while `locked`."""

    on: bool
    locked: bool

    @property
    def spoken(self) -> str:
        return "chosen" if self.on else "not chosen"


@dataclass(frozen=True, slots=True)
class ChargeCell:
    """What it is, and under it when, or what is wrong with the amount."""

    title: str
    subtitle: str
    error: str = ""

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.title, self.error or self.subtitle) if part)


@dataclass(frozen=True, slots=True)
class AmountCell:
    """The amount in its box."""

    text: str
    on: bool
    locked: bool
    wrong: bool

    @property
    def spoken(self) -> str:
        return self.text


def charge_row(line: LineState, *, locked: bool) -> TableRow:
    """One line as cells, and as one sentence."""
    owes = f"owes {spoken_cents(line.owes_cents)}" if line.owes_cents is not None else ""
    pay = f"pay now {spoken_cents(line.cents)}" if line.ticked else "not paid now"
    parts = (line.title, line.error or line.subtitle, owes, pay)
    cells = (
        TickCell(line.ticked, locked),
        ChargeCell(line.title, line.subtitle, line.error),
        MoneyCell(line.owes_cents, "body", "text2") if line.owes_cents is not None else None,
        AmountCell(line.text, line.ticked, locked, bool(line.error)),
    )
    return TableRow(line.key, cells, spoken=", ".join(part for part in parts if part))


class ChargeDelegate(CellDelegate):
    """Paints ticks and amount boxes; everything else as in every list."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        cell = index.data(CELL_ROLE)
        if not isinstance(cell, TickCell | ChargeCell | AmountCell):
            super().paint(painter, option, index)
            return
        view = self.parent()
        assert isinstance(view, ChargesTable)
        area = QRectF(option.rect)
        first, row = index.column() == 0, index.row()
        focused = view.is_selected(row) and view.hasFocus()
        with paint.smooth(painter):
            self._ground(painter, area, index.data(ROW_ROLE), first=first, selected=focused,
                         hover=view.hover_row == row)  # fmt: skip
            if isinstance(cell, ChargeCell):
                tick = index.siblingAtColumn(TICK).data(CELL_ROLE) if isinstance(index, QModelIndex) else None
                _paint_tick(painter, area.translated(-view.columnWidth(TICK), 0), tick)  # reaches into both cells
                _paint_charge(painter, area.adjusted(S16, 0, -S8, -1), cell)
            elif isinstance(cell, AmountCell):
                _paint_amount(painter, amount_box(area), cell)


def amount_box(area: QRectF) -> QRectF:
    """The box of the amount in its cell."""
    height = theme.current().px(30)
    return QRectF(area.x() + S8, area.y() + (area.height() - 1 - height) / 2, area.width() - S8 - S16, height)


def _paint_tick(painter: QPainter, area: QRectF, cell: TickCell | None) -> None:
    if cell is None:
        return
    look = theme.current()
    side = look.px(18)
    mark = QRectF(area.x() + S16, area.y() + (area.height() - 1 - side) / 2, side, side)
    if cell.on:
        paint.rounded(painter, mark, 4, look.colour("neutral_solid" if cell.locked else "accent"))
        icons.paint(painter, mark.adjusted(2, 2, -2, -2), "check", "surface" if cell.locked else "on_accent")
    else:
        line = look.colour("border" if cell.locked else "control")
        paint.rounded(painter, mark, 4, look.colour("surface"), line, look.line)


def _paint_charge(painter: QPainter, area: QRectF, cell: ChargeCell) -> None:
    first, second = paint.text_height("body_medium"), paint.text_height("caption")
    top = area.y() + (area.height() - first - second) / 2 + 1
    paint.draw_text(painter, QRectF(area.x(), top, area.width(), first), cell.title, "body_medium", "text")
    under, ink = (cell.error, "bad_text") if cell.error else (cell.subtitle, "muted")
    paint.draw_text(painter, QRectF(area.x(), top + first, area.width(), second), under, "caption", ink)


def _paint_amount(painter: QPainter, box: QRectF, cell: AmountCell) -> None:
    look = theme.current()
    quiet = cell.locked or not cell.on
    line = "bad_solid" if cell.wrong else "border" if quiet else "control"
    width = 2 if cell.wrong else look.line
    ground = look.colour("sunken" if quiet else "surface")
    paint.rounded(painter, box, look.radius("control"), ground, look.colour(line), width)
    ink = "muted" if not cell.on else "text"
    style = "body" if not cell.on else "body_strong"
    paint.draw_amount(painter, box.adjusted(4, 0, -S10, 0), cell.text, style, ink)


class _Editor(AmountField):
    """The amount field that lies over a box while its amount is typed. Moves with Tab and the arrow keys."""

    moved = Signal(int)
    closed = Signal()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() in {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}:
            key = Qt.Key(event.key())
            if key in _STEPS or key in _ENDS:
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    if key in _ENDS:
                        self.closed.emit()
                    else:
                        self.moved.emit(_STEPS[key])
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in {Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason}:
            self.hide()


class ChargesTable(CellTable):
    """The lines. Emits `ticked(key, on)` and `typed(key, text)`; `edit_ended` when typing is over."""

    ticked = Signal(str, bool)
    typed = Signal(str, str)
    edit_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("What this payment covers", COLUMNS, row_size="primary", parent=parent)
        self.setItemDelegate(ChargeDelegate(self))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._lines: tuple[LineState, ...] = ()
        self._locked = False
        self._edited = ""
        self._editor = _Editor("Amount", size="control_tiny", style="body_strong", parent=self.viewport())
        self._editor.hide()
        self._editor.textEdited.connect(lambda text: self.typed.emit(self._edited, text))
        self._editor.moved.connect(self._step)
        self._editor.closed.connect(self._close)

    # Drawing ----------------------------------------------------------------------------------------------------

    def show_lines(self, lines: tuple[LineState, ...], *, locked: bool) -> None:
        """Show `lines`; while `locked` nothing can be changed."""
        if lines == self._lines and locked == self._locked:
            return
        self._lines, self._locked = lines, locked
        self.set_rows([charge_row(line, locked=locked) for line in lines])
        if locked:
            self._editor.hide()
        self._editor.set_wrong(bool(self._edited and any(line.key == self._edited and line.error for line in lines)))
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(360, self.content_height())

    def minimumSizeHint(self) -> QSize:
        head = self.horizontalHeader().height()
        return QSize(240, min(self.content_height(), head + 2 * theme.current().size("primary")))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    # Ticks ------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._line(self.key)
        if event.key() == Qt.Key.Key_Space and line is not None:
            self._toggle(line)
            return
        if event.text() and event.text() in _DIGITS:
            event.ignore()  # the page knows where digits go
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index: QModelIndex = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            return
        line = self._lines[index.row()]
        if index.column() == AMOUNT:
            self.edit_line(line.key)
        elif index.column() <= TICK + 1:
            self._toggle(line)

    def _toggle(self, line: LineState) -> None:
        if not self._locked and line.owes_cents is not None:
            self.ticked.emit(line.key, not line.ticked)

    def _line(self, key: str) -> LineState | None:
        return next((line for line in self._lines if line.key == key), None)

    # Amounts ----------------------------------------------------------------------------------------------------

    def edit_first(self) -> None:
        """Type the amount of the selected line, else of the first chosen one, else of the first."""
        chosen = next((line for line in self._lines if line.ticked), None)
        line = chosen or (self._lines[0] if self._lines else None)
        if line is not None:
            self.edit_line(line.key)

    def edit_line(self, key: str) -> None:
        """Type the amount of the line `key`."""
        line = self._line(key)
        if line is None or self._locked:
            return
        self.set_key(key)
        self._edited = key
        self._editor.setAccessibleName(f"Pay now, {line.title}")
        amount = line.text if line.error else show_cents(line.cents or (line.owes_cents or 0), symbol="")
        self._editor.setText("" if amount == "0.00" else amount)
        self._place()
        self._editor.show()
        self._editor.raise_()
        self._editor.setFocus(Qt.FocusReason.OtherFocusReason)
        self._editor.selectAll()
        if not line.ticked and self._editor.text():
            self.typed.emit(key, self._editor.text())

    def _place(self) -> None:
        row = next((at for at, line in enumerate(self._lines) if line.key == self._edited), -1)
        if row >= 0:
            cell: QRect = self.visualRect(self.model().index(row, AMOUNT))
            self._editor.setGeometry(amount_box(QRectF(cell)).toRect())

    def _step(self, by: int) -> None:
        at = next((n for n, line in enumerate(self._lines) if line.key == self._edited), -1) + by
        if 0 <= at < len(self._lines):
            self.edit_line(self._lines[at].key)
        else:
            self._close()

    def _close(self) -> None:
        self._editor.hide()
        self.edit_ended.emit()
