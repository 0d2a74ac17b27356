"""What the processor did enters the log, once, whatever was told how often: the hub's own facts about money from home.

Each is written under the practice's lock and only where the log does not have it; what follows by the practice's own
rules (posting, putting away, the receipt) is written with it or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from models.basics.clock import Clock, business_date, parse_utc, utc_text
from models.basics.ids import natural_id
from models.ledger.posting import HUB
from models.operations import bodies, kept_cards, messages, online
from models.operations.operation import GENESIS, Operation, make_operation
from models.operations.protocol import PushBatch
from models.rules.addresses import address_for
from models.rules.online import posts_itself, spread
from models.rules.plan_standing import pay_off_cents
from models.rules.plans import answered
from models.store import hub_debits
from models.store.hub_reading import HubReader
from models.store.hub_repair import restored_at, restored_lately
from models.store.online_journal import AttemptRow, OnlineJournal
from models.store.plan_looking import less_interest, plans_where, stands
from models.store.pushing import push_batches
from models.store.queries import online as reads
from models.store.queries import reaching
from models.store.queries.insured import Insurances
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"
_BY_INTENT = "SELECT online_id, number, amount_cents, brand, last4 FROM online_payment WHERE tenant = :tenant AND "
_DONE = (
    "UPDATE online_attempt SET state = 'done', result_id = :result, settled_at = :now, url = '', claimed_by = '', "
    "claimed_until = '' WHERE tenant = :tenant AND attempt_id = :attempt AND state <> 'done'"
)
_REACHED = (
    "SELECT o.receipt_to, coalesce(p.email, ''), coalesce(p.phone, ''), coalesce(p.receipt_by, '') "
    "FROM online_payment o LEFT JOIN patient p ON p.tenant = o.tenant AND p.id = o.patient_id "
    "WHERE o.tenant = :tenant AND o.online_id = :id"
)
_ALONE = (
    "SELECT d.intent FROM online_debit d WHERE d.tenant = :tenant AND d.state = 'processing' AND NOT EXISTS (SELECT 1 "
    "FROM online_attempt a WHERE a.tenant = d.tenant AND a.intent = d.intent AND a.intent <> '') LIMIT 50"
)
_SOURCES = {
    "charge": "SELECT charge, online_id FROM online_payment WHERE tenant = :tenant AND charge IN (:names)",
    "refund": "SELECT reference, online_id FROM online_return WHERE tenant = :tenant AND reference IN (:names)",
    "dispute": "SELECT reference, payment_id FROM dispute WHERE tenant = :tenant AND reference IN (:names)",
}
_OF_UNPOSTED = (
    "SELECT payment_id, patient_id, amount_cents FROM task WHERE tenant = :tenant AND cause_op_id = :id "
    "AND resolved_op_id = '' AND settled_cents = 0"
)
"""What a dispute (its operation's id) left in question, and nobody has put right."""


@dataclass(frozen=True, slots=True)
class Captured:
    """What the processor took. `token`, `customer` and the card's month and year are given where the card is kept."""

    intent: str
    charge: str
    amount_cents: int
    paid_at: datetime
    brand: str = ""
    last4: str = ""
    customer: str = ""
    token: str = ""
    exp_month: int = 0
    exp_year: int = 0
    way: str = online.CARD


@dataclass(frozen=True, slots=True)
class Received:
    """Money from home as the log has it. `news`: it was not there before."""

    online_id: str
    number: str
    amount_cents: int
    brand: str
    last4: str
    news: bool


@dataclass(frozen=True, slots=True)
class GivenBack:
    """What the processor gave back of a payment: `reference` is its name for that, `kind` as in online.RETURN_KINDS."""

    intent: str
    reference: str
    amount_cents: int
    returned_at: datetime
    refund_id: str = ""


class HubOnline:
    """The log's side of money from home; `journal` is the hub's own. Thread-safe; raises StorageError."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock
        self.journal = OnlineJournal(transaction, look, clock)

    def must_wait(self, tenant: str) -> bool:
        """Was this hub restored a moment ago? What it was told since the backup, and under which numbers, it learns
        from its desks first; the rest the processor tells it again."""
        now = self._clock.now()
        return bool(self._look(lambda tx: restored_lately(tx, tenant, now), tenant))

    def restored_at(self, tenant: str) -> str:
        """When this hub was restored (UTC text), if that was less than a day ago; empty: it was not."""
        now = self._clock.now()
        return str(self._look(lambda tx: restored_at(tx, tenant, now - timedelta(days=1)), tenant))

    # Money in ---------------------------------------------------------------------------------------------------------

    def agreed(self, tenant: str, attempt: AttemptRow) -> bool:
        """Record the word on which a card is kept, before it is read. False: it is there."""
        consent = attempt.said.get("consent")
        if not consent:
            return False
        body = kept_cards.CardConsent(
            consent_id=_consent_id(attempt), patient_id=attempt.patient_id, said_by=consent["said_by"],
            channel="link" if attempt.channel == "link" else "portal", words=consent["words"],
            words_sha256=consent["words_sha256"],
        )  # fmt: skip
        return bool(self._say(tenant, lambda _tx, clinic: [clinic.op(body, "consent", attempt.attempt_id)]))

    def receive(self, tenant: str, attempt: AttemptRow | None, taken: Captured) -> Received:
        """Money came. The first call logs it, and what the practice's rules make of it; every other one finds it."""

        def work(tx: Session) -> Received:
            clinic = _Clinic(tx, tenant, self._clock.now())
            known = tx.one(_BY_INTENT + "intent = :intent", tenant=tenant, intent=taken.intent)
            if known is None:
                body = _received(tx, tenant, attempt, taken)
                clinic.log(self._received_ops(clinic, body, attempt, taken))
                known = (body.online_id, body.number, body.amount_cents, body.brand, body.last4)
                news = True
            else:
                news = False
            if attempt is not None:
                tx.run(_DONE, tenant=tenant, attempt=attempt.attempt_id, result=known[0], now=clinic.now)
            values = [*known, news]
            return Received(*values)

        found: Received = self._transaction(work, tenant)
        return found

    def _received_ops(
        self, clinic: _Clinic, body: online.OnlineReceive, attempt: AttemptRow | None, taken: Captured
    ) -> list[Operation]:  # fmt: skip
        rules = reads.online_rules(clinic.tx.rows, clinic.tenant)
        ops = [clinic.op(body, "receive", body.online_id)]
        if attempt is not None and taken.token and attempt.said.get("consent"):
            ops.append(clinic.op(_card_of(attempt, taken), "keep", attempt.attempt_id))
        owed = reads.owed_by_family(clinic.tx.rows, clinic.tenant, body.patient_id, clinic.day)
        lines = spread(body.amount_cents, [(item.charge_id, item.amount_cents) for item in body.items], owed)
        willing = reads.willing(clinic.tx.rows, clinic.tenant)
        paid_off = _paid_off(clinic, body)
        ops += [clinic.op(fee, "paid-off", body.online_id) for fee in paid_off]
        of_plan = bool(answered(body.request_id)[0])
        by_itself = of_plan or posts_itself(practice=rules.auto_post, willing=willing, lines=lines)
        if by_itself:
            posted = online.OnlinePost(online_id=body.online_id, patient_id=body.patient_id, lines=tuple(
                bodies.AllocationLine(charge_id=each.charge_id, amount_cents=cents) for each, cents in lines
            ))  # fmt: skip
            ops.append(clinic.op(posted, "post", body.online_id))
            if rules.auto_archive:
                put_away = online.OnlineArchive(online_id=body.online_id, patient_id=body.patient_id)
                ops.append(clinic.op(put_away, "archive", body.online_id))
        ops += hub_debits.came(clinic, body, posted=by_itself)
        if rules.receipts and (receipt := _receipt(clinic, body)):
            ops.append(clinic.op(receipt, "receipt", body.online_id))
        return ops

    def processing(self, tenant: str, attempt: AttemptRow, taken: Captured) -> bool:
        """A bank was asked for this, at its `paid_at`; no money came. False: the log knows."""
        due = utc_text(self._clock.now() + timedelta(seconds=hub_debits.DEBITS_LOOK_S))
        return bool(self._say(tenant, lambda _tx, clinic: hub_debits.asked(clinic, attempt, taken, due)))

    def refused(self, tenant: str, attempt: AttemptRow, taken: Captured, reason: str) -> bool:
        """A bank did not pay what it was asked for. False: the log knows, or the money came after all."""
        return bool(self._say(tenant, lambda _tx, clinic: hub_debits.refused(clinic, attempt, taken, reason)))

    def debits_alone(self, tenant: str) -> list[str]:
        """Intents of debits under way that no attempt of this hub looks after: it was restored since."""
        rows = self._look(lambda tx: tx.rows(_ALONE, tenant=tenant), tenant)
        return [str(row[0]) for row in rows]

    def is_processing(self, tenant: str, intent: str) -> bool:
        """Does the log have a debit of this intent under way?"""
        query = "SELECT 1 FROM online_debit WHERE tenant = :tenant AND online_id = :id AND state = 'processing'"
        known = hub_debits.online_id_of(tenant, intent)
        return self._look(lambda tx: tx.one(query, tenant=tenant, id=known), tenant) is not None

    def takes_debits(self, tenant: str) -> bool:
        """May patients of this practice pay by bank debit?"""
        return bool(self._look(lambda tx: reads.online_rules(tx.rows, tenant).debits, tenant))

    def keep_card(self, tenant: str, attempt: AttemptRow, taken: Captured) -> str:
        """A card was saved without paying. Returns its id here."""

        def work(tx: Session) -> str:
            clinic = _Clinic(tx, tenant, self._clock.now())
            body = _card_of(attempt, taken)
            if tx.one("SELECT 1 FROM online_attempt WHERE tenant = :tenant AND attempt_id = :id AND state = 'done'",
                      tenant=tenant, id=attempt.attempt_id) is None:  # fmt: skip
                clinic.log([clinic.op(body, "keep", attempt.attempt_id)])
                tx.run(_DONE, tenant=tenant, attempt=attempt.attempt_id, result=body.kept_card_id, now=clinic.now)
            return body.kept_card_id

        kept: str = self._transaction(work, tenant)
        return kept

    # Money out --------------------------------------------------------------------------------------------------------

    def returned(self, tenant: str, attempt: AttemptRow | None, back: GivenBack) -> bool:
        """Money went back. False: the log has it, or it is of no payment from home."""

        def work(tx: Session) -> bool:
            clinic = _Clinic(tx, tenant, self._clock.now())
            payment = tx.one("SELECT online_id, patient_id, business_date FROM online_payment WHERE tenant = :tenant "
                             "AND intent = :intent", tenant=tenant, intent=back.intent)  # fmt: skip
            return_id = natural_id(tenant, "online-return", back.reference)
            known = tx.one("SELECT 1 FROM online_return WHERE tenant = :tenant AND return_id = :id", tenant=tenant,
                           id=return_id)  # fmt: skip
            news = payment is not None and known is None
            if news:
                same_day = clinic.day_of(back.returned_at) == payment[2]
                count = tx.one("SELECT count(*) FROM online_return WHERE tenant = :tenant", tenant=tenant)[0]
                body = online.OnlineReturn(
                    return_id=return_id, online_id=payment[0], patient_id=payment[1], amount_cents=back.amount_cents,
                    number=f"WEB-R-{count + 1:05d}", returned_at=utc_text(back.returned_at), reference=back.reference,
                    kind="void" if same_day else "refund", refund_id=back.refund_id,
                )  # fmt: skip
                clinic.log(_return_ops(clinic, body))
            if attempt is not None:
                tx.run(_DONE, tenant=tenant, attempt=attempt.attempt_id, result=return_id, now=clinic.now)
            return news

        return bool(self._transaction(work, tenant))

    def refund_refused(self, tenant: str, attempt: AttemptRow, reason: str) -> None:
        """The processor does not give a refund that a desk asked for."""
        body = online.OnlineRefundRefused(refund_id=attempt.said["refund_id"], online_id=attempt.said["online_id"],
                                          patient_id=attempt.patient_id, reason=reason[:60])  # fmt: skip
        self._say(tenant, lambda _tx, clinic: [clinic.op(body, "refused", attempt.attempt_id)])
        self.journal.settled(tenant, attempt.attempt_id, "declined", reason)

    def return_failed(self, tenant: str, reference: str, reason: str) -> bool:
        """What had gone back came back. False: the log does not know it, or knows that."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            row = tx.one("SELECT return_id, online_id, patient_id FROM online_return WHERE tenant = :tenant AND "
                         "reference = :name AND state <> 'failed'", tenant=tenant, name=reference)  # fmt: skip
            if row is None:
                return []
            body = online.OnlineReturnFailed(return_id=row[0], online_id=row[1], patient_id=row[2], reason=reason[:60])
            return [clinic.op(body, "return-failed", row[0])]

        return bool(self._say(tenant, said))

    def disputed(self, tenant: str, intent: str, reference: str, cents: int, fee_cents: int, reason: str) -> bool:
        """A bank takes money from home back. False: known, or none of ours."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            payment = tx.one("SELECT online_id, patient_id FROM online_payment WHERE tenant = :tenant AND intent = :i",
                             tenant=tenant, i=intent)  # fmt: skip
            if payment is None or _dispute(tx, tenant, reference) is not None:
                return []
            body = bodies.DisputeOpened(
                dispute_id=natural_id(tenant, "online-dispute", reference), payment_id=payment[0],
                patient_id=payment[1], amount_cents=cents, fee_cents=fee_cents, reason=reason, reference=reference,
            )  # fmt: skip
            return [clinic.op(body, "dispute", reference)]

        return bool(self._say(tenant, said))

    def dispute_won(self, tenant: str, reference: str) -> bool:
        """The bank gave it back. False: nothing of that kind is open."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            row = _dispute(tx, tenant, reference)
            if row is None:
                return _decided_unposted(clinic, reference, "won")
            if row[2]:
                return []
            body = bodies.DisputeClosed(dispute_id=row[0], patient_id=row[1], outcome="won")
            return [clinic.op(body, "dispute-won", reference)]

        return bool(self._say(tenant, said))

    def dispute_lost(self, tenant: str, reference: str) -> bool:
        """The bank decided against the practice. False: known, or somebody said already what becomes of it."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            row = _dispute(tx, tenant, reference)
            if row is None:
                return _decided_unposted(clinic, reference, "lost")
            if row[2]:
                return []
            body = online.OnlineDisputeLost(dispute_id=row[0], patient_id=row[1])
            return [clinic.op(body, "dispute-lost", reference)]

        return bool(self._say(tenant, said))

    # The bank ---------------------------------------------------------------------------------------------------------

    def sources(self, tenant: str, kind: str, names: Sequence[str]) -> Mapping[str, str]:
        """Which payment from home a charge, refund or dispute of the processor's is of."""
        if not names:
            return {}
        found: Sequence[Any] = self._look(lambda tx: tx.rows(_SOURCES[kind], tenant=tenant, names=names), tenant)
        return {str(row[0]): str(row[1]) for row in found}

    def paid_out(self, tenant: str, body: online.OnlinePayout) -> bool:
        """A payout left for the bank. False: the log has it."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            known = tx.one("SELECT 1 FROM online_payout WHERE tenant = :tenant AND payout_id = :id", tenant=tenant,
                           id=body.payout_id)  # fmt: skip
            return [] if known else [clinic.op(body, "payout", body.payout_id)]

        return bool(self._say(tenant, said))

    def payout_failed(self, tenant: str, payout_id: str, reason: str) -> bool:
        """A payout came back. False: the log does not know it, or knows that."""

        def said(tx: Session, clinic: _Clinic) -> list[Operation]:
            known = tx.one("SELECT 1 FROM online_payout WHERE tenant = :tenant AND payout_id = :id AND state = 'paid'",
                           tenant=tenant, id=payout_id)  # fmt: skip
            body = online.OnlinePayoutFailed(payout_id=payout_id, reason=reason[:60])
            return [clinic.op(body, "payout-failed", payout_id)] if known else []

        return bool(self._say(tenant, said))

    # What pages ask ---------------------------------------------------------------------------------------------------

    def recent_unposted(self, tenant: str, patient_id: str) -> list[reads.UnpostedRow]:
        """What an account paid from home that it does not show yet (S1-09), newest first."""

        def work(tx: Session) -> list[reads.UnpostedRow]:
            return reads.unposted(tx.rows, tenant, reads.payer_of(tx.rows, tenant, patient_id))

        found: list[reads.UnpostedRow] = self._look(work, tenant)
        return found

    def payer_of(self, tenant: str, patient_id: str) -> str:
        """Who stands for the account of a patient."""
        payer: str = self._look(lambda tx: reads.payer_of(tx.rows, tenant, patient_id), tenant)
        return payer

    def received(self, tenant: str, online_id: str) -> Received | None:
        """Money from home by its id."""
        row = self._look(lambda tx: tx.one(_BY_INTENT + "online_id = :id", tenant=tenant, id=online_id), tenant)
        values = [*row, False] if row else []
        return Received(*values) if row else None

    # Inside -----------------------------------------------------------------------------------------------------------

    def _say(self, tenant: str, make: Callable[[Session, _Clinic], list[Operation]]) -> int:
        def work(tx: Session) -> int:
            clinic = _Clinic(tx, tenant, self._clock.now())
            return clinic.log(make(tx, clinic))

        said: int = self._transaction(work, tenant)
        return said


class _Clinic:
    """One transaction of a practice, under its lock: its day, and the operations the hub adds."""

    def __init__(self, tx: Session, tenant: str, now: datetime) -> None:
        tx.run(_LOCK, tenant=tenant)
        self.tx, self.tenant, self.now = tx, tenant, utc_text(now)
        name, self._closing_hour = Insurances(tx.rows, tenant).clinic()
        try:
            self._zone = ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self._zone = ZoneInfo("UTC")
        self.day = self.day_of(now)

    def day_of(self, moment: datetime) -> str:
        """The practice's day (ISO) a moment belongs to."""
        return business_date(moment, self._zone, self._closing_hour).isoformat()

    def op(self, body: object, *names: str) -> Operation:
        """An operation of the hub's whose id follows from what it is about: nobody makes it twice."""
        day = self.day_of(parse_utc(body.paid_at)) if isinstance(body, online.OnlineReceive) else self.day
        return make_operation(
            body, op_id=natural_id(self.tenant, "online", *names), tenant=self.tenant, device=HUB, epoch=0, dseq=0,
            prev=GENESIS, actor=HUB, business_date=day, device_time=self.now,
        )  # fmt: skip

    def log(self, ops: Sequence[Operation]) -> int:
        """Into the log, in one go. Returns how many."""
        query = "SELECT op_id FROM log WHERE tenant = :tenant AND op_id IN (:ids)"
        ids = [op.op_id for op in ops]
        known = {row[0] for row in self.tx.rows(query, tenant=self.tenant, ids=ids)} if ids else set()
        fresh = tuple(op for op in ops if op.op_id not in known)
        if fresh:
            push_batches(self.tx, self.tenant, [PushBatch(HUB, 0, 0, fresh)], self.now)
        return len(fresh)


