"""What the hub charges for payment plans: one row for each payment, made and fixed before anything leaves.

The key and the amount of an attempt are committed before the processor is asked, and stay until its outcome is known:
whoever goes on after a crash asks with the same key, so that nobody is charged twice. What became of it enters the log
in the transaction that settles the row, under ids that follow from the key.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.judging import HUB
from models.operations import messages
from models.operations.links import LinkIssue
from models.operations.online import OnlineItem
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.plans import CHARGED, DECLINED, UNKNOWN, PlanCharged
from models.operations.protocol import PushBatch
from models.rules.addresses import address_for
from models.rules.links import LASTS_DAYS
from models.rules.numbers import plan_number
from models.rules.plan_standing import PlanStanding, PlanStatus, next_try
from models.rules.plans import answered
from models.store.hub_debits import DEBITS_LOOK_S
from models.store.hub_reading import HubReader
from models.store.hub_repair import restored_lately
from models.store.plan_looking import clinic_day, debits_for, items_for, plans_where, stands
from models.store.pushing import push_batches
from models.store.queries import reaching
from models.store.queries.online import payer_of
from models.store.queries.plans import PlanRow
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]

PATIENT_PAYS_S = 900
"""So long a charge waits while its patient has a page open to pay by themselves."""
FROM_HOME = "link"
"""By this channel a plan is accepted from home."""
FROM_HOUR = 9
"""Nobody is charged before that hour of the practice's morning."""
ASK_AGAIN_S = 600
"""After so long an outcome nobody knows is asked for again, with the same key."""

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_PAYING = (
    "SELECT said FROM online_attempt WHERE tenant = :tenant AND what IN ('checkout', 'charge') AND channel <> 'plan' "
    "AND state NOT IN ('done', 'declined', 'ended')"
)
_REMINDED = "status = 'active' AND method = 'card' AND kept_card_id <> '' AND remind_days > 0"
_JOB = (
    "SELECT state, attempt, charge_key, kept_card_id, amount_cents, items, due_on FROM plan_job "
    "WHERE tenant = :tenant AND "
)
_MAKE = (
    "INSERT INTO plan_job (tenant, plan_id, no, state, attempt, charge_key, patient_id, kept_card_id, amount_cents, "
    "due_on, try_at, claimed_by, claimed_until, reason, made_at) VALUES (:tenant, :plan_id, :no, 'ready', 1, :key, "
    ":patient, :card, :cents, :due, :now, '', '', '', :now) ON CONFLICT DO NOTHING"
)
_CLAIM = (
    "UPDATE plan_job SET claimed_by = :by, claimed_until = :until WHERE tenant = :tenant AND plan_id = :plan_id "
    "AND no = :no AND state IN ('ready', 'sent', 'unknown', 'declined') AND try_at <= :now AND claimed_until <= :now"
)
_SEND = (
    "UPDATE plan_job SET state = 'sent', attempt = :attempt, charge_key = :key, amount_cents = :cents, "
    "kept_card_id = :card, items = :items WHERE tenant = :tenant AND plan_id = :plan_id AND no = :no "
    "AND state IN ('ready', 'declined')"
)
_MOVE = (
    "UPDATE plan_job SET state = :state, try_at = :try_at, reason = :reason, claimed_by = '', claimed_until = '' "
    "WHERE tenant = :tenant AND plan_id = :plan_id AND no = :no AND state IN ('ready', 'sent', 'unknown', 'declined')"
)
_RULES = "SELECT plan_first_retry_days, plan_second_retry_days FROM rules WHERE tenant = :tenant"
_PATIENT = "SELECT email, phone, receipt_by FROM patient WHERE tenant = :tenant AND id = :id"
_CHANNELS = "SELECT email, text FROM channels WHERE tenant = :tenant AND id = 'channels'"


@dataclass(frozen=True, slots=True)
class PlanJob:
    """A payment of a plan that is charged: `items` are what it pays."""

    tenant: str
    plan_id: str
    no: int
    attempt: int
    key: str
    kept_card_id: str
    amount_cents: int
    items: tuple[OnlineItem, ...]


