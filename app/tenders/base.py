"""What every tender has in common: where it runs, its own look at a request, and how it takes the money."""

from __future__ import annotations

from typing import Any, Protocol

from app.lanes import Job
from app.plan import Details
from app.views import Collected, CollectRequest


class Tender(Protocol):
    """A way of paying."""

    @property
    def lane(self) -> str:
        """The lane its `take` runs on."""
        ...

    def check(self, reader: Any, request: CollectRequest, due_cents: int, /) -> Details:
        """Its own look at a request and the cents it has to bring; `reader` is the transaction's. Raises RuleBroken."""
        ...

    def take(self, request: CollectRequest, job: Job[Collected]) -> Collected:
        """Take the money. Blocks."""
        ...