def _received(tx: Session, tenant: str, attempt: AttemptRow | None, taken: Captured) -> online.OnlineReceive:
    said = attempt.said if attempt else {}
    count = tx.one("SELECT count(*) FROM online_payment WHERE tenant = :tenant", tenant=tenant)[0]
    return online.OnlineReceive(
        online_id=hub_debits.online_id_of(tenant, taken.intent), patient_id=attempt.patient_id if attempt else "",
        amount_cents=taken.amount_cents, channel=attempt.channel if attempt else "portal",
        number=f"WEB-{count + 1:05d}", paid_at=utc_text(taken.paid_at), intent=taken.intent, charge=taken.charge,
        customer=taken.customer, brand=taken.brand, last4=taken.last4, kept_card_id=said.get("kept_card_id", ""),
        items=tuple(online.OnlineItem(**item) for item in said.get("items", ())), source_id=said.get("source_id", ""),
        request_id=said.get("request_id", ""), receipt_to=said.get("receipt_to", ""), way=taken.way,
    )  # fmt: skip


def _paid_off(clinic: _Clinic, body: online.OnlineReceive) -> list[bodies.Fee]:
    """Interest that is not earned falls away from a plan that is paid off whole."""
    reader, (plan_id, no) = HubReader(clinic.tx), answered(body.request_id)
    found = plans_where(reader, clinic.tenant, "plan_id = ?", plan_id) if plan_id and not no else []
    day = date.fromisoformat(clinic.day)
    if not found or body.amount_cents < pay_off_cents(stands(reader, clinic.tenant, found[0], day), day)[0]:
        return []
    return less_interest(reader, clinic.tenant, found[0], day)


