"""One-time links for patients: made here without a line, sent by the hub; how each stands; taken back (S2-11, S4-07).

What a link asks is worked out each time from the account, so two desks and the patient's page cannot disagree. Its
address is made by the hub with a key no desk has: to copy it or to show it as a code the hub is asked.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from app.clinic import Clinic
from app.fields import NOTE_LIMIT, no_card_number
from app.heads import patient_head, payer_of
from app.hub_line import HubLine
from app.link_views import LinkAddress, LinkChoice, LinkLine, LinkOffer, LinksAsk, LinksPage
from app.message_lines import MessageLine, message_line
from app.messages import Messages
from app.plan_standings import right_to_send
from app.portal_link import qr_code
from app.refusals import insist, need
from app.views import Person
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken, SyncLater
from models.basics.facts import facts
from models.basics.ids import natural_id, new_id
from models.operations.joining import is_loopback
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.messages import MessagePaper, MessageSend
from models.operations.online import OnlineItem
from models.rules.addresses import address_for
from models.rules.links import LASTS_DAYS, MOST_DAYS, LinkStanding, LinkWhich
from models.rules.matching import parse_query
from models.rules.online import Owed, shared_out
from models.rules.people import parse_birth_date
from models.rules.rights import Right
from models.store.queries import (
    find,
    link_list,
    links,
    messages,
    online,
    plans,
    reaching,
    recorded,
    requests,
    rows,
    staff,
)
from models.store.queries.insured import asking
from models.store.queries.links import LinkRow, Standings

if TYPE_CHECKING:  # SQLAlchemy and what speaks HTTP are loaded behind the first screen
    from app.sync.transport import HubTransport
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

PAPER = "link"
"""What a message about a link names as its paper: `link:<id>`."""
PAY_LINK, PLAN_LINK, REMINDER = "pay_link", "plan_link", "pay_reminder"
"""The templates that carry a link's address."""
PLAN = "plan"
"""The subject of a link to an agreement."""


