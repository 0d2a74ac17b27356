"""Once an hour the hub lets money that waits for visits that will not be become credit, and desks hear of it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from models.basics.clock import SystemClock
from models.basics.errors import StorageError
from models.operations import bodies, records
from models.store.hub import HubStore
from server import waiting_money
from tests.support.hub import RunningHub
from tests.support.waiting import until


def _cancel_a_paid_visit(hub: RunningHub, tenant: str) -> int:
    """A desk takes 25.00 for a visit that is cancelled. Returns where the log ends then."""
    desk = hub.member(tenant)
    for body in (
        records.Appointment(id="v1", patient_id="ann", starts_at="2026-03-16T15:00:00.000Z",
                            service_date="2026-03-16"),
        bodies.Collect(payment_id="p1", patient_id="ann", tender="cash", amount_cents=2500, number="PAY-1-00001",
                       receipt_no="01-1-A-0001", appointment_id="v1"),
        bodies.VisitStatus(appointment_id="v1", patient_id="ann", status="cancelled"),
    ):  # fmt: skip
        desk.stream.add(body)
    return desk.transport.push(desk.stream.batch()).head


def test_desks_that_wait_hear_of_freed_money(own_hub: RunningHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop that runs in every hub, its pause made short, its clock a day ahead once the visit is cancelled."""
    monkeypatch.setattr(waiting_money, "FIRST_AFTER_S", 0.0)
    monkeypatch.setattr(waiting_money, "EVERY_S", 0.05)
    own_hub.stop()
    own_hub.start()
    tenant = own_hub.practice()
    head = _cancel_a_paid_visit(own_hub, tenant)
    assert own_hub.store.head(tenant).seq == head
    own_hub.store._clock = _Tomorrow()
    until(lambda: own_hub.hub.heads._known.get(tenant, 0) == head + 1)
    assert own_hub.store.verify(tenant, deep=True) == []


class _Tomorrow(SystemClock):
    """A clock that runs a day ahead."""

    def now(self) -> datetime:
        return super().now() + timedelta(hours=25)


def test_a_database_that_is_away_is_asked_again_later(
    own_sqlite_hub: RunningHub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A failure is told in the log and ends nothing."""

    def away(_store: HubStore) -> tuple[str, ...]:
        raise StorageError("store.not_reachable")

    monkeypatch.setattr(HubStore, "tenants", away)
    asyncio.run(waiting_money.free_once(own_sqlite_hub.hub))
    assert "waiting money not looked after" in caplog.text
