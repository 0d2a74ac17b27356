"""The hub's web application, and `copaydesk server`, which runs it."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import orjson
import uvicorn
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from models.basics.clock import Clock, SystemClock
from models.basics.errors import PosError, RuleBroken, StorageError, SyncRefused
from models.basics.facts import facts
from models.store.engine import postgres_engine, sqlite_engine
from models.store.hub import HubStore
from models.store.marks import LogMarks
from models.store.paging import fit_pages
from server import practices, presence
from server.care import keep_backed_up
from server.deps import Address, Hub
from server.http import HubProtocol
from server.pages_later import PREFIXES, Application, PagesLater
from server.plan_charges import keep_charging
from server.refusals import Refused, answer_refused, json_response
from server.routes import desks, documents, eligibility, enrolment, health, links, repair, replies, sync, webhooks
from server.settings import HubSettings, settings_from
from server.snapshots import emptied
from server.tidying import keep_room, keep_tidy
from server.tls import Certificate, given_certificate, own_certificate
from server.waiting_money import keep_freeing

log = logging.getLogger(__name__)

IDLE_CONNECTION_S = 120
LAST_ANSWERS_S = 3
"""How long answers under way may take once the hub was asked to end."""


def create_app(
    settings: HubSettings, address: Address | None = None, clock: Clock | None = None, store: HubStore | None = None
) -> FastAPI:
    """The application; `app.state.hub` is what its routes stand on. It opens the store when it starts, unless it was
    given an open one, and closes it when it ends."""
    given_clock = clock or SystemClock()
    where = address or Address(settings.host, settings.port)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = store or open_store(settings, given_clock)
        app.state.hub = Hub(settings, opened, given_clock, where)
        app.state.hub.start()
        if settings.ready_file is not None:
            write_ready_file(settings.ready_file, where)
        tasks = [asyncio.create_task(keep_freeing(app.state.hub)),
                 asyncio.create_task(keep_charging(app.state.hub)),
                 asyncio.create_task(keep_backed_up(app.state.hub)),
                 asyncio.create_task(keep_room(app.state.hub)),
                 asyncio.create_task(keep_tidy(app.state.hub)),
                 asyncio.create_task(presence.keep_writing(app.state.hub))]  # fmt: skip
        yield
        for task in tasks:
            task.cancel()
        app.state.hub.close()
        opened.close()

    app = Application(title="Copaydesk hub", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.router.routes.extend(sync.ROUTES)  # first: the hot path is found at once
    app.router.routes.extend(repair.ROUTES)
    app.router.routes.extend(eligibility.ROUTES)
    app.router.routes.extend(webhooks.ROUTES)
    app.router.routes.extend(replies.ROUTES)
    app.router.routes.extend(documents.ROUTES)
    app.router.routes.extend(links.ROUTES)
    app.include_router(repair.router)
    app.include_router(enrolment.router)
    app.include_router(desks.router)
    app.include_router(health.router)
    PagesLater(app)
    app.add_exception_handler(Refused, answer_refused)
    app.add_exception_handler(PosError, _answer_error)
    app.add_exception_handler(HTTPException, _answer_http)
    return app


async def _answer_error(_request: Request, error: Exception) -> Response:
    """A rule (422), the log (409) or the storage said no (503: the same may work later)."""
    assert isinstance(error, PosError)
    if isinstance(error, StorageError):
        log.error("storage failed", extra=facts(error=error.message_key))
        return json_response({"error": error.message_key, "facts": {}}, 503, {"Retry-After": "2"})
    status = 409 if isinstance(error, SyncRefused) else 422
    return json_response({"error": error.message_key, "facts": error.facts}, status)


async def _answer_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(PREFIXES):
        from server.portal.link_visit import PAY
        from server.portal.web import PORTAL, no_such_page

        place = PAY if request.url.path.startswith(f"{PAY.path}/") else PORTAL
        return await no_such_page(request, error.status_code, place)
    return json_response({"error": f"http.{error.status_code}", "facts": {}}, error.status_code)


def open_store(settings: HubSettings, clock: Clock) -> HubStore:
    """The hub's store, migrated. Raises StorageError: key wrong, damaged, disk full, database away."""
    if settings.shared:
        return HubStore.open(postgres_engine(settings.database_url), clock, marks=LogMarks(settings.mark_key()))
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if settings.database_path.exists():
        fit_pages(settings.database_path, settings.key_hex)
    engine = sqlite_engine(settings.database_path, settings.key_hex)
    return HubStore.open(engine, clock, marks=LogMarks(settings.mark_key()))


SELDOM = (50_000, 20, 50)
"""How often a process that serves looks for garbage: a push makes ten thousand objects that all go by themselves, and
looking at them again and again is a fifth of its time."""


class AppFactory:
    """Makes the application in whichever process serves it. An open store can be handed over within one process."""

    def __init__(self, settings: HubSettings, address: Address, clock: Clock, store: HubStore | None = None) -> None:
        self.settings, self.address, self._clock, self._store = settings, address, clock, store
        self.app: FastAPI | None = None

    def __call__(self) -> FastAPI:
        gc.set_threshold(*SELDOM)
        self.app = create_app(self.settings, self.address, self._clock, self._store)
        return self.app


class HubServer(uvicorn.Server):
    """uvicorn's server, which lets waiting desks go when it ends."""

    def __init__(self, config: uvicorn.Config, factory: AppFactory) -> None:
        super().__init__(config)
        self._factory = factory

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.release()
        await super().shutdown(sockets)

    def release(self) -> None:
        """Answer everybody who waits for news."""
        hub = getattr(self._factory.app.state, "hub", None) if self._factory.app else None
        if isinstance(hub, Hub):
            hub.heads.close()


