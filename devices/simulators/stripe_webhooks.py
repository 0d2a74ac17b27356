"""Webhooks of the simulated Stripe: signed events, posted to one address, and what becomes of them on the way."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlsplit

from devices.simulators.faults import FaultPlan

TOLERANCE_S = 5.0


class Webhooks:
    """Delivers events to `url` (`http://…`), signed with `secret`; without an address they are only kept."""

    def __init__(self, plan: FaultPlan, url: str = "", secret: str = "whsec_simulated") -> None:  # noqa: S107
        self._plan, self._url, self._secret = plan, url, secret
        self._waiting: asyncio.Queue[tuple[dict[str, Any], bool]] = asyncio.Queue()
        self._held: dict[str, Any] | None = None
        self.delivered = 0

    def turn_to(self, where: str) -> None:
        """From now on deliver there: `URL SECRET`; nothing: nowhere."""
        self._url, _, secret = where.partition(" ")
        self._secret = secret or self._secret

    def tell(self, event: dict[str, Any]) -> None:
        """An event happened."""
        if not self._url or self._plan.take("webhook-lost"):
            return
        if self._held is None and self._plan.take("webhook-reordered"):
            self._held = event
            return
        late = self._plan.take("webhook-late")
        if late:
            asyncio.get_running_loop().call_later(late.seconds(5.0), self._send_soon, event)
        else:
            self._send_soon(event)
        if self._plan.take("webhook-twice"):
            self._send_soon(event)
        if self._held is not None:
            held, self._held = self._held, None
            self._send_soon(held)

    async def run(self) -> None:
        """Deliver, one after another, for ever."""
        while True:
            event, signed = await self._waiting.get()
            try:
                await asyncio.wait_for(self._deliver(event, signed=signed), TOLERANCE_S)
                self.delivered += 1
            except (OSError, TimeoutError):  # nobody listens: a real one would try again for days
                continue

    def _send_soon(self, event: dict[str, Any]) -> None:
        self._waiting.put_nowait((event, self._plan.take("webhook-unsigned") is None))

    async def _deliver(self, event: dict[str, Any], *, signed: bool) -> None:
        payload = json.dumps(event).encode()
        at = int(time.time())
        mark = hmac.new(self._secret.encode(), b"%d." % at + payload, hashlib.sha256).hexdigest()
        signature = f"t={at},v1={mark if signed else '0' * 64}"
        parts = urlsplit(self._url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
        head = (
            f"POST {parts.path or '/'} HTTP/1.1\r\nhost: {parts.netloc}\r\ncontent-type: application/json\r\n"
            f"stripe-signature: {signature}\r\ncontent-length: {len(payload)}\r\nconnection: close\r\n\r\n"
        )
        writer.write(head.encode() + payload)
        await writer.drain()
        await reader.readline()
        writer.close()
