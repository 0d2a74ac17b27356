"""Payments of plans that the hub charges by itself: looked for once in a while, each charged once whatever dies.

What leaves is `OnlineMoney.charge_kept_card` with the key of the row; an outcome nobody knows is asked for again with
the same key, and a card that says no as the practice has it.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import TYPE_CHECKING

from models.basics.errors import PosError
from models.basics.facts import facts
from models.rules.plans import asked_for
from models.store.plan_jobs import PlanJob, PlanJobs
from server.online.offered import ChargeAsk, Charged, Declined, OnlineMoney, Processing

if TYPE_CHECKING:
    from server.deps import Hub

log = logging.getLogger(__name__)
FIRST_AFTER_S = 45.0
EVERY_S = 600.0
"""Payments fall due by days: ten minutes later is no matter."""
CLAIM_S = 300.0
"""So long a process may be at one payment before another takes it up: longer than its requests together."""
PUT_OFF_S = 900.0
NOT_SENT = "not_sent"
"""Why nothing was taken where the request never reached the processor."""
_NEVER = frozenset({"online.card_gone", "online.amount_wrong"})
"""Errors after which this card is not charged for it by itself: nothing left, and nothing ever will."""


async def keep_charging(hub: Hub) -> None:
    """Look now and then, until cancelled. What fails now is tried again then."""
    worker = PlanCharger(hub.store.plans, hub.online)
    await asyncio.sleep(FIRST_AFTER_S)
    while True:
        await charge_once(hub, worker)
        await asyncio.sleep(EVERY_S)


async def charge_once(hub: Hub, worker: PlanCharger) -> None:
    """Every practice once; desks that wait for news hear of it."""
    try:
        for tenant in await hub.go_on(hub.store.tenants):
            if await hub.go_on(worker.charge_due, tenant):
                head = await hub.go_on(hub.store.head, tenant)
                hub.heads.moved(tenant, head.seq)
    except PosError as error:
        log.warning("plans not charged", extra=facts(error=error.message_key))


class PlanCharger:
    """Charges what is due. Thread-safe: a row is one process's at a time."""

    def __init__(self, jobs: PlanJobs, online: OnlineMoney) -> None:
        self._jobs, self._online, self._name = jobs, online, uuid.uuid4().hex

    def charge_due(self, tenant: str) -> int:
        """Remind of what falls due soon, charge what is due, and go on with what is under way. Returns at how many
        payments it was; none for a while after the hub was restored. Raises StorageError."""
        if not self._online.ready(tenant) or self._jobs.must_wait(tenant):
            return 0
        count = self._jobs.remind(tenant)
        self._jobs.gather(tenant)
        for plan_id, no in self._jobs.due(tenant):
            job = self._jobs.begin(tenant, plan_id, no, self._name, CLAIM_S)
            if job is not None:
                self._charge(job)
                count += 1
        return count

    def _charge(self, job: PlanJob) -> None:
        about = asked_for(job.plan_id, job.no)
        ask = ChargeAsk(key=job.key, kept_card_id=job.kept_card_id, amount_cents=job.amount_cents, items=job.items,
                        source_id=about, request_id=about)  # fmt: skip
        try:
            found = self._online.charge_kept_card(job.tenant, ask)
        except PosError as error:
            log.warning("plan not charged", extra=facts(error=error.message_key))
            if error.message_key in _NEVER:
                self._jobs.declined(job, error.message_key.rpartition(".")[2], needs_patient=True)
            else:
                self._jobs.put_off(job, PUT_OFF_S, error.message_key)
            return
        if isinstance(found, Charged):
            self._jobs.charged(job, found.online_id)
        elif isinstance(found, Declined) and found.reason == NOT_SENT:
            self._jobs.not_sent(job)
        elif isinstance(found, Declined):
            self._jobs.declined(job, found.reason, needs_patient=found.needs_patient)
        elif isinstance(found, Processing):
            self._jobs.asked(job)
        else:
            self._jobs.not_known(job)
