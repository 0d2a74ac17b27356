"""Receipts and other papers that go to patients by e-mail and text (S0-40): asked for here, sent by the hub.

A request carries all that the message says, so it may be made without a line: the hub sends it when it hears of it.
Papers travel by e-mail unprotected. A patient is told so once for an address; what they say is written down, and
without a yes the message names the paper and leaves it here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.clinic import Clinic
from app.heads import patient_head
from app.message_lines import MessageLine, message_line
from app.papers import RECEIPTS, Papers
from app.views import PatientHead, Person
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import natural_id, new_id
from models.operations.messages import PAPER_ALONE, MessageConsent, MessagePaper, MessageSend
from models.rules.addresses import address_for, text_number
from models.rules.languages import written_in
from models.rules.people import show_phone
from models.store.queries import messages, reaching, rows
from models.store.queries.records import StoredRecords
from models.store.queries.rows import PatientRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

BALANCE = "balance"
"""The template that tells what is open on a charge; no paper goes along."""
CONSENT_WORDS = "unprotected-1"
"""The version of what a patient is told before papers go to their address; its language follows."""
CONSENT_TEXTS = {CONSENT_WORDS: "message.consent_words", f"{CONSENT_WORDS}-es": "message.consent_words_es"}
"""Every version a patient may have agreed to, and the key of its words."""


@dataclass(frozen=True, slots=True)
class Way:
    """One channel for one patient. `address` is what their record says, as people write it. `why_not` is a message key
    (empty: it can be used), `trouble` one for why messages wait at the hub now. `agreed`: their word on papers at this
    address, None when nobody asked."""

    channel: str
    address: str
    why_not: str = ""
    trouble: str = ""
    agreed: bool | None = None


@dataclass(frozen=True, slots=True)
class SendSheet:
    """What may be sent to whom. `message_id` is made once, so that a second Enter sends nothing twice; `preferred` is
    how the patient likes receipts; `instead_of` names the message that failed; `language` is what they rather read."""

    message_id: str
    patient: PatientHead
    papers: tuple[MessagePaper, ...]
    template: str
    email: Way
    text: Way
    preferred: str = ""
    instead_of: str = ""
    language: str = ""

    def way(self, channel: str) -> Way:
        """The way of a channel."""
        return self.text if channel == "text" else self.email

    @property
    def can_attach(self) -> bool:
        """Is there a paper that may go along? A balance is told in words alone."""
        return self.template != BALANCE

    @property
    def first_channel(self) -> str:
        """Which one to propose: the patient's own where it can be used, else the first that can."""
        liked = [self.way(self.preferred)] if self.preferred in ("text", "email") else []
        usable = [way for way in (*liked, self.email, self.text) if not way.why_not]
        with_address = [way for way in usable if way.address]
        return (with_address or usable or [self.email])[0].channel


@dataclass(frozen=True, slots=True)
class SendChoice:
    """What the person at the desk decided. `attach` sends the papers along and says that the patient agreed to that;
    `remember` keeps address and way in the patient's record."""

    channel: str
    address: str
    attach: bool = False
    remember: bool = False


