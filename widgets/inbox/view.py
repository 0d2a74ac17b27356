"""Draws inbox, transactions and deposits, and says what was done; decides nothing."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.ask_views import Which
from app.online_views import OnlineTab, Posted
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Choice,
    Divider,
    EmptyState,
    IconButton,
    KeycapButton,
    Role,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.beside import Beside
from widgets.common.tabs import Tabs
from widgets.inbox.asks_pane import AsksPane
from widgets.inbox.asks_state import WHICH_WORDS, AsksState
from widgets.inbox.state import COLUMNS, DAYS_WORDS, DEPOSIT_COLUMNS, POSTED_WORDS, TABS, Chosen, InboxState
from widgets.theme import S4, S8, S10, S12, S14, S16, S20, Themed

ACT_KEYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("associate", "Associate", ("A",)),
    ("refund", "Refund", ("R",)),
    ("archive", "Put away", ("X",)),
    ("ledger", "Ledger", ("Ctrl+L",)),
)
"""What keys do with the row in focus, besides Enter."""


class InboxPage(Themed, QWidget):
    """The page. Rows are named by the ids of what they are about."""

    chosen = Signal(object)
    row_chosen = Signal(str)
    opened = Signal()
    act_pressed = Signal(str)
    page_moved = Signal(int)
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payments from home")
        self._drawing = self._focus_due = False
        self._state = InboxState()
        self._make_actions()
        self.tabs = Tabs("Which list", {str(tab): words for tab, words in TABS.items()})
        self.days = Choice("Days", DAYS_WORDS.items())
        self.posted = Choice("Posted or not", POSTED_WORDS.items())
        self.which = Choice("Which requests", WHICH_WORDS.items())
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = CellTable("Payments from home", COLUMNS)
        self.deposits = CellTable("Deposits", DEPOSIT_COLUMNS)
        self.empty = EmptyState("inbox", "")
        self.asks = AsksPane(self)
        self.foot = Text("", "table", "muted", elide=True)
        self.said = Text("", "table", "ok_text", elide=True)
        self.post = KeycapButton(role=Role.PRIMARY, action=self.post_action)
        self.acts = {act: KeycapButton(action=self.actions_by[act]) for act, _, _ in ACT_KEYS}
        for button in (self.post, *self.acts.values()):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the letters with the row
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        for button in (self.before, self.after):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._skeleton = Skeleton(8)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _make_actions(self) -> None:
        self.post_action = page_action(self, "Post to ledger", ENTER, self.opened.emit)
        self.filter_action = page_action(self, "Choose the list", "Ctrl+F", self._to_tabs)
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.actions_by = {act: page_action(self, words, keys, partial(self.act_pressed.emit, act))
                           for act, words, keys in ACT_KEYS}  # fmt: skip

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Payments from home", "title"))
        head.addSpacing(S4)
        self._waits = Text("", "body", "muted", elide=True)
        head.addWidget(self._waits, 1)
        for button in (*self.acts.values(), self.post, *reversed(self.asks.buttons.values())):
            head.addWidget(button)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(S8)
        self._bar.addWidget(self.tabs, 1)
        self._bar.addWidget(self.posted)
        self._bar.addWidget(self.which)
        self._bar.addWidget(self.days)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self.foot, 1)
        self._foot.addWidget(self.said, 1)
        self._foot.addWidget(self.before)
        self._foot.addWidget(self.after)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        body = self._list.body
        body.addLayout(self._bar)
        body.addLayout(self._stack, 1)
        body.addWidget(Divider())
        body.addLayout(self._foot)
        right = QVBoxLayout()
        right.addStretch(1)
        self.beside = Beside(right, 0, lambda: theme.current().px(360))
        self._columns = QHBoxLayout()
        self._columns.setSpacing(S14)
        self._columns.addWidget(self._list, 1)
        self._columns.addLayout(right)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addLayout(self._columns, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.deposits, self.empty, self.asks):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        self.tabs.chosen.connect(self._choose)
        for choice in (self.days, self.posted, self.which):
            choice.chosen.connect(self._choose)
        self.table.selected.connect(self.row_chosen)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._bar.setContentsMargins(S8, S4, S12, 0)
        self._foot.setContentsMargins(S16, S8, S16, S10)
        for button in (self.before, self.after):
            button.setFixedWidth(look.px(36))
        for choice, width in ((self.days, 148), (self.posted, 140), (self.which, 140)):
            choice.setFixedWidth(look.px(width))
        self._list.body.setSpacing(0)

    # Where acts stand -------------------------------------------------------------------------------------------------

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def show_panel(self, panel: QWidget) -> None:
        """Lay `panel` beside the list."""
        self.beside.show(panel)

    def hide_panel(self) -> None:
        """Take the panel away and give the focus back to the list."""
        if self.beside.drop():
            self.take_focus()

    def take_focus(self) -> None:
        """Put the focus into the list; while it is being read, once it is there."""
        there = next((part for part in (self.table, self.deposits, self.asks.table) if part.isVisible()), None)
        self._focus_due = there is None and not self.empty.isVisible() and not self.asks.empty.isVisible()
        if there is not None:
            there.setFocus(Qt.FocusReason.OtherFocusReason)
        elif not self._focus_due:
            self.tabs.take_focus()

    # What was done ----------------------------------------------------------------------------------------------------

    def _choose(self, _key: str) -> None:
        if not self._drawing:
            self.chosen.emit(Chosen(OnlineTab(self.tabs.key), int(self.days.key or 31), Posted(self.posted.key),
                                    Which(self.which.key)))  # fmt: skip

    def _to_tabs(self) -> None:
        self.tabs.take_focus()

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self.said.text())

    # Drawing ----------------------------------------------------------------------------------------------------------

    def draw(self, state: InboxState) -> None:
        """Show `state`; the selected row stays selected where it still is."""
        self._drawing, self._state = True, state
        try:
            self._draw_bar(state)
            self._draw_list(state)
        finally:
            self._drawing = False
        requests = state.chosen.tab is OnlineTab.REQUESTS
        self._waits.setText("" if requests else state.waits)
        if requests:  # the rest is drawn by `draw_asks`
            return
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.foot.setText(state.foot)
        self.foot.setVisible(not state.said)
        self.said.setText(state.said)
        self.said.setVisible(bool(state.said))

    def _draw_bar(self, state: InboxState) -> None:
        chosen = state.chosen
        self.tabs.set_key(chosen.tab)
        self.days.set_key(str(chosen.days))
        self.posted.set_key(chosen.posted)
        self.days.setVisible(chosen.tab is not OnlineTab.INBOX)
        self.posted.setVisible(chosen.tab is OnlineTab.TRANSACTIONS)
        self.which.set_key(chosen.which)
        self.which.setVisible(chosen.tab is OnlineTab.REQUESTS)
        self._draw_paging(chosen.page, more=state.more)

    def _draw_paging(self, page: int, *, more: bool) -> None:
        self.before_action.setEnabled(page > 0)
        self.after_action.setEnabled(more)
        for button in (self.before, self.after):
            button.setVisible(page > 0 or more)

    def draw_asks(self, state: AsksState) -> None:
        """What the page says around the list of requests."""
        self._draw_paging(state.page, more=state.more)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.foot.setText(state.foot)
        self.foot.setVisible(not state.said)
        self.said.setText(state.said)
        self.said.setVisible(bool(state.said))
        if self._focus_due and (state.rows or state.empty is not None):
            self.take_focus()

    def _draw_list(self, state: InboxState) -> None:
        if state.chosen.tab is OnlineTab.REQUESTS:
            self._stack.setCurrentIndex(4)
            return
        deposits = state.chosen.tab is OnlineTab.DEPOSITS
        table = self.deposits if deposits else self.table
        self._skeleton.setVisible(state.skeleton)
        if not state.skeleton:
            table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif state.rows and not table.key:
            table.select_first()
        at = 3 if state.empty is not None else (2 if deposits else 1) if state.rows else 0
        self._stack.setCurrentIndex(at)
        if self._focus_due and (state.rows or state.empty is not None):
            self.take_focus()

    def offer(self, acts: frozenset[str], *, put_away: bool) -> None:
        """What can be done with the row in focus; `put_away`: it is in the inbox, else it may be taken back there."""
        self.post_action.setEnabled("post" in acts)
        for act, action in self.actions_by.items():
            action.setEnabled(act in acts)
            self.acts[act].setVisible(act in acts)
        self.post.setVisible("post" in acts)
        self.actions_by["archive"].setText("Put away" if put_away else "Back to the inbox")
        self.acts["archive"].set_text("Put away" if put_away else "Back to the inbox")
