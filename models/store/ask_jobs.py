"""What the hub does for payment requests by link: sends them, reminds, takes links back with them.

The log is the queue: a request waits in its row until the hub's own word on it is there. What is done and what is said
of it enter the log in one transaction, under the practice's lock and under ids that follow from the request, so that
whoever goes on after a crash does nothing twice. Each call takes a few and is a transaction of its own: a thousand
requests at once hold nobody up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations.asks import LEFT_OUT, OVER, REMINDED, SENT, AskStart, AskTold
from models.operations.links import LinkIssue, LinkRevoke
from models.operations.messages import MessagePaper, MessageSend
from models.operations.operation import GENESIS, Operation, from_wire, make_operation
from models.operations.protocol import PushBatch
from models.rules.campaigns import LeftOut, Wish, left_out, may_write
from models.rules.payment_status import AWAITED
from models.store.hub_reading import HubReader
from models.store.hub_repair import restored_lately
from models.store.plan_looking import clinic_day, clinic_zone
from models.store.pushing import push_batches
from models.store.queries import asks, links, online, reaching, requests
from models.store.queries.asks import AskRow
from models.store.queries.insured import asking
from models.store.queries.links import Standings
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]

AT_ONCE = 20
"""So many requests a transaction takes: about a fifth of a second, which desks that push wait for."""
_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_START = "SELECT op FROM log WHERE tenant = :tenant AND op_id = :id"


class AskJobs:
    """Sends and reminds. Every call is a transaction of its own; thread-safe; raises StorageError."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock

    def work_off(self, tenant: str) -> int:
        """Do a few of what is to be done now. Returns how many operations entered the log; 0: nothing is left, or the
        hub was restored a moment ago and first learns what it sent already."""
        now = self._clock.now()

        def work(tx: Session) -> int:
            tx.run(_LOCK, tenant=tenant)
            round_ = _Round(tx, tenant, now)
            bodies = [body for row in self._waits(tx, tenant, now) for body in round_.for_row(row)]
            return round_.log(bodies)

        waits = self._look(lambda session: bool(self._waits(session, tenant, now)), tenant)
        return int(self._transaction(work, tenant)) if waits else 0

    @staticmethod
    def _waits(session: Session, tenant: str, now: datetime) -> list[AskRow]:
        """What may be worked on now: first what was taken back, then what is new, then reminders at a decent hour."""
        if restored_lately(session, tenant, now):
            return []
        reader, moment = HubReader(session), utc_text(now)
        found = asks.taken_back(reader, tenant, moment, AT_ONCE) + asks.waiting(reader, tenant, AT_ONCE)
        day, hour = clinic_day(reader, tenant, now)
        if len(found) < AT_ONCE and may_write(hour):
            found += asks.due(reader, tenant, day.isoformat(), moment, AT_ONCE)
        return found[:AT_ONCE]


