"""Draws the notes' panel and says what the clerk typed; decides nothing. Notes are only ever added."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QScrollArea, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import Banner, Card, Divider, ErrorText, KeycapButton, Text, page_action
from widgets.common.announce import announce
from widgets.notes.state import NotesState, head_of
from widgets.theme import S4, S8, S10, S12, Redressed

_FIELD_LINES = 2


class NoteField(Redressed, QPlainTextEdit):
    """A few lines of text. Enter is `submitted`, Shift+Enter a new line, Tab leaves."""

    submitted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("New note")
        self.setPlaceholderText("Write a note…")
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFont(theme.current().font("body"))
        self.setFixedHeight(self.fontMetrics().lineSpacing() * _FIELD_LINES + 24)

    def event(self, event: QEvent) -> bool:
        """Enter belongs to the field while it is typed in, not to the page around it."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_enter(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _is_enter(event) and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            if not event.isAutoRepeat():
                self.submitted.emit()
            return
        super().keyPressEvent(event)


def _is_enter(event: QKeyEvent) -> bool:
    return event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class _Notes(QScrollArea):
    """The notes under each other; it can be scrolled with the keys and is read as one text."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Notes")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        inner = QWidget()
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(S12, S8, S12, S8)
        self.body.setSpacing(S10)
        self.setWidget(inner)
        self.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)

    def sizeHint(self) -> QSize:
        return QSize(200, 120)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def draw(self, state: NotesState, today: date) -> None:
        while (left := self.body.takeAt(0)) is not None:
            if (widget := left.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for item in state.items:
            head, text = Text(head_of(item, today), "caption", "muted", wrap=True), Text(item.text, "body", wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            note = QWidget()
            lines = QVBoxLayout(note)
            lines.setContentsMargins(0, 0, 0, 0)
            lines.setSpacing(S4 - 2)
            lines.addWidget(head)
            lines.addWidget(text)
            note.setAccessibleName(f"Note by {head.text()}: {item.text}")
            self.body.addWidget(note)
        if not state.items and not state.waiting:
            self.body.addWidget(Text("No notes yet.", "body", "muted"))
        self.body.addStretch(1)
        self.setAccessibleDescription(" ".join(f"{head_of(each, today)}: {each.text}" for each in state.items))


class NotesPanel(Card):
    """The panel. `written(text)` follows Enter in the field, or the button."""

    written = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(inset=0, clip=True, parent=parent)
        self.setAccessibleName("Notes")
        self.field = NoteField()
        self.field.submitted.connect(self._write)
        self.add_action = page_action(self.field, "Add the note", ("Return", "Enter"), self._write)
        self.add = KeycapButton("Add note", action=self.add_action, size="control_small")
        self.error = ErrorText()
        self.banner = Banner("bad")
        self.list = _Notes()
        self._shown: tuple[NotesState, date] | None = None
        head = QHBoxLayout()
        head.setContentsMargins(S12, S8, S8, S8)
        head.addWidget(Text("Notes", "heading_s"))
        head.addStretch(1)
        entry = QVBoxLayout()
        entry.setContentsMargins(S12, S8, S12, S8)
        entry.setSpacing(S8)
        below = QHBoxLayout()
        below.setSpacing(S8)
        below.addWidget(Text("Notes stay as they are written.", "caption", "muted", elide=True), 1)
        below.addWidget(self.add)
        entry.addWidget(self.field)
        entry.addWidget(self.error)
        entry.addLayout(below)
        self.body.addLayout(head)
        self.body.addWidget(Divider("hairline"))
        self.body.addWidget(self.banner)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(Divider("hairline"))
        self.body.addLayout(entry)
        self.banner.hide()
        self.setFocusProxy(self.field)

    def _write(self) -> None:
        self.written.emit(self.field.toPlainText())

    def draw(self, state: NotesState, today: date) -> None:
        """Show `state`; what is typed stays."""
        if self._shown is None or (self._shown[0].items, self._shown[0].waiting, self._shown[1]) != (
            state.items, state.waiting, today,
        ):  # fmt: skip
            self.list.draw(state, today)
        self._shown = (state, today)
        self.error.set(state.error)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        if state.busy:
            self.add.set_busy("Adding")
        else:
            self.add.set_idle()

    def clear(self) -> None:
        """The note is written down: the field is empty for the next."""
        self.field.clear()
        announce(self, "Note added")
