"""Draws the Ledger and says what the clerk did; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QStackedLayout, QVBoxLayout, QWidget

from app.family import short_names
from models.basics.money import show_cents
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    Choice,
    EmptyState,
    FigureCard,
    IconLabel,
    KeycapButton,
    Role,
    Skeleton,
    Text,
    page_action,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.beside import Beside, side_width
from widgets.common.patient_bar import PatientBar
from widgets.common.tabs import Tabs
from widgets.ledger.filter_bar import FilterBar
from widgets.ledger.lots import LotsCard
from widgets.ledger.offer import Offer
from widgets.ledger.rows import columns_of, rows_of, total_row
from widgets.ledger.state import TAB_WORDS, LedgerState, Tab
from widgets.ledger.table import LedgerTable, TotalRow
from widgets.plans.list_state import plan_pill
from widgets.theme import S8, S12, S16, S20, Themed

FIGURES = ("Total paid", "Allocated (paid to visits)", "Unallocated", "Statement balance", "Total balance")
WHOLE_FAMILY = "*"
"""The key of everybody together in the family switch."""
_SIDE_SHARE = 0.34
_KEPT_LEAST = 236
_AGAIN = frozenset({Tab.PAYMENTS, Tab.STATEMENTS, Tab.DOCUMENTS})

PAGE_ACTS: tuple[tuple[str, str, str], ...] = (
    ("autofill", "AutoFill: oldest balances first…", "Alt+A"),
    ("new_visit", "New visit…", "Ctrl+N"),
    ("ask", "Ask for a payment…", "Alt+P"),
    ("link", "Send a payment link…", "Alt+J"),
    ("links", "Payment links…", ""),
    ("snooze", "Snooze bulk requests…", "Alt+Z"),
    ("plan", "New payment plan…", "Alt+L"),
    ("fee", "Add a fee…", ""),
    ("paper", "Enter a paper receipt…", ""),
    ("cards", "Cards on file…", "Alt+K"),
    ("coverage", "Coverage and benefits…", "Alt+B"),
    ("reach", "Phone, e-mail, language…", "Alt+G"),
    ("consents", "Consents…", "Alt+C"),
    ("family", "Guarantor and family…", ""),
    ("contacts", "Alternate contacts…", "Alt+N"),
    ("export", "Export patient data…", "Ctrl+E"),
    ("merge", "Merge with another record…", ""),
    ("part", "Take a merge apart…", ""),
    ("receipts", "List of receipts…", ""),
    ("undo", "Undo the last step…", "Ctrl+Z"),
)
"""What the account as a whole can take: the name of an opener, its words, its key."""
ROW_KEYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("move", "Move money", ("M",)), ("refund", "Refund", ("R", "Alt+R")), ("fill", "Fill", ("F",)),
    ("print", "Print again", ("Ctrl+P",)), ("net_out", "Net out", ("N",)),
)  # fmt: skip
"""What single letters and Ctrl+P do with the row, the lot or the ticks they are about."""


class LedgerPage(Themed, QWidget):
    """One Ledger page."""

    tab_chosen = Signal(str)
    row_chosen = Signal(str)
    fold_wanted = Signal(str, object)
    tick_wanted = Signal(str)
    filter_chosen = Signal(object)
    filter_toggled = Signal()
    lot_picked = Signal(str)
    offer_chosen = Signal(object)
    key_pressed = Signal(str)
    page_act = Signal(str)
    menu_wanted = Signal(QPoint)
    family_chosen = Signal(str)
    statement_pressed = Signal()
    collect_pressed = Signal()
    older_pressed = Signal()
    back_pressed = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Ledger")
        self._drawn: tuple[object, ...] = ()
        self._focus_due = False
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._make_actions()
        self.bar = PatientBar(self.back)
        self.family = Choice("Family", size="control")
        self.more = KeycapButton("More", icon="menu")
        self.statement = KeycapButton("Statement", action=self.statement_action, icon="file-text")
        self.collect = KeycapButton(role=Role.PRIMARY, action=self.collect_action)
        self.figures = [FigureCard(title, note_below=True) for title in FIGURES]
        self.banner = Banner("bad", button="Try again")
        self.merged = Banner("info", icon="users")
        self.tabs = Tabs("Lists of this account", {tab.value: words for tab, words in TAB_WORDS.items()})
        self.filters = FilterBar()
        self.tables: dict[Tab, LedgerTable] = {tab: LedgerTable(tab) for tab in Tab}
        self.total = TotalRow(self.tables[Tab.VISITS])
        self.empty = EmptyState("receipt-text", "")
        self._note_icon = IconLabel("info", "muted", 14)
        self._note = Text("", "table", "muted", elide=True)
        self._said = Text("", "table", "ok_text", elide=True)
        self.older = KeycapButton("Show older", size="control_small")
        self.fill = KeycapButton("Fill", action=self.row_actions["fill"], icon="arrow-right", size="control_small")
        self.again = KeycapButton("Print again", action=self.row_actions["print"], icon="printer",
                                  size="control_small")  # fmt: skip
        self.filter_button = KeycapButton("Filter", action=self.filter_action, size="control_small")
        self.acts_button = KeycapButton("Actions", action=self.menu_action, size="control_small")
        self.lots = LotsCard(self.row_actions)
        self.lots.setObjectName("decision")
        self._skeleton = Skeleton(7)
        for button in (self.collect, self.statement, self.more, self.older, self.fill, self.again, self.filter_button,
                       self.acts_button):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page
        self._lay_out()
        self._connect()
        self.follow_theme()

    def _make_actions(self) -> None:
        self.collect_action = page_action(self, "Collect", ENTER, self.collect_pressed.emit)
        self.back = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.statement_action = page_action(self, "Statement", "Alt+S", self.statement_pressed.emit, menu="payment")
        self.filter_action = page_action(self, "Filter", "Ctrl+F", self.filter_toggled.emit)
        self.menu_action = page_action(self, "Actions", ("Shift+F10", "Menu"), self._menu_of_row)
        self.pane_action = page_action(self, "Next pane", "F6", self._next_pane)
        self.family_action = page_action(self, "Whole family", "Alt+W", self._toggle_family)
        self.row_actions = {
            act: page_action(self, words, keys, partial(self.key_pressed.emit, act)) for act, words, keys in ROW_KEYS
        }
        self.page_actions = {
            act: page_action(self, words, key, partial(self.page_act.emit, act), menu="payment")
            for act, words, key in PAGE_ACTS
        }

    def _connect(self) -> None:
        self.tabs.chosen.connect(self.tab_chosen)
        for table in self.tables.values():
            table.selected.connect(self.row_chosen)
            table.fold_wanted.connect(self.fold_wanted)
            table.tick_wanted.connect(self.tick_wanted)
            table.menu_wanted.connect(self.menu_wanted)
        self.filters.chosen.connect(self.filter_chosen)
        self.lots.picked.connect(self.lot_picked)
        self.lots.asked.connect(self.offer_chosen)
        self.family.chosen.connect(self.family_chosen)
        self.older.clicked.connect(self.older_pressed)
        self.more.clicked.connect(self._menu_of_page)
        self.banner.pressed.connect(self.retry_pressed)

    def _lay_out(self) -> None:
        for way in (self.family, self.more, self.statement, self.collect):
            self.bar.ways.addWidget(way)
        self.bar.ways.setSpacing(S12)
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
        self._kept = QWidget()
        self._kept.setLayout(QHBoxLayout())
        self._kept.setMinimumHeight(_KEPT_LEAST)
        self._kept.hide()
        lists.addWidget(self._kept, 3)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S8)
        self._foot.addWidget(self._note_icon)
        self._foot.addWidget(self._note, 1)
        self._foot.addWidget(self._said, 1)
        self._foot.addStretch(0)
        for button in (self.older, self.fill, self.again, self.filter_button, self.acts_button):
            self._foot.addWidget(button)
        self._list = Card(inset=0, clip=True)
        self._list.body.addWidget(self.tabs)
        self._list.body.addWidget(self.filters)
        self._list.body.addLayout(lists, 1)
        self._list.body.addLayout(self._foot)
        self._right = QVBoxLayout()
        self._right.addWidget(self.lots)
        self._right.addStretch(1)
        self.beside = Beside(self._right, 1, self._side_width)
        self._columns = QHBoxLayout()
        self._columns.addWidget(self._list, 1)
        self._columns.addLayout(self._right)
        main, waiting = QWidget(self), Card(parent=self)
        self._inner = QVBoxLayout(main)
        self._inner.setContentsMargins(0, 0, 0, 0)
        self._inner.addLayout(self._figures)
        self._inner.addLayout(self._columns, 1)
        waiting.body.addWidget(self._skeleton)
        waiting.body.addStretch(1)
        self._stack = QStackedLayout()
        self._body = QVBoxLayout(self)
        self._body.addWidget(self.bar)
        self._body.addWidget(self.banner)
        self._body.addWidget(self.merged)
        self._body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        self._stack.addWidget(main)
        self._stack.addWidget(waiting)

    def lay_beside_papers(self, *parts: QWidget) -> None:
        """Lay parts under the list of receipts and statements: they are seen with it, the first one widest."""
        room = self._kept.layout()
        assert isinstance(room, QHBoxLayout)
        for part in parts:
            room.addWidget(part, 2 if part is parts[0] else 1)
        self._show_kept()

    def _show_kept(self) -> None:
        room = self._kept.layout()
        self._kept.setVisible(self.tabs.key == Tab.DOCUMENTS.value and room is not None and room.count() > 0)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self._inner.setSpacing(gap)
        self._figures.setSpacing(S12)
        self._columns.setSpacing(S16 - 2)
        self._right.setSpacing(gap)
        self._foot.setContentsMargins(S16, S8, S12, S8)
        self.family.setFixedWidth(look.px(164))
        self.lots.set_room(self._side_width())
        self.beside.fit()
        for card in self.figures:
            card.setFixedHeight(look.px(78 if look.compact else 86))
            if look.compact:
                card.body.setContentsMargins(S16, S8, S16, S8)

    def _side_width(self) -> int:
        return side_width(self, _SIDE_SHARE)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.restyle()

    # Focus, panel, menus ----------------------------------------------------------------------------------------

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def show_panel(self, panel: QWidget) -> None:
        """Lay `panel` under Money on account, in place of one that is there."""
        self.beside.show(panel)

    def hide_panel(self) -> None:
        """Take the panel away and give the focus back to the list."""
        if self.beside.drop():
            self.take_focus()

    @property
    def key(self) -> str:
        """The key of the selected row of the list that is shown."""
        table = self._table
        return table.key if table is not None and table.isVisible() else ""

    @property
    def _table(self) -> LedgerTable | None:
        return self.tables.get(Tab(self.tabs.key))

    @property
    def on_lots(self) -> bool:
        """Has Money on account the focus?"""
        focused = QApplication.focusWidget()
        return focused is not None and self.lots.isAncestorOf(focused)

    def take_focus(self) -> None:
        """Put the focus into the list shown."""
        table = self._table
        self._focus_due = self._stack.currentIndex() != 0
        if self._focus_due:  # nothing is known yet: the page keeps the keys until there is a list
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        elif table is not None and table.isVisibleTo(self):
            table.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.tabs.take_focus()

    def _next_pane(self) -> None:
        if self.lots.has_lots and not self.on_lots:
            self.lots.take_focus()
        else:
            self.take_focus()

    def _menu_of_row(self) -> None:
        table = self._table
        if table is not None and table.isVisible():
            self.menu_wanted.emit(table.spot_of_row())

    def _menu_of_page(self) -> None:
        menu = QMenu(self)
        for action in self.page_actions.values():
            if action.isVisible():
                menu.addAction(action)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def show_menu(self, offers: Sequence[Offer], spot: QPoint) -> QMenu | None:
        """The menu of a row: what it can take; acts that take money back stand apart. None where there is nothing."""
        if not offers:
            return None
        menu = QMenu(self)
        for at, offer in enumerate(offers):
            if at and offer.risky and not offers[at - 1].risky:
                menu.addSeparator()
            menu.addAction(offer.words, partial(self.offer_chosen.emit, offer))
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(spot)
        menu.setActiveAction(menu.actions()[0])
        return menu

    def _toggle_family(self) -> None:
        count = self.family.count()
        if count:
            first = str(self.family.itemData(0))
            self.family_chosen.emit(first if self.family.key == WHOLE_FAMILY else WHOLE_FAMILY)

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self._said.text())

    # Drawing ----------------------------------------------------------------------------------------------------

    def draw(self, state: LedgerState) -> None:
        """Show `state`; the selected row stays selected."""
        view = state.view
        self.bar.show_patient(view.patient if view else None, phone=True)
        self.bar.show_pill(plan_pill(view.plans) if view else None)
        self.bar.badge.set_cents(max(view.figures.unallocated_cents, 0) if view else 0)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        for way in (self.collect, self.statement):
            way.setVisible(view is not None)
        self.more.setVisible(view is not None and any(action.isVisible() for action in self.page_actions.values()))
        for action in (self.collect_action, self.statement_action):
            action.setEnabled(view is not None)
        self.collect.set_text(state.collect_text)
        self._draw_family(state)
        self._draw_merged(state)
        self._skeleton.setVisible(state.skeleton)
        self._stack.setCurrentIndex(0 if view is not None else 1)
        if view is None:
            return
        for card, figure in zip(self.figures, state.figures, strict=True):
            card.set(show_cents(figure.cents), figure.under, ink=f"{figure.meaning}_text" if figure.meaning else "text")
        self._draw_list(state)
        self._draw_foot(state)
        self.lots.draw(state)

    def _draw_family(self, state: LedgerState) -> None:
        view = state.view
        family = view.family if view else ()
        self.family.setVisible(bool(family))
        self.family_action.setVisible(bool(family))
        if view is None or not family:
            return
        names = short_names([each.patient for each in family])
        items = [(who, f"{names[who]}, guarantor" if each.is_guarantor else names[who])
                 for each in family if (who := each.patient.patient_id)]  # fmt: skip
        self.family.set_items([*items, (WHOLE_FAMILY, f"Whole family, {len(family)}")])
        self.family.set_key(WHOLE_FAMILY if view.whole_family else view.patient.patient_id)

    def _draw_merged(self, state: LedgerState) -> None:
        said = state.merged
        self.merged.setVisible(said is not None)
        if said is not None:
            self.merged.set(*said)

    def _draw_list(self, state: LedgerState) -> None:
        focused = any(table.hasFocus() for table in self.tables.values())
        self.tabs.set_key(state.tab.value)
        self.filters.setVisible(state.filtering and state.tab is not Tab.PLANS)
        if state.today is not None:
            self.filters.draw(state.shown, state.today)
        drawn = (state.tab, state.lines, state.unfolded, state.ticked, state.shown, state.today)
        for tab, table in self.tables.items():
            if tab is state.tab and drawn != self._drawn:
                table.show_rows(rows_of(state), simple=state.shown.simple)
                if not table.key:
                    table.select_first()
            table.setVisible(tab is state.tab and state.empty is None)
        self._drawn = drawn
        self._show_kept()
        self.total.setVisible(state.totals is not None)
        if state.totals is not None:
            self.total.show_row(total_row(state.totals), columns_of(Tab.VISITS, simple=state.shown.simple))
        self.empty.setVisible(state.empty is not None)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        if focused or self._focus_due:
            self.take_focus()

    def _draw_foot(self, state: LedgerState) -> None:
        listed = state.empty is None
        self.filter_action.setEnabled(state.tab is not Tab.PLANS)
        self.filter_button.setVisible(state.tab is not Tab.PLANS)
        self.again.setVisible(listed and state.tab in _AGAIN)
        self.acts_button.setVisible(listed)
        self.menu_action.setEnabled(listed)
        self.fill.setVisible(bool(state.ticked))
        self.fill.set_text(f"Fill {len(state.ticked)}")
        self.older.setVisible(state.tab is Tab.LOG and bool(state.view and state.view.log_cut))
        self._said.setText(state.said)
        self._said.setVisible(bool(state.said))
        note = state.footnote if not state.said else ""
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self._note_icon.setVisible(bool(note))
