"""What a manager asks of the clinic's desks: who is there, codes, names, revoking, readmitting. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from app.sync.join import join, new_device_key
from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from app.sync.transport import HubTransport
from models.basics.clock import FixedClock, SystemClock, utc_text
from models.basics.errors import RuleBroken
from models.operations.joining import JoinLine
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.operations.records import Staff
from server import presence
from server.settings import HubSettings
from tests.support.hub import Member, RunningHub

MANAGER = "staff-9"
TOLD = "0.2.0;4;2026-05-14T14:22:00.000Z"


def clinic(hub: RunningHub) -> Member:
    """A desk of a practice with a manager and a receptionist."""
    desk = hub.member(hub.practice(), "Front desk")
    desk.stream.add(Staff(id=MANAGER, name="Mina Park", role="manager"))
    desk.stream.add(Staff(id="staff-3", name="Ana Cruz", role="receptionist"))
    desk.transport.push(desk.stream.batch())
    return desk


def asks(desk: Member, what: str, staff_id: str = MANAGER, **more: object) -> dict[str, Any]:
    return desk.transport.ask_about_desks(what, {"staff_id": staff_id, **more})


def listed(desk: Member) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = asks(desk, "list")["desks"]
    return found


def line_of(told: dict[str, Any]) -> JoinLine:
    return JoinLine(told["host"], told["port"], told["code"], told["fingerprint_group"])


def reporting(hub: RunningHub, desk: Member, report: Callable[[], str]) -> HubTransport:
    return HubTransport(hub.url, device_id=desk.identity.device_id, private_key_hex=desk.private_key,
                        clock=hub.clock, report=report)  # fmt: skip


def start(desk: Member) -> Cursor:
    return Cursor(desk.identity.server_epoch, 0, GENESIS)


def test_a_code_tells_which_desk_joined_with_it(hub: RunningHub) -> None:
    desk = clinic(hub)
    told = asks(desk, "codes", desk_name="Checkout")
    assert told["seconds"] == 600
    waiting = asks(desk, "codes/state", code=told["code"])
    assert (waiting["used"], waiting["desk_no"]) == (False, 0)
    assert 590 <= waiting["seconds"] <= 600
    assert join(line_of(told), new_device_key(), "Checkout").device_no == 2
    used = asks(desk, "codes/state", code=told["code"].lower())
    assert (used["used"], used["desk_no"], used["desk_name"]) == (True, 2, "Checkout")
    with pytest.raises(RuleBroken, match=r"enrol\.code_wrong"):
        asks(desk, "codes/state", code="ZZZZ-ZZZZ-ZZZZ")


@pytest.mark.parametrize(("what", "more"), [
    ("list", {}), ("codes", {"desk_name": "X"}), ("codes/state", {"code": "ABCD-EFGH-JKMN"}),
    ("rename", {"device_id": "d", "name": "X"}), ("revoke", {"device_id": "d"}), ("readmit", {"device_id": "d"}),
])  # fmt: skip
def test_only_a_manager_of_the_practice_asks(sqlite_hub: RunningHub, what: str, more: dict[str, object]) -> None:
    desk = clinic(sqlite_hub)
    other = clinic(sqlite_hub)
    other.stream.add(Staff(id="staff-77", name="Lena Ortiz", role="manager"))
    other.transport.push(other.stream.batch())
    for person in ("staff-3", "nobody", "staff-77"):
        with pytest.raises(RuleBroken, match=r"not_a_manager|manager_only"):
            asks(desk, what, person, **more)


def test_the_list_says_who_is_there_and_what_waits(hub: RunningHub) -> None:
    desk = clinic(hub)
    second = hub.member(desk.identity.tenant, "Checkout")
    before = {row["device_no"]: row for row in listed(desk)}
    assert (before[1]["there"], before[2]["there"], before[2]["seen_at"]) == (True, False, "")
    line = reporting(hub, second, lambda: TOLD)
    line.pull(start(second))
    line.close()
    row = {row["device_no"]: row for row in listed(desk)}[2]
    assert (row["there"], row["version"], row["pending"], row["oldest_at"]) == (
        True, "0.2.0", 4, "2026-05-14T14:22:00.000Z"
    )  # fmt: skip
    assert row["seen_at"] > row["joined_at"]
    assert (row["name"], row["revoked_at"], row["quarantined"]) == ("Checkout", "", 0)


def test_what_desks_said_is_written_down_and_survives_the_hub(settings: HubSettings) -> None:
    clock = FixedClock(datetime(2026, 5, 14, 14, 30, tzinfo=UTC))
    hub = RunningHub(settings, clock)
    try:
        desk = clinic(hub)
        line = reporting(hub, desk, lambda: TOLD)
        line.pull(start(desk))
        line.close()
        asyncio.run(presence.write_once(hub.hub))
        assert hub.hub.presence.tenants() == ()
        hub.stop()
        hub.start()
        clock.advance(presence.THERE_S - 1)
        assert (listed(desk)[0]["pending"], listed(desk)[0]["there"]) == (4, True)
        clock.advance(2)
        assert listed(desk)[0]["there"] is False
        assert listed(desk)[0]["seen_at"] == "2026-05-14T14:30:00.000Z"
    finally:
        hub.close()


@pytest.mark.parametrize("nobody", ["operator", "staff-3", "staff-unknown"])
@pytest.mark.parametrize(("what", "more"), [
    ("codes", {"desk_name": "Lab"}), ("codes/state", {"code": "AAAA-AAAA-AAAA"}), ("list", {}),
    ("rename", {"device_id": "SELF", "name": "Mine"}), ("revoke", {"device_id": "OTHER"}),
    ("readmit", {"device_id": "OTHER"}),
])  # fmt: skip
def test_only_a_manager_of_the_practice_is_heard(
    sqlite_hub: RunningHub, nobody: str, what: str, more: dict[str, str]
) -> None:
    """The hub's own operator is nobody at a desk."""
    desk = clinic(sqlite_hub)
    other = sqlite_hub.member(desk.identity.tenant, "Checkout")
    ids = {"SELF": desk.identity.device_id, "OTHER": other.identity.device_id}
    with pytest.raises(RuleBroken, match="manager"):
        asks(desk, what, nobody, **{name: ids.get(value, value) for name, value in more.items()})


