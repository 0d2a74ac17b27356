"""Parts of first run: the steps at the left, cards to choose from, the pages' forms."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from widgets import icons, theme
from widgets.common import Field, FormRow, Text, paint
from widgets.common.brand import Logo
from widgets.common.card import paint_icon_tile
from widgets.common.choices import paint_radio
from widgets.common.focus_ring import Ringed
from widgets.common.hover import Hovered
from widgets.first_run.state import TITLES, Person, Step
from widgets.theme import S4, S8, S10, S12, S16, S24, Themed


class StepList(Themed, QWidget):
    """The steps on the rail: done with a tick, the present one lit, the rest numbered."""

    def __init__(self) -> None:
        super().__init__()
        self._steps: tuple[Step, ...] = ()
        self._now = Step.PRACTICE
        self._said: dict[Step, str] = {}
        self.setAccessibleName("Steps")
        self.follow_theme()

    def show_steps(self, steps: Sequence[Step], now: Step, said: dict[Step, str]) -> None:
        """The steps, which one is now, and what was answered in those done."""
        self._steps, self._now, self._said = tuple(steps), now, said
        at = self._steps.index(now)
        self.setAccessibleName(f"Step {at + 1} of {len(self._steps)}: {TITLES[now][0]}")
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._steps:
            return
        look, now = theme.current(), self._steps.index(self._now)
        high, gap = look.px(46), look.px(6)
        with paint.smooth(QPainter(self)) as painter:
            for number, step in enumerate(self._steps):
                area = QRectF(0, number * (high + gap), self.width(), high)
                self._paint_step(painter, area, number, step, done=number < now, here=number == now)

    def _paint_step(self, painter: QPainter, area: QRectF, number: int, step: Step, *, done: bool, here: bool) -> None:
        look = theme.current()
        if here:
            paint.rounded(painter, area, look.radius("control"), look.colour("rail_active"))
        side = look.px(24)
        mark = QRectF(S10, area.y() + (area.height() - side) / 2, side, side)
        if done:
            icons.paint(painter, mark, "circle-check", "rail_bar")
        else:
            ground, ink = ("rail_bar", "rail") if here else ("rail_active", "rail_text")
            paint.rounded(painter, mark, side / 2, look.colour(ground))
            paint.draw_text(painter, mark, str(number + 1), "caption_strong", ink, paint.CENTRE)
        left = mark.right() + S12
        words = QRectF(left, area.y(), area.width() - left - S8, area.height())
        title, told = TITLES[step][0], self._said.get(step, "") if done else ""
        ink, style = ("rail_strong", "body_strong") if here else ("rail_strong" if done else "rail_text", "body")
        if told:
            first, second = paint.text_height(style), paint.text_height("caption")
            top = words.y() + (words.height() - first - second) / 2
            paint.draw_text(painter, QRectF(left, top, words.width(), first), title, style, ink)
            paint.draw_text(painter, QRectF(left, top + first, words.width(), second), told, "caption", "rail_muted")
        else:
            paint.draw_text(painter, words, title, style, ink)


class StepRail(Themed, QWidget):
    """The left side: logo, what this is, the steps."""

    def __init__(self) -> None:
        super().__init__()
        self.steps = StepList()
        body = QVBoxLayout(self)
        body.setContentsMargins(S24, 30, S24, S24)
        body.setSpacing(S4)
        brand = QHBoxLayout()
        brand.setSpacing(S12)
        brand.addWidget(Logo(28))
        brand.addWidget(Text("Copaydesk", "heading", "rail_strong"))
        brand.addStretch(1)
        body.addLayout(brand)
        body.addSpacing(S12)
        body.addWidget(Text("Set up this desk", "body", "rail_text"))
        body.addWidget(
            Text("About 3 minutes. Nothing is written before the last step.", "caption", "rail_muted", wrap=True)
        )
        body.addSpacing(S24)
        body.addWidget(self.steps, 1)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedWidth(theme.current().px(300))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("rail"))


class OptionCard(Hovered, Ringed, Themed, QAbstractButton):
    """One of several ways, as a card: radio mark, icon, title and what it means."""

    def __init__(self, key: str, icon: str, meaning: str, title: str, text: str) -> None:
        super().__init__()
        self.key, self._icon, self._meaning, self._title, self._text = key, icon, meaning, title, text
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setAccessibleName(f"{title}. {text}")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(64 if theme.current().compact else 74))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(400), theme.current().px(74))

    def ring_radius(self) -> int:
        return theme.current().radius("card")

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, area, on = theme.current(), QRectF(self.rect()), self.isChecked()
        ground = "selected" if on else "hover" if self.hovered else "surface"
        with paint.smooth(QPainter(self)) as painter:
            line = look.colour("accent" if on else "border")
            paint.rounded(painter, area, look.radius("card"), look.colour(ground), line, 2 if on else look.line)
            mark = look.px(18)
            paint_radio(painter, QRectF(S16 + 2, (area.height() - mark) / 2, mark, mark), checked=on)
            side = look.px(44)
            tile = QRectF(S16 + 2 + mark + S16, (area.height() - side) / 2, side, side)
            paint_icon_tile(painter, tile, self._icon, self._meaning)
            left = tile.right() + S16
            first, second = paint.text_height("heading_s"), paint.text_height("table")
            top, wide = (area.height() - first - second) / 2, area.width() - left - S16
            paint.draw_text(painter, QRectF(left, top, wide, first), self._title, "heading_s", "text")
            paint.draw_text(painter, QRectF(left, top + first, wide, second), self._text, "table", "muted")


class PersonForm(QWidget):
    """Name and PIN twice for one person."""

    def __init__(self, who: str, title: str, hint: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.name = FormRow("Name", Field(f"Name of the {title.lower()}"))
        self.pin = FormRow("PIN", _pin(f"PIN of the {title.lower()}"), "4 to 6 digits")
        self.again = FormRow("PIN again", _pin(f"PIN of the {title.lower()} again"))
        self.rows = {f"{who}.name": self.name, f"{who}.pin": self.pin, f"{who}.again": self.again}
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S8)
        body.addWidget(Text(title, "heading_s"))
        body.addWidget(Text(hint, "table", "muted", wrap=True))
        row = QHBoxLayout()
        row.setSpacing(S12)
        for part, share in ((self.name, 3), (self.pin, 2), (self.again, 2)):
            row.addWidget(part, share, Qt.AlignmentFlag.AlignTop)
        body.addLayout(row)

    @property
    def person(self) -> Person:
        """What was typed."""
        return Person(text(self.name), text(self.pin), text(self.again))


def _pin(name: str) -> Field:
    field = Field(name)
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(6)
    field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly | Qt.InputMethodHint.ImhSensitiveData)
    return field


def text(row: FormRow) -> str:
    """What is typed in a row."""
    return row.field.text() if isinstance(row.field, QLineEdit) else ""
