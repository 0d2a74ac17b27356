"""Draws Collect and says what the clerk did; decides nothing."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from app.views import FromHome, TenderKind
from widgets import theme
from widgets.collect.left import LeftColumn
from widgets.collect.panes.card import CardPane
from widgets.collect.panes.cash import CashPane
from widgets.collect.panes.check import CheckPane
from widgets.collect.panes.credit import CreditPane, NothingPane
from widgets.collect.panes.on_file import OnFilePane
from widgets.collect.panes.other import OtherPane
from widgets.collect.panes.reasons import ReasonsPane
from widgets.collect.state import TENDER_WORDS, CollectState
from widgets.common import (
    ENTER,
    AmountLabel,
    Banner,
    Card,
    IconLabel,
    KeycapButton,
    Pill,
    Role,
    Skeleton,
    Text,
    page_action,
    visit_look,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.home import ASKED, UNPOSTED, home_notes
from widgets.common.patient import visit_text
from widgets.common.patient_bar import PatientBar
from widgets.common.pill import Look
from widgets.common.showing import show_parts
from widgets.common.when import spoken_cents
from widgets.theme import S2, S4, S6, S8, S10, S12, S14, S16, S20, Themed

COVERAGE_WORDS: Final[dict[str, Look]] = {
    "eligible": ("{payer}, eligible", "ok", "shield-check"),
    "inactive": ("{payer}, not active", "bad", "shield-alert"),
    "unknown": ("{payer}, not checked", "neutral", "shield-question-mark"),
}
_DIGITS: Final = frozenset("0123456789.")


class CollectPage(Themed, QWidget):
    """One Collect page. Signals carry what the clerk did; amounts travel as typed."""

    ticked = Signal(str, bool)
    amount_typed = Signal(str, str)
    credit_switched = Signal(bool)
    tender_chosen = Signal(str)
    received_typed = Signal(str)
    quick_chosen = Signal(int)
    check_typed = Signal(str, str)
    way_chosen = Signal(str)
    number_typed = Signal(str)
    kept_card_chosen = Signal(str)
    keep_switched = Signal(bool)
    family_switched = Signal(bool)
    details_asked = Signal()
    print_switched = Signal(bool)
    change_asked = Signal()
    change_tender_asked = Signal()
    reason_chosen = Signal(str)
    note_typed = Signal(str)
    not_today_asked = Signal()
    charge_again_asked = Signal()
    link_asked = Signal()
    cancel_pressed = Signal()
    primary_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Collect")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._make_actions()
        self.bar = PatientBar(self.back)
        self.left = LeftColumn(self.change, self.family)
        self._skeleton = Skeleton(8)
        self.card_pane = CardPane()
        self.cash_pane = CashPane(self.quick)
        self.check_pane = CheckPane()
        self.on_file_pane = OnFilePane()
        self.other_pane = OtherPane()
        self.credit_pane = CreditPane()
        self.nothing_pane = NothingPane()
        self.reasons_pane = ReasonsPane()
        self._panes: dict[str, QWidget] = {
            "card": self.card_pane, "cash": self.cash_pane, "check": self.check_pane,
            "on_file": self.on_file_pane, "other": self.other_pane,
            "credit": self.credit_pane, "nothing": self.nothing_pane, "reasons": self.reasons_pane,
        }  # fmt: skip
        self.amount = AmountLabel(0, "amount_xl", align=Qt.AlignmentFlag.AlignLeft)
        self.tiles = {
            kind: KeycapButton(action=action, icon=TENDER_WORDS[kind][0], size="tile")
            for kind, action in self.tender_actions.items()
        }
        self.doubt = Pill("A card payment is still being checked", "warn", "hourglass")
        self.doubt.setToolTip("If it went through as well, its money stays on account as credit.")
        self.home = {icon: Pill("", "warn", icon) for icon in (ASKED, UNPOSTED)}
        for pill in self.home.values():
            pill.setToolTip("What is collected here comes on top of it.")
        self.notice = Banner("bad")
        self._make_footer()
        self._lay_out()
        self._connect()
        self.follow_theme()

    # Parts ------------------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.primary_action = page_action(self, "Collect", ENTER, self.primary_pressed.emit)
        self.back = page_action(self, "Back", "Esc", self.cancel_pressed.emit)
        self.change = page_action(self, "Change amounts", "Alt+A", self.change_asked.emit)
        self.not_today = page_action(self, "Not collecting today", "Alt+N", self.not_today_asked.emit)
        self.family = page_action(self, "Pay for the family too", "Alt+M", self._toggle_family)
        self.keep = page_action(self, "Keep this card on file", "Alt+K", self._toggle_keep)
        self.details_action = page_action(self, "Payment details", "Alt+T", self.details_asked.emit)
        self.again = page_action(self, "Charge again", ("Ctrl+Return", "Ctrl+Enter"), self.charge_again_asked.emit)
        self.tender_actions: dict[TenderKind, QAction] = {
            kind: page_action(self, words, key, lambda kind=kind: self.tender_chosen.emit(kind.value))  # type: ignore[misc]
            for kind, (_icon, words, key) in TENDER_WORDS.items()
        }
        self.link_action = page_action(self, "Link", "F9", self.link_asked.emit)
        self.quick = tuple(
            page_action(self, f"Quick amount {n + 1}", f"Alt+{n + 1}", lambda n=n: self.quick_chosen.emit(n))  # type: ignore[misc]
            for n in range(3)
        )

    def _make_footer(self) -> None:
        self.primary = KeycapButton(role=Role.PRIMARY, action=self.primary_action, size="primary_l")
        self.primary.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.leave = KeycapButton("Cancel", role=Role.LINK, action=self.back)
        self.stop = KeycapButton("Cancel", action=self.back, icon="x", size="touch")
        self.other_tender = KeycapButton("Different tender", icon="arrow-left-right", size="touch")
        self.safe_icon = IconLabel("shield-check", "ok_text", 16)
        self.safe = Text("No card data on this PC", "caption", "muted")
        self.others = {
            kind: KeycapButton(action=self.tender_actions[kind]) for kind in (TenderKind.CASH, TenderKind.CHECK)
        }
        self.charge_again = KeycapButton(action=self.again)
        self.details = KeycapButton("Details", role=Role.LINK, action=self.details_action)
        self.skip = KeycapButton("Not collecting today", role=Role.LINK, action=self.not_today, icon="ban")
        self.skip_short = KeycapButton("Not today", action=self.not_today)
        for button in (self.primary, self.leave, self.stop, self.other_tender, *self.others.values(),
                       self.charge_again, self.details, self.skip, self.skip_short):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Enter with the page

    def _lay_out(self) -> None:
        self._columns = QHBoxLayout()
        self._columns.setSpacing(S16)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.addWidget(self.left, 47)
        self._columns.addWidget(self._tender_card(), 53)
        main, waiting = QWidget(self), Card(parent=self)
        main.setLayout(self._columns)
        waiting.body.addWidget(self._skeleton)
        waiting.body.addStretch(1)
        self._stack = QStackedLayout()
        self._trouble = Banner("bad")
        self._body = QVBoxLayout(self)
        self._body.addWidget(self.bar)
        self._body.addWidget(self._trouble)
        self._body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        self._stack.addWidget(main)
        self._stack.addWidget(waiting)

    def _tender_card(self) -> Card:
        to_collect = QVBoxLayout()
        to_collect.setSpacing(S2)
        to_collect.addWidget(Text("To collect", "table_medium", "text2"))
        to_collect.addWidget(self.amount)
        top = QHBoxLayout()
        top.addLayout(to_collect, 1)
        said = QVBoxLayout()
        said.setSpacing(S4)
        for pill in (self.doubt, *self.home.values()):
            said.addWidget(pill, 0, Qt.AlignmentFlag.AlignRight)
        said.addStretch(1)
        top.addLayout(said)
        tiles = QHBoxLayout()
        tiles.setSpacing(S8)
        self.link = KeycapButton(action=self.link_action, icon="link", size="tile")
        for tile in (*self.tiles.values(), self.link):
            tile.setCheckable(tile is not self.link)
            tile.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tile.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            tiles.addWidget(tile, 1)
        self._pane_box = QVBoxLayout()
        for pane in self._panes.values():
            pane.hide()
            self._pane_box.addWidget(pane)
        self._tile_gap, self._pane_gap, self._foot_gap = (QWidget() for _ in range(3))
        self.right = Card(inset=S20)
        self.right.setObjectName("decision")
        self.right.body.addLayout(top)
        self.right.body.addWidget(self._tile_gap)
        self.right.body.addLayout(tiles)
        self.right.body.addWidget(self._pane_gap)
        self.right.body.addLayout(self._pane_box)
        self.right.body.addStretch(1)
        self.right.body.addWidget(self.notice)
        self.right.body.addWidget(self._foot_gap)
        self.right.body.addWidget(self.primary)
        self.right.body.addLayout(self._footer())
        return self.right

    def _footer(self) -> QHBoxLayout:
        self._foot = QHBoxLayout()
        self._foot.setSpacing(S10)
        wide = (*self.others.values(), self.charge_again, self.skip_short)
        for part in (self.leave, self.stop, self.other_tender, *wide):
            self._foot.addWidget(part, 1 if part in wide else 0)
        self._space = QWidget()
        self._space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._foot.addWidget(self._space, 1)
        self._foot.addWidget(self.details)
        self._foot.addWidget(self.skip)
        self._foot.addWidget(self.safe_icon)
        self._foot.addWidget(self.safe)
        return self._foot

    def _connect(self) -> None:
        table = self.left.covers.table
        table.ticked.connect(self.ticked)
        table.typed.connect(self.amount_typed)
        table.edit_ended.connect(lambda: self.setFocus(Qt.FocusReason.OtherFocusReason))
        self.left.credit_switched.connect(self.credit_switched)
        self.cash_pane.typed.connect(self.received_typed)
        self.left.family_switched.connect(self.family_switched)
        self.check_pane.typed.connect(self.check_typed)
        self.other_pane.chosen.connect(self.way_chosen)
        self.other_pane.typed.connect(self.number_typed)
        self.on_file_pane.chosen.connect(self.kept_card_chosen)
        self.card_pane.keep_switched.connect(self.keep_switched)
        for pane in (self.card_pane, self.check_pane, self.on_file_pane, self.other_pane, self.credit_pane):
            pane.print_switched.connect(self.print_switched)
        self.reasons_pane.chosen.connect(self.reason_chosen)
        self.reasons_pane.noted.connect(self.note_typed)
        self.other_tender.clicked.connect(self.change_tender_asked)

    def restyle(self) -> None:
        look = theme.current()
        inset, gap = look.size("page_inset_y"), look.size("gap")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(gap)
        self.left.column.setSpacing(gap)
        self.right.setMaximumWidth(look.size("tender_most"))
        room = S14 if look.compact else S20
        self.right.body.setContentsMargins(
            S20 if not look.compact else S14, room, S20 if not look.compact else S14, room
        )
        self._space_out(tight=False)
        self._foot.setContentsMargins(0, S8 if look.compact else S12, 0, 0)

    def _space_out(self, *, tight: bool) -> None:
        """The gaps of the tender card; a notice takes some of their room."""
        low = tight or theme.current().compact
        self._tile_gap.setFixedHeight(S6 if low else S12)
        self._pane_gap.setFixedHeight(S8 if low else S16)
        self._foot_gap.setFixedHeight(S6 if low else S8)

    # Keys -------------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and event.text() in _DIGITS and event.text() and self.cash_pane.isVisible():
            self.cash_pane.take_digit(event.text())
            return
        super().keyPressEvent(event)

    def edit_amounts(self) -> None:
        """Put the cursor into the first amount."""
        self.left.covers.table.edit_first()

    def _toggle_family(self) -> None:
        switch = self.left.covers.family.switch
        if self.left.covers.family.isVisible() and switch.isEnabled():
            switch.click()

    def _toggle_keep(self) -> None:
        if self.card_pane.keep.isVisible():
            self.card_pane.keep.click()

    def focus_check_number(self) -> None:
        """Put the cursor into the check's number."""
        self.check_pane.number.setFocus(Qt.FocusReason.OtherFocusReason)

    def take_focus(self) -> None:
        """Put the focus where the page's keys work and nothing is typed into."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def announce(self) -> None:
        """Speak the reader's prompt."""
        if self.card_pane.isVisible():
            self.card_pane.announce()

    def announce_time(self, seconds: int) -> None:
        """Speak the time left to show a card."""
        announce(self, f"{seconds} seconds left to show a card")

    # Drawing ----------------------------------------------------------------------------------------------------

    def draw(self, state: CollectState) -> None:
        """Show `state`."""
        sheet = state.sheet
        self.bar.show_patient(sheet.patient if sheet else None)
        cover = sheet.coverage if sheet else None
        look = COVERAGE_WORDS.get(cover.state, COVERAGE_WORDS["unknown"]) if cover else None
        self.bar.show_pill((look[0].replace("{payer}", cover.payer), *look[1:]) if look and cover else None)
        visit = sheet.visit if sheet else None
        about = (sheet.asked.number if sheet and sheet.asked else "", visit_text(visit) if visit else "")
        self.bar.show_about(" · ".join(part for part in about if part), visit_look(visit) if visit else None)
        self._stack.setCurrentIndex(0 if sheet else 1)
        self._skeleton.setVisible(state.skeleton)
        self._trouble.setVisible(sheet is None and state.notice is not None)
        self.notice.setVisible(sheet is not None and state.notice is not None)
        self._space_out(tight=state.notice is not None)
        if state.notice is not None:
            self.notice.set(state.notice.title, state.notice.body)
            self._trouble.set(state.notice.title, state.notice.body)
        if sheet is None:
            return
        self.left.draw(state)
        self.amount.set_cents(state.to_collect_cents)
        self.amount.setAccessibleName(f"To collect, {spoken_cents(state.to_collect_cents)}")
        self.doubt.setVisible(sheet.frozen_by_unknown and state.pane not in {"card", "reasons"})
        self._draw_home(sheet.from_home, shown=state.pane != "reasons")
        self._draw_tiles(state)
        self._draw_pane(state)
        self._draw_footer(state)
        self.link.setVisible(state.pane != "reasons")  # last: its key comes and goes with what stands above
        self.link.set_available(not state.no_link, state.no_link)

    def _draw_home(self, home: FromHome, *, shown: bool) -> None:
        """Money that is not in the lines: who does not know of it collects it twice."""
        notes = home_notes(home)
        for icon, pill in self.home.items():
            pill.set(notes.get(icon, ""), "warn", icon)
            pill.setVisible(shown and icon in notes)

    def _draw_tiles(self, state: CollectState) -> None:
        shown = {tile.tender: tile for tile in state.tiles}
        self._tile_gap.setVisible(state.pane != "reasons")
        for kind, button in self.tiles.items():
            tile = shown.get(kind)
            button.setVisible(tile is not None and state.pane != "reasons")
            if tile is not None:
                button.set_available(tile.enabled, tile.why)
                button.setChecked(tile.selected)

    def _draw_pane(self, state: CollectState) -> None:
        before = next((name for name, pane in self._panes.items() if not pane.isHidden()), "")
        self._panes[state.pane].draw(state)  # type: ignore[attr-defined]
        if before != state.pane:
            show_parts([(pane, name == state.pane) for name, pane in self._panes.items()])
            self._focus_pane(state)

    def _focus_pane(self, state: CollectState) -> None:
        """A new pane takes the focus where something is typed in it; else the page has it."""
        if not self.isVisible() or self.left.covers.table.isAncestorOf(self.focusWidget() or self):
            return
        if state.pane == "cash":
            self.cash_pane.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif state.pane == "check":
            self.focus_check_number()
        elif state.pane == "other":
            self.other_pane.take_focus()
        elif state.pane == "on_file":
            self.on_file_pane.take_focus()
        elif state.pane == "reasons":
            self.reasons_pane.picker.take_focus()
        else:
            self.take_focus()

    def _draw_footer(self, state: CollectState) -> None:
        card_runs = state.locked and state.pane == "card"
        self._draw_primary(state)
        choosing = not state.locked and not state.offers_others
        quiet = choosing and state.pane != "cash"
        why = "" if state.can_cancel else "The reader is at work. Wait for its answer."
        self.not_today.setEnabled(state.offers_not_today)
        self.back.setEnabled(state.can_cancel)
        self.stop.set_text("Sign on paper" if state.signing else "Cancel")
        self.stop.setToolTip(why)
        self.other_tender.set_available(state.can_change_tender, why)
        self.details_action.setEnabled(choosing and state.pane != "reasons")
        self.details.set_text("Details set" if state.details else "Details")
        self.details.setToolTip(state.details)
        self.again.setEnabled(bool(state.charge_again))
        self.charge_again.set_text(state.charge_again)
        offered = {tile.tender for tile in state.tiles}
        shown: dict[QWidget, bool] = {
            self.primary: state.primary is not None and not card_runs,
            self.leave: quiet,
            self.details: quiet and state.pane != "reasons",
            self.skip: quiet and state.offers_not_today,
            **dict.fromkeys((self.stop, self.safe, self.safe_icon), card_runs),
            self.other_tender: card_runs and not state.signing,
            **{button: state.offers_others and kind in offered for kind, button in self.others.items()},
            self.charge_again: bool(state.charge_again),
            self.skip_short: state.offers_others and state.offers_not_today and not state.charge_again,
            self._space: not state.offers_others,
        }  # fmt: skip
        show_parts(shown)
        self._foot.setContentsMargins(0, 0 if state.pane == "cash" and choosing else S12, 0, 0)

    def _draw_primary(self, state: CollectState) -> None:
        primary = state.primary
        if primary is None:
            return
        self.primary.set_icon(primary.icon)
        self.primary.set_text(primary.text)
        if primary.busy:
            self.primary.set_busy(primary.text)
        else:
            self.primary.set_idle()
        self.primary.set_available(primary.enabled, primary.why)
