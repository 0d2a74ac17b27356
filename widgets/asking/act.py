"""Create payment as an act: from the list, from an account, for a visit, and to change what was asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from models.basics.errors import PosError
from widgets.common.speech import Speech

if TYPE_CHECKING:
    from widgets.asking.presenter import AskPresenter
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


class Asking:
    """The dialog over `host()`, made when it is first asked for. `done(words)` follows once something is saved."""

    def __init__(self, kit: Kit, host: Callable[[], QWidget]) -> None:
        self._kit, self._host = kit, host
        self._made: AskPresenter | None = None

    def ask(self, done: Done, *, patient_id: str = "", appointment_id: str = "", request_id: str = "") -> None:
        """Open it: for anybody, for a patient, for a visit of theirs, or to change a request."""
        if self._made is None:
            from widgets.asking.dialog import AskDialog
            from widgets.asking.presenter import AskPresenter

            desk, kit = self._kit.desk, self._kit
            self._made = AskPresenter(
                AskDialog(self._host()), bridge=kit.bridge, lanes=desk.lanes, requests=desk.payment_requests,
                eligibility=lambda: desk.eligibility, find=desk.find, person=lambda: kit.session.acting,
                speech=Speech(self._zone), today=lambda: kit.facts().business_date,
            )  # fmt: skip
        self._made.open(done, self._cannot, patient_id=patient_id, appointment_id=appointment_id,
                        request_id=request_id)  # fmt: skip

    def _cannot(self, error: Exception) -> None:
        words = Speech(self._zone).error(error)
        meaning = "warn" if isinstance(error, PosError) else "bad"
        self._kit.notices.show(f"{words.title}. {words.body}".strip(), meaning)

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)


def openers(kit: Kit, stage: Stage) -> dict[str, Opener]:
    """The act of `widgets.ledger.acts.LedgerActs` that asks for a payment."""
    asking = Asking(kit, lambda: stage.host)

    def ask(target: Target, done: Done) -> None:
        asking.ask(done, patient_id=target.patient_id, appointment_id=target.appointment_id)

    return {"ask": ask}
