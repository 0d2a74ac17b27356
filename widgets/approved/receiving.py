"""Decides how the receipt of Approved reaches the patient: their own way by itself, every other by one key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.lanes import Lane
from app.message_lines import MessageLine
from app.messages import SendChoice, Way
from widgets.approved.ways import WaysState, ways_state
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.session import Session

if TYPE_CHECKING:
    from app.messages import Messages

Ask = Callable[[Sequence[str], str, Callable[[str], None]], None]
"""Opens the dialog that sends papers to a patient."""


class Receiving(QObject):
    """Follows the messages of one receipt. `draw` is called with every new state, `fell` with what went wrong."""

    def __init__(
        self,
        parent: QObject,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        messages: Messages,
        session: Session,
        speech: Speech,
        ask: Ask,
        print_again: Callable[[], None],
        draw: Callable[[], None],
        fell: Callable[[Exception], None],
    ) -> None:
        super().__init__(parent)
        self._bridge, self._lanes, self._messages, self._session = bridge, lanes, messages, session
        self._speech, self._ask, self._print_again, self._draw, self._fell = speech, ask, print_again, draw, fell
        self._paper = self._patient_id = self._receipt_by = ""
        self._ways: dict[str, Way] = {}
        self._lines: dict[str, MessageLine] = {}
        self._busy = False

    def open(self, paper: str, patient_id: str, *, by_itself: bool = False) -> None:
        """Follow this receipt; `by_itself` sends it the way the patient likes, once."""
        self._paper, self._patient_id = paper, patient_id
        self._ways, self._lines, self._receipt_by = {}, {}, ""
        if not paper:
            return
        if by_itself:
            payment_id, person = paper.partition(":")[2], self._session.acting
            self._start("store", lambda: self._messages.send_as_liked(payment_id, patient_id, person),
                        lambda _line: self.refresh())  # fmt: skip
        else:
            self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Read what can be done and what became of what was asked for."""
        if not self._paper:
            return
        paper, patient_id = self._paper, self._patient_id
        self._start("reads", lambda: (self._messages.ways(patient_id), self._messages.about(paper, patient_id)),
                    lambda found: self._arrived(paper, *found))  # fmt: skip

    def _arrived(self, paper: str, ways: tuple[Way, Way, str], lines: dict[str, MessageLine]) -> None:
        if paper == self._paper:
            email, text, self._receipt_by = ways
            self._ways, self._lines = {"text": text, "email": email}, lines
            self._draw()

    def state(self, *, printed: bool) -> WaysState:
        """The buttons as they stand."""
        why = {way.why_not: self._speech.key(way.why_not).title for way in self._ways.values() if way.why_not}
        return ways_state(self._ways, self._lines, printed=printed, receipt_by=self._receipt_by, why=why)

    # What was pressed -------------------------------------------------------------------------------------------------

    @Slot(str)
    def press(self, name: str) -> None:
        """A way was pressed."""
        if not self._paper or self._busy:
            return
        acts: dict[str, Callable[[], None]] = {"print": self._print_again, "none": self._none}
        acts.get(name, lambda: self._send(name))()
        self._draw()  # a checkable button turned by itself

    def _send(self, channel: str) -> None:
        """To the address on record at once, where the patient was asked before and nothing went; else ask."""
        way = self._ways.get(channel)
        if way is None or way.why_not:
            return
        asked = channel == "text" or way.agreed is not None
        if not way.address or not asked or channel in self._lines:
            self._ask([self._paper], self._patient_id, lambda _words: self.refresh())
            return
        paper, patient_id, person = self._paper, self._patient_id, self._session.acting
        choice = SendChoice(channel, way.address, attach=channel == "email" and way.agreed is True)
        self._busy = True
        self._start("store", lambda: self._messages.send(self._messages.sheet([paper], patient_id), choice, person),
                    self._sent)  # fmt: skip

    def _sent(self, line: MessageLine) -> None:
        self._busy = False
        self._lines = {**self._lines, line.channel: line}
        self._draw()

    def _none(self) -> None:
        """The patient wants no receipts from now on; pressed again, they want them printed."""
        wanted = "print" if self._receipt_by == "none" else "none"
        patient_id, person, self._receipt_by = self._patient_id, self._session.acting, wanted
        self._start("store", lambda: self._messages.prefer(patient_id, wanted, person), lambda _none: self.refresh())

    def _start(self, lane: str, work: Callable[[], object], done: Callable[..., None]) -> None:
        self._bridge.start(self._lanes[lane], lambda _job: work(), owner=self, done=done, failed=self._failed)

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self._fell(error)
