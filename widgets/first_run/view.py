"""Draws first run: steps at the left, one page at the right, the way on at its foot. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from widgets import theme
from widgets.common import ENTER, Divider, KeycapButton, Role, Text, page_action
from widgets.common.announce import announce
from widgets.first_run.pages import DevicesPage, PracticePage, ReadyPage, StaffPage
from widgets.first_run.parts import StepRail
from widgets.first_run.state import TITLES, Answers, Step
from widgets.theme import S12, S16, S24, S32, Themed

_WIDEST = 938


class FirstRunView(Themed, QWidget):
    """The window of first run. `next_asked`, `back_asked`; `closed` when it is closed before the end."""

    next_asked = Signal()
    back_asked = Signal()
    way_changed = Signal(str)
    find_asked = Signal()
    stripe_asked = Signal()

    def __init__(self, zones: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Copaydesk — Set up this desk")
        self.rail = StepRail()
        self.pages: dict[Step, PracticePage | StaffPage | DevicesPage | ReadyPage] = {
            Step.PRACTICE: PracticePage(zones), Step.STAFF: StaffPage(), Step.DEVICES: DevicesPage(),
            Step.READY: ReadyPage(),
        }  # fmt: skip
        self._count = Text("", "table_medium", "accent")
        self._title = Text("", "display")
        self._text = Text("", "lead", "text2", wrap=True)
        self._stack = QStackedWidget()
        self.forward = page_action(self, "Continue", ENTER, self.next_asked.emit)
        self.backward = page_action(self, "Back", "Alt+Left", self.back_asked.emit)
        self.back = KeycapButton(action=self.backward, size="touch")
        self.next = KeycapButton(role=Role.PRIMARY, action=self.forward, size="touch")
        self._now = Step.PRACTICE
        self._lay_out()
        practice = self.pages[Step.PRACTICE]
        if isinstance(practice, PracticePage):
            practice.way_changed.connect(self.way_changed)
        devices = self.pages[Step.DEVICES]
        if isinstance(devices, DevicesPage):
            devices.find_asked.connect(self.find_asked)
            devices.stripe_asked.connect(self.stripe_asked)
        self.setMinimumSize(1024, 640)
        self.resize(1366, 768)
        self.follow_theme()

    def _lay_out(self) -> None:
        for page in self.pages.values():
            scroll = QScrollArea()
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            scroll.setWidgetResizable(True)
            scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            scroll.setWidget(page)
            scroll.viewport().setAutoFillBackground(False)
            page.setAutoFillBackground(False)
            self._stack.addWidget(scroll)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S12)
        for part in (self._count, self._title, self._text):
            column.addWidget(part)
        column.addSpacing(S12)
        column.addWidget(self._stack, 1)
        column.addWidget(Divider())
        foot = QHBoxLayout()
        foot.setSpacing(S16)
        foot.addWidget(self.back)
        foot.addStretch(1)
        foot.addWidget(self.next)
        column.addLayout(foot)
        self._right = QHBoxLayout()
        self._right.addWidget(self._column, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(self._right, 1)

    def show_step(self, steps: Sequence[Step], now: Step, answers: Answers, said: dict[Step, str]) -> None:
        """Show the page of a step with what was answered there."""
        self._now = now
        self.rail.steps.show_steps(steps, now, said)
        self._count.setText(f"Step {steps.index(now) + 1} of {len(steps)}")
        self._title.setText(TITLES[now][0])
        self._text.setText(TITLES[now][1])
        page = self.pages[now]
        page.show_answers(answers)
        self.show_missing({})
        self._stack.setCurrentIndex(list(self.pages).index(now))
        self.back.setVisible(now is not steps[0])
        page.take_focus()

    def show_steps(self, steps: Sequence[Step], said: dict[Step, str]) -> None:
        """Other steps lie ahead."""
        self.rail.steps.show_steps(steps, self._now, said)
        self._count.setText(f"Step {steps.index(self._now) + 1} of {len(steps)}")

    def read(self, answers: Answers) -> Answers:
        """`answers` with what stands on the page."""
        return self.pages[self._now].read(answers)

    def show_missing(self, missing: Mapping[str, str]) -> None:
        """Say under each field what is wrong with it, and go to the first."""
        rows = self.pages[self._now].rows
        for name, row in rows.items():
            row.set_error(missing.get(name, ""))
        first = next((row for name, row in rows.items() if name in missing), None)
        if first is not None:
            first.field.setFocus()
            scroll = self._stack.currentWidget()
            if isinstance(scroll, QScrollArea):
                scroll.ensureWidgetVisible(first)
            announce(self, " ".join(missing.values()), urgent=True)

    def show_ways(self, forward: str, *, back: bool, busy: bool = False) -> None:
        """What the primary button says, whether there is a way back, and whether work goes on."""
        self.forward.setText(forward)
        self.back.setVisible(back)
        self.backward.setEnabled(back and not busy)
        if busy:
            self.next.set_busy(forward)
        else:
            self.next.set_idle()
            self.next.setFocus()

    def restyle(self) -> None:
        look = theme.current()
        side = look.px(64) if not look.compact else S32
        self._right.setContentsMargins(side, S24 if look.compact else 44, side, S24)
        self._column.setMaximumWidth(look.px(_WIDEST))
        self.next.setMinimumWidth(look.px(190))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.current().colour("canvas"))
