"""Draws the list of payment links, a page of it, with the chosen one beside it; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

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
    Keycap,
    KeycapButton,
    Role,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.beside import side_width
from widgets.common.narrowing import NarrowField
from widgets.links.state import COLUMNS, WHICH_WORDS, LinksState
from widgets.theme import S4, S8, S10, S12, S14, S16, S20, Themed

_SIDE = 0.32


class LinksView(Themed, QWidget):
    """The page. Rows are named by the links' ids; `searched` follows what is typed, `which_chosen` the state, and
    `page_moved` the pages: one back, one on."""

    back_pressed = Signal()
    opened = Signal()
    ledger_pressed = Signal()
    row_chosen = Signal(str)
    searched = Signal(str)
    which_chosen = Signal(str)
    page_moved = Signal(int)
    cleared = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payment links")
        self._focus_due = self._drawing = False
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.open_action = page_action(self, "Open the payment", ENTER, self.opened.emit, menu="payment")
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self.ledger_pressed.emit, menu="patient")
        self.filter_action = page_action(self, "Filter this list", "Ctrl+F", self._to_search)
        self.clear_action = page_action(self, "Clear filters", "Esc", self.cleared.emit)
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.whose = Text("", "body", "muted", elide=True)
        self.field = NarrowField("Filter: whose link", "Name, birth date, phone or record number", icon="search",
                                 action=self.filter_action)  # fmt: skip
        self.field.setMaxLength(120)
        self.which = Choice("Status", WHICH_WORDS.items())
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        for button in (self.before, self.after):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the row
        self.open = KeycapButton(role=Role.PRIMARY, action=self.open_action)
        self.ledger = KeycapButton(action=self.ledger_action)
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = CellTable("Payment links", COLUMNS)
        self.empty = EmptyState("link", "")
        self.foot = Text("", "table", "muted", elide=True)
        self._skeleton = Skeleton(6)
        self._lay_out()
        self.table.selected.connect(self.row_chosen)
        self.banner.pressed.connect(self.retry_pressed)
        self.field.textEdited.connect(self.searched)
        self.field.moved.connect(self.table.keyPressEvent)
        self.which.chosen.connect(self._choose)
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _lay_out(self) -> None:
        back = IconButton("arrow-left", "Back", role=Role.LINK, size="control_tiny")
        back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        back.clicked.connect(lambda _checked=False: self.back_pressed.emit())
        self._back_key = Keycap(self.back)
        head = QHBoxLayout()
        head.setSpacing(S12)
        for part in (back, self._back_key, Divider(vertical=True), Text("Payment links", "title")):
            head.addWidget(part)
        head.addWidget(self.whose, 1)
        for control in (self.ledger, self.open):
            head.addWidget(control)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(S8)
        self._bar.addWidget(self.field, 3)
        self._bar.addWidget(self.which, 1)
        card = Card(inset=0, clip=True)
        card.setAccessibleName("Links")
        self._stack = QStackedLayout()
        card.body.addLayout(self._bar)
        card.body.addWidget(Divider())
        card.body.addLayout(self._stack, 1)
        card.body.addWidget(Divider())
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        for part in (self.foot, self.before, self.after):
            self._foot.addWidget(part, 1 if part is self.foot else 0)
        card.body.addLayout(self._foot)
        self.side = QVBoxLayout()
        self.side.setContentsMargins(0, 0, 0, 0)
        self._right = QWidget()
        self._right.setLayout(self.side)
        columns = QHBoxLayout()
        columns.setSpacing(S14)
        columns.addWidget(card, 1)
        columns.addWidget(self._right)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addLayout(columns, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)

    def lay_beside(self, panel: QWidget) -> None:
        """The chosen link beside the list."""
        self.panel = panel
        self.side.addWidget(panel)
        self.side.addStretch(1)

    def _to_search(self) -> None:
        target = self.which if self.field.isHidden() else self.field
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _choose(self, key: str) -> None:
        if not self._drawing:
            self.which_chosen.emit(key)

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._foot.setContentsMargins(S16, S8, S16, S10)
        self._bar.setContentsMargins(S14, S10, S14, S10)
        self.which.setMinimumWidth(look.px(140))
        for button in (self.before, self.after):
            button.setFixedWidth(look.px(36))
        self.side.setSpacing(S4)
        self._fit()

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._fit()

    def _fit(self) -> None:
        self._right.setFixedWidth(side_width(self, _SIDE))

    def take_focus(self) -> None:
        """The list; while it is being read, once it is there."""
        self._focus_due = not self.table.isVisible()
        if self.table.isVisible():
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.which.setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, state: LinksState) -> None:
        """Show `state`; the selected row stays selected where it still is, else the one that came in its place is."""
        self._drawing = True
        self.whose.setText(state.whose)
        self.field.setVisible(not state.whose)
        if self.field.text() != state.text:
            self.field.setText(state.text)
        self.which.set_key(state.which)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.foot.setText(state.foot)
        self._skeleton.setVisible(state.skeleton)
        self._draw_keys(state)
        at = self.table.currentIndex().row()
        self.table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)
        self._right.setVisible(bool(state.rows))
        if state.rows and not self.table.key:
            self.table.set_key(state.rows[min(max(at, 0), len(state.rows) - 1)].key)
        self._drawing = False
        if self._focus_due and state.rows:
            self.take_focus()

    def _draw_keys(self, state: LinksState) -> None:
        """Esc clears what narrows the list first, then it leads back."""
        self.clear_action.setEnabled(state.narrowed)
        self.back.setEnabled(not state.narrowed)
        self._back_key.setVisible(not state.narrowed)
        for action, button, on in ((self.before_action, self.before, state.before),
                                   (self.after_action, self.after, state.after)):  # fmt: skip
            action.setEnabled(on)
            button.setVisible(state.before or state.after)

    def offer(self, open_words: str) -> None:
        """What Enter opens for the row in focus; nothing for none."""
        self.open.set_text(open_words)
        self.open.setVisible(bool(open_words))
        self.open_action.setEnabled(bool(open_words))
        self.ledger_action.setEnabled(bool(self.table.key))
        self.ledger.setVisible(bool(self.table.key))
