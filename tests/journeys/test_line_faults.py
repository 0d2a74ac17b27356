"""A line that loses, doubles, delays, cuts and lies (T5): desks over a proxy at a real hub. Whatever the line does,
every act is in the log once, and both desks and the hub agree to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.sync import steps
from tests.support.desks import ClinicDesk, in_step
from tests.support.fault_proxy import FaultProxy
from tests.support.hub import RunningHub
from tests.support.waiting import until


class Line:
    """A proxy that does the same wrong thing to the next `left` exchanges whose head has `about` in it."""

    def __init__(self, port: int) -> None:
        self.left, self.what, self.about = 0, "", b""
        self.proxy = FaultProxy(port, self._fault)

    def will(self, what: str, times: int, about: bytes = b"POST /v1/sync/push") -> None:
        self.what, self.about, self.left = what, about, times

    def _fault(self, head: bytes) -> str:
        if self.left <= 0 or not head.startswith(self.about):
            return ""
        self.left -= 1
        return self.what


class Pair:
    """Two desks of a practice, each behind a line of its own, and what they really took."""

    def __init__(self, hub: RunningHub, folder: Path) -> None:
        self.hub, self.folder, self.tenant = hub, folder, hub.practice()
        self.lines = [Line(hub.address.port), Line(hub.address.port)]
        self.desks = [self.join(name, line) for name, line in zip(("a", "b"), self.lines, strict=True)]
        self.cash_cents = 0
        self.taken: list[str] = []

    def join(self, name: str, line: Line) -> ClinicDesk:
        return ClinicDesk(self.folder / name, self.hub.line(self.tenant, name), name, through=line.proxy.url)

    def work(self, times: int = 3) -> None:
        """Copays at both desks, each sent by itself."""
        for cents in range(1_000, 1_000 + times):
            for desk in self.desks:
                patient, charge = desk.patient(cents)
                self.taken.append(desk.take(patient, charge, cents))
                self.cash_cents += cents
                desk.engine.nudge()

    def work_until(self, condition: Callable[[], bool]) -> None:
        """Go on taking copays: how many exchanges a few of them are is up to the desks."""
        for _ in range(50):
            self.work(1)
            until(lambda: condition() or all(desk.settled() for desk in self.desks), 20)
            if condition():
                return
        raise AssertionError("the line did nothing of what it should do")

    def agree(self) -> None:
        """Everything arrives, once; the books hold, and the drawers hold what was taken."""
        for desk in self.desks:
            desk.engine.nudge()
        until(lambda: in_step(*self.desks), 20)
        logs = [desk.log_ids() for desk in self.desks]
        assert logs[0] == logs[1]
        assert len(logs[0]) == len(set(logs[0])) == 1 + 4 * len(self.taken)
        books = [desk.balances() for desk in self.desks]
        assert books[0] == books[1]
        drawers = [totals for account, totals in books[0].items() if account.startswith("CASH:")]
        assert sum(debits - credits_ for debits, credits_ in drawers) == self.cash_cents
        assert self.hub.store.verify(self.tenant, deep=True) == []
        assert all(desk.store.verify(deep=True) == [] for desk in self.desks)

    def close(self) -> None:
        for desk in self.desks:
            desk.close()
        for line in self.lines:
            line.proxy.close()


@pytest.fixture(scope="module")
def pair(session_sqlite_hub: RunningHub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """One pair for every fault: what a line did before must not matter later."""
    made = Pair(session_sqlite_hub, tmp_path_factory.mktemp("pair"))
    yield made
    made.close()


FAULTS = {
    "f1_request_lost": "request lost", "f2_reply_lost": "reply lost", "f3_delivered_twice": "doubled",
    "f4_out_of_order": "late", "f5_request_cut": "request cut", "f5_reply_cut": "reply cut", "f6_slow": "reply slow",
    "f7_captive_portal": "html", "f8_tls_error": "tls alert", "f8_proxy_error": "bad gateway", "f13_busy": "busy",
}  # fmt: skip


@pytest.mark.parametrize("way", ["push", "pull"])
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_line_does_every_act_counts_once(pair: Pair, fault: str, way: str) -> None:
    about = b"POST /v1/sync/push" if way == "push" else b"GET /v1/sync/pull"
    for line in pair.lines:
        line.will(FAULTS[fault], 2, about)
    pair.work()
    pair.work_until(lambda: all(line.left == 0 for line in pair.lines))
    pair.agree()
    assert all(FAULTS[fault] in line.proxy.met for line in pair.lines)


def test_f6_a_hub_that_says_nothing_is_left_after_a_while(pair: Pair) -> None:
    pair.lines[0].will("silence", 1)
    pair.work(1)
    until(lambda: pair.desks[0].engine.state().cause == "sync.hub_slow", 20)
    assert pair.desks[0].has_payment(pair.taken[0]), "the desk works on"
    pair.agree()


def test_f35_a_snapshot_broken_off_at_every_chunk(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "SNAPSHOT_BEHIND", 10)
    pair.work()
    pair.agree()
    line = Line(pair.hub.address.port)
    pair.lines.append(line)
    every = iter(("", "reply cut") * 500)
    line.proxy.fault = lambda head: next(every) if head.startswith(b"GET /v1/sync/snapshot") else ""
    third = pair.join("c", line)
    pair.desks.append(third)
    until(lambda: in_step(*pair.desks), 30)
    assert line.proxy.met.count("reply cut") >= 2
    assert third.log_ids() == [], "its log begins behind the snapshot"
    assert third.balances() == pair.desks[0].balances()
    assert third.store.verify(deep=True) == []
