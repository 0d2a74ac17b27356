"""Draws Today: figures, schedule, decision column. Says what the clerk did; decides nothing."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.views import TodayView
from models.basics.money import show_cents
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Choice,
    Divider,
    EmptyState,
    FigureCard,
    IconButton,
    KeycapButton,
    Role,
    Segments,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.beside import side_width
from widgets.common.when import count_text
from widgets.theme import S4, S8, S12, S14, S16, S20, Themed
from widgets.today.rows import ACCOUNT_COLUMN, COLUMNS, table_rows
from widgets.today.side import SideCard
from widgets.today.state import ALL_PROVIDERS, SEGMENT_WORDS, Segment, TodayState, collected_part

_SIDE_SHARE = 0.2835


class TodayPage(Themed, QWidget):
    """One Today page. Rows are named by their appointment ids; `day_moved` carries days forward or back, `act_wanted`
    what shall be done with the selected visit: status, add_charge, billing, new_visit."""

    row_chosen = Signal(str)
    segment_chosen = Signal(str)
    practitioner_chosen = Signal(str)
    day_moved = Signal(int)
    today_asked = Signal()
    primary_pressed = Signal()
    check_in_pressed = Signal()
    ledger_pressed = Signal()
    attention_pressed = Signal()
    retry_pressed = Signal()
    act_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Today")
        self._drawing = False
        self.primary = page_action(self, "Collect", ENTER, self.primary_pressed.emit)
        self.check_in = page_action(self, "Check in", "F4", self.check_in_pressed.emit)
        self.ledger = page_action(self, "Ledger", "Ctrl+L", self.ledger_pressed.emit)
        self._title = Text("Today", "title")
        self._date = Text("", "body", "muted")
        self._as_of = Text("", "caption", "muted")
        self._before = IconButton("chevron-left", "Day before")
        self._today = KeycapButton("Today")
        self._after = IconButton("chevron-right", "Day after")
        self._providers = Choice("Provider", [("", ALL_PROVIDERS)])
        self.segments = Segments("Which visits", [(segment.value, SEGMENT_WORDS[segment]) for segment in Segment])
        self.arrived = FigureCard("Arrived", "user-check")
        self.copays = FigureCard("Copays collected")
        self.collected = FigureCard("Collected today", "hand-coins")
        self.attention = FigureCard("Needs attention", "triangle-alert")
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = CellTable("Schedule", COLUMNS)
        self.empty = EmptyState("calendar-days", "")
        self._skeleton = Skeleton(8)
        self._blank = QWidget()
        self.new_visit = page_action(self, "New visit", "Ctrl+N", lambda: self.act_wanted.emit("new_visit"))
        self.row_actions = tuple(
            self._row_action(words, key, act)
            for words, key, act in (("Status…", "S", "status"), ("Add charge…", "A", "add_charge"),
                                    ("Billing status…", "B", "billing"))
        )  # fmt: skip
        self.coverage = page_action(
            self, "Coverage and benefits…", "Alt+B", lambda: self.act_wanted.emit("coverage"), menu="patient"
        )
        self.superbill = page_action(self, "Superbill…", "Ctrl+B", lambda: self.act_wanted.emit("superbill"))
        self.side = SideCard(self.primary, self.check_in, self.ledger)
        self.acts = tuple(
            KeycapButton(role=Role.LINK, action=action, size="control_small")
            for action in (*self.row_actions, self.new_visit)
        )
        for button in self.acts:
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the list
        self._lay_out()
        self._connect()
        side = self.side
        for before, after in pairwise((self.table, side.primary, side.check_in, side.ledger, *self.acts)):
            QWidget.setTabOrder(before, after)
        self.follow_theme()

    def _row_action(self, words: str, key: str, act: str) -> QAction:
        """An act on the selected visit whose single letter works only while the list has the focus."""
        action = page_action(self, words, key, lambda: self.act_wanted.emit(act))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.table.addAction(action)
        return action

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(self._title)
        head.addSpacing(S12)
        head.addWidget(self._date)
        head.addWidget(self._as_of)
        head.addSpacing(S14)
        head.addWidget(self._before)
        head.addWidget(self._today)
        head.addWidget(self._after)
        head.addStretch(1)
        head.addWidget(self._providers)
        head.addSpacing(S8)
        head.addWidget(self.segments)
        self._figures = QHBoxLayout()
        for card in (self.arrived, self.copays, self.collected, self.attention):
            self._figures.addWidget(card, 1)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        self._list.body.addLayout(self._stack, 1)  # first: a stack without a parent shows its pages as windows
        self._foot = QWidget()
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(S8, S4, S8, S4)
        foot.setSpacing(S8)
        for button in self.acts:
            foot.addWidget(button)
        foot.addStretch(1)
        self._list.body.addWidget(Divider("hairline"))
        self._list.body.addWidget(self._foot)
        self._columns = QHBoxLayout()
        self._left = QVBoxLayout()
        self._left.addWidget(self.banner)
        self._left.addWidget(self._list, 1)
        self._columns.addLayout(self._left, 1)
        self._columns.addWidget(self.side)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addLayout(self._figures)
        self._body.addLayout(self._columns, 1)
        for page in (self._blank, self.table, self.empty, skeleton_page(self._skeleton)):
            self._stack.addWidget(page)  # a stack shows its first page at once: it must stand in the window first

    def _connect(self) -> None:
        self.table.selected.connect(self._selected)
        self.table.opened.connect(lambda _key: self.primary_pressed.emit())
        self.table.viewport().installEventFilter(self)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        page_action(self.table, "What can be done with this visit", ("Shift+F10", "Menu"), self._show_menu_here)
        self.segments.chosen.connect(self.segment_chosen)
        self._providers.chosen.connect(self.practitioner_chosen)
        self._before.clicked.connect(lambda: self.day_moved.emit(-1))
        self._after.clicked.connect(lambda: self.day_moved.emit(1))
        self._today.clicked.connect(self.today_asked)
        self.attention.clicked.connect(self.attention_pressed)
        self.side.badge_pressed.connect(self.ledger_pressed)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._figures.setSpacing(gap)
        self._left.setSpacing(gap)
        self._columns.setSpacing(S16)
        self._providers.setFixedWidth(look.px(150))
        for card in (self.arrived, self.copays, self.collected, self.attention):
            card.setFixedHeight(look.px(72 if look.compact else 78))
            if look.compact:
                card.body.setContentsMargins(S16, S8, S16, S8)
        self._fit_side()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_side()

    def _fit_side(self) -> None:
        self.side.setFixedWidth(side_width(self, _SIDE_SHARE))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A click on money on account opens it."""
        if watched is self.table.viewport() and event.type() == QEvent.Type.MouseButtonRelease:
            assert isinstance(event, QMouseEvent)
            index: QModelIndex = self.table.indexAt(event.position().toPoint())
            money = index.isValid() and index.column() == ACCOUNT_COLUMN
            if money and event.button() == Qt.MouseButton.LeftButton and index.data():
                self.ledger_pressed.emit()
        return super().eventFilter(watched, event)

    def _show_menu(self, spot: QPoint) -> None:
        """What can be done with the row under the pointer, or with the selected one (Menu key)."""
        if not self.table.key:
            return
        menu = QMenu(self)
        menu.addActions([self.primary, self.check_in, *self.row_actions, self.superbill, self.new_visit, self.ledger])
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.table.viewport().mapToGlobal(spot))
        menu.setActiveAction(self.row_actions[0])

    def _show_menu_here(self) -> None:
        """By key: the menu opens at the selected row."""
        self._show_menu(self.table.visualRect(self.table.currentIndex()).center())

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def announce(self, words: str) -> None:
        """Speak what was just done."""
        announce(self, words)

    def _selected(self, key: str) -> None:
        if not self._drawing:
            self.row_chosen.emit(key)

    # Drawing ----------------------------------------------------------------------------------------------------

    def draw(self, state: TodayState) -> None:
        """Show `state`; selection and scroll position stay where they are."""
        self._drawing = True
        try:
            self._draw_head(state)
            self._draw_list(state)
            self.side.show_side(state.side)
            for action in (self.primary, self.new_visit, self.superbill, *self.row_actions):
                action.setEnabled(state.side is not None)
        finally:
            self._drawing = False

    def _draw_head(self, state: TodayState) -> None:
        self._date.setText(state.date_text)
        self._as_of.setText(state.as_of)
        self._as_of.setVisible(bool(state.as_of))
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.segments.set_counts(dict(zip([segment.value for segment in Segment], state.counts, strict=True)))
        self.segments.set_key(state.choice.segment.value)
        if state.view is not None:
            self._draw_figures(state.view)
            self._draw_providers(state.view.practitioners, state.choice.practitioner)

    def _draw_providers(self, names: tuple[str, ...], chosen: str) -> None:
        wanted = [("", ALL_PROVIDERS), *((name, name) for name in names)]
        shown = [(str(self._providers.itemData(at) or ""), self._providers.itemText(at))
                 for at in range(self._providers.count())]  # fmt: skip
        if wanted != shown:
            self._providers.set_items(wanted)
        self._providers.set_key(chosen)

    def _draw_figures(self, view: TodayView) -> None:
        patients = count_text(len(view.rows), "patient", "patients")
        self.arrived.set(f"{view.arrived:,}", f"of {patients}")
        expected, collected = view.copays_expected_cents, view.copays_collected_cents
        self.copays.set(show_cents(collected), f"of {show_cents(expected)}", part=collected_part(view))
        payments = count_text(view.payments, "payment", "payments")
        self.collected.set(show_cents(view.collected_cents), payments)
        note = count_text(view.attention_confirming, "payment", "payments") + " to confirm"
        quiet = "All clear" if view.attention == 0 else "Look at them today"
        self.attention.set(f"{view.attention:,}", note if view.attention_confirming else quiet,
                           icon_ink="warn_text" if view.attention else "muted")  # fmt: skip

    def _draw_list(self, state: TodayState) -> None:
        if state.view is None:
            self._stack.setCurrentIndex(3 if state.skeleton else 0)
            self.table.set_rows(())
            return
        self.table.set_rows(table_rows(state.rows, state.view))
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
            self._stack.setCurrentIndex(2)
            return
        self._stack.setCurrentIndex(1)
        if self.isVisible() and QApplication.focusWidget() is None:  # the focus was asked for before there were rows
            self.table.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.table.key != state.choice.appointment_id:
            self.table.set_key(state.choice.appointment_id)
