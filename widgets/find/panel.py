"""The find panel: field, list, keys. Draws a `FindState` and says what was typed and chosen; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    ENTER,
    CellTable,
    Column,
    Divider,
    IconLabel,
    Keycap,
    Text,
    page_action,
    paint,
)  # fmt: skip
from widgets.find.state import FindState
from widgets.theme import S4, S8, S10, S12, S16, S20, S24, Themed

_COLUMNS = (
    Column("Patient", 270, 3),
    Column("Born", 118, 1),
    Column("Phone and MRN", 140, 1),
    Column("Due", 200, 2, True),
)
_MOVES = {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_EDGE = 2


class FindField(Themed, QLineEdit):
    """The field: no border of its own; arrow keys move in the list below."""

    moved = Signal(QKeyEvent)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("find-field")
        self.setAccessibleName("Find a patient: name, date of birth, phone or MRN")
        self.setPlaceholderText("Name, date of birth, phone or MRN")
        self.setFrame(False)
        self.setMaxLength(120)
        self.setStyleSheet(
            "QLineEdit#find-field, QLineEdit#find-field:focus {border: none; padding: 0; background: transparent}"
        )
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(theme.current().font("find"))
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _MOVES and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.moved.emit(event)
            return
        super().keyPressEvent(event)


class FindPanel(Themed, QWidget):
    """The panel over the window.

    `typed(text)` follows the field, `chosen(patient id)` the selected row, `opened(patient id)` Enter or a double
    click, `ledger_asked(patient id)` and `check_in_asked(patient id)` their keys, `commands_asked` a `>` typed first.
    """

    typed = Signal(str)
    opened = Signal(str)
    ledger_asked = Signal(str)
    check_in_asked = Signal(str)
    commands_asked = Signal()
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Find a patient")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.field = FindField()
        self.open_action = page_action(self, "Collect or open", ENTER, self._open)
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", lambda: self._with_key(self.ledger_asked))
        self.check_in_action = page_action(self, "Check in", "F4", lambda: self._with_key(self.check_in_asked))
        self._count = Text("", "table", "muted")
        self.table = CellTable("Matches", _COLUMNS, head=False, row_size="row_find")
        self.table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = Text("", "heading_s", align=Qt.AlignmentFlag.AlignCenter)
        self._hint = Text("", "body", "muted", align=Qt.AlignmentFlag.AlignCenter, wrap=True)
        self._foot = _Foot(self.open_action, self.ledger_action, self.check_in_action)
        self._lay_out()
        self.field.textChanged.connect(self._changed)
        self.field.moved.connect(self._move)
        self.table.opened.connect(self.opened)
        self.table.selected.connect(self.chosen)
        self.setFocusProxy(self.field)
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(S16 + 2, S8, S16, S8)
        head.setSpacing(S12)
        head.addWidget(IconLabel("search", "accent", 18))
        head.addWidget(self.field, 1)
        head.addWidget(self._count)
        head.addWidget(Keycap("Esc"))
        self._head = QWidget()
        self._head.setLayout(head)
        words = QVBoxLayout()
        words.setContentsMargins(S24, S20, S24, S20)
        words.setSpacing(S4)
        words.addStretch(1)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        words.addStretch(1)
        message = QWidget()
        message.setLayout(words)
        self._stack = QStackedLayout()
        body = QVBoxLayout(self)
        body.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
        body.setSpacing(0)
        body.addWidget(self._head)
        body.addWidget(Divider())
        body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        self._stack.addWidget(message)
        self._stack.addWidget(self.table)
        body.addWidget(self._foot)

    # Drawing --------------------------------------------------------------------------------------------------

    def draw(self, state: FindState) -> None:
        """Show `state`; the first row is selected when the rows changed."""
        before = [row.key for row in self.table.rows]
        self._count.setText(state.count)
        if state.message is None:
            self.table.set_rows(state.rows)
            if before != [row.key for row in state.rows]:
                self.table.select_first()
            self._stack.setCurrentIndex(1)
        else:
            self.table.set_rows(())
            title, hint = state.message
            self._title.setText(title)
            self._title.setVisible(bool(title))
            self._hint.setText(hint)
            self._stack.setCurrentIndex(0)
        self.open_action.setEnabled(state.message is None)
        self.ledger_action.setEnabled(state.message is None)

    def set_ways(self, enter: str, *, check_in: bool) -> None:
        """What Enter does with the selected patient, and whether there is a visit to check in."""
        self.open_action.setText(enter)
        self.check_in_action.setEnabled(check_in)

    def wanted_height(self, rows: int) -> int:
        """How high the panel is with so many rows."""
        look = theme.current()
        return look.px(54) + 1 + max(look.px(112), rows * look.size("row_find")) + look.px(44) + 2 * _EDGE

    def restyle(self) -> None:
        look = theme.current()
        self._head.setFixedHeight(look.px(54))
        self._foot.setFixedHeight(look.px(44))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(758), self.wanted_height(len(self.table.rows)))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(
                painter, QRectF(self.rect()), look.radius("card"), look.colour("surface"), look.colour("focus"), 2.0
            )  # fmt: skip

    # What the clerk did ---------------------------------------------------------------------------------------

    def _changed(self, text: str) -> None:
        if text == ">":
            self.field.clear()
            self.commands_asked.emit()
            return
        self.typed.emit(text)

    def _move(self, event: QKeyEvent) -> None:
        self.table.keyPressEvent(event)

    def _open(self) -> None:
        self._with_key(self.opened)

    def _with_key(self, signal: SignalInstance) -> None:
        if self.table.key:
            signal.emit(self.table.key)


class _Foot(Themed, QWidget):
    """The keys of the panel."""

    def __init__(self, open_action: QAction, ledger: QAction, check_in: QAction) -> None:
        super().__init__()
        self._open, self._check_in = open_action, check_in
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, 0, S16, 0)
        row.setSpacing(S8)
        self._words = Text(open_action.text(), "table", "text2")
        for action, words in ((open_action, self._words), (ledger, Text("Ledger", "table", "text2"))):
            row.addWidget(Keycap(action))
            row.addWidget(words)
            row.addSpacing(S8)
        self._arrival = QWidget()
        arrival = QHBoxLayout(self._arrival)
        arrival.setContentsMargins(0, 0, 0, 0)
        arrival.setSpacing(S8)
        arrival.addWidget(Keycap(check_in))
        arrival.addWidget(Text("Check in", "table", "text2"))
        row.addWidget(self._arrival)
        row.addStretch(1)
        right = Text("Type > for commands", "table", "muted", elide=True)
        right.setAlignment(Qt.AlignmentFlag.AlignRight)
        row.addWidget(right, 4)
        open_action.changed.connect(self._say)
        check_in.changed.connect(self._say)
        self.follow_theme()

    def _say(self) -> None:
        self._words.setText(self._open.text())
        self._arrival.setVisible(self._check_in.isEnabled())

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, area, look.radius("card") - 2, look.colour("sunken"))
            painter.fillRect(QRectF(0, 0, area.width(), S10), look.colour("sunken"))
            painter.fillRect(QRectF(0, 0, area.width(), 1), look.colour("hairline"))
