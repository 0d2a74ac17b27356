"""Round pills for status, square badges for money on account, and the words and icons the design gives to each."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.views import VisitHead, VisitState
from models.basics.money import show_cents
from widgets import theme
from widgets.common import paint
from widgets.theme import Themed

Look = tuple[str, str, str]
"""(words, meaning, icon)"""

PAYMENT_LOOKS: Final[dict[str, Look]] = {
    "draft": ("Draft", "neutral", "square-pen"),
    "pending": ("Pending", "warn", "clock"),
    "processing": ("Processing", "info", "loader"),
    "paid": ("Paid", "ok", "check"),
    "failed": ("Failed", "bad", "circle-x"),
    "cancelled": ("Cancelled", "neutral", "x"),
    "refunded": ("Refunded", "moved", "undo-2"),
    "partially_refunded": ("Partially refunded", "moved", "undo-2"),
    "voided": ("Voided", "neutral", "ban"),
    "confirming": ("Confirming", "warn", "hourglass"),
}

VISIT_LOOKS: Final[dict[VisitState, Look]] = {
    VisitState.SCHEDULED: ("Scheduled", "neutral", "calendar-days"),
    VisitState.CONFIRMED: ("Confirmed", "neutral", "check"),
    VisitState.NOT_CONFIRMED: ("Not confirmed", "warn", "circle-question-mark"),
    VisitState.RESCHEDULED: ("Rescheduled", "neutral", "refresh-cw"),
    VisitState.CHECKED_IN_ONLINE: ("Online check-in", "info", "log-in"),
    VisitState.LATE: ("Late", "neutral", "clock"),
    VisitState.ARRIVED: ("Arrived", "info", "log-in"),
    VisitState.CHECKED_IN: ("Checked in", "ok", "user-check"),
    VisitState.IN_ROOM: ("In room", "moved", "door-open"),
    VisitState.IN_SESSION: ("In session", "moved", "door-open"),
    VisitState.DONE: ("Done", "neutral", "check"),
    VisitState.NO_SHOW: ("No-show", "neutral", "ban"),
    VisitState.CANCELLED: ("Cancelled", "neutral", "x"),
    VisitState.CUSTOM: ("", "neutral", "calendar-days"),
}

MONEY_LOOKS: Final[dict[str, Look]] = {
    "credit": ("Credit", "ok", "piggy-bank"),
    "prepaid": ("Prepaid", "warn", "calendar-clock"),
}


def visit_look(visit: VisitHead) -> Look:
    """Words, meaning and icon of a visit's state; `Late 11 min` names the minutes, from two hours on the hours."""
    words, meaning, icon = VISIT_LOOKS[visit.state]
    words = words or visit.own_status
    if visit.state is VisitState.LATE and visit.late_minutes:
        hours = visit.late_minutes // 60
        words = f"{words} {hours} h" if hours >= 2 else f"{words} {visit.late_minutes} min"
    return words, meaning, icon


def money_look(kind: str, cents: int) -> Look:
    """Words, meaning and icon of money on account; `kind` is credit or prepaid."""
    words, meaning, icon = MONEY_LOOKS[kind]
    return f"{words} {show_cents(cents)}", meaning, icon


class Pill(Themed, QWidget):
    """A round status pill. `meaning` is ok, warn, bad, info, moved or neutral; always a word, mostly an icon or dot.
    `square`: an amount that stands out, with the corners of money."""

    def __init__(
        self, text: str = "", meaning: str = "neutral", icon: str = "", *, dot: bool = False, square: bool = False,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._text, self._meaning, self._icon, self._dot = text, meaning, icon, dot
        self._square = square
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)
        self.follow_theme()

    @property
    def text(self) -> str:
        """The word on it."""
        return self._text

    def set(self, text: str, meaning: str, icon: str = "", *, dot: bool = False) -> None:
        """Show something else."""
        self._text, self._meaning, self._icon, self._dot = text, meaning, icon, dot
        self.setAccessibleName(text)
        self.restyle()

    def set_look(self, look: Look) -> None:
        """Show one of the design's looks (`visit_look`, `PAYMENT_LOOKS` …)."""
        self.set(*look)

    def sizeHint(self) -> QSize:
        if self._square:
            size = paint.badge_size(self._text, self._icon)
        else:
            size = paint.pill_size(self._text, self._icon, dot=self._dot)
        return QSize(round(size.width() + 0.5), round(size.height()))

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            if self._square:
                paint.paint_badge(painter, QRectF(self.rect()), self._text, self._meaning, self._icon)
            else:
                paint.paint_pill(painter, QRectF(self.rect()), self._text, self._meaning, self._icon, dot=self._dot)


class Badge(Themed, QWidget):
    """A square money badge: `Credit $200.00`, `Prepaid $20.00`. Hidden while the amount is zero. Emits `clicked`."""

    clicked = Signal()

    def __init__(self, kind: str, cents: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind, self._words = kind, ("", "neutral", "")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_cents(cents)
        self.follow_theme()

    def set_cents(self, cents: int) -> None:
        """Show the amount, or nothing for zero."""
        self._words = money_look(self._kind, cents)
        self.setAccessibleName(self._words[0])
        if cents == 0 or self.parent() is not None:  # without a parent, showing would open a window
            self.setVisible(cents != 0)
        self.restyle()

    @property
    def text(self) -> str:
        """The words on it."""
        return self._words[0]

    def sizeHint(self) -> QSize:
        size = paint.badge_size(self._words[0], self._words[2])
        return QSize(round(size.width() + 0.5), round(size.height()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        with paint.smooth(QPainter(self)) as painter:
            paint.paint_badge(painter, QRectF(self.rect()), *self._words)


class CountBadge(Themed, QWidget):
    """A small round count on a solid ground: yellow, or red when `urgent`. Hidden at zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._count, self._urgent = 0, False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()
        self.follow_theme()

    def set(self, count: int, *, urgent: bool = False) -> None:
        """Show `count`."""
        self._count, self._urgent = count, urgent
        self.setAccessibleName(str(count))
        self.setVisible(count > 0)
        self.restyle()

    def sizeHint(self) -> QSize:
        height = theme.current().px(18)
        return QSize(max(height + 2, round(paint.text_width(str(self._count), "caption_strong")) + 12), height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area = theme.current(), QRectF(self.rect())
        ground, ink = ("bad_solid", "on_bad") if self._urgent else ("warn_solid", "on_warn")
        with paint.smooth(QPainter(self)) as painter:
            paint.rounded(painter, area, area.height() / 2, look.colour(ground))
            paint.draw_text(painter, area, str(self._count), "caption_strong", ink, paint.CENTRE)


PENDING = "The line is down and another desk may use this credit, too. The hub says so once the line is back."


def pending_pill() -> Pill:
    """Beside credit that goes somewhere before the hub has confirmed it. Hidden at first."""
    pill = Pill("Pending confirmation", "warn", "clock")
    pill.setToolTip(PENDING)
    pill.setAccessibleDescription(PENDING)
    pill.hide()
    return pill