def write_ready_file(path: Path, address: Address) -> None:
    """Tell where the hub is, whole or not at all: address and fingerprint, nothing secret."""
    told = {"address": address.url, "port": address.port, "fingerprint": address.fingerprint}
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_bytes(orjson.dumps(told))
    draft.replace(path)


def listen(settings: HubSettings) -> socket.socket:
    """The socket desks reach. Raises RuleBroken `hub.port_taken` or `hub.address_unknown`."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # asyncio sends small answers at once (TCP_NODELAY) only on sockets that name TCP; otherwise each waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there the option would let two hubs share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        known = isinstance(error, PermissionError) or error.errno in {getattr(socket, "EADDRINUSE", 98), 98, 48, 10048}
        raise RuleBroken("hub.port_taken" if known else "hub.address_unknown", port=settings.port) from error
    listener.set_inheritable(True)
    return listener


def certificate_for(settings: HubSettings, clock: Clock) -> Certificate | None:
    """What the hub proves itself with; None on this machine's own address."""
    if settings.tls_certificate is not None and settings.tls_key is not None:
        return given_certificate(settings.tls_certificate, settings.tls_key)
    return own_certificate(settings.data_dir, clock) if settings.encrypted else None


def prepare(settings: HubSettings, clock: Clock, store: HubStore | None) -> tuple[HubServer, Address, socket.socket]:
    """A server that only needs to be run, and where it will be reached. Raises RuleBroken."""
    certificate = certificate_for(settings, clock)
    listener = listen(settings)
    port = listener.getsockname()[1]
    fingerprint = certificate.fingerprint if certificate else ""
    address = Address(settings.host, port, fingerprint, settings.public_address)
    emptied(settings.data_dir / "snapshots")
    factory = AppFactory(settings, address, clock, store)
    config = uvicorn.Config(
        factory, factory=True, interface="asgi3", http=HubProtocol, ws="none", loop="asyncio", lifespan="on",
        log_config=None, access_log=False, server_header=False, proxy_headers=False, workers=settings.workers,
        timeout_keep_alive=IDLE_CONNECTION_S, timeout_graceful_shutdown=LAST_ANSWERS_S,
        ssl_certfile=str(certificate.certificate) if certificate else None,
        ssl_keyfile=str(certificate.key) if certificate else None,
    )  # fmt: skip
    return HubServer(config, factory), address, listener


def server_command(options: argparse.Namespace) -> int:
    """`copaydesk server`. Returns the exit status; raises PosError when the hub cannot start (nothing is served)."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    clock = SystemClock()
    if options.embedded:
        from server.embedded import run_embedded

        return run_embedded(options, clock)
    settings = settings_from(options)
    if options.backup or options.restore:
        return _care_for(options, settings, clock)
    if options.add_practice or options.join_code:
        return _administer(options, settings, clock)
    store: HubStore | None = open_store(settings, clock)  # migrates, and says what is wrong before anything listens
    if store is not None and settings.workers > 1:
        store.close()
        store = None
    server, address, listener = prepare(settings, clock, store)
    print(f"Copaydesk hub at {address.join_line('').address}. Stop it with Ctrl+C.", flush=True)
    return run(server, listener)


def allow_many_desks() -> None:
    """Let this process have as many connections as the system permits: each desk that waits for news holds one."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def run(server: HubServer, listener: socket.socket) -> int:
    """Serve until asked to end."""
    allow_many_desks()
    if server.config.workers > 1:
        from uvicorn.supervisors.multiprocess import Multiprocess

        Multiprocess(server.config, [listener]).run()
        return 0
    asyncio.run(server.serve([listener]))
    return 0 if server.started else 3


def _administer(options: argparse.Namespace, settings: HubSettings, clock: Clock) -> int:
    """Add a practice, or print a join line for one that is there."""
    store = open_store(settings, clock)
    try:
        certificate = certificate_for(settings, clock)
        address = Address(settings.host, settings.port, certificate.fingerprint if certificate else "",
                          settings.public_address)  # fmt: skip
        tenant = options.join_code or practices.add(store, options.add_practice, options.timezone)
        code = practices.join_code(store, tenant, options.desk)
    finally:
        store.close()
    print(f"Practice {tenant}\nJoin line for {options.desk}, valid for 10 minutes, once:\n")
    print(f"  {address.join_line(code)}\n")
    return 0


def _care_for(options: argparse.Namespace, settings: HubSettings, clock: Clock) -> int:
    """Make a backup, or put one in place."""
    from server import care

    if options.restore:
        manifest = care.restore(settings, clock, options.restore, options.recovery_key_file, replace=options.replace)
        print(f"Restored {len(manifest.heads)} practices as of {manifest.created_at}. Desks send what came after.")
        return 0
    care.let_others_first()
    key, made = care.recovery_key(settings.data_dir)
    if made:
        print(f"Recovery key, without which no backup opens: {key}\nWrite it down; keep it away from this machine.")
    path, manifest = care.back_up(settings, clock, options.backup)
    print(f"Backed up and checked: {path} ({manifest.log_rows} entries of {len(manifest.heads)} practices)")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """The hub as a program of its own: `python -m server`."""
    from server.options import add_options

    parser = argparse.ArgumentParser(prog="copaydesk server", description="The clinic's hub.")
    add_options(parser)
    try:
        return server_command(parser.parse_args(arguments))
    except PosError as error:
        print(f"copaydesk server: {error}", file=sys.stderr)
        return 2