def _is_paying(session: Session, tenant: str, plan_id: str) -> bool:
    """Is the patient about to pay something of this plan by themselves, or was their bank asked for it?"""
    if debits_for(HubReader(session), tenant, plan_id):
        return True
    found = session.rows(_PAYING, tenant=tenant)
    return any(answered(orjson.loads(said or "{}").get("request_id", ""))[0] == plan_id for (said,) in found)


def charges_itself(row: PlanRow) -> bool:
    """Does the hub charge the payments of this plan?"""
    return row.status == PlanStatus.ACTIVE and row.method == "card" and row.kept_card_id != ""


class PlanJobs:
    """Makes, claims and settles the rows. Every call is a transaction of its own; thread-safe; raises StorageError."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock

    def must_wait(self, tenant: str) -> bool:
        """Was this hub restored a moment ago? What it charged since the backup it learns from its desks and from the
        processor first."""
        now = self._clock.now()
        return bool(self._look(lambda session: restored_lately(session, tenant, now), tenant))

    def gather(self, tenant: str) -> int:
        """Make a row for every payment of a plan in force that falls due by today and is charged by itself. Those due
        at signing are taken at a desk, and by the page on which a plan was accepted from home: where the hub died over
        that, they are charged from the next day on. Returns how many are new."""

        def left_open(session: Session, plan: PlanRow, no: int, day: date) -> bool:
            late = plan.accepted_channel == FROM_HOME and plan.activated_on < day.isoformat()
            return late and _open_on(session, tenant, plan, no, self._clock.now()) > 0

        def due(session: Session) -> list[tuple[PlanRow, list[int]]]:
            day, hour = clinic_day(HubReader(session), tenant, self._clock.now())
            known = {(row[0], row[1]) for row in session.rows("SELECT plan_id, no FROM plan_job WHERE tenant = :tenant",
                                                              tenant=tenant)}  # fmt: skip
            found = []
            for plan in plans_where(
                HubReader(session), tenant, "status = 'active' AND method = 'card' AND kept_card_id <> ''"
            ):
                fresh = [
                    line.no
                    for line in plan.instalments
                    if not line.skipped
                    and line.due <= day
                    and (plan.plan_id, line.no) not in known
                    and (plan.activated_on < line.due.isoformat() or left_open(session, plan, line.no, day))
                ]
                if fresh and hour >= FROM_HOUR:
                    found.append((plan, fresh))
            return found

        waiting = self._look(due, tenant)
        return (
            int(self._transaction(lambda tx: _make(tx, tenant, waiting, self._clock.now()), tenant)) if waiting else 0
        )

    def remind(self, tenant: str) -> int:
        """Tell patients of payments their card is charged for in a few days, once each. Returns how many are new."""
        now = self._clock.now()

        def work(tx: Session) -> int:
            tx.run(_LOCK, tenant=tenant)
            day, _ = clinic_day(HubReader(tx), tenant, now)
            ops = [
                op
                for plan in plans_where(HubReader(tx), tenant, _REMINDED)
                for op in _reminders(tx, tenant, plan, day, now)
            ]
            return _log(tx, tenant, ops, now)

        def soon(session: Session) -> bool:
            day, hour = clinic_day(HubReader(session), tenant, now)
            plans = plans_where(HubReader(session), tenant, _REMINDED) if hour >= FROM_HOUR else []
            return any(line.due > day >= line.due - timedelta(days=plan.remind_days) and not line.skipped
                       for plan in plans for line in plan.instalments)  # fmt: skip

        return int(self._transaction(work, tenant)) if self._look(soon, tenant) else 0

    def due(self, tenant: str) -> list[tuple[str, int]]:
        """(plan, number) of what may be worked on now, oldest first."""
        now = utc_text(self._clock.now())
        query = ("SELECT plan_id, no FROM plan_job WHERE tenant = :tenant AND state IN ('ready', 'sent', 'unknown', "
                 "'declined') AND try_at <= :now AND claimed_until <= :now ORDER BY try_at, plan_id, no")  # fmt: skip
        found: list[tuple[str, int]] = self._look(
            lambda session: [(row[0], row[1]) for row in session.rows(query, tenant=tenant, now=now)], tenant
        )
        return found

    def begin(self, tenant: str, plan_id: str, no: int, by: str, for_s: float) -> PlanJob | None:
        """Take a payment for `for_s` seconds: its key and amount are fixed when this returns. None: another process has
        it, or there is nothing to charge any more."""
        now = self._clock.now()
        until = utc_text(now + timedelta(seconds=for_s))

        def work(tx: Session) -> PlanJob | None:
            claimed = tx.run(_CLAIM, tenant=tenant, plan_id=plan_id, no=no, by=by, until=until, now=utc_text(now))
            if not claimed:
                return None
            row = tx.one(_JOB + "plan_id = :plan_id AND no = :no", tenant=tenant, plan_id=plan_id, no=no)
            plan = next(iter(plans_where(HubReader(tx), tenant, "plan_id = ?", plan_id)))
            if row[0] in ("ready", "declined") and _is_paying(tx, tenant, plan_id):
                later = utc_text(now + timedelta(seconds=PATIENT_PAYS_S))
                tx.run(_MOVE, **_at(tenant, plan_id, no), state=row[0], try_at=later, reason="patient_pays")
                return None
            state, attempt, key, card, cents, kept, _ = row
            items = tuple(OnlineItem(charge_id=each, amount_cents=part) for each, part in orjson.loads(kept or "[]"))
            if state in ("ready", "declined"):
                cents, card = _open_on(tx, tenant, plan, no, now), plan.kept_card_id
                if not cents or not charges_itself(plan):
                    tx.run(_MOVE, **_at(tenant, plan_id, no), state="done", try_at="", reason="nothing_open")
                    return None
                attempt += 1 if state == "declined" else 0
                key = _key(tenant, plan_id, no, attempt)
                items = items_for(HubReader(tx), tenant, plan.charges, cents)
                kept = orjson.dumps([[each.charge_id, each.amount_cents] for each in items]).decode()
                tx.run(_SEND, **_at(tenant, plan_id, no), attempt=attempt, key=key, cents=cents, card=card, items=kept)
            return PlanJob(tenant, plan_id, no, attempt, key, card, cents, items)

        found: PlanJob | None = self._transaction(work, tenant)
        return found

    # Its outcome --------------------------------------------------------------------------------------------------

    def charged(self, job: PlanJob, online_id: str) -> None:
        """The card was charged; the money was posted to the plan's charges when it came."""

        def said(_tx: Session, plan: PlanRow, _day: date) -> list[tuple[object, str]]:
            return [(self._body(job, plan, CHARGED, payment_id=online_id), CHARGED)]

        self._settle(job, "done", "", said)

    def declined(self, job: PlanJob, reason: str, *, needs_patient: bool = False) -> None:
        """The card said no: tried again as the practice has it, unless the patient is needed. They are told, with a
        link on which to pay by themselves where the practice takes payments from home."""
        now = self._clock.now()

        def plan_again(tx: Session) -> tuple[date | None, date]:
            day, _ = clinic_day(HubReader(tx), job.tenant, now)
            row = tx.one(_JOB + "plan_id = :plan_id AND no = :no", **_at(job.tenant, job.plan_id, job.no))
            days = () if needs_patient else _retry_days(tx, job.tenant)
            return next_try(date.fromisoformat(row[6]), job.attempt, days, day), day

        again, _today = self._look(plan_again, job.tenant)

        def said(tx: Session, plan: PlanRow, day: date) -> list[tuple[object, str]]:
            next_on = again.isoformat() if again else ""
            body = self._body(job, plan, DECLINED, reason=reason[:60], next_on=next_on)
            link, paper = _link(tx, job, plan, now), _paper(plan, day, job.amount_cents)
            template = "plan_declined" if link is None else "plan_pay"
            about = paper if link is None else replace(paper, kind="link", source_id=link.link_id)
            told = _message(tx, job.tenant, plan, job.key, template, about)
            if told is None or link is None:
                return [(body, DECLINED), *([(told, "told")] if told else [])]
            return [(body, DECLINED), (link, "link"), (told, "told")]

        at = utc_text(_morning(again, self._clock.now())) if again else ""
        self._settle(job, "declined" if again else "given_up", at, said, reason)

    def not_known(self, job: PlanJob) -> None:
        """Nobody knows: the same key asks again; said once."""
        at = utc_text(self._clock.now() + timedelta(seconds=ASK_AGAIN_S))
        self._settle(job, "unknown", at, lambda _tx, plan, _day: [(self._body(job, plan, UNKNOWN), UNKNOWN)])

    def asked(self, job: PlanJob) -> None:
        """A bank was asked for it, as the log says by now: the same key asks how that ended, and nothing is charged
        again meanwhile."""
        at = utc_text(self._clock.now() + timedelta(seconds=DEBITS_LOOK_S))
        self._move(job, "unknown", at, "processing")

    def not_sent(self, job: PlanJob) -> None:
        """The request surely never reached the processor: a new attempt soon, and nobody needs to hear of it."""
        at = utc_text(self._clock.now() + timedelta(seconds=ASK_AGAIN_S))
        self._move(job, "declined", at, "not_sent")

    def put_off(self, job: PlanJob, for_s: float, reason: str) -> None:
        """The processor could not be asked, and nothing was taken for certain: later, with the same key."""
        self._move(job, "sent", utc_text(self._clock.now() + timedelta(seconds=for_s)), reason)

    def _move(self, job: PlanJob, state: str, at: str, reason: str) -> None:
        where = _at(job.tenant, job.plan_id, job.no)
        self._transaction(lambda tx: tx.run(_MOVE, **where, state=state, try_at=at, reason=reason), job.tenant)

    def _settle(
        self, job: PlanJob, state: str, try_at: str,
        said: Callable[[Session, PlanRow, date], Sequence[tuple[object, str]]], reason: str = "",
    ) -> None:  # fmt: skip
        """The log and the row, together."""
        now = self._clock.now()

        def work(tx: Session) -> None:
            tx.run(_LOCK, tenant=job.tenant)
            plan = next(iter(plans_where(HubReader(tx), job.tenant, "plan_id = ?", job.plan_id)))
            day, _ = clinic_day(HubReader(tx), job.tenant, now)
            ops = [_op(job.tenant, job.key, body, name, day, now) for body, name in said(tx, plan, day)]
            _log(tx, job.tenant, ops, now)
            tx.run(_MOVE, **_at(job.tenant, job.plan_id, job.no), state=state, try_at=try_at, reason=reason[:60])

        self._transaction(work, job.tenant)

    @staticmethod
    def _body(job: PlanJob, plan: PlanRow, outcome: str, **more: str) -> PlanCharged:
        return PlanCharged(plan_id=job.plan_id, patient_id=plan.patient_id, no=job.no, attempt=job.attempt,
                           outcome=outcome, amount_cents=job.amount_cents, **more)  # fmt: skip


