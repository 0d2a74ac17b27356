"""Draws the close of the day and says what the clerk did; decides nothing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from models.basics.money import show_cents
from widgets import theme
from widgets.common import (
    ENTER,
    Banner,
    Card,
    Divider,
    KeycapButton,
    Role,
    Skeleton,
    Text,
    page_action,
    skeleton_page,
)  # fmt: skip
from widgets.day_close.count import CountPanel
from widgets.day_close.panels import (
    BatchPanel,
    ChecksPanel,
    DepositPanel,
    DonePanel,
    OpenPanel,
    ReviewPanel,
    scrolled,
)  # fmt: skip
from widgets.day_close.side import SideColumn, StepsCard
from widgets.day_close.state import CloseState, Step
from widgets.theme import S4, S8, S10, S12, S16, S20, Themed

_LEFT, _RIGHT = 214, 252
TITLES = {
    Step.OPEN: "What did the drawer begin with?", Step.COUNT: "Count the cash in {drawer}",
    Step.CHECKS: "Tick every check in hand", Step.BATCH: "Compare the reader's batch", Step.REVIEW: "Review",
    Step.DEPOSIT: "Deposit and close", Step.DONE: "Closed",
}  # fmt: skip
HINTS = {
    Step.COUNT: "Type a count, then Enter to go down", Step.CHECKS: "Space ticks, Ctrl+A all of them",
    Step.BATCH: "Enter goes down, then on",
}  # fmt: skip
VERBS = {
    Step.OPEN: "Begin with this float", Step.COUNT: "Finish count", Step.CHECKS: "Go on", Step.BATCH: "Go on",
    Step.REVIEW: "Accept and go to deposit", Step.DONE: "Print the Z report again",
}  # fmt: skip
_BACK = (Step.CHECKS, Step.BATCH, Step.REVIEW, Step.DEPOSIT)
_IN_DOUBT = "Money is in doubt: settle it under Needs attention first."
_ORDER = (Step.OPEN, Step.COUNT, Step.CHECKS, Step.BATCH, Step.REVIEW, Step.DEPOSIT, Step.DONE)


class DayClosePage(Themed, QWidget):
    """The page. Every step has one primary action: Ctrl+Enter finishes the count, Enter goes on."""

    counted = Signal(object)
    next_pressed = Signal()
    back_pressed = Signal()
    recount_pressed = Signal()
    keep_pressed = Signal()
    report_pressed = Signal()
    move_pressed = Signal()
    all_ticked = Signal()
    retry_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Day close")
        self._state = CloseState()
        self._drawing = False
        self._make_actions()
        self.banner = Banner("bad", button="Try again")
        self.banner.hide()
        self.steps, self.side = StepsCard(), SideColumn()
        self.open_panel, self.count_panel = OpenPanel(), CountPanel()
        self.checks, self.batch, self.review = ChecksPanel(), BatchPanel(), ReviewPanel()
        self.deposit, self.done = DepositPanel(), DonePanel()
        self.recount = KeycapButton(icon="undo-2", action=self.recount_action)
        self.paid = KeycapButton("Paid in or out…", icon="hand-coins", action=self.move_action)
        self.report = KeycapButton(icon="file-text", action=self.report_action)
        self.keep = KeycapButton("Save for later", role=Role.LINK)
        self.back = KeycapButton("Back", action=self.back_action)
        self.finish = KeycapButton(role=Role.PRIMARY, action=self.finish_action)
        self.go = KeycapButton(role=Role.PRIMARY, action=self.next_action)
        self._lay_out()
        self._connect()
        self.follow_theme()

    def _make_actions(self) -> None:
        self.next_action = page_action(self, "Go on", ENTER, self._enter)
        self.finish_action = page_action(self, "Finish count", ("Ctrl+Return", "Ctrl+Enter"), self.next_pressed.emit)
        self.back_action = page_action(self, "Back", "Esc", self.back_pressed.emit)
        self.recount_action = page_action(self, "Recount", "F9", self.recount_pressed.emit)
        self.report_action = page_action(self, "X report", "Ctrl+P", self.report_pressed.emit)
        self.move_action = page_action(self, "Paid in or out…", "Ctrl+M", self.move_pressed.emit)
        self.tick_action = page_action(self, "Tick this check", "Space", self._tick)
        self.all_action = page_action(self, "Tick every check", "Ctrl+A", self.all_ticked.emit)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(S8)
        head.addWidget(Text("Day close", "title"))
        self._step_text = Text("", "body", "muted")
        head.addSpacing(S4)
        head.addWidget(self._step_text)
        head.addStretch(1)
        for button in (self.recount, self.paid, self.report):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            head.addWidget(button)
        self._card = Card(inset=0, clip=True)
        self._title, self._hint = Text("", "heading"), Text("", "table", "muted", elide=True)
        top = QHBoxLayout()
        top.setContentsMargins(S16, S12, S16, S12)
        top.setSpacing(S12)
        top.addWidget(self._title)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignRight)
        top.addWidget(self._hint, 1)
        self._stack = QStackedLayout()
        panels = (
            self.open_panel, self.count_panel, self.checks, self.batch, self.review, self.deposit, self.done
        )  # fmt: skip
        self._panels = {step: scrolled(panel) for step, panel in zip(_ORDER, panels, strict=True)}
        body = self._card.body
        body.addLayout(top)
        body.addWidget(Divider("hairline"))
        body.addLayout(self._stack, 1)
        body.addWidget(Divider("hairline"))
        body.addLayout(self._lay_foot())
        self._skeleton = Skeleton(9)
        self._stack.addWidget(skeleton_page(self._skeleton))
        for step in _ORDER:
            self._stack.addWidget(self._panels[step])
        self._columns = QHBoxLayout()
        self._side = scrolled(self.side)
        for part, stretch in ((self.steps, 0), (self._card, 1), (self._side, 0)):
            self._columns.addWidget(part, stretch)
        self._body = QVBoxLayout(self)
        self._body.addLayout(head)
        self._body.addWidget(self.banner)
        self._body.addLayout(self._columns, 1)

    def _lay_foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(S16, S10, S16, S12)
        foot.setSpacing(S10)
        words = QVBoxLayout()
        words.setSpacing(0)
        self._foot_label, self._foot_amount = Text("", "caption_medium", "text2"), Text("", "amount_l")
        for part in (self._foot_label, self._foot_amount):
            words.addWidget(part)
        foot.addLayout(words)
        foot.addStretch(1)
        buttons = QWidget()
        buttons.setObjectName("decision")  # notices keep to its left
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S10)
        for button in (self.keep, self.back, self.finish, self.go):
            row.addWidget(button)
        foot.addWidget(buttons)
        return foot

    def _connect(self) -> None:
        self.count_panel.changed.connect(self._count)
        self.keep.clicked.connect(lambda _on=False: self.keep_pressed.emit())
        self.banner.pressed.connect(self.retry_pressed)

    def restyle(self) -> None:
        look = theme.current()
        inset = look.size("page_inset_y")
        self._body.setContentsMargins(S20, inset, S20, inset)
        self._body.setSpacing(look.size("gap"))
        self._columns.setSpacing(look.size("gap"))
        self.steps.setFixedWidth(look.px(_LEFT))
        self._side.setFixedWidth(look.px(_RIGHT))
        self._card.body.setSpacing(0)

    # What the clerk did ---------------------------------------------------------------------------------------------

    def _count(self, cash: object) -> None:
        if not self._drawing:
            self.counted.emit(cash)

    def _enter(self) -> None:
        """Enter goes down the fields first, then on; while counting it only goes down."""
        step = self._state.step
        if step is Step.COUNT:
            self.count_panel.go_down()
        elif step is Step.CHECKS and self.checks.typing:
            self.checks.give()
        elif step is Step.BATCH and self.batch.ask.hasFocus():
            self.batch.asked.emit()
        elif not (step is Step.BATCH and self.batch.go_down()):
            self.next_pressed.emit()

    def _tick(self) -> None:
        if self.checks.table.key:
            self.checks.ticked.emit(self.checks.table.key)

    def take_focus(self) -> None:
        """Put the focus where work goes on."""
        targets = {
            Step.OPEN: self.open_panel.take_focus, Step.COUNT: self.count_panel.take_focus,
            Step.CHECKS: self.checks.table.setFocus, Step.BATCH: self.batch.take_focus,
            Step.REVIEW: self.review.take_focus, Step.DEPOSIT: self.go.setFocus, Step.DONE: self.go.setFocus,
        }  # fmt: skip
        targets[self._state.step]()

    # Drawing --------------------------------------------------------------------------------------------------------

    def draw(self, state: CloseState) -> None:
        """Show `state`."""
        self._drawing, self._state = True, state
        try:
            self._draw_panels(state)
        finally:
            self._drawing = False
        self.banner.setVisible(state.notice is not None)
        if state.notice is not None:
            self.banner.set(state.notice.title, state.notice.body)
        self._step_text.setText(state.step_text)
        self.steps.draw(state)
        self.side.draw(state)
        self._draw_foot(state)

    def _draw_panels(self, state: CloseState) -> None:
        drawer = state.view.drawer if state.view else "the drawer"
        self._title.setText(TITLES[state.step].format(drawer=drawer))
        self._hint.setText(HINTS.get(state.step, ""))
        self._skeleton.setVisible(state.skeleton)
        self.count_panel.set_cash(state.counted.cash)
        draws: dict[Step, Callable[[CloseState], None]] = {
            Step.CHECKS: self.checks.draw, Step.BATCH: self.batch.draw, Step.REVIEW: self.review.draw,
            Step.DEPOSIT: self.deposit.draw, Step.DONE: self.done.draw,
        }  # fmt: skip
        if state.step in draws:
            draws[state.step](state)
        self._stack.setCurrentIndex(0 if state.view is None else _ORDER.index(state.step) + 1)

    def _draw_foot(self, state: CloseState) -> None:
        step, ready = state.step, state.view is not None
        counting = step is Step.COUNT
        labels = {Step.COUNT: ("Counted so far", state.counted.cash.cents),
                  Step.CHECKS: ("In hand", _in_hand(state))}  # fmt: skip
        label, cents = labels.get(step, ("", None))
        self._foot_label.setText(label)
        self._foot_amount.setText("" if cents is None else show_cents(cents))
        self.finish.setVisible(ready and counting)
        self.go.setVisible(ready and not counting)
        self.keep.setVisible(ready and counting)
        self.back.setVisible(step in _BACK)
        self.recount.setVisible(step in (Step.REVIEW, Step.DEPOSIT))
        self.paid.setVisible(ready and counting)
        self.report.setVisible(ready and step not in (Step.OPEN, Step.DONE))
        last, ticking = step in (Step.REVIEW, Step.DEPOSIT), step is Step.CHECKS
        switches = (
            (self.finish_action, counting), (self.back_action, step in _BACK), (self.recount_action, last),
            (self.move_action, counting), (self.report_action, step not in (Step.OPEN, Step.DONE)),
            (self.tick_action, ticking), (self.all_action, ticking),
        )  # fmt: skip
        for action, on in switches:
            action.setEnabled(on and ready and not state.busy)
        self._draw_go(state)

    def _draw_go(self, state: CloseState) -> None:
        verb = VERBS.get(state.step, "")
        if state.step is Step.DEPOSIT and state.review is not None:
            total = state.review.cash_to_bank_cents + state.review.check_cents
            verb = f"Deposit {show_cents(total)} and close the day" if total else "Close the day"
        for button in (self.go, self.finish):
            button.set_text(verb if button is self.go else "Finish count")
            if state.busy:
                button.set_busy(state.busy)
            else:
                button.set_idle()
        blocked = state.step is Step.DEPOSIT and state.blocked
        self.go.set_available(not blocked and state.view is not None, _IN_DOUBT if blocked else "")


def _in_hand(state: CloseState) -> int:
    listed = sum(line.cents for line in (state.view.checks if state.view else ())
                 if line.payment_id in state.counted.in_hand)  # fmt: skip
    return listed + sum(each.cents for each in state.counted.found)
