"""The list of payment plans: what is late first, one row a plan (S4-04)."""

from __future__ import annotations

from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from app.plan_views import PlanListed
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Divider,
    EmptyState,
    KeycapButton,
    Role,
    Segments,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)
from widgets.common.newest import Newest
from widgets.common.speech import Speech
from widgets.plans.list_state import COLUMNS, SHOWN, PlansState, plans_state
from widgets.screens import LEDGER, PLAN, Kit, Page, Place
from widgets.theme import S8, S12, S16, S20, Themed

if TYPE_CHECKING:
    from models.store.rows import Change

_TOPICS = frozenset({"plan", "plan_event", "account", "charge", "rules", "patient"})


class PlansList(Themed, QWidget):
    """The page. `opened(key)` is Enter on a row, `ledger_wanted(key)` Ctrl+L, `chosen(key)` another view of it."""

    opened = Signal(str)
    ledger_wanted = Signal(str)
    chosen = Signal(str)
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Payment plans")
        self._focus_due = False
        self.open_action = page_action(self, "Open plan", ENTER, lambda: self.opened.emit(self.table.key))
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", lambda: self.ledger_wanted.emit(self.table.key))
        self.shown = Segments("Which plans", SHOWN)
        self.open_button = KeycapButton("Open plan", role=Role.PRIMARY, action=self.open_action)
        self.open_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = CellTable("Payment plans", COLUMNS)
        self.empty = EmptyState("calendar-clock", "")
        self.foot = Text("", "table", "muted", elide=True)
        self._skeleton = Skeleton(8)
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(Text("Payment plans", "title"))
        head.addWidget(self.shown)
        head.addStretch(1)
        head.addWidget(self.open_button)
        card = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.foot, 1)
        card.body.addLayout(self._stack, 1)
        card.body.addWidget(Divider())
        card.body.addLayout(self._foot)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addWidget(card, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)
        self.shown.chosen.connect(self.chosen)
        self.table.opened.connect(self.opened)
        self.banner.pressed.connect(self.retry_pressed)
        self.follow_theme()

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._foot.setContentsMargins(S16, S8, S16, S8)

    def take_focus(self) -> None:
        """Into the list, once it is there."""
        self._focus_due = self._stack.currentIndex() == 0
        if not self._focus_due:
            (self.table if self.table.isVisible() else self.shown).setFocus(Qt.FocusReason.OtherFocusReason)

    def draw(self, state: PlansState) -> None:
        """Show `state`; the selected row stays selected."""
        self.shown.set_key(state.shown)
        self.shown.set_counts(dict(state.counts))
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._skeleton.setVisible(state.skeleton)
        self.table.set_rows(state.rows)
        if state.rows and not self.table.key:
            self.table.select_first()
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        self.foot.setText(state.foot)
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)
        self.open_button.setVisible(bool(state.rows))
        for action in (self.open_action, self.ledger_action):
            action.setEnabled(bool(state.rows))
        if self._focus_due and (state.rows or state.empty):
            self.take_focus()


class PlansPresenter(QObject):
    """Reads the list and leads to the plans."""

    def __init__(self, view: PlansList, kit: Kit, speech: Speech) -> None:
        super().__init__(view)
        self._view, self._kit, self._speech = view, kit, speech
        self._shown = "all"
        self._found: tuple[PlanListed, ...] | None = None
        self._questions = Newest(kit.bridge, kit.desk.lanes["reads"], self)
        self._questions.late.connect(self._late)
        view.chosen.connect(self._choose)
        view.opened.connect(lambda key: self._go(key, PLAN))
        view.ledger_wanted.connect(lambda key: self._go(key, LEDGER))
        view.retry_pressed.connect(self.refresh)

    @Slot()
    def refresh(self) -> None:
        """Ask again; what is shown stays until the answer is there."""
        lists = self._kit.desk.plan_lists
        self._questions.ask(lists.running, self._came, self._failed)

    def _came(self, found: tuple[PlanListed, ...]) -> None:
        self._found = found
        self._draw()

    def _failed(self, error: Exception) -> None:
        self._view.draw(PlansState(self._shown, notice=self._speech.error(error)))

    @Slot()
    def _late(self) -> None:
        if self._found is None:
            self._view.draw(PlansState(self._shown, skeleton=True))

    @Slot(str)
    def _choose(self, shown: str) -> None:
        self._shown = shown
        self._draw()

    def _draw(self) -> None:
        if self._found is not None:
            self._view.draw(plans_state(self._found, self._shown, self._kit.facts().business_date))

    def _go(self, key: str, screen: str) -> None:
        listed = next((each for each in self._found or () if each.plan_id == key), None)
        if listed is not None:
            item = listed.plan_id if screen == PLAN else ""
            self._kit.doors.go(Place(screen, listed.patient_id, item=item))


class _Page:
    money_in_flight = False

    def __init__(self, kit: Kit) -> None:
        def zone() -> tzinfo:
            return ZoneInfo(kit.facts().zone)

        self.widget = PlansList()
        self.presenter = PlansPresenter(self.widget, kit, Speech(zone))

    def enter(self, _place: Place) -> None:
        """The list, read again."""
        self.presenter.refresh()
        self.widget.take_focus()

    def leave(self) -> None:
        """The row stays chosen."""

    def changed(self, change: Change) -> None:
        if change.everything or change.topics & _TOPICS:
            self.presenter.refresh()


def make(kit: Kit) -> Page:
    """The page with its presenter."""
    return _Page(kit)
