"""Draws Needs attention and says what the clerk did; decides nothing."""

from __future__ import annotations

from functools import partial
from itertools import groupby

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from widgets import theme
from widgets.attention.parts import HistoryBox, KnownBox, SidesBox, WayButton
from widgets.attention.record_card import RecordCard
from widgets.attention.state import OPEN, TABS, AttentionState, Detail, Row
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Column,
    Divider,
    EmptyState,
    IconButton,
    IconCell,
    IconLabel,
    KeycapButton,
    Pill,
    Role,
    RowKind,
    Segments,
    TableRow,
    Text,
    WordsCell,
    page_action,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

COLUMNS = (Column("What", 270, stretch=1), Column("When", 102, right=True))
MOST_WAYS = 3
_LIST_SHARE = 0.378


def list_row(row: Row) -> TableRow:
    """One item as cells."""
    amount = WordsCell(row.amount or " ", row.time, "body_strong", right=True)
    said = ", ".join(part for part in (row.title, row.subtitle, row.amount, row.time) if part)
    return TableRow(row.item_id, (IconCell(row.icon, row.meaning, row.title, row.subtitle), amount), spoken=said)


def list_rows(rows: tuple[Row, ...]) -> list[TableRow]:
    """The rows, each section under its heading."""
    made: list[TableRow] = []
    for section, mine in groupby(rows, key=lambda row: row.section):
        made += [TableRow(section, (), RowKind.SECTION, section), *map(list_row, mine)]
    return made


