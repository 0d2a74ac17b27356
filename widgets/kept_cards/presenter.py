"""Decides what the cards on file show, and keeps, renames, puts first or removes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from app.keeping_cards import new_consent
from app.lanes import Job, Lane, Progress
from app.views import KeepCard, KeptCardLine, Person
from models.basics.errors import PosError
from widgets.bridge import Bridge
from widgets.common.speech import Speech
from widgets.common.when import day_text
from widgets.kept_cards.consent import ConsentDialog
from widgets.kept_cards.dialog import RENAME, CardsDialog, CardsState

if TYPE_CHECKING:
    from datetime import date

    from app.kept_cards import CardsView, KeptCards

_BUSY = {"arming": "Starting the reader", "waiting": "Show the card at the reader", "authorising": "Asking the bank"}


class KeptCardsPresenter(QObject):
    """One dialog, for one account after the other."""

    def __init__(
        self, dialog: CardsDialog, consent: ConsentDialog, *, bridge: Bridge, lanes: Mapping[str, Lane],
        cards: Callable[[], KeptCards], person: Callable[[], Person], speech: Speech, today: Callable[[], date],
    ) -> None:  # fmt: skip
        super().__init__(dialog)
        self._dialog, self._consent, self._bridge, self._lanes = dialog, consent, bridge, lanes
        self._cards, self._person, self._speech, self._today = cards, person, speech, today
        self._done: Callable[[str], None] = lambda _words: None
        self._patient_id = ""
        self._view: CardsView | None = None
        self._open_id = self._doing = self._busy = ""
        self._job: Job[Any] | None = None
        self._agreed = False
        dialog.put_first.connect(self._put_first)
        dialog.opened.connect(self._open_row)
        dialog.renamed.connect(self._rename)
        dialog.removed.connect(self._remove)
        dialog.submitted.connect(self._enter)
        dialog.closed.connect(self._stop)
        consent.submitted.connect(self._agree)
        consent.closed.connect(self._consent_closed)

    @property
    def busy(self) -> bool:
        """Is a card being read?"""
        return bool(self._busy)

    def open(self, patient_id: str, done: Callable[[str], None]) -> None:
        """Show the cards of a patient's account. `done(words)` follows every change."""
        self._done, self._patient_id = done, patient_id
        self._open_id = self._doing = ""
        self._dialog.refuse("")
        self._read(then=self._dialog.open_over)

    # Reading and drawing ------------------------------------------------------------------------------------------

    def _read(self, then: Callable[[], None] = lambda: None) -> None:
        def arrived(view: CardsView) -> None:
            self._view = view
            self._draw()
            then()

        patient_id = self._patient_id
        self._bridge.start(self._lanes["reads"], lambda _job: self._cards().view(patient_id), owner=self._dialog,
                           done=arrived, failed=self._failed)  # fmt: skip

    def _draw(self) -> None:
        view = self._view
        if view is None:
            return
        why = self._speech.field(view.why_not, {}) if view.why_not else ""
        lines = tuple((card, self._under(card)) for card in view.cards)
        self._dialog.draw(CardsState(view.patient.name, lines, self._open_id, self._doing, why, self._busy))

    def _under(self, card: KeptCardLine) -> str:
        """Whose it is, since when, and why it cannot be charged here."""
        when = f"agreed {day_text(card.agreed_on, self._today())}" if card.agreed_on else "agreed"
        parts = [f"{card.holder}’s card", f"{card.agreed_by} {when}" if card.agreed_by != card.holder else when]
        parts += [f"expires {card.expires}"] if card.expires else []
        parts += [self._speech.key(card.why_not).title] if card.why_not else []
        return " · ".join(parts)

    # What is done to a card ---------------------------------------------------------------------------------------

    def _open_row(self, kept_card_id: str, doing: str) -> None:
        self._open_id, self._doing = kept_card_id, doing
        self._dialog.refuse("")
        self._draw()

    def _put_first(self, kept_card_id: str) -> None:
        self._act("store", "This card is charged first now",
                  lambda person: self._cards().put_first(kept_card_id, person))  # fmt: skip

    def _rename(self, kept_card_id: str, name: str) -> None:
        self._act("store", "Card renamed", lambda person: self._cards().rename(kept_card_id, name, person))

    def _remove(self, kept_card_id: str) -> None:
        self._act("terminal", "Card removed", lambda person: self._cards().remove(kept_card_id, person))

    def _act(self, lane: str, words: str, work: Callable[[Person], None]) -> None:
        person = self._person()

        def over(_nothing: None) -> None:
            self._open_id = self._doing = ""
            self._done(words)
            self._read()

        self._bridge.start(self._lanes[lane], lambda _job: work(person), owner=self._dialog, done=over,
                           failed=self._failed)  # fmt: skip

    # Keeping another one ------------------------------------------------------------------------------------------

    def _enter(self) -> None:
        row = self._dialog.rows.get(self._open_id)
        if row is not None and self._doing == RENAME:
            self._rename(self._open_id, row.field.text())
        elif self._view is not None and not (self._busy or self._doing or self._view.why_not):
            self._agreed = False
            self._consent.ask(new_consent(self._view.payer, self._view.language), self._view.patient.name)

    def _agree(self) -> None:
        """They agreed: the reader is asked for the card."""
        wish, person, patient_id = self._consent.agreed, self._person(), self._patient_id
        if not wish.said_by.strip():
            self._consent.show_errors({"said_by": self._speech.field("card.consent_missing", {})})
            return
        self._agreed = True
        self._consent.close_over()
        self._busy = _BUSY["arming"]
        self._draw()
        self._job = self._bridge.start(
            self._lanes["terminal"], lambda job: self._keep(patient_id, wish, person, job), owner=self._dialog,
            done=self._kept, failed=self._not_kept, progress=self._step,
        )  # fmt: skip

    def _keep(self, patient_id: str, wish: KeepCard, person: Person, job: Job[Any]) -> KeptCardLine:
        return self._cards().keep(patient_id, wish, person, job)

    def _step(self, progress: Progress) -> None:
        if self._busy:
            self._busy = _BUSY.get(progress.step, self._busy)
            self._draw()

    def _kept(self, card: KeptCardLine) -> None:
        self._over()
        self._done(f"{card.name} is on file")
        self._read()

    def _not_kept(self, error: Exception) -> None:
        self._over()
        self._failed(error)

    def _over(self) -> None:
        self._busy, self._job = "", None

    def _stop(self) -> None:
        """The dialog was closed: a reader that waits for a card is told to stop."""
        if self._job is not None:
            self._job.cancel()

    def _consent_closed(self) -> None:
        if not self._agreed and self._dialog.isVisible():
            self._dialog.take_focus()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, PosError) and error.facts.get("field") and self._open_id:
            words = self._speech.field(error.message_key, error.facts)
        else:
            notice = self._speech.error(error)
            words = f"{notice.title}. {notice.body}"
        self._draw()
        self._dialog.refuse(words)
        if not self._dialog.isVisible():
            self._dialog.open_over()
