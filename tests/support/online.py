"""A hub that takes money from home, with a processor on this machine and a desk: on either database."""

from __future__ import annotations

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from models.basics.ids import new_id
from models.operations import records
from models.operations.protocol import Cursor
from models.store.hub import HubStore
from server.online.offered import Begun, CheckoutAsk
from server.online.service import StripeOnline
from server.online.settings import Account
from server.online.worker import OnlineWorker
from tests.support.hub import Member, RunningHub
from tests.support.simulators import StripeProcess, stripe_running
from tests.support.stream import DAY

KEY, SECRET = "rk_test_hub", "whsec_simulated"
BACK = "http://127.0.0.1:9/portal/back/{attempt}"
VISA, DECLINED, ASKS = "4242424242424242", "4000000000009995", "4000002760003184"
ACCOUNT, CLOSED, BROKE = "000123456789", "000111111113", "000222222227"
"""Bank accounts: one that pays, one that was closed, one without funds."""


@pytest.fixture(scope="module")
def processor() -> Iterator[StripeProcess]:
    """One simulated account for a module's tests."""
    with stripe_running("--key", KEY, "--reader", "") as running:
        yield running


class Home:
    """A practice at a hub, whose patients pay from home. `guarantor` owes 30, her `child` 45 (N48)."""

    def __init__(self, hub: RunningHub, processor: StripeProcess, *, tenant: str = "") -> None:
        self.running, self.processor = hub, processor
        self.tenant = tenant or hub.practice()
        self.desk: Member = hub.member(self.tenant)
        self.guarantor, self.child = new_id(), new_id()
        stream = self.desk.stream
        stream.add(records.Patient(id=self.guarantor, family="Quillfeather", given="Ada", birth_date="1984-03-14",
                                   email="ada@home.test"))  # fmt: skip
        stream.add(records.Patient(id=self.child, family="Quillfeather", given="Bea", birth_date="2016-03-14",
                                   guarantor_id=self.guarantor))  # fmt: skip
        self.own, self.childs = stream.charge(self.guarantor, 3_000), stream.charge(self.child, 4_500)
        self._pushed = 0
        self.push()

    def push(self) -> list[str]:
        """Send what the desk has added. Returns the verdicts."""
        stream = self.desk.stream
        answer = self.store.push(self.tenant, stream.batch(self._pushed + 1))
        self._pushed = stream.dseq
        if any(op.kind == "refund.request" for op in stream.ops):
            self.running.hub.online_worker.wake(self.tenant)
        return [result.verdict for result in answer.results]

    def caught_up(self) -> None:
        """The hub has all the desk has added, by another way."""
        self._pushed = self.desk.stream.dseq

    def say(self, *bodies: object) -> list[str]:
        """Let the desk do something. Returns the verdicts."""
        for body in bodies:
            self.desk.stream.add(body)
        return self.push()

    def rules(self, **wanted: Any) -> None:
        """The practice's rules."""
        assert self.say(records.Rules(**wanted)) == ["accepted"]

    @property
    def store(self) -> HubStore:
        return self.running.store

    @property
    def money(self) -> StripeOnline:
        return self.running.hub.online

    @property
    def worker(self) -> OnlineWorker:
        return self.running.hub.online_worker

    def look_after(self) -> None:
        """What the hub does by itself every minute."""
        self.worker.look_after([self.tenant], poll=True)

    def begin(self, cents: int = 6_000, key: str = "", **more: Any) -> Begun:
        """A page to pay on."""
        return self.money.begin_checkout(self.tenant, CheckoutAsk(
            key=key or new_id(), patient_id=more.pop("patient_id", self.guarantor), amount_cents=cents,
            channel="portal", return_url=BACK, **more,
        ))  # fmt: skip

    def entries(self, *kinds: str) -> list[dict[str, Any]]:
        """Bodies of the log's operations of these kinds, in order."""
        page = self.store.pull(self.tenant, Cursor("", 0, "0" * 64))
        return [entry.op["body"] for entry in page.entries if entry.op["kind"] in kinds]

    def kinds(self) -> list[str]:
        """What the hub said of money from home, in order."""
        page = self.store.pull(self.tenant, Cursor("", 0, "0" * 64))
        return [entry.op["kind"] for entry in page.entries if entry.op["device"] == "hub" and
                entry.op["kind"].partition(".")[0] in ("online", "payment", "refund", "card", "dispute")]  # fmt: skip

    def figures(self) -> tuple[int, int, int]:
        """(guarantor owes, child owes, unallocated of both)."""

        def work(session: Any) -> tuple[int, int, int]:
            def net(which: str, **values: str) -> int:
                return int(session.one("SELECT coalesce(sum(debits - credits), 0) FROM account WHERE tenant = :tenant "
                                       f"AND {which}", tenant=self.tenant, **values)[0])  # fmt: skip

            return (net("id = :id", id=f"AR:{self.own}"), net("id = :id", id=f"AR:{self.childs}"),
                    -net("code IN ('CR', 'CRE')"))  # fmt: skip

        found: tuple[int, int, int] = self.store._look(work, self.tenant)
        return found

    def column(self, query: str) -> list[Any]:
        """The first column of a query with `:tenant`."""
        rows = self.store._look(lambda session: session.rows(query, tenant=self.tenant), self.tenant)
        return [row[0] for row in rows]

    def holds(self) -> None:
        """The books hold, and the log has what the processor took."""
        assert self.store.verify(self.tenant, deep=True) == []


def pay(url: str, number: str = VISA, **more: str) -> tuple[int, str]:
    """Fill the processor's page in. Returns (status, where it leads)."""
    return _typed(url, {"number": number, "expiry": "12 / 34", "cvc": "123", **more})


def pay_by_bank(url: str, account: str = ACCOUNT) -> tuple[int, str]:
    """The same with a bank account: its bank answers when `settle-debits` is told."""
    return _typed(url, {"holder": "Ada Quillfeather", "routing": "110000000", "account": account})


def _typed(url: str, values: dict[str, str]) -> tuple[int, str]:
    parts, body = urlsplit(url), urlencode(values)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    line.request("POST", parts.path, body, {"content-type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    found = answer.status, answer.getheader("location") or ""
    answer.read()
    line.close()
    return found


@contextmanager
def home_at(running: RunningHub, processor: StripeProcess) -> Iterator[Home]:
    """A practice of its own at a hub that serves many, with an account of its own at the processor."""
    processor.reset()
    tenant = running.practice()
    accounts = running.hub.settings.online.accounts
    assert isinstance(accounts, dict)
    name = account_name(tenant)
    accounts[name] = Account(KEY, SECRET, processor.base)
    try:
        home = Home(running, processor, tenant=tenant)
        turn_webhooks(home)
        yield home
    finally:
        processor.tell("webhook")
        del accounts[name]
        running.hang_up()


def account_name(tenant: str) -> str:
    """Under which name a hub's settings know a practice's account."""
    return tenant.replace("-", "_").upper()


def turn_webhooks(home: Home) -> None:
    """Let the processor tell this hub what happens."""
    home.processor.tell(f"webhook {home.running.url}/stripe/webhooks/{home.tenant} {SECRET}")


__all__: Sequence[str] = (
    "ACCOUNT", "ASKS", "BROKE", "CLOSED", "DAY", "DECLINED", "Home", "home_at", "pay", "pay_by_bank", "processor",
    "turn_webhooks",
)  # fmt: skip
