"""A desk joins by a one-time code and by nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from app.sync.join import join, new_device_key
from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import FixedClock, SystemClock
from models.basics.errors import RuleBroken, SyncLater, SyncRefused
from models.basics.version import VERSION
from models.operations.joining import SIGNS, JoinLine
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.store.hub import OPERATOR
from server.settings import HubSettings
from tests.support.hub import RunningHub


def test_a_code_becomes_an_identity(hub: RunningHub) -> None:
    tenant = hub.practice()
    first, second = hub.member(tenant, "Front desk"), hub.member(tenant, "Desk 2")
    assert first.identity.tenant == second.identity.tenant == tenant
    assert (first.identity.device_no, second.identity.device_no) == (1, 2)
    assert first.identity.device_id != second.identity.device_id
    assert (first.identity.epoch, first.identity.desk_name) == (1, "Front desk")
    assert first.identity.hub_url == hub.url
    row = hub.store.device(second.identity.device_id)
    assert row is not None
    assert (row.tenant, row.device_no, row.revoked_at) == (tenant, 2, "")
    assert first.transport.pull(first_cursor(first.identity.server_epoch)).server_epoch == first.identity.server_epoch


def first_cursor(server_epoch: str) -> Cursor:
    return Cursor(server_epoch, 0, GENESIS)


def test_a_code_works_once(hub: RunningHub) -> None:
    line = hub.line(hub.practice())
    join(line, new_device_key(), "Desk 1")
    with pytest.raises(RuleBroken) as refused:
        join(line, new_device_key(), "Desk 2")
    assert refused.value.message_key == "enrol.code_used"


def test_a_lost_reply_costs_nothing(hub: RunningHub) -> None:
    tenant, key = hub.practice(), new_device_key()
    line = hub.line(tenant)
    assert join(line, key, "Desk 1") == join(line, key, "Desk 1")
    assert len(hub.store.devices(tenant)) == 1


def test_an_old_code_is_refused(settings: HubSettings) -> None:
    clock = FixedClock(datetime(2026, 3, 2, 14, tzinfo=UTC))
    hub = RunningHub(settings, clock)
    try:
        line = hub.line(hub.practice())
        clock.set(clock.now() + timedelta(minutes=10, seconds=1))
        with pytest.raises(RuleBroken) as refused:
            join(line, new_device_key(), "Desk 1", clock=clock)
        assert refused.value.message_key == "enrol.code_expired"
    finally:
        hub.close()


def test_guessing_is_locked_out(own_hub: RunningHub) -> None:
    line = own_hub.line(own_hub.practice())
    wrong = JoinLine(line.host, line.port, "ZZZZ-ZZZZ-ZZZZ")
    for _ in range(5):
        with pytest.raises(RuleBroken, match=r"enrol\.code_wrong"):
            join(wrong, new_device_key(), "Desk 1")
    for attempt in (wrong, line):  # the right one too: nothing tells a guesser that it was right
        with pytest.raises(SyncLater) as refused:
            join(attempt, new_device_key(), "Desk 1")
        assert refused.value.message_key == "enrol.locked"
        assert 0 < int(refused.value.facts["seconds"] or 0) <= 61


def code_for(hub: RunningHub, tenant: str, again_for: str) -> JoinLine:
    return replace(hub.line(tenant), code=hub.store.new_code(tenant, "Desk", OPERATOR, again_for=again_for))


def test_a_code_of_the_wrong_kind_is_no_guess(own_hub: RunningHub) -> None:
    """A used one, one of another practice, one for another desk, none for this desk: a person took the wrong slip. They
    may do so more often than anybody may guess, and what they guessed before still counts."""
    tenant, others = own_hub.practice(), own_hub.practice()
    key = new_device_key()
    used = own_hub.line(tenant)
    desk, second = join(used, key, "Desk 1"), join(own_hub.line(tenant), new_device_key(), "Desk 2")
    slips = [
        ("enrol.code_used", used, None),
        ("enrol.other_practice", own_hub.line(others), desk),
        ("enrol.code_of_another", code_for(own_hub, tenant, second.device_id), desk),
        ("enrol.desk_known", own_hub.line(tenant), desk),
    ]
    wrong = JoinLine(used.host, used.port, "ZZZZ-ZZZZ-ZZZZ")
    for _ in range(2):
        for message_key, line, former in slips:
            with pytest.raises(RuleBroken) as refused:
                join(line, new_device_key(), "Desk 1", former=former)
            assert refused.value.message_key == message_key
    assert join(code_for(own_hub, tenant, desk.device_id), new_device_key(), "Desk 1", former=desk).epoch > desk.epoch
    for n in range(5):
        with pytest.raises(RuleBroken, match=r"enrol\.code_wrong"):
            join(wrong, new_device_key(), "Desk 3")
        if n < 4:
            with pytest.raises(RuleBroken, match=r"enrol\.code_used"):  # forgives nothing
                join(used, new_device_key(), "Desk 3")
    with pytest.raises(SyncLater, match=r"enrol\.locked"):
        join(used, new_device_key(), "Desk 3")


def test_a_code_typed_by_hand_is_understood(hub: RunningHub) -> None:
    line = hub.line(hub.practice())
    assert {sign for sign in line.code if sign != "-"} <= set(SIGNS)
    typed = line.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert join(JoinLine(line.host, line.port, typed), new_device_key(), "Desk 1").device_no == 1


def ask(hub: RunningHub, body: bytes, key: str = "", signed_body: bytes | None = None) -> bytes:
    signer = RequestSigner(key or new_device_key(), "", SystemClock())
    headers = signer.headers("POST", "/v1/enrol", body if signed_body is None else signed_body)
    return Line(hub.url).ask("POST", "/v1/enrol", headers, body)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": ""}, "code"),
        ({"code": 7}, "code"),
        ({"public_key": "short"}, "public_key"),
        ({"public_key": "!" * 44}, "public_key"),
        ({"desk_name": ""}, "desk_name"),
        ({"desk_name": "x" * 81}, "desk_name"),
        ({"version": None}, "version"),
    ],
)
def test_a_request_that_is_not_whole_names_the_field(
    sqlite_hub: RunningHub, change: dict[str, object], field: str
) -> None:
    key = new_device_key()
    body = {"code": "ABCD-EFGH-JKMN", "public_key": RequestSigner(key, "", SystemClock()).public_key,
            "desk_name": "Desk 1", "version": VERSION, **change}  # fmt: skip
    with pytest.raises(HubRefusal) as refused:
        ask(sqlite_hub, orjson.dumps(body), key)
    assert (refused.value.status, refused.value.facts["field"]) == (400, field)


def test_the_new_key_must_have_signed(sqlite_hub: RunningHub) -> None:
    line = sqlite_hub.line(sqlite_hub.practice())
    key = new_device_key()
    body = orjson.dumps({"code": line.code, "public_key": RequestSigner(key, "", SystemClock()).public_key,
                         "desk_name": "Desk 1", "version": VERSION})  # fmt: skip
    for another_key, signed_body in ((new_device_key(), body), (key, b"{}")):
        with pytest.raises(HubRefusal) as refused:
            ask(sqlite_hub, body, another_key, signed_body)
        assert (refused.value.status, refused.value.message_key) == (401, "auth.wrong_signature")
    with pytest.raises(HubRefusal) as refused:
        Line(sqlite_hub.url).ask("POST", "/v1/enrol", {}, body)
    assert refused.value.message_key == "auth.not_signed"
    assert join(line, key, "Desk 1").device_no == 1  # nothing was used up


def test_another_machines_hub_is_known_by_its_certificate(sqlite_settings: HubSettings) -> None:
    hub = RunningHub(replace(sqlite_settings, host="0.0.0.0", public_address="127.0.0.1"))
    try:
        tenant = hub.practice()
        line = hub.line(tenant)
        assert line.address == f"https://127.0.0.1:{hub.address.port}"
        wrong = JoinLine(line.host, line.port, line.code, "0000-0000-0000")
        with pytest.raises(SyncRefused) as refused:
            join(wrong, new_device_key(), "Desk 2")
        assert refused.value.message_key == "sync.wrong_certificate"
        key = new_device_key()
        identity = join(line, key, "Desk 2")  # the code was not told to the wrong one
        assert identity.hub_fingerprint == hub.address.fingerprint
        transport = hub.transport(identity, key)
        assert transport.pull(first_cursor(identity.server_epoch)).from_seq == 1
        transport.close()
        imposter = Line(identity.hub_url, "ab" * 32)
        with pytest.raises(SyncRefused, match=r"sync\.wrong_certificate"):
            imposter.ask("GET", "/v1/health", {})
    finally:
        hub.close()
