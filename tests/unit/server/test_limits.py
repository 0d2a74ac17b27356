"""Joining locks after wrong codes, and forgives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.basics.clock import FixedClock
from server.limits import FAILURES, FAILURES_OF_ALL, FIRST_LOCK_S, FORGIVEN_AFTER_S, EnrolmentGuard
from server.refusals import Refused


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 3, 2, 14, tzinfo=UTC))


def fail(guard: EnrolmentGuard, address: str, times: int = FAILURES) -> None:
    for _ in range(times):
        guard.check(address)
        guard.failed(address)


def locked_s(guard: EnrolmentGuard, address: str) -> int:
    try:
        guard.check(address)
    except Refused as refused:
        return refused.retry_after_s
    return 0


def test_five_slips_lock_one_address_for_longer_each_time(clock: FixedClock) -> None:
    guard = EnrolmentGuard(clock)
    fail(guard, "10.0.0.5", FAILURES - 1)
    assert locked_s(guard, "10.0.0.5") == 0
    guard.failed("10.0.0.5")
    assert locked_s(guard, "10.0.0.5") == FIRST_LOCK_S + 1
    assert locked_s(guard, "10.0.0.6") == 0
    clock.advance(FIRST_LOCK_S + 1)
    fail(guard, "10.0.0.5")
    assert locked_s(guard, "10.0.0.5") == 2 * FIRST_LOCK_S + 1


def test_success_and_time_forgive(clock: FixedClock) -> None:
    guard = EnrolmentGuard(clock)
    fail(guard, "10.0.0.5", FAILURES - 1)
    guard.succeeded("10.0.0.5")
    fail(guard, "10.0.0.5", FAILURES - 1)
    clock.advance(FORGIVEN_AFTER_S + 1)
    guard.check("10.0.0.5")
    fail(guard, "10.0.0.5", FAILURES - 1)
    assert locked_s(guard, "10.0.0.5") == 0


def test_many_addresses_lock_everybody(clock: FixedClock) -> None:
    guard = EnrolmentGuard(clock)
    for n in range(FAILURES_OF_ALL):
        guard.failed(f"10.0.1.{n}")
    assert locked_s(guard, "192.168.7.7") == FIRST_LOCK_S + 1
