"""Draws the claims feed and says what the clerk did; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.list_views import ClaimBalance
from widgets import theme
from widgets.claims.state import (
    ALL_PROVIDERS,
    BALANCE_WORDS,
    BESIDE_PANEL,
    COLUMNS,
    OWN_SPAN,
    SPAN_WORDS,
    STATUS_WORDS,
    Chosen,
    ClaimsState,
    beside_panel,
)  # fmt: skip
from widgets.common import (
    ENTER,
    Banner,
    Card,
    Choice,
    Divider,
    EmptyState,
    IconButton,
    KeycapButton,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.beside import Beside, side_width
from widgets.common.day_field import DayField
from widgets.ledger.offer import Offer
from widgets.ledger.table import FoldingTable
from widgets.theme import S4, S8, S12, S16, S20, Themed

ROW_KEYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("move", "Move money", ("M",)),
    ("billing_status", "Billing status", ("B",)),
    ("adjust", "Discount or write off", ("D",)),
    ("collect", "Collect", ("C",)),
    ("undo", "Undo the last step", ("Ctrl+Z",)),
)
"""What single letters do with the row in focus."""
_SIDE_SHARE = 0.30


class ClaimsPage(Themed, QWidget):
    """The page. Rows are named by visit ids, line items by `item:<charge id>`."""

    chosen = Signal(object)
    row_chosen = Signal(str)
    fold_wanted = Signal(str, object)
    unfold_all_pressed = Signal()
    page_moved = Signal(int)
    opened = Signal(str)
    key_pressed = Signal(str)
    offer_chosen = Signal(object)
    menu_wanted = Signal(QPoint)
    cleared = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Claims feed")
        self._drawing = self._focus_due = False
        self._state = ClaimsState()
        self._make_actions()
        self._make_bar()
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = FoldingTable("Visits with charges", COLUMNS)
        self.empty = EmptyState("file-text", "")
        self.foot = Text("", "table", "muted", elide=True)
        self.said = Text("", "table", "ok_text", elide=True)
        self.page_text = Text("", "table", "text2")
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        self.acts = KeycapButton("Actions", action=self.menu_action)
        self.move_money = KeycapButton("Move", icon="arrow-right", action=self.row_actions["move"])
        self.billing = KeycapButton("Billing status", action=self.row_actions["billing_status"])
        for button in (self.before, self.after, self.acts, self.move_money, self.billing, self.unfold_all):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the letters with the row
        self._skeleton = Skeleton(9)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _make_actions(self) -> None:
        self.open_action = page_action(self, "Open the ledger", ENTER, self._open)
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self._open)
        self.filter_action = page_action(self, "Filter this list", "Ctrl+F", self._to_filters)
        self.menu_action = page_action(self, "Actions", ("Shift+F10", "Menu"), self._menu_of_row)
        self.all_action = page_action(self, "Show or hide all line items", "Ctrl+Shift+I", self.unfold_all_pressed.emit)
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.clear_action = page_action(self, "Clear filters", "Esc", self.cleared.emit)
        self.row_actions = {
            act: page_action(self, words, keys, partial(self.key_pressed.emit, act)) for act, words, keys in ROW_KEYS
        }

    def _make_bar(self) -> None:
        self.span = Choice("Days", SPAN_WORDS.items())
        self.first = DayField("From day", lambda: self._state.today)
        self.last = DayField("To day", lambda: self._state.today)
        self.provider = Choice("Provider", [("", ALL_PROVIDERS)])
        self.status = Choice("Billing status", STATUS_WORDS.items())
        self.balance = Choice("Balance", BALANCE_WORDS.items())
        self.unfold_all = KeycapButton("Line items", action=self.all_action)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Claims feed", "title"))
        self._days = Text("", "body", "muted")
        head.addSpacing(S4)
        head.addWidget(self._days)
        head.addStretch(1)
        for button in (self.move_money, self.billing, self.acts, self.unfold_all):
            head.addWidget(button)
        self._own = QWidget()
        own = QHBoxLayout(self._own)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(S8)
        for words, field in (("from", self.first), ("to", self.last)):
            own.addWidget(Text(words, "table", "text2"))
            own.addWidget(field)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(S8)
        for part in (self.span, self._own, self.provider, self.status, self.balance):
            self._bar.addWidget(part)
        self._bar.addStretch(1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self.foot, 1)
        self._foot.addWidget(self.said, 1)
        for part in (self.before, self.page_text, self.after):
            self._foot.addWidget(part)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        body = self._list.body
        body.addLayout(self._bar)
        body.addWidget(Divider())
        body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        body.addWidget(Divider())
        body.addLayout(self._foot)
        right = QVBoxLayout()
        right.addStretch(1)
        self.beside = Beside(right, 0, self._side_width)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._list, 1)
        self._columns.addLayout(right)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addLayout(self._columns, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        for choice in (self.span, self.provider, self.status, self.balance):
            choice.chosen.connect(self._choose)
        for field in (self.first, self.last):
            field.changed.connect(self._choose)
        self.table.selected.connect(self.row_chosen)
        self.table.fold_wanted.connect(self.fold_wanted)
        self.table.menu_wanted.connect(self.menu_wanted)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._columns.setSpacing(S16 - 2)
        self._bar.setContentsMargins(S16 - 2, S12 - 2, S16 - 2, S12 - 2)
        self._foot.setContentsMargins(S16, S8, S12, S8)
        for choice, width in ((self.span, 158), (self.provider, 160), (self.status, 160), (self.balance, 172)):
            choice.setFixedWidth(look.px(width))
        for field in (self.first, self.last):
            field.setFixedSize(look.px(92), look.size("control"))
        for button in (self.before, self.after):
            button.setFixedWidth(look.px(36))
        self.page_text.setContentsMargins(S4, 0, S4, 0)
        self._list.body.setSpacing(0)
        self.beside.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.beside.fit()

    def _side_width(self) -> int:
        return side_width(self, _SIDE_SHARE)

    # Where acts stand -----------------------------------------------------------------------------------------------

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def show_panel(self, panel: QWidget) -> None:
        """Lay `panel` beside the list, in place of one that is there; the list steps back to its main columns."""
        self.beside.show(panel)
        self.draw(self._state)

    def hide_panel(self) -> None:
        """Take the panel away and give the focus back to the list."""
        if self.beside.drop():
            self.draw(self._state)
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        """Put the focus into the list, where letters are about the row; while it is being read, once it is there."""
        self._focus_due = not (self.table.isVisible() or self.empty.isVisible())
        if not self._focus_due:
            (self.table if self.table.isVisible() else self.span).setFocus(Qt.FocusReason.OtherFocusReason)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self.table.key:
            self.opened.emit(self.table.key)

    def _to_filters(self) -> None:
        self.span.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _menu_of_row(self) -> None:
        if self.table.isVisible() and self.table.key:
            self.menu_wanted.emit(self.table.spot_of_row())

    def _choose(self, *_told: object) -> None:
        if not self._drawing:
            self.chosen.emit(Chosen(self.span.key, self.first.day, self.last.day, self.provider.key, self.status.key,
                                    ClaimBalance(self.balance.key)))  # fmt: skip

    def show_menu(self, offers: Sequence[Offer], spot: QPoint) -> QMenu | None:
        """The menu of a row: what it can take. None where there is nothing."""
        if not offers:
            return None
        menu = QMenu(self)
        for offer in offers:
            menu.addAction(offer.words, partial(self.offer_chosen.emit, offer))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)
        menu.setActiveAction(menu.actions()[0])
        return menu

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self.said.text())

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: ClaimsState) -> None:
        """Show `state`; the selected row stays selected where it still is."""
        self._drawing, self._state = True, state
        try:
            self._draw_bar(state)
            self._draw_list(state)
        finally:
            self._drawing = False
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._days.setText(state.days)
        self.foot.setText(state.foot)
        self.foot.setVisible(not state.said)
        self.said.setText(state.said)
        self.said.setVisible(bool(state.said))
        self.page_text.setText(state.page_text)
        self.before_action.setEnabled(state.has_before)
        self.after_action.setEnabled(state.has_after)
        self.clear_action.setEnabled(state.chosen.narrowed)

    def _draw_bar(self, state: ClaimsState) -> None:
        chosen = state.chosen
        wanted = [("", ALL_PROVIDERS), *state.providers]
        shown = [(str(self.provider.itemData(at) or ""), self.provider.itemText(at))
                 for at in range(self.provider.count())]  # fmt: skip
        if wanted != shown:
            self.provider.set_items(wanted)
        self.span.set_key(chosen.span)
        self.provider.set_key(chosen.practitioner_id)
        self.status.set_key(chosen.billing_status)
        self.balance.set_key(chosen.balance.value)
        self._own.setVisible(chosen.span == OWN_SPAN)
        self.first.set_day(chosen.first)
        self.last.set_day(chosen.last)

    def _draw_list(self, state: ClaimsState) -> None:
        listed = bool(state.rows)
        for action in (self.open_action, self.ledger_action, self.menu_action, self.all_action):
            action.setEnabled(listed)
        for button in (self.move_money, self.billing, self.acts):
            button.setVisible(listed and self.beside.panel is None)
        beside = self.beside.panel is not None
        self.table.set_columns(tuple(COLUMNS[at] for at in BESIDE_PANEL) if beside else COLUMNS)
        self.table.set_rows(beside_panel(state.rows) if beside else state.rows)
        self._skeleton.setVisible(state.skeleton)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif listed and not self.table.key:
            self.table.select_first()
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if listed else 0)
        if self._focus_due and (listed or state.empty is not None):
            self.take_focus()
