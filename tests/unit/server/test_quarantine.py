"""What the hub keeps apart and what a manager makes of it: revoked desks (H12, F32), poison (F31, F33)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.sync.keys import RequestSigner
from app.sync.line import HubRefusal, Line
from models.basics.clock import SystemClock
from models.basics.errors import RuleBroken
from models.basics.ids import new_id
from models.operations.operation import GENESIS, Operation
from models.operations.records import Staff
from models.operations.reviews import QuarantineDiscarded
from tests.support.hub import Member, RunningHub
from tests.support.stepping import SteppedDesk, hub_log


@pytest.fixture
def desk(hub: RunningHub) -> Member:
    return hub.member(hub.practice())


def manager(desk: Member) -> str:
    """A manager of the practice, put by this desk."""
    staff = Staff(id=new_id(), name="Maria", role="manager", pin_hash="", active=True)
    desk.stream.add(staff)
    return staff.id


def verdicts(desk: Member, start: int = 1) -> list[tuple[str, str]]:
    answer = desk.transport.push(desk.stream.batch(start))
    return [(result.verdict, result.reason) for result in answer.results]


def ask(hub: RunningHub, desk: Member, what: str, **question: object) -> dict[str, Any]:
    """As a manager's window asks."""
    body, target = orjson.dumps(question), f"/v1/quarantine/{what}"
    signer = RequestSigner(desk.private_key, desk.identity.device_id, SystemClock())
    line = Line(hub.url)
    try:
        answer: dict[str, Any] = orjson.loads(line.ask("POST", target, signer.headers("POST", target, body), body))
        return answer
    finally:
        line.close()


def twist(op: Operation, **fields: Any) -> Operation:
    """The operation as a damaged outbox would send it: its hashes are those of before."""
    return replace(op, **fields)


# A desk that was revoked ------------------------------------------------------------------------------------------


def test_h12_facts_of_a_revoked_desk_are_kept_apart_and_count_once_a_manager_lets_them_in(
    hub: RunningHub, desk: Member, tmp_path: Path
) -> None:
    tenant = desk.identity.tenant
    stolen, watching = hub.member(tenant, "Desk 3"), SteppedDesk.of(hub, tenant, tmp_path / "w")
    maria = manager(desk)
    patient = desk.stream.patient()
    charge = desk.stream.charge(patient, 2_500)
    verdicts(desk)
    payment = stolen.stream.copay(patient, charge, 2_500)
    hub.store.desks.revoke(tenant, stolen.identity.device_id, maria)
    hub.hub.auth.forget(stolen.identity.device_id)
    with pytest.raises(HubRefusal, match="revoked"):
        stolen.transport.pull(replace(hub.store.head(tenant)))
    assert verdicts(stolen) == [("quarantined", "device_revoked")] * 2
    watching.settle()
    assert not watching.has_payment(payment)
    rows = ask(hub, desk, "list", staff_id=maria)["apart"]
    assert [(row["kind"], row["patient_id"]) for row in rows] == [
        ("payment.collect", patient), ("payment.allocate", patient),
    ]  # fmt: skip
    op_ids = [row["op_id"] for row in rows]
    assert ask(hub, desk, "accept", staff_id=maria, op_ids=op_ids, note="Counted with Ana") == {"accepted": 2}
    assert ask(hub, desk, "accept", staff_id=maria, op_ids=op_ids) == {"accepted": 0}  # a second click
    assert ask(hub, desk, "list", staff_id=maria)["apart"] == []
    watching.settle()
    assert watching.has_payment(payment)
    assert watching.balances()[f"AR:{charge}"] == (2_500, 2_500)
    assert watching.failures() == []
    assert hub.store.verify(tenant, deep=True) == []
    with watching.store.reader() as reader:
        assert reader.execute("SELECT DISTINCT op_id FROM transfer WHERE code = 'collect'").fetchall() == [(op_ids[0],)]
        assert reader.execute("SELECT resolution, resolved_by, resolved_note FROM quarantine").fetchall() == [
            ("accepted", maria, "Counted with Ana")] * 2  # fmt: skip
    late = SteppedDesk.of(hub, tenant, tmp_path / "late")  # a snapshot knows it too
    late.exchange.begin_again()
    late.settle()
    assert late.balances() == watching.balances()
    watching.undo(patient, payment)  # what was let in is money like any other
    watching.settle()
    assert watching.failures() == []
    watching.close()
    late.close()