def _log(tx: Session, tenant: str, ops: Sequence[Operation], now: datetime) -> int:
    """Into the log, what is not there yet. Returns how many."""
    ids = [op.op_id for op in ops]
    query = "SELECT op_id FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
    known = {row[0] for row in tx.rows(query, tenant=tenant, ids=ids)} if ids else set()
    fresh = tuple(op for op in ops if op.op_id not in known)
    if fresh:
        push_batches(tx, tenant, [PushBatch(HUB, 0, 0, fresh)], utc_text(now))
    return len(fresh)


def _reminders(tx: Session, tenant: str, plan: PlanRow, day: date, now: datetime) -> list[Operation]:
    """A message for every payment of a plan that is charged soon and still open."""
    found = []
    for each in _stands(tx, tenant, plan, now).lines:
        due, no = each.line.due, each.line.no
        if not each.open_cents or not due > day >= due - timedelta(days=plan.remind_days):
            continue
        key = natural_id(tenant, plan.plan_id, str(no), "reminder", due.isoformat())
        told = _message(tx, tenant, plan, key, "plan_reminder", _paper(plan, due, each.open_cents))
        if told is not None:
            found.append(_op(tenant, key, told, "told", day, now))
    return found


def _make(tx: Session, tenant: str, waiting: Sequence[tuple[PlanRow, list[int]]], now: datetime) -> int:
    made = 0
    for plan, numbers in waiting:
        open_ = {each.line.no: each for each in _stands(tx, tenant, plan, now).lines}
        for no in numbers:
            if open_[no].open_cents:
                made += tx.run(_MAKE, **_at(tenant, plan.plan_id, no), key=_key(tenant, plan.plan_id, no, 1),
                               patient=plan.patient_id, card=plan.kept_card_id, cents=open_[no].open_cents,
                               due=open_[no].line.due.isoformat(), now=utc_text(now))  # fmt: skip
    return made


