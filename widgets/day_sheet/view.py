"""Draws the day sheet and says what the clerk did; decides nothing."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from app.day_views import DateType, Tab
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
    Skeleton,
    Switch,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.day_field import DayField
from widgets.common.summary import Summary
from widgets.common.tabs import Tabs
from widgets.day_sheet.state import (
    ALL_OF,
    BY_WORDS,
    OWN_SPAN,
    ROW_TABLE,
    SPAN_WORDS,
    SUM_TABLE,
    TABS,
    Chosen,
    DaySheetState,
)
from widgets.theme import S4, S8, S12, S16, S20, S24, Themed

_SIDE = 292
_FILTERS = {"practitioner_id": "Provider", "location_id": "Location", "device": "Desk", "staff_id": "Staff",
            "tender": "Way to pay"}  # fmt: skip


class DaySheetPage(Themed, QWidget):
    """The page. Rows are named by `DayLine.key`."""

    chosen = Signal(object)
    tab_chosen = Signal(str)
    page_moved = Signal(int)
    opened = Signal(str)
    cleared = Signal()
    retry_pressed = Signal()
    export_pressed = Signal()
    print_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Day sheet")
        self._drawing = False
        self._state = DaySheetState()
        self._make_actions()
        self._make_bar()
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.tabs = Tabs("Parts of the day sheet", TABS)
        self.sums = CellTable("Sums of the day sheet", SUM_TABLE, lines=1)
        self.table = CellTable("Transactions", ROW_TABLE)
        self.beside = Summary("Beside the sums")
        self.empty = EmptyState("chart-column", "")
        self.foot = Text("", "table", "muted", elide=True)
        self.page_text = Text("", "table", "text2")
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        self.print = KeycapButton("Print", icon="printer", action=self.print_action)
        self.export = KeycapButton("Export", icon="download", action=self.export_action)
        self._figures = [_Figure() for _ in range(4)]
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.tabs)
        self.follow_theme()

    def _make_actions(self) -> None:
        self.open_action = page_action(self, "Open the ledger", ENTER, self._open)
        self.filter_action = page_action(self, "Choose the days", "Ctrl+F", self._to_filters)
        self.print_action = page_action(self, "Print", "Ctrl+P", self.print_pressed.emit)
        self.export_action = page_action(self, "Export", "Ctrl+E", self.export_pressed.emit)
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.clear_action = page_action(self, "Clear filters", "Esc", self.cleared.emit)
        self.tab_actions = [
            page_action(self, words, f"Alt+{number}", partial(self.tab_chosen.emit, key))
            for number, (key, words) in enumerate(TABS.items(), start=1)
        ]

    def _make_bar(self) -> None:
        self.span = Choice("Days", SPAN_WORDS.items())
        self.first = DayField("From day", lambda: self._state.today)
        self.last = DayField("To day", lambda: self._state.today)
        self.by = Choice("Date type", BY_WORDS.items())
        self.filters = {name: Choice(words, [("", ALL_OF[name])], narrow=True) for name, words in _FILTERS.items()}
        self.moved = Switch("Include moved cash")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Day sheet", "title"))
        self._days = Text("", "body", "muted")
        head.addSpacing(S4)
        head.addWidget(self._days)
        head.addStretch(1)
        for button in (self.print, self.export):
            head.addWidget(button)
        self._own = QWidget()
        own = QHBoxLayout(self._own)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(S8)
        for words, field in (("from", self.first), ("to", self.last)):
            own.addWidget(Text(words, "table", "text2"))
            own.addWidget(field)
        self._lay_bar()
        self._lay_list()
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addWidget(self._list, 1)

    def _lay_bar(self) -> None:
        self._bar = QVBoxLayout()
        self._bar.setSpacing(S8)
        upper, lower = QHBoxLayout(), QHBoxLayout()
        for row in (upper, lower):
            row.setSpacing(S8)
            self._bar.addLayout(row)
        for part in (self.span, self._own, self.by):
            upper.addWidget(part)
        upper.addStretch(1)
        upper.addWidget(Text("Include moved cash", "table", "text2"))
        upper.addWidget(self.moved)
        for choice in self.filters.values():
            lower.addWidget(choice, 1)

    def _lay_list(self) -> None:
        self._sums_row = QHBoxLayout()
        for figure in self._figures:
            self._sums_row.addWidget(figure, 1)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self.foot, 1)
        for part in (self.before, self.page_text, self.after):
            self._foot.addWidget(part)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        body = self._list.body
        body.addLayout(self._bar)
        body.addWidget(Divider())
        body.addWidget(self.tabs)
        body.addLayout(self._stack, 1)
        body.addWidget(Divider())
        body.addLayout(self._sums_row)
        body.addWidget(Divider())
        body.addLayout(self._foot)
        self._skeleton = Skeleton(9)
        self._lay_summary()
        for page in (skeleton_page(self._skeleton), self._summary, self.table, self.empty):
            self._stack.addWidget(page)

    def _lay_summary(self) -> None:
        self._summary = QWidget()
        parts = QHBoxLayout(self._summary)
        parts.setContentsMargins(0, 0, 0, 0)
        parts.setSpacing(0)
        self._side = QScrollArea()
        self._side.setFrameShape(QScrollArea.Shape.NoFrame)
        self._side.setWidgetResizable(True)
        self._side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._side.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(S16, S12, S16, S12)
        column.addWidget(self.beside)
        column.addStretch(1)
        self._side.setWidget(holder)
        self._side.viewport().setAutoFillBackground(False)
        holder.setAutoFillBackground(False)
        parts.addWidget(self.sums, 1)
        parts.addWidget(Divider(vertical=True))
        parts.addWidget(self._side)

    def _connect(self) -> None:
        for choice in (self.span, self.by, *self.filters.values()):
            choice.chosen.connect(self._choose)
        for field in (self.first, self.last):
            field.changed.connect(self._choose)
        self.moved.toggled.connect(self._choose)
        self.tabs.chosen.connect(self.tab_chosen)
        self.table.opened.connect(self.opened)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._bar.setContentsMargins(S16 - 2, S12 - 2, S16 - 2, S12 - 2)
        self._foot.setContentsMargins(S16, S4, S12, S4)
        self._sums_row.setContentsMargins(0, 0, 0, 0)
        self.span.setFixedWidth(look.px(158))
        self.by.setFixedWidth(look.px(176))
        self._side.setFixedWidth(look.px(_SIDE))
        for field in (self.first, self.last):
            field.setFixedSize(look.px(92), look.size("control"))
        for button in (self.before, self.after):
            button.setFixedWidth(look.px(36))
        self.page_text.setContentsMargins(S4, 0, S4, 0)
        self._list.body.setSpacing(0)

    def take_focus(self) -> None:
        """Put the focus where the arrow keys change what is shown."""
        self.tabs.take_focus()

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self.table.isVisible() and self.table.key:
            self.opened.emit(self.table.key)

    def _to_filters(self) -> None:
        self.span.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _choose(self, *_told: object) -> None:
        if not self._drawing:
            chosen: dict[str, Any] = {name: choice.key for name, choice in self.filters.items()}
            self.chosen.emit(Chosen(self.span.key, self.first.day, self.last.day, DateType(self.by.key),
                                    moved=self.moved.isChecked(), **chosen))  # fmt: skip

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: DaySheetState) -> None:
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
        self.page_text.setText(state.page_text)
        paged = bool(state.page_text)
        for part in (self.before, self.after, self.page_text):
            part.setVisible(paged)
        self.before_action.setEnabled(state.has_before)
        self.after_action.setEnabled(state.has_after)
        self.clear_action.setEnabled(state.chosen.narrowed)
        listed = state.view is not None
        self.print_action.setEnabled(listed)
        self.export_action.setEnabled(listed)

    def _draw_bar(self, state: DaySheetState) -> None:
        chosen = state.chosen
        for name, choice in self.filters.items():
            wanted = [("", ALL_OF[name]), *state.choices.get(name, ())]
            shown = [(str(choice.itemData(at) or ""), choice.itemText(at)) for at in range(choice.count())]
            if wanted != shown:
                choice.set_items(wanted)
            choice.set_key(getattr(chosen, name))
        self.filters["location_id"].setVisible(len(state.choices.get("location_id", ())) > 1)
        self.span.set_key(chosen.span)
        self.by.set_key(chosen.by.value)
        self.moved.setChecked(chosen.moved)
        self.moved.setEnabled(chosen.by is not DateType.SERVICE)
        self._own.setVisible(chosen.span == OWN_SPAN)
        self.first.set_day(chosen.first)
        self.last.set_day(chosen.last)
        self.tabs.set_key(chosen.tab.value)

    def _draw_list(self, state: DaySheetState) -> None:
        summary = state.view is None or state.view.ask.tab is Tab.SUMMARY
        if summary:
            self.sums.set_rows(state.rows)
            self.beside.show_lines(state.beside)
        else:
            self.table.set_rows(state.rows)
            if state.rows and not self.table.key:
                self.table.select_first()
        self.open_action.setEnabled(not summary and bool(state.rows))
        self._skeleton.setVisible(state.skeleton)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        for figure, (label, amount, note) in zip(self._figures, state.figures or [("", "", "")] * 4, strict=True):
            figure.show_words(label, amount, note)
        page = 3 if state.empty is not None else 0 if not state.rows else 1 if summary else 2
        self._stack.setCurrentIndex(page)


class _Figure(Themed, QWidget):
    """One of the sums that never leave: label, amount, what it is."""

    def __init__(self) -> None:
        super().__init__()
        self._label, self._amount = Text("", "caption_medium", "text2"), Text("", "amount_s")
        self._note = Text("", "caption", "muted", elide=True)
        body = QVBoxLayout(self)
        body.setSpacing(0)
        for part in (self._label, self._amount, self._note):
            body.addWidget(part)
        self.follow_theme()

    def restyle(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(S16, S8, S24, S8)

    def show_words(self, label: str, amount: str, note: str) -> None:
        """Show another figure."""
        self._label.setText(label)
        self._amount.setText(amount)
        self._note.setText(note)
        self.setAccessibleName(f"{label} {amount}".strip())
