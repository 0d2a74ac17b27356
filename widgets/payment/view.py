"""Draws one payment and says what the clerk did; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    CellTable,
    Divider,
    IconButton,
    Keycap,
    KeycapButton,
    Pill,
    Role,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.common.announce import announce
from widgets.common.beside import side_width
from widgets.ledger.rows import COLUMNS
from widgets.ledger.state import Tab
from widgets.ledger.tail import MarkDelegate
from widgets.payment.parts import FactCard, Link, PatientCard, StatusChoice
from widgets.payment.state import PaymentState
from widgets.theme import S8, S12, S14, S16, S20, Themed

_ROWS = (("status", "Status"), ("amount", "Amount"), ("patient", "Patient"), ("paid", "Paid"), ("due", "Due date"),
         ("type", "Type"), ("plan", "Plan"), ("memo", "Memo"), ("refunded", "Refunded"))  # fmt: skip
_VISIT_ROWS = (("treatment", "Treatment"), ("service", "Service"), ("physician", "Physician"),
               ("location", "Location"), ("codes", "CPT"))  # fmt: skip
_SIDE = 0.30
_MOST_ACTS = 9


class PaymentPage(Themed, QWidget):
    """The page. `status_chosen(key)` follows the dropdown; the others the buttons and their keys."""

    back_pressed = Signal()
    ledger_pressed = Signal()
    collect_pressed = Signal()
    refund_pressed = Signal()
    void_pressed = Signal()
    receipt_pressed = Signal()
    change_pressed = Signal()
    good_faith_pressed = Signal()
    treatment_pressed = Signal()
    status_chosen = Signal(str)
    retry_pressed = Signal()

    def __init__(self, beside: Sequence[QWidget] = (), parent: QWidget | None = None) -> None:
        """`beside` lies under who the payment is of: documents, notes. `lay_under` puts its link under the visit."""
        super().__init__(parent)
        self.setAccessibleName("Payment")
        self._make_actions()
        self._make_parts()
        self._lay_out(beside)
        self.setFocusProxy(self.history)
        self.follow_theme()

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""
        return self.window()

    def _make_actions(self) -> None:
        self.back_action = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.collect_action = page_action(self, "Collect", ENTER, self.collect_pressed.emit, menu="payment")
        self.refund_action = page_action(self, "Refund", "Alt+R", self.refund_pressed.emit, menu="payment")
        self.receipt_action = page_action(self, "Receipt", "Ctrl+P", self.receipt_pressed.emit, menu="payment")
        self.change_action = page_action(self, "Change", "Alt+C", self.change_pressed.emit, menu="payment")
        self.good_faith_action = page_action(self, "Good faith estimate", "Alt+G", self.good_faith_pressed.emit,
                                             menu="payment")  # fmt: skip
        self.void_action = page_action(self, "Void", "Alt+X", self.void_pressed.emit, menu="payment")
        self.ledger_action = page_action(self, "Ledger", "Ctrl+L", self.ledger_pressed.emit, menu="patient")
        self.status_action = page_action(self, "Status", "Alt+S", self._to_status)

    def _make_parts(self) -> None:
        self.number = Text("", "title")
        self.pill, self.flag = Pill(), Pill()
        self.flag.hide()
        self.collect = KeycapButton(action=self.collect_action, role=Role.PRIMARY, icon="banknote")
        self.refund = KeycapButton(action=self.refund_action, icon="undo-2")
        self.receipt = KeycapButton(action=self.receipt_action, icon="printer")
        self.change = KeycapButton(action=self.change_action, icon="square-pen")
        self.good_faith = KeycapButton(action=self.good_faith_action, icon="file-text", size="control_small")
        self.void = KeycapButton(action=self.void_action, icon="ban")
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.banner.pressed.connect(self.retry_pressed)
        self.status = StatusChoice("Status")
        self.status.chosen.connect(self.status_chosen)
        self.locked = Text("", "caption", "muted")
        self.patient_link = Link()
        self.patient_link.clicked.connect(lambda _checked=False: self.ledger_pressed.emit())
        self.treatment_link = Link()
        self.treatment_link.clicked.connect(lambda _checked=False: self.treatment_pressed.emit())
        self.ledger = KeycapButton("Open the ledger", action=self.ledger_action, size="control_small")
        standing = QWidget()
        row = QHBoxLayout(standing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S12)
        self.status_pill = Pill()
        for part in (self.status, self.status_pill, self.locked):
            row.addWidget(part)
        self.payment = FactCard("Payment", _ROWS, {"status": standing, "patient": self.patient_link})
        self.visit = FactCard("Treatment", _VISIT_ROWS, {"treatment": self.treatment_link})
        self.visit.body.addWidget(self.good_faith, 0, Qt.AlignmentFlag.AlignLeft)
        self.patient = PatientCard(self.ledger)
        self.history = CellTable("History of this payment", COLUMNS[Tab.LOG])
        self.history.setItemDelegate(MarkDelegate(self.history))
        self.said = Text("", "table", "ok_text", elide=True)

    def _lay_out(self, beside: Sequence[QWidget]) -> None:
        back = IconButton("arrow-left", "Back", role=Role.LINK, action=self.back_action, size="control_tiny")
        back.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        head = QHBoxLayout()
        head.setSpacing(S12)
        head.addWidget(back)
        head.addWidget(Keycap(self.back_action))
        head.addWidget(Divider(vertical=True))
        for part in (self.number, self.pill, self.flag):
            head.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.said, 1)
        for button in (self.void, self.change, self.receipt, self.refund, self.collect):
            head.addWidget(button)
        acts = Card(inset=0, clip=True)
        acts.setAccessibleName("History")
        top = QHBoxLayout()
        top.setContentsMargins(S16, S12, S16, S12)
        top.addWidget(Text("History", "heading_s"))
        acts.body.addLayout(top)
        acts.body.addWidget(Divider("hairline"))
        acts.body.addWidget(self.history)
        left = QVBoxLayout()
        left.setSpacing(S14)
        for card in (self.payment, self.visit, acts):
            left.addWidget(card)
        self._left = left
        left.addStretch(1)
        self.side = QVBoxLayout()
        self.side.setSpacing(S14)
        for panel in (self.patient, *beside):
            self.side.addWidget(panel)
        self.side.addStretch(1)
        self._right = QWidget()
        self._right.setLayout(self.side)
        self.side.setContentsMargins(0, 0, 0, 0)
        inner = QWidget()
        columns = QHBoxLayout(inner)
        columns.setContentsMargins(0, 0, S8, 0)
        columns.setSpacing(S14)
        columns.addLayout(left, 1)
        columns.addWidget(self._right)
        self._scroll = QScrollArea()
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(inner)
        self._scroll.viewport().setAutoFillBackground(False)
        inner.setAutoFillBackground(False)
        self._waiting = skeleton_page(Skeleton(6))
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addWidget(self._waiting)
        self._body.addWidget(self._scroll, 1)

    def lay_under(self, panel: QWidget) -> None:
        """The payment's link, between what it is for and its history."""
        self._left.insertWidget(2, panel)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self.status.setMinimumWidth(look.px(230))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        QTimer.singleShot(0, self, self._fit)  # once more: rows of another width have another height

    def _fit(self) -> None:
        self._right.setFixedWidth(side_width(self, _SIDE))
        look = theme.current()
        least, most = (look.px(36) + rows * look.size("row") + S8 for rows in (1, _MOST_ACTS))
        self.history.setFixedHeight(max(least, min(self.history.content_height() + S8, most)))

    # Drawing ------------------------------------------------------------------------------------------------------

    def draw(self, state: PaymentState) -> None:
        """Show `state`."""
        there = state.detail is not None
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._scroll.setVisible(there)
        self._waiting.setVisible(state.skeleton and not there)
        self.number.setText(state.number)
        self._show_pill(self.pill, state.pill)
        self._show_pill(self.flag, state.flag)
        self.said.setText(state.said)
        self._draw_acts(state)
        if state.detail is None:
            return
        self._draw_status(state)
        patient, visit = state.detail.patient, state.detail.treatment
        self.patient_link.set_text(patient.name)
        self.payment.show_facts(state.facts or {})
        self.visit.setVisible(visit is not None)
        if visit is not None:
            self.treatment_link.set_text(f"{visit.number} {visit.title}")
            self.visit.show_facts(state.visit or {})
        self.patient.show_patient(patient, state.identity, state.phone, state.email)
        self.history.set_rows(state.rows)
        self._fit()
        QTimer.singleShot(0, self, self._fit)

    def _draw_acts(self, state: PaymentState) -> None:
        offers = state.offers
        for button, action, on in (
            (self.collect, self.collect_action, bool(offers.collect)), (self.refund, self.refund_action, offers.refund),
            (self.receipt, self.receipt_action, offers.receipt), (self.void, self.void_action, offers.void),
            (self.change, self.change_action, bool(offers.change)),
            (self.good_faith, self.good_faith_action, offers.good_faith),
        ):  # fmt: skip
            button.setVisible(on)
            action.setEnabled(on)
        self.collect.set_text(offers.collect)
        self.ledger_action.setEnabled(state.detail is not None)

    def _draw_status(self, state: PaymentState) -> None:
        open_ = bool(state.statuses)
        self.status.setVisible(open_)
        self.status_action.setEnabled(open_)
        self.status_pill.setVisible(not open_)
        if state.pill is not None:
            self.status_pill.set_look(state.pill)
        self.locked.setText(state.locked)
        self.locked.setVisible(bool(state.locked))
        if open_:
            self.status.show_choices(state.statuses)

    @staticmethod
    def _show_pill(pill: Pill, look: tuple[str, str, str] | None) -> None:
        pill.setVisible(look is not None)
        if look is not None:
            pill.set_look(look)

    def _to_status(self) -> None:
        self.status.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.status.showPopup()

    def announce(self) -> None:
        """Speak what was just done."""
        announce(self, self.said.text())

    def take_focus(self) -> None:
        """Where work begins: the one next step, else the history."""
        first = self.collect if not self.collect.isHidden() else self.history
        first.setFocus(Qt.FocusReason.OtherFocusReason)
