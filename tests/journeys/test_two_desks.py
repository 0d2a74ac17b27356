"""Two desks and their hub in a process of its own: what one takes, the other shows; alone, each works on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.sync import steps
from models.store.rows import Change
from tests.support.desks import ClinicDesk, HubOutside, in_step
from tests.support.waiting import until


@pytest.fixture
def desks(outside_hub: HubOutside, tmp_path: Path) -> Iterator[tuple[ClinicDesk, ClinicDesk]]:
    """Two desks that joined by code."""
    pair = (ClinicDesk(tmp_path / "a", outside_hub.line("Front desk"), "Front desk"),
            ClinicDesk(tmp_path / "b", outside_hub.line("Desk 2"), "Desk 2"))  # fmt: skip
    yield pair
    for desk in pair:
        desk.close()


def test_a_payment_at_one_desk_is_on_the_other(outside_hub: HubOutside, desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    patient, charge = front.patient(2_500)
    told = threading.Event()
    changes: list[Change] = []

    def seen(change: Change) -> None:
        changes.append(change)
        if patient in change.patients and "payment" in change.topics:
            told.set()

    second.store.subscribe(seen)
    payment = front.take(patient, charge, 2_500)
    assert told.wait(10)  # the screen hears of it by the store's change, without asking
    assert second.has_payment(payment)
    until(lambda: in_step(front, second))
    assert second.balances() == front.balances()
    assert second.balances()[f"AR:{charge}"] == (2_500, 2_500)
    for desk in desks:
        until(desk.says_all_is_well)
        assert desk.store.verify(deep=True) == []
    assert outside_hub.failures() == []


def test_alone_a_desk_works_on_and_catches_up(outside_hub: HubOutside, desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, second = desks
    patient, charge = front.patient(9_000)
    until(lambda: in_step(front, second))
    second.disconnect()
    for cents in (1_000, 1_500):
        front.take(patient, charge, cents)
        second.take(patient, charge, cents)
    mine, my_charge = second.patient(700)
    second.take(mine, my_charge, 700)
    assert second.store.pending_count() == 8
    until(front.settled)
    assert f"AR:{my_charge}" not in front.balances()
    second.connect()
    until(lambda: in_step(front, second))
    assert front.balances() == second.balances()
    assert front.balances()[f"AR:{charge}"] == (9_000, 5_000)
    assert front.balances()[f"AR:{my_charge}"] == (700, 700)
    assert outside_hub.failures() == []


def test_one_credit_spent_at_two_desks(outside_hub: HubOutside, desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    """Both were offline: the first to arrive gets it, the other is told, and nobody's money is doubled."""
    front, second = desks
    patient, charge = front.patient(4_000)
    later = front.charge(patient, 4_000)
    payment = front.take(patient, charge, 4_000)
    until(lambda: in_step(front, second))
    front.undo(patient, payment)
    credit = front.take(patient, charge, 4_000)
    until(lambda: in_step(front, second))
    for desk in desks:
        desk.disconnect()
    third = front.charge(patient, 2_000)
    front.undo(patient, credit)
    second.spend(patient, credit, later, 4_000)
    front.connect()
    until(front.settled)
    second.connect()
    until(lambda: in_step(front, second))
    assert front.balances() == second.balances()
    assert front.balances()[f"AR:{third}"] == (2_000, 0)
    with second.store.reader() as reader:
        verdicts = reader.execute("SELECT verdict FROM outbox ORDER BY dseq").fetchall()
    assert verdicts == [("rejected",)]
    assert outside_hub.failures() == []


def test_a_new_desk_begins_with_a_snapshot(
    outside_hub: HubOutside, desks: tuple[ClinicDesk, ClinicDesk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "SNAPSHOT_BEHIND", 10)
    front, second = desks
    for cents in range(1_000, 1_010):
        patient, charge = front.patient(cents)
        front.take(patient, charge, cents)
    until(lambda: in_step(front, second))
    third = ClinicDesk(tmp_path / "c", outside_hub.line("Desk 3"), "Desk 3")
    try:
        until(lambda: in_step(front, second, third))
        assert third.balances() == front.balances()
        assert third.log_ids() == []  # its log begins after the snapshot
        payment = front.take(patient, charge, 500)
        until(lambda: third.has_payment(payment))
        until(lambda: in_step(front, second, third))
        assert third.balances() == front.balances()
        assert third.store.verify(deep=True) == []
    finally:
        third.close()


def test_closing_is_quick_while_the_hub_holds_an_answer_back(desks: tuple[ClinicDesk, ClinicDesk]) -> None:
    front, _ = desks
    until(lambda: front.engine.state().online)
    started_s = time.monotonic()
    front.disconnect()
    assert time.monotonic() - started_s < 2
