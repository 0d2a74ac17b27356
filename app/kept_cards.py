"""A patient's cards on file: kept for no money once somebody agreed, renamed, put first, removed (S0-31, S1-18)."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, cast

from app.attempts import Attempts
from app.card_reader import CardReader
from app.clinic import Clinic
from app.fields import no_card_number
from app.heads import patient_head
from app.keeping_cards import (
    NAME_LIMIT,
    Consent,
    KeepingCards,
    cards_on_file,
    checked_wish,
    keeps_cards,
    new_consent,
    payer_of,
)
from app.lanes import Job
from app.views import KeepCard, KeptCardLine, PatientHead, Person
from devices.base import Capability, KeepsCards, Outcome, Step, StoreCardRequest, StoredCard
from models.basics.errors import PaymentUnavailable, PosError, RuleBroken
from models.basics.facts import facts
from models.basics.ids import new_id
from models.operations.kept_cards import CardDefault, CardDrop, CardRename
from models.store.queries import kept_cards, rows

log = logging.getLogger(__name__)

_ENDS = {
    Outcome.DECLINED: "card.keeping_declined",
    Outcome.CANCELLED: "card.keeping_cancelled",
    Outcome.UNKNOWN: "card.keeping_unknown",
}


@dataclass(frozen=True, slots=True)
class CardsView:
    """A patient's cards on file, the default first. `payer` is whose account they are on, by name, `language` what they
    would rather read; `why_not` the message key of why no card can be kept here now, empty where one can."""

    patient: PatientHead
    payer: str
    cards: tuple[KeptCardLine, ...]
    why_not: str = ""
    language: str = ""


class KeptCards:
    """`keep` and `remove` on the `terminal` lane, `rename` and `put_first` on `store`, the rest on `reads`."""

    def __init__(self, clinic: Clinic, attempts: Attempts, reader: CardReader) -> None:
        self._clinic, self._attempts, self._reader = clinic, attempts, reader
        self._keeping = KeepingCards(clinic)

    def view(self, patient_id: str) -> CardsView:
        """The cards that may be charged for a patient. Raises RuleBroken `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            person = rows.person(reader, clinic.tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            payer, language = payer_of(reader, clinic.tenant, person.id)
            cards = cards_on_file(clinic, reader, person.id, self._reader)
        return CardsView(patient_head(person, clinic.today()), payer, cards, self._why_not(), language)

    def consent(self, payer: str, language: str = "") -> Consent:
        """What is agreed to, and by whom it probably will be."""
        return new_consent(payer, language)

    def keep(self, patient_id: str, wish: KeepCard, person: Person, job: Job[Any]) -> KeptCardLine:
        """Read a card at the reader and keep it, for no money. The consent is written down before the card is asked
        for. Raises RuleBroken (`card.consent_missing`, `card.keeping_…`, `card.kept_unusable`, what the driver says),
        PaymentUnavailable, DeviceError; no card is kept then."""
        wish = checked_wish(wish)
        clinic, terminal = self._clinic, self._reader.terminal()
        if Capability.TOKENIZE not in terminal.capabilities:
            raise PaymentUnavailable("card.reader_keeps_none")
        with clinic.store.write() as tx:
            self._keeping.agree(tx, wish, patient_id, person.staff_id)
            reference = self._attempts.reference(tx)
        asked = StoreCardRequest(attempt_id=new_id(), terminal_ref=reference, consent_id=wish.consent_id)
        stored = cast(KeepsCards, terminal).store_card(asked, _Watch(job))
        if stored.outcome is not Outcome.APPROVED:
            raise _not_kept(stored)
        with clinic.store.write() as tx:
            read = (stored.token, self._reader.driver, stored.card)
            body = self._keeping.keep(tx, wish, patient_id, read, person.staff_id)
        if body is None:
            raise RuleBroken("card.kept_unusable")
        log.info("card kept", extra=facts(card=body.kept_card_id, staff=person.staff_id))
        return next(line for line in self.view(patient_id).cards if line.kept_card_id == body.kept_card_id)

    def rename(self, kept_card_id: str, nickname: str, person: Person) -> None:
        """Give a card a name of its own; empty takes it away. Raises RuleBroken `card.kept_gone`,
        `collect.card_number`."""
        name = " ".join(nickname.split())[:NAME_LIMIT]
        no_card_number(name, "nickname")
        self._say(kept_card_id, person, lambda account: CardRename(
            kept_card_id=kept_card_id, patient_id=account, nickname=name))  # fmt: skip

    def put_first(self, kept_card_id: str, person: Person) -> None:
        """Let a card be the one that is charged first. Raises RuleBroken `card.kept_gone`."""
        self._say(kept_card_id, person, lambda account: CardDefault(kept_card_id=kept_card_id, patient_id=account))

    def remove(self, kept_card_id: str, person: Person) -> None:
        """Keep a card no more: first here, so that nobody charges it, then at its processor where this desk's reader
        can tell that. Raises RuleBroken `card.kept_gone`."""
        row = self._say(kept_card_id, person, lambda account: CardDrop(kept_card_id=kept_card_id, patient_id=account))
        log.info("card removed", extra=facts(card=kept_card_id, staff=person.staff_id))
        if row.processor != self._reader.driver or not self._reader.fitted:
            return
        try:
            terminal = self._reader.terminal()
            if Capability.TOKENIZE in terminal.capabilities:
                cast(KeepsCards, terminal).forget_card(kept_cards.driver_token(row))
        except PosError as error:
            log.warning("card not taken off at its processor", extra=facts(card=kept_card_id, key=error.message_key))

    # Inside -------------------------------------------------------------------------------------------------------

    def _why_not(self) -> str:
        if not self._reader.fitted:
            return "card.no_reader"
        return "" if keeps_cards(self._reader) else "card.reader_keeps_none"

    def _say(self, kept_card_id: str, person: Person, body_of: Any) -> kept_cards.KeptCardRow:
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = kept_cards.card(tx.reader, clinic.tenant, kept_card_id)
            if row is None or row.dropped_at:
                raise RuleBroken("card.kept_gone")
            tx.record(body_of(row.patient_id), person_id=person.staff_id, business_date=clinic.today().isoformat())
        return row


class _Watch:
    """Carries the reader's steps to the screen, and the person's cancel to the reader."""

    def __init__(self, job: Job[Any]) -> None:
        self._job = job

    @property
    def cancelled(self) -> bool:
        return self._job.cancelled

    def step(self, step: Step) -> None:
        self._job.step(step.value)


def _not_kept(stored: StoredCard) -> PosError:
    """Why no card was kept: in the driver's own words where it has some."""
    general = _ENDS.get(stored.outcome, "")
    own = "" if stored.outcome in (Outcome.DECLINED, Outcome.CANCELLED, Outcome.UNKNOWN) else stored.reason
    return RuleBroken(own or general or "terminal.no_token")
