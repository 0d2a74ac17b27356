"""The estimate beside Create payment: amount, confidence, what it is made of, why, and the caveat. Draws only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.asking.state import EstimateState
from widgets.common import Card, Divider, KeycapButton, Pill, Text
from widgets.common.announce import announce
from widgets.theme import S4, S8, S12, S16

ASK = "Choose a patient to see what their plan leaves to them."
NO_KIND = "There is an estimate for Treatment Pre-Payment and Office Visit."


class EstimateCard(Card):
    """Shows an `EstimateState`, or in one line why there is none. `use` takes the amount over."""

    def __init__(self, use: QAction) -> None:
        super().__init__(ground="sunken", radius="panel", inset=S16)
        self.setAccessibleName("Estimate")
        self.body.setSpacing(S8)
        self.head = Text("Estimate", "body_strong", wrap=True)
        self.amount = Text("", "amount_s")
        self.pill = Pill()
        self.source = Text("", "caption", "muted", wrap=True)
        self.use = KeycapButton(action=use, size="control_small")
        self.caveat = Text("", "caption", "text2", wrap=True)
        self.why_head = Text("Why this number", "caption_strong", "text2")
        self._parts, self._lines, self._why = _rows(), _rows(), QVBoxLayout()
        self._why.setSpacing(S4)
        self._rule = Divider("hairline")
        self._shown: EstimateState | None = None
        self._lay_out()
        self.show_nothing(ASK)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(S12)
        first.addWidget(self.amount)
        first.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        first.addStretch(1)
        self.body.addWidget(self.head)
        self.body.addLayout(first)
        self.body.addWidget(self.source)
        self.body.addWidget(self.use, 0, Qt.AlignmentFlag.AlignLeft)
        self.body.addLayout(self._parts)
        self.body.addWidget(self._rule)
        self.body.addLayout(self._lines)
        self.body.addWidget(self.why_head)
        self.body.addLayout(self._why)
        self.body.addWidget(self.caveat)
        self.body.addStretch(1)
        self.setMinimumWidth(theme.current().px(280))

    def show_nothing(self, words: str) -> None:
        """Why there is no estimate."""
        self.draw(EstimateState("Estimate", "", None, words))

    def draw(self, state: EstimateState) -> None:
        """Show `state`; its amount is spoken when it is another one."""
        if state == self._shown:
            return
        before, self._shown = self._shown, state
        self.head.setText(state.head)
        self.amount.setText(state.amount)
        self.amount.setVisible(bool(state.amount))
        self.pill.setVisible(state.pill is not None)
        if state.pill is not None:
            self.pill.set_look(state.pill)
        self.source.setText(state.source)
        self.use.setVisible(state.use_cents is not None)
        _fill(self._parts, [((words, "table", "text2"), (said, "table_medium", "text"), "") for words, said in
                            state.parts])  # fmt: skip
        self._rule.setVisible(bool(state.lines))
        _fill(self._lines, [((line.words, "table_medium", "text"), (line.cents, "table_strong", "text"), line.made_of)
                            for line in state.lines])  # fmt: skip
        self.why_head.setVisible(bool(state.why))
        _clear(self._why)
        for sentence in state.why:
            words = Text(f"• {sentence}", "caption", "text2", wrap=True)
            self._why.addWidget(words)
            words.show()
        self.caveat.setText(state.caveat)
        self.caveat.setVisible(bool(state.caveat))
        if before is not None and state.spoken and before.spoken != state.spoken:
            announce(self, state.spoken)


def _rows() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(S12)
    grid.setVerticalSpacing(S4)
    grid.setColumnStretch(0, 1)
    return grid


def _fill(grid: QGridLayout, rows: list[tuple[tuple[str, str, str], tuple[str, str, str], str]]) -> None:
    """Rows of (label, amount, a line under both), each with style and ink."""
    _clear(grid)
    for at, (label, amount, under) in enumerate(rows):
        parts: list[tuple[QWidget, int, int, int]] = [
            (Text(label[0], label[1], label[2], wrap=True), 2 * at, 0, 1),
            (Text(amount[0], amount[1], amount[2], align=Qt.AlignmentFlag.AlignRight), 2 * at, 1, 1),
        ]
        if under:
            parts.append((Text(under, "caption", "muted", wrap=True), 2 * at + 1, 0, 2))
        for part, row, column, wide in parts:
            grid.addWidget(part, row, column, 1, wide, Qt.AlignmentFlag.AlignTop)
            part.show()  # at once, so that the dialog grows with them


def _clear(layout: QGridLayout | QVBoxLayout) -> None:
    while (item := layout.takeAt(0)) is not None:
        if (old := item.widget()) is not None:
            old.hide()
            old.deleteLater()
