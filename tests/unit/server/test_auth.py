"""Who may ask what: signatures that are wrong, old, used, of nobody, of another clinic, or of a revoked desk."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from app.sync.join import new_device_key
from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import FixedClock, SystemClock
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.operations.signing import HEADER_DEVICE, HEADER_NONCE, HEADER_SIGNATURE, HEADER_TIME, HEADER_WIRE
from models.operations.wire import batch_to_bytes
from tests.support.hub import Member, RunningHub
from tests.support.stores import revoke
from tests.support.stream import Stream
from tests.support.waiting import until

PULL = f"/v1/sync/pull?epoch=&after=0&hash={GENESIS}&limit=10"


@pytest.fixture
def desk(hub: RunningHub) -> Member:
    member = hub.member(hub.practice())
    member.stream.patient()
    member.transport.push(member.stream.batch())
    return member


def headers_of(desk: Member, method: str = "GET", target: str = PULL, body: bytes = b"") -> dict[str, str]:
    return RequestSigner(desk.private_key, desk.identity.device_id, SystemClock()).headers(method, target, body)


def refusal(
    hub: RunningHub, headers: dict[str, str], method: str = "GET", target: str = PULL, body: bytes = b""
) -> tuple[int, str]:
    line = Line(hub.url)
    try:
        line.ask(method, target, headers, body)
    except HubRefusal as refused:
        return refused.status, refused.message_key
    finally:
        line.close()
    return 200, ""


def test_a_signed_request_is_answered_once(hub: RunningHub, desk: Member) -> None:
    headers = headers_of(desk)
    assert refusal(hub, headers) == (200, "")
    assert refusal(hub, headers) == (401, "auth.replayed")


@pytest.mark.parametrize("missing", [HEADER_DEVICE, HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE])
def test_every_part_is_needed(hub: RunningHub, desk: Member, missing: str) -> None:
    headers = headers_of(desk)
    assert refusal(hub, {**headers, missing: ""}) == (401, "auth.not_signed")
    assert refusal(hub, {**headers, missing: "9" * 500})[0] == 401
    del headers[missing]
    assert refusal(hub, headers) == (401, "auth.not_signed")


@pytest.mark.parametrize("name", [HEADER_TIME, HEADER_NONCE, HEADER_SIGNATURE])
def test_no_part_can_be_changed(hub: RunningHub, desk: Member, name: str) -> None:
    headers = headers_of(desk)
    changed = headers[name][:-4] + "".join(reversed(headers[name][-4:-2])) + "0A" if name == HEADER_SIGNATURE else (
        headers[name][:-1] + ("0" if headers[name][-1] != "0" else "1"))  # fmt: skip
    assert refusal(hub, {**headers, name: changed}) == (401, "auth.wrong_signature")


def test_the_signature_covers_what_is_asked(hub: RunningHub, desk: Member) -> None:
    assert refusal(hub, headers_of(desk), target=PULL.replace("after=0", "after=1"))[1] == "auth.wrong_signature"
    assert (
        refusal(hub, headers_of(desk), method="POST", target="/v1/sync/push", body=b"{}")[1] == "auth.wrong_signature"
    )
    desk.stream.patient()
    body = batch_to_bytes(desk.stream.batch(2))
    headers = headers_of(desk, "POST", "/v1/sync/push", body)
    assert refusal(hub, headers, "POST", "/v1/sync/push", body.replace(b"Quillfeather", b"Quillfeathers"))[0] == 401
    assert refusal(hub, headers, "POST", "/v1/sync/push", body) == (200, "")  # the one that was signed still works


def test_another_key_is_not_the_desks(hub: RunningHub, desk: Member) -> None:
    signer = RequestSigner(new_device_key(), desk.identity.device_id, SystemClock())
    assert refusal(hub, signer.headers("GET", PULL, b"")) == (401, "auth.wrong_signature")
    signer = RequestSigner(desk.private_key, "no-such-desk", SystemClock())
    assert refusal(hub, signer.headers("GET", PULL, b"")) == (401, "auth.unknown_device")


@pytest.mark.parametrize("minutes", [-600, -2, 2, 60 * 24 * 3650])
def test_an_old_signature_is_refused_and_a_wrong_clock_is_learned(hub: RunningHub, desk: Member, minutes: int) -> None:
    wrong = FixedClock(datetime.now(UTC) + timedelta(minutes=minutes))
    signer = RequestSigner(desk.private_key, desk.identity.device_id, wrong)
    assert refusal(hub, signer.headers("GET", PULL, b"")) == (401, "auth.stale")
    transport = hub.transport(desk.identity, desk.private_key)
    transport._signer._clock = wrong
    assert transport.pull(Cursor("", 0, GENESIS)).head == 2  # the hub's clock came with the refusal
    assert abs(transport.hub_ahead_ms + minutes * 60_000) < 5_000
    transport.close()


def test_no_clinic_reaches_anothers_log(hub: RunningHub, desk: Member) -> None:
    other = hub.member(hub.practice(), "Elsewhere")
    assert [entry.op["kind"] for entry in other.transport.pull(Cursor("", 0, GENESIS)).entries] == ["practice.put"]
    assert desk.transport.pull(Cursor("", 0, GENESIS)).head == 2
    other.stream.patient()
    theirs = Stream(desk.identity.tenant, other.identity.device_id)
    theirs.patient()
    as_desk = Stream(other.identity.tenant, desk.identity.device_id)
    as_desk.patient()
    for foreign in (theirs, as_desk):
        with pytest.raises(HubRefusal) as refused:
            other.transport.push(foreign.batch())
        assert (refused.value.status, refused.value.message_key) == (403, "auth.not_yours")
    assert other.transport.push(other.stream.batch()).head == 2
    assert desk.transport.pull(Cursor("", 0, GENESIS)).head == 2
    mine = other.transport.pull(Cursor("", 0, GENESIS))
    assert {entry.op["tenant"] for entry in mine.entries} == {other.identity.tenant}
    manifest = other.transport.snapshot()
    assert manifest["seq"] == 2
    assert manifest["hash"] == mine.hash


def test_a_revoked_desk_reads_nothing_and_loses_nothing(hub: RunningHub, desk: Member) -> None:
    revoke(hub.store, desk.identity.device_id)
    hub.hub.auth.forget(desk.identity.device_id)
    for target in (PULL, "/v1/sync/wait?after=0", "/v1/sync/snapshot", "/v1/sync/snapshot/c?seq=1"):
        assert refusal(hub, headers_of(desk, target=target), target=target) == (403, "auth.revoked")
    patient = desk.stream.patient()
    desk.stream.copay(patient, desk.stream.charge(patient, 2500), 2500)
    answer = desk.transport.push(desk.stream.batch(2))
    assert {result.verdict for result in answer.results} == {"quarantined"}
    other = hub.member(desk.identity.tenant, "Desk 2")
    assert hub.store.verify(desk.identity.tenant) == []
    assert {entry.verdict for entry in other.transport.pull(Cursor("", 0, GENESIS)).entries[2:]} <= {"quarantined"}


def test_a_revoked_desk_that_waits_is_sent_away(hub: RunningHub, desk: Member) -> None:
    answers: list[tuple[int, str]] = []
    head = hub.store.head(desk.identity.tenant)
    target = f"/v1/sync/pull?epoch={head.server_epoch}&after={head.seq}&hash={head.hash}&limit=10&wait=25"
    thread = threading.Thread(
        target=lambda: answers.append(refusal(hub, headers_of(desk, target=target), target=target))
    )
    thread.start()
    until(lambda: hub.hub.heads.waiting == 1)
    other = hub.member(desk.identity.tenant, "Desk 2")
    revoke(hub.store, desk.identity.device_id)
    hub.hub.auth.forget(desk.identity.device_id)
    other.stream.patient()
    other.transport.push(other.stream.batch())
    thread.join(10)
    assert answers == [(403, "auth.revoked")]


def test_a_desk_too_old_to_read_may_still_send(hub: RunningHub, desk: Member) -> None:
    assert refusal(hub, {**headers_of(desk), HEADER_WIRE: "0"}) == (426, "sync.update_needed")
    desk.stream.patient()
    body = batch_to_bytes(desk.stream.batch(2))
    headers = {**headers_of(desk, "POST", "/v1/sync/push", body), HEADER_WIRE: ""}
    assert refusal(hub, headers, "POST", "/v1/sync/push", body) == (200, "")
