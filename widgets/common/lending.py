"""Somebody lends a right by PIN: a strip with the reason and boxes for the digits."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from models.rules.pins import LONGEST, SHORTEST
from widgets import theme
from widgets.common import paint
from widgets.common.card import IconLabel
from widgets.common.text import Text
from widgets.theme import S4, S6, S12, S16, Themed

_WIDE, _HIGH = 30, 36


class PinBoxes(Themed, QLineEdit):
    """A PIN as boxes with dots. A real password field: paste and password managers work, nothing is shown."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setMaxLength(LONGEST)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
        self.textChanged.connect(self._only_digits)
        self.follow_theme()

    @property
    def complete(self) -> bool:
        """Are there enough digits to try?"""
        return len(self.text()) >= SHORTEST

    def _only_digits(self, text: str) -> None:
        digits = "".join(sign for sign in text if sign in "0123456789")
        if digits != text:
            self.setText(digits)
        self.update()

    def restyle(self) -> None:
        look = theme.current()
        self.setFixedSize(look.px(_WIDE) * LONGEST + S6 * (LONGEST - 1), look.px(_HIGH))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, count = theme.current(), len(self.text())
        wide, high = look.px(_WIDE), look.px(_HIGH)
        with paint.smooth(QPainter(self)) as painter:
            for number in range(LONGEST):
                box = QRectF(number * (wide + S6), 0, wide, high)
                here = self.hasFocus() and number == min(count, LONGEST - 1) and self.isEnabled()
                line = look.colour("focus" if here else "control")
                ground = look.colour("surface" if self.isEnabled() else "hover")
                paint.rounded(painter, box, look.radius("control"), ground, line, 2 if here else look.line)
                if number < count:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(look.colour("text"))
                    painter.drawEllipse(box.center(), look.px(5), look.px(5))


class LendStrip(Themed, QFrame):
    """Why another person's PIN is needed, and where they type it. `typed` follows every digit."""

    typed = Signal()

    def __init__(self, title: str = "Manager PIN", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pin = PinBoxes(title)
        self.title = Text(title, "body_strong", "warn_text")
        self.why = Text("", "caption", "warn_text", elide=True)
        self.error = Text("", "caption_medium", "bad_text", elide=True)
        self.error.hide()
        words = QVBoxLayout()
        words.setSpacing(0)
        for part in (self.title, self.why, self.error):
            words.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(S16, S6 + S4, S12, S6 + S4)
        row.setSpacing(S12)
        row.addWidget(IconLabel("shield-check", "warn_text", 18))
        row.addLayout(words, 1)
        row.addWidget(self.pin)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.pin.textEdited.connect(lambda _text: self._edited())
        self.follow_theme()

    def ask(self, why: str) -> None:
        """Say why a PIN is needed; an empty text takes the strip away."""
        self.why.setText(why)
        self.setVisible(bool(why))
        if not why:
            self.forget()

    def refuse(self, words: str) -> None:
        """The PIN did not do: say why, and wait for another."""
        self.error.setText(words)
        self.error.setVisible(bool(words))
        self.pin.clear()
        self.pin.setFocus(Qt.FocusReason.OtherFocusReason)

    def forget(self) -> None:
        """Nothing typed, nothing wrong."""
        self.pin.clear()
        self.error.setText("")
        self.error.hide()

    def _edited(self) -> None:
        self.error.setText("")
        self.error.hide()
        self.typed.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, QRectF(self.rect()), look.radius("panel"), look.colour("warn_soft"),
                          look.colour("warn_line"), look.line)  # fmt: skip
