"""Payers' answers that reach the hub itself: recorded as the hub's own facts, so that every desk has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from models.basics.clock import Clock, utc_text
from models.basics.ids import natural_id
from models.ledger.posting import HUB
from models.operations.eligibility import EligibilityCheck
from models.operations.operation import GENESIS, make_operation
from models.operations.protocol import PushBatch
from models.operations.records import Coverage
from models.store.hub_desks import Running
from models.store.pushing import push_batches
from models.store.queries.insured import Insurances
from models.store.session import Session

Found = tuple[EligibilityCheck, Coverage | None]
"""An answer, and the insurance as it has it where that is news."""

_LOCK = "UPDATE tenant_head SET seq = seq WHERE tenant = :tenant"


class HubAnswers:
    """Thread-safe; raises StorageError where the database fails."""

    def __init__(self, write: Running, look: Running, clock: Clock) -> None:
        self._write, self._look, self._clock = write, look, clock

    def put(self, tenant: str, day: date, find: Callable[[Insurances], Sequence[Found]]) -> int:
        """Record what `find` makes of an answer that is not here yet, in one transaction; returns how many checks were
        news. `find` looks up patients as of that transaction and may be called twice."""

        def work(session: Session) -> int:
            session.run(_LOCK, tenant=tenant)
            lookup = Insurances(session.rows, tenant)
            once = {check.check_id: (check, coverage) for check, coverage in find(lookup)}
            news = [each for each in once.values() if not lookup.knows_check(each[0].check_id)]
            self._log(session, tenant, day, news)
            return len(news)

        return self._write(work, tenant)

    def _log(self, session: Session, tenant: str, day: date, news: Sequence[Found]) -> None:
        """The checks, then the insurances: of one that several speak of, as the newest has it."""
        now = utc_text(self._clock.now())
        bodies: list[tuple[str, object]] = [(natural_id(tenant, "answer", check.check_id), check) for check, _ in news]
        by_age = sorted(news, key=lambda each: each[0].checked_at)
        newest = {coverage.id: (check, coverage) for check, coverage in by_age if coverage is not None}
        bodies += [(natural_id(tenant, "answer", check.check_id, coverage.id), coverage)
                   for check, coverage in newest.values()]  # fmt: skip
        ops = tuple(
            make_operation(body, op_id=op_id, tenant=tenant, device=HUB, epoch=0, dseq=0, prev=GENESIS, actor=HUB,
                           business_date=day.isoformat(), device_time=now) for op_id, body in bodies
        )  # fmt: skip
        if ops:
            push_batches(session, tenant, [PushBatch(HUB, 0, 0, ops)], now)

    def clinic(self, tenant: str) -> tuple[str, int]:
        """The practice's zone by name, and the hour its day closes."""
        return self._look(lambda session: Insurances(session.rows, tenant).clinic(), tenant)
