"""The card reader's own batch at the end of the day: what it says it took, and sending it to the bank.

A reader can be asked about a payment only while its batch is open: none is sent while a try at this desk is unknown.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol, cast

from app.card_reader import CardReader
from app.clinic import Clinic
from app.lanes import Job
from app.refusals import need
from app.views import Person
from devices.base import BatchOutcome, BatchResult, BatchTotals, Capability, HoldsBatch
from models.basics.clock import utc_text
from models.basics.errors import RuleBroken
from models.basics.facts import facts
from models.rules.rights import Right
from models.store.queries import jobs

log = logging.getLogger(__name__)


class Batch(Protocol):
    """What the close of a day asks of a reader."""

    def can(self) -> bool: ...

    def totals(self, job: Job[Any]) -> BatchTotals: ...

    def close(self, person: Person, job: Job[Any]) -> BatchResult: ...


class ReaderBatch:
    """The story. `totals` and `close` on the `terminal` lane; `can` anywhere but on the window's thread."""

    def __init__(self, clinic: Clinic, reader: CardReader) -> None:
        self._clinic, self._reader = clinic, reader

    def can(self) -> bool:
        """Is there a reader here that keeps a batch? Opens nothing."""
        return self._reader.can(Capability.BATCH)

    def totals(self, job: Job[Any]) -> BatchTotals:
        """What the reader says it took since its batch was sent last, by brand. Moves nothing, may be cancelled. Raises
        PaymentUnavailable `card.no_reader`, RuleBroken `batch.none_here`, DeviceError when it cannot say."""
        return self._terminal().totals(job)

    def close(self, person: Person, job: Job[Any]) -> BatchResult:
        """Send the batch to the bank, once. What is not known afterwards is UNKNOWN, and shows when it is asked again.

        Raises RuleBroken, nothing sent: `staff.right_missing`, `batch.none_here`, `batch.in_doubt` with the
        `attempt_id` of the oldest try that is not settled; PaymentUnavailable; DeviceError when the reader was not
        reached.
        """
        need(Right.CLOSE, person)
        terminal = self._terminal()
        with self._clinic.store.reader() as reader:
            open_ones = jobs.unresolved(reader, self._clinic.tenant)
        if open_ones:
            raise RuleBroken("batch.in_doubt", count=len(open_ones), attempt_id=open_ones[0].attempt_id,
                             cents=sum(row.amount_cents for row in open_ones))  # fmt: skip
        result = terminal.close_batch(self._clinic.local(utc_text(self._clinic.clock.now())), job)
        log.log(logging.WARNING if result.outcome is BatchOutcome.UNKNOWN else logging.INFO, "batch", extra=facts(
            outcome=result.outcome, records=result.totals.records, cents=result.totals.cents, staff=person.staff_id,
        ))  # fmt: skip
        return result

    def _terminal(self) -> HoldsBatch:
        terminal = self._reader.terminal()
        if Capability.BATCH not in terminal.capabilities:
            raise RuleBroken("batch.none_here")
        return cast(HoldsBatch, terminal)
