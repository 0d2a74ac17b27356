"""The line between desks and hub: every way it can lose, double, cut and disorder what travels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

from app.sync.line import Line, Reply
from models.basics.errors import SyncLater
from tests.simulator.hub import HubGone, SimHub

Request = tuple[str, str, dict[str, str], bytes]
PORTAL = Reply(200, b"<html>Welcome to our guest network</html>", "text/html; charset=utf-8", 0)
PROXY = Reply(502, b"<html>Bad gateway</html>", "text/html", 0)


class Network:
    """Carries requests to the hub. `weather` names the faults that may befall one (see FAULTS), `bad` how many of a
    hundred it befalls."""

    def __init__(self, hub: SimHub, met: Counter[str]) -> None:
        self.hub, self.met = hub, met
        self.weather: tuple[str, ...] = ()
        self.bad = 0
        self.down: set[str] = set()
        self.rng = Random(0)
        self.late: list[Request] = []
        self.answered = 0

    def carry(self, desk: str, request: Request) -> Reply:
        """One exchange. Raises SyncLater as the real line does."""
        if desk in self.down:
            raise SyncLater("sync.hub_unreachable")
        if not self.weather or self.rng.randrange(100) >= self.bad:
            return self._deliver(request)
        fault = self.rng.choice(self.weather)
        self.met[fault] += 1
        return _HOW[fault](self, request)

    def deliver_late(self) -> str:
        """Something that was on its way for long arrives now (F3, F4). Returns what it was, or nothing."""
        if not self.late:
            return ""
        request = self.late.pop(self.rng.randrange(len(self.late)))
        try:
            self.hub.answer(*request)
        except HubGone:
            self.hub.crash()
        return request[1].partition("?")[0]

    def _deliver(self, request: Request) -> Reply:
        try:
            reply = self.hub.answer(*request)
        except HubGone:
            self.hub.crash()
            raise SyncLater("sync.line_broken") from None
        self.answered += 1
        return reply

    # One method for each fault ----------------------------------------------------------------------------------------

    def _request_lost(self, request: Request) -> Reply:
        raise SyncLater("sync.hub_unreachable")

    def _reply_lost(self, request: Request) -> Reply:
        self._deliver(request)
        raise SyncLater("sync.line_broken")

    def _doubled(self, request: Request) -> Reply:
        reply = self._deliver(request)
        self.late.append(request)
        return reply

    def _reordered(self, request: Request) -> Reply:
        self.late.append(request)
        raise SyncLater("sync.hub_slow")

    def _cut(self, request: Request) -> Reply:
        if self.rng.randrange(2):
            method, target, headers, body = request
            self._deliver((method, target, headers, body[: self.rng.randrange(len(body) + 1)]))
            raise SyncLater("sync.line_broken")
        reply = self._deliver(request)
        return Reply(reply.status, reply.body[: self.rng.randrange(len(reply.body) + 1)], reply.content_type, 0)

    def _slow(self, request: Request) -> Reply:
        self._deliver(request)
        raise SyncLater("sync.hub_slow")

    def _portal(self, request: Request) -> Reply:
        return PORTAL

    def _proxy(self, request: Request) -> Reply:
        if self.rng.randrange(2):
            raise SyncLater("sync.tls_failed")
        return PROXY

    def _bug(self, request: Request) -> Reply:
        self.hub.plan = ["hub_before_commit:bug"]
        return self._planned(request)

    def _crash(self, request: Request) -> Reply:
        self.hub.plan = [self.rng.choice(["hub_before_commit:gone", "hub_after_commit:gone"])]
        return self._planned(request)

    def _connection_lost(self, request: Request) -> Reply:
        self.hub.plan = [self.rng.choice(["hub_before_commit:away", "hub_after_commit:away", "hub_after_commit:away"])]
        return self._planned(request)

    def _again(self, request: Request) -> Reply:
        self.hub.plan = ["hub_before_commit:again"] * self.rng.randint(1, 2)
        return self._planned(request)

    def _planned(self, request: Request) -> Reply:
        try:
            return self._deliver(request)
        finally:
            self.hub.plan = []

    def _storm(self, request: Request) -> Reply:
        self.hub.busy(on=True)
        try:
            return self._deliver(request)
        finally:
            self.hub.busy(on=False)

    def _tampered(self, request: Request) -> Reply:
        method, target, headers, body = request
        if body:
            return self._deliver((method, target, headers, _altered(body, self.rng)))
        return self._deliver((method, _altered(target.encode(), self.rng).decode(), headers, body))


def _altered(data: bytes, rng: Random) -> bytes:
    """One digit is another one: what a forger would try."""
    places = [n for n, byte in enumerate(data) if 48 <= byte <= 57]
    if not places:
        return data[:-1]
    at = rng.choice(places)
    return data[:at] + bytes([48 + (data[at] - 48 + rng.randint(1, 9)) % 10]) + data[at + 1 :]


_HOW: dict[str, Callable[[Network, Request], Reply]] = {
    "F1": Network._request_lost, "F2": Network._reply_lost, "F3": Network._doubled, "F4": Network._reordered,
    "F5": Network._cut, "F6": Network._slow, "F7": Network._portal, "F8": Network._proxy, "F9": Network._bug,
    "F10": Network._crash, "F11": Network._connection_lost, "F12": Network._again, "F13": Network._storm,
    "F33": Network._tampered,
}  # fmt: skip


class SimLine(Line):
    """A desk's line: only the wire itself is ours, what an answer means is the real line's business."""

    def __init__(self, network: Network, desk: str) -> None:  # without the real one's sockets
        self._network, self._desk, self._host = network, desk, "127.0.0.1:1"

    def close(self) -> None:
        """Nothing is kept open."""

    def exchange(self, method: str, target: str, headers: dict[str, str], body: bytes = b"",
                 read_s: float = 0.0) -> Reply:  # fmt: skip
        return self._network.carry(self._desk, (method, target, headers, body))
