"""The card pane: the reader, what it is doing in large words, the time left, the four steps."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.collect.panes.card_reader import CardReader
from widgets.collect.reader import Prompt
from widgets.collect.state import CollectState
from widgets.common import Card, CheckBox, Divider, IconLabel, Ring, Steps, Text
from widgets.common.announce import announce
from widgets.common.keycap import Keycap
from widgets.theme import S8, S10, S12, S16, S20

# tone of a prompt: ground, line, colour of the title, look of the reader's screen, colour of the divider
_TONES: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "plain": ("sunken", "border", "text", "plain", "border"),
    "ok": ("ok_soft", "ok_line", "ok_text", "ok", "ok_line"),
    "warn": ("warn_soft", "warn_line", "warn_text", "warn", "warn_line"),
    "bad": ("bad_soft", "bad_line", "bad_text", "bad", "bad_line"),
}
_READER_ROOM: Final = 174
_MOST_LINES: Final = 4


class _Rule(Divider):
    """A divider whose colour follows the tone."""

    def show_in(self, ink: str) -> None:
        self._ink = ink
        self.update()


class CardPane(Card):
    """Draws the reader's state. `print_switched` follows the tick for the receipt, `keep_switched` that for keeping the
    card."""

    print_switched = Signal(bool)
    keep_switched = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S20, parent=parent)
        self.reader = CardReader()
        self._mark = IconLabel("circle-x", "bad_text", 26)
        self.title = Text("", "display", wrap=True)
        self._lines = [Text("", "body", "text2", wrap=True) for _ in range(_MOST_LINES)]
        self._say = Text("", "table", "text2", wrap=True)
        self.tick = CheckBox("Print receipt when approved", checked=True)
        self.keep = CheckBox("Keep this card on file")
        self._keep_key = Keycap("Alt+K")
        self._keep_row = QWidget()
        self._ring = Ring()
        self._waiting = Text("Waiting for card", "body_strong")
        self._waiting_note = Text("Cancels by itself, nothing is charged", "caption", "muted", wrap=True)
        self._checking = Text("", "table", "text2", wrap=True)
        self._rule = _Rule()
        self.steps = Steps()
        self._prompt: Prompt | None = None
        self._lay_out()
        self.tick.clicked.connect(self.print_switched)
        self.keep.clicked.connect(self.keep_switched)

    def _lay_out(self) -> None:
        title = QHBoxLayout()
        title.setSpacing(S10)
        title.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignVCenter)
        title.addWidget(self.title, 0)
        title.addStretch(1)
        self._ring_row = QWidget()
        ring = QHBoxLayout(self._ring_row)
        ring.setContentsMargins(0, S10, 0, 0)
        ring.setSpacing(S12)
        words = QVBoxLayout()
        words.setSpacing(S8)
        words.addStretch(1)
        words.addWidget(self._waiting)
        words.addWidget(self._waiting_note)
        words.addStretch(1)
        ring.addWidget(self._ring)
        ring.addLayout(words, 1)
        self._texts = QVBoxLayout()
        self._texts.setSpacing(3)
        self._texts.addStretch(1)
        self._texts.addLayout(title)
        self._texts.addSpacing(S8)
        for line in self._lines:
            self._texts.addWidget(line)
        self._texts.addWidget(self._say)
        self._texts.addWidget(self._checking)
        self._texts.addWidget(self._ring_row)
        self._texts.addSpacing(S8)
        self._texts.addWidget(self.tick)
        keep = QHBoxLayout(self._keep_row)
        keep.setContentsMargins(0, 0, 0, 0)
        keep.setSpacing(S8)
        keep.addWidget(self.keep)
        keep.addWidget(self._keep_key)
        keep.addStretch(1)
        self._texts.addWidget(self._keep_row)
        self._texts.addStretch(1)
        self._left = QWidget()
        left = QHBoxLayout(self._left)
        left.setContentsMargins(0, 0, 0, 0)
        left.addWidget(self.reader, 0, Qt.AlignmentFlag.AlignCenter)
        top = QHBoxLayout()
        top.setSpacing(0)
        top.addWidget(self._left)
        top.addLayout(self._texts, 1)
        self.body.addLayout(top, 1)
        self.body.addWidget(self._rule)
        self.body.addWidget(self.steps)
        self.restyle()

    def restyle(self) -> None:
        super().restyle()
        if hasattr(self, "_left"):
            self._left.setFixedWidth(theme.current().px(_READER_ROOM))
            room = S10 if theme.current().compact else S16
            self.body.setContentsMargins(S20, room, S20, room)
            self.body.setSpacing(S12)

    def draw(self, state: CollectState) -> None:
        """Show the prompt of `state`."""
        prompt = state.prompt
        if prompt is None:
            return
        ground, line, ink, look, rule = _TONES[prompt.tone]
        self.set_look(ground=ground, line=line)
        self._draw_title(prompt, ink)
        self._draw_lines(prompt)
        ready = not prompt.steps and prompt.tone == "plain"
        screen = "dead" if not prompt.screen else "off" if ready else look
        amount = "" if screen == "dead" else "$0.00" if ready else state.reader_amount
        self.reader.show_screen(prompt.screen, amount, screen, waving=prompt.ring)
        self._ring_row.setVisible(state.ring is not None)
        if state.ring is not None:
            self._ring.set(*state.ring)
        self._left.setVisible(state.notice is None)  # where room is short, the drawing goes first
        self.tick.setVisible(ready)
        self.tick.setChecked(state.print_receipt)
        self._keep_row.setVisible(ready and state.keeps is not None)
        self.keep.setChecked(bool(state.keeps))
        self._checking.setText(state.checking)
        self._checking.setVisible(bool(state.checking))
        self.steps.set(prompt.steps)
        self.steps.setVisible(bool(prompt.steps))
        self._rule.setVisible(bool(prompt.steps))
        self._rule.show_in(rule)
        self._prompt = prompt

    def _draw_title(self, prompt: Prompt, ink: str) -> None:
        ready = not prompt.steps and prompt.tone == "plain"
        self.title.setText(prompt.title)
        self.title.set_look(style="heading_l" if ready else "display" if not prompt.icon else "amount_l", ink=ink)
        self._mark.setVisible(bool(prompt.icon))
        if prompt.icon:
            self._mark.set(prompt.icon, ink)

    def _draw_lines(self, prompt: Prompt) -> None:
        for at, text in enumerate(self._lines):
            shown = prompt.lines[at] if at < len(prompt.lines) else ""
            strong = prompt.strong_first and at == 0
            text.setText(shown)
            text.setVisible(bool(shown))
            text.set_look(style="body_medium" if strong else "table" if prompt.strong_first else "body",
                          ink="text" if strong else "text2")  # fmt: skip
        self._say.setText(f"Say: “{prompt.say}”" if prompt.say else "")
        self._say.setVisible(bool(prompt.say))

    @property
    def words(self) -> str:
        """What the pane says, as one text."""
        prompt = self._prompt
        return "" if prompt is None else ". ".join((prompt.title, *prompt.lines)).replace("..", ".")

    def announce(self) -> None:
        """Speak the prompt; trouble interrupts."""
        if self._prompt is not None:
            announce(self, self.words, urgent=self._prompt.tone != "plain")
