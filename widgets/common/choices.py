"""Ticks, one-of-many, switches and segments."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QCheckBox,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QWidget,
)  # fmt: skip

from widgets import icons, theme
from widgets.common import paint
from widgets.common.focus_ring import Ringed
from widgets.theme import S4, S8, S12, Themed


class _Marked(Ringed, Themed):
    """What check boxes and radio buttons share: a mark of 18 px, then the words, on two lines if need be."""

    def _mark(self: QAbstractButton) -> QRectF:  # type: ignore[misc]
        side = theme.current().px(18)
        return QRectF(1, (self.height() - side) / 2, side, side)

    def ring_rect(self: QAbstractButton) -> QRect:  # type: ignore[misc]
        return self._mark().toRect()  # type: ignore[attr-defined,no-any-return]

    def ring_radius(self) -> int:
        return theme.current().radius("keycap")

    def restyle(self: QAbstractButton) -> None:  # type: ignore[misc]
        self.setFont(theme.current().font("body"))
        self.setAccessibleName(self.text())
        self._fit()  # type: ignore[attr-defined]
        self.updateGeometry()
        self.update()

    def sizeHint(self: QAbstractButton) -> QSize:  # type: ignore[misc]
        look = theme.current()
        words = paint.text_width(self.text(), "body") + S8 + 2 if self.text() else 0
        return QSize(round(look.px(18) + 2 + words), look.px(26))

    def minimumSizeHint(self: QAbstractButton) -> QSize:  # type: ignore[misc]
        return QSize(theme.current().px(40) if self.text() else self.sizeHint().width(), self.sizeHint().height())

    def resizeEvent(self: QAbstractButton, _event: QResizeEvent) -> None:  # type: ignore[misc]
        self._fit()  # type: ignore[attr-defined]

    def _room(self: QAbstractButton) -> float:  # type: ignore[misc]
        return self.width() - self._mark().right() - S8 - 1  # type: ignore[attr-defined,no-any-return]

    def _fit(self: QAbstractButton) -> None:  # type: ignore[misc]
        """As high as the words need at this width."""
        more = paint.two_parts(self.text(), "body", self._room())[1]  # type: ignore[attr-defined]
        high = theme.current().px(26) + (round(paint.text_height("body")) if more else 0)
        if self.minimumHeight() != high:
            self.setMinimumHeight(high)

    def hitButton(self: QAbstractButton, pos: object) -> bool:  # type: ignore[misc]
        return self.rect().contains(pos)  # type: ignore[call-overload,no-any-return]

    def _paint_words(self: QAbstractButton, painter: QPainter) -> None:  # type: ignore[misc]
        room = self._room()  # type: ignore[attr-defined]
        ink, high = "text" if self.isEnabled() else "disabled", paint.text_height("body")
        parts = [part for part in paint.two_parts(self.text(), "body", room) if part]
        top = (self.height() - high * len(parts)) / 2
        for number, part in enumerate(parts):
            paint.draw_text(painter, QRectF(self.width() - room, top + number * high, room, high), part, "body", ink)


class CheckBox(_Marked, QCheckBox):
    """A tick. Locked boxes (`set_locked`) keep their tick in grey and cannot be changed."""

    def __init__(self, text: str = "", checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.follow_theme()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, mark = theme.current(), self._mark()
        with paint.smooth(QPainter(self)) as painter:
            if self.isChecked():
                ground = "accent" if self.isEnabled() else "neutral_solid"
                paint.rounded(painter, mark, 4, look.colour(ground))
                icons.paint(
                    painter, mark.adjusted(2, 2, -2, -2), "check", "on_accent" if self.isEnabled() else "surface"
                )
            else:
                line = "control" if self.isEnabled() else "border"
                paint.rounded(painter, mark, 4, look.colour("surface"), look.colour(line), look.line)
            self._paint_words(painter)


class Radio(_Marked, QRadioButton):
    """One of several."""

    def __init__(self, text: str = "", checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setChecked(checked)
        self.follow_theme()

    def ring_radius(self) -> int:
        return theme.current().px(9)

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            paint_radio(painter, self._mark(), checked=self.isChecked(), enabled=self.isEnabled())
            self._paint_words(painter)


def paint_radio(painter: QPainter, mark: QRectF, *, checked: bool, enabled: bool = True) -> None:
    """A radio mark filling `mark`."""
    look = theme.current()
    line = look.colour(("accent" if checked else "control") if enabled else "disabled")
    paint.rounded(painter, mark, mark.height() / 2, look.colour("surface"), line, 2 if checked else look.line)
    if checked:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(line)
        radius = mark.height() * 0.24
        painter.drawEllipse(mark.center(), radius, radius)


class Switch(Ringed, Themed, QAbstractButton):
    """A switch, on or off; `name` is spoken. Emits `toggled`."""

    def __init__(self, name: str, checked: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(checked)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def ring_rect(self) -> QRect:
        return self._track().toRect()

    def ring_radius(self) -> int:
        return theme.current().px(10)

    def _track(self) -> QRectF:
        look = theme.current()
        return QRectF((self.width() - look.px(36)) / 2, (self.height() - look.px(20)) / 2, look.px(36), look.px(20))

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(38), theme.current().px(24))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, track = theme.current(), self._track()
        radius = track.height() / 2
        with paint.smooth(QPainter(self)) as painter:
            if self.isChecked():
                paint.rounded(painter, track, radius, look.colour("accent" if self.isEnabled() else "disabled"))
                knob, x = "on_accent", track.right() - radius
            else:
                line = "control" if self.isEnabled() else "border"
                paint.rounded(painter, track, radius, look.colour("surface"), look.colour(line), 1.5)
                knob, x = line, track.left() + radius
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.colour(knob))
            painter.drawEllipse(QPointF(x, track.center().y()), radius * 0.72, radius * 0.72)


class _Segment(Ringed, Themed, QAbstractButton):
    def __init__(self, key: str, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key, self.words, self.count = key, words, ""
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def set_count(self, count: str) -> None:
        self.count = count
        self.restyle()

    def restyle(self) -> None:
        self.setAccessibleName(f"{self.words} {self.count}".strip())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = paint.text_width(self.words, "body_strong") + 2 * S12
        width += paint.text_width(self.count, "table") + S8 if self.count else 0
        return QSize(round(width + 1), theme.current().px(28))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        on = self.isChecked()
        with paint.smooth(QPainter(self)) as painter:
            if on:
                paint.rounded(painter, area, 5, look.colour("surface"), look.colour("border"))
            style = "body_strong" if on else "body"
            words = paint.text_width(self.words, style)
            lead = words + (S8 + paint.text_width(self.count, "table") if self.count else 0)
            x = (area.width() - lead) / 2
            row = QRectF(x, 0, words + 1, area.height())
            paint.draw_text(painter, row, self.words, style, "text" if on else "text2")
            if self.count:
                rest = QRectF(x + words + S8, 0, area.width() - x - words - S8, area.height())
                paint.draw_text(painter, rest, self.count, "table", "muted")


class Segments(Themed, QWidget):
    """A row of views to choose from, one at a time; arrow keys move. Emits `chosen(key)`."""

    chosen = Signal(str)

    def __init__(self, name: str, items: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(S4, S4, S4, S4)
        row.setSpacing(0)
        self._segments = [_Segment(key, words, self) for key, words in items]
        for segment in self._segments:
            self._group.addButton(segment)
            row.addWidget(segment)
        if self._segments:
            self._segments[0].setChecked(True)
        self._group.buttonClicked.connect(self._clicked)
        self.follow_theme()

    @property
    def key(self) -> str:
        """The key of the chosen one."""
        return next((segment.key for segment in self._segments if segment.isChecked()), "")

    def set_key(self, key: str) -> None:
        """Choose `key` without telling."""
        for segment in self._segments:
            if segment.key == key:
                segment.setChecked(True)

    def offer(self, keys: Collection[str]) -> None:
        """Offer only these; the others cannot be chosen now."""
        for segment in self._segments:
            segment.setEnabled(segment.key in keys)
            segment.setVisible(segment.key in keys)

    def set_counts(self, counts: dict[str, int]) -> None:
        """Show a count beside each key of `counts`."""
        for segment in self._segments:
            if segment.key in counts:
                segment.set_count(str(counts[segment.key]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        at = next((n for n, segment in enumerate(self._segments) if segment.isChecked()), 0)
        offered = [segment for segment in self._segments if segment.isEnabled() or segment is self._segments[at]]
        segment = offered[(offered.index(self._segments[at]) + step) % len(offered)]
        segment.setFocus(Qt.FocusReason.OtherFocusReason)
        segment.click()

    def _clicked(self, button: QAbstractButton) -> None:
        if isinstance(button, _Segment):
            self.chosen.emit(button.key)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = theme.current()
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, QRectF(self.rect()), look.radius("control"), look.colour("hover"))
