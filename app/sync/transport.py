"""What a desk asks of its hub, as calls: push, pull, wait, snapshot, and what a manager asks about desks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from urllib.parse import quote

import orjson

from app.sync.keys import RequestSigner
from app.sync.line import CONNECT_S, READ_S, HubRefusal, Line
from models.basics.clock import Clock, SystemClock, parse_utc
from models.basics.errors import RuleBroken, SyncLater
from models.operations.protocol import (
    Ancestor,
    Cursor,
    EpochAsk,
    EpochGrant,
    Page,
    PushAnswer,
    PushBatch,
    PushConflict,
    Witness,
    Witnessed,
)
from models.operations.signing import HEADER_REPORT
from models.operations.wire import (
    WireInvalid,
    answer_from_bytes,
    batch_to_bytes,
    page_from_bytes,
    plain_from_bytes,
    plain_to_bytes,
    points_to_bytes,
    witness_to_bytes,
)

CONFLICTS = {"sync.gap": "gap", "sync.fork": "fork", "sync.device": "device", "sync.history": "history"}
WITNESS_S = 60.0
SNAPSHOT_S = 120.0
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Advice:
    """How much the hub wants to be sent at once."""

    max_ops: int = 200
    max_bytes: int = 1 << 20
    min_interval_ms: int = 0


class Transport(Protocol):
    """What the steps and the loops ask of a hub, over a line or without one. Every call raises SyncLater (try again by
    itself) or SyncRefused (a person must look); `push` raises PushConflict too."""

    advice: Advice

    @property
    def hub_ahead_ms(self) -> int: ...

    def push(self, batch: PushBatch) -> PushAnswer: ...

    def pull(self, cursor: Cursor, *, limit: int = 1000, wait_s: int = 0) -> Page: ...

    def new_epoch(self, ask: EpochAsk) -> EpochGrant: ...

    def ancestor(self, points: list[tuple[int, str]]) -> Ancestor: ...

    def witness(self, shown: Witness) -> Witnessed: ...

    def snapshot(self) -> dict[str, Any]: ...

    def chunk(self, seq: int, chunk_id: str) -> bytes: ...

    def stop_waiting(self) -> None: ...

    def abort(self) -> None: ...


class HubTransport:
    """A desk's line to the hub it joined. Thread-safe; every call blocks for as long as its patience says.

    Every call raises SyncLater (try again by itself) or SyncRefused (a person must look). A push whose answer was lost
    may have been taken: sending the same again is answered with the same verdicts.
    """

    def __init__(self, hub_url: str, *, device_id: str, private_key_hex: str, fingerprint: str = "",
                 clock: Clock | None = None, connect_s: float = CONNECT_S, read_s: float = READ_S,
                 report: Callable[[], str] | None = None) -> None:  # fmt: skip
        """`report` says what this desk tells of itself with every pull (`HEADER_REPORT`)."""
        self._line = Line(hub_url, fingerprint, connect_s=connect_s)
        self._waiting_line = Line(hub_url, fingerprint, connect_s=connect_s)
        self._signer = RequestSigner(private_key_hex, device_id, clock or SystemClock())
        self._read_s, self._report = read_s, report
        self.advice = Advice()

    @property
    def hub_ahead_ms(self) -> int:
        """How far the hub's clock is ahead of this machine's (negative: behind), as of the last answer."""
        return self._signer.hub_ahead_ms

    def push(self, batch: PushBatch) -> PushAnswer:
        """Send a batch. Raises PushConflict when it does not follow the stream the hub knows."""
        body = self._ask("POST", "/v1/sync/push", batch_to_bytes(batch))
        answer, advice = _understood(answer_from_bytes, body)
        if [result.op_id for result in answer.results] != [op.op_id for op in batch.ops]:
            raise SyncLater("sync.garbled")
        known = {name: value for name, value in advice.items() if name in Advice.__slots__ and value >= 0}
        self.advice = replace(Advice(), **known)
        self._learn_time(answer.server_time)
        return answer

    def pull(self, cursor: Cursor, *, limit: int = 1000, wait_s: int = 0) -> Page:
        """The log after `cursor`; with `wait_s` the hub holds an empty page back until there is something. Raises
        SyncRefused `sync.history_diverged` when the hub's log is not the one the cursor stands in."""
        target = f"/v1/sync/pull?epoch={quote(cursor.server_epoch)}&after={cursor.seq}&hash={cursor.hash}&limit={limit}"
        if wait_s:
            body = self._ask("GET", f"{target}&wait={wait_s}", read_s=self._read_s + wait_s, line=self._waiting_line,
                             told=self._told())  # fmt: skip
        else:
            body = self._ask("GET", target, told=self._told())
        page = _understood(page_from_bytes, body)
        if not wait_s:
            self._learn_time(page.server_time)
        return page

    def snapshot(self) -> dict[str, Any]:
        """The manifest of a snapshot."""
        body = self._ask("GET", "/v1/sync/snapshot", read_s=SNAPSHOT_S)
        manifest = _understood(orjson.loads, body)
        if not isinstance(manifest, dict) or type(manifest.get("seq")) is not int:
            raise SyncLater("sync.garbled")
        return manifest

    def chunk(self, seq: int, chunk_id: str) -> bytes:
        """One chunk of the snapshot whose manifest said `seq`. Raises SyncRefused `sync.snapshot_gone` when the hub
        keeps it no longer."""
        target = f"/v1/sync/snapshot/{quote(chunk_id, safe='')}?seq={seq}"
        return self._ask("GET", target, read_s=SNAPSHOT_S, content_type="application/gzip")

    def new_epoch(self, ask: EpochAsk) -> EpochGrant:
        """A new epoch for this desk's stream; the same question gets the same answer. Raises SyncRefused
        `sync.cloned`."""
        body = self._ask("POST", "/v1/sync/epoch", plain_to_bytes(ask))
        return _understood(lambda told: plain_from_bytes(EpochGrant, told), body)

    def ancestor(self, points: list[tuple[int, str]]) -> Ancestor:
        """The newest of these places of the log, (seq, hash) each, that the hub's log has too."""
        body = self._ask("POST", "/v1/sync/ancestor", points_to_bytes(points))
        return _understood(lambda told: plain_from_bytes(Ancestor, told), body)

    def witness(self, shown: Witness) -> Witnessed:
        """Show the hub what it once served and may have forgotten. Raises SyncRefused `sync.witness_unproven` when it
        does not know its own mark again."""
        body = self._ask("POST", "/v1/sync/witness", witness_to_bytes(shown), read_s=WITNESS_S)
        return _understood(lambda told: plain_from_bytes(Witnessed, told), body)

    def ask_about_desks(self, what: str, question: dict[str, object]) -> dict[str, Any]:
        """Ask what a manager asks of the clinic's desks (`/v1/desks/` and `what`). See `ask`."""
        return self.ask(f"/v1/desks/{what}", question)

    def ask(self, target: str, question: dict[str, object]) -> dict[str, Any]:
        """Ask what a manager may ask. Raises RuleBroken with the hub's own key when a rule says no: nothing was changed
        then."""
        try:
            told = _understood(orjson.loads, self._ask("POST", target, orjson.dumps(question)))
        except HubRefusal as refusal:
            if refusal.status == 422:
                broken = RuleBroken(refusal.message_key)
                broken.facts.update(refusal.facts)
                raise broken from refusal
            raise
        if not isinstance(told, dict):
            raise SyncLater("sync.garbled")
        return told

    def exchange(self, method: str, target: str, body: bytes = b"", *, sent: str = "application/json",
                 wanted: str = "application/json") -> bytes:  # fmt: skip
        """Any other signed question, sent and answered as these content types. Raises HubRefusal with the hub's own
        key."""
        return self._ask(method, target, body, content_type=wanted, sent=sent)

    def stop_waiting(self) -> None:
        """Let a pull that waits for news fail now: its line may be dead without anybody having said so."""
        self._waiting_line.interrupt()

    def abort(self) -> None:
        """Break off what is under way, from another thread, and end."""
        self._line.abort()
        self._waiting_line.abort()

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._line.close()
        self._waiting_line.close()

    def _ask(self, method: str, target: str, body: bytes = b"", read_s: float = 0.0,
             content_type: str = "application/json", line: Line | None = None,
             told: dict[str, str] | None = None, sent: str = "application/json") -> bytes:  # fmt: skip
        """One signed exchange; signed again once when the hub's clock turns out to be another."""
        for attempt in (1, 2):
            headers = {**self._signer.headers(method, target, body), **(told or {})}
            if body:
                headers["Content-Type"] = sent
            try:
                used = line or self._line
                return used.ask(method, target, headers, body, read_s or self._read_s, content_type)
            except HubRefusal as refusal:
                conflict = CONFLICTS.get(refusal.message_key)
                if refusal.status == 409 and conflict is not None:
                    expected, last = refusal.facts.get("expected_dseq", 0), refusal.facts.get("last_hash", "")
                    raise PushConflict(conflict, int(expected or 0), str(last)) from refusal
                if attempt == 2 or refusal.message_key != "auth.stale":
                    raise
                hub_ms = refusal.facts.get("server_time_ms")
                self._signer.hub_ahead_ms = int(hub_ms or 0) - self._signer.now_ms()
        raise AssertionError("unreachable")

    def _told(self) -> dict[str, str]:
        return {HEADER_REPORT: self._report()} if self._report is not None else {}

    def _learn_time(self, server_time: str) -> None:
        """Take the hub's clock from an answer that came at once; a second more or less does not matter."""
        try:
            moment = parse_utc(server_time)
        except ValueError:
            return
        ahead_ms = int(moment.timestamp() * 1000) - self._signer.now_ms()
        if abs(ahead_ms - self._signer.hub_ahead_ms) > 1000:
            self._signer.hub_ahead_ms = ahead_ms


def _understood(read: Callable[[Any], T], content: Any) -> T:
    """What `read` makes of an answer. Raises SyncLater `sync.garbled` when it makes nothing of it."""
    try:
        return read(content)
    except (WireInvalid, ValueError, KeyError, TypeError) as error:
        raise SyncLater("sync.garbled") from error
