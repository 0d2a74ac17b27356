"""Ways to pay of the practice's own, recorded by hand: a flex spending card run elsewhere, a voucher, a transfer."""

from __future__ import annotations

from typing import Any

from app.fields import no_card_number
from app.lanes import Job
from app.plan import Details
from app.till import Till
from app.views import Collected, CollectRequest
from models.basics.errors import RuleBroken
from models.operations.bodies import TENDERS
from models.store.queries import methods

NUMBER_LIMIT = 40


class Other:
    """See Tender."""

    lane = "store"

    def __init__(self, till: Till) -> None:
        self._till = till

    def check(self, reader: Any, request: CollectRequest, _due_cents: int) -> Details:
        """Raises RuleBroken: `collect.method_gone`, `collect.method_number`, `collect.card_number`."""
        method = methods.method(reader, self._till.clinic.tenant, request.method_id)
        if method is None or not method.active or method.id in TENDERS:
            raise RuleBroken("collect.method_gone", field="method")
        number = " ".join(request.trace_no.split())
        if len(number) > NUMBER_LIMIT or (method.reference and not number):
            raise RuleBroken("collect.method_number", field="number", limit=NUMBER_LIMIT)
        no_card_number(number, "number")
        return Details(method_id=method.id, method_name=method.name, trace_no=number, trace_label=method.reference)

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:  # noqa: ARG002 - over in a millisecond
        return self._till.take_at_once(request, self.check)
