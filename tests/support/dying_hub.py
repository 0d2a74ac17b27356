"""A hub that is killed while it takes money from home: a process that has loaded everything forks one for each life."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

from models.basics.points import Point
from server.settings import HubSettings
from tests.support.online import KEY, SECRET
from tests.support.simulators import StripeProcess

ROOT = Path(__file__).resolve().parents[2]

_BREEDER = """
import json, os, signal, sys, threading
from pathlib import Path
import stripe  # loaded once, before any life begins
from models.basics.points import Point, visited_by
from models.store.hub_online import HubOnline
from server.online.offered import ChargeAsk, CheckoutAsk
from server.online.settings import Account, OnlineSettings
from server.settings import HubSettings
from tests.support.hub import RunningHub
import models.store.pushing, models.store.online_journal, server.main, sqlcipher3, stripe._http_client, requests


def live(told):
    logging = __import__("logging"); logging.disable(logging.CRITICAL)
    deadly, armed, at = Point(told["point"]), threading.Event(), told["armed_by"]

    def visit(point):
        if point is deadly and (armed.is_set() or not at) and threading.current_thread().name != "messages":
            os.kill(os.getpid(), signal.SIGKILL)

    if at and at != "page":
        known = getattr(HubOnline, at)

        def arming(self, *given):
            armed.set()
            return known(self, *given)

        setattr(HubOnline, at, arming)
    online = OnlineSettings({"": Account(told["key"], told["secret"], told["base"])})
    settings = HubSettings(data_dir=Path(told["folder"]), key_hex=told["file_key"], online=online)
    running = RunningHub(settings.checked())
    with visited_by(visit):
        money = running.hub.online
        say("address", running.url)
        if told["do"] == "checkout":
            begun = money.begin_checkout(told["tenant"], CheckoutAsk(**told["ask"]))
            say("page", begun.url)
            if at == "page":  # what is heard again of before must not end it unsaid
                armed.set()
        elif told["do"] == "charge":
            money.charge_kept_card(told["tenant"], ChargeAsk(**told["ask"]))
            say("over", "")
        elif told["do"] == "wake":
            running.hub.online_worker.wake(told["tenant"])
        threading.Event().wait(60)


def say(*words):
    os.write(1, (json.dumps(words) + "\\n").encode())


for line in sys.stdin:
    child = os.fork()  # nothing is open here
    if not child:
        live(json.loads(line))
    _, how = os.waitpid(child, 0)
    say("dead", os.WTERMSIG(how) if os.WIFSIGNALED(how) else -1)
"""


class DyingHub:
    """Lets a hub serve the file of `settings` and die at a point. Use as a context."""

    def __init__(self, settings: HubSettings, processor: StripeProcess, tenant: str) -> None:
        self._told = {
            "folder": str(settings.data_dir), "file_key": settings.key_hex, "key": KEY, "secret": SECRET,
            "base": processor.base, "tenant": tenant,
        }  # fmt: skip
        self._breeder = subprocess.Popen([sys.executable, "-c", _BREEDER], cwd=ROOT, stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, bufsize=0)  # fmt: skip
        self._rest = b""

    def __enter__(self) -> DyingHub:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        assert self._breeder.stdin is not None
        assert self._breeder.stdout is not None
        self._breeder.kill()
        self._breeder.stdin.close()
        self._breeder.wait(20)
        self._breeder.stdout.close()

    def live(self, point: Point, do: str, ask: dict[str, Any] | None = None, armed_by: str = "") -> None:
        """Begin a life: it does one thing, and dies at `point`, where `armed_by` names a method of `HubOnline` only
        once that was called, or is `page`: once the page was made."""
        assert self._breeder.stdin is not None
        told = {**self._told, "point": point.value, "do": do, "ask": ask or {}, "armed_by": armed_by}
        self._breeder.stdin.write(json.dumps(told).encode() + b"\n")

    def says(self, word: str, wait_s: float = 30.0) -> Any:
        """Wait until the hub says this; what it says with it."""
        while True:
            said, about = self._line(wait_s)
            if said == word:
                return about
            assert said != "dead", f"died before it said {word}"

    def dies(self) -> None:
        """Wait until it is dead: by SIGKILL, as meant."""
        while True:
            said, about = self._line(60.0)
            if said == "dead":
                assert about == 9
                return

    def _line(self, wait_s: float) -> tuple[str, Any]:
        assert self._breeder.stdout is not None
        while b"\n" not in self._rest:
            with selectors.DefaultSelector() as selector:
                selector.register(self._breeder.stdout, selectors.EVENT_READ)
                if not selector.select(wait_s):
                    raise TimeoutError("the hub says nothing")
            got = self._breeder.stdout.read(65536)
            if not got:
                raise EOFError("the hub's process has ended")
            self._rest += got
        line, _, self._rest = self._rest.partition(b"\n")
        said, about = json.loads(line)
        return said, about
