"""Draws the list of payment requests that went to patients by link; decides nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QStackedLayout, QWidget

from widgets.common import CellTable, EmptyState, KeycapButton, Role, Skeleton, page_action, skeleton_page
from widgets.inbox.asks_state import ACT_KEYS, COLUMNS, AsksState


class AsksPane(QWidget):
    """The list. `act_pressed(act)` for `new` and what `ACT_KEYS` names; `row_chosen` follows the row in focus.

    Its keys belong to `page`, and count only while `listen(True)`."""

    act_pressed = Signal(str)
    row_chosen = Signal(str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self.table = CellTable("Payment requests", COLUMNS)
        self.empty = EmptyState("mail", "")
        self._skeleton = Skeleton(8)
        self.actions_by: dict[str, QAction] = {
            act: page_action(page, words, keys, self._press(act))
            for act, words, keys in (("new", "New request", "N"), *ACT_KEYS)
        }
        self.buttons = {
            act: KeycapButton(role=Role.PRIMARY if act == "new" else Role.PLAIN, action=action)
            for act, action in self.actions_by.items()
        }
        for button in self.buttons.values():
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the letters with the row
        self._stack = QStackedLayout(self)
        self._stack.setContentsMargins(0, 0, 0, 0)
        for part in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(part)
        self.table.selected.connect(self.row_chosen)
        self._offered: frozenset[str] = frozenset()
        self.listen(False)

    def _press(self, act: str) -> Callable[[], None]:
        return partial(self.act_pressed.emit, act)

    def listen(self, on: bool) -> None:
        """Show the buttons and take the keys, or neither."""
        for act, action in self.actions_by.items():
            offered = on and (act == "new" or act in self._offered)
            action.setEnabled(offered)
            self.buttons[act].setVisible(offered)

    def offer(self, acts: frozenset[str], *, shown: bool) -> None:
        """What can be done with the row in focus."""
        self._offered = acts
        self.listen(shown)

    def draw(self, state: AsksState) -> None:
        """Show `state`; the selected row stays selected where it still is."""
        self._skeleton.setVisible(state.skeleton)
        if not state.skeleton:
            self.table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif state.rows and not self.table.key:
            self.table.select_first()
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)

    @property
    def has_rows(self) -> bool:
        """Is there a list to put the focus into?"""
        return self._stack.currentIndex() == 1
