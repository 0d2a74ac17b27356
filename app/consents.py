"""What a patient agreed to, in one list (S4-02): cards on file, papers by e-mail, payment plans, the portal's terms.

It is read from what was written down when they agreed; nothing is kept twice. Taking back is what each of them means by
it: a card is removed, an address gets no papers any more. A plan is ended on its own page, an account at the portal by
the patient.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.heads import patient_head
from app.keeping_cards import CONSENTS
from app.message_lines import show_address
from app.messages import CONSENT_TEXTS
from app.method import method_text
from app.views import PatientHead, Person
from app.words import WORDS
from models.basics.errors import RuleBroken
from models.rules.numbers import plan_number
from models.store.queries import consents, kept_cards, people, plans, rows, staff
from models.store.queries.consents import CARD, EMAIL, PLAN, PORTAL, TEXT, ConsentRow

if TYPE_CHECKING:
    from app.kept_cards import KeptCards
    from app.messages import Messages

LANES = {CARD: "terminal", EMAIL: "store", TEXT: "store"}
"""What can be taken back in the register itself, and the lane on which that works: a card is also taken off at its
processor."""


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One word of a patient. `kind` is card, email, text, plan or portal; `subject` what it is about (a card, an
    address, a plan's number). `said_by` is who agreed, `by` who wrote it down (empty: they did themselves), `channel`
    desk, portal, link or text (their own answer to one). `words` is the version of what they were told and `sha256`
    (hex) of `text`, which is empty where this program does not have that version. `at` and `ended_at` are local;
    `standing`: something rests on it. `how` says of a plan how it was accepted
    (`models.operations.plans.ACCEPTED_BY`)."""

    kind: str
    key: str
    subject: str
    said_by: str
    by: str
    channel: str
    words: str
    sha256: str
    text: str
    at: datetime | None
    ended_at: datetime | None
    ended_by: str
    standing: bool
    pending: bool
    how: str = ""

    @property
    def can_take_back(self) -> bool:
        """May it be taken back here, now?"""
        return self.standing and self.kind in LANES


@dataclass(frozen=True, slots=True)
class ConsentsView:
    """The register of a patient, newest first."""

    patient: PatientHead
    lines: tuple[ConsentLine, ...]


class Consents:
    """`view` on the `reads` lane, `take_back` on that of its kind (LANES)."""

    def __init__(self, clinic: Clinic, cards: Callable[[], KeptCards], messages: Messages) -> None:
        self._clinic, self._cards, self._messages = clinic, cards, messages

    def view(self, patient_id: str) -> ConsentsView:
        """Everything a patient agreed to, also for the account that somebody else pays. Raises RuleBroken
        `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            person = rows.person(reader, tenant, patient_id)
            if person is None:
                raise RuleBroken("collect.patient_gone")
            names = staff.staff_names(reader, tenant)
            lines = tuple(self._line(reader, row, names) for row in self._found(reader, person.id))
        return ConsentsView(patient_head(person, clinic.today()), lines)

    def take_back(self, patient_id: str, line: ConsentLine, person: Person) -> None:
        """A patient does not agree any more: their card is removed, or their address gets no papers. What was charged
        or sent before stays. Raises RuleBroken `consent.not_here` (it was taken back, or ends elsewhere)."""
        tenant = self._clinic.tenant
        with self._clinic.store.reader() as reader:
            found = self._found(reader, patient_id)
            row = next((each for each in found if (each.kind, each.key) == (line.kind, line.key)), None)
            cards = consents.cards_under(reader, tenant, line.key) if line.kind == CARD else []
        if row is None or not row.standing or row.kind not in LANES:
            raise RuleBroken("consent.not_here")
        for kept_card_id in cards:
            self._cards().remove(kept_card_id, person)
        if row.kind != CARD:
            self._messages.take_back_consent(row.patient_id, row.kind, row.subject, person, row.words)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _found(self, reader: Any, patient_id: str) -> list[ConsentRow]:
        tenant = self._clinic.tenant
        mine = people.records(reader, tenant, patient_id)
        found = consents.consents(reader, tenant, mine)
        payer = kept_cards.account_of(reader, tenant, patient_id)
        if payer in mine:
            return found
        theirs = consents.consents(reader, tenant, people.records(reader, tenant, payer))
        return [*found, *(row for row in theirs if row.kind == CARD)]

    def _line(self, reader: Any, row: ConsentRow, names: dict[str, str]) -> ConsentLine:
        clinic = self._clinic
        text = _text_of(row, reader, clinic.tenant)
        return ConsentLine(
            kind=row.kind, key=row.key, subject=self._subject(reader, row), said_by=row.said_by,
            by=names.get(row.actor, ""), channel=row.channel, words=row.words,
            sha256=row.words_sha256 or (_sha256(text) if text else ""), text=text,
            at=clinic.local(row.said_at) if row.said_at else None,
            ended_at=clinic.local(row.ended_at) if row.ended_at else None, ended_by=names.get(row.ended_by, ""),
            standing=bool(row.standing), pending=row.seq == 0, how=row.how,
        )  # fmt: skip

    def _subject(self, reader: Any, row: ConsentRow) -> str:
        if row.kind == CARD:
            cards = consents.card_names(reader, self._clinic.tenant, row.key)
            return ", ".join(method_text("card", brand=brand, last4=last4) for brand, last4 in cards)
        if row.kind == PLAN:
            return plan_number(row.subject)
        return show_address(row.kind, row.subject) if row.kind != PORTAL else ""


def _text_of(row: ConsentRow, reader: Any, tenant: str) -> str:
    """The very words, where this program has them: those whose hash was written down, or of that version."""
    if row.kind == PLAN:
        plan = plans.plan(reader, tenant, row.subject)
        text = plan.text if plan is not None else ""
    elif row.kind == CARD:
        text = CONSENTS[row.words].text if row.words in CONSENTS else ""
    else:
        text = _said(_ADDRESS_TEXTS[row.words]) if row.words in _ADDRESS_TEXTS else ""
    return text if not row.words_sha256 or _sha256(text) == row.words_sha256 else ""


def _said(key: str) -> str:
    return " ".join((f"{WORDS[key].title}.", WORDS[key].body))


_ADDRESS_TEXTS = {**CONSENT_TEXTS, "texts-1": "message.text_words"}
"""Versions of what was told about e-mails and texts, and the key of the words."""


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
