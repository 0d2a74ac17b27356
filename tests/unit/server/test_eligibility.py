"""Payers' answers handed to the hub: every desk hears of them, once. On both databases."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import SystemClock
from models.operations.operation import GENESIS
from models.operations.protocol import Cursor
from models.operations.records import Coverage, Patient
from tests.support.hub import Member, RunningHub
from tests.unit.exchange.test_x12 import BEGIN, END, RECEIVER, SOURCE, SUBSCRIBER, answer, message

TARGET = "/v1/eligibility"


def clinic(hub: RunningHub) -> Member:
    """A desk with one insured patient."""
    desk = hub.member(hub.practice(), "Front desk")
    desk.stream.add(Patient(id="jane", family="Doe", given="Jane", birth_date="1980-01-01"))
    desk.stream.add(Coverage(id="cover", patient_id="jane", payer="Springfield", member_id="MBR123456",
                             copay_cents=4000, copay_and_deductible=True))  # fmt: skip
    desk.transport.push(desk.stream.batch())
    return desk


def hand(hub: RunningHub, desk: Member, data: bytes) -> dict[str, Any]:
    signer, line = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock()), Line(hub.url)
    try:
        reply = line.ask("POST", TARGET, signer.headers("POST", TARGET, data), data)
    finally:
        line.close()
    told: dict[str, Any] = orjson.loads(reply)
    return told


def logged(desk: Member) -> list[dict[str, Any]]:
    page = desk.transport.pull(Cursor(desk.identity.server_epoch, 0, GENESIS))
    return [dict(entry.op) for entry in page.entries if entry.op["device"] == "hub"]


GOLD = message(answer("EB*1**30**GOLD", "EB*B*IND*98***27*25*****Y"))


def test_an_answer_is_logged_once_with_what_it_says_of_the_insurance(hub: RunningHub) -> None:
    desk = clinic(hub)
    assert hand(hub, desk, GOLD) == {"taken": 1, "known": 0, "refused": 0, "refusals": []}
    assert hand(hub, desk, GOLD) == {"taken": 0, "known": 1, "refused": 0, "refusals": []}
    ops = logged(desk)
    assert [op["kind"] for op in ops if op["kind"] in ("eligibility.check", "coverage.put")] == [
        "eligibility.check", "coverage.put"]  # fmt: skip
    check, cover = ops[-2]["body"], ops[-1]["body"]
    assert (check["patient_id"], check["coverage_id"], check["state"]) == ("jane", "cover", "active")
    assert (cover["copay_cents"], cover["status"], cover["checked_at"]) == (2500, "active", check["checked_at"])
    assert cover["copay_and_deductible"] is True
    assert hub.store.verify(desk.identity.tenant, deep=True) == []


def test_what_cannot_be_taken_is_told_with_its_segment_and_stops_nothing(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    stranger = SUBSCRIBER.replace("MBR123456", "OTHER").replace("DOE*JANE", "POE*EDGAR")
    both = BEGIN + SOURCE + RECEIVER + stranger + "EB*1**30~" + SUBSCRIBER + "EB*1**30~" + END
    told = hand(sqlite_hub, desk, message(both, "ST*835*1~SE*2*1~"))
    assert (told["taken"], told["refused"]) == (1, 2)
    assert told["refusals"] == [
        {"error": "x12.other_transaction", "facts": {"segment": 20, "found": "835"}},
        {"error": "x12.patient_unknown", "facts": {"segment": 9}},
    ]
    assert hand(sqlite_hub, desk, b"no x12 at all")["refusals"] == [{"error": "x12.no_isa", "facts": {"segment": 1}}]


def test_only_an_enrolled_desk_of_the_practice_hands_answers_in(sqlite_hub: RunningHub) -> None:
    desk, other = clinic(sqlite_hub), clinic(sqlite_hub)
    hand(sqlite_hub, desk, GOLD)
    assert not [op for op in logged(other) if op["kind"] == "eligibility.check"]
    line = Line(sqlite_hub.url)
    signer = RequestSigner(other.private_key, desk.identity.device_id, SystemClock())
    with pytest.raises(HubRefusal, match=r"auth\.wrong_signature"):
        line.ask("POST", TARGET, signer.headers("POST", TARGET, GOLD), GOLD)
    line.close()


def test_more_than_the_hub_takes_at_once_is_refused(sqlite_hub: RunningHub) -> None:
    desk = clinic(sqlite_hub)
    with pytest.raises(HubRefusal, match=r"sync\.too_large"):
        hand(sqlite_hub, desk, b"x" * ((4 << 20) + 1))
