"""Draws Settings > Fee schedules: payers at the left, prices of one at the right. Says what was pressed; decides
nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from models.rules.fees import COMING, IN_FORCE
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Divider,
    EmptyState,
    KeycapButton,
    Role,
    Segments,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.narrowing import NarrowField
from widgets.fee_schedules.state import EVERY, FEE_COLUMNS, NOW, PAYER_COLUMNS, FeesState, fee_rows, payer_rows
from widgets.theme import S8, S12, S16

WHY = "Only who may set up the practice changes this"
NONE_YET = (
    "What payers allow makes estimates exact: a table with payer, code and allowed amount, or single prices by hand."
)
NO_FEE = "Choose a price that holds"


class FeesView(QWidget):
    """The page. `payer_chosen(key)`, `fee_chosen(key)`, `searched(text)`, `which_chosen(key)`; the others are buttons
    and their keys."""

    payer_chosen = Signal(str)
    fee_chosen = Signal(str)
    searched = Signal(str)
    which_chosen = Signal(str)
    new_pressed = Signal()
    change_pressed = Signal()
    end_pressed = Signal()
    import_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Fee schedules")
        self._drawing = False
        self.payers = CellTable("Payers", PAYER_COLUMNS, head=False)
        self.fees = CellTable("Prices", FEE_COLUMNS)
        self.search = NarrowField("Search by code", "Code", icon="search", size="control_small")
        self.search.setMaxLength(16)
        self.which = Segments("Which prices", [(NOW, "In force"), (EVERY, "With history")])
        self.heading = Text("", "heading_s", elide=True)
        self.foot = Text("", "caption", "muted", elide=True)
        self.none = Text("", "body", "muted", wrap=True, align=Qt.AlignmentFlag.AlignCenter)
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.said = Banner("ok")
        self.said.hide()
        self._make_actions()
        self._lay_out()
        self._connect()

    def _make_actions(self) -> None:
        self.find_action = page_action(self, "Search by code", "Ctrl+F", self._to_search)
        self.import_action = page_action(self, "Read in a file…", "Ctrl+O", self.import_pressed.emit)
        self.new_action = page_action(self, "New price", "Ctrl+N", self.new_pressed.emit)
        self.change_action = page_action(self.fees, "Another price", ENTER, self.change_pressed.emit)
        self.end_action = page_action(self.fees, "End this price", "Del", self.end_pressed.emit)
        self.read_in = KeycapButton(action=self.import_action, icon="upload", size="control_small")
        self.new = KeycapButton(action=self.new_action, icon="plus", size="control_small")
        self.change = KeycapButton("Change", action=self.change_action, size="control_small")
        self.end = KeycapButton("End", action=self.end_action, size="control_small")
        self.first = KeycapButton("Read in a file…", role=Role.PRIMARY, icon="upload")
        self.first.clicked.connect(lambda _checked=False: self.import_pressed.emit())
        self.by_hand = KeycapButton("Price by hand…", icon="plus")
        self.by_hand.clicked.connect(lambda _checked=False: self.new_pressed.emit())

    def _lay_out(self) -> None:
        listed = Card(inset=0, clip=True)
        listed.setAccessibleName("Payers")
        head = QHBoxLayout()
        head.setContentsMargins(S12, S8, S12, S8)
        head.addWidget(Text("Payers", "heading_s"), 1)
        listed.body.addLayout(head)
        listed.body.addWidget(Divider("hairline"))
        listed.body.addWidget(self.payers, 1)
        listed.body.addWidget(Divider("hairline"))
        low = QHBoxLayout()
        low.setContentsMargins(S12, S8, S12, S8)
        low.addWidget(self.read_in)
        low.addStretch(1)
        listed.body.addLayout(low)
        columns = QWidget()
        row = QHBoxLayout(columns)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S16)
        row.addWidget(listed, 4)
        row.addWidget(self._prices(), 9)
        empty = Card()
        self.empty = EmptyState("receipt-text", "No fee schedule yet", NONE_YET)
        self.empty.ways.addWidget(self.first)
        self.empty.ways.addWidget(self.by_hand)
        empty.body.addWidget(self.empty)
        self._stack = QStackedLayout()
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(S12)
        body.addWidget(self.banner)
        body.addWidget(self.said)
        body.addLayout(self._stack, 1)
        for page in (skeleton_page(Skeleton(6)), columns, empty):  # last: one without a parent would be a window
            self._stack.addWidget(page)

    def _prices(self) -> Card:
        card = Card(inset=0, clip=True)
        card.setAccessibleName("Prices")
        head = QHBoxLayout()
        head.setContentsMargins(S12, S8, S12, S8)
        head.setSpacing(S12)
        head.addWidget(self.heading, 1)
        head.addWidget(self.search)
        head.addWidget(self.which)
        card.body.addLayout(head)
        card.body.addWidget(Divider("hairline"))
        self._list = QStackedLayout()
        card.body.addLayout(self._list, 1)
        self._list.addWidget(self.fees)
        self._list.addWidget(self.none)
        card.body.addWidget(Divider("hairline"))
        low = QHBoxLayout()
        low.setContentsMargins(S12, S8, S12, S8)
        low.setSpacing(S8)
        for button in (self.new, self.change, self.end):
            low.addWidget(button)
        low.addWidget(self.foot, 1)
        card.body.addLayout(low)
        return card

    def _connect(self) -> None:
        self.payers.selected.connect(lambda key: None if self._drawing else self.payer_chosen.emit(key))
        self.fees.selected.connect(lambda key: None if self._drawing else self.fee_chosen.emit(key))
        self.fees.opened.connect(lambda _key: self.change_action.trigger())
        self.search.textEdited.connect(self.searched)
        self.search.moved.connect(self.fees.keyPressEvent)
        self.which.chosen.connect(self.which_chosen)
        self.banner.pressed.connect(self.retry_pressed)

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # Drawing ----------------------------------------------------------------------------------------------------------

    def draw(self, state: FeesState) -> None:
        """Show `state`; marked rows stay marked where they still are."""
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        waiting = state.payers is None
        self._stack.setCurrentIndex(0 if waiting else 2 if state.empty else 1)
        for button in (self.read_in, self.new, self.first, self.by_hand):
            button.set_available(state.may and not waiting, WHY if not waiting else "It is being read")
        if state.payers is not None:
            self._draw_lists(state)
        item = state.item
        held = item is not None and item.state in (IN_FORCE, COMING)
        for button in (self.change, self.end):
            button.set_available(state.may and held, WHY if not state.may else NO_FEE)

    def _draw_lists(self, state: FeesState) -> None:
        self._drawing = True
        try:
            self.payers.set_rows(payer_rows(state.payers or ()))
            if state.fees is not None:
                self.payers.set_key(state.fees.payer_key)
                self.fees.set_rows(fee_rows(state.fees))
                self.fees.set_key(state.chosen)
        finally:
            self._drawing = False
        self.heading.setText(state.fees.payer if state.fees else "")
        self.none.setText(state.none_found)
        self._list.setCurrentIndex(0 if state.fees is None or state.fees.items else 1)
        self.foot.setText(state.foot)

    def tell(self, title: str, text: str = "") -> None:
        """What was done."""
        self.said.set(title, text, meaning="ok")
        self.said.show()
        announce(self, title)
