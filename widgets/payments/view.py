"""Draws the payments and says what the clerk did; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Bar,
    Card,
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
from widgets.payments.dashboard import Cards
from widgets.payments.filter_bar import FilterBar
from widgets.payments.paging import PageBar
from widgets.payments.state import Exporting, PaymentsState
from widgets.payments.table import PaymentsTable
from widgets.theme import S4, S8, S12, S16, S20, Themed


class PaymentsPage(Themed, QWidget):
    """The page. Rows are named by their payments, or by their requests while no money has come. `detail`: is there a
    page of one payment to open?"""

    opened = Signal(str)
    ledger_wanted = Signal(str)
    page_wanted = Signal(str)
    numbers_pressed = Signal()
    columns_pressed = Signal()
    copy_pressed = Signal(bool)
    export_pressed = Signal()
    create_pressed = Signal()
    stop_pressed = Signal()
    cleared = Signal()
    retry_pressed = Signal()

    def __init__(self, *, detail: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payments")
        self._focus_due = False
        self._numbers: dict[str, str] = {}
        self._make_actions(detail=detail)
        self.bar = FilterBar(self.filter_action)
        self.cards = Cards()
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = PaymentsTable()
        self.empty = EmptyState("hand-coins", "")
        self._skeleton = Skeleton(7)
        self._make_parts()
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _make_actions(self, *, detail: bool) -> None:
        self.open_action = page_action(self, "Open the payment", ENTER, self._open) if detail else None
        self.ledger_action = page_action(self, "Ledger of the patient", "Ctrl+L", self._to_ledger)
        self.filter_action = page_action(self, "Filter this list", "Ctrl+F", self._to_filter)
        self.sort_action = page_action(self, "Sort this list", "Alt+S", self._to_order)
        self.numbers_action = page_action(self, "Numbers", "Alt+E", self.numbers_pressed.emit)
        self.columns_action = page_action(self, "Columns", "Alt+C", self.columns_pressed.emit)
        self.copy_action = page_action(self, "Copy the selected rows", "Ctrl+C", lambda: self.copy_pressed.emit(False))
        self.copy_page_action = page_action(self, "Copy all rows of this page", "Ctrl+Shift+C",
                                    lambda: self.copy_pressed.emit(True))  # fmt: skip
        self.export_action = page_action(self, "Export", "Ctrl+E", self.export_pressed.emit, menu="payment")
        self.create_action = page_action(self, "Create payment", "Ctrl+N", self.create_pressed.emit, menu="payment")
        self.stop_action = page_action(self, "Stop saving", "Alt+X", self.stop_pressed.emit)
        self.first_action = page_action(self, "First page", "Ctrl+Home", lambda: self.page_wanted.emit("first"))
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_wanted.emit("before"))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_wanted.emit("after"))
        self.last_action = page_action(self, "Last page", "Ctrl+End", lambda: self.page_wanted.emit("last"))
        self.go_action = page_action(self, "Go to a page", "Ctrl+G", self._to_page)
        self.clear_action = page_action(self, "Clear filters", "Esc", self.cleared.emit)

    def _make_parts(self) -> None:
        self._words = Text("", "body", "muted", elide=True)
        self.clear = KeycapButton("Clear filters", action=self.clear_action, size="control_small")
        self.numbers = KeycapButton("Numbers", action=self.numbers_action, icon="chart-column")
        self.columns = KeycapButton("Columns", action=self.columns_action)
        self.export = KeycapButton("Export", action=self.export_action, icon="download")
        self.new_payment = KeycapButton("Create payment", action=self.create_action, icon="plus", role=Role.PRIMARY)
        self.foot = Text("", "table", "muted", elide=True)
        self.said = Text("", "table", "ok_text", elide=True)
        self.saving = Text("", "table", "text2")
        self.part = Bar()
        self.stop = KeycapButton("Stop", action=self.stop_action, size="control_small")
        self.paging = PageBar(self.before_action, self.after_action)
        for button in (self.numbers, self.columns, self.export, self.new_payment):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the row

    def _lay_out(self) -> None:
        self.head = QHBoxLayout()
        self.head.setSpacing(S8)
        self.head.addWidget(Text("Payments", "title"))
        self.head.addSpacing(S4)
        self.head.addWidget(self._words, 1)
        for button in (self.clear, self.numbers, self.columns, self.export, self.new_payment):
            self.head.addWidget(button)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self.foot, 1)
        self._foot.addWidget(self.said, 1)
        for part in (self.saving, self.part, self.stop, self.paging):
            self._foot.addWidget(part)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        body = self._list.body
        body.addWidget(self.bar)
        body.addWidget(Divider())
        body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        body.addWidget(Divider())
        body.addLayout(self._foot)
        self._body = QVBoxLayout(self)
        self._body.addLayout(self.head)
        self._body.addWidget(self.banner)
        self._body.addWidget(self.cards)
        self._body.addWidget(self._list, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        self.bar.field.moved.connect(self.table.keyPressEvent)
        self.table.opened.connect(self._double)
        self.paging.left.connect(lambda: self.table.setFocus(Qt.FocusReason.OtherFocusReason))
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._foot.setContentsMargins(S16, S8, S12, S8)
        self._list.body.setSpacing(0)
        self.part.setFixedWidth(look.px(120))

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def take_focus(self) -> None:
        """Put the focus into the list; while it is being read, once it is there."""
        self._focus_due = not (self.table.isVisible() or self.empty.isVisible())
        if not self._focus_due:
            (self.table if self.table.isVisible() else self.bar.field).setFocus(Qt.FocusReason.OtherFocusReason)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self.paging.field.hasFocus():  # Enter ends the number of a page; it opens nothing yet
            self.paging.go()
        elif self.table.key:
            self.opened.emit(self.table.key)

    def _double(self, key: str) -> None:
        (self.opened if self.open_action is not None else self.ledger_wanted).emit(key)

    def _to_ledger(self) -> None:
        if self.table.key:
            self.ledger_wanted.emit(self.table.key)

    def _to_filter(self) -> None:
        self.bar.take_focus()

    def _to_page(self) -> None:
        self.paging.take_focus()

    def _to_order(self) -> None:
        self.bar.order.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def announce(self, words: str) -> None:
        """Speak what was just done."""
        announce(self, words)

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: PaymentsState) -> None:
        """Show `state`; the selected row stays selected where it still is."""
        self.draw_chosen(state)
        self.draw_cards(state)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._words.setText(f"Filtered: {state.filter_words}" if state.filter_words else "")
        self._draw_foot(state)
        self._draw_list(state)

    def draw_cards(self, state: PaymentsState) -> None:
        """Show the figures alone: the list under them stays as it is painted."""
        self.cards.draw(state.dashboard)
        self.numbers_action.setEnabled(state.dashboard is not None)

    def draw_chosen(self, state: PaymentsState) -> None:
        """Show what is asked for, before the answer is there."""
        self.bar.draw(state.chosen, state.choices, state.today)
        self.clear_action.setEnabled(state.chosen.narrowed)
        self.clear.setVisible(state.chosen.narrowed)

    def _draw_foot(self, state: PaymentsState) -> None:
        self.draw_saving(state.exporting)
        self.foot.setText(state.foot)
        self.foot.setVisible(not state.said)
        self.said.setText(state.said)
        self.said.setVisible(bool(state.said))
        self.paging.draw(state.page, state.pages)
        for action in (self.first_action, self.before_action):
            action.setEnabled(state.has_before)
        for action in (self.after_action, self.last_action):
            action.setEnabled(state.has_after)
        self.go_action.setEnabled(state.pages > 1)

    def draw_saving(self, saving: Exporting | None) -> None:
        """Show how far the saving of the list is."""
        for part in (self.saving, self.part, self.stop):
            part.setVisible(saving is not None)
        if saving is not None:
            self.saving.setText(saving.words)
            self.part.set_part(saving.done / max(saving.total, 1))
        self.stop_action.setEnabled(saving is not None)

    def _draw_list(self, state: PaymentsState) -> None:
        listed = bool(state.rows)
        for action in (self.open_action, self.ledger_action, self.copy_action, self.copy_page_action):
            if action is not None:
                action.setEnabled(listed)
        self.export_action.setEnabled(listed and state.exporting is None)
        before = self.table.key
        self.table.show_rows(state.rows, state.shown, state.chosen)
        self._skeleton.setVisible(state.skeleton)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif listed and (not before or self.table.key != before):
            self._select_again(before, state)
        self._numbers = {line.id: line.number for line in state.lines}
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if listed else 0)
        if self._focus_due and (listed or state.empty is not None):
            self.take_focus()

    def _select_again(self, before: str, state: PaymentsState) -> None:
        """A request whose money came is listed under its payment: the row is the same."""
        number = self._numbers.get(before)
        same = next((line.id for line in state.lines if number and line.number == number), "")
        if not self.table.set_key(same):
            self.table.select_first()
