"""The hub's messages on their way: found in the log's state, claimed by one process at a time, settled in the log.

A request is in the log before anybody hears of it, so nothing has to be handed over: `gather` lists what waits. A claim
is one row's update; it ends by itself, so that what a killed process was at is taken up by another. What became of a
message is logged in the transaction that settles its row: it is told once, and sent at least once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.codec import from_json
from models.operations.messages import MessageFailed, MessageSend, MessageSent
from models.operations.operation import GENESIS, from_wire, make_operation
from models.operations.protocol import PushBatch
from models.operations.records import Channels, Practice
from models.store.hub_reading import HubReader
from models.store.hub_repair import restored_lately
from models.store.pushing import push_batches
from models.store.queries import reaching
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]
"""Runs work for one practice in a transaction."""

_GATHER = (
    "INSERT INTO message_outbox (tenant, op_id, template, address, channel, message_id, patient_id, state, attempts, "
    "since, due_at, claimed_by, claimed_until, reason) "
    "SELECT tenant, op_id, template, address, channel, message_id, patient_id, 'waiting', 0, :now, :now, '', '', "
    "'' FROM message WHERE tenant = :tenant AND state = 'waiting' ON CONFLICT DO NOTHING"
)
_DUE = (
    "SELECT op_id, template, address, channel, message_id, patient_id, attempts, since FROM message_outbox "
    "WHERE tenant = :tenant AND state = 'waiting' AND due_at <= :now AND claimed_until <= :now AND EXISTS (SELECT 1 "
    "FROM message m WHERE m.tenant = message_outbox.tenant AND m.message_id = message_outbox.message_id AND "
    "m.state = 'waiting') ORDER BY due_at, op_id"
)
_ROW = "tenant = :tenant AND op_id = :op_id AND template = :template AND address = :address AND state = 'waiting'"
_CLAIM = (
    "UPDATE message_outbox SET claimed_by = :by, claimed_until = :until, attempts = attempts + 1 "
    f"WHERE {_ROW} AND due_at <= :now AND claimed_until <= :now"
)
_PUT_OFF = (
    "UPDATE message_outbox SET claimed_by = '', claimed_until = '', due_at = :due, reason = :reason "
    f"WHERE {_ROW} AND claimed_by = :by"
)
_SETTLE = (
    "UPDATE message_outbox SET state = :state, claimed_by = '', claimed_until = '', reason = :reason "
    f"WHERE {_ROW} AND claimed_by = :by"
)

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_CHANNELS = (
    "SELECT email, text, email_trouble, text_trouble, portal_url FROM channels WHERE tenant = :tenant "
    "AND id = 'channels'"
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that may be tried now; `attempts` is how often it was, `since` when the hub first saw it (UTC text)."""

    tenant: str
    op_id: str
    template: str
    address: str
    channel: str
    message_id: str
    patient_id: str
    attempts: int
    since: str


@dataclass(frozen=True, slots=True)
class Request:
    """All that a message is made of. `agreed`: the patient's word on papers at this address stands; `stopped`: it is a
    number that wants no texts."""

    send: MessageSend
    practice: Practice
    business_date: str
    agreed: bool
    stopped: bool = False


