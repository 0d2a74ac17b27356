"""Where each tenant's log stands, and who waits for it to move.

A push in this process wakes the waiting at once. Pushes of other processes (PostgreSQL) are seen by asking for the
heads every 200 ms while anybody waits: one short read instead of notifications in the money's transaction.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import NamedTuple

from models.basics.errors import PosError
from models.basics.facts import facts
from server.latest import Want
from server.refusals import Refused

log = logging.getLogger(__name__)
POLL_S = 0.2
OWN_NEWS_S = 0.005
"""A desk has its verdicts already when its own operations come back in the log: it need not be told first."""


class _Waiting(NamedTuple):
    after: int
    desk: str
    want: Want | None


class Heads:
    """The heads this process knows of. Lives on the event loop's thread."""

    def __init__(self, ask: Callable[[Iterable[str]], Awaitable[dict[str, int]]] | None) -> None:
        """`ask` reads heads of tenants from the database; None when no other process can move them."""
        self._ask = ask
        self._known: dict[str, int] = {}
        self._waiting: dict[str, dict[asyncio.Future[None], _Waiting]] = defaultdict(dict)
        self._poll: asyncio.Task[None] | None = None
        self._closing = False

    def moved(self, tenant: str, seq: int, by: str = "") -> bool:
        """The tenant's log now ends at `seq`, by a push of desk `by`: the others hear of it first. True when there were
        others who waited."""
        others = False
        if seq > self._known.get(tenant, -1):
            self._known[tenant] = seq
            for waiter, who in list(self._waiting.get(tenant, {}).items()):
                if who.after >= seq:  # only now known here, and no news to them
                    continue
                self._forget(tenant, waiter)
                if by and who.desk == by:
                    asyncio.get_running_loop().call_later(OWN_NEWS_S, _wake, waiter)
                else:
                    _wake(waiter)
                    others = True
        return others

    async def wait(self, tenant: str, after: int, seconds: float, desk: str = "", want: Want | None = None) -> int:
        """The head once it is beyond `after`, or whatever is known when the time is up or the hub closes. `want` is the
        page that is asked for then."""
        if self._known.get(tenant, -1) <= after and not self._closing:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting[tenant][waiter] = _Waiting(after, desk, want)
            self._start_polling()
            try:
                async with asyncio.timeout(seconds):
                    await waiter
            except TimeoutError:
                pass
            finally:
                self._forget(tenant, waiter)
        return self._known.get(tenant, after)

    def close(self) -> None:
        """Let everybody go: the hub ends."""
        self._closing = True
        if self._poll is not None:
            self._poll.cancel()
        for waiters in self._waiting.values():
            for waiter in waiters:
                _wake(waiter)

    def wanted(self, tenant: str) -> tuple[Want | None, Sequence[str]]:
        """The page that most of a tenant's waiting desks want, and which desks; from any thread."""
        waiting = [each for each in list(self._waiting.get(tenant, {}).values()) if each.want is not None]
        if not waiting:
            return None, ()
        want = Counter(each.want for each in waiting).most_common(1)[0][0]
        return want, [each.desk for each in waiting if each.want == want]

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(len(waiters) for waiters in self._waiting.values())

    def _forget(self, tenant: str, waiter: asyncio.Future[None]) -> None:
        waiters = self._waiting.get(tenant)
        if waiters is not None:
            waiters.pop(waiter, None)
            if not waiters:
                del self._waiting[tenant]

    def _start_polling(self) -> None:
        if self._ask is not None and (self._poll is None or self._poll.done()):
            self._poll = asyncio.get_running_loop().create_task(self._keep_asking(self._ask))

    async def _keep_asking(self, ask: Callable[[Iterable[str]], Awaitable[dict[str, int]]]) -> None:
        failing = False
        while self._waiting and not self._closing:
            await asyncio.sleep(POLL_S)
            try:
                for tenant, seq in (await ask(tuple(self._waiting))).items():
                    self.moved(tenant, seq)
                failing = False
            except (PosError, Refused) as error:  # the database is away or busy: who asks is told, the waiting wait on
                if not failing:
                    log.warning("heads not read", extra=facts(error=error.message_key))
                failing = True


def _wake(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
