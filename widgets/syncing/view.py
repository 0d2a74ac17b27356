"""Draws the panel of the line: a pill, a sentence, facts, and what may be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from widgets.common import KeycapButton, Pill, Role, Text, page_action
from widgets.common.announce import announce
from widgets.common.card import Card
from widgets.common.when import count_text
from widgets.panels import Dialog
from widgets.syncing.state import PanelState
from widgets.theme import S8, S12, S16


class SyncPanel(Dialog):
    """The panel. `copy_asked`, `attention_asked` and `again_asked` (join with a code) follow its buttons; `try_now` is
    the window's command."""

    copy_asked = Signal()
    attention_asked = Signal()
    again_asked = Signal()

    def __init__(self, host: QWidget, try_now: QAction) -> None:
        super().__init__(host, "Sync with the hub", 560)
        self.pill = Pill("Reading")
        self.text = Text("", "body", "text2", wrap=True)
        self.values: dict[str, Text] = {}
        self._state = PanelState()
        self._facts = Card(ground="sunken", inset=0, radius="panel")
        self._facts.setAccessibleName("How this desk stands with its hub")
        self._grid = QGridLayout()
        self._grid.setContentsMargins(S16, S12, S16, S12)
        self._grid.setVerticalSpacing(S8)
        self._grid.setHorizontalSpacing(S16)
        self._grid.setColumnStretch(1, 1)
        self._facts.body.addLayout(self._grid)
        look = page_action(self.card, "Look at them", "Alt+L", self.attention_asked.emit)
        self.look_at = KeycapButton(action=look, size="control_small")
        again = page_action(self.card, "Join again with a code", "Alt+J", self.again_asked.emit)
        self.again = KeycapButton(action=again, icon="link", size="control_small")
        self.copied = Text("", "caption_medium", "ok_text")
        self.try_now = KeycapButton("Try now", role=Role.PRIMARY, action=try_now, icon="refresh-cw")
        copy = page_action(self.card, "Copy details for support", "Ctrl+Shift+C", self.copy_asked.emit)
        self.copy = KeycapButton(action=copy)
        self._lay_out()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(self.pill)
        head.addWidget(self.copied)
        head.addStretch(1)
        head.addWidget(self.look_at)
        head.addWidget(self.again)
        self.content.addLayout(head)
        self.content.addWidget(self.text)
        self.content.addWidget(self._facts)
        self.buttons.addWidget(self.copy)
        self._close = self.way_out()
        self.buttons.addWidget(self.try_now)

    def draw(self, state: PanelState) -> None:
        """Show `state`; a change of the state itself is spoken."""
        news = state.look != self._state.look and self.isVisible()
        self._state = state
        self.pill.set_look(state.look)
        self.text.setText(state.text)
        self.look_at.setVisible(bool(state.not_taken))
        self.again.setVisible(state.joins_again)
        self.look_at.set_text(f"Look at {count_text(state.not_taken, 'record', 'records')}")
        self._draw_facts(state)
        self.place_panel()
        QTimer.singleShot(0, self, self.place_panel)  # once more: new lines have their size then
        if news:
            announce(self.pill, f"{state.look[0]}. {state.text}")

    def _draw_facts(self, state: PanelState) -> None:
        if tuple(self.values) != tuple(fact.label for fact in state.facts):
            while (item := self._grid.takeAt(0)) is not None:
                if (widget := item.widget()) is not None:
                    widget.hide()
                    widget.deleteLater()
            self.values.clear()
            for row, fact in enumerate(state.facts):
                self.values[fact.label] = Text("", "table_strong", wrap=True)
                self._grid.addWidget(Text(fact.label, "table", "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
                self._grid.addWidget(self.values[fact.label], row, 1)
        for fact in state.facts:
            value = self.values[fact.label]
            value.setText(fact.value)
            value.set_look(ink=fact.ink)
            value.setAccessibleName(f"{fact.label}: {fact.value}")

    def show_copied(self, words: str) -> None:
        """Say what became of copying; an empty text takes it back."""
        self.copied.setText(words)
        self.copied.setVisible(bool(words))
        if words:
            announce(self.copied, words)

    def take_focus(self) -> None:
        self.try_now.setFocus(Qt.FocusReason.OtherFocusReason)
