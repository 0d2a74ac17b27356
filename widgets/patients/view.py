"""Draws the list of patients and says what the clerk did; decides nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QStackedLayout, QVBoxLayout, QWidget

from app.list_views import BalanceKind, PatientOrder
from widgets import theme
from widgets.common import (
    ENTER,
    AmountField,
    Banner,
    Card,
    CellTable,
    Choice,
    Divider,
    EmptyState,
    ErrorText,
    IconButton,
    KeycapButton,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.narrowing import NarrowField
from widgets.patients.state import COLUMNS, KIND_WORDS, ORDER_WORDS, PatientsState
from widgets.theme import S4, S8, S12, S16, S20, Themed


class SignedAmountField(AmountField):
    """An amount that may begin with a minus: a total balance below zero is a credit."""

    def _read(self, text: str) -> None:
        bare = text.strip()
        if not bare.startswith(("-", "\u2212")):
            super()._read(text)
            return
        self.blockSignals(True)
        super()._read(bare[1:])
        self.blockSignals(False)
        self._cents = -self._cents if self._cents is not None else None
        self.cents_changed.emit(self._cents)


class PatientsPage(Themed, QWidget):
    """The page. `opened(patient id)` follows Enter or a double click; `page_moved(±1)` the page buttons."""

    typed = Signal(str)
    kind_chosen = Signal(str)
    amounts_typed = Signal(object, object)
    order_chosen = Signal(str)
    page_moved = Signal(int)
    opened = Signal(str)
    export_pressed = Signal()
    cleared = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Patients")
        self._filling = False
        self.open_action = page_action(self, "Open the ledger", ENTER, self._open)
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self._open)
        self.filter_action = page_action(self, "Filter this list", "Ctrl+F", self._to_field)
        self.export_action = page_action(self, "Export", "Ctrl+E", self.export_pressed.emit, menu="patient")
        self.before_action = page_action(self, "Page before", "Ctrl+PgUp", lambda: self.page_moved.emit(-1))
        self.after_action = page_action(self, "Next page", "Ctrl+PgDown", lambda: self.page_moved.emit(1))
        self.clear_action = page_action(self, "Clear filters", "Esc", self.cleared.emit)
        self.export = KeycapButton("Export", icon="download", action=self.export_action)
        self.field = NarrowField("Filter: name, date of birth, phone or MRN", "Name, date of birth, phone or MRN",
                                 icon="search", action=self.filter_action)  # fmt: skip
        self.field.setMaxLength(120)
        self.kind = Choice("Balance filter", [(kind.value, words) for kind, words in KIND_WORDS.items()])
        self.least = SignedAmountField("From", allow_zero=True)
        self.most = SignedAmountField("To", allow_zero=True)
        self.order = Choice("Sort by", [(order.value, words) for order, words in ORDER_WORDS.items()])
        self.wrong = ErrorText()
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.table = CellTable("Patients", COLUMNS)
        self.empty = EmptyState("users", "")
        self.foot = Text("", "table", "muted", elide=True)
        self.page_text = Text("", "table", "text2")
        self.before = IconButton("chevron-left", "Page before", action=self.before_action, size="control_small")
        self.after = IconButton("chevron-right", "Next page", action=self.after_action, size="control_small")
        self._skeleton = Skeleton(9)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.field)
        self.follow_theme()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Patients", "title"))
        head.addStretch(1)
        head.addWidget(self.export)
        self._between = QWidget()
        between = QHBoxLayout(self._between)
        between.setContentsMargins(0, 0, 0, 0)
        between.setSpacing(S8)
        for words, field in (("from", self.least), ("to", self.most)):
            between.addWidget(Text(words, "table", "text2"))
            between.addWidget(field)
        self._bar = QHBoxLayout()
        self._bar.setSpacing(S8)
        self._bar.addWidget(self.field, 1)
        self._bar.addWidget(self.kind)
        self._bar.addWidget(self._between)
        self._bar.addSpacing(S8)
        self._bar.addWidget(Text("Sort", "table", "text2"))
        self._bar.addWidget(self.order)
        self._wrongs = QHBoxLayout()
        self._wrongs.addWidget(self.wrong)
        self._wrongs_host = QWidget()
        self._wrongs_host.setLayout(self._wrongs)
        foot = QHBoxLayout()
        foot.setContentsMargins(S16, S8, S16, S8)
        foot.setSpacing(S8)
        foot.addWidget(self.foot, 1)
        foot.addWidget(self.before)
        foot.addWidget(self.page_text)
        foot.addWidget(self.after)
        self._list = Card(inset=0, clip=True)
        self._stack = QStackedLayout()
        body = self._list.body
        body.addLayout(self._bar)
        body.addWidget(self._wrongs_host)
        body.addWidget(Divider())
        body.addLayout(self._stack, 1)  # a stack shows its first page at once: it must stand in the window first
        body.addWidget(Divider())
        body.addLayout(foot)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addWidget(self._list, 1)
        for page in (skeleton_page(self._skeleton), self.table, self.empty):
            self._stack.addWidget(page)

    def _connect(self) -> None:
        self.field.textEdited.connect(self.typed)
        self.field.moved.connect(self.table.keyPressEvent)
        self.kind.chosen.connect(self.kind_chosen)
        self.order.chosen.connect(self.order_chosen)
        for field in (self.least, self.most):
            field.cents_changed.connect(self._amounts)
        self.table.opened.connect(self.opened)
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._bar.setContentsMargins(S16 - 2, S12 - 2, S16 - 2, S12 - 2)
        self._wrongs.setContentsMargins(S16, 0, S16, S8)
        self.kind.setFixedWidth(look.px(176))
        self.order.setFixedWidth(look.px(170))
        self.field.setMinimumWidth(look.px(180))
        for field in (self.least, self.most):
            field.setFixedWidth(look.px(112))
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._list.body.setSpacing(0)
        self.before.setFixedWidth(look.px(36))
        self.after.setFixedWidth(look.px(36))
        self.page_text.setContentsMargins(S4, 0, S4, 0)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if QApplication.focusWidget() in (self.least, self.most):  # Enter ends the amount; it opens nobody yet
            self.table.setFocus(Qt.FocusReason.TabFocusReason)
        elif self.table.key:
            self.opened.emit(self.table.key)

    def _to_field(self) -> None:
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    def _amounts(self) -> None:
        if not self._filling:
            self.amounts_typed.emit(self.least.cents, self.most.cents)

    # Drawing --------------------------------------------------------------------------------------------------------

    def show_filter(self, text: str, kind: BalanceKind, least: int | None, most: int | None) -> None:
        """Put a filter into the fields."""
        self._filling = True
        self.field.setText(text)
        self.kind.set_key(kind.value)
        for field, cents in ((self.least, least), (self.most, most)):
            field.set_cents(cents)
        self._filling = False

    def draw(self, state: PatientsState) -> None:
        """Show `state`; the selected patient stays selected where they still are."""
        self.kind.set_key(state.ask.kind.value)
        self.order.set_key(PatientOrder(state.ask.order).value)
        self._between.setVisible(state.ask.kind is not BalanceKind.ANY)
        self.wrong.set(state.amounts_wrong)
        self._wrongs_host.setVisible(bool(state.amounts_wrong))
        for field in (self.least, self.most):
            field.set_wrong(bool(state.amounts_wrong))
        self.clear_action.setEnabled(state.ask.narrowed)
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._skeleton.setVisible(state.skeleton)
        self.foot.setText(state.foot)
        self.page_text.setText(state.page_text)
        if not self.export.busy:
            self.export_action.setEnabled(bool(state.rows) and bool(state.page_text))  # once the list is whole
        self.before_action.setEnabled(state.has_before)
        self.after_action.setEnabled(state.has_after)
        self._draw_rows(state)

    def _draw_rows(self, state: PatientsState) -> None:
        self.open_action.setEnabled(bool(state.rows))
        self.ledger_action.setEnabled(bool(state.rows))
        before = self.table.key
        self.table.set_rows(state.rows)
        if state.empty is not None:
            self.empty.title.setText(state.empty[0])
            self.empty.text.setText(state.empty[1])
            self.empty.text.show()
        elif state.rows and (not before or self.table.key != before):
            self.table.select_first()
        self._stack.setCurrentIndex(2 if state.empty is not None else 1 if state.rows else 0)