class MessageOutbox:
    """Reads and moves the hub's outbox. Times are UTC; every call is a transaction of its own."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock

    def gather(self, tenant: str) -> list[Waiting]:
        """What of a practice may be tried now, oldest first. Nothing for a while after the hub was restored from a
        backup: its desks first tell it what it sent already."""
        at = self._clock.now()
        now = utc_text(at)

        def work(session: Session) -> list[Waiting]:
            if restored_lately(session, tenant, at):
                return []
            session.run(_GATHER, tenant=tenant, now=now)
            return [Waiting(tenant, *row) for row in session.rows(_DUE, tenant=tenant, now=now)]

        found: list[Waiting] = self._transaction(work, tenant)
        return found

    def next_due(self, tenant: str) -> str:
        """When the next message of a practice may be tried (UTC text); empty without any."""
        query = (
            "SELECT min(CASE WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) FROM message_outbox "
            "WHERE tenant = :tenant AND state = 'waiting'"
        )
        return str(self._look(lambda session: session.one(query, tenant=tenant), tenant)[0] or "")

    def claim(self, each: Waiting, by: str, for_s: float) -> bool:
        """Take a message for `for_s` seconds. False: another process has it, or it is settled."""
        now = self._clock.now()
        until = utc_text(now + timedelta(seconds=for_s))
        taken: int = self._transaction(
            lambda session: session.run(_CLAIM, **_key(each), by=by, until=until, now=utc_text(now)), each.tenant
        )
        return taken == 1

    def release_all(self, tenant: str) -> int:
        """Let every claim of a practice go: for a hub that is alone on its database, when it starts."""
        query = (
            "UPDATE message_outbox SET claimed_by = '', claimed_until = '' "
            "WHERE tenant = :tenant AND state = 'waiting' AND claimed_until <> ''"
        )
        released: int = self._transaction(lambda session: session.run(query, tenant=tenant), tenant)
        return released

    def request(self, each: Waiting) -> Request:
        """What the message says, from the log and the practice's own record."""

        def work(session: Session) -> Request:
            logged = session.one("SELECT op FROM log WHERE tenant = :tenant AND op_id = :op_id", tenant=each.tenant,
                                 op_id=each.op_id)  # fmt: skip
            op = from_wire(orjson.loads(logged[0]), verified=True)
            agreed = session.one(
                "SELECT agreed FROM consent WHERE tenant = :tenant AND patient_id = :patient AND channel = :channel "
                "AND address = :address", tenant=each.tenant, patient=each.patient_id, channel=each.channel,
                address=each.address,
            )  # fmt: skip
            stopped = each.channel == "text" and reaching.no_texts(HubReader(session), each.tenant, each.address)
            return Request(op.typed_body(), _practice(session, each.tenant), op.business_date,
                           bool(agreed and agreed[0]), stopped)  # fmt: skip

        found: Request = self._look(work, each.tenant)
        return found

    def put_off(self, each: Waiting, by: str, due: datetime, reason: str) -> None:
        """It did not go, and may later: from `due` on anybody may try again."""
        self._transaction(
            lambda session: session.run(_PUT_OFF, **_key(each), by=by, due=utc_text(due), reason=reason), each.tenant
        )  # fmt: skip

    def sent(self, each: Waiting, by: str, business_date: str, reference: str) -> bool:
        """It was taken: every desk hears of it. False: the claim was lost meanwhile."""
        body = MessageSent(message_id=each.message_id, patient_id=each.patient_id, cause_op_id=each.op_id,
                           reference=reference[:80])  # fmt: skip
        return self._settle(each, by, "sent", "", body, business_date)

    def failed(self, each: Waiting, by: str, business_date: str, reason: str) -> bool:
        """It was not taken and never will be: every desk hears of it. False: the claim was lost meanwhile."""
        body = MessageFailed(message_id=each.message_id, patient_id=each.patient_id, cause_op_id=each.op_id,
                             reason=reason)  # fmt: skip
        return self._settle(each, by, "failed", reason, body, business_date)

    def offer(self, tenant: str, *, email: bool, text: bool, portal_url: str = "") -> bool:
        """Let the practice's desks know what can be sent with, and where patients reach their pages. False: they know
        already, or the hub was restored a moment ago: its desks first bring the log back."""

        def offered(known: Channels) -> Channels:
            return replace(known, email=email, text=text, email_trouble=known.email_trouble if email else "",
                           text_trouble=known.text_trouble if text else "", portal_url=portal_url)  # fmt: skip

        return self._tell(tenant, offered)

    def trouble(self, tenant: str, channel: str, reason: str) -> bool:
        """Let the practice's desks know why messages of a channel wait (empty: they go again). False: they know."""
        if channel == "email":
            return self._tell(tenant, lambda known: replace(known, email_trouble=reason))
        return self._tell(tenant, lambda known: replace(known, text_trouble=reason))

    def _tell(self, tenant: str, change: Callable[[Channels], Channels]) -> bool:
        now = self._clock.now()

        def work(session: Session) -> bool:
            if restored_lately(session, tenant, now):
                return False
            session.run(_LOCK, tenant=tenant)
            known = _channels(session, tenant)
            if change(known) == known:
                return False
            head = session.one("SELECT seq FROM tenant_head WHERE tenant = :tenant", tenant=tenant)[0]
            self._log(session, tenant, change(known), natural_id(tenant, "channels", str(head)), "")
            return True

        known = self._look(lambda session: _channels(session, tenant), tenant)
        if change(known) == known:
            return False
        changed: bool = self._transaction(work, tenant)
        return changed

    def _settle(self, each: Waiting, by: str, state: str, reason: str, body: object, business_date: str) -> bool:
        def work(session: Session) -> bool:
            session.run(_LOCK, tenant=each.tenant)
            if not session.run(_SETTLE, **_key(each), by=by, state=state, reason=reason):
                return False
            op_id = natural_id(each.tenant, "message", state, each.op_id, each.template, each.address)
            self._log(session, each.tenant, body, op_id, business_date)
            return True

        settled: bool = self._transaction(work, each.tenant)
        return settled

    def _log(self, session: Session, tenant: str, body: object, op_id: str, business_date: str) -> None:
        now = utc_text(self._clock.now())
        op = make_operation(
            body, op_id=op_id, tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB,
            business_date=business_date or now[:10], device_time=now,
        )  # fmt: skip
        push_batches(session, tenant, [PushBatch(HUB, 0, 0, (op,))], now)


def _key(each: Waiting) -> dict[str, str]:
    return {"tenant": each.tenant, "op_id": each.op_id, "template": each.template, "address": each.address}


def _channels(session: Session, tenant: str) -> Channels:
    row = session.one(_CHANNELS, tenant=tenant)
    return (
        Channels(email=bool(row[0]), text=bool(row[1]), email_trouble=row[2], text_trouble=row[3], portal_url=row[4])
        if row
        else Channels()
    )


def _practice(session: Session, tenant: str) -> Practice:
    columns = ("id", "name", "timezone", "phone", "receipt_message", "receipt_message_es", "reply_to")
    row = session.one(f"SELECT {', '.join(columns)} FROM practice WHERE tenant = :tenant", tenant=tenant)
    return from_json(Practice, dict(zip(columns, row, strict=True)))
