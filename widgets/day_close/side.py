"""Beside the close: its steps at the left; at the right what should be in order, the desk's day, the slip."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from widgets import icons, theme
from widgets.common import Card, Divider, IconLabel, KeycapButton, Text, paint
from widgets.common.summary import Summary
from widgets.day_close.state import CheckMark, CloseState, Step, StepLine
from widgets.theme import S4, S6, S8, S10, S12, S16, Themed

_ROUND = 24


class _StepRow(Themed, QWidget):
    """One step: its number or a tick, title and note; the present one on a blue ground."""

    def __init__(self) -> None:
        super().__init__()
        self._line = StepLine(1, "", "", "todo")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_line(self, line: StepLine) -> None:
        """Show another step."""
        self._line = line
        said = {"done": "done", "now": "now", "todo": "to come"}[line.state]
        self.setAccessibleName(f"Step {line.number}, {line.title}, {line.note}, {said}")
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(theme.current().px(46 if theme.current().compact else 52))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(theme.current().px(188), theme.current().px(52))

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, line, area = theme.current(), self._line, QRectF(self.rect())
        now, side = line.state == "now", theme.current().px(_ROUND)
        with paint.smooth(QPainter(self)) as painter:
            if now:
                paint.rounded(painter, area, look.radius("control"), look.colour("selected"))
            spot = QRectF(S10, (area.height() - side) / 2, side, side)
            if line.state == "done":
                icons.paint(painter, spot, "circle-check", "ok_text")
            else:
                paint.rounded(painter, spot, side / 2, look.colour("accent" if now else "neutral_soft"))
                paint.draw_text(painter, spot, str(line.number), "caption_strong", "on_accent" if now else "muted",
                                paint.CENTRE)  # fmt: skip
            left = S10 + side + S10
            first, second = paint.text_height("body_medium"), paint.text_height("caption")
            top = (area.height() - first - second) / 2
            room = area.width() - left - S6
            ink = "accent" if now else "text"
            style = "body_strong" if now else "body_medium"
            paint.draw_text(painter, QRectF(left, top, room, first), line.title, style, ink)
            paint.draw_text(painter, QRectF(left, top + first, room, second), line.note, "caption", "muted")


class StepsCard(Card):
    """The steps of the close."""

    def __init__(self) -> None:
        super().__init__(inset=0)
        self.heading = Text("", "body_strong", wrap=True)
        self.subheading = Text("", "caption", "muted", elide=True)
        self._rows = [_StepRow() for _ in range(5)]
        inner = QVBoxLayout()
        inner.setContentsMargins(S12, S16, S12, S12)
        inner.setSpacing(S4)
        inner.addWidget(self.heading)
        inner.addWidget(self.subheading)
        inner.addSpacing(S8)
        for row in self._rows:
            inner.addWidget(row)
        inner.addStretch(1)
        inner.addWidget(Divider("hairline"))
        foot = QHBoxLayout()
        foot.setSpacing(S8)
        foot.addWidget(IconLabel("lock", "muted", 14))
        self._foot = Text("", "caption", "muted", wrap=True)
        foot.addWidget(self._foot, 1)
        inner.addSpacing(S4)
        inner.addLayout(foot)
        self.body.addLayout(inner)

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        self.heading.setText(state.heading)
        self.subheading.setText(state.subheading)
        self._foot.setText("The day is locked" if state.step is Step.DONE else "The day locks when you finish")
        for row, line in zip(self._rows, state.steps or [], strict=False):
            row.show_line(line)


class _Marks(QWidget):
    """What should be in order, line by line."""

    def __init__(self) -> None:
        super().__init__()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(S8)
        self._shown: tuple[CheckMark, ...] = ()

    def show_marks(self, marks: tuple[CheckMark, ...]) -> None:
        """Show these lines instead."""
        if marks == self._shown:
            return
        self._shown = marks
        while self._body.count():
            item = self._body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for mark in marks:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(S8)
            icon, ink = ("circle-check", "ok_text") if mark.good else ("triangle-alert", "warn_text")
            row.addWidget(IconLabel(icon, ink, 16), 0, Qt.AlignmentFlag.AlignTop)
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(Text(mark.words, "table" if mark.good else "table_strong", wrap=True))
            if mark.note:
                words.addWidget(Text(mark.note, "caption", "muted", wrap=True))
            row.addLayout(words, 1)
            self._body.addWidget(line)


class _Clues(QWidget):
    """Sentences about what may be off, each with a sign."""

    def __init__(self) -> None:
        super().__init__()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(S8)
        self._shown: tuple[str, ...] = ()

    def show_clues(self, clues: tuple[str, ...]) -> None:
        """Show these sentences instead."""
        if clues == self._shown:
            return
        self._shown = clues
        while self._body.count():
            item = self._body.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for words in clues:
            line = QWidget()
            row = QHBoxLayout(line)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(S8)
            row.addWidget(IconLabel("search", "warn_text", 14), 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(Text(words, "table", "text", wrap=True), 1)
            self._body.addWidget(line)


class SideColumn(Themed, QWidget):
    """The cards at the right. `attention_pressed` opens Needs attention."""

    attention_pressed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.blind = Card(ground="info_soft", line="info_line")
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(IconLabel("eye-off", "info_text", 18))
        head.addWidget(Text("Blind count", "body_strong", "info_text"), 1)
        self.blind.body.addLayout(head)
        self.blind.body.addSpacing(S6)
        self.blind.body.addWidget(Text(
            "The target stays hidden until you finish, so the count is honest. You can recount once before a manager "
            "is asked.", "table", "text", wrap=True))  # fmt: skip
        self.before = Card()
        self.before.body.addWidget(Text("Before you finish", "body_strong"))
        self.before.body.addSpacing(S8)
        self._marks = _Marks()
        self.before.body.addWidget(self._marks)
        self.before.body.addSpacing(S10)
        self.attention = KeycapButton("Open “Needs attention”")
        self.attention.clicked.connect(lambda _on=False: self.attention_pressed.emit())
        self.before.body.addWidget(self.attention)
        self.today, self.slip = Summary("Today at this desk"), Summary("Deposit slip")
        self._clues = _Clues()
        self.today_card = _titled("Today at this desk", self.today)
        self.slip_card = _titled("Deposit slip", self.slip)
        self.clue_card = _titled("What may be off", self._clues)
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        for part in (self.blind, self.clue_card, self.slip_card, self.before, self.today_card):
            self._body.addWidget(part)
        self._body.addStretch(1)
        self.follow_theme()

    def restyle(self) -> None:
        self._body.setSpacing(theme.current().size("gap"))

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        counting = state.step in (Step.COUNT, Step.OPEN)
        self.blind.setVisible(counting)
        self.today_card.setVisible(counting and state.view is not None)
        self.slip_card.setVisible(state.review is not None and state.step in (Step.REVIEW, Step.DEPOSIT))
        self.clue_card.setVisible(bool(state.clues))
        self._clues.show_clues(state.clues)
        self.before.setVisible(state.step is not Step.DONE and state.view is not None)
        self._marks.show_marks(state.marks)
        self.attention.setVisible(state.blocked)
        self.today.show_lines(state.today)
        self.slip.show_lines(state.slip)


def _titled(title: str, part: QWidget) -> Card:
    """A card with a heading over `part`."""
    card = Card()
    card.body.addWidget(Text(title, "body_strong"))
    card.body.addSpacing(S8)
    card.body.addWidget(part)
    return card