def _stands(session: Session, tenant: str, plan: PlanRow, now: datetime) -> PlanStanding:
    return stands(HubReader(session), tenant, plan, clinic_day(HubReader(session), tenant, now)[0])


def _open_on(session: Session, tenant: str, plan: PlanRow, no: int, now: datetime) -> int:
    return next((each.open_cents for each in _stands(session, tenant, plan, now).lines if each.line.no == no), 0)


def _retry_days(session: Session, tenant: str) -> tuple[int, ...]:
    row = session.one(_RULES, tenant=tenant)
    return tuple(days for days in (row or (3, 7)) if days)


def _morning(day: date | None, now: datetime) -> datetime:
    """So many days from now: the hour stays, so it is never before the practice's morning."""
    return now + timedelta(days=max((day - now.date()).days, 1)) if day else now


def _link(tx: Session, job: PlanJob, plan: PlanRow, now: datetime) -> LinkIssue | None:
    """A link on which the patient pays by themselves what a card was not charged for; None where they cannot."""
    found = tx.one("SELECT portal, portal_payments FROM rules WHERE tenant = :tenant", tenant=job.tenant)
    if found is None or not (found[0] and found[1]):
        return None
    return LinkIssue(link_id=natural_id(job.key, "link"), patient_id=payer_of(tx.rows, job.tenant, plan.patient_id),
                     subject="plan", subject_id=plan.plan_id, amount_cents=job.amount_cents,
                     expires_at=utc_text(now + timedelta(days=LASTS_DAYS)))  # fmt: skip


