"""Papers as acts of the ledger, the claims feed and Today: a superbill looked at, a paper sent, receipts in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from widgets.common.speech import Speech
from widgets.screens import RECEIPTS, Place

if TYPE_CHECKING:
    from widgets.ledger.acts import Done, Opener, Target
    from widgets.papers.desk import PaperDesk
    from widgets.papers.sending import SendDesk
    from widgets.screens import Kit


class Host(Protocol):
    """A page that dialogs can cover."""

    @property
    def host(self) -> QWidget:
        """What a dialog covers: the whole window."""


class PaperActs:
    """Makes the dialogs when they are first asked for: they bring the page layouts with them."""

    def __init__(self, kit: Kit, stage: Host) -> None:
        self._kit, self._stage = kit, stage
        self._papers: PaperDesk | None = None
        self._sending: SendDesk | None = None

    @property
    def papers(self) -> PaperDesk:
        """Where papers are looked at."""
        if self._papers is None:
            from widgets.papers.desk import PaperDesk

            kit = self._kit
            self._papers = PaperDesk(
                self._stage.host, bridge=kit.bridge, lanes=kit.desk.lanes, statements=kit.desk.statements,
                papers=kit.desk.papers, session=kit.session, speech=self._speech(),
                today=lambda: kit.facts().business_date,
                send=lambda name, whom, said: self.sending.open([name], whom, said),
            )  # fmt: skip
        return self._papers

    @property
    def sending(self) -> SendDesk:
        """Where papers are sent from."""
        if self._sending is None:
            from widgets.papers.sending import SendDesk

            kit = self._kit
            self._sending = SendDesk(
                self._stage.host, bridge=kit.bridge, lanes=kit.desk.lanes, messages=kit.desk.messages,
                practice=lambda: kit.desk.clinic.practice, session=kit.session, speech=self._speech(),
            )  # fmt: skip
        return self._sending

    def openers(self) -> dict[str, Opener]:
        """What this room offers, by act."""
        return {"superbill": self._superbill, "send": self._send, "receipts": self._receipts}

    def _receipts(self, target: Target, _done: Done) -> None:
        self._kit.doors.go(Place(RECEIPTS, target.patient_id))

    def _superbill(self, target: Target, done: Done) -> None:
        self.papers.open(f"superbill:{target.appointment_id}", done, patient_id=target.patient_id)

    def _send(self, target: Target, done: Done) -> None:
        if target.message_id:
            self.sending.open_again(target.message_id, target.patient_id, done)
        else:
            self.sending.open([target.paper], target.patient_id, done)

    def _speech(self) -> Speech:
        return Speech(lambda: ZoneInfo(self._kit.facts().zone))