def test_h12_what_is_left_out_needs_a_person_and_a_reason(hub: RunningHub, desk: Member) -> None:
    tenant = desk.identity.tenant
    stolen, maria = hub.member(tenant, "Desk 3"), manager(desk)
    verdicts(desk)
    stolen.stream.patient()
    hub.store.desks.revoke(tenant, stolen.identity.device_id, maria)
    hub.hub.auth.forget(stolen.identity.device_id)
    verdicts(stolen)
    op_id = stolen.stream.ops[0].op_id
    wrong: tuple[tuple[str, dict[str, object], str], ...] = (
        ("discard", {"staff_id": maria, "op_ids": [op_id], "note": " "}, "quarantine.reason_missing"),
        ("discard", {"staff_id": "nobody", "op_ids": [op_id], "note": "Stolen"}, "staff.manager_only"),
        ("accept", {"staff_id": "nobody", "op_ids": [op_id]}, "staff.manager_only"),
        ("accept", {"staff_id": maria, "op_ids": ["unknown"]}, "quarantine.unknown"),
        ("accept", {"staff_id": maria, "op_ids": []}, "sync.not_understood"),
    )
    for what, question, key in wrong:
        with pytest.raises(HubRefusal) as refused:
            ask(hub, desk, what, **question)
        assert refused.value.message_key == key
    before = len(hub_log(hub, tenant))
    assert ask(hub, desk, "discard", staff_id=maria, op_ids=[op_id], note="Stolen") == {"discarded": 1}
    with pytest.raises(HubRefusal, match="settled"):
        ask(hub, desk, "accept", staff_id=maria, op_ids=[op_id])
    assert [entry.op["kind"] for entry in hub_log(hub, tenant)[before:]] == ["quarantine.discarded"]
    settled = ask(hub, desk, "list", staff_id=maria, settled=True)["apart"]
    assert [(row["resolution"], row["resolved_by"], row["resolved_note"]) for row in settled] == [
        ("discarded", maria, "Stolen")]  # fmt: skip
    assert hub.store.verify(tenant, deep=True) == []


def test_f32_a_revoked_desk_learns_when_it_may_be_wiped(hub: RunningHub, desk: Member, tmp_path: Path) -> None:
    tenant = desk.identity.tenant
    stolen, maria = SteppedDesk.of(hub, tenant, tmp_path / "s"), manager(desk)
    verdicts(desk)
    stolen.acts(2)
    hub.store.desks.revoke(tenant, stolen.member.identity.device_id, maria)
    hub.hub.auth.forget(stolen.member.identity.device_id)
    assert not stolen.store.everything_sent()
    stolen.push()
    assert stolen.store.everything_sent()
    assert len(hub.store.repairs.apart(tenant)) == 8
    stolen.close()


# Poison -----------------------------------------------------------------------------------------------------------

DAMAGE: tuple[dict[str, Any], ...] = (
    {"actor": "somebody else"}, {"body": {"amount_cents": 1}}, {"prev": "1" * 64}, {"body_hash": GENESIS},
    {"v": -3}, {"kind": "patient.levitate"},
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: next(iter(damage)))
def test_f33_a_damaged_operation_is_kept_apart_and_blocks_nobody(
    hub: RunningHub, desk: Member, damage: dict[str, Any], tmp_path: Path
) -> None:
    patient = desk.stream.patient()
    charge = desk.stream.charge(patient, 2_500)
    desk.stream.copay(patient, charge, 2_500)
    desk.stream.ops[0] = twist(desk.stream.ops[0], **damage)
    first = verdicts(desk)
    assert first == [("quarantined", "damaged")] + [("accepted", "")] * 3
    assert verdicts(desk) == [("duplicate", "quarantined:damaged")] + [("duplicate", "accepted")] * 3
    desk.stream.patient()
    assert verdicts(desk, 5) == [("accepted", "")]
    (apart,) = hub.store.repairs.apart(desk.identity.tenant)
    assert (apart.kind, apart.reason) == ("unreadable", "damaged")
    watching = SteppedDesk.of(hub, desk.identity.tenant, tmp_path / "w")
    watching.settle()  # every desk can read the log on
    assert watching.failures() == []
    watching.close()
    assert hub.store.verify(desk.identity.tenant, deep=True) == []


def test_f31_a_damaged_operation_leaves_the_desks_queue(hub: RunningHub, desk: Member, tmp_path: Path) -> None:
    poisoned = SteppedDesk.of(hub, desk.identity.tenant, tmp_path / "p")
    poisoned.acts(2)
    with poisoned.store.write() as tx:
        tx.session.run("UPDATE outbox SET op = replace(op, 'Quillfeather', 'Quillfeathre') WHERE dseq = 1")
    poisoned.settle()
    assert poisoned.waiting() == []
    with poisoned.store.reader() as reader:
        said = reader.execute("SELECT verdict FROM outbox ORDER BY dseq").fetchall()
    assert [row[0] for row in said] == ["quarantined"] + ["accepted"] * 7
    poisoned.acts(1)
    poisoned.settle()
    assert poisoned.waiting() == []
    assert poisoned.failures() == []
    poisoned.close()


def test_what_only_the_hub_says_is_not_believed_of_a_desk(hub: RunningHub, desk: Member) -> None:
    desk.stream.patient()
    desk.stream.add(QuarantineDiscarded(of=desk.stream.ops[0].op_id, staff_id="me", note="no"))
    assert verdicts(desk) == [("accepted", ""), ("quarantined", "derived_by_hub")]


def test_what_cannot_count_is_only_left_out(hub: RunningHub, desk: Member) -> None:
    tenant, maria = desk.identity.tenant, manager(desk)
    desk.stream.patient()
    desk.stream.ops[1] = twist(desk.stream.ops[1], actor="somebody else")
    verdicts(desk)
    (apart,) = hub.store.repairs.apart(tenant)
    with pytest.raises(RuleBroken, match="damaged"):
        hub.store.repairs.accept(tenant, [apart.op_id], maria)
    assert hub.store.repairs.discard(tenant, [apart.op_id], maria, "Keyed in again") == 1
    assert hub.store.repairs.apart(tenant) == ()