def _paper(plan: PlanRow, day: date, cents: int) -> messages.MessagePaper:
    """A payment of a plan, as a message names it."""
    return messages.MessagePaper(kind="plan_payment", source_id=plan.plan_id, number=plan_number(plan.plan_id),
                                 day=day.isoformat(), amount_cents=cents)  # fmt: skip


def _message(
    tx: Session, tenant: str, plan: PlanRow, key: str, template: str, paper: messages.MessagePaper
) -> messages.MessageSend | None:  # fmt: skip
    """Who pays for the patient is told, the way they get receipts; None without a way."""
    payer = payer_of(tx.rows, tenant, plan.patient_id)
    person, ways = tx.one(_PATIENT, tenant=tenant, id=payer), tx.one(_CHANNELS, tenant=tenant)
    if person is None or ways is None:
        return None
    reader, number = HubReader(tx), address_for("text", person[1])
    by_text = bool(ways[1]) and person[2] == "text" and not reaching.no_texts(reader, tenant, number)
    channel, raw = ("text", person[1]) if by_text else ("email", person[0] if ways[0] else "")
    address = address_for(channel, raw)
    if not address:
        return None
    return messages.MessageSend(message_id=natural_id(key, "told"), patient_id=payer, channel=channel, address=address,
                                template=template, papers=(paper,),
                                language=reaching.language(reader, tenant, payer))  # fmt: skip


def _op(tenant: str, key: str, body: object, name: str, day: date, now: datetime) -> Operation:
    return make_operation(
        body, op_id=natural_id(key, name), tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB,
        business_date=day.isoformat(), device_time=utc_text(now),
    )  # fmt: skip


def _key(tenant: str, plan_id: str, no: int, attempt: int) -> str:
    return natural_id(tenant, plan_id, str(no), "charge", str(attempt))


def _at(tenant: str, plan_id: str, no: int) -> dict[str, Any]:
    return {"tenant": tenant, "plan_id": plan_id, "no": no}
