"""Payment requests that go to patients by link: one, or many at once; reminders, taken back, snoozed (S1-16, S1-17).

A desk writes down whom to ask for how much; the hub sends, reminds and says what it did. So it works without a line,
and two desks that ask the same patients ask them once.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from app.ask_views import (
    LIKED,
    OPEN,
    SENDABLE,
    SHOWS,
    AskChoice,
    AskLine,
    AskSheet,
    AskState,
    AsksView,
    ManyChoice,
    ManyLine,
    ManySheet,
    ManyWish,
    SnoozeSheet,
    Which,
)
from app.clinic import Clinic
from app.fields import NOTE_LIMIT, no_card_number
from app.heads import patient_head, payer_of
from app.links import PAY_LINK
from app.message_lines import show_address
from app.messages import CONSENT_WORDS, Messages, Way
from app.papers import Papers
from app.refusals import insist, need
from app.statements import Statements
from app.views import Person
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.basics.ids import natural_id, new_id
from models.operations.asks import AskCancel, AskSnooze, AskStart
from models.operations.links import LinkRevoke
from models.operations.messages import MessageConsent, MessagePaper, MessageSend
from models.operations.requests import PaymentRequestPut
from models.rules.addresses import address_for
from models.rules.campaigns import Candidate, Wish, left_out
from models.rules.links import LinkState
from models.rules.rights import Right
from models.store.queries import asks, ledger, links, messages, online, reaching, recorded, rows
from models.store.queries.asks import AskRow
from models.store.queries.insured import asking
from models.store.queries.links import Standings

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

PAGE = 100
"""So many requests are on a page."""
AT_ONCE = 25
"""So many of a bulk request are written down in one transaction: other work of the desk comes in between."""
PAPERS_AT_ONCE = 5
"""The same where a statement is issued to each of them."""
NAME_LIMIT = 60
_ENDED = {
    LinkState.PAID: AskState.PAID, LinkState.REVOKED: AskState.CANCELLED, LinkState.SETTLED: AskState.SETTLED,
    LinkState.EXPIRED: AskState.EXPIRED, LinkState.PROCESSING: AskState.PROCESSING,
}  # fmt: skip
_ROWS = {"left_out": AskState.LEFT_OUT, "cancelled": AskState.CANCELLED, "waiting": AskState.WAITING}


class Asks:
    """Requests of the practice. `view` and `many` on the `lists` lane, `sheet` on `reads`, the rest on `store`."""

    def __init__(
        self, clinic: Clinic, messages_: Messages, statements: Statements, papers: Papers
    ) -> None:  # fmt: skip
        self._clinic, self._messages, self._statements, self._papers = clinic, messages_, statements, papers

    # The list ---------------------------------------------------------------------------------------------------------

    def view(self, days: int, which: Which = Which.ALL, page: int = 0) -> AsksView:
        """Requests of the last days, newest first, a page of them."""
        clinic = self._clinic
        since = utc_text(clinic.clock.now() - timedelta(days=days))
        with clinic.store.reader() as reader:
            standings = self._standings(reader)
            stood = [(row, self._state(reader, row, standings)) for row in asks.since(reader, clinic.tenant, since)]
            wanted = [(row, state) for row, state in stood if state[0] in SHOWS[which]][page * PAGE :]
            lines = tuple(self._line(reader, row, *state) for row, state in wanted[:PAGE])
        counts = Counter(state for _, (state, _) in stood)
        return AsksView(lines, tuple((state, counts[state]) for state in AskState if counts[state]), clinic.today(),
                        more=len(wanted) > PAGE)  # fmt: skip

    def find(self, ask_id: str) -> AskLine:
        """One request as it stands. Raises RuleBroken `ask.gone`."""
        with self._clinic.store.reader() as reader:
            row = asks.ask(reader, self._clinic.tenant, ask_id)
            if row is None:
                raise RuleBroken("ask.gone")
            return self._line(reader, row, *self._state(reader, row, self._standings(reader)))

    # One request ------------------------------------------------------------------------------------------------------

    def sheet(self, patient_id: str) -> AskSheet:
        """What may be asked of who pays for a patient. Raises RuleBroken `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            payer = payer_of(reader, clinic.tenant, patient_id)
            who = self._candidate(reader, payer.id)
            known = asks.of_patients(reader, clinic.tenant, [payer.id])
            standings = self._standings(reader)
            stood = [(row, self._state(reader, row, standings)) for row in known]
            lines = tuple(self._line(reader, row, *state) for row, state in stood if state[0] in OPEN)
            why_not = self._why_not(reader) or ("" if who.known else "link.no_birth_date")
        email, text, preferred = self._messages.ways(payer.id)
        return AskSheet(new_id(), patient_head(payer, clinic.today()), max(who.owed_cents, 0), email, text,
                        _first_channel(email, text, preferred), why_not, lines)  # fmt: skip

    def send(self, sheet: AskSheet, choice: AskChoice, person: Person) -> AskLine:
        """Write it down; the hub sends it. An amount beyond what is owed is asked for as a payment request of its own.

        Raises RuleBroken, nothing written: `staff.right_missing`, the sheet's `why_not`, `message.no_email`,
        `message.no_text`, `message.address_wrong`, `message.number_wrong`, `ask.nothing_owed`, `ask.note_long`,
        `collect.card_number`, and with a statement as `Statements.issue`.
        """
        need(Right.PAYMENTS, person)
        address = self._address(sheet, choice)
        note, cents = self._note(choice.note), choice.amount_cents or sheet.owed_cents
        if cents <= 0:
            raise RuleBroken("ask.nothing_owed", field="amount")
        payer_id = sheet.patient.patient_id
        statement = self._statement(sheet.ask_id, payer_id, choice.channel, person) if choice.statement else None
        beyond = cents > sheet.owed_cents
        body = AskStart(
            ask_id=sheet.ask_id, patient_id=sheet.patient.patient_id, amount_cents=cents, channel=choice.channel,
            address=address, expires_days=choice.expires_days, remind_after=choice.remind_after, note=note,
            request_id=natural_id(sheet.ask_id, "request") if beyond else "", statement=statement,
        )  # fmt: skip
        with self._clinic.store.write() as tx:
            if asks.ask(tx.reader, self._clinic.tenant, sheet.ask_id) is None:
                if beyond:
                    self._record(tx, self._request(tx, body), person)
                if statement is not None:
                    self._agree(tx, body, person)
                self._record(tx, body, person)
        log.info("payment request asked for", extra=facts(ask=sheet.ask_id, staff=person.staff_id))
        return self.find(sheet.ask_id)

    def again(self, ask_id: str, person: Person) -> AskLine:
        """Send a request once more, to where it went: for what it asks now. Raises RuleBroken, nothing written:
        `staff.right_missing`, `ask.gone`, `ask.over`."""
        need(Right.PAYMENTS, person)
        clinic = self._clinic
        with clinic.store.write() as tx:
            row = asks.ask(tx.reader, clinic.tenant, ask_id)
            if row is None:
                raise RuleBroken("ask.gone")
            standings = self._standings(tx.reader)
            link = links.link(tx.reader, clinic.tenant, row.link_id)
            state, _ = self._state(tx.reader, row, standings)
            if link is None or state not in SENDABLE:
                raise RuleBroken("ask.over")
            paper = MessagePaper(kind="link", source_id=row.link_id, number="", day=clinic.today().isoformat(),
                                 amount_cents=standings.of(link).due_cents)  # fmt: skip
            self._record(tx, MessageSend(
                message_id=new_id(), patient_id=row.patient_id, channel=row.channel, address=row.address,
                template=PAY_LINK, papers=(paper,),
                language=reaching.language(tx.reader, clinic.tenant, row.patient_id),
                instead_of=row.message_id if state is AskState.FAILED else "",
            ), person)  # fmt: skip
        return self.find(ask_id)

    def cancel(self, ask_id: str, person: Person, reason: str = "") -> AskLine:
        """Take a request back, and its link with it. Raises RuleBroken, nothing written: `staff.right_missing`,
        `ask.gone`, `ask.over`, `collect.card_number`."""
        need(Right.PAYMENTS, person)
        words = " ".join(reason.split())[:NOTE_LIMIT]
        no_card_number(words, "reason")
        line = self.find(ask_id)
        if line.state not in OPEN:
            raise RuleBroken("ask.over")
        patient_id = line.patient.patient_id
        with self._clinic.store.write() as tx:
            self._record(tx, AskCancel(ask_id=ask_id, patient_id=patient_id, reason=words), person)
            if line.link_id:
                self._record(tx, LinkRevoke(link_id=line.link_id, patient_id=patient_id, reason=words), person)
        return self.find(ask_id)

    def snoozing(self, patient_id: str) -> SnoozeSheet:
        """Who pays for a patient, and whether bulk requests leave them out. Raises RuleBroken
        `collect.patient_gone`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            payer = payer_of(reader, clinic.tenant, patient_id)
            days = asks.snoozes(reader, clinic.tenant, payer.id).values()
        until = max(days, default=None)
        return SnoozeSheet(patient_head(payer, clinic.today()), until if until and until >= clinic.today() else None)

    def snooze(self, patient_id: str, until: date | None, person: Person, reason: str = "") -> None:
        """Leave the account a patient belongs to out of bulk requests up to a day, or (None) not any more. Raises
        RuleBroken, nothing written: `staff.right_missing`, `ask.days_wrong`, `collect.card_number`."""
        need(Right.PAYMENTS, person)
        words = " ".join(reason.split())[:NOTE_LIMIT]
        no_card_number(words, "reason")
        clinic = self._clinic
        if until is not None and until <= clinic.today():
            raise RuleBroken("ask.days_wrong", field="until")
        with clinic.store.write() as tx:
            payer_id = online.payer_of(asking(tx.reader), clinic.tenant, patient_id)
            known = asks.snoozes(tx.reader, clinic.tenant, payer_id)
            for record_id in (each for each in known if until is None or each != payer_id):
                self._record(tx, AskSnooze(patient_id=record_id, until="", reason=words), person)
            if until is not None:
                self._record(tx, AskSnooze(patient_id=payer_id, until=until.isoformat(), reason=words), person)

    # Many at once -----------------------------------------------------------------------------------------------------

    def many(self, wish: ManyWish, campaign_id: str = "") -> ManySheet:
        """Who would be asked, and who not and why (S1-17); by name. Reads every open account once."""
        clinic, today = self._clinic, self._clinic.today()
        with clinic.store.reader() as reader:
            tenant, offered = clinic.tenant, messages.channels(reader, clinic.tenant)
            found = asks.everybody(reader, tenant, today, utc_text(clinic.clock.now()))
            people = asks.persons(reader, tenant, [each.patient_id for each in found])
            agreed = messages.agreed_addresses(reader, tenant)
            stopped = reaching.stopped(reader, tenant, (address_for("text", each.phone) for each in people.values()))
            why_not = self._why_not(reader)
        lines = []
        for who in found:
            person = people.get(who.patient_id)
            if person is None:
                continue
            texts = offered.text and address_for("text", person.phone) not in stopped
            channel, address = _where(wish.channel, person, email=offered.email, text=texts)
            left = left_out(replace(who, reachable=bool(address)), Wish(wish.least_cents, wish.ages), today)
            lines.append(ManyLine(patient_head(person, today), max(who.owed_cents, 0), who.oldest, left, channel,
                                  address, who.snoozed_until,
                                  agreed=(who.patient_id, channel, address) in agreed))  # fmt: skip
        lines.sort(key=lambda line: (line.patient.name.casefold(), line.patient.patient_id))
        return ManySheet(campaign_id or new_id(), wish, tuple(line for line in lines if line.left is None),
                         tuple(line for line in lines if line.left is not None), why_not)  # fmt: skip

    def send_some(self, sheet: ManySheet, choice: ManyChoice, person: Person, first: int = 0) -> int:
        """Write down the next AT_ONCE (with statements PAPERS_AT_ONCE) of them from the `first` on, one transaction; a
        statement is issued before it. Returns how many are written down then: call again until that is all. Raises
        RuleBroken, nothing of these asked: `staff.right_missing`, the sheet's `why_not`, `ask.nobody`,
        `ask.name_missing`, `ask.note_long`, `collect.card_number`, and with statements as `Statements.issue`."""
        need(Right.PAYMENTS, person)
        if choice.statement:
            need(Right.STATEMENTS, person)
        name, note = " ".join(choice.name.split())[:NAME_LIMIT], self._note(choice.note)
        no_card_number(name, "name")
        wrong = ((sheet.why_not, True), ("ask.name_missing", not name), ("ask.nobody", not sheet.asked))
        key = next((key for key, holds in wrong if key and holds), "")
        if key:
            raise RuleBroken(key)
        some = sheet.asked[first : first + (PAPERS_AT_ONCE if choice.statement else AT_ONCE)]
        ids = {line: natural_id(sheet.campaign_id, line.patient.patient_id) for line in some}
        papers = {line: self._statement_of_many(ids[line], line, person) for line in some if choice.statement}
        with self._clinic.store.write() as tx:
            for line in some:
                if asks.ask(tx.reader, self._clinic.tenant, ids[line]) is None:
                    self._record(tx, AskStart(
                        ask_id=ids[line], patient_id=line.patient.patient_id, amount_cents=line.cents,
                        channel=line.channel, address=line.address, expires_days=choice.expires_days,
                        remind_after=choice.remind_after, note=note, campaign_id=sheet.campaign_id, campaign=name,
                        statement=papers.get(line),
                    ), person)  # fmt: skip
        log.info("bulk request", extra=facts(campaign=sheet.campaign_id, written=first + len(some)))
        return first + len(some)

    # Inside -----------------------------------------------------------------------------------------------------------

    def _standings(self, reader: Any) -> Standings:
        clinic = self._clinic
        return Standings(reader, clinic.tenant, utc_text(clinic.clock.now()), clinic.clock_day())

    def _candidate(self, reader: Any, payer_id: str) -> Candidate:
        clinic = self._clinic
        return asks.candidate(reader, clinic.tenant, payer_id, clinic.today(), utc_text(clinic.clock.now()))

    def _why_not(self, reader: Any) -> str:
        rules = recorded.rules(reader, self._clinic.tenant)
        told = messages.channels(reader, self._clinic.tenant)
        return "link.no_pages" if not told.portal_url else "" if rules.portal_payments else "link.payments_off"

    def _note(self, typed: str) -> str:
        note = " ".join(typed.split())
        if len(note) > NOTE_LIMIT:
            raise RuleBroken("ask.note_long", field="note", limit=NOTE_LIMIT)
        no_card_number(note, "note")
        return note

    def _address(self, sheet: AskSheet, choice: AskChoice) -> str:
        way = sheet.way(choice.channel)
        why_not = sheet.why_not or way.why_not
        if why_not:
            raise RuleBroken(why_not)
        address = address_for(choice.channel, choice.address)
        if not address:
            raise RuleBroken("message.address_wrong" if choice.channel == "email" else "message.number_wrong")
        with self._clinic.store.reader() as reader:
            self._messages.may_write(reader, choice.channel, address)
        return address

    def _statement(self, ask_id: str, payer_id: str, channel: str, person: Person) -> MessagePaper:
        """A statement of what is owed, issued now: it goes along, and is in the portal, too. One for a request."""
        statement_id = natural_id(ask_id, "statement")
        with self._clinic.store.reader() as reader:
            known = ledger.statement(reader, self._clinic.tenant, statement_id)
        if known is None:
            draft = self._statements.draft(payer_id, whole_family=True)
            self._statements.issue(replace(draft, statement_id=statement_id), channel, person)
        return self._papers.to_send(f"statement:{statement_id}")

    def _statement_of_many(self, ask_id: str, line: ManyLine, person: Person) -> MessagePaper | None:
        """The same for one of many: None where they did not agree to papers by e-mail, and where nothing is owed any
        more, so that nothing is left to list."""
        if not line.agreed:
            return None
        try:
            return self._statement(ask_id, line.patient.patient_id, line.channel, person)
        except RuleBroken as error:
            if error.message_key != "statement.nothing_owed":
                raise
            return None

    def _agree(self, tx: Tx, body: AskStart, person: Person) -> None:
        """The patient agreed that papers go to this address; written down once."""
        consent_id = natural_id(body.patient_id, "consent", body.channel, body.address)
        if not messages.agreed(tx.reader, self._clinic.tenant, consent_id):
            said = MessageConsent(consent_id=consent_id, patient_id=body.patient_id, channel=body.channel,
                                  address=body.address, agreed=True, words=CONSENT_WORDS)  # fmt: skip
            self._record(tx, said, person)

    @staticmethod
    def _request(tx: Tx, body: AskStart) -> PaymentRequestPut:
        return PaymentRequestPut(request_id=body.request_id, patient_id=body.patient_id, memo=body.note,
                                 amount_cents=body.amount_cents, number=tx.next_payment_number())  # fmt: skip

    def _record(self, tx: Tx, body: object, person: Person) -> None:
        insist(tx.record(body, person_id=person.staff_id, business_date=self._clinic.today().isoformat()))

    def _line(self, reader: Any, row: AskRow, state: AskState, reason: str) -> AskLine:
        clinic = self._clinic
        person = rows.person(reader, clinic.tenant, row.patient_id) or rows.PatientRow(row.patient_id, *[""] * 8)
        return AskLine(
            row.ask_id, patient_head(person, clinic.today()), row.amount_cents, state, clinic.local(row.asked_at),
            row.campaign, row.channel, show_address(row.channel, row.address), row.told,
            1 + len(orjson.loads(row.remind_after or "[]")), _day(row.told_on),
            _day(row.next_on) if state in OPEN else None, row.note, row.link_id, reason,
            asks.snoozed_until(reader, clinic.tenant, row.patient_id), row.seq == 0,
        )  # fmt: skip

    def _state(self, reader: Any, row: AskRow, standings: Standings) -> tuple[AskState, str]:
        """Where it stands, and why (a message key)."""
        known = _ROWS.get(row.state)
        if known is not None:
            return known, f"ask.left.{row.reason}" if known is AskState.LEFT_OUT else ""
        link = links.link(reader, self._clinic.tenant, row.link_id)
        ended = _ENDED.get(standings.of(link).state) if link is not None else AskState.CANCELLED
        if ended is not None:
            return ended, ""
        if row.message_state == "failed":
            return AskState.FAILED, f"message.failed.{row.message_reason}"
        return AskState.REMINDED if row.told > 1 else AskState.SENT, ""


def _first_channel(email: Way, text: Way, preferred: str) -> str:
    liked = [way for way in (email, text) if way.channel == preferred]
    usable = [way for way in (*liked, text, email) if not way.why_not and way.address]
    return (usable or [email])[0].channel


def _where(channel: str, person: rows.PatientRow, *, email: bool, text: bool) -> tuple[str, str]:
    """(channel, address) a request of many goes to; empty: there is none."""
    known = {"email": address_for("email", person.email) if email else "",
             "text": address_for("text", person.phone) if text else ""}  # fmt: skip
    order: Iterable[str] = (person.receipt_by, "text", "email") if channel == LIKED else (channel,)
    return next(((each, known[each]) for each in order if known.get(each)), ("", ""))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
