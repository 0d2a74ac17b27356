"""Parts of Needs attention: what happened line by line, and one way out among several."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from app.views import Side
from models.basics.money import show_cents
from widgets import theme
from widgets.attention.state import Fate, Known, Way
from widgets.common import Card, ErrorText, Field, IconLabel, Pill, Radio, Text, paint
from widgets.common.choices import paint_radio
from widgets.common.focus_ring import Ringed
from widgets.common.keycap import key_words
from widgets.theme import S4, S8, S10, S12, S14, S16, Themed


class HistoryBox(Card):
    """What happened, line by line, with when."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S14, parent=parent)
        self.body.setSpacing(S8)
        self._shown: tuple[Fate, ...] = ()

    def draw(self, lines: tuple[Fate, ...]) -> None:
        """Show `lines`, or nothing."""
        self.setVisible(bool(lines))
        if lines == self._shown:
            return
        self._shown = lines
        while (item := self.body.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for line in lines:
            holder = QWidget()
            row = QHBoxLayout(holder)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(S8)
            row.addWidget(IconLabel(line.icon, line.ink, 16))
            row.addWidget(Text(line.words, "table_medium" if line.strong else "table"), 1)
            row.addWidget(Text(line.when, "caption", "muted"))
            self.body.addWidget(holder)


class WayButton(Ringed, Themed, QAbstractButton):
    """One way out: what, its outcome under it, and the number key that chooses it."""

    def __init__(self, action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._action = action
        self._way = Way("", "", "")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def draw(self, way: Way, *, chosen: bool) -> None:
        """Show `way`."""
        self._way = way
        self.setChecked(chosen)
        self.setEnabled(way.enabled)
        self.setAccessibleName(f"{way.title}{', recommended' if way.recommended else ''}. {way.outcome}")
        self.setAccessibleDescription(f"Key {key_words(self._action)}")
        self.update()

    def ring_radius(self) -> int:
        return theme.current().radius("tile")

    def sizeHint(self) -> QSize:
        return QSize(240, theme.current().px(46))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, way = theme.current(), QRectF(self.rect()), self._way
        on, words = self.isChecked(), key_words(self._action)
        cap, side = paint.keycap_size(words), look.px(16)
        title_ink = "accent" if on else "text" if way.enabled else "disabled"
        with paint.smooth(QPainter(self)) as painter:
            line = look.colour("accent" if on else "control" if way.enabled else "border")
            ground = look.colour("selected" if on else "surface")
            paint.rounded(painter, area, look.radius("tile"), ground, line, 2 if on else look.line)
            mark = QRectF(S16, (area.height() - side) / 2, side, side)
            paint_radio(painter, mark, checked=on, enabled=way.enabled)
            x = mark.right() + S14
            room = area.width() - x - cap.width() - 2 * S16
            first, second = paint.text_height("body_strong"), paint.text_height("caption")
            top = (area.height() - first - second) / 2
            paint.draw_text(painter, QRectF(x, top, room, first), way.title, "body_strong", title_ink)
            paint.draw_text(painter, QRectF(x, top + first, room, second), way.outcome, "caption", "muted")
            if way.recommended:
                size = paint.pill_size("Recommended")
                wide = paint.text_width(way.title, "body_strong") + S10
                spot = QRectF(round(x + wide), round(top - 1), size.width(), size.height() - 2)
                if spot.right() < area.right() - cap.width() - 2 * S16:
                    paint.paint_pill(painter, spot, "Recommended", "ok")
            if way.enabled:
                spot = QRectF(area.right() - S14 - cap.width(), (area.height() - cap.height()) / 2,
                              cap.width(), cap.height())  # fmt: skip
                paint.paint_keycap(painter, spot, words)


SAW = ("Where you saw it", "Where you saw it, for example on the reader’s slip")
WHY = ("Why", "Why, in a few words; your name is kept with it")


class SidesBox(Themed, QWidget):
    """What two places say of the same money, side by side: what differs stands out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(S12)
        self._shown: tuple[Side, ...] = ()

    def draw(self, sides: tuple[Side, ...]) -> None:
        """Show `sides`, or nothing."""
        self.setVisible(bool(sides))
        if sides == self._shown:
            return
        self._shown = sides
        while (item := self._row.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for side in sides:
            self._row.addWidget(_side_card(side), 1)


def _side_card(side: Side) -> Card:
    card = Card(radius="panel", inset=S14)
    card.body.setSpacing(S8)
    head = QHBoxLayout()
    head.setSpacing(S8)
    head.addWidget(IconLabel(side.icon, "muted", 18))
    head.addWidget(Text(side.title, "body_strong"), 1)
    head.addWidget(Text(side.when, "caption", "muted"))
    card.body.addLayout(head)
    for each in side.rows:
        line = QHBoxLayout()
        line.setSpacing(S8)
        line.addWidget(Text(each.label, "table", "text2"), 1)
        if each.cents is not None and each.strong:
            line.addWidget(Pill(show_cents(each.cents), "warn", square=True))
        elif each.cents is not None:
            line.addWidget(Text(show_cents(each.cents), "table_strong"))
        card.body.addLayout(line)
    card.body.addStretch(1)
    return card


class KnownBox(QWidget):
    """What a person saw: charged or not, and where. `told(charged)`, `reasoned(text)`."""

    told = Signal(bool)
    reasoned = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.charged = Radio("The card was charged")
        self.free = Radio("Nothing was charged")
        self.reason = Field(*SAW)
        self.reason.setMaxLength(200)
        self.error = ErrorText()
        row = QHBoxLayout()
        row.setSpacing(S16)
        row.addWidget(self.charged)
        row.addWidget(self.free)
        row.addStretch(1)
        body = QVBoxLayout(self)
        body.setContentsMargins(S4, 0, S4, 0)
        body.setSpacing(S8)
        body.addLayout(row)
        body.addWidget(self.reason)
        body.addWidget(self.error)
        self.charged.clicked.connect(lambda: self.told.emit(True))
        self.free.clicked.connect(lambda: self.told.emit(False))
        self.reason.textEdited.connect(self.reasoned)

    def draw(self, known: Known | None, *, why_only: bool = False) -> None:
        """Show what was said, or nothing; `why_only`: the reason alone is asked for."""
        self.setVisible(known is not None)
        if known is None:
            return
        for radio in (self.charged, self.free):
            radio.setVisible(not why_only)
        label, hint = WHY if why_only else SAW
        if self.reason.accessibleName() != label:
            self.reason.setAccessibleName(label)
            self.reason.setPlaceholderText(hint)
        for radio, words in zip((self.charged, self.free), known.words, strict=True):
            if radio.text() != words:
                radio.setText(words)
                radio.restyle()
        for radio, wanted in ((self.charged, known.charged is True), (self.free, known.charged is False)):
            if radio.isChecked() != wanted:
                radio.setAutoExclusive(False)
                radio.setChecked(wanted)
                radio.setAutoExclusive(True)
        if self.reason.text() != known.reason:
            self.reason.setText(known.reason)
        self.error.set(known.error)