class Messages:
    """Asks for messages and tells what became of them. `sheet`, `find` on the `reads` lane, the others on `store`."""

    def __init__(self, clinic: Clinic, papers: Papers) -> None:
        self._clinic, self._papers = clinic, papers

    def sheet(self, names: Sequence[str], patient_id: str, instead_of: str = "") -> SendSheet:
        """What may be sent about these papers (all of one template) to this patient; `balance:` and a charge is what is
        open on it, in words alone. Raises RuleBroken `collect.patient_gone`, `message.nothing_owed`, and what
        `Papers.document` raises."""
        clinic = self._clinic
        papers = tuple(self._paper(name) for name in names)
        template = _template(papers)
        with clinic.store.reader() as reader:
            person = self._person(reader, patient_id)
            email, text = self._ways(reader, person)
            language = reaching.language(reader, clinic.tenant, person.id)
        if template in PAPER_ALONE and not text.why_not:
            text = replace(text, why_not="message.text_is_open")
        return SendSheet(new_id(), patient_head(person, clinic.today()), papers, template, email, text,
                         person.receipt_by, instead_of, language)  # fmt: skip

    def may_write(self, reader: Any, channel: str, address: str) -> None:
        """Raises RuleBroken `message.text_stopped` for a number that wants no texts."""
        if channel == "text" and reaching.no_texts(reader, self._clinic.tenant, address):
            raise RuleBroken("message.text_stopped", field="text")

    def ways(self, patient_id: str) -> tuple[Way, Way, str]:
        """E-mail and text as they can be used for a patient, and how the patient likes receipts. Lane `reads`. Raises
        RuleBroken `collect.patient_gone`."""
        with self._clinic.store.reader() as reader:
            person = self._person(reader, patient_id)
            return *self._ways(reader, person), person.receipt_by

    def about(self, name: str, patient_id: str) -> dict[str, MessageLine]:
        """The newest message about a paper, by channel. Lane `reads`."""
        with self._clinic.store.reader() as reader:
            found = messages.of_patients(reader, self._clinic.tenant, [patient_id])
        lines = [message_line(self._clinic, row) for row in reversed(found)]
        return {line.channel: line for line in lines if name in line.papers}

    def again(self, message_id: str, patient_id: str) -> SendSheet:
        """The same papers once more, instead of a message that failed. Raises RuleBroken `message.gone`, and as
        `sheet`. Lane `reads`."""
        line = self.find(message_id)
        if line is None or line.state != "failed":
            raise RuleBroken("message.gone")
        return self.sheet(line.papers, patient_id, instead_of=message_id)

    def agreed(self, patient_id: str, channel: str, typed: str) -> bool | None:
        """The patient's word on papers at an address; None when nobody asked. Lane `reads`."""
        with self._clinic.store.reader() as reader:
            return self._agreed(reader, patient_id, channel, typed)

    def send(self, sheet: SendSheet, choice: SendChoice, person: Person) -> MessageLine:
        """Ask the hub to send it. Raises RuleBroken, nothing written: `message.address_wrong` (channel),
        `message.no_email`, `message.no_text`, `message.text_stopped`, `message.needs_consent` (one of PAPER_ALONE goes
        as a paper or not at all)."""
        way = sheet.way(choice.channel)
        if way.why_not:
            raise RuleBroken(way.why_not)
        address = address_for(choice.channel, choice.address)
        if not address:
            raise RuleBroken("message.address_wrong" if choice.channel == "email" else "message.number_wrong")
        if sheet.template in PAPER_ALONE and not choice.attach:
            raise RuleBroken("message.needs_consent")
        attach = choice.attach and sheet.can_attach
        papers = sheet.papers if attach else tuple(replace(paper, document="") for paper in sheet.papers)
        body = MessageSend(
            message_id=sheet.message_id, patient_id=sheet.patient.patient_id, channel=choice.channel, address=address,
            template=sheet.template, papers=papers, attach=attach, instead_of=sheet.instead_of,
            language=sheet.language,
        )  # fmt: skip
        with self._clinic.store.write() as tx:
            self.may_write(tx.reader, choice.channel, address)
            if messages.message(tx.reader, self._clinic.tenant, sheet.message_id) is None:
                self._consent(tx, body, person)
                if choice.remember:
                    self._remember(tx, body.patient_id, choice, person)
                self._record(tx, body, person)
        log.info("message asked for", extra=facts(message=sheet.message_id, channel=choice.channel,
                                                  staff=person.staff_id))  # fmt: skip
        found = self.find(sheet.message_id)
        assert found is not None
        return found

    def send_as_liked(self, payment_id: str, patient_id: str, person: Person) -> MessageLine | None:
        """The receipt of a payment the way the patient likes it, where that is e-mail or text and can be done; once,
        however often it is asked for. None where it cannot, or they like it otherwise."""
        email, text, preferred = self.ways(patient_id)
        way = {"email": email, "text": text}.get(preferred)
        if way is None or way.why_not or not address_for(way.channel, way.address):
            return None
        sheet = replace(self.sheet([f"receipt:{payment_id}"], patient_id), message_id=natural_id(payment_id, "liked"))
        return self.send(sheet, SendChoice(way.channel, way.address, attach=bool(way.agreed)), person)

    def prefer(self, patient_id: str, receipt_by: str, person: Person) -> None:
        """Keep how a patient likes receipts: print, text, email or none. Raises RuleBroken `collect.patient_gone`."""
        with self._clinic.store.write() as tx:
            self._change(tx, patient_id, person, receipt_by=receipt_by)

    def take_back_consent(
        self, patient_id: str, channel: str, typed: str, person: Person, words: str = CONSENT_WORDS
    ) -> None:  # fmt: skip
        """The patient does not want papers at an address (texts to a number) any more; `words` is the version of what
        they once were told."""
        address = address_for(channel, typed)
        body = MessageConsent(consent_id=_consent_id(patient_id, channel, address), patient_id=patient_id,
                              channel=channel, address=address, agreed=False, words=words)  # fmt: skip
        with self._clinic.store.write() as tx:
            self._record(tx, body, person)

    def find(self, message_id: str) -> MessageLine | None:
        """One message as it stands, or None."""
        with self._clinic.store.reader() as reader:
            row = messages.message(reader, self._clinic.tenant, message_id)
        return message_line(self._clinic, row) if row else None

    # Inside -----------------------------------------------------------------------------------------------------------

    def _paper(self, name: str) -> MessagePaper:
        kind, _, source_id = name.partition(":")
        if kind != BALANCE:
            return self._papers.to_send(name)
        clinic = self._clinic
        with clinic.store.reader() as reader:
            cents = messages.owed(reader, clinic.tenant, source_id)
        if cents <= 0:
            raise RuleBroken("message.nothing_owed")
        return MessagePaper(kind=BALANCE, source_id=source_id, number="", day=clinic.today().isoformat(),
                            amount_cents=cents)  # fmt: skip

    def _person(self, reader: Any, patient_id: str) -> PatientRow:
        person = rows.person(reader, self._clinic.tenant, patient_id)
        if person is None:
            raise RuleBroken("collect.patient_gone")
        return person

    def _ways(self, reader: Any, person: PatientRow) -> tuple[Way, Way]:
        offered = messages.channels(reader, self._clinic.tenant)
        said = self._agreed(reader, person.id, "email", person.email)
        email = Way("email", person.email, "" if offered.email else "message.no_email",
                    _trouble(offered.email_trouble), said)  # fmt: skip
        stopped = reaching.no_texts(reader, self._clinic.tenant, text_number(person.phone))
        why_not = "message.text_stopped" if stopped else "" if offered.text else "message.no_text"
        text = Way("text", show_phone(person.phone), why_not, _trouble(offered.text_trouble))
        return email, text

    def _agreed(self, reader: Any, patient_id: str, channel: str, typed: str) -> bool | None:
        address = address_for(channel, typed)
        if not address:
            return None
        return messages.agreed(reader, self._clinic.tenant, _consent_id(patient_id, channel, address))

    def _consent(self, tx: Tx, body: MessageSend, person: Person) -> None:
        """Write down that the patient agreed, where that is not written down yet."""
        consent_id = _consent_id(body.patient_id, body.channel, body.address)
        if body.attach and not messages.agreed(tx.reader, self._clinic.tenant, consent_id):
            said = MessageConsent(consent_id=consent_id, patient_id=body.patient_id, channel=body.channel,
                                  address=body.address, agreed=True,
                                  words=consent_version(body.language))  # fmt: skip
            self._record(tx, said, person)

    def _remember(self, tx: Tx, patient_id: str, choice: SendChoice, person: Person) -> None:
        field = {"email": "email", "text": "phone"}[choice.channel]
        self._change(tx, patient_id, person, receipt_by=choice.channel, **{field: choice.address.strip()})

    def _change(self, tx: Tx, patient_id: str, person: Person, **fields: str) -> None:
        known = StoredRecords(tx.reader, self._clinic.tenant).stored("patient", patient_id)
        if known is None:
            raise RuleBroken("collect.patient_gone")
        if replace(known, **fields) != known:
            self._record(tx, replace(known, **fields), person)

    def _record(self, tx: Tx, body: object, person: Person) -> None:
        tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat())


def consent_version(language: str) -> str:
    """The version of what somebody is told before papers go to their address."""
    version = f"{CONSENT_WORDS}-{written_in(language)}"
    return version if version in CONSENT_TEXTS else CONSENT_WORDS


def _template(papers: Sequence[MessagePaper]) -> str:
    kinds = {paper.kind for paper in papers}
    return "receipt" if kinds <= RECEIPTS else next(iter(kinds - RECEIPTS))


def _trouble(reason: str) -> str:
    return f"message.trouble.{reason}" if reason else ""


def _consent_id(patient_id: str, channel: str, address: str) -> str:
    return natural_id(patient_id, "consent", channel, address)