def _consent_id(attempt: AttemptRow) -> str:
    return natural_id(attempt.tenant, "online-consent", attempt.attempt_id)


def _card_of(attempt: AttemptRow, taken: Captured) -> kept_cards.CardKeep:
    consent = attempt.said["consent"]
    return kept_cards.CardKeep(
        kept_card_id=kept_cards.kept_card_id_of(kept_cards.STRIPE, taken.customer, taken.token),
        patient_id=attempt.patient_id, consent_id=_consent_id(attempt), processor=kept_cards.STRIPE, token=taken.token,
        customer=taken.customer, merchant=online.MERCHANT, brand=taken.brand, last4=taken.last4,
        exp_month=taken.exp_month, exp_year=taken.exp_year, holder=consent["said_by"],
        nickname=consent.get("nickname", ""), way=taken.way,
    )  # fmt: skip


def _return_ops(clinic: _Clinic, body: online.OnlineReturn) -> list[Operation]:
    rules = reads.online_rules(clinic.tx.rows, clinic.tenant)
    ops = [clinic.op(body, "return", body.return_id)]
    row = clinic.tx.one("SELECT state, amount_cents - off_cents FROM online_payment WHERE tenant = :tenant AND "
                        "online_id = :id", tenant=clinic.tenant, id=body.online_id)  # fmt: skip
    off = row[1] if row[0] == "open" else 0
    if rules.auto_post and row[0] == "posted" and off < body.amount_cents:
        posted = online.OnlinePost(online_id=body.online_id, patient_id=body.patient_id, return_id=body.return_id)
        ops.append(clinic.op(posted, "post-return", body.return_id))
        if rules.auto_archive:
            away = online.OnlineArchive(online_id=body.online_id, patient_id=body.patient_id, return_id=body.return_id)
            ops.append(clinic.op(away, "archive-return", body.return_id))
    if rules.receipts and (receipt := _refund_receipt(clinic, body)):
        ops.append(clinic.op(receipt, "refund-receipt", body.return_id))
    return ops


