"""What the hub asks the processor for, and what the processor tells it: rows that are written before anything leaves.

An attempt's id is its idempotency key at the processor and travels as metadata of what it makes. Its steps go one way
(`made` → `sent` → …); whoever moves a row from `made` to `sent` is the one who sends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

import orjson

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.store.session import Session

Run = Callable[[Callable[[Session], Any], str], Any]
OVER = ("done", "declined", "ended")
"""States in which nothing more comes of an attempt."""

_ATTEMPT = (
    "SELECT tenant, attempt_id, what, patient_id, amount_cents, channel, said, state, reason, session, intent, url, "
    "result_id, made_at, sent_at, tries FROM online_attempt WHERE tenant = :tenant AND "
)
_MAKE = (
    "INSERT INTO online_attempt (tenant, attempt_id, what, patient_id, amount_cents, channel, said, state, made_at, "
    "due_at) VALUES (:tenant, :attempt_id, :what, :patient_id, :amount_cents, :channel, :said, 'made', :now, :due) "
    "ON CONFLICT DO NOTHING"
)
_SEND = (
    "UPDATE online_attempt SET state = 'sent', sent_at = CASE sent_at WHEN '' THEN :now ELSE sent_at END, "
    "due_at = :due WHERE tenant = :tenant AND attempt_id = :attempt_id AND state = 'made'"
)
_OPEN = (
    "UPDATE online_attempt SET state = 'open', session = :session, url = :url, due_at = :due "
    "WHERE tenant = :tenant AND attempt_id = :attempt_id AND state IN ('made', 'sent', 'unknown')"
)
_SETTLE = (
    "UPDATE online_attempt SET state = :state, reason = :reason, settled_at = :now, url = '', claimed_by = '', "
    "claimed_until = '' WHERE tenant = :tenant AND attempt_id = :attempt_id "
    "AND state NOT IN ('done', 'declined', 'ended')"
)
_WAIT = (
    "UPDATE online_attempt SET state = :state, due_at = :due, claimed_by = '', claimed_until = '' "
    "WHERE tenant = :tenant AND attempt_id = :attempt_id AND state NOT IN ('done', 'declined', 'ended')"
)
_CLAIM = (
    "UPDATE online_attempt SET claimed_by = :by, claimed_until = :until, tries = tries + 1 WHERE tenant = :tenant "
    "AND attempt_id = :attempt_id AND state IN ('made', 'sent', 'open', 'unknown', 'processing') "
    "AND claimed_until <= :now"
)
_DUE = (
    _ATTEMPT + "state IN ('made', 'sent', 'open', 'unknown', 'processing') AND due_at <= :now "
    "AND claimed_until <= :now ORDER BY due_at, attempt_id LIMIT 200"
)
_HEAR = (
    "INSERT INTO online_event (tenant, event_id, kind, subject, state, tries, made_at, heard_at, settled_at) "
    "VALUES (:tenant, :event_id, :kind, :subject, 'heard', 0, :made_at, :now, '') ON CONFLICT DO NOTHING"
)
_REFUNDS = (
    "SELECT r.refund_id, r.payment_id, r.patient_id, r.amount_cents, o.intent, r.request_op_id, o.business_date, "
    "o.charge FROM refund r JOIN online_payment o ON o.tenant = r.tenant AND o.online_id = r.payment_id "
    "WHERE r.tenant = :tenant AND r.state = 'requested' AND r.tender = 'online' AND r.seq > 0 AND NOT EXISTS (SELECT 1 "
    "FROM online_attempt a WHERE a.tenant = r.tenant AND a.what = 'refund' AND a.session = r.refund_id) "
    "AND NOT EXISTS (SELECT 1 FROM online_return b WHERE b.tenant = r.tenant AND b.refund_id = r.refund_id)"
)
_CARD = (
    "SELECT kept_card_id, patient_id, token, customer, brand, last4, processor, dropped_at, way FROM kept_card "
    "WHERE tenant = :tenant AND kept_card_id = :id"
)


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One asking; `said` is what it was made of. Times are UTC text."""

    tenant: str
    attempt_id: str
    what: str
    patient_id: str
    amount_cents: int
    channel: str
    said: dict[str, Any]
    state: str
    reason: str
    session: str
    intent: str
    url: str
    result_id: str
    made_at: str
    sent_at: str
    tries: int


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something the processor told: its kind of event and what it is about."""

    event_id: str
    kind: str
    subject: str
    tries: int


@dataclass(frozen=True, slots=True)
class RefundWanted:
    """A refund that a desk asked for and that only the processor can give. `paid_on` is the day the money came in."""

    refund_id: str
    online_id: str
    patient_id: str
    amount_cents: int
    intent: str
    request_op_id: str
    paid_on: str
    charge: str


@dataclass(frozen=True, slots=True)
class KeptCardRow:
    """A kept card as the processor knows it; `dropped_at` empty while it is kept, `way` one of online.WAYS."""

    kept_card_id: str
    patient_id: str
    token: str
    customer: str
    brand: str
    last4: str
    processor: str
    dropped_at: str
    way: str


class OnlineJournal:
    """Reads and moves the rows. Every call is a transaction of its own; thread-safe; raises StorageError."""

    def __init__(self, transaction: Run, look: Run, clock: Clock) -> None:
        self._transaction, self._look, self._clock = transaction, look, clock

    # Attempts ---------------------------------------------------------------------------------------------------------

    def begin(self, tenant: str, what: str, key: str, said: Mapping[str, Any], *, patient_id: str, amount_cents: int,
              channel: str, due_s: float, session: str = "") -> AttemptRow:  # fmt: skip
        """The attempt of this key, made now or before: whoever asks again gets the same one. `session` names what it
        is about before the processor has named anything (a refund)."""
        attempt_id = _id_of(tenant, what, key)
        values = {"what": what, "patient_id": patient_id, "amount_cents": amount_cents, "channel": channel,
                  "said": orjson.dumps(dict(said)).decode()}  # fmt: skip

        def work(tx: Session) -> AttemptRow:
            made = tx.run(_MAKE, tenant=tenant, attempt_id=attempt_id, now=self._now(), due=self._in(due_s), **values)
            if made and session:
                tx.run("UPDATE online_attempt SET session = :session WHERE tenant = :tenant AND attempt_id = :id",
                       tenant=tenant, id=attempt_id, session=session)  # fmt: skip
            return _row(tx.one(_ATTEMPT + "attempt_id = :id", tenant=tenant, id=attempt_id))

        found: AttemptRow = self._transaction(work, tenant)
        return found

    def attempt(self, tenant: str, attempt_id: str) -> AttemptRow | None:
        """An attempt by its id."""
        return self._one(tenant, "attempt_id = :id", id=attempt_id)

    def asked(self, tenant: str, key: str) -> bool:
        """Is there an attempt of this key, whatever became of it?"""
        return any(self.attempt(tenant, _id_of(tenant, what, key)) for what in ("checkout", "charge"))

    def by_session(self, tenant: str, session: str) -> AttemptRow | None:
        """The attempt that a page of the processor's belongs to."""
        return self._one(tenant, "session = :id AND session <> ''", id=session)

    def sending(self, tenant: str, attempt_id: str, due_s: float) -> bool:
        """Written down: from here on a request may have left. False when it was written down before: somebody else
        sends, or has."""
        return self._run(_SEND, tenant, attempt_id=attempt_id, now=self._now(), due=self._in(due_s)) == 1

    def opened(self, tenant: str, attempt_id: str, session: str, url: str, due_s: float) -> None:
        """The processor's page is there and waits for the patient."""
        self._run(_OPEN, tenant, attempt_id=attempt_id, session=session, url=url, due=self._in(due_s))

    def settled(self, tenant: str, attempt_id: str, state: str, reason: str = "") -> None:
        """Nothing was taken and nothing will be (`declined`, `ended`), or all that was asked is done (`done`)."""
        self._run(_SETTLE, tenant, attempt_id=attempt_id, state=state, reason=reason[:80], now=self._now())

    def waits(self, tenant: str, attempt_id: str, state: str, due_s: float) -> None:
        """It is looked into again in `due_s` seconds."""
        self._run(_WAIT, tenant, attempt_id=attempt_id, state=state, due=self._in(due_s))

    def due(self, tenant: str) -> list[AttemptRow]:
        """What may be looked into now."""
        found = self._look(lambda tx: tx.rows(_DUE, tenant=tenant, now=self._now()), tenant)
        return [_row(row) for row in found]

    def next_due(self, tenant: str) -> str:
        """When the next attempt may be looked into (UTC text); empty without any."""
        query = (
            "SELECT min(CASE WHEN claimed_until > due_at THEN claimed_until ELSE due_at END) FROM online_attempt "
            "WHERE tenant = :tenant AND state IN ('made', 'sent', 'open', 'unknown', 'processing')"
        )
        return str(self._look(lambda tx: tx.one(query, tenant=tenant), tenant)[0] or "")

    def claim(self, row: AttemptRow, by: str, for_s: float) -> bool:
        """Look into it alone for so long. False: somebody else does, or it is over."""
        values = {"attempt_id": row.attempt_id, "by": by, "until": self._in(for_s), "now": self._now()}
        return self._run(_CLAIM, row.tenant, **values) == 1

    def release_all(self, tenant: str) -> None:
        """Nobody else works on this database: what was being looked into, or had perhaps been sent, is due at once, and
        so is what banks may have answered meanwhile."""
        query = (
            "UPDATE online_attempt SET claimed_by = '', claimed_until = '', due_at = :now WHERE tenant = :tenant "
            "AND state IN ('sent', 'unknown', 'processing')"
        )
        self._run(query, tenant, now=self._now())

    # What the processor tells -----------------------------------------------------------------------------------------

    def hear(self, tenant: str, event_id: str, kind: str, subject: str, made_at: datetime) -> bool:
        """Keep an event. False: it was told before."""
        values = {"event_id": event_id, "kind": kind, "subject": subject, "made_at": utc_text(made_at)}
        return self._run(_HEAR, tenant, now=self._now(), **values) == 1

    def heard(self, tenant: str) -> list[EventRow]:
        """Events of which nothing has come yet, oldest first."""
        query = (
            "SELECT event_id, kind, subject, tries FROM online_event WHERE tenant = :tenant AND state = 'heard' "
            "ORDER BY made_at, event_id LIMIT 200"
        )
        return [EventRow(*row) for row in self._look(lambda tx: tx.rows(query, tenant=tenant), tenant)]

    def event_over(self, tenant: str, event_id: str, *, ignored: bool) -> None:
        """All that comes of it is in the log, or it is none of our business."""
        query = (
            "UPDATE online_event SET state = :state, settled_at = :now WHERE tenant = :tenant AND event_id = :event_id"
        )
        self._run(query, tenant, event_id=event_id, state="ignored" if ignored else "done", now=self._now())

    def event_tried(self, tenant: str, event_id: str) -> None:
        """The processor could not be asked about it; later again."""
        self._run("UPDATE online_event SET tries = tries + 1 WHERE tenant = :tenant AND event_id = :event_id",
                  tenant, event_id=event_id)  # fmt: skip

    def newest_event(self, tenant: str) -> str:
        """When the newest event that was told happened (UTC text); empty before the first."""
        query = "SELECT max(made_at) FROM online_event WHERE tenant = :tenant"
        return str(self._look(lambda tx: tx.one(query, tenant=tenant), tenant)[0] or "")

    # Who and what -----------------------------------------------------------------------------------------------------

    def customer(self, tenant: str, patient_id: str) -> str:
        """Under which name the processor knows an account; empty when it does not."""
        query = "SELECT customer FROM online_customer WHERE tenant = :tenant AND patient_id = :patient"
        found = self._look(lambda tx: tx.one(query, tenant=tenant, patient=patient_id), tenant)
        return str(found[0]) if found else ""

    def know_customer(self, tenant: str, patient_id: str, customer: str) -> str:
        """Keep the name; the first one stands and is returned."""
        query = (
            "INSERT INTO online_customer (tenant, patient_id, customer, made_at) VALUES (:tenant, :patient, :customer, "
            ":now) ON CONFLICT DO NOTHING"
        )
        self._run(query, tenant, patient=patient_id, customer=customer, now=self._now())
        return self.customer(tenant, patient_id)

    def card(self, tenant: str, kept_card_id: str) -> KeptCardRow | None:
        """A kept card."""
        found = self._look(lambda tx: tx.one(_CARD, tenant=tenant, id=kept_card_id), tenant)
        return KeptCardRow(*found) if found else None

    def refunds_wanted(self, tenant: str) -> list[RefundWanted]:
        """Refunds of money from home that nobody has asked the processor for yet."""
        return [RefundWanted(*row) for row in self._look(lambda tx: tx.rows(_REFUNDS, tenant=tenant), tenant)]

    # Inside -----------------------------------------------------------------------------------------------------------

    def _one(self, tenant: str, which: str, **values: str) -> AttemptRow | None:
        found = self._look(lambda tx: tx.one(_ATTEMPT + which, tenant=tenant, **values), tenant)
        return _row(found) if found else None

    def _run(self, query: str, tenant: str, **values: str) -> int:
        touched: int = self._transaction(lambda tx: tx.run(query, tenant=tenant, **values), tenant)
        return touched

    def _now(self) -> str:
        return utc_text(self._clock.now())

    def _in(self, seconds: float) -> str:
        return utc_text(self._clock.now() + timedelta(seconds=seconds))


_NAMES = tuple(field.name for field in fields(AttemptRow))


def _id_of(tenant: str, what: str, key: str) -> str:
    return natural_id(tenant, "online-attempt", what, key)


def _row(found: Any) -> AttemptRow:
    values = dict(zip(_NAMES, found, strict=True))
    return AttemptRow(**{**values, "said": orjson.loads(values["said"])})
