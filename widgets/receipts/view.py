"""Draws the list of receipts and says what the clerk did; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    Choice,
    Divider,
    EmptyState,
    KeycapButton,
    Role,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.ledger.table import FoldingTable
from widgets.receipts.state import COLUMNS, SPAN_WORDS, ReceiptsState
from widgets.theme import S8, S12, S16, S20, Themed


class ReceiptsPage(Themed, QWidget):
    """The page. Rows are named by their papers."""

    span_chosen = Signal(str)
    ticked = Signal(str)
    all_pressed = Signal()
    opened = Signal(str)
    print_pressed = Signal()
    save_pressed = Signal()
    send_pressed = Signal()
    export_pressed = Signal()
    back_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Receipts")
        self._make_actions()
        self.title = Text("Receipts", "title", elide=True)
        self.span = Choice("Days", SPAN_WORDS.items())
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = FoldingTable("Receipts", COLUMNS)
        self.empty = EmptyState("receipt-text", "")
        self.foot = Text("", "table", "muted", elide=True)
        self.said = Text("", "table", "ok_text", elide=True)
        self.show_one = KeycapButton("Show", role=Role.PRIMARY, action=self.open_action, icon="receipt-text")
        self.print = KeycapButton("Print", action=self.print_action, icon="printer")
        self.save = KeycapButton("Save PDF", action=self.save_action, icon="download")
        self.send = KeycapButton("Send…", action=self.send_action, icon="mail")
        self.export = KeycapButton("Export", action=self.export_action, size="control_small")
        self.all = KeycapButton("Choose all", action=self.all_action, size="control_small")
        for button in (self.show_one, self.print, self.save, self.send, self.export, self.all):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the row
        self._skeleton = Skeleton(8)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _make_actions(self) -> None:
        self.open_action = page_action(self, "Show the receipt", ENTER, self._open)
        self.back_action = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.print_action = page_action(self, "Print the chosen receipts", "Ctrl+P", self.print_pressed.emit)
        self.save_action = page_action(self, "Save the chosen receipts as one PDF", "Ctrl+S", self.save_pressed.emit)
        self.send_action = page_action(self, "Send the chosen receipts", "Ctrl+M", self.send_pressed.emit)
        self.export_action = page_action(self, "Export this list", "Ctrl+E", self.export_pressed.emit)
        self.all_action = page_action(self, "Choose all or none", "Ctrl+A", self.all_pressed.emit)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self.title, 1)
        head.addWidget(self.span)
        head.addSpacing(S12)
        for button in (self.send, self.save, self.print, self.show_one):
            head.addWidget(button)
        foot = QHBoxLayout()
        foot.setContentsMargins(S16, S8, S12, S8)
        foot.setSpacing(S8)
        foot.addWidget(self.foot, 1)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.export)
        foot.addWidget(self.all)
        self._list = Card(inset=0, clip=True)
        self._list.body.setSpacing(0)
        self._stack = QStackedLayout()
        self._list.body.addLayout(self._stack, 1)
        self._list.body.addWidget(Divider())
        self._list.body.addLayout(foot)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addWidget(self._list, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        self.span.chosen.connect(self.span_chosen)
        self.table.tick_wanted.connect(self.ticked)
        self.table.opened.connect(self.opened)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self.span.setFixedWidth(look.px(150))

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def take_focus(self) -> None:
        """Put the focus into the list."""
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def announce(self, words: str) -> None:
        """Say and speak what was just done."""
        self.said.setText(words)
        announce(self, words)

    def _open(self) -> None:
        if self.table.key:
            self.opened.emit(self.table.key)

    def draw(self, state: ReceiptsState) -> None:
        """Show `state`; the selected row stays selected."""
        self.title.setText(state.title)
        self.span.setVisible(not state.chosen.patient_id)
        self.span.set_key(state.chosen.span)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._skeleton.setVisible(state.skeleton)
        self.foot.setText(state.foot)
        before = self.table.key
        self.table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif state.rows and (not before or self.table.key != before):
            self.table.select_first()
        whole = {"print": "Print", "save": "Save PDF", "send": "Send…"}
        for name, words in whole.items():
            button: KeycapButton = getattr(self, name)
            button.set_text(f"{words.rstrip('…')} {len(state.ticked)}" if len(state.ticked) > 1 else words)
        for action in (self.open_action, self.print_action, self.save_action, self.send_action, self.export_action,
                       self.all_action):  # fmt: skip
            action.setEnabled(bool(state.rows))
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)
