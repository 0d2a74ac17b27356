"""The hub in this thread: its real routes, rights and store; crashes, lost connections and restores of its database."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

from starlette.requests import Request
from starlette.responses import Response

from app.sync.line import Reply
from models.basics.clock import Clock, utc_text
from models.basics.errors import PosError, StorageError
from models.basics.points import Point
from models.operations.kinds import KINDS
from models.operations.protocol import Cursor
from models.store import engine
from models.store.hub import HubStore
from models.store.hub_repair import begin_epoch
from models.store.marks import LogMarks
from models.store.reading import Readers
from server.carriers import Fate, Outcome, Parcel
from server.deps import MOST_IN_HAND, Address, Hub
from server.main import _answer_error
from server.messages import MessageWorker
from server.online.settings import OnlineSettings
from server.portal import link_routes
from server.portal.keys import Keys
from server.portal.web import page
from server.refusals import Refused, answer_refused
from server.routes import enrolment, repair, sync
from server.settings import HubSettings
from server.snapshots import emptied
from tests.simulator.processor import ACCOUNT, Processor, ThreadLine

T = TypeVar("T")
KEY = "c0" + "0123456789abcdef" * 3 + "77" * 7
MARKS = b"beside the certificate, not in it"
COLLECT = "payment.collect"
OWN = {COLLECT: KINDS[COLLECT]}
"""What the hub's program knows, whatever version the desk that asks has."""

