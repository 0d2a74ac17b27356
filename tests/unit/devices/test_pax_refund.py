"""Money back to a card: the PAX driver's return against a terminal in another process, whatever the line does.

What the driver calls given back is what the simulated bank gave back, or the outcome is UNKNOWN until it is asked.
"""

from __future__ import annotations

import itertools

import pytest

from devices.base import Capability, Outcome, PaymentResult, RefundRequest, Step
from devices.terminals.pax import PaxTerminal
from models.basics.errors import DeviceError
from tests.support.simulators import PaxProcess
from tests.unit.devices.test_pax_terminal import QUICK, SALE, Seen, driver, pay, void

references = itertools.count(700001)


def give_back(
    terminal: PaxTerminal, cents: int, sale: PaymentResult | None = None, watch: Seen | None = None
) -> PaymentResult:
    """A refund, tied to `sale` where one is given."""
    asked = RefundRequest(attempt_id="r", terminal_ref=str(next(references)), amount_cents=cents,
                          host_ref=sale.host_ref if sale else "")  # fmt: skip
    return terminal.refund(asked, watch or Seen())


def test_s0_25_a_part_and_then_the_rest_goes_back_without_the_card(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert Capability.REFUND in terminal.capabilities
        sale, watch = pay(terminal), Seen()
        part = give_back(terminal, 1000, sale, watch)
        assert (part.outcome, part.approved_cents, part.reason) == (Outcome.APPROVED, 1000, "")
        assert part.card.last4 == sale.card.last4
        assert Step.WAITING not in watch.steps, "no card is asked for"
        assert pax.captured_cents() == SALE - 1000
        assert give_back(terminal, SALE - 1000, sale).outcome is Outcome.APPROVED
    assert pax.captured_cents() == 0


def test_s0_25_more_than_was_paid_is_declined_by_the_bank(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        sale = pay(terminal)
        give_back(terminal, SALE - 500, sale)
        over = give_back(terminal, 501, sale)
        assert (over.outcome, over.host_code) == (Outcome.DECLINED, "61")
        assert pax.captured_cents() == 500


def test_a_settled_sale_can_be_given_back(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        sale = pay(terminal)
        terminal._link.exchange("B00", ("20261121103000",), Seen(), Step.CHECKING)
        assert void(terminal, sale).outcome is Outcome.NOT_PERFORMED, "a settled sale cannot be voided"
        assert give_back(terminal, 700, sale).outcome is Outcome.APPROVED
    assert pax.captured_cents() == SALE - 700


def test_a_sale_nobody_knows_and_a_voided_one(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        sale = pay(terminal)
        void(terminal, sale)
        for host_ref in (sale.host_ref, "999999999999"):
            result = give_back(terminal, 100, PaymentResult(outcome=Outcome.APPROVED, host_ref=host_ref))
            assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "terminal.original_not_found")
    assert pax.captured_cents() == 0


def test_without_the_banks_reference_the_card_is_shown(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        watch = Seen()
        result = give_back(terminal, 400, watch=watch)
        assert (result.outcome, result.approved_cents, result.card.last4) == (Outcome.APPROVED, 400, "4242")
        assert Step.WAITING in watch.steps
    assert pax.captured_cents() == -400


def test_the_wait_for_the_card_can_be_cancelled(pax_by_hand: PaxProcess) -> None:
    with driver(pax_by_hand) as terminal:
        result = give_back(terminal, 400, watch=Seen(cancel_at=Step.WAITING))
        assert result.outcome is Outcome.CANCELLED
    assert pax_by_hand.captured_cents() == 0


ENDS = {
    "declined": (Outcome.DECLINED, 0),
    "refused:NOT SUPPORTED": (Outcome.NOT_PERFORMED, 0),
    "answer-lost": (Outcome.APPROVED, 1000),
    "ack-lost": (Outcome.APPROVED, 1000),
    "no-ack": (Outcome.NOT_PERFORMED, 0),
    "eot": (Outcome.NOT_PERFORMED, 0),
    "bad-lrc:1": (Outcome.APPROVED, 1000),
    "truncated": (Outcome.APPROVED, 1000),
    "multi-packet": (Outcome.APPROVED, 1000),
    "slow-bank:0.3s": (Outcome.APPROVED, 1000),
    "wrong-reference": (Outcome.UNKNOWN, 1000),
    "wrong-amount:1100": (Outcome.UNKNOWN, 1000),
    "partial:600": (Outcome.UNKNOWN, 600),
}
"""What one fault ends in, and the cents that really went back."""


@pytest.mark.parametrize("fault", ENDS)
def test_a_fault_and_its_end(pax: PaxProcess, fault: str) -> None:
    outcome, gone = ENDS[fault]
    with driver(pax) as terminal:
        sale = pay(terminal)
        pax.next(fault)
        result = give_back(terminal, 1000, sale)
        assert result.outcome is outcome
        assert result.approved_cents == (gone if outcome is Outcome.APPROVED else 0)
        assert pax.captured_cents() == SALE - gone
        assert pax.tell("captured")["requests"]["T00"] == 2, "a return is never sent twice"


@pytest.mark.parametrize("fault", ["wrong-reference", "wrong-amount:1100"])
def test_a_wrong_answer_becomes_right_when_asked_again(pax: PaxProcess, fault: str) -> None:
    with driver(pax) as terminal:
        sale = pay(terminal)
        pax.next(fault)
        reference = str(next(references))
        asked = RefundRequest(attempt_id="r", terminal_ref=reference, amount_cents=1000, host_ref=sale.host_ref)
        assert terminal.refund(asked, Seen()).outcome is Outcome.UNKNOWN
        found = terminal.transaction_status(reference, 1000)
        assert (found.outcome, found.approved_cents) == (Outcome.APPROVED, 1000)


def test_a_terminal_that_is_off_is_told_before_anything_is_sent(pax: PaxProcess) -> None:
    pax.always("silent")
    with driver(pax, QUICK) as terminal, pytest.raises(DeviceError):
        give_back(terminal, 1000)
    assert pax.tell("captured")["requests"].get("T00", 0) == 0


@pytest.mark.parametrize("cents", [0, -1])
def test_nothing_is_never_given_back(pax: PaxProcess, cents: int) -> None:
    with driver(pax) as terminal, pytest.raises(ValueError, match="one cent"):
        give_back(terminal, cents)
