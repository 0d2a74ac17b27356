"""One of a few reasons, each with its number key, and a note in the clerk's own words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import paint
from widgets.common.actions import page_action
from widgets.common.choices import paint_radio
from widgets.common.fields import ErrorText, Field
from widgets.common.focus_ring import Ringed
from widgets.common.keycap import key_words
from widgets.theme import S4, S10, S12, Themed


class ReasonButton(Ringed, Themed, QAbstractButton):
    """One reason as a row with a radio mark and its key."""

    def __init__(self, key: str, words: str, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key, self._words, self._action = key, words, action
        self.setCheckable(True)
        self.setAccessibleName(words)
        self.setAccessibleDescription(f"Key {key_words(action)}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def sizeHint(self) -> QSize:
        look = theme.current()
        return QSize(round(paint.text_width(self._words, "body_medium")) + look.px(90), look.size("control_small"))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        on = self.isChecked()
        words = key_words(self._action)
        cap = paint.keycap_size(words)
        side = look.px(16)
        with paint.smooth(QPainter(self)) as painter:
            line = look.colour("accent" if on else "control")
            ground = look.colour("selected" if on else "surface")
            paint.rounded(painter, area, look.radius("control"), ground, line, 2 if on else look.line)
            mark = QRectF(S12, (area.height() - side) / 2, side, side)
            paint_radio(painter, mark, checked=on)
            text = QRectF(mark.right() + S10, 0, area.width() - mark.right() - cap.width() - 3 * S10, area.height())
            paint.draw_text(painter, text, self._words, "body_medium", "accent" if on else "text")
            spot = QRectF(
                area.right() - S10 - cap.width(), (area.height() - cap.height()) / 2, cap.width(), cap.height()
            )
            paint.paint_keycap(painter, spot, words)


class ReasonPicker(QWidget):
    """The reasons under each other with the keys 1, 2, 3 …, then a note. `chosen(key)`, `noted(text)`."""

    chosen = Signal(str)
    noted = Signal(str)

    def __init__(self, reasons: Mapping[str, str], note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, ReasonButton] = {}
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S4)
        for number, (key, words) in enumerate(reasons.items(), start=1):
            action = page_action(self, words, str(number), partial(self._choose, key))
            button = ReasonButton(key, words, action)
            button.clicked.connect(lambda _on=False, key=key: self._choose(key))
            self._group.addButton(button)
            self.buttons[key] = button
            body.addWidget(button)
        self.note = Field(note, note)
        self.note.setMaxLength(200)
        self.note.textEdited.connect(self.noted)
        self.error = ErrorText()
        body.addSpacing(S4)
        body.addWidget(self.note)
        body.addWidget(self.error)

    def _choose(self, key: str) -> None:
        self.chosen.emit(key)
        if key == "other":
            self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def draw(self, reason: str, note: str, error: str, *, locked: bool = False) -> None:
        """Show what is chosen, the note, and what is missing."""
        if not reason and self._group.checkedButton() is not None:
            self._group.setExclusive(False)
            for button in self.buttons.values():
                button.setChecked(False)
            self._group.setExclusive(True)
        for key, button in self.buttons.items():
            if key == reason:
                button.setChecked(True)
            button.setEnabled(not locked)
        if self.note.text() != note:
            self.note.setText(note)
        self.note.setReadOnly(locked)
        self.error.set(error)

    def take_focus(self) -> None:
        """Put the focus where the keys 1, 2, 3 … work."""
        first = next(iter(self.buttons.values()))
        chosen = self._group.checkedButton()
        (chosen or first).setFocus(Qt.FocusReason.OtherFocusReason)
