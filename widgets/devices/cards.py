"""A device's card: what it is, how it is, what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets.common import Card, IconTile, KeycapButton, Pill, Text
from widgets.devices.state import CardState, Step
from widgets.theme import S4, S8, S10, S12, S16

MOST_IN_A_LINE, BEFORE_THE_BREAK = 4, 3
"""So many buttons stand side by side with a note; of more, so many do."""


class DeviceCardView(Card):
    """Draws a `CardState`. `asked(act)` when a button is pressed. Buttons live as long as their acts stay the same."""

    asked = Signal(str)

    def __init__(self) -> None:
        super().__init__(inset=S16)
        self.tile = IconTile("monitor", "neutral", 40)
        self.title = Text("", "heading_s")
        self.subtitle = Text("", "caption", "muted", elide=True)
        self.pill = Pill("")
        self.note = Text(
            "", "caption", "muted", wrap=True, align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.buttons: dict[str, KeycapButton] = {}
        self._shown: CardState | None = None
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.subtitle)
        self._head = QHBoxLayout()
        self._head.setSpacing(S12)
        self._head.addWidget(self.tile)
        self._head.addLayout(words, 1)
        self._head.addWidget(self.pill)
        self._facts = _part(QGridLayout())
        self._steps = _part(QVBoxLayout())
        self._foot, self._more = QHBoxLayout(), QHBoxLayout()
        for line in (self._foot, self._more):
            line.setSpacing(S8)
        self.body.setSpacing(S10)
        self.body.addLayout(self._head)
        self.body.addWidget(self._facts)
        self.body.addWidget(self._steps)
        self.body.addLayout(self._foot)
        self.body.addLayout(self._more)

    def draw(self, state: CardState) -> None:
        """Show how the device is now."""
        before, self._shown = self._shown, state
        if before == state:
            return
        self.setAccessibleName(f"{state.title}: {state.pill[0] or 'not set up'}")
        self.tile.set(state.icon, state.pill[1])
        self.title.setText(state.title)
        self.subtitle.setText(state.subtitle)
        self.pill.set(state.pill[0], state.pill[1], dot=True)
        self.pill.setVisible(bool(state.pill[0]))
        self.note.setText(state.note)
        self.note.set_look(ink=state.note_ink)
        if before is None or before.facts != state.facts:
            self._draw_facts(state.facts)
        if before is None or before.steps != state.steps:
            self._draw_steps(state.steps)
        if before is None or (before.acts, before.fitted) != (state.acts, state.fitted):
            self._draw_acts(state)

    def _draw_facts(self, facts: tuple[tuple[str, str], ...]) -> None:
        grid = self._facts.layout()
        assert isinstance(grid, QGridLayout)
        _clear(grid)
        grid.setVerticalSpacing(S4)
        for number, (label, value) in enumerate(facts):
            row = QHBoxLayout()
            row.setSpacing(S8)
            row.addWidget(Text(label, "caption", "muted"))
            row.addWidget(Text(value, "caption_strong", elide=True), 1)
            grid.addLayout(row, number // 2, number % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self._facts.setVisible(bool(facts))

    def _draw_steps(self, steps: tuple[Step, ...]) -> None:
        lines = self._steps.layout()
        assert isinstance(lines, QVBoxLayout)
        _clear(lines)
        lines.setSpacing(S8)
        for number, step in enumerate(steps, 1):
            row = QHBoxLayout()
            row.setSpacing(S8)
            row.addWidget(Text(f"{number}. {step.words}", "body", wrap=True), 1)
            button = KeycapButton(step.button, size="control_small")
            button.clicked.connect(lambda _checked=False, act=step.act: self.asked.emit(act))
            row.addWidget(button)
            lines.addLayout(row)
        self._steps.setVisible(bool(steps))

    def _draw_acts(self, state: CardState) -> None:
        focused = any(button.hasFocus() for button in self.buttons.values())
        for button in self.buttons.values():
            button.deleteLater()
        self.buttons = {}
        for line in (self._foot, self._more):
            line.removeWidget(self.note)
        _clear(self._foot)
        _clear(self._more)
        for number, (act, words, icon) in enumerate(state.acts):
            button = KeycapButton(words, icon=icon, size="control_small" if state.fitted else "control")
            button.setAccessibleName(f"{words}: {state.title}")
            button.clicked.connect(lambda _checked=False, act=act: self.asked.emit(act))
            self.buttons[act] = button
            self._line_of(number, state).addWidget(button)
        broken = len(state.acts) > MOST_IN_A_LINE
        if broken:
            self._foot.addStretch(1)
        (self._more if broken else self._foot).addWidget(self.note, 1)
        self.note.setVisible(state.fitted)
        if focused and self.buttons:  # whoever works by keyboard stays on this card
            first = next(iter(self.buttons.values()))
            first.show()
            first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _line_of(self, number: int, state: CardState) -> QHBoxLayout:
        """Where a button stands: beside the title of what is not set up, else below; those after the first
        three in a line of their own where there are too many for one."""
        if not state.fitted:
            return self._head
        return self._more if len(state.acts) > MOST_IN_A_LINE and number >= BEFORE_THE_BREAK else self._foot


def _part(layout: QGridLayout | QVBoxLayout) -> QWidget:
    holder = QWidget()
    layout.setContentsMargins(0, 0, 0, 0)
    holder.setLayout(layout)
    return holder


def _clear(layout: QGridLayout | QVBoxLayout | QHBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        inner, widget = item.layout(), item.widget()
        if isinstance(inner, QGridLayout | QVBoxLayout | QHBoxLayout):
            _clear(inner)
        if widget is not None:
            widget.hide()
            widget.deleteLater()
