"""Credit on account covering all of it: nothing is taken, money of earlier payments is put to use."""

from __future__ import annotations

from typing import Any

from app.lanes import Job
from app.plan import Details
from app.till import Till
from app.views import Collected, CollectRequest
from models.basics.errors import RuleBroken


class Credit:
    """See Tender."""

    lane = "store"

    def __init__(self, till: Till) -> None:
        self._till = till

    def check(self, _reader: Any, request: CollectRequest, due_cents: int) -> Details:
        """Asked only when something is left to bring. Raises RuleBroken `collect.credit_short`."""
        raise RuleBroken("collect.credit_short", credit_cents=request.sheet.credit_cents, due_cents=due_cents)

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:  # noqa: ARG002 - over in a millisecond
        return self._till.take_at_once(request, self.check)
