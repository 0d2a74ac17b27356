"""Checks: the number is required, the name on the check is not."""

from __future__ import annotations

from typing import Any

from app.fields import no_card_number
from app.lanes import Job
from app.plan import Details
from app.till import Till
from app.views import Collected, CollectRequest
from models.basics.errors import RuleBroken

NUMBER_LIMIT, NAME_LIMIT = 20, 80


class Check:
    """See Tender."""

    lane = "store"

    def __init__(self, till: Till) -> None:
        self._till = till

    def check(self, _reader: Any, request: CollectRequest, _due_cents: int) -> Details:
        """Raises RuleBroken: `collect.check_number`, `collect.check_name_long`, `collect.card_number`."""
        number, name = request.check_no.strip(), request.check_name.strip()
        no_card_number(number, "check number")
        no_card_number(name, "name on the check")
        if not number or len(number) > NUMBER_LIMIT:
            raise RuleBroken("collect.check_number", field="check number", limit=NUMBER_LIMIT)
        if len(name) > NAME_LIMIT:
            raise RuleBroken("collect.check_name_long", field="name on the check", limit=NAME_LIMIT)
        return Details(check_no=number, check_name=name)

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:  # noqa: ARG002 - over in a millisecond
        return self._till.take_at_once(request, self.check)
