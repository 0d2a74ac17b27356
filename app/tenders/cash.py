"""Cash: what was handed over covers what is due, the rest goes back as change; the drawer opens after the commit."""

from __future__ import annotations

from typing import Any

from app.lanes import Job
from app.plan import Details
from app.till import Till
from app.views import Collected, CollectRequest
from models.basics.errors import RuleBroken
from models.basics.money import check_entry


class Cash:
    """See Tender. Nothing handed over means exactly what is due."""

    lane = "store"

    def __init__(self, till: Till) -> None:
        self._till = till

    def check(self, _reader: Any, request: CollectRequest, due_cents: int) -> Details:
        """Raises RuleBroken: `collect.cash_short`, or an amount that may not be."""
        tendered = check_entry(request.tendered_cents or due_cents, field="cash received")
        if tendered < due_cents:
            raise RuleBroken("collect.cash_short", tendered_cents=tendered, due_cents=due_cents)
        return Details(tendered_cents=tendered, change_cents=tendered - due_cents)

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:  # noqa: ARG002 - over in a millisecond
        return self._till.take_at_once(request, self.check)