class AttentionPage(Themed, QWidget):
    """One Needs attention page. Ways are numbered from 0; `tab_chosen` names a list, `page_moved` says ±1."""

    tab_chosen = Signal(str)
    page_moved = Signal(int)
    row_chosen = Signal(str)
    way_chosen = Signal(int)
    applied = Signal()
    check_pressed = Signal()
    known_told = Signal(bool)
    known_reasoned = Signal(str)
    ledger_pressed = Signal()
    message_pressed = Signal()
    back_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Needs attention")
        self._drawing = False
        self.apply_action = page_action(self, "Apply", ENTER, self.applied.emit)
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self.ledger_pressed.emit)
        self.message_action = page_action(self, "Message patient", "Ctrl+M", self.message_pressed.emit)
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        # Ctrl+R syncs everywhere else: here the page takes the key before the window does.
        self.check_action = QAction("Check now", self)
        self.check_action.setShortcut(QKeySequence("Ctrl+R"))
        self.check_action.triggered.connect(lambda _on=False: self.check_pressed.emit())
        self.way_actions = tuple(
            page_action(self, f"Choice {n + 1}", str(n + 1), lambda n=n: self.way_chosen.emit(n))  # type: ignore[misc]
            for n in range(MOST_WAYS)
        )
        self.tab_actions = tuple(
            page_action(self, f"Needs attention: {words.lower()}", f"Alt+{n}", partial(self.tab_chosen.emit, key))
            for n, (key, words) in enumerate(TABS, start=1)
        )
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.tabs = Segments("Lists of Needs attention", TABS)
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        self.page_text = Text("", "table", "text2")
        self._title = Text("Needs attention", "title")
        self._head = Text("", "body", "muted")
        self.banner = Banner("bad", button="Try again")
        self.table = CellTable("What needs attention", COLUMNS, head=False, row_size="row_find")
        self.empty = EmptyState("circle-check", "", " ", ink="ok_text")
        self.title = Text("", "heading", wrap=True)
        self.who = Text("", "caption", "muted", wrap=True)
        self.pill = Pill()
        self.amount = Text("", "display")
        self.text = Text("", "body", "text2", wrap=True)
        self.history = HistoryBox()
        self.sides = SidesBox()
        self.ways = [WayButton(action) for action in self.way_actions]
        self.known = KnownBox()
        self.check = KeycapButton(action=self.check_action, icon="refresh-cw")
        self.ledger = KeycapButton("Ledger", role=Role.LINK, action=self.ledger_action, icon="file-text")
        self.message = KeycapButton("Message patient", role=Role.LINK, action=self.message_action, icon="mail")
        self.apply = KeycapButton(role=Role.PRIMARY, action=self.apply_action)
        self.record = RecordCard(self.apply_action, self.ledger_action)
        for button in (self.check, self.ledger, self.message, self.apply, *self.ways):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page
        self._lay_out()
        self._connect()
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(self._title)
        head.addWidget(self._head, 1)
        head.addWidget(self.tabs)
        foot = QHBoxLayout()
        foot.setSpacing(S8)
        foot.setContentsMargins(S16, S8, S16, S12)
        foot.addWidget(IconLabel("circle-check", "ok_text", 14))
        foot.addWidget(Text("Nothing here is lost. Each item keeps its full history.", "caption", "muted"), 1)
        self._list = Card(inset=0, clip=True)
        self._list.body.addWidget(self.table, 1)
        self._pager = QWidget()
        pager = QHBoxLayout(self._pager)
        pager.setContentsMargins(S16, S8, S12, 0)
        pager.setSpacing(S8)
        pager.addWidget(self.page_text, 1)
        pager.addWidget(self.before)
        pager.addWidget(self.after)
        self._list.body.addWidget(self._pager)
        self._list.body.addLayout(foot)
        both = QWidget(self)
        self._columns = QHBoxLayout(both)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._left = QVBoxLayout()
        self._left.addWidget(self.banner)
        self._left.addWidget(self._list, 1)
        self._columns.addLayout(self._left)
        self._detail = self._detail_card()
        right = QWidget()
        right.setObjectName("decision")
        sides = QVBoxLayout(right)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.addWidget(self._detail)
        sides.addWidget(self.record)
        self._columns.addWidget(right, 1)
        clear = Card(parent=self)
        clear.body.addWidget(self.empty)
        self._stack = QStackedLayout()
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        for page in (both, clear, QWidget(self)):
            self._stack.addWidget(page)

    def _detail_card(self) -> Card:
        card = Card(inset=0)
        card.body.addLayout(self._detail_head())
        card.body.addWidget(Divider("hairline"))
        card.body.addLayout(self._detail_body(), 1)
        card.body.addWidget(Divider("hairline"))
        low = QHBoxLayout()
        low.setContentsMargins(S12, S10, S20, S10)
        low.setSpacing(S10)
        low.addWidget(self.ledger)
        low.addWidget(self.message)
        low.addStretch(1)
        low.addWidget(self.check)
        low.addWidget(self.apply)
        card.body.addLayout(low)
        return card

    def _detail_head(self) -> QHBoxLayout:
        names = QVBoxLayout()
        names.setSpacing(S4)
        names.addWidget(self.title)
        names.addWidget(self.who)
        top = QHBoxLayout()
        top.setContentsMargins(S20, S12, S20, S12)
        top.setSpacing(S12)
        top.addLayout(names, 1)
        top.addWidget(self.pill, 0, Qt.AlignmentFlag.AlignVCenter)
        return top

    def _detail_body(self) -> QVBoxLayout:
        money = QHBoxLayout()
        money.setSpacing(S16)
        money.addWidget(self.amount)
        money.addWidget(self.text, 1)
        middle = QVBoxLayout()
        middle.setContentsMargins(S20, S12, S20, S12)
        middle.setSpacing(S10)
        middle.addLayout(money)
        middle.addWidget(self.history)
        middle.addWidget(self.sides)
        middle.addWidget(Text("What should happen?", "body_strong"))
        for way in self.ways:
            middle.addWidget(way)
        middle.addWidget(self.known)
        middle.addStretch(1)
        return middle

    def _connect(self) -> None:
        self.tabs.chosen.connect(self.tab_chosen)
        self.table.selected.connect(self._selected)
        for at, way in enumerate(self.ways):
            way.clicked.connect(lambda _on=False, at=at: self.way_chosen.emit(at))
        self.known.told.connect(self.known_told)
        self.known.reasoned.connect(self.known_reasoned)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._columns.setSpacing(gap)
        self._left.setSpacing(gap)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.banner.setFixedWidth(self._list_width())
        self._list.setFixedWidth(self._list_width())

    def _list_width(self) -> int:
        return max(theme.current().px(340), round((self.width() - 2 * S20) * _LIST_SHARE))

    def event(self, event: QEvent) -> bool:
        """Take Ctrl+R while something can be checked here, before the window's own command does."""
        kinds = {QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress}
        if event.type() in kinds and isinstance(event, QKeyEvent) and self.check_action.isEnabled():
            keys = QKeySequence(event.keyCombination())
            if keys == self.check_action.shortcut():
                event.accept()
                if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                    self.check_action.trigger()
                return True
        return super().event(event)

    def _selected(self, key: str) -> None:
        if not self._drawing:
            self.row_chosen.emit(key)

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def announce(self, words: str) -> None:
        """Speak what an item turned out to be."""
        announce(self, words, urgent=True)

    # Drawing ----------------------------------------------------------------------------------------------------

    def draw(self, state: AttentionState) -> None:
        """Show `state`."""
        self._drawing = True
        try:
            self._head.setText(state.head)
            self.tabs.set_key(state.tab)
            self.tabs.set_counts(state.counts)
            self.banner.setVisible(state.notice is not None)
            if state.notice is not None:
                self.banner.set(state.notice.title, state.notice.body)
            self._draw_list(state)
            self._detail.setVisible(state.tab == OPEN)
            self.record.setVisible(state.tab != OPEN)
            for action in (self.apply_action, self.ledger_action, self.message_action, self.check_action,
                           *self.way_actions):  # fmt: skip
                action.setEnabled(state.detail is not None)
            if state.detail is not None:
                self._draw_detail(state.detail)
            elif state.record is not None:
                self.apply_action.setEnabled(True)
                self.ledger_action.setEnabled(bool(state.record.patient_id))
                self.record.draw(state.record, state.tab)
        finally:
            self._drawing = False

    def _draw_list(self, state: AttentionState) -> None:
        if not state.rows:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
        self._stack.setCurrentIndex(0 if state.rows else 1 if state.loaded else 2)
        self.table.set_rows(list_rows(state.rows))
        if self.table.key != state.selected:
            self.table.set_key(state.selected)
        self._pager.setVisible(state.pages is not None)
        for action, there in ((self.before_action, state.pages and state.pages.has_before),
                              (self.after_action, state.pages and state.pages.has_after)):  # fmt: skip
            action.setEnabled(bool(there))
        self.page_text.setText(state.pages.words if state.pages else "")

    def _draw_detail(self, detail: Detail) -> None:
        self.title.setText(detail.title)
        self.who.setText(detail.who)
        self.who.setVisible(bool(detail.who))
        self.pill.set_look(detail.pill)
        self.amount.setText(detail.amount)
        self.amount.setVisible(bool(detail.amount) and not detail.sides)  # the sides carry the amounts
        self.text.setText(detail.text)
        self.history.draw(detail.history if detail.known is None else ())  # its room is needed for what was seen
        for at, button in enumerate(self.ways):
            shown = at < len(detail.ways)
            button.setVisible(shown)
            self.way_actions[at].setEnabled(shown and detail.ways[at].enabled)
            if shown:
                button.draw(detail.ways[at], chosen=at == detail.chosen)
        self.sides.draw(detail.sides)
        self.known.draw(detail.known or detail.why, why_only=detail.known is None)
        self.check.setVisible(detail.can_check)
        self.check_action.setEnabled(detail.can_check and not detail.checking)
        if detail.checking:
            self.check.set_busy("Asking…")
        else:
            self.check.set_idle()
        self.ledger.set_available(detail.item.patient is not None)
        self.message.setVisible(bool(detail.message))
        self.message_action.setEnabled(bool(detail.message))
        self.apply.set_text(detail.apply_text)
        self.apply.set_available(detail.ways[detail.chosen].enabled, detail.ways[detail.chosen].outcome)
