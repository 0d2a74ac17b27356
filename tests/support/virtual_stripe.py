"""The simulated processor without sockets and without real time: a thousand payments with faults in some seconds.

The driver's library talks to the simulator by a call. Whoever waits (the driver, the library between its retries, the
patient, the bank) lets the clock of one loop jump; nothing runs beside anything, and a seed plays the same game again.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import stripe

from devices.simulators.faults import FaultPlan
from devices.simulators.stripe_faults import FAULTS
from devices.simulators.stripe_http import NoAnswer, Request, nested
from devices.simulators.stripe_readers import Manner
from devices.simulators.stripe_simulator import StripeSimulator


class _Jumping(selectors.SelectSelector):
    """Never waits: the time to wait is added to the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> Any:
        if timeout:
            self.now += timeout
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


class Killed(BaseException):
    """The program died here."""


class VirtualStripe:
    """An account with a reader, and time. As `ticks` it is what drivers wait by."""

    def __init__(self, bank_s: float = 0.8, present_after_s: float = 1.0) -> None:
        self.loop = _Loop()
        self.plan = FaultPlan(FAULTS)
        self.simulator = self.run(self._made(Manner(present_after_s, bank_s)))
        self.reader = self.simulator.furnish("stripe_s700")
        self.die_in: int | None = None

    async def _made(self, manner: Manner) -> StripeSimulator:
        return StripeSimulator(self.plan, manner, lambda _text: None)

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something in the simulator's world."""
        return self.loop.run_until_complete(work)

    def now(self) -> float:
        """Seconds of the virtual clock."""
        return self.loop.time()

    def sleep(self, seconds: float) -> None:
        """Let time go by."""
        self.run(asyncio.sleep(seconds))

    def close(self) -> None:
        """End what still runs."""
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.sleep(0)
        self.loop.close()

    def client(self, _base: str, key: str, timeout: tuple[float, float], retries: int) -> stripe.StripeClient:
        """What the driver's line makes, over a call instead of a socket."""
        return stripe.StripeClient(key, max_network_retries=retries, http_client=_Direct(self, timeout[1]),
                                   base_addresses={"api": "https://api.stripe.com"})  # fmt: skip

    def ask(self, request: Request, timeout_s: float) -> tuple[str, int, Mapping[str, str]]:
        """One request and its answer. Raises APIConnectionError where none comes in time, Killed when it is time."""
        dies = self._dies()
        if dies == "before":
            raise Killed
        task = self.loop.create_task(self.simulator.answer(request))
        self.run(asyncio.wait({task}, timeout=timeout_s))
        if dies == "after":
            raise Killed
        if not task.done():
            raise stripe.APIConnectionError("timed out", should_retry=True)
        try:
            response = task.result()
        except NoAnswer:
            raise stripe.APIConnectionError("connection lost", should_retry=True) from None
        head, _, body = response.bytes().partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        return body.decode(), response.status, headers

    def _dies(self) -> str:
        if self.die_in is None:
            return ""
        self.die_in -= 1
        return {-1: "before", -2: "after"}.get(self.die_in, "")


class _Direct(stripe.HTTPClient):
    """The library's way out, without a wire."""

    name = "direct"

    def __init__(self, world: VirtualStripe, timeout_s: float) -> None:
        super().__init__(verify_ssl_certs=False)
        self._world, self._timeout_s = world, timeout_s

    def request(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, str]]:
        parts = urlsplit(url)
        said = (post_data or "") if method == "post" else parts.query
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        params = nested(parse_qsl(said, keep_blank_values=True))
        return self._world.ask(Request(method.upper(), parts.path, params, lower, said), self._timeout_s)

    def close(self) -> None: ...