def test_news_that_came_while_writing_are_kept(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    row = sqlite_hub.store.device(desk.identity.device_id)
    assert row is not None
    known = presence.Presence(sqlite_hub.clock)
    known.note(row, {})
    seen = known.seen(row.tenant)
    known.note(row, {"X-Copaydesk-Report": TOLD})
    known.written(row.tenant, seen)
    assert known.seen(row.tenant)[row.device_id].told["pending"] == 4
    known.written(row.tenant, known.seen(row.tenant))
    assert known.tenants() == ()


@pytest.mark.parametrize(
    "report", ["", "0.2.0", "0.2.0;x;-", "0.2.0;4;yesterday", f"{'9' * 41};1;-", "a;1;-\n", "é;1;-"]
)
def test_a_report_that_is_none_is_left_out(report: str) -> None:
    assert presence.understood(report) == {}


def test_an_empty_outbox_has_no_oldest() -> None:
    assert presence.understood("0.3.0;0;-") == {"version": "0.3.0", "pending": 0, "oldest_at": ""}


def test_a_desk_is_renamed_by_a_manager_and_by_itself(hub: RunningHub) -> None:
    desk = clinic(hub)
    second = hub.member(desk.identity.tenant, "Checkout")
    asks(desk, "rename", device_id=second.identity.device_id, name="  Side   door ")
    assert second.transport.ask_about_desks("self", {}) == {"name": "Side door"}
    assert second.transport.ask_about_desks("self", {"name": "Lab"}) == {"name": "Lab"}
    assert [row["name"] for row in listed(desk)] == ["Front desk", "Lab"]
    for wrong, key in (({"device_id": "nobody", "name": "X"}, "desks.unknown"),
                       ({"device_id": second.identity.device_id, "name": " "}, "desks.name_missing")):  # fmt: skip
        with pytest.raises(RuleBroken) as refused:
            asks(desk, "rename", **wrong)
        assert refused.value.message_key == key


def test_h12_a_revoked_desk_reads_no_more_until_it_is_readmitted(hub: RunningHub) -> None:
    desk = clinic(hub)
    second = hub.member(desk.identity.tenant, "Checkout")
    asks(desk, "revoke", device_id=second.identity.device_id)
    first_time = {row["device_no"]: row for row in listed(desk)}[2]["revoked_at"]
    asks(desk, "revoke", device_id=second.identity.device_id)
    assert {row["device_no"]: row for row in listed(desk)}[2]["revoked_at"] == first_time != ""
    with pytest.raises(HubRefusal, match=r"auth\.revoked"):
        second.transport.pull(start(second))
    with pytest.raises(HubRefusal, match=r"auth\.revoked"):  # nor does it manage desks any more
        asks(second, "list")
    asks(desk, "readmit", device_id=second.identity.device_id)
    assert second.transport.pull(start(second)).head > 0


def test_no_desk_revokes_itself(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    with pytest.raises(RuleBroken, match=r"desks\.own"):
        asks(desk, "revoke", device_id=desk.identity.device_id)
    assert listed(desk)[0]["revoked_at"] == ""


def test_a_manager_changes_no_desk_of_another_practice(sqlite_hub: RunningHub) -> None:
    desk, other = clinic(sqlite_hub), clinic(sqlite_hub)
    for what, more in (("revoke", {}), ("readmit", {}), ("rename", {"name": "Mine"})):
        with pytest.raises(RuleBroken, match=r"desks\.unknown"):
            asks(desk, what, device_id=other.identity.device_id, **more)
    assert [(row["name"], row["revoked_at"]) for row in listed(other)] == [("Front desk", "")]


def test_a_question_that_is_not_whole_names_the_field(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    for what, more, field in (("codes", {}, "desk_name"), ("rename", {"device_id": "d"}, "name"),
                              ("codes", {"desk_name": 7}, "desk_name")):  # fmt: skip
        with pytest.raises(HubRefusal) as refused:
            asks(desk, what, **more)
        assert (refused.value.status, refused.value.facts["field"]) == (400, field)


def test_a_hub_on_the_network_hands_out_its_address_and_certificate(sqlite_settings: HubSettings) -> None:
    hub = RunningHub(replace(sqlite_settings, host="0.0.0.0", public_address="127.0.0.1"))
    try:
        line = line_of(asks(clinic(hub), "codes", desk_name="Checkout"))
        assert line.address == f"https://127.0.0.1:{hub.address.port}"
        assert len(line.fingerprint_group) == 14
    finally:
        hub.close()


def test_times_are_utc_text(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    told = asks(desk, "list")
    assert abs(datetime.fromisoformat(told["server_time"]).timestamp() - sqlite_hub.clock.now().timestamp()) < 5
    assert told["server_time"][-1] == utc_text(sqlite_hub.clock.now())[-1] == "Z"


HUGE, ZERO = 10**19, "a\x00b"
STRANGE: list[tuple[str, dict[str, Any], str]] = [
    ("/v1/sync/epoch", {"epoch": HUGE, "ask_id": "a", "token": "", "after": 0}, "epoch"),
    ("/v1/sync/epoch", {"epoch": -1, "ask_id": "a", "token": "", "after": 0}, "epoch"),
    ("/v1/sync/epoch", {"epoch": 1, "ask_id": ZERO, "token": "", "after": 0}, "ask_id"),
    ("/v1/sync/epoch", {"epoch": 1, "ask_id": "a" * 401, "token": "", "after": 0}, "ask_id"),
    ("/v1/sync/ancestor", {"points": [[HUGE, "a"]]}, "points[0]"),
    ("/v1/sync/ancestor", {"points": [[1, ZERO]]}, "points[0]"),
    ("/v1/sync/witness", {"after": HUGE, "prev_hash": "", "prev_proof": "", "entries": [], "proof": ""}, "witness"),
    ("/v1/desks/codes", {"staff_id": MANAGER, "desk_name": "Lab\nx"}, "desk_name"),
    ("/v1/desks/rename", {"staff_id": MANAGER, "device_id": "d", "name": ZERO}, "name"),
    ("/v1/desks/self", {"name": ZERO}, "name"),
    ("/v1/quarantine/discard", {"staff_id": MANAGER, "op_ids": ["a"], "note": ZERO}, "note"),
    ("/v1/quarantine/accept", {"staff_id": MANAGER, "op_ids": [ZERO], "note": ""}, "op_ids.0"),
    ("/v1/quarantine/accept", {"staff_id": MANAGER, "op_ids": ["a"] * 201, "note": ""}, "op_ids"),
]


@pytest.mark.parametrize(("target", "question", "field"), STRANGE)
def test_what_no_database_keeps_is_refused_by_the_name_of_its_field(
    hub: RunningHub, target: str, question: dict[str, Any], field: str
) -> None:
    desk = clinic(hub)
    body = orjson.dumps(question)
    signer, line = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock()), Line(hub.url)
    with pytest.raises(HubRefusal) as refusal:
        line.ask("POST", target, signer.headers("POST", target, body), body)
    line.close()
    assert (refusal.value.message_key, refusal.value.facts["field"]) == ("sync.not_understood", field)
