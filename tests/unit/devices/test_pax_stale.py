"""Answers that belong to an earlier question: taken, dropped, and never believed (device rule 13)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest

from devices.base import Outcome, PaymentRequest, PaymentResult
from devices.terminals.pax import PaxTerminal
from devices.terminals.pax_link import Timers
from devices.wires.faulty_pipe import FaultyPipe, Mishap, Trouble
from tests.support.virtual_pax import MemoryPipe, VirtualTerminal
from tests.unit.devices.test_pax_terminal import Seen

TIMERS = replace(Timers(), slice_s=2.0)
references = itertools.count(100045)


class Till:
    """The driver on a wire in memory; `wire` is where things go wrong."""

    def __init__(self) -> None:
        self.pax = VirtualTerminal()
        self.wire = FaultyPipe(MemoryPipe(self.pax.loop, self.pax.line), ticks=self.pax.loop)
        self.driver = PaxTerminal(self.wire, TIMERS, ticks=self.pax.loop)

    def pay(self, cents: int = 2500, reference: str = "") -> PaymentResult:
        made = reference or str(next(references))
        return self.driver.payment(PaymentRequest(attempt_id=made, terminal_ref=made, amount_cents=cents), Seen())

    @property
    def captured(self) -> int:
        return self.pax.machine.bank.captured_cents()


@pytest.fixture
def till() -> Iterator[Till]:
    made = Till()
    made.driver.diagnosis()
    yield made
    made.pax.close()


@pytest.mark.parametrize("trouble", [Trouble.SPOILT_OUT, Trouble.UNHEARD])
@pytest.mark.parametrize("first", ["cancelled", "refused", "declined", "card-timeout"])
def test_a_no_said_twice_is_not_the_answer_to_the_next_sale(till: Till, first: str, trouble: Trouble) -> None:
    """Our ACK is lost, so the terminal says its answer again, while the next patient's sale begins: a "no" carries no
    reference, and would be believed while the card is charged."""
    till.pax.machine.plan.next(first)
    till.wire.plan(Mishap(trouble, after=1))
    assert till.pay().outcome is not Outcome.APPROVED
    result = till.pay(4200)
    assert (result.outcome, result.approved_cents, till.captured) == (Outcome.APPROVED, 4200, 4200)


@pytest.mark.parametrize("seconds", [15, 19, 25, 40])
def test_a_late_report_is_not_the_answer_about_another(till: Till, seconds: int) -> None:
    """The report about a payment that never happened comes late; it says "not found", and names nobody."""
    gone = str(next(references))
    till.pax.machine.plan.next(f"late-answer:{seconds}s@R02")
    assert till.driver.transaction_status(gone, 900).outcome in (Outcome.UNKNOWN, Outcome.NOT_PERFORMED)
    known = str(next(references))
    till.pax.machine.plan.next("answer-lost")
    till.pax.machine.plan.next("no-ack@A00")
    sale = till.pay(3100, known)
    if sale.outcome is Outcome.UNKNOWN:
        sale = till.driver.transaction_status(known, 3100)
    assert (sale.outcome, sale.approved_cents) == (Outcome.APPROVED, 3100)


def test_a_line_one_answer_behind_catches_up(till: Till) -> None:
    """Every question is answered with the answer to the one before, for ever, unless the line is let finish once."""
    one, two = str(next(references)), str(next(references))
    assert till.pay(1100, one).approved_cents == 1100
    assert till.pay(2200, two).approved_cents == 2200
    for reference in (one, two, one):
        till.pax.machine.plan.next("late-answer:21s@R02")
        till.driver.transaction_status(reference, 1)
    for reference, cents in ((one, 1100), (two, 2200), (one, 1100)):
        found = till.driver.transaction_status(reference, cents)
        assert (found.outcome, found.terminal_ref, found.approved_cents) == (Outcome.APPROVED, reference, cents)


def test_a_line_that_is_well_waits_for_nothing(till: Till) -> None:
    """Sale after sale without a question in between, and without a second of quiet."""
    for _ in range(3):
        assert till.pay(cents=100 + next(references)).outcome is Outcome.APPROVED
    requests = till.pax.machine.requests
    assert (requests["T00"], requests["A00"]) == (3, 1)
    assert till.pax.loop.now() < 1000 + 3 * 5 + 1
