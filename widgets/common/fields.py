"""Fields: one line of text, an amount, a choice; the row that carries label, field and error."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from models.basics.errors import RuleBroken
from models.basics.money import parse_cents, show_cents
from widgets import icons, theme
from widgets.common import paint
from widgets.common.card import IconLabel
from widgets.common.keycap import key_words
from widgets.common.text import Text
from widgets.theme import S4, S6, S8, S12, Redressed


class Field(Redressed, QLineEdit):
    """One line of text, with an icon before it and the key of `action` at its end. `name` is spoken."""

    def __init__(
        self,
        name: str,
        placeholder: str = "",
        *,
        icon: str = "",
        action: QAction | None = None,
        size: str = "control",
        style: str = "body",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon, self._key, self._size, self._style = icon, action, size, style
        self._wrong = False
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if action is not None:
            action.changed.connect(self.restyle)
        self.follow_theme()

    @property
    def wrong(self) -> bool:
        """Does it wear the error line?"""
        return self._wrong

    def set_wrong(self, wrong: bool) -> None:
        """Wear the error line or take it off; the words belong to the `FormRow` or an `ErrorText`."""
        if wrong != self._wrong:
            self._wrong = wrong
            self.setProperty("wrong", "true" if wrong else "false")
            self.style().unpolish(self)
            self.style().polish(self)
            self.update()

    def restyle(self) -> None:
        look = theme.current()
        self.setFont(look.font(self._style))
        self.setFixedHeight(look.size(self._size))
        left = look.size("icon") + S8 + 2 if self._icon else 0
        words = key_words(self._key) if self._key else ""
        right = round(paint.keycap_size(words).width()) + S8 if words else 0
        self.setTextMargins(left, 0, right, 0)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._icon and self._key is None:
            return
        look, area = theme.current(), QRectF(self.rect())
        with paint.smooth(QPainter(self)) as painter:
            if self._icon:
                side = look.size("icon")
                spot = QRectF(S12, (area.height() - side) / 2, side, side)
                icons.paint(painter, spot, self._icon, "muted")
            words = key_words(self._key) if self._key else ""
            if words:
                size = paint.keycap_size(words)
                x, y = area.right() - size.width() - 10, (area.height() - size.height()) / 2
                paint.paint_keycap(painter, QRectF(x, y, size.width(), size.height()), words)


class AmountField(Redressed, QLineEdit):
    """Money as typed: right aligned, `$` at the left, two decimals when the focus leaves.

    `cents_changed(object)` carries the cents (int) or None while what stands there is no amount; `typed(object)` the
    same, only for what a person typed. Amounts are checked as `parse_cents` does (no negatives, no third decimal, at
    most $1,000,000); zero counts as an amount only where `allow_zero`. `error_key` names what is wrong with the text
    as it stands, or is empty.
    """

    cents_changed = Signal(object)
    typed = Signal(object)

    def __init__(
        self,
        name: str,
        cents: int | None = None,
        *,
        allow_zero: bool = False,
        size: str = "control",
        style: str = "body_strong",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._size, self._style, self._allow_zero = size, style, allow_zero
        self._wrong = False
        self.error_key = ""
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setMaxLength(16)
        self.textChanged.connect(self._read)
        self.textEdited.connect(self._typed)
        self.set_cents(cents)
        self.follow_theme()

    @property
    def cents(self) -> int | None:
        """What is typed, in cents; None while it is empty or no amount."""
        return self._cents

    def set_cents(self, cents: int | None) -> None:
        """Show `cents` with two decimals, or nothing."""
        self.setText("" if cents is None else show_cents(cents, symbol=""))
        self._read(self.text())

    def set_wrong(self, wrong: bool) -> None:
        """Wear the error line or take it off."""
        if wrong != self._wrong:
            self._wrong = wrong
            self.setProperty("wrong", "true" if wrong else "false")
            self.style().unpolish(self)
            self.style().polish(self)
            self.update()

    def _typed(self, text: str) -> None:
        self._read(text)  # Qt tells of an edit before it tells of the change
        self.typed.emit(self._cents)

    def _read(self, text: str) -> None:
        self._cents, self.error_key = None, ""
        try:
            if text.strip():
                self._cents = parse_cents(text)
        except RuleBroken as error:
            self.error_key = error.message_key
            if error.message_key == "amount.zero" and self._allow_zero:
                self._cents, self.error_key = 0, ""
        self.cents_changed.emit(self._cents)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if self._cents is not None and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.blockSignals(True)
            self.set_cents(self._cents)
            self.blockSignals(False)

    def _sign_style(self) -> str:
        return "amount_m" if self._style.startswith("amount") else "body"

    def restyle(self) -> None:
        look = theme.current()
        self.setFont(look.font(self._style))
        self.setFixedHeight(look.size(self._size))
        self.setTextMargins(round(paint.text_width("$", self._sign_style())) + S4, 0, 0, 0)
        self.update()

    def sizeHint(self) -> QSize:
        width = paint.text_width("$ 10,000.00", self._style) + 2 * S12
        return QSize(round(width), theme.current().size(self._size))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isEnabled() or (self.isReadOnly() and not self.text()):
            return
        left = S12 if self._size == "control" else S12 + S4
        with paint.smooth(QPainter(self)) as painter:
            area = QRectF(left, 0, self.width(), self.height())
            paint.draw_text(painter, area, "$", self._sign_style(), "muted")


class Choice(Redressed, QComboBox):
    """One of a few: a combo box in the design's looks. Items are (key, words); `key` is what the program uses.

    `narrow`: items may be longer than the field has room for, and never make it wider.
    """

    chosen = Signal(str)

    def __init__(
        self, name: str, items: Iterable[tuple[str, str]] = (), *, size: str = "control", narrow: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._size = size
        if narrow:  # before there are items: Qt keeps the width it once worked out
            self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            self.setMinimumContentsLength(4)
        self.setAccessibleName(name)
        self.set_items(items)
        self.activated.connect(lambda _index: self.chosen.emit(self.key))
        self.follow_theme()

    @property
    def key(self) -> str:
        """The key of the chosen item."""
        return str(self.currentData() or "")

    def set_key(self, key: str) -> None:
        """Choose the item `key`; nothing happens where there is none."""
        at = self.findData(key)
        if at >= 0:
            self.setCurrentIndex(at)

    def set_items(self, items: Iterable[tuple[str, str]]) -> None:
        """Offer other items; the chosen key stays where it still is offered."""
        before = self.key
        self.clear()
        for key, words in items:
            self.addItem(words, key)
        self.set_key(before)

    def restyle(self) -> None:
        look = theme.current()
        self.setFont(look.font("body"))
        self.setFixedHeight(look.size(self._size))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        side = theme.current().size("icon")
        spot = QRectF(self.width() - side - 10, (self.height() - side) / 2, side, side)
        icons.paint(QPainter(self), spot, "chevron-down", "muted" if self.isEnabled() else "disabled")


class ErrorText(QWidget):
    """What is wrong with a field, under it, with an icon. Hidden while nothing is wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, S4, 0, 0)
        row.setSpacing(S6)
        row.addWidget(IconLabel("circle-alert", "bad_text", 14), 0, Qt.AlignmentFlag.AlignTop)
        self._text = Text("", "caption_medium", "bad_text", wrap=True)
        row.addWidget(self._text, 1)
        self.hide()

    @property
    def text(self) -> str:
        """The words, empty while nothing is wrong."""
        return self._text.text()

    def set(self, text: str) -> None:
        """Show `text`, or nothing."""
        self._text.setText(text)
        self.setVisible(bool(text))


class FormRow(QWidget):
    """A label, a field under it, a hint and the error. `field` is any widget with an accessible name."""

    def __init__(self, label: str, field: QWidget, hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.label = Text(label, "caption_medium", "text2")
        self.label.setBuddy(field)
        self.hint = Text(hint, "caption", "muted", wrap=True)
        if not hint:
            self.hint.hide()  # never shown here: a part without a parent would be a window of its own
        self.error = ErrorText()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S6)
        body.addWidget(self.label)
        body.addWidget(field)
        body.addWidget(self.hint)
        body.addWidget(self.error)

    def set_error(self, text: str) -> None:
        """Mark the field wrong and say why; an empty text takes it back."""
        self.error.set(text)
        if isinstance(self.field, Field | AmountField):
            self.field.set_wrong(bool(text))
