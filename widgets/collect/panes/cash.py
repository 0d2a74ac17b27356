"""The cash pane: what was received, quick amounts, and the change in large green figures with what to hand back."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import theme
from widgets.collect.state import CollectState, quick_words
from widgets.common import AmountField, AmountLabel, Card, Divider, ErrorText, KeycapButton, Text, paint
from widgets.common.when import short_cents, spoken_cents
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

_MOST_NOTES: Final = 8


class Notes(Themed, QWidget):
    """How many of which note and coin to hand back, largest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notes: tuple[tuple[int, int], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_notes(self, notes: tuple[tuple[int, int], ...]) -> None:
        """Show pairs of how many and of which worth in cents."""
        if notes != self._notes:
            self._notes = notes[:_MOST_NOTES]
            said = ", ".join(f"{count} times {spoken_cents(cents)}" for count, cents in notes)
            self.setAccessibleName(f"Hand back {said}" if said else "")
            self.updateGeometry()
            self.update()

    def _tile(self) -> tuple[float, float]:
        look = theme.current()
        small = len(self._notes) > 4
        return look.px(38 if small else 46), look.px(56 if look.compact or small else 66)

    def sizeHint(self) -> QSize:
        wide, high = self._tile()
        count = len(self._notes)
        return QSize(round(count * wide + max(0, count - 1) * S8), round(high))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        wide, high = self._tile()
        with paint.smooth(QPainter(self)) as painter:
            for at, (count, cents) in enumerate(self._notes):
                area = QRectF(at * (wide + S8), 0, wide, high)
                paint.rounded(painter, area, look.radius("panel"), look.colour("surface"), look.colour("border"))
                top = QRectF(area.x(), area.y() + S4, wide, high * 0.5)
                paint.draw_text(painter, top, str(count), "heading", "text", paint.CENTRE)
                low = QRectF(area.x(), area.y() + high * 0.54, wide, high * 0.38)
                words = f"{cents}¢" if cents < 100 else short_cents(cents)
                paint.draw_text(painter, low, words, "caption", "muted", paint.CENTRE)


class CashField(AmountField):
    """The amount received. What was put there for the clerk is replaced by the first digit, without being marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Cash received", size="primary_l", style="amount_entry", parent=parent)
        self._offered = True

    def offer(self, text: str) -> None:
        """Put `text` there, to be taken or typed over."""
        self.setText(text)
        self._offered = True

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._offered:
            self.deselect()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if self._offered and plain and event.text() and event.text().isprintable():
            self.clear()
        self._offered = self._offered and not (plain and event.text())
        super().keyPressEvent(event)


class CashPane(Card):
    """Draws the cash state. `typed(text)` follows the field, `quick_chosen(index)` the quick amounts."""

    typed = Signal(str)
    quick_chosen = Signal(int)

    def __init__(self, quick: tuple[QAction, ...], parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self._label = Text("Cash received", "table_medium", "text2")
        self.field = CashField()
        self._label.setBuddy(self.field)
        self.error = ErrorText()
        self.quick = [KeycapButton(" ", action=action, size="touch") for action in quick]
        for button in self.quick:
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._rule = Divider()
        self._change_label = Text("Change to give", "table_medium", "text2")
        self.change = AmountLabel(0, "amount_change", "ok_text", align=Qt.AlignmentFlag.AlignLeft)
        self.notes = Notes()
        self._lay_out()
        self.field.textEdited.connect(self.typed)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(S8)
        for button in self.quick:
            row.addWidget(button, 1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._change_label)
        words.addWidget(self.change)
        change = QHBoxLayout()
        change.setSpacing(S12)
        change.addLayout(words, 1)
        change.addWidget(self.notes, 0, Qt.AlignmentFlag.AlignVCenter)
        self.body.addWidget(self._label)
        self.body.addSpacing(S10)
        self.body.addWidget(self.field)
        self.body.addWidget(self.error)
        self.body.addSpacing(S12)
        self.body.addLayout(row)
        self.body.addSpacing(S12)
        self.body.addWidget(self._rule)
        self.body.addSpacing(S10)
        self.body.addLayout(change)

    def restyle(self) -> None:
        super().restyle()
        room = S10 if theme.current().compact else S12
        self.body.setContentsMargins(S20, room, S20, S16 - 2)

    def draw(self, state: CollectState) -> None:
        """Show the cash of `state`; a field that is being typed in keeps its text and cursor."""
        cash = state.cash
        if cash is None:
            return
        typing = self.field.hasFocus() and not self.field.text() and not cash.typed
        if self.field.text() != cash.text and not typing:
            self.field.offer(cash.text)
        self.field.setPlaceholderText(cash.text if typing else "")
        self.field.setReadOnly(state.locked)
        self.field.set_wrong(bool(cash.error))
        self.error.set(cash.error)
        for at, button in enumerate(self.quick):
            button.setVisible(at < len(cash.quick))
            if at < len(cash.quick):
                cents = cash.quick[at]
                button.set_text(quick_words(cents, state.to_collect_cents))
                button.setChecked(cents == cash.chosen_cents)
        self.change.set_cents(cash.change_cents, "ok_text" if cash.change_cents else "muted")
        self.change.setAccessibleName(f"Change to give, {spoken_cents(cash.change_cents)}")
        self.notes.show_notes(cash.notes)

    def take_digit(self, text: str) -> None:
        """A digit typed anywhere on the page starts the amount received."""
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.field.setText(text)
        self.typed.emit(text)
