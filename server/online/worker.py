"""What the hub looks after by itself: events that were told, attempts whose end nobody knows, refunds desks asked for.

Woken by webhooks and by refunds in pushes; once a minute it also asks the processor what it has to tell, so that a lost
webhook costs a minute and nothing else. The state of things comes from the processor's objects, never from the order or
the words of events.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from models.basics.clock import Clock, parse_utc, utc_text
from models.basics.errors import PosError
from models.basics.facts import facts
from models.basics.points import Point, point
from models.operations.online import OnlinePayout, PayoutLine
from models.store.hub_online import GivenBack
from models.store.online_journal import AttemptRow, EventRow
from server.online.line import CallFailed, Fault, Line, Told, clean
from server.online.service import FIRST_LOOK_S, LOOK_AGAIN_S, LOOK_BACK_S, StripeOnline

log = logging.getLogger(__name__)

CLAIM_S = 120.0
"""So long a process may be at one attempt before another takes it up: longer than all its requests together."""
POLL_EVERY_S = 60.0
"""How often the processor is asked what happened."""
FIRST_POLL_BACK_S = 3 * 86_400
"""How far back the first poll of a practice looks."""
WATCHED = ("checkout.session.", "payment_intent.", "setup_intent.", "charge.refund", "charge.dispute.", "refund.",
           "payout.")  # fmt: skip
"""Events that money from home may come of; all others are none of our business."""


class OnlineWorker:
    """One thread. `wake(tenant)` from any thread; `look_after` does everything once, for tests and for the thread."""

    def __init__(self, service: StripeOnline, clock: Clock, told: Callable[[str], None], *, alone: bool) -> None:
        """`alone`: no other process works on this database, so that what it was at when it died is taken up at once."""
        self._service, self._clock, self._told, self._alone = service, clock, told, alone
        self._online = service.store.online
        self._name = uuid.uuid4().hex
        self._awake, self._closing, self._lock = threading.Event(), threading.Event(), threading.Lock()
        self._asked: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="online", daemon=True)

    def start(self) -> None:
        """Begin to look after things."""
        self._thread.start()

    def wake(self, tenant: str) -> None:
        """Something of this practice waits."""
        with self._lock:
            self._asked.add(tenant)
        self._awake.set()

    def close(self, timeout_s: float = 5.0) -> None:
        """End after what is under way."""
        self._closing.set()
        self._awake.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def hear(self, tenant: str, told: Told) -> bool:
        """Keep what the processor told. False: it was told before, or is none of our business."""
        if not told.kind.startswith(WATCHED):
            return False
        at = datetime.fromtimestamp(told.at, UTC)
        news = self._online.journal.hear(tenant, told.event_id, told.kind, told.subject, at)
        point(Point.AFTER_HEARD)
        return news

    def look_after(self, tenants: Iterable[str], *, poll: bool) -> None:
        """Everything of these practices once; nothing for a while after the hub was restored. Raises StorageError."""
        for tenant in tenants:
            if self._closing.is_set() or not self._service.ready(tenant) or self._online.must_wait(tenant):
                continue
            asked = poll and self._poll(tenant)
            self._work_off_events(tenant)
            if asked and not self._online.journal.heard(tenant) and self._has_ended_forgotten(tenant):
                self._service.caught_up(tenant)
            self._work_off_attempts(tenant)
            self._work_off_refunds(tenant)
            self._close_withdrawn(tenant)
            if poll:
                self._look_at_alone(tenant)

    # The thread -------------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        looked, begun = -POLL_EVERY_S, False
        while not self._closing.is_set():
            self._awake.clear()
            now = self._clock.monotonic()
            whole = now - looked >= POLL_EVERY_S
            looked = now if whole else looked
            try:
                if self._alone and not begun:
                    self._begin()
                begun = True
                self.look_after(self._service.store.tenants() if whole else self._wanted(), poll=whole)
            except PosError as error:
                log.warning("money from home not looked after", extra=facts(error=error.message_key))
            except Exception as error:  # of one look; the next may do
                log.exception("money from home stopped", extra=facts(error=type(error).__name__))
            self._awake.wait(min(FIRST_LOOK_S, max(looked + POLL_EVERY_S - self._clock.monotonic(), 0.05)))

    def _begin(self) -> None:
        for tenant in self._service.store.tenants():
            self._online.journal.release_all(tenant)

    def _wanted(self) -> tuple[str, ...]:
        """The practices that asked, and those that have something due."""
        with self._lock:
            asked, self._asked = self._asked, set()
        now, journal = utc_text(self._clock.now()), self._online.journal
        due = {tenant for tenant in self._service.store.tenants()
               if self._service.ready(tenant) and (at := journal.next_due(tenant)) and at <= now}  # fmt: skip
        return tuple(sorted(asked | due))

    # Events -----------------------------------------------------------------------------------------------------------

    def _poll(self, tenant: str) -> bool:
        """Hear what webhooks have not told. False: the processor could not be asked."""
        newest = self._online.journal.newest_event(tenant)
        since = parse_utc(newest).timestamp() - LOOK_BACK_S if newest else (
            self._clock.now().timestamp() - FIRST_POLL_BACK_S)  # fmt: skip
        asked = {"created": {"gte": int(since)}}
        try:
            for event in self._service.line(tenant).pages(lambda it, wanted: it.v1.events.list(wanted), asked):
                about = event["data"]["object"]
                self.hear(tenant, Told(str(event["id"]), str(event["type"]), str(about.get("id", "")),
                                       int(event["created"])))  # fmt: skip
        except CallFailed as failed:
            log.info("processor not asked", extra=facts(fault=failed.fault.value, code=failed.code or None))
            return False
        return True

    def _has_ended_forgotten(self, tenant: str) -> bool:
        """After a restore: pages that wait for patients and that this hub knows nothing of take nothing from now on, so
        that nobody pays there what they will be asked for anew. False: the processor could not be asked."""
        if self._service.has_learnt(tenant):
            return True
        line, asked = self._line(tenant), {"status": "open"}
        try:
            for page in line.pages(lambda it, wanted: it.v1.checkout.sessions.list(wanted), asked):
                said = page.get("metadata") or {}
                known = self._online.journal.attempt(tenant, str(said.get("attempt")))
                if said.get("practice") == tenant and known is None:
                    self._end_page(line, str(page["id"]))
        except CallFailed as failed:
            log.info("pages not ended", extra=facts(fault=failed.fault.value, code=failed.code or None))
            return False
        return True

    @staticmethod
    def _end_page(line: Line, session: str) -> None:
        """Refused: it was paid in that very moment, and an event tells. Raises CallFailed for everything else."""
        try:
            line.call(lambda it: it.v1.checkout.sessions.expire(session))
        except CallFailed as failed:
            if failed.fault is not Fault.REFUSED:
                raise

    def _look_at_alone(self, tenant: str) -> None:
        """Debits under way that no attempt looks after, as after a restore: what became of them."""
        for intent in self._online.debits_alone(tenant):
            try:
                self._service.take(tenant, intent)
            except CallFailed as failed:
                log.info("debit not looked into", extra=facts(fault=failed.fault.value))

    def _work_off_events(self, tenant: str) -> None:
        for event in self._online.journal.heard(tenant):
            work = next((work for kind, work in _EVENTS if event.kind.startswith(kind)), None)
            try:
                mine = work(self, tenant, event) if work else False
            except CallFailed as failed:
                if failed.fault is not Fault.REFUSED:
                    self._online.journal.event_tried(tenant, event.event_id)
                    continue
                mine = False  # the processor does not know it: nothing comes of it
            self._online.journal.event_over(tenant, event.event_id, ignored=not mine)

    def _of_page(self, tenant: str, event: EventRow) -> bool:
        row = self._online.journal.by_session(tenant, event.subject)
        if row is None:  # made before this hub was restored: the intent tells
            page = self._line(tenant).call(lambda it: it.v1.checkout.sessions.retrieve(event.subject))
            return bool(page.get("payment_intent")) and self._service.take(tenant, str(page["payment_intent"]))
        self._service.settle(row)
        return True

    def _of_intent(self, tenant: str, event: EventRow) -> bool:
        return self._service.take(tenant, event.subject)

    def _of_setup(self, tenant: str, event: EventRow) -> bool:
        found = self._line(tenant).call(lambda it: it.v1.setup_intents.retrieve(event.subject))
        row = self._online.journal.attempt(tenant, str((found.get("metadata") or {}).get("attempt", "")))
        if row is None:
            return False
        self._service.settle(row)
        return True

    def _of_charge(self, tenant: str, event: EventRow) -> bool:
        """A charge was refunded: what its refunds say."""
        line, mine = self._line(tenant), False
        for refund in line.pages(lambda it, wanted: it.v1.refunds.list(wanted), {"charge": event.subject}):
            mine = self._refund_stands(tenant, refund) or mine
        return mine

    def _of_refund(self, tenant: str, event: EventRow) -> bool:
        refund = self._line(tenant).call(lambda it: it.v1.refunds.retrieve(event.subject))
        return self._refund_stands(tenant, refund)

    def _refund_stands(self, tenant: str, refund: dict[str, Any]) -> bool:
        """Let the log have how a refund stands."""
        reference, status = str(refund["id"]), str(refund["status"])
        attempt = str((refund.get("metadata") or {}).get("attempt") or "")
        row = self._online.journal.attempt(tenant, attempt) if attempt else None
        if status == "succeeded":
            back = GivenBack(
                str(refund.get("payment_intent") or ""), reference, int(refund["amount"]),
                datetime.fromtimestamp(int(refund["created"]), UTC), str(row.said["refund_id"]) if row else "",
            )  # fmt: skip
            news = self._online.returned(tenant, row, back)
        elif status in ("failed", "canceled"):
            reason = clean(str(refund.get("failure_reason") or status))
            news = self._online.return_failed(tenant, reference, reason)
            if not news and row is not None and row.state not in ("done", "declined"):
                self._online.refund_refused(tenant, row, reason)
                news = True
        else:
            news = False
        if news:
            self._told(tenant)
        return news or row is not None

    def _of_dispute(self, tenant: str, event: EventRow) -> bool:
        """A bank takes back, or has decided. Enquiries move no money and are left to the processor's own pages."""
        found = self._line(tenant).call(lambda it: it.v1.disputes.retrieve(event.subject))
        reference, status = str(found["id"]), str(found["status"])
        lines = [each for each in found.get("balance_transactions") or () if int(each["amount"]) < 0]
        news = False
        if lines:
            fee = sum(int(each["fee"]) for each in lines)
            news = self._online.disputed(tenant, str(found.get("payment_intent") or ""), reference,
                                         int(found["amount"]), fee, clean(str(found.get("reason") or "")))  # fmt: skip
        if status == "won":
            news = self._online.dispute_won(tenant, reference) or news
        elif status == "lost":
            news = self._online.dispute_lost(tenant, reference) or news
        if news:
            self._told(tenant)
        return news

    def _of_payout(self, tenant: str, event: EventRow) -> bool:
        line = self._line(tenant)
        found = line.call(lambda it: it.v1.payouts.retrieve(event.subject))
        payout_id = str(found["id"])
        if found["status"] in ("failed", "canceled"):
            news = self._online.payout_failed(tenant, payout_id, clean(str(found.get("failure_code") or "failed")))
        else:
            news = self._online.paid_out(tenant, self._made_of(tenant, line, found))
        if news:
            self._told(tenant)
        return True

    def _made_of(self, tenant: str, line: Line, found: dict[str, Any]) -> OnlinePayout:
        rows = [row for row in line.pages(lambda it, wanted: it.v1.balance_transactions.list(wanted),
                                          {"payout": found["id"]}) if row["type"] != "payout"]  # fmt: skip
        names = {kind: [str(row["source"]) for row in rows if _KINDS.get(str(row["type"])) == kind]
                 for kind in ("charge", "refund", "dispute")}  # fmt: skip
        whose = {kind: self._online.sources(tenant, kind, sources) for kind, sources in names.items()}
        lines = []
        for row in rows:
            kind, source = _KINDS.get(str(row["type"]), "other"), str(row["source"])
            online_id = whose.get(kind, {}).get(source, "")
            lines.append(PayoutLine(kind=kind if online_id else "other", amount_cents=int(row["amount"]),
                                    fee_cents=int(row["fee"]), online_id=online_id, reference=source))  # fmt: skip
        day = datetime.fromtimestamp(int(found["arrival_date"]), UTC).date().isoformat()
        return OnlinePayout(payout_id=str(found["id"]), amount_cents=int(found["amount"]), arrives_on=day,
                            lines=tuple(lines))  # fmt: skip

    # Attempts and refunds ---------------------------------------------------------------------------------------------

    def _work_off_attempts(self, tenant: str) -> None:
        for row in self._online.journal.due(tenant):
            if not self._online.journal.claim(row, self._name, CLAIM_S):
                continue
            try:
                self._settle_refund(row) if row.what == "refund" else self._service.settle(row)
            except CallFailed:
                self._online.journal.waits(tenant, row.attempt_id, row.state, LOOK_AGAIN_S)

    def _work_off_refunds(self, tenant: str) -> None:
        """Ask the processor for refunds that desks have asked for, each once."""
        for wanted in self._online.journal.refunds_wanted(tenant):
            said = {"refund_id": wanted.refund_id, "online_id": wanted.online_id, "intent": wanted.intent}
            row = self._online.journal.begin(
                tenant, "refund", f"{wanted.refund_id}:{wanted.request_op_id}", said, patient_id=wanted.patient_id,
                amount_cents=wanted.amount_cents, channel="", due_s=LOOK_AGAIN_S, session=wanted.refund_id,
            )  # fmt: skip
            self._send_refund(row)

    def _close_withdrawn(self, tenant: str) -> None:
        """Links were taken back while somebody had the processor's page open: it takes nothing from now on. What it
        took before counts; where the processor cannot be asked it is asked again later."""
        portal = self._service.store.portal
        for order_id, attempt_id in portal.withdrawn_orders(tenant):
            found = self._service.give_up(tenant, attempt_id)
            if found is None or found.state in ("done", "declined", "ended"):
                paid = found is not None and found.state == "done"
                portal.move_order(tenant, order_id, "paid" if paid else "declined", reason="" if paid else "ended")
            elif found.state == "processing":  # it counts, should the bank pay
                portal.move_order(tenant, order_id, "processing")

    def _send_refund(self, row: AttemptRow) -> None:
        if not self._online.journal.sending(row.tenant, row.attempt_id, FIRST_LOOK_S):
            return
        asked = {
            "payment_intent": row.said["intent"], "amount": row.amount_cents, "reason": "requested_by_customer",
            "metadata": {"attempt": row.attempt_id, "practice": row.tenant},
        }  # fmt: skip
        point(Point.BEFORE_ONLINE)
        try:
            refund = self._line(row.tenant).call(lambda it: it.v1.refunds.create(asked, it.options), row.attempt_id)
        except CallFailed as failed:
            log.info("refund not given", extra=facts(attempt=row.attempt_id, fault=failed.fault.value))
            if failed.fault is Fault.REFUSED:
                self._online.refund_refused(row.tenant, row, failed.code)
                self._told(row.tenant)
            else:
                self._online.journal.waits(row.tenant, row.attempt_id, "unknown", FIRST_LOOK_S)
            return
        point(Point.AFTER_ONLINE)
        self._refund_told(row, refund)

    def _refund_told(self, row: AttemptRow, refund: dict[str, Any]) -> None:
        if not self._refund_stands(row.tenant, refund) or refund["status"] == "pending":
            self._online.journal.waits(row.tenant, row.attempt_id, "unknown", LOOK_AGAIN_S)

    def _settle_refund(self, row: AttemptRow) -> None:
        """What the processor knows by the attempt's id. What it does not know is asked for once more under the same
        key: it answers with the first one, or gives it now. Raises CallFailed."""
        line = self._line(row.tenant)
        asked = {"payment_intent": row.said["intent"]}
        refunds = line.pages(lambda it, wanted: it.v1.refunds.list(wanted), asked)
        found = next((each for each in refunds if (each.get("metadata") or {}).get("attempt") == row.attempt_id), None)
        if found is not None:
            self._refund_told(row, found)
            return
        self._online.journal.waits(row.tenant, row.attempt_id, "made", LOOK_AGAIN_S)
        self._send_refund(row)

    def _line(self, tenant: str) -> Line:
        return self._service.line(tenant)


_KINDS = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund",
          "adjustment": "dispute"}  # fmt: skip
"""Lines of the processor's balance, and what of ours they may be about."""

_EVENTS: tuple[tuple[str, Callable[[OnlineWorker, str, EventRow], bool]], ...] = (
    ("checkout.session.", OnlineWorker._of_page),
    ("payment_intent.", OnlineWorker._of_intent),
    ("setup_intent.", OnlineWorker._of_setup),
    ("charge.refunded", OnlineWorker._of_charge),
    ("charge.refund.", OnlineWorker._of_refund),
    ("charge.dispute.", OnlineWorker._of_dispute),
    ("refund.", OnlineWorker._of_refund),
    ("payout.", OnlineWorker._of_payout),
)
"""By how the kind of an event begins: what is looked at."""
