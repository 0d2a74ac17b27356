"""The coverage card as an act of an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QWidget

from widgets.common.speech import Speech

if TYPE_CHECKING:
    from widgets.coverage.presenter import CoveragePresenter
    from widgets.ledger.acts import Done, Opener, Stage, Target
    from widgets.screens import Kit


class CoverageCards:
    """The card over `host()`, made when it is first asked for."""

    def __init__(self, kit: Kit, host: Callable[[], QWidget]) -> None:
        self._kit, self._host = kit, host
        self._made: CoveragePresenter | None = None

    def open(self, patient_id: str, done: Done) -> None:
        """Show a patient's card; `done(words)` follows when something was written."""
        if self._made is None:
            from widgets.coverage.dialog import BenefitsDialog, CoverageDialog
            from widgets.coverage.presenter import CoveragePresenter

            kit, host = self._kit, self._host()
            self._made = CoveragePresenter(
                CoverageDialog(host), BenefitsDialog(host), bridge=kit.bridge, lanes=kit.desk.lanes,
                eligibility=lambda: kit.desk.eligibility, person=lambda: kit.session.acting,
                speech=Speech(self._zone), now=self._now,
            )  # fmt: skip
        self._made.open(patient_id, done)

    def _zone(self) -> tzinfo:
        return ZoneInfo(self._kit.facts().zone)

    def _now(self) -> datetime:
        return self._kit.desk.clock.now().astimezone(self._zone())


def opener(kit: Kit, stage: Stage) -> Opener:
    """The act of `widgets.ledger.acts.LedgerActs` that shows what a plan covers."""
    cards = CoverageCards(kit, lambda: stage.host)

    def coverage(target: Target, done: Done) -> None:
        cards.open(target.patient_id, done)

    return coverage
