"""Which columns the list shows, and how wide: what a mouse does at the head of the list, by keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from widgets.common import CheckBox, Choice, KeycapButton, Role, Text, page_action
from widgets.common.form_dialog import FormDialog
from widgets.payments.columns import COLUMNS, NEVER_HIDDEN, Shown
from widgets.theme import S8, S16

_SHARES = {"": "As it fits", "70": "Narrow", "100": "Usual", "140": "Wide", "200": "Very wide"}
"""Widths in per cent of what the program comes with."""
_OWN = "own"


class ColumnsDialog(FormDialog):
    """A tick and a width for each column. Enter takes it over; Alt+R goes back to how the program comes."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, "Columns", "Show", 540)
        self.ticks: dict[str, CheckBox] = {}
        self.widths: dict[str, Choice] = {}
        self._before = Shown()
        grid = QGridLayout()
        grid.setHorizontalSpacing(S16)
        grid.setVerticalSpacing(S8)
        grid.addWidget(Text("Column", "caption_strong", "text2"), 0, 0)
        grid.addWidget(Text("Width", "caption_strong", "text2"), 0, 1)
        for at, (name, column) in enumerate(COLUMNS.items(), 1):
            tick, width = CheckBox(column.title), Choice(f"Width of {column.title}", size="control_small")
            tick.setEnabled(name != NEVER_HIDDEN)
            tick.toggled.connect(width.setEnabled)
            self.ticks[name], self.widths[name] = tick, width
            grid.addWidget(tick, at, 0)
            grid.addWidget(width, at, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.content.addLayout(grid)
        reset = page_action(self, "As it comes", "Alt+R", lambda: self._draw(Shown()))
        self.foot.insertWidget(0, KeycapButton("As it comes", role=Role.LINK, action=reset))
        self.say("Remembered at this desk.")

    def ask(self, shown: Shown) -> None:
        """Open with what is shown now."""
        self._draw(shown)
        self.open_over()

    def take_focus(self) -> None:
        self.ticks["patient"].setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def chosen(self) -> Shown:
        """What is ticked and chosen; a width drawn by hand stays where it was not changed."""
        hidden = frozenset(name for name, tick in self.ticks.items() if not tick.isChecked())
        widths = {}
        for name, choice in self.widths.items():
            if choice.key == _OWN:
                widths[name] = self._before.widths[name]
            elif choice.key:
                widths[name] = COLUMNS[name].width * int(choice.key) // 100
        return Shown(hidden, widths)

    def _draw(self, shown: Shown) -> None:
        self._before = shown
        for name, tick in self.ticks.items():
            tick.setChecked(name not in shown.hidden)
            width, choice = shown.widths.get(name), self.widths[name]
            known = next((key for key in _SHARES if key and COLUMNS[name].width * int(key) // 100 == width), "")
            own = width is not None and not known
            choice.set_items([*_SHARES.items(), *([(_OWN, f"As drawn, {width}")] if own else ())])
            choice.set_key(_OWN if own else known)
            choice.setEnabled(tick.isChecked())
