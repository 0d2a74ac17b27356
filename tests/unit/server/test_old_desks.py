"""A desk of a released version that was away for weeks: what it made is taken, what it may read it must update for
(H18, F23, F24)."""

from __future__ import annotations

from dataclasses import asdict

import orjson
import pytest

from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import SystemClock
from models.operations.signing import HEADER_WIRE
from models.operations.wire import batch_to_bytes
from tests.support.hub import Member, RunningHub

SINCE_V2 = ("server_epoch", "token", "priors")
"""What a push of the first wire version does not carry."""


def ask(hub: RunningHub, desk: Member, method: str, target: str, body: bytes = b"") -> dict[str, object]:
    """As a program of version 0.1 asks."""
    signer = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock())
    headers = signer.headers(method, target, body) | {HEADER_WIRE: "1"}
    line = Line(hub.url)
    try:
        answer: dict[str, object] = orjson.loads(line.ask(method, target, headers, body))
        return answer
    finally:
        line.close()


def test_h18_an_old_desk_may_always_push_and_must_update_to_pull(hub: RunningHub) -> None:
    desk = hub.member(hub.practice())
    patient = desk.stream.patient()
    desk.stream.copay(patient, desk.stream.charge(patient, 2_500), 2_500)
    plain = orjson.loads(batch_to_bytes(desk.stream.batch()))
    old = orjson.dumps({name: value for name, value in plain.items() if name not in SINCE_V2})
    for verdict in ("accepted", "duplicate"):  # and again, when the answer was lost
        told = ask(hub, desk, "POST", "/v1/sync/push", old)
        results = told["results"]
        assert isinstance(results, list)
        assert {result["verdict"] for result in results} == {verdict}
    cursor = asdict(hub.store.head(desk.identity.tenant))
    for target in (
        f"/v1/sync/pull?epoch={cursor['server_epoch']}&after=0",
        "/v1/sync/wait?after=0",
        "/v1/sync/snapshot",
    ):
        with pytest.raises(HubRefusal) as refused:
            ask(hub, desk, "GET", target)
        assert (refused.value.status, refused.value.message_key) == (426, "sync.update_needed")
    assert hub.store.verify(desk.identity.tenant, deep=True) == []