class _Round:
    """One transaction's work."""

    def __init__(self, tx: Session, tenant: str, now: datetime) -> None:
        self._tx, self._tenant, self._now = tx, tenant, now
        self._reader, self._moment = HubReader(tx), utc_text(now)
        self._day, _ = clinic_day(self._reader, tenant, now)
        self._standings = Standings(self._reader, tenant, self._moment, self._day)
        self._asked: set[str] = set()

    def for_row(self, row: AskRow) -> Iterable[tuple[str, object]]:
        """(name of the operation, its body) of what is to be done for a request, in order."""
        if row.state == "cancelled":
            return [("revoke", LinkRevoke(link_id=row.link_id, patient_id=row.patient_id, reason=row.reason))]
        return self._first(row) if row.state == "waiting" else self._again(row)

    # The request itself -----------------------------------------------------------------------------------------------

    def _first(self, row: AskRow) -> list[tuple[str, object]]:
        payer_id = online.payer_of(asking(self._reader), self._tenant, row.patient_id)
        cents, owed_cents, why_not = self._asks_for(row, payer_id)
        if why_not is not None:
            told = AskTold(ask_id=row.ask_id, patient_id=row.patient_id, outcome=LEFT_OUT, on=self._day.isoformat(),
                           reason=why_not.value)  # fmt: skip
            return [("left_out", told)]
        self._asked.add(payer_id)
        link_id = natural_id(row.ask_id, "link")
        link = LinkIssue(
            link_id=link_id, patient_id=payer_id, subject="request" if row.request_id else "balance",
            subject_id=row.request_id, amount_cents=cents, owed_cents=owed_cents, note=row.note,
            expires_at=utc_text(self._end_of(self._day + timedelta(days=row.expires_days))),
        )  # fmt: skip
        message = self._message(row, link_id, cents, 1)
        told = AskTold(ask_id=row.ask_id, patient_id=row.patient_id, outcome=SENT, on=self._day.isoformat(), step=1,
                       link_id=link_id, message_id=message.message_id, amount_cents=cents)  # fmt: skip
        return [("link", link), ("message-1", message), ("told-1", told)]

    def _asks_for(self, row: AskRow, payer_id: str) -> tuple[int, int, LeftOut | None]:
        """(cents to ask for, cents that are owed, why nobody is asked)."""
        if row.request_id:
            wanted = requests.request(self._reader, self._tenant, row.request_id)
            cents = wanted.amount_cents - wanted.paid_cents if wanted and wanted.status in AWAITED else 0
            return cents, cents, None if cents > 0 else LeftOut.NOTHING_OWED
        who = asks.candidate(self._reader, self._tenant, payer_id, self._day, self._moment, sent_only=True)
        if row.campaign_id:
            why_not = left_out(who, Wish(), self._day)
            twice = LeftOut.ASKED_ALREADY if payer_id in self._asked else None
            return who.owed_cents, who.owed_cents, why_not or twice
        cents = min(row.amount_cents, who.owed_cents)
        return cents, who.owed_cents, None if cents > 0 else LeftOut.NOTHING_OWED

    def _end_of(self, day: date) -> datetime:
        return datetime.combine(day + timedelta(days=1), time(), clinic_zone(self._reader, self._tenant))

    # Reminders --------------------------------------------------------------------------------------------------------

    def _again(self, row: AskRow) -> list[tuple[str, object]]:
        link = links.link(self._reader, self._tenant, row.link_id)
        stands = self._standings.of(link) if link is not None else None
        if stands is None or not stands.payable:  # what was asked is settled by another way: no reminder any more
            over = AskTold(ask_id=row.ask_id, patient_id=row.patient_id, outcome=OVER, on=self._day.isoformat())
            return [("over", over)]
        step = row.told + 1
        message = self._message(row, row.link_id, stands.due_cents, step)
        told = AskTold(ask_id=row.ask_id, patient_id=row.patient_id, outcome=REMINDED, on=self._day.isoformat(),
                       step=step, link_id=row.link_id, message_id=message.message_id)  # fmt: skip
        return [(f"message-{step}", message), (f"told-{step}", told)]

    def _message(self, row: AskRow, link_id: str, cents: int, step: int) -> MessageSend:
        paper = MessagePaper(kind="link", source_id=link_id, number="", day=self._day.isoformat(), amount_cents=cents)
        statement = self._statement(row) if row.statement_id and step == 1 else None
        return MessageSend(
            message_id=natural_id(row.ask_id, "message", str(step)), patient_id=row.patient_id, channel=row.channel,
            address=row.address, template="pay_link" if step == 1 else "pay_reminder",
            papers=(paper, statement) if statement else (paper,), attach=statement is not None,
            language=reaching.language(self._reader, self._tenant, row.patient_id),
        )  # fmt: skip

    def _statement(self, row: AskRow) -> MessagePaper | None:
        """The statement that goes along: it is in the request's operation alone."""
        found = self._tx.one(_START, tenant=self._tenant, id=row.op_id)
        body = from_wire(orjson.loads(found[0]), verified=True).typed_body() if found else None
        return body.statement if isinstance(body, AskStart) else None

    # The log ----------------------------------------------------------------------------------------------------------

    def log(self, bodies: Sequence[tuple[str, object]]) -> int:
        """Into the log, what is not there yet. Returns how many."""
        ops = [self._op(name, body) for name, body in bodies]
        if not ops:
            return 0
        query = "SELECT op_id FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
        known = {row[0] for row in self._tx.rows(query, tenant=self._tenant, ids=[op.op_id for op in ops])}
        fresh = tuple(op for op in ops if op.op_id not in known)
        if fresh:
            push_batches(self._tx, self._tenant, [PushBatch(HUB, 0, 0, fresh)], self._moment)
        return len(fresh)

    def _op(self, name: str, body: object) -> Operation:
        about = getattr(body, "ask_id", "") or getattr(body, "link_id", "") or getattr(body, "message_id", "")
        return make_operation(
            body, op_id=natural_id(self._tenant, "ask", about, name), tenant=self._tenant, device=HUB, epoch=0, dseq=0,
            prev=GENESIS, actor=HUB, business_date=self._day.isoformat(), device_time=self._moment,
        )  # fmt: skip
