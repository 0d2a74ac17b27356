"""Decides what the dialog that sends papers does: reads what may be sent, asks once for each address, sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.lanes import Lane
from app.message_lines import MessageLine
from app.messages import SendChoice, SendSheet
from models.operations.records import Practice
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.papers.send_dialog import SendDialog
from widgets.papers.send_state import SendState, choice_for, first_choice, send_state
from widgets.session import Session

if TYPE_CHECKING:
    from app.messages import Messages

Said = Callable[[str], None]
_WORDS = {"email": "E-mail to {address} is on its way", "text": "Text to {address} is on its way"}


def sent_words(line: MessageLine) -> str:
    """What is said once a message was asked for."""
    return _WORDS[line.channel].replace("{address}", line.address)


class SendDesk(QObject):
    """One dialog over `host`. `practice` is what the clinic says of itself now."""

    def __init__(
        self,
        host: QWidget,
        *,
        bridge: Bridge,
        lanes: Mapping[str, Lane],
        messages: Messages,
        practice: Callable[[], Practice],
        session: Session,
        speech: Speech,
    ) -> None:
        super().__init__(host)
        self._bridge, self._lanes, self._messages = bridge, lanes, messages
        self._practice, self._session, self._speech = practice, session, speech
        self._said: Said = lambda _words: None
        self._sheet: SendSheet | None = None
        self._agreed: bool | None = None
        self._round = 0
        self.state: SendState | None = None
        self.dialog = SendDialog(host)
        self.dialog.edited.connect(self._edited)
        self.dialog.channel_chosen.connect(self._choose)
        self.dialog.submitted.connect(self._send)
        self.dialog.taken_back.connect(self._take_back)

    def open(self, names: Sequence[str], patient_id: str, said: Said) -> None:
        """Ask how these papers shall go to the patient."""
        self._open(lambda: self._messages.sheet(names, patient_id), said)

    def open_again(self, message_id: str, patient_id: str, said: Said) -> None:
        """Send what a message that failed was about once more, or to another address."""
        self._open(lambda: self._messages.again(message_id, patient_id), said)

    def _open(self, read: Callable[[], SendSheet], said: Said) -> None:
        self._said, self._sheet, self.state = said, None, None
        self._round += 1
        asked = self._round
        self._bridge.start(
            self._lanes["reads"], lambda _job: read(), owner=self, done=lambda sheet: self._arrived(asked, sheet),
            failed=self._not_opened,
        )  # fmt: skip

    def _arrived(self, asked: int, sheet: SendSheet) -> None:
        if asked != self._round:
            return
        self._sheet = sheet
        choice = first_choice(sheet)
        self._agreed = sheet.way(choice.channel).agreed
        self._draw(choice)
        self.dialog.open_over()

    def _not_opened(self, error: Exception) -> None:
        notice = self._speech.error(error)
        self._said(f"{notice.title}. {notice.body}".strip())

    def _draw(self, choice: SendChoice, *, busy: str = "", error: str = "") -> None:
        if self._sheet is not None:
            self.state = send_state(self._sheet, choice, self._agreed, self._practice(), self._speech, busy=busy,
                                    error=error)  # fmt: skip
            self.dialog.draw(self.state)

    @Slot()
    def _edited(self) -> None:
        """Another address is one nobody asked about: the tick is taken off with it."""
        before, choice = self.state, self.dialog.choice
        if before is None:
            return
        if choice.address != before.choice.address:
            choice = replace(choice, attach=False)
            self._agreed = None
            self._ask_agreed(choice)
        self._draw(choice)

    def _ask_agreed(self, choice: SendChoice) -> None:
        sheet = self._sheet
        if sheet is None or choice.channel != "email":
            return

        def told(agreed: bool | None) -> None:
            if self.state is not None and self.state.choice.address == choice.address:
                self._agreed = agreed
                self._draw(replace(self.state.choice, attach=self.state.choice.attach or agreed is True))

        patient_id = sheet.patient.patient_id
        self._bridge.start(
            self._lanes["reads"], lambda _job: self._messages.agreed(patient_id, "email", choice.address), owner=self,
            done=told, failed=lambda _error: None,
        )  # fmt: skip

    @Slot(str)
    def _choose(self, channel: str) -> None:
        if self._sheet is not None:
            way = self._sheet.way(channel)
            self._agreed = way.agreed
            self._draw(choice_for(way))
            self.dialog.take_focus()

    @Slot()
    def _take_back(self) -> None:
        """The patient wants no papers at this address any more."""
        sheet, state = self._sheet, self.state
        if sheet is None or state is None or state.busy:
            return
        choice = replace(self.dialog.choice, attach=False)
        patient_id, person = sheet.patient.patient_id, self._session.acting

        def taken(_nothing: None) -> None:
            self._agreed = False
            self._draw(choice)

        self._bridge.start(
            self._lanes["store"],
            lambda _job: self._messages.take_back_consent(patient_id, choice.channel, choice.address, person),
            owner=self, done=taken, failed=lambda error: self._failed(choice, error),
        )  # fmt: skip

    @Slot()
    def _send(self) -> None:
        sheet, state = self._sheet, self.state
        if sheet is None or state is None or state.busy or state.why_not:
            return
        choice, person = self.dialog.choice, self._session.acting
        self._draw(choice, busy="Sending")
        self._bridge.start(
            self._lanes["store"], lambda _job: self._messages.send(sheet, choice, person), owner=self,
            done=self._sent, failed=lambda error: self._failed(choice, error),
        )  # fmt: skip

    def _sent(self, line: MessageLine) -> None:
        self._sheet = None
        self.dialog.close_over()
        self._said(sent_words(line))

    def _failed(self, choice: SendChoice, error: Exception) -> None:
        notice = self._speech.error(error)
        self._draw(choice, error=f"{notice.title}. {notice.body}".strip())
