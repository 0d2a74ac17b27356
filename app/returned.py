"""Refunds and voids that a bank sent back: a processor says days later that a card could not be given its money (an
account that was closed, a card that expired).

Nothing tells a desk of that by itself: it asks, at opening and once a day. What came back of a refund lies on the
payment again, as if it had never gone; what came back of a void, which took a whole payment out of the books, is a
payment of its own, free on the account. Somebody is told that the patient has not got it. Any desk of the practice with
a reader at that processor finds what any other gave back, for that one may have been retired; two that find it at once
write down the same, which stands once.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from app.card_reader import CardReader
from app.clinic import Clinic
from app.lanes import Job
from app.posting import payment_id_of
from app.refund_views import NOTE_MOST
from devices.base import Capability, Outcome, ReturnedRefund, TellsReturned
from models.basics.errors import DeviceError, PaymentUnavailable
from models.basics.facts import facts
from models.operations import bodies
from models.store.queries import jobs, receipts, refunds
from models.store.queries.receipts import PaidRow

if TYPE_CHECKING:  # SQLAlchemy is loaded behind the first screen
    from models.store.transaction import Tx

log = logging.getLogger(__name__)

LOOKS_BACK = timedelta(days=60)
"""So long after it was made a refund is looked at: banks send them back within 30 days."""
EVERY_S = 24 * 3600.0
AGAIN_S = 600.0
"""After a look that failed."""
WORD = "sent back by the bank"


class ReturnedRefunds:
    """The story. `look` on the `terminal` lane, `due` anywhere."""

    def __init__(self, clinic: Clinic, reader: CardReader) -> None:
        self._clinic, self._reader = clinic, reader
        self._next_s = 0.0

    @property
    def due(self) -> bool:
        """Was it not asked since the start, or for a day?"""
        return self._reader.fitted and time.monotonic() >= self._next_s

    def look(self, _job: Job[int] | None = None) -> int:
        """Ask, and write down what came back. Returns how many did; 0, too, where nobody could be asked: then it is
        asked again in ten minutes. Raises StorageError."""
        self._next_s = time.monotonic() + AGAIN_S
        try:
            terminal = self._reader.terminal()
            if Capability.TELLS_RETURNED not in terminal.capabilities:
                found: tuple[ReturnedRefund, ...] = ()
            else:
                found = cast(TellsReturned, terminal).returned_refunds(self._clinic.clock.now() - LOOKS_BACK)
        except (DeviceError, PaymentUnavailable) as error:
            log.info("returned refunds not asked for", extra=facts(key=error.message_key))
            return 0
        self._next_s = time.monotonic() + EVERY_S
        return self._write_down(found)

    def _write_down(self, found: tuple[ReturnedRefund, ...]) -> int:
        known = {each.attempt_id: each for each in found if each.attempt_id}
        if not known:
            return 0
        written, today = 0, self._clinic.today()
        since = (today - LOOKS_BACK).isoformat()
        with self._clinic.store.write() as tx:
            for attempt_id, row in refunds.paid_by(tx.reader, self._clinic.tenant, known, since):
                told = known[attempt_id]
                if told.cents != row.amount_cents:
                    log.error("returned refund is of another amount", extra=facts(attempt=attempt_id))
                    continue
                body = bodies.RefundUndone(
                    refund_id=row.refund_id, patient_id=row.patient_id, reason=(told.words or WORD)[:NOTE_MOST],
                    receipt_no="",
                )  # fmt: skip
                tx.record(body, person_id=row.settled_by or row.requested_by, business_date=today.isoformat(),
                          group=f"returned {row.refund_id}")  # fmt: skip
                written += 1
            voids = dict(receipts.voided_by(tx.reader, self._clinic.tenant, {each.host_ref for each in found}, since))
            written += sum(self._void(tx, each, voids.get(each.host_ref)) for each in known.values())
        if written:
            log.warning("refunds sent back", extra=facts(count=written))
        return written

    def _void(self, tx: Tx, told: ReturnedRefund, payment: PaidRow | None) -> bool:
        """Write the money of a void down that came back, once: whichever desk had voided the `payment`, for that one
        may be gone by now."""
        tenant = self._clinic.tenant
        payment = payment or self._decided_here(tx, told)
        again = payment_id_of(tenant, told.attempt_id)
        if payment is None or not payment.reversed_at or receipts.payment(tx.reader, tenant, again) is not None:
            return False
        if told.cents != receipts.went_back(tx.reader, tenant, payment.payment_id):
            log.error("returned void is of another amount", extra=facts(attempt=told.attempt_id))
            return False
        body = bodies.Collect(
            payment_id=again, patient_id=payment.patient_id, tender=payment.tender, amount_cents=told.cents,
            requested_cents=told.cents, number=tx.next_payment_number(), receipt_no=tx.next_receipt_no(),
            attempt_id=told.attempt_id, card=_card(payment), returned_of=payment.payment_id,
            memo=f"Void of {payment.number}: {told.words or WORD}"[:NOTE_MOST],
        )  # fmt: skip
        tx.record(body, person_id=payment.reversed_by or payment.actor,
                  business_date=self._clinic.today().isoformat(), group=f"returned {told.attempt_id}")  # fmt: skip
        return True

    def _decided_here(self, tx: Tx, told: ReturnedRefund) -> PaidRow | None:
        """The payment of a void of this desk that a person said had gone through: its reference was never heard."""
        attempt = jobs.attempt(tx.reader, self._clinic.tenant, told.attempt_id)
        if attempt is None or not attempt.void_of_payment_id or attempt.outcome != Outcome.APPROVED.value:
            return None
        return receipts.payment(tx.reader, self._clinic.tenant, attempt.void_of_payment_id)


def _card(payment: PaidRow) -> bodies.CardFacts:
    """The card of a payment, by the processor's own reference."""
    return bodies.CardFacts(
        brand=payment.brand, last4=payment.last4, host_ref=payment.host_ref, merchant=payment.merchant,
        terminal_txn_no=payment.terminal_txn_no, terminal_ref=payment.terminal_ref,
    )  # fmt: skip
