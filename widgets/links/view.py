"""Draws the list of payment links with the chosen one beside it; decides nothing."""

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
from widgets.links.state import COLUMNS, DAYS_WORDS, LinksState
from widgets.theme import S4, S8, S10, S12, S14, S16, S20, Themed

_SIDE = 0.32


class LinksView(Themed, QWidget):
    """The page. Rows are named by the links' ids; `days_chosen` follows how far back is looked."""

    back_pressed = Signal()
    opened = Signal()
    ledger_pressed = Signal()
    row_chosen = Signal(str)
    days_chosen = Signal(int)
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payment links")
        self._focus_due = False
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.open_action = page_action(self, "Open the payment", ENTER, self.opened.emit, menu="payment")
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self.ledger_pressed.emit, menu="patient")
        self.filter_action = page_action(self, "Choose the days", "Ctrl+F", self._to_days)
        self.whose = Text("", "body", "muted", elide=True)
        self.days = Choice("Days", DAYS_WORDS.items())
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
        self.days.chosen.connect(lambda key: self.days_chosen.emit(int(key)))
        self.setFocusProxy(self.table)
        self.follow_theme()

    def _lay_out(self) -> None:
        back = IconButton("arrow-left", "Back", role=Role.LINK, action=self.back, size="control_tiny")
        back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setSpacing(S12)
        for part in (back, Keycap(self.back), Divider(vertical=True), Text("Payment links", "title")):
            head.addWidget(part)
        head.addWidget(self.whose, 1)
        for control in (self.days, self.ledger, self.open):
            head.addWidget(control)
        card = Card(inset=0, clip=True)
        card.setAccessibleName("Links")
        self._stack = QStackedLayout()
        card.body.addLayout(self._stack, 1)
        card.body.addWidget(Divider())
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.foot, 1)
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

    def _to_days(self) -> None:
        self.days.setFocus(Qt.FocusReason.ShortcutFocusReason)

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
        self.days.setFixedWidth(look.px(148))
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
            self.days.setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, state: LinksState) -> None:
        """Show `state`; the selected row stays selected where it still is."""
        self.whose.setText(state.whose)
        self.days.setVisible(not state.whose)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.foot.setText(state.foot)
        self._skeleton.setVisible(state.skeleton)
        self.table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)
        self._right.setVisible(bool(state.rows))
        if state.rows and not self.table.key:
            self.table.select_first()
        if self._focus_due and state.rows:
            self.take_focus()

    def offer(self, open_words: str) -> None:
        """What Enter opens for the row in focus; nothing for none."""
        self.open.set_text(open_words)
        self.open.setVisible(bool(open_words))
        self.open_action.setEnabled(bool(open_words))
        self.ledger_action.setEnabled(bool(self.table.key))
        self.ledger.setVisible(bool(self.table.key))
