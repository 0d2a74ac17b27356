"""A summary on sunken ground: labels at the left, amounts at the right, a line between two halves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.common.card import Card
from widgets.common.text import Divider, Text
from widgets.theme import S4, S8, S12, S16


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line: `strong` for what the act is about, `ink` of its amount; `line_before` draws a line above it."""

    label: str
    amount: str
    strong: bool = False
    ink: str = "text"
    line_before: bool = False


class Summary(Card):
    """The lines, drawn anew with `show_lines`; spoken as label and amount."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(ground="sunken", inset=0, radius="panel", parent=parent)
        self.setAccessibleName(name)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(S16 - 2, S8, S16 - 2, S8)
        self._grid.setVerticalSpacing(S4 + 2)
        self._grid.setHorizontalSpacing(S12)
        self._grid.setColumnStretch(0, 1)
        self.body.addLayout(self._grid)
        self._lines: tuple[SumLine, ...] = ()

    @property
    def lines(self) -> tuple[SumLine, ...]:
        """What it shows."""
        return self._lines

    def show_lines(self, lines: Sequence[SumLine]) -> None:
        """Show these lines instead."""
        if tuple(lines) == self._lines:
            return
        self._lines = tuple(lines)
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        row = 0
        for line in lines:
            if line.line_before:
                self._grid.addWidget(Divider("border"), row, 0, 1, 2)
                row += 1
            label = Text(line.label, "table_strong" if line.strong else "table", "text" if line.strong else "text2",
                         wrap=True)  # fmt: skip
            amount = Text(line.amount, "heading_s" if line.strong else "table_strong", line.ink,
                          align=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)  # fmt: skip
            amount.setAccessibleName(f"{line.label}: {line.amount}")
            self._grid.addWidget(label, row, 0)
            self._grid.addWidget(amount, row, 1)
            row += 1