def _refund_receipt(clinic: _Clinic, body: online.OnlineReturn) -> messages.MessageSend | None:
    """The payer hears what goes back to their card (S1-14): number, day and amount, no paper. By text where they like
    that, or where there is no e-mail address; None where nothing reaches them."""
    told, email, phone, liked = clinic.tx.one(_REACHED, tenant=clinic.tenant, id=body.online_id)
    texts = clinic.tx.one("SELECT text FROM channels WHERE tenant = :tenant AND id = 'channels'", tenant=clinic.tenant)
    mail = address_for("email", told or email)
    reader, number = HubReader(clinic.tx), address_for("text", phone) if texts and texts[0] else ""
    if reaching.no_texts(reader, clinic.tenant, number):
        number = ""
    channel, address = ("text", number) if number and (liked == "text" or not mail) else ("email", mail)
    if not address:
        return None
    paper = messages.MessagePaper(kind=body.kind, source_id=body.return_id, number=body.number,
                                  day=clinic.day_of(parse_utc(body.returned_at)),
                                  amount_cents=body.amount_cents)  # fmt: skip
    return messages.MessageSend(message_id=natural_id(clinic.tenant, "online-refund-receipt", body.return_id),
                                patient_id=body.patient_id, channel=channel, address=address, template="receipt",
                                papers=(paper,),
                                language=reaching.language(reader, clinic.tenant, body.patient_id))  # fmt: skip