class Links:
    """Links of the practice. Reading on the `reads` or `lists` lane, `address` on `hub`, the rest on `store`."""

    def __init__(self, clinic: Clinic, messages_: Messages, line: HubLine | None) -> None:
        self._clinic, self._messages, self._line = clinic, messages_, line

    # Making one -------------------------------------------------------------------------------------------------------

    def offer(
        self, subject: str, patient_id: str, subject_id: str = "", charge_ids: Iterable[str] | None = None,
        asked_cents: int = 0,
    ) -> LinkOffer:  # fmt: skip
        """What a link would ask: `balance` (what the account owes, or the charges named), `visit` (an appointment's
        charges), `request`, `plan`. `asked_cents`: what a request will ask that is written down together with its link.
        Raises RuleBroken `collect.patient_gone`, `link.nothing_owed`."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            payer = payer_of(reader, clinic.tenant, patient_id)
            standings = self._standings(reader)
            wanted = None if charge_ids is None else set(charge_ids)
            items = self._items(standings, (subject, subject_id, payer.id), wanted)
            owed = sum(item.amount_cents for item in items) or self._asked(reader, subject, subject_id) or asked_cents
            known = (
                links.of_subject(reader, clinic.tenant, subject, subject_id)
                if subject_id
                else [row for row in links.of_patients(reader, clinic.tenant, [payer.id]) if row.subject == subject]
            )
            lines = self._lines(reader, [row for row in known if not row.online_id])
            why_not = self._why_not(reader, payer.birth_date)
            needs = right_to_send(reader, clinic.tenant, subject_id) if subject == PLAN else None
        if owed <= 0:
            raise RuleBroken("link.nothing_owed")
        email, text, preferred = self._messages.ways(payer.id)
        return LinkOffer(
            new_id(), patient_head(payer, clinic.today()), subject, subject_id, items, owed, email, text, preferred,
            clinic.today() + timedelta(days=LASTS_DAYS), why_not, tuple(line for line in lines if line.usable), needs,
        )  # fmt: skip

    def issue(
        self, offer: LinkOffer, choice: LinkChoice, person: Person, template: str = PAY_LINK,
        supervisor: Person | None = None,
    ) -> LinkLine:  # fmt: skip
        """Make the link, and ask the hub to send it where it shall go, all in one; twice under one id is once. An
        agreement starts when its patient accepts it: its discount takes the right of who sends it, or of `supervisor`,
        who lends it and is written down.

        Raises RuleBroken, nothing written: `staff.right_missing`, the offer's `why_not`, `link.amount_wrong`,
        `link.expiry_wrong`, `link.note_long`, `collect.card_number`, and as `send`.
        """
        need(Right.PAYMENTS, person)
        lender = self._lender(offer, person, supervisor)
        if offer.why_not:
            raise RuleBroken(offer.why_not)
        body = self._body(offer, choice)
        sends = [self._message(body.link_id, offer.patient.patient_id, channel, typed, body.amount_cents, template)
                 for channel, typed in choice.ways]  # fmt: skip
        with self._clinic.store.write() as tx:
            if links.link(tx.reader, self._clinic.tenant, body.link_id) is None:
                for each in (body, *sends):
                    self._record(tx, each, person, lender)
        log.info("link made", extra=facts(link=body.link_id, subject=body.subject, staff=person.staff_id))
        return self.find(body.link_id)

    def _lender(self, offer: LinkOffer, person: Person, supervisor: Person | None) -> str:
        """Who lends the right to let off what the agreement lets off now; empty where nobody has to."""
        if offer.subject != PLAN:
            return ""
        with self._clinic.store.reader() as reader:
            right = right_to_send(reader, self._clinic.tenant, offer.subject_id)
        return need(right, person, supervisor) if right is not None else ""

    def send(
        self, link_id: str, channel: str, typed: str, person: Person, *, message_id: str = "", template: str = PAY_LINK
    ) -> LinkLine:  # fmt: skip
        """Send a link (once more): `message_id` is made once by who asks, so that a second Enter sends nothing twice.

        Raises RuleBroken, nothing written: `staff.right_missing`, `link.gone`, `link.over`, `message.no_email`,
        `message.no_text`, `message.address_wrong`, `message.number_wrong`.
        """
        need(Right.PAYMENTS, person)
        line = self.find(link_id)
        if not line.usable:
            raise RuleBroken("link.over")
        body = self._message(link_id, line.patient.patient_id, channel, typed, line.due_cents, template, message_id)
        with self._clinic.store.write() as tx:
            if messages.message(tx.reader, self._clinic.tenant, body.message_id) is None:
                self._record(tx, body, person)
        return self.find(link_id)

    def revoke(self, link_id: str, person: Person, reason: str = "") -> LinkLine:
        """Take a link back: its page says so as soon as the hub hears of it. Raises RuleBroken, nothing written:
        `staff.right_missing`, `link.gone`, `link.over`, `collect.card_number`."""
        need(Right.PAYMENTS, person)
        line, words = self.find(link_id), " ".join(reason.split())[:NOTE_LIMIT]
        no_card_number(words, "reason")
        if not line.usable:
            raise RuleBroken("link.over")
        with self._clinic.store.write() as tx:
            self._record(tx, LinkRevoke(link_id=link_id, patient_id=line.patient.patient_id, reason=words), person)
        return self.find(link_id)

    # Looking ----------------------------------------------------------------------------------------------------------

    def find(self, link_id: str) -> LinkLine:
        """One link as it stands. Raises RuleBroken `link.gone`."""
        with self._clinic.store.reader() as reader:
            row = links.link(reader, self._clinic.tenant, link_id)
            if row is None:
                raise RuleBroken("link.gone")
            return self._lines(reader, [row])[0]

    def of_patient(self, patient_id: str) -> tuple[LinkLine, ...]:
        """The links of a patient's account, newest first: whoever of the family it is."""
        clinic = self._clinic
        with clinic.store.reader() as reader:
            payer = online.payer_of(asking(reader), clinic.tenant, patient_id)
            return self._lines(reader, links.of_patients(reader, clinic.tenant, [payer]))

    def of_subject(self, subject: str, subject_id: str) -> tuple[LinkLine, ...]:
        """The links for one request, visit or plan, newest first."""
        with self._clinic.store.reader() as reader:
            return self._lines(reader, links.of_subject(reader, self._clinic.tenant, subject, subject_id))

    def page(self, ask: LinksAsk) -> LinksPage:
        """A page of the practice's links, or of those that fit. Raises RuleBroken `collect.patient_gone`."""
        clinic, tenant = self._clinic, self._clinic.tenant
        with clinic.store.reader() as reader:
            whose, people = "", None
            if ask.patient_id:
                person = rows.person(reader, tenant, ask.patient_id)
                if person is None:
                    raise RuleBroken("collect.patient_gone")
                whose = patient_head(person, clinic.today()).name
                people = link_list.payers(reader, tenant, [ask.patient_id])
            elif ask.text.strip():
                query = parse_query(ask.text, clinic.today())
                people = link_list.payers(reader, tenant, find.everybody(reader, tenant, query))
            walk = link_list.walk(reader, tenant, self._standings(reader), ask.which, ask.most, after=ask.after,
                                  people=people, now=utc_text(clinic.clock.now()))  # fmt: skip
            total = link_list.count(reader, tenant, people) if ask.which is LinkWhich.ALL else None
            return LinksPage(self._shown(reader, walk.found), walk.key, walk.full, total, whose)

    # The address ------------------------------------------------------------------------------------------------------

    def address(self, link_id: str) -> LinkAddress:
        """Where the link leads, as the hub makes it: kept nowhere. Lane `hub`. Raises SyncLater where the hub cannot be
        reached, RuleBroken `link.not_there_yet` while it has not heard of the link."""
        told = self._told(f"/v1/links/{link_id}")
        address = str(told.get("address", ""))
        return LinkAddress(link_id, address, is_loopback(urlsplit(address).hostname or ""))

    def code(self, address: LinkAddress, kind: str = "png") -> bytes:
        """The address as a QR code (png, svg)."""
        return qr_code(address.address, kind)

    def _told(self, target: str) -> dict[str, Any]:
        transport: HubTransport | None = self._line.transport if self._line is not None else None
        if self._line is None or transport is None:
            raise SyncLater("sync.hub_unreachable")
        from app.sync.line import HubRefusal

        self._line.nudge()  # what was made a moment ago is on its way
        try:
            found = orjson.loads(transport.exchange("GET", target))
        except HubRefusal as refusal:
            if refusal.status == 404:
                raise RuleBroken("link.not_there_yet") from refusal
            raise
        except orjson.JSONDecodeError as error:
            raise SyncLater("sync.garbled") from error
        return found if isinstance(found, dict) else {}

    # Inside -----------------------------------------------------------------------------------------------------------

    def _standings(self, reader: Any) -> Standings:
        clinic = self._clinic
        return Standings(reader, clinic.tenant, utc_text(clinic.clock.now()), clinic.clock_day())

    def _items(
        self, standings: Standings, about: tuple[str, str, str], wanted: set[str] | None
    ) -> tuple[OnlineItem, ...]:  # fmt: skip
        """The charges a link is bound to; none where its subject says itself what it asks."""
        subject, subject_id, payer_id = about
        if subject in ("request", "plan"):
            return ()
        found: Sequence[Owed] = standings.open_charges(payer_id)
        if subject == "visit":
            found = [each for each in found if each.appointment_id == subject_id]
        elif wanted is None:
            found = standings.off_plan(found)
        return tuple(OnlineItem(charge_id=each.charge_id, amount_cents=each.cents) for each in found
                     if wanted is None or each.charge_id in wanted)  # fmt: skip

    def _asked(self, reader: Any, subject: str, subject_id: str) -> int:
        """What a request or a plan asks; 0 for what it does not ask any more."""
        tenant = self._clinic.tenant
        if subject == "request":
            asked = requests.request(reader, tenant, subject_id)
            return asked.amount_cents - asked.paid_cents if asked else 0
        plan = plans.plan(reader, tenant, subject_id) if subject == "plan" else None
        return sum(line.cents for line in plan.instalments) if plan else 0

    def _why_not(self, reader: Any, birth_date: str) -> str:
        rules = recorded.rules(reader, self._clinic.tenant)
        told = messages.channels(reader, self._clinic.tenant)
        missing = (
            (not told.portal_url, "link.no_pages"), (not rules.portal_payments, "link.payments_off"),
            (parse_birth_date(birth_date) is None, "link.no_birth_date"),
        )  # fmt: skip
        return next((key for is_missing, key in missing if is_missing), "")

    def _body(self, offer: LinkOffer, choice: LinkChoice) -> LinkIssue:
        chosen = sum(cents for _, cents in choice.parts)
        cents, today = chosen or choice.amount_cents or offer.owed_cents, self._clinic.today()
        last, note = choice.expires_on or offer.expires_on, " ".join(choice.note.split())
        if not 0 < cents <= offer.owed_cents:
            raise RuleBroken("link.amount_wrong", field="amount", owed_cents=offer.owed_cents)
        if not today <= last <= today + timedelta(days=MOST_DAYS):
            raise RuleBroken("link.expiry_wrong", field="expires", days=MOST_DAYS)
        if len(note) > NOTE_LIMIT:
            raise RuleBroken("link.note_long", field="note", limit=NOTE_LIMIT)
        no_card_number(note, "note")
        owes = {item.charge_id: item.amount_cents for item in offer.items}
        if any(not 0 < part <= owes.get(charge_id, 0) for charge_id, part in choice.parts):
            raise RuleBroken("link.amount_wrong", field="amount", owed_cents=offer.owed_cents)
        items = tuple(OnlineItem(charge_id=charge_id, amount_cents=part) for charge_id, part in choice.parts)
        items = items or _shared_out(offer.items, cents)
        return LinkIssue(
            link_id=offer.link_id, patient_id=offer.patient.patient_id, subject=offer.subject, amount_cents=cents,
            expires_at=self._end_of(last), subject_id=offer.subject_id, items=items, note=note,
            owed_cents=sum(owes[item.charge_id] for item in items) if items else offer.owed_cents,
        )  # fmt: skip

    def _end_of(self, day: date) -> str:
        """The last moment of a day on the clinic's clocks, as UTC text."""
        return utc_text(datetime.combine(day + timedelta(days=1), time(), self._clinic.zone) - timedelta(seconds=1))

    def _message(
        self, link_id: str, patient_id: str, channel: str, typed: str, cents: int, template: str, message_id: str = ""
    ) -> MessageSend:  # fmt: skip
        email, text, _ = self._messages.ways(patient_id)
        way = text if channel == "text" else email
        if way.why_not:
            raise RuleBroken(way.why_not)
        address = address_for(channel, typed)
        if not address:
            raise RuleBroken("message.address_wrong" if channel == "email" else "message.number_wrong", field=channel)
        paper = MessagePaper(kind=PAPER, source_id=link_id, number="", day=self._clinic.today().isoformat(),
                             amount_cents=cents)  # fmt: skip
        with self._clinic.store.reader() as reader:
            self._messages.may_write(reader, channel, address)
            language = reaching.language(reader, self._clinic.tenant, patient_id)
        return MessageSend(
            message_id=message_id or natural_id(link_id, "sent", channel, address), patient_id=patient_id,
            channel=channel, address=address, template=template, papers=(paper,), language=language,
        )  # fmt: skip

    def _record(self, tx: Tx, body: object, person: Person, lender: str = "") -> None:
        today = self._clinic.today().isoformat()
        insist(tx.record(body, person_id=person.staff_id, business_date=today, supervisor=lender))

    def _lines(self, reader: Any, found: Sequence[LinkRow]) -> tuple[LinkLine, ...]:
        standings = self._standings(reader)
        return self._shown(reader, [(row, standings.of(row)) for row in found])

    def _shown(self, reader: Any, found: Sequence[tuple[LinkRow, LinkStanding]]) -> tuple[LinkLine, ...]:
        sent = self._sent(reader, [row for row, _ in found])
        names = staff.staff_names(reader, self._clinic.tenant) if found else {}
        return tuple(self._line_of(reader, row, now, sent.get(row.link_id, []), names) for row, now in found)

    def _sent(self, reader: Any, found: Sequence[LinkRow]) -> dict[str, list[MessageLine]]:
        """The messages that carried each link, newest first."""
        made: dict[str, list[MessageLine]] = {}
        wanted = {row.link_id for row in found}
        patients = sorted({row.patient_id for row in found})
        for row in messages.of_patients(reader, self._clinic.tenant, patients) if patients else []:
            line = message_line(self._clinic, row)
            for name in line.papers:
                kind, _, link_id = name.partition(":")
                if kind == PAPER and link_id in wanted:
                    made.setdefault(link_id, []).append(line)
        return made

    def _line_of(
        self, reader: Any, row: LinkRow, now: LinkStanding, sent: Sequence[MessageLine], names: Mapping[str, str]
    ) -> LinkLine:  # fmt: skip
        clinic = self._clinic
        person = rows.person(reader, clinic.tenant, row.patient_id) or rows.PatientRow(row.patient_id, *[""] * 8)
        ended = row.paid_at or row.revoked_at
        return LinkLine(
            row.link_id, patient_head(person, clinic.today()), row.subject, row.subject_id, row.amount_cents,
            now.due_cents, now.state, clinic.local(row.issued_at), names.get(row.actor, ""),
            clinic.local(row.expires_at).date(), row.note, tuple(sent), clinic.local(ended) if ended else None,
            names.get(row.revoked_by, "") if not row.paid_at else "", row.paid_cents, row.paid_number, row.online_id,
            row.paid_state == "posted", row.seq == 0,
        )  # fmt: skip


def _shared_out(items: Iterable[OnlineItem], cents: int) -> tuple[OnlineItem, ...]:
    """An amount over charges, oldest first."""
    parts = shared_out([(item.charge_id, item.amount_cents) for item in items], cents)
    return tuple(OnlineItem(charge_id=charge_id, amount_cents=part) for charge_id, part in parts)