ACCOUNTS = OnlineSettings({"CLINIC": ACCOUNT})
"""One of the practices takes money from home."""
PATHS = {route.path: route.endpoint for route in (*sync.ROUTES, *repair.ROUTES)} | {"/v1/enrol": enrolment.enrol}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile("/pay" + re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", path))


PAGES = [(method, _pattern(path), page(work, form=method == "POST", place=place))
         for method, path, work, place in link_routes.LINK_PAGES]  # fmt: skip
"""The pages of one-time links, as their routes have them."""


class PlainKeys(Keys):
    """Addresses of links whose practices have plain names here."""

    def pay_token(self, tenant: str, link_id: str) -> str:
        return f"{tenant}~{link_id}"

    def read_pay_token(self, token: str) -> tuple[str, str] | None:
        tenant, _, link_id = token.partition("~")
        return (tenant, link_id) if link_id else None


class HubGone(BaseException):
    """The hub's process ends here, whatever it was doing."""


class Again(Exception):
    """The database asks for the transaction once more."""

    sqlstate = "40001"


class ThisThread(Hub):
    """The hub's parts, with its work done at once instead of on threads."""

    async def _run(self, _pool: Any, work: Any, *arguments: Any) -> Any:
        if self._in_hand >= MOST_IN_HAND:
            raise Refused(429, "sync.hub_busy", retry_after_s=1)
        return work(*arguments)

    async def go_on(self, work: Any, *arguments: Any) -> Any:
        return work(*arguments)


_NOT_SENT = {"later": Outcome(Fate.LATER), "never": Outcome(Fate.NEVER, "address_refused"),
             "broken": Outcome(Fate.BROKEN, "mail_login")}  # fmt: skip


class MailServer:
    """Takes mail; `next` is how the coming one goes. `taken` counts by the message's own key, which is how a real one
    knows a second copy."""

    def __init__(self) -> None:
        self.taken = Counter[str]()
        self.next = "fine"

    def carry(self, parcel: Parcel) -> Outcome:
        """Try once. Raises HubGone."""
        how, self.next = self.next, "fine"
        if how in _NOT_SENT:
            return _NOT_SENT[how]
        if how == "dies_before":
            raise HubGone
        self.taken[parcel.key] += 1
        if how == "dies_after":
            raise HubGone
        return Outcome(Fate.SENT, reference=parcel.key)


class SimHub:
    """One hub process after the other over one database file."""

    def __init__(self, folder: Path, clock: Clock, processor: Callable[[], Processor]) -> None:
        """`processor`: whom patients pay with from home; made when it is first asked for."""
        self.folder, self.clock, self._processor = folder, clock, processor
        self.plan: list[str] = []
        """What goes wrong with the coming transactions: see FAULTS."""
        self.skip = 0
        """So many boundaries that fit are passed before it does."""
        self.mail = MailServer()
        self.died = False
        self.store: HubStore
        self.hub: ThisThread
        self.start()

    def start(self) -> None:
        """A new process: nonces, waiting desks and snapshots are forgotten."""
        emptied(self.folder / "snapshots")
        self.store = HubStore.open(engine.sqlite_engine(self.folder / "hub.db", KEY), self.clock, upgrade=False,
                                   marks=LogMarks(MARKS))  # fmt: skip
        settings = HubSettings(self.folder, key_hex=KEY, online=ACCOUNTS)
        self.hub = ThisThread(settings, self.store, self.clock, Address("127.0.0.1", 1))
        self.hub.portal.keys = PlainKeys(MARKS)
        self.hub.messages = MessageWorker(self.store, {"email": self.mail}, self.clock, lambda _tenant: None,
                                          alone=True, portal=self.hub.portal)  # fmt: skip
        self.hub.online.line = self._line  # type: ignore[method-assign,assignment]
        self._readers = Readers(self.folder / "hub.db", KEY)

    def crash(self) -> None:
        """The process is gone, and another one starts; messages it was at are let go, as its own thread does."""
        self.died = True
        self.close()
        self.start()
        for tenant in self.store.tenants():
            self.store.messages.release_all(tenant)

    def visit(self, point: Point) -> None:
        """What was planned happens at the next boundary of a transaction it fits."""
        if not self.plan or self.plan[0].partition(":")[0] != point.value:
            return
        if self.skip:
            self.skip -= 1
            return
        how = self.plan.pop(0).partition(":")[2]
        if how == "gone":
            raise HubGone
        if how == "again":
            raise Again
        if how == "bug":
            raise ZeroDivisionError("a bug of the hub")
        raise StorageError("store.hub_database_away")

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """What the routes answer to a request as it arrives. Raises HubGone."""
        path, _, query = target.partition("?")
        request = self._request(method, path, query, headers, body, _path_params(path))
        endpoint = PATHS.get(path) or PATHS["/v1/sync/snapshot/{chunk}"]
        response: Response
        try:
            with mock.patch.dict(KINDS, OWN):
                response = _at_once(endpoint(request))
        except Refused as refused:
            response = _at_once(answer_refused(request, refused))
        except PosError as error:
            response = _at_once(_answer_error(request, error))
        except Exception:  # as the server does with a bug
            response = Response("Internal Server Error", 500, media_type="text/plain")
        wait = response.headers.get("Retry-After", "")
        return Reply(response.status_code, bytes(response.body), response.headers.get("Content-Type", ""),
                     int(wait) if wait.isdigit() else 0)  # fmt: skip

    def _request(
        self, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes, named: dict[str, str]
    ) -> Request:  # fmt: skip
        scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
            "app": _App(self.hub), "client": ("127.0.0.1", 1), "path_params": named, "scheme": "http",
            "server": ("127.0.0.1", 1),
        }  # fmt: skip
        return Request(scope, _body(body))

    def _line(self, _tenant: str) -> ThreadLine:
        return ThreadLine(self._processor())

    def page(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """What a patient's browser is answered. Raises HubGone."""
        path, _, query = target.partition("?")
        work, found = next((work, found) for each, pattern, work in PAGES
                           if each == method and (found := pattern.fullmatch(path)))  # fmt: skip
        request = self._request(method, path, query, headers, body, found.groupdict())
        with mock.patch.dict(KINDS, OWN):
            answer: Response = _at_once(work(request))  # type: ignore[arg-type]
            return answer

    def look_after_home(self, tenants: tuple[str, ...], *, poll: bool) -> None:
        """What the hub does by itself about money from home. Raises HubGone."""
        with mock.patch.dict(KINDS, OWN):
            self.hub.online_worker.look_after(tenants, poll=poll)

    def send_mail(self, tenants: tuple[str, ...]) -> None:
        """What of these practices may go now, once. Raises HubGone."""
        with mock.patch.dict(KINDS, OWN):
            self.hub.messages.work_off(tenants)

    def busy(self, *, on: bool) -> None:
        """So much waits that newcomers are sent away (F13)."""
        self.hub._in_hand = MOST_IN_HAND if on else 0

    def copy_to(self, folder: Path) -> None:
        """A backup of the database, whole and of one moment."""
        for path in self.folder.glob("hub.db*"):
            shutil.copyfile(path, folder / path.name)

    def restore(self, folder: Path, epoch: str) -> None:
        """The database is what it was when it was copied; its log is another one from here on."""
        self.died = True
        self.close()
        for path in self.folder.glob("hub.db*"):
            path.unlink()
        for path in folder.glob("hub.db*"):
            if not path.name.endswith("-shm"):
                shutil.copyfile(path, self.folder / path.name)
        self.start()
        now = utc_text(self.clock.now())
        for tenant in self.store.tenants():
            self.store._transaction(lambda session, t=tenant: begin_epoch(session, t, epoch, now))

    def rows(self, query: str, *values: Any) -> list[Any]:
        """What a query finds in the database, as one who looks from outside."""
        with self._readers.reader() as reader:
            return list(reader.execute(query, values).fetchall())

    def reader(self) -> AbstractContextManager[Any]:
        """A connection that only reads, in one transaction."""
        return self._readers.reader()

    def head(self, tenant: str) -> Cursor:
        """Where a practice's log ends."""
        return Cursor(*self.rows("SELECT server_epoch, seq, hash FROM tenant_head WHERE tenant = ?", tenant)[0])

    def close(self) -> None:
        """The process ends."""
        self.hub.close()
        self._readers.close()
        self.store.close()


class _App:
    def __init__(self, hub: Hub) -> None:
        self.state = self
        self.hub = hub


def _path_params(path: str) -> dict[str, str]:
    return {"chunk": path.rpartition("/")[2]}


def _body(body: bytes) -> Any:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that lets others go first at most, and never has to wait for anything."""
    while True:
        try:
            assert work.send(None) is None, "it waited"
        except StopIteration as done:
            result: T = done.value
            return result