def _receipt(clinic: _Clinic, body: online.OnlineReceive) -> messages.MessageSend | None:
    """The payer's receipt by mail (S1-12): number, day and amount, no paper; None where there is no address."""
    found = clinic.tx.one("SELECT email FROM patient WHERE tenant = :tenant AND id = :id", tenant=clinic.tenant,
                          id=body.patient_id)  # fmt: skip
    address = address_for("email", body.receipt_to or (found[0] if found else ""))
    if not address:
        return None
    day = clinic.day_of(parse_utc(body.paid_at))
    paper = messages.MessagePaper(kind="receipt", source_id=body.online_id, number=body.number, day=day,
                                  amount_cents=body.amount_cents)  # fmt: skip
    return messages.MessageSend(message_id=natural_id(clinic.tenant, "online-receipt", body.online_id),
                                patient_id=body.patient_id, channel="email", address=address, template="receipt",
                                papers=(paper,),
                                language=reaching.language(HubReader(clinic.tx), clinic.tenant, body.patient_id),
                                )  # fmt: skip


def _dispute(tx: Session, tenant: str, reference: str) -> Any:
    return tx.one("SELECT dispute_id, patient_id, outcome FROM dispute WHERE tenant = :tenant AND reference = :name",
                  tenant=tenant, name=reference)  # fmt: skip


def _decided_unposted(clinic: _Clinic, reference: str, outcome: str) -> list[Operation]:
    """What a bank decided about money that is not posted: while that is in question, and nobody settled it by hand."""
    opened = natural_id(clinic.tenant, "online", "dispute", reference)
    row = clinic.tx.one(_OF_UNPOSTED, tenant=clinic.tenant, id=opened)
    if row is None:
        return []
    body = online.OnlineDisputeEnded(
        dispute_id=natural_id(clinic.tenant, "online-dispute", reference), online_id=row[0],
        patient_id=row[1], amount_cents=row[2], outcome=outcome,
    )  # fmt: skip
    return [clinic.op(body, f"dispute-{outcome}", reference)]
