"""A request that is paid by card, over a real line: processing while the reader is at it, then what the reader said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.request_views import RequestForm
from app.views import Collected, CollectRequest, TenderKind
from models.rules.payment_status import Status
from tests.support.clinic import MARIA
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.simulators import PaxProcess, pax_running
from tests.support.waiting import until


@pytest.fixture
def desk(tmp_path: Path, terminal: PaxProcess) -> Iterator[Counter]:
    terminal.reset()
    with counter(tmp_path, rosa_with_copay_and_balance, terminal=terminal.url) as here:
        yield here
        here.holds()


def ask(desk: Counter, cents: int = 4000) -> str:
    """Somebody is asked for so much."""
    form = RequestForm(f"asked-{cents}", "rosa", f"{cents / 100:.2f}")
    return desk.desk.payment_requests.save(form, MARIA, submit=True).request_id


def for_it(desk: Counter, request_id: str, tender: TenderKind, cents: int = 4000) -> CollectRequest:
    more: dict[str, Any] = {"tendered_cents": cents} if tender is TenderKind.CASH else {}
    return CollectRequest(sheet=desk.sheet("rosa", ""), amounts={}, use_credit=False, tender=tender, person=MARIA,
                          extra_cents=cents, extra_for="", request_id=request_id, **more)  # fmt: skip


def status(desk: Counter, request_id: str) -> Status:
    return desk.desk.payment_requests.open(request_id).status


def pay(desk: Counter, request_id: str, tender: TenderKind = TenderKind.CARD, cents: int = 4000) -> Collected:
    return desk.collect(for_it(desk, request_id, tender, cents))


def test_s2_08_processing_while_the_reader_waits_and_pending_when_it_is_cancelled(tmp_path: Path) -> None:
    with (
        pax_running(present_after_s=60.0) as slow,
        counter(tmp_path, rosa_with_copay_and_balance, terminal=slow.url) as desk,
    ):
        request_id = ask(desk)
        job, answer = desk.start(for_it(desk, request_id, TenderKind.CARD))
        slow.wait("present card")
        until(lambda: status(desk, request_id) is Status.PROCESSING)
        job.cancel()
        assert job.finished.wait(20)
        assert answer
        assert status(desk, request_id) is Status.PENDING


def test_s2_08_approved_is_paid(desk: Counter) -> None:
    request_id = ask(desk)
    taken = pay(desk, request_id)
    assert (status(desk, request_id), taken.number) == (Status.PAID, "PAY-1-00001")


@pytest.mark.parametrize(
    ("fault", "after"),
    [("declined", Status.FAILED), ("cancelled", Status.PENDING), ("card-timeout", Status.PENDING)],
)
def test_s2_08_what_the_reader_says(desk: Counter, terminal: PaxProcess, fault: str, after: Status) -> None:
    request_id = ask(desk)
    terminal.next(fault)
    pay(desk, request_id)
    assert status(desk, request_id) is after
    assert desk.payments() == []


def test_s2_08_declined_then_cash_pays_it(desk: Counter, terminal: PaxProcess) -> None:
    request_id = ask(desk)
    terminal.next("declined")
    pay(desk, request_id)
    taken = pay(desk, request_id, TenderKind.CASH)
    assert (status(desk, request_id), taken.number) == (Status.PAID, "PAY-1-00001")


def test_s2_08_part_approved_asks_for_the_rest(desk: Counter, terminal: PaxProcess) -> None:
    request_id = ask(desk)
    terminal.next("partial:1500")
    pay(desk, request_id)
    view = desk.desk.payment_requests.open(request_id)
    assert (view.status, view.paid_cents) == (Status.PENDING, 1500)
    pay(desk, request_id, TenderKind.CASH, 2500)
    assert status(desk, request_id) is Status.PAID
