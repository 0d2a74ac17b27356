"""Draws the Ledger and says what the clerk did; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    EmptyState,
    FigureCard,
    IconLabel,
    KeycapButton,
    Role,
    Skeleton,
    TableRow,
    Text,
    page_action,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.patient_bar import PatientBar
from widgets.common.tabs import Tabs
from widgets.ledger.lots import LotsCard
from widgets.ledger.rows import COLUMNS, rows_of, total_row
from widgets.ledger.state import TAB_WORDS, LedgerState, Tab
from widgets.ledger.tail import MarkDelegate
from widgets.theme import S8, S12, S16, S20, Themed

FIGURES = ("Total paid", "Allocated (paid to visits)", "Unallocated", "Statement balance", "Total balance")
_SIDE_SHARE = 0.34


class LedgerTable(CellTable):
    """A list as high as its rows, until it has to scroll."""

    def __init__(self, tab: Tab) -> None:
        super().__init__(TAB_WORDS[tab], COLUMNS[tab], row_size="primary")
        self.setItemDelegate(MarkDelegate(self))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def set_rows(self, rows: list[TableRow]) -> None:  # type: ignore[override]
        super().set_rows(rows)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, self.content_height())

    def minimumSizeHint(self) -> QSize:
        return QSize(240, min(self.content_height(), theme.current().px(132)))


class TotalRow(CellTable):
    """The sums of the visits, always in view under their columns."""

    def __init__(self, above: CellTable) -> None:
        self._above = above
        super().__init__("Total", COLUMNS[Tab.VISITS], head=False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        above.horizontalHeader().sectionResized.connect(lambda _at, _before, _now: self._lay_columns())

    def _lay_columns(self) -> None:
        for number in range(len(COLUMNS[Tab.VISITS])):
            self.setColumnWidth(number, self._above.columnWidth(number))

    def sizeHint(self) -> QSize:
        return QSize(400, theme.current().px(41))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())


class LedgerPage(Themed, QWidget):
    """One Ledger page. `receipt_pressed(payment_id)` asks for a copy of a receipt."""

    tab_chosen = Signal(str)
    collect_pressed = Signal()
    receipt_pressed = Signal(str)
    back_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ledger")
        self.collect_action = page_action(self, "Collect", ENTER, self.collect_pressed.emit)
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.reprint_action = page_action(self, "Print receipt", "Ctrl+P", self._reprint)
        self.bar = PatientBar(self.back)
        self.collect = KeycapButton(role=Role.PRIMARY, action=self.collect_action)
        self.bar.ways.addWidget(self.collect)
        self.figures = [FigureCard(title, note_below=True) for title in FIGURES]
        self.banner = Banner("bad", button="Try again")
        self.tabs = Tabs("Lists of this account", {tab.value: words for tab, words in TAB_WORDS.items()})
        self.tables = {tab: LedgerTable(tab) for tab in Tab}
        self.total = TotalRow(self.tables[Tab.VISITS])
        self.empty = EmptyState("receipt-text", "")
        self.reprint = KeycapButton("Print receipt again", action=self.reprint_action, icon="printer",
                                    size="control_small")  # fmt: skip
        for button in (self.collect, self.reprint):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page
        self._said = Text("", "table", "ok_text", elide=True)
        self._note_icon = IconLabel("info", "muted", 14)
        self._note = Text("", "table", "muted", elide=True)
        self.lots = LotsCard()
        self.lots.setObjectName("decision")
        self._skeleton = Skeleton(7)
        self._lay_out()
        self.tabs.chosen.connect(self.tab_chosen)
        self.lots.receipt_pressed.connect(self.receipt_pressed)
        self.banner.pressed.connect(self.retry_pressed)
        self.follow_theme()

    def _lay_out(self) -> None:
        self._figures = QHBoxLayout()
        for card in self.figures:
            self._figures.addWidget(card, 1)
        lists = QVBoxLayout()
        lists.setSpacing(0)
        for table in self.tables.values():
            lists.addWidget(table, 1)
        lists.addWidget(self.total)
        lists.addWidget(self.empty, 1)
        lists.addStretch(0)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self._note_icon)
        self._foot.addWidget(self._note, 1)
        self._foot.addWidget(self._said, 1)
        self._foot.addWidget(self.reprint)
        self._list = Card(inset=0, clip=True)
        self._list.body.addWidget(self.tabs)
        self._list.body.addLayout(lists, 1)
        self._list.body.addLayout(self._foot)
        right = QVBoxLayout()
        right.addWidget(self.lots)
        right.addStretch(1)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._list, 1)
        self._columns.addLayout(right)
        main, waiting = QWidget(self), Card(parent=self)
        inner = QVBoxLayout(main)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addLayout(self._figures)
        inner.addLayout(self._columns, 1)
        self._inner = inner
        waiting.body.addWidget(self._skeleton)
        waiting.body.addStretch(1)
        self._stack = QStackedLayout()
        self._body = QVBoxLayout(self)
        self._body.addWidget(self.bar)
        self._body.addWidget(self.banner)
        self._body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        self._stack.addWidget(main)
        self._stack.addWidget(waiting)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._inner.setSpacing(gap)
        self._figures.setSpacing(S12)
        self._columns.setSpacing(S16 - 2)
        self._foot.setContentsMargins(S16, S8, S16, S12)
        wide = round((self.width() - 2 * S20) * _SIDE_SHARE)
        self.lots.setFixedWidth(min(look.size("side_most"), max(look.size("side_least"), wide)))
        for card in self.figures:
            card.setFixedHeight(look.px(78 if look.compact else 86))
            if look.compact:
                card.body.setContentsMargins(S16, S8, S16, S8)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.restyle()

    def take_focus(self) -> None:
        """Put the focus into the list shown."""
        self.tables[Tab(self.tabs.key)].setFocus(Qt.FocusReason.OtherFocusReason)

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self._said.text())

    def _reprint(self) -> None:
        self.receipt_pressed.emit(self.tables[Tab.PAYMENTS].key)

    # Drawing ----------------------------------------------------------------------------------------------------

    def draw(self, state: LedgerState) -> None:
        """Show `state`; the selected row stays selected."""
        view = state.view
        self.bar.show_patient(view.patient if view else None, phone=True)
        self.bar.badge.set_cents(view.figures.unallocated_cents if view else 0)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self.collect.setVisible(view is not None)
        self.collect_action.setEnabled(view is not None)
        self.collect.set_text(state.collect_text)
        self._skeleton.setVisible(state.skeleton)
        self._stack.setCurrentIndex(0 if view is not None else 1)
        if view is None:
            return
        for card, figure in zip(self.figures, state.figures, strict=True):
            card.set(show_cents(figure.cents), figure.under, ink=f"{figure.meaning}_text" if figure.meaning else "text")
        self._draw_list(state)
        self.lots.draw(state)

    def _draw_list(self, state: LedgerState) -> None:
        view, today = state.view, state.today
        if view is None or today is None:
            return
        focused = any(table.hasFocus() for table in self.tables.values())
        self.tabs.set_key(state.tab.value)
        for tab, table in self.tables.items():
            if tab is state.tab:
                table.set_rows(rows_of(tab, view, today))
                if not table.key:
                    table.select_first()
            table.setVisible(tab is state.tab and state.empty is None)
        if focused:
            self.take_focus()
        totals = state.totals if state.tab is Tab.VISITS else None
        self.total.setVisible(totals is not None)
        if totals is not None:
            self.total.set_rows([total_row(totals)])
        self.empty.setVisible(state.empty is not None)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        payments = state.tab is Tab.PAYMENTS and state.empty is None
        self.reprint.setVisible(payments)
        self.reprint_action.setEnabled(payments)
        self._said.setText(state.said)
        self._said.setVisible(bool(state.said))
        note = state.footnote if not state.said else ""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._note_icon.setVisible(bool(note))
