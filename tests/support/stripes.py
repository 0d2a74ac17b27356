"""A Stripe reader as a driver test sees it: the simulated account, a driver that is quick, a journal, an operator."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count

import pytest

from devices.base import Moved, PaymentRequest, PaymentResult, Step, Traced
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import StripeAddress, StripeTimers
from tests.support.simulators import StripeProcess, stripe_running

QUICK = StripeTimers(
    connect_s=2.0, call_s=2.0, process_s=2.0, poll_s=0.02, poll_slow_s=0.02, retry_s=0.02, give_up_s=0.3, lost_s=0.4,
    card_s=20.0, busy_look_s=0.05, authorising_s=2.0, ask_again_s=0.02, present_after_s=0.0,
)  # fmt: skip
CENTS = 7500
KEY = "rk_test_desk"
numbers = count(1)


class Hand:
    """Watches a payment, and can cancel it, by itself at a step or when told."""

    def __init__(self, cancel_at: Step | None = None) -> None:
        self.steps: list[Step] = []
        self._cancel_at, self._pressed = cancel_at, threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._pressed.is_set() or (self._cancel_at is not None and self._cancel_at in self.steps)

    def press(self) -> None:
        self._pressed.set()

    def step(self, step: Step) -> None:
        self.steps.append(step)


@pytest.fixture(name="running", scope="module")
def running_fixture() -> Iterator[StripeProcess]:
    with stripe_running("--key", KEY) as processor:
        yield processor


@pytest.fixture(name="stripe")
def stripe_fixture(running: StripeProcess) -> Iterator[StripeProcess]:
    running.reset()
    running.tell("card visa")
    yield running
    running.clear()


@pytest.fixture(name="terminal")
def terminal_fixture(stripe: StripeProcess) -> Iterator[StripeTerminal]:
    made = driver(stripe)
    made.diagnosis()  # as the desk does at opening
    yield made
    made.close()


def driver(stripe: StripeProcess, timers: StripeTimers = QUICK, key: str = KEY) -> StripeTerminal:
    return StripeTerminal(StripeAddress(stripe.base, stripe.reader), lambda: key, timers)


def ask(cents: int = CENTS, **more: object) -> PaymentRequest:
    number = next(numbers)
    return PaymentRequest(attempt_id=f"attempt-{number}", terminal_ref=f"01{number:010d}", amount_cents=cents,
                          **more)  # type: ignore[arg-type]  # fmt: skip


class Journal:
    """What the desk writes down of tries."""

    def __init__(self, terminal: StripeTerminal, stripe: StripeProcess) -> None:
        self.terminal, self.stripe = terminal, stripe
        self.noted: dict[str, str] = {}

    def pay(self, asked: PaymentRequest, hand: Hand | None = None) -> PaymentResult:
        noting = replace(asked, noted=lambda name: self.noted.__setitem__(asked.attempt_id, name))
        return self.terminal.payment(noting, hand or Hand())

    def later(self, asked: PaymentRequest) -> PaymentResult:
        """As at the next start: asked again, by what was written down."""
        traced = Traced(asked.attempt_id, Moved.TAKEN, self.noted.get(asked.attempt_id, ""), datetime.now(UTC))
        return self.terminal.transaction_status(asked.terminal_ref, asked.amount_cents, traced)

    def agrees(self, result: PaymentResult) -> bool:
        """Does what was said agree with what was captured?"""
        return result.approved_cents == self.stripe.captured_cents()


@pytest.fixture(name="journal")
def journal_fixture(terminal: StripeTerminal, stripe: StripeProcess) -> Journal:
    return Journal(terminal, stripe)
