"""What the routes stand on: the store, who may ask, who waits. One `Hub` per process, on `app.state.hub`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from starlette.requests import Request

from models.basics.clock import Clock
from models.basics.errors import PosError
from models.operations.joining import JoinLine, fingerprint_group, is_loopback
from models.operations.protocol import Page
from models.store.hub import HubStore
from models.store.vault import Vault
from server.auth import Asked, DeviceAuth
from server.documents import DocumentKeeper
from server.heads import Heads
from server.latest import LatestPages, is_wanted
from server.limits import EnrolmentGuard
from server.messages import MessageWorker, carriers_for
from server.online.service import StripeOnline
from server.online.worker import OnlineWorker
from server.portal.limits import Throttle
from server.portal.portal import Portal
from server.presence import Presence
from server.refusals import Refused
from server.settings import HubSettings
from server.snapshots import SnapshotShelf
from server.tls import own_address

T = TypeVar("T")
READERS, WRITERS = 8, 16
"""Threads for questions and for pushes. Pushes of one tenant wait for one another and are then written together, so
they have threads of their own: nobody's question waits behind them."""

DESKS_AHEAD = 4
"""Of so many desks the one that adds to the log looks up itself whether they may still read; the others ask."""

REPLIES_FROM, REPLIES_OF, REPLIES_WITHIN_S = 600, 30, 600.0
"""Texts that one address (the provider) may pass on, and that may come from one number, in so many seconds."""

MOST_IN_HAND = 1_000
"""Requests that wait for a thread: about a second's worth. Beyond that a desk is asked to come back (429)."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where this hub listens, and how it is known again."""

    host: str
    port: int
    fingerprint: str = ""
    public: str = ""

    @property
    def url(self) -> str:
        """For the desk on this machine. Others use the join line's."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return JoinLine(host, self.port, "", self.fingerprint).address

    @property
    def browser_url(self) -> str:
        """For patients' browsers: under the public address when there is one, always over TLS then."""
        if self.public:
            return f"https://{self.public}"
        return self.join_line("").address

    def join_line(self, code: str) -> JoinLine:
        """What a person carries to a new desk."""
        host, port = self._seen_from_elsewhere()
        return JoinLine(host, port, code, fingerprint_group(self.fingerprint) if self.fingerprint else "")

    def _seen_from_elsewhere(self) -> tuple[str, int]:
        if self.public:
            host, _, port = self.public.partition(":")
            return host, int(port or self.port)
        return (own_address() if self.host in {"0.0.0.0", "::"} else self.host), self.port  # noqa: S104


class Hub:
    """Everything a request needs."""

    def __init__(self, settings: HubSettings, store: HubStore, clock: Clock, address: Address) -> None:
        self.settings, self.store, self.clock, self.address = settings, store, clock, address
        self.auth = DeviceAuth(store, clock)
        self.guard = EnrolmentGuard(clock)
        self.presence = Presence(clock)
        self.snapshots = SnapshotShelf(store, settings.data_dir / "snapshots", settings.transient_key)
        self.heads = Heads(self._read_heads if settings.shared else None)
        self.latest = LatestPages(store.pull_bytes, clock)
        carriers = carriers_for(settings.messages)
        self.portal = Portal(store, settings.mark_key(), clock, carriers, address.browser_url,
                             several=settings.shared)  # fmt: skip
        self.documents = DocumentKeeper(store, Vault(settings.documents_path, settings.documents_key()), clock,
                                        self._log_moved, settings.scan_command)  # fmt: skip
        self.messages = MessageWorker(store, carriers, clock, self._log_moved, alone=not settings.shared,
                                      portal=self.portal, document=self.documents.whole)  # fmt: skip
        self.replies_from = Throttle(clock, REPLIES_FROM, REPLIES_WITHIN_S)
        self.replies_of = Throttle(clock, REPLIES_OF, REPLIES_WITHIN_S)
        self.online = StripeOnline(store, settings.online, clock, self._log_moved)
        self.online_worker = OnlineWorker(self.online, clock, self._log_moved, alone=not settings.shared)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._readers, self._writers = ThreadPoolExecutor(READERS, "read"), ThreadPoolExecutor(WRITERS, "push")
        self._in_hand = 0

    async def run(self, work: Callable[..., T], *arguments: object) -> T:
        """Do blocking work on a thread. Raises Refused (429) when too much is waiting already."""
        return await self._run(self._readers, work, *arguments)

    async def write(self, work: Callable[..., T], *arguments: object) -> T:
        """The same for a push."""
        return await self._run(self._writers, work, *arguments)

    async def go_on(self, work: Callable[..., T], *arguments: object) -> T:
        """The same for a request that was let in before and has waited since: it is never sent away."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, *arguments)

    async def _run(self, pool: ThreadPoolExecutor, work: Callable[..., T], *arguments: object) -> T:
        if self._in_hand >= MOST_IN_HAND:
            raise Refused(429, "sync.hub_busy", retry_after_s=1)
        self._in_hand += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, *arguments)
        finally:
            self._in_hand -= 1

    def serve_ahead(self, tenant: str, grown: Page | None = None) -> None:
        """A log has grown (by `grown`, where that is known), and its desks are about to be told: have at hand what they
        will ask for. Called where the database may be asked."""
        want, desks = self.heads.wanted(tenant)
        if want is None:
            return
        if grown is not None and is_wanted(grown, want):
            self.latest.keep(tenant, want, self.store.page_bytes(tenant, grown))
        else:
            self.latest.make(tenant, want)
        for desk in desks[:DESKS_AHEAD]:
            with suppress(Refused, PosError):  # told to the desk itself
                self.auth.again(desk)

    def start(self) -> None:
        """Begin what runs beside the requests; on the event loop's thread."""
        self._loop = asyncio.get_running_loop()
        self.messages.start()
        self.online_worker.start()

    def close(self) -> None:
        """Let the waiting go, end the running."""
        self.online_worker.close()
        self.messages.close()
        self.documents.close()
        self.heads.close()
        self._readers.shutdown()
        self._writers.shutdown()

    def _log_moved(self, tenant: str) -> None:
        """The hub itself added to a log, on a thread of its own: whoever waits for news hears of it."""
        loop, head = self._loop, self.store.head(tenant)
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self.heads.moved, tenant, head.seq)

    async def _read_heads(self, tenants: Iterable[str]) -> dict[str, int]:
        return await self.run(self.store.heads, tuple(tenants))


def hub_of(request: Request) -> Hub:
    """The hub of this process."""
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub


async def body_of(request: Request, most_bytes: int) -> bytes:
    """What was sent. Raises Refused (413) when it is longer; what is too long is not read to its end."""
    told = request.headers.get("content-length", "0")
    size = int(told) if told.isdigit() else 0
    parts: list[bytes] = []
    if size <= most_bytes:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > most_bytes:
                break
            parts.append(part)
    if size > most_bytes:
        raise Refused(413, "sync.too_large", limit_bytes=most_bytes)
    return b"".join(parts)


async def asked(request: Request, most_bytes: int = 0) -> Asked:
    """The request as it was signed. Raises Refused (413) when the body is longer than `most_bytes`."""
    body = await body_of(request, most_bytes) if most_bytes else b""
    scope = request.scope
    query: bytes = scope["query_string"]
    raw: bytes = scope["raw_path"]
    target = (raw + b"?" + query if query else raw).decode("ascii", "replace")
    return Asked(request.method, target, request.headers, body)


__all__ = ["Address", "Hub", "asked", "body_of", "hub_of", "is_loopback"]
