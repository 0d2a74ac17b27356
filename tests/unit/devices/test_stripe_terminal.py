"""The Stripe driver against the simulated processor, a real process: one test for each row of what must happen when.

The truth is what the processor captured. Whatever the driver says must agree with it, or be UNKNOWN and become right.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from devices.base import (
    CartLine,
    Moved,
    Outcome,
    PaymentRequest,
    PaymentResult,
    RefundRequest,
    ReversalRequest,
    Step,
    StoreCardRequest,
    Traced,
)
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import StripeAddress, StripeTimers
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, RuleBroken, StorageError
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


@pytest.fixture(scope="module")
def running() -> Iterator[StripeProcess]:
    with stripe_running("--key", KEY) as processor:
        yield processor


@pytest.fixture
def stripe(running: StripeProcess) -> Iterator[StripeProcess]:
    running.reset()
    running.tell("card visa")
    yield running
    running.clear()


@pytest.fixture
def terminal(stripe: StripeProcess) -> Iterator[StripeTerminal]:
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


@pytest.fixture
def journal(terminal: StripeTerminal, stripe: StripeProcess) -> Journal:
    return Journal(terminal, stripe)


# A payment ------------------------------------------------------------------------------------------------------------


def test_a_payment_is_approved_with_everything_its_receipt_needs(journal: Journal) -> None:
    asked, hand = ask(), Hand()
    result = journal.pay(asked, hand)
    assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, CENTS)
    assert result.terminal_ref == asked.terminal_ref
    assert result.host_ref == journal.noted[asked.attempt_id]
    assert result.host_ref.startswith("pi_")
    assert result.terminal_txn_no.startswith("ch_")
    assert (result.card.brand, result.card.last4, result.card.entry_mode) == ("Visa", "4242", "contactless")
    assert (result.emv.aid, result.emv.app_label, result.emv.cvm) == ("A0000000031010", "Visa Credit", "none")
    assert (result.emv.tvr, result.emv.tsi, result.emv.arc) == ("0000008000", "E800", "3030")
    assert len(result.auth_code) == 6
    assert hand.steps[:2] == [Step.ARMING, Step.WAITING]
    assert journal.stripe.captured_cents() == CENTS


def test_nothing_of_a_patient_goes_to_stripe_and_the_intent_is_ours(journal: Journal) -> None:
    asked = ask()
    journal.pay(asked)
    (intent,) = journal.stripe.intents()
    assert intent["metadata"] == {"copaydesk_attempt": asked.attempt_id, "copaydesk_reference": asked.terminal_ref}
    assert journal.stripe.keys("") == [f"pi-{asked.attempt_id}", f"proc-{asked.attempt_id}-1"]


@pytest.mark.parametrize(
    ("card", "brand"), [("mastercard", "Mastercard"), ("amex", "American Express"), ("debit", "Visa")]
)
def test_brands_are_named_as_people_know_them(journal: Journal, card: str, brand: str) -> None:
    journal.stripe.tell(f"card {card}")
    assert journal.pay(ask()).card.brand == brand


def test_the_name_of_the_intent_is_written_down_before_the_card_is_asked_for(journal: Journal) -> None:
    def full(_name: str) -> None:
        raise StorageError("store.full")

    with pytest.raises(StorageError):
        journal.terminal.payment(ask(noted=full), Hand())
    assert journal.stripe.requests("readers.process_payment_intent") == 0
    assert journal.stripe.captured_cents() == 0


# What must happen when ------------------------------------------------------------------------------------------------


def test_create_whose_answer_is_lost_is_repeated_with_the_same_key(journal: Journal) -> None:
    journal.stripe.next("drop-after@payment_intents.create")
    asked = ask()
    assert journal.agrees(journal.pay(asked))
    assert set(journal.stripe.keys("pi-")) == {f"pi-{asked.attempt_id}"}
    assert len(journal.stripe.intents()) == 1


def test_create_that_never_answers_is_given_up_with_nothing_sent_and_tidied_later(journal: Journal) -> None:
    journal.stripe.always("drop-after@payment_intents.create")
    quick = driver(journal.stripe, replace(QUICK, give_up_s=0.0))
    quick.diagnosis()
    with pytest.raises(DeviceMissing) as error:
        quick.payment(ask(), Hand())
    assert error.value.message_key == "stripe.unreachable"
    assert journal.stripe.requests("readers.process_payment_intent") == 0
    journal.stripe.clear()
    quick.diagnosis()
    assert [intent["status"] for intent in journal.stripe.intents()] == ["canceled"]


@pytest.mark.parametrize("fault", ["drop-after", "slow:4s", "error-after:500", "error-after:503", "garbled"])
def test_dispatch_whose_answer_is_lost_is_looked_for_at_the_reader(journal: Journal, fault: str) -> None:
    journal.stripe.next(f"{fault}@readers.process_payment_intent")
    asked = ask()
    result = journal.pay(asked)
    assert result.outcome is Outcome.APPROVED
    assert journal.agrees(result)
    assert len(journal.stripe.keys("proc-")) == 1


@pytest.mark.parametrize("fault", ["drop-before", "error-before:503", "rate-limited", "rate-limited:no", "in-use"])
def test_dispatch_that_never_arrived_is_sent_again_with_a_new_key(journal: Journal, fault: str) -> None:
    journal.stripe.next(f"{fault}@readers.process_payment_intent")
    asked = ask()
    assert journal.agrees(journal.pay(asked))
    assert journal.stripe.keys("proc-")[-1] == f"proc-{asked.attempt_id}-2"


def test_reader_timeout_may_be_a_false_negative(journal: Journal) -> None:
    journal.stripe.next("timeout-false")
    result = journal.pay(ask())
    assert result.outcome is Outcome.APPROVED
    assert journal.agrees(result)
    assert len(journal.stripe.keys("proc-")) == 1


def test_reader_timeout_that_was_true_is_sent_again_with_a_new_key(journal: Journal) -> None:
    journal.stripe.next("timeout-true")
    asked = ask()
    assert journal.agrees(journal.pay(asked))
    assert journal.stripe.keys("proc-") == [f"proc-{asked.attempt_id}-1", f"proc-{asked.attempt_id}-2"]


def test_reader_that_times_out_again_and_again_is_given_up_for_certain(journal: Journal) -> None:
    journal.stripe.always("timeout-true")
    result = journal.pay(ask())
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "stripe.reader_timeout")
    assert [intent["status"] for intent in journal.stripe.intents()] == ["canceled"]


def test_busy_reader_is_left_alone_and_the_till_is_named(journal: Journal) -> None:
    journal.stripe.next("other-till")
    result = journal.pay(ask())
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "stripe.other_till")
    journal.stripe.wait("approved")
    assert journal.stripe.captured_cents() == 1000  # the other till's


def test_busy_reader_without_an_action_is_updating_or_holds_a_card(journal: Journal) -> None:
    journal.stripe.next("busy")
    result = journal.pay(ask())
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "stripe.reader_busy")
    assert journal.agrees(result)


def test_offline_reader_keeps_the_intent_for_the_next_try(journal: Journal) -> None:
    journal.stripe.next("offline")
    first = journal.pay(ask())
    assert (first.outcome, first.reason) == (Outcome.NOT_PERFORMED, "stripe.reader_offline")
    second = journal.pay(ask(continues=first.host_ref))
    assert second.host_ref == first.host_ref
    assert journal.agrees(second)
    assert len(journal.stripe.intents()) == 1


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("terminal_reader_hardware_fault", "stripe.hardware_fault"),
        ("terminal_reader_invalid_location_for_payment", "stripe.wrong_location"),
        ("something_new", "terminal.refused"),
    ],
)
def test_any_other_refusal_is_certain_and_gives_the_intent_up(journal: Journal, code: str, reason: str) -> None:
    journal.stripe.next(f"refuse:{code}@readers.process_payment_intent")
    result = journal.pay(ask())
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, reason)
    assert [intent["status"] for intent in journal.stripe.intents()] == ["canceled"]


def test_intent_in_another_state_decides_by_its_status(journal: Journal) -> None:
    """The dispatch answered nothing, the card was charged meanwhile, the second dispatch is refused."""
    asked = ask()
    journal.stripe.next("drop-after@readers.process_payment_intent")
    journal.stripe.next("refuse:intent_invalid_state@readers.process_payment_intent")
    assert journal.agrees(journal.pay(asked))


def test_declined_keeps_the_intent_and_the_next_card_is_tried_on_it(journal: Journal) -> None:
    journal.stripe.tell("card insufficient")
    first = journal.pay(ask())
    assert (first.outcome, first.host_code, first.host_text) == (
        Outcome.DECLINED, "insufficient_funds", "Insufficient funds",
    )  # fmt: skip
    assert journal.stripe.captured_cents() == 0
    journal.stripe.tell("card visa")
    asked = ask(continues=first.host_ref)
    second = journal.pay(asked)
    assert (second.outcome, second.host_ref, second.terminal_ref) == (
        Outcome.APPROVED, first.host_ref, asked.terminal_ref,
    )  # fmt: skip
    assert len(journal.stripe.intents()) == 1
    assert journal.agrees(second)


def test_another_amount_after_a_decline_is_another_intent_and_the_old_one_is_canceled(journal: Journal) -> None:
    journal.stripe.tell("card declined")
    first = journal.pay(ask())
    journal.stripe.tell("card visa")
    second = journal.pay(ask(2500, continues=first.host_ref))
    assert second.host_ref != first.host_ref
    assert {intent["status"] for intent in journal.stripe.intents()} == {"canceled", "succeeded"}
    assert journal.agrees(second)


def test_a_try_before_that_was_charged_after_all_is_not_charged_again(journal: Journal) -> None:
    first = journal.pay(ask())
    again = ask(continues=first.host_ref)
    second = journal.pay(again)
    assert (second.outcome, second.terminal_ref) == (Outcome.APPROVED, again.terminal_ref)
    assert journal.stripe.captured_cents() == CENTS
    other = journal.pay(ask(2500, continues=first.host_ref))
    assert (other.outcome, other.reason) == (Outcome.UNKNOWN, "terminal.other_amount")
    assert journal.stripe.captured_cents() == CENTS


@pytest.mark.parametrize("code", ["lost_card", "stolen_card", "do_not_honor", "a_code_from_tomorrow"])
@pytest.mark.parametrize("old_software", [False, True])
def test_decline_codes_are_read_from_the_reader_or_from_the_intent(
    journal: Journal, code: str, old_software: bool
) -> None:
    journal.stripe.next(f"declined:{code}")
    if old_software:
        journal.stripe.next("api-error-null")
    result = journal.pay(ask())
    assert (result.outcome, result.host_code) == (Outcome.DECLINED, code)
    assert journal.agrees(result)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("connection-error-charged", Outcome.APPROVED),
        ("connection-error", Outcome.NOT_PERFORMED),
        ("customer-cancels", Outcome.CANCELLED),
        ("display-replaces", Outcome.NOT_PERFORMED),
        ("requires-capture", Outcome.APPROVED),
        ("unknown-enum:read_method@payment_intents.retrieve", Outcome.APPROVED),
        ("unknown-enum:failure_code@readers.retrieve", Outcome.APPROVED),
        ("unknown-enum:status@payment_intents.retrieve", Outcome.UNKNOWN),
        ("drop-after@payment_intents.retrieve", Outcome.APPROVED),
        ("garbled@readers.retrieve", Outcome.APPROVED),
        ("error-before:500@readers.retrieve", Outcome.APPROVED),
    ],
)
def test_the_intent_is_the_truth_whatever_the_action_says(journal: Journal, fault: str, outcome: Outcome) -> None:
    asked = ask()
    journal.stripe.next(fault)
    result = journal.pay(asked)
    assert result.outcome is outcome
    final = journal.later(asked) if outcome is Outcome.UNKNOWN else result
    assert journal.agrees(final)


@pytest.mark.parametrize(("fault", "outcome"), [("stuck", Outcome.CANCELLED), ("stuck-charged", Outcome.APPROVED)])
def test_an_action_that_never_ends_is_ended_and_the_intent_decides(
    journal: Journal, fault: str, outcome: Outcome
) -> None:
    journal.stripe.next(fault)
    quick = Journal(driver(journal.stripe, replace(QUICK, card_s=0.2)), journal.stripe)
    result = quick.pay(ask())
    assert result.outcome is outcome
    assert quick.agrees(result)


def test_cancel_before_a_card_is_shown_charges_nothing_and_no_late_card_can_pay(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        waiting = Journal(driver(patient, key="rk_test_other"), patient)
        result = waiting.pay(ask(), Hand(cancel_at=Step.WAITING))
        assert (result.outcome, result.reason) == (Outcome.CANCELLED, "terminal.cancelled")
        assert [intent["status"] for intent in patient.intents()] == ["canceled"]
        with pytest.raises(ValueError, match="no reader"):
            patient.tell("press")
        assert patient.captured_cents() == 0


def test_cancel_during_authorising_cannot_stop_it_and_the_true_result_is_told(journal: Journal) -> None:
    journal.stripe.next("slow-bank:600ms")
    hand = Hand()
    threading.Thread(target=lambda: (journal.stripe.wait("authorising"), hand.press())).start()
    result = journal.pay(ask(), hand)
    assert result.outcome is Outcome.APPROVED
    assert Step.AUTHORISING in hand.steps
    assert journal.agrees(result)


def test_cancel_that_is_refused_without_a_card_ends_all_the_same(journal: Journal) -> None:
    with stripe_running("--by-hand", "--fault", "cancel-busy") as patient:
        waiting = Journal(driver(patient, replace(QUICK, authorising_s=0.3), key="rk_test_other"), patient)
        result = waiting.pay(ask(), Hand(cancel_at=Step.WAITING))
        assert result.outcome is Outcome.NOT_PERFORMED
        assert [intent["status"] for intent in patient.intents()] == ["canceled"]


def test_intent_that_refuses_to_be_canceled_was_paid(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        patient.next("cancel-race")
        waiting = Journal(driver(patient, key="rk_test_other"), patient)
        result = waiting.pay(ask(), Hand(cancel_at=Step.WAITING))
        assert (result.outcome, result.approved_cents) == (Outcome.APPROVED, CENTS)
        assert waiting.agrees(result)


def test_cancel_before_anything_was_asked(journal: Journal) -> None:
    result = journal.pay(ask(), Hand(cancel_at=Step.ARMING))
    assert (result.outcome, result.reason) == (Outcome.CANCELLED, "terminal.cancelled_here")
    assert journal.stripe.intents() == []


def test_rule_10_line_lost_in_the_middle_is_unknown_and_becomes_right_by_itself(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        waiting = Journal(driver(patient, key="rk_test_other"), patient)
        asked, hand = ask(), Hand()
        answer: list[PaymentResult] = []
        thread = threading.Thread(target=lambda: answer.append(waiting.pay(asked, hand)))
        thread.start()
        patient.wait("present card")
        patient.unplug()
        patient.tell("press")  # the reader has a line of its own
        patient.wait("approved")
        thread.join(10)
        assert (answer[0].outcome, answer[0].reason) == (Outcome.UNKNOWN, "stripe.line_lost")
        assert hand.steps[-1] is Step.CHECKING
        assert waiting.later(asked).reason == "stripe.unreachable"
        patient.replug()
        assert waiting.agrees(waiting.later(asked))


def test_line_that_comes_back_in_time_is_waited_for(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        waiting = Journal(driver(patient, replace(QUICK, lost_s=10.0), key="rk_test_other"), patient)
        hand, answer = Hand(), list[PaymentResult]()
        thread = threading.Thread(target=lambda: answer.append(waiting.pay(ask(), hand)))
        thread.start()
        patient.wait("present card")
        patient.unplug()
        while Step.CHECKING not in hand.steps:
            time.sleep(0.01)
        patient.replug()
        patient.tell("press")
        thread.join(10)
        assert answer[0].outcome is Outcome.APPROVED
        assert waiting.agrees(answer[0])


# Found out later ------------------------------------------------------------------------------------------------------


def test_died_before_the_intent_was_known_is_found_by_its_key_or_its_metadata(journal: Journal) -> None:
    """Killed between the answer and its note: the card was charged, nothing is written down."""
    asked = ask()
    paid = journal.pay(asked)
    journal.noted.clear()
    later = journal.later(asked)
    assert (later.outcome, later.host_ref) == (Outcome.APPROVED, paid.host_ref)
    assert journal.agrees(later)


def test_died_before_anything_was_sent_never_happened_and_nothing_is_left_waiting(journal: Journal) -> None:
    asked = ask()
    later = journal.later(asked)
    assert (later.outcome, later.reason) == (Outcome.NOT_PERFORMED, "stripe.not_charged")
    assert {intent["status"] for intent in journal.stripe.intents()} == {"canceled"}
    old = Traced(asked.attempt_id, Moved.TAKEN, "", datetime.now(UTC) - timedelta(days=3))
    other = ask()
    long_ago = journal.terminal.transaction_status(other.terminal_ref, CENTS, replace(old, attempt_id=other.attempt_id))
    assert (long_ago.outcome, long_ago.reason) == (Outcome.NOT_PERFORMED, "stripe.never_asked")


def test_died_while_the_patient_looks_for_a_card_ends_the_payment_on_the_reader(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        waiting = Journal(driver(patient, key="rk_test_other"), patient)
        asked = ask()
        thread = threading.Thread(target=lambda: waiting.pay(asked), daemon=True)
        thread.start()
        patient.wait("present card")
        other = Journal(driver(patient, key="rk_test_other"), patient)
        other.noted = waiting.noted
        later = other.later(asked)
        assert (later.outcome, later.reason) == (Outcome.NOT_PERFORMED, "stripe.not_charged")
        thread.join(10)
        assert patient.captured_cents() == 0


def test_asked_while_the_bank_decides_stays_unknown_until_it_has(journal: Journal) -> None:
    journal.stripe.next("slow-bank:500ms")
    asked = ask()
    thread = threading.Thread(target=lambda: journal.pay(asked), daemon=True)
    thread.start()
    journal.stripe.wait("authorising")
    other = Journal(driver(journal.stripe), journal.stripe)
    other.noted = journal.noted
    assert (other.later(asked).outcome, other.later(asked).reason) == (Outcome.UNKNOWN, "stripe.authorising")
    thread.join(10)
    assert other.agrees(other.later(asked))


def test_authorised_but_not_captured_is_not_captured_by_asking(journal: Journal) -> None:
    asked = ask()
    journal.stripe.next("requires-capture")
    journal.stripe.always("drop-before@payment_intents.capture")
    assert journal.pay(asked).outcome is Outcome.UNKNOWN
    assert journal.later(asked).reason == "stripe.not_captured"
    assert journal.stripe.captured_cents() == 0


def test_rule_13_an_answer_about_something_else_is_never_an_approval(journal: Journal) -> None:
    asked = ask()
    paid = journal.pay(asked)
    wrong = Traced("attempt-x", Moved.TAKEN, paid.host_ref, datetime.now(UTC))
    assert journal.terminal.transaction_status("019999999999", CENTS, wrong).reason == "terminal.other_reference"
    traced = replace(wrong, attempt_id=asked.attempt_id)
    assert journal.terminal.transaction_status(asked.terminal_ref, 2500, traced).reason == "terminal.other_amount"


def test_rule_14_a_wrong_clock_at_stripe_changes_nothing(journal: Journal) -> None:
    journal.stripe.always("clock-skew:7200")
    asked = ask()
    paid = journal.pay(asked)
    journal.noted.clear()
    assert journal.later(asked).host_ref == paid.host_ref


def test_search_lags_and_is_not_used(journal: Journal) -> None:
    journal.stripe.always("search-lag")
    asked = ask()
    journal.pay(asked)
    journal.noted.clear()
    assert journal.agrees(journal.later(asked))
    assert journal.stripe.requests("payment_intents.search") == 0


# Giving back ----------------------------------------------------------------------------------------------------------


def give_back(paid: PaymentResult, cents: int) -> RefundRequest:
    number = next(numbers)
    return RefundRequest(attempt_id=f"refund-{number}", terminal_ref=f"01{number:010d}", amount_cents=cents,
                         host_ref=paid.host_ref)  # fmt: skip


def asked_later(journal: Journal, asked: RefundRequest) -> PaymentResult:
    traced = Traced(asked.attempt_id, Moved.GIVEN_BACK, asked.host_ref, datetime.now(UTC))
    return journal.terminal.transaction_status(asked.terminal_ref, asked.amount_cents, traced)


def test_part_and_then_the_rest_goes_back_linked_without_a_card(journal: Journal) -> None:
    paid = journal.pay(ask())
    first = journal.terminal.refund(give_back(paid, 2500), Hand())
    assert (first.outcome, first.approved_cents) == (Outcome.APPROVED, 2500)
    assert first.host_ref.startswith("re_")
    assert journal.stripe.captured_cents() == CENTS - 2500
    rest = journal.terminal.refund(give_back(paid, 5000), Hand())
    assert rest.outcome is Outcome.APPROVED
    once_more = journal.terminal.refund(give_back(paid, 100), Hand())
    assert (once_more.outcome, once_more.reason) == (Outcome.DECLINED, "stripe.refunded_before")
    assert journal.stripe.captured_cents() == 0


def test_a_payment_of_today_is_taken_back_whole(journal: Journal) -> None:
    paid = journal.pay(ask())
    undone = journal.terminal.reversal(ReversalRequest(
        attempt_id="void-1", terminal_ref="010000009001", terminal_txn_no=paid.terminal_txn_no, host_ref=paid.host_ref,
        amount_cents=CENTS,
    ), Hand())  # fmt: skip
    assert undone.outcome is Outcome.APPROVED
    assert journal.stripe.captured_cents() == 0


@pytest.mark.parametrize(
    "fault", ["drop-after@refunds.create", "error-before:503@refunds.create", "in-use@refunds.create"]
)
def test_refund_whose_answer_is_lost_is_made_once(journal: Journal, fault: str) -> None:
    paid = journal.pay(ask())
    journal.stripe.next(fault)
    result = journal.terminal.refund(give_back(paid, 2500), Hand())
    assert result.outcome is Outcome.APPROVED
    assert journal.stripe.captured_cents() == CENTS - 2500


def test_refund_that_cannot_be_heard_of_is_unknown_and_found_later(journal: Journal) -> None:
    paid = journal.pay(ask())
    for route in ("refunds.create", "refunds.list"):
        journal.stripe.always(f"drop-after@{route}")
    asked = give_back(paid, 2500)
    assert journal.terminal.refund(asked, Hand()).outcome is Outcome.UNKNOWN
    journal.stripe.clear()
    assert asked_later(journal, asked).outcome is Outcome.APPROVED
    never = give_back(paid, 2500)
    assert asked_later(journal, never).outcome is Outcome.NOT_PERFORMED
    assert journal.stripe.captured_cents() == CENTS - 2500


def test_pending_refund_is_unknown_until_it_succeeded_or_failed(journal: Journal) -> None:
    paid = journal.pay(ask())
    for card, outcome in (("visa", Outcome.APPROVED), ("refund-fails", Outcome.DECLINED)):
        journal.stripe.tell(f"card {card}")
        paid = journal.pay(ask())
        journal.stripe.next("refund-pending")
        asked = give_back(paid, 2500)
        assert journal.terminal.refund(asked, Hand()).reason == "stripe.refund_pending"
        assert asked_later(journal, asked).outcome is Outcome.UNKNOWN
        journal.stripe.tell("settle")
        assert asked_later(journal, asked).outcome is outcome


def test_disputed_and_foreign_payments_are_not_refunded(journal: Journal) -> None:
    paid = journal.pay(ask())
    journal.stripe.tell(f"dispute {paid.terminal_txn_no}")
    assert journal.terminal.refund(give_back(paid, 100), Hand()).reason == "stripe.disputed"
    foreign = replace(give_back(paid, 100), host_ref="200069124602")
    assert journal.terminal.refund(foreign, Hand()).reason == "stripe.not_its_payment"
    assert journal.stripe.captured_cents() == CENTS


# Cards kept, carts shown ----------------------------------------------------------------------------------------------


def keep(consent: str = "consent-1") -> StoreCardRequest:
    number = next(numbers)
    return StoreCardRequest(attempt_id=f"keep-{number}", terminal_ref=f"01{number:010d}", consent_id=consent)


def test_card_is_kept_with_a_consent_and_for_no_money(journal: Journal) -> None:
    kept = journal.terminal.store_card(keep(), Hand())
    assert (kept.outcome, kept.card.brand, kept.card.last4) == (Outcome.APPROVED, "Visa", "4242")
    holder, _, method = kept.token.partition("/")
    assert (holder[:4], method[:3]) == ("cus_", "pm_")
    assert journal.stripe.captured_cents() == 0
    with pytest.raises(ValueError, match="consent"):
        journal.terminal.store_card(keep(""), Hand())


@pytest.mark.parametrize(
    ("fault", "outcome", "reason"),
    [
        ("generated-card-null", Outcome.NOT_PERFORMED, "stripe.no_reusable_card"),
        ("customer-cancels", Outcome.CANCELLED, "terminal.cancelled"),
        ("offline", Outcome.NOT_PERFORMED, "stripe.reader_offline"),
        ("busy", Outcome.NOT_PERFORMED, "stripe.reader_busy"),
        ("drop-before@setup_intents.retrieve", Outcome.UNKNOWN, "stripe.unreachable"),
    ],
)
def test_card_that_could_not_be_kept(journal: Journal, fault: str, outcome: Outcome, reason: str) -> None:
    journal.stripe.next(fault)
    kept = journal.terminal.store_card(keep(), Hand())
    assert (kept.outcome, kept.reason, kept.token) == (outcome, reason, "")


def test_a_cart_is_shown_and_cleared_and_never_replaces_a_payment(journal: Journal) -> None:
    with stripe_running("--by-hand") as patient:
        till = Journal(driver(patient, key="rk_test_other"), patient)
        till.terminal.show_cart([CartLine("Copay", 3000)], 3000)
        assert patient.tell("state")["readers"][0]["action"] == "set_reader_display"
        till.terminal.clear_display()
        assert patient.tell("state")["readers"][0]["action"] == ""
        hand = Hand()
        thread = threading.Thread(target=lambda: till.pay(ask(), hand), daemon=True)
        thread.start()
        patient.wait("present card")
        other = driver(patient, key="rk_test_other")
        for act in (lambda: other.show_cart([CartLine("Copay", 3000)], 3000), other.clear_display):
            with pytest.raises(DeviceBusy):
                act()
        assert patient.tell("state")["readers"][0]["action"] == "process_payment_intent"
        hand.press()
        thread.join(10)


# The line and the key -------------------------------------------------------------------------------------------------


def test_a_simulated_reader_of_test_mode_is_shown_its_test_card() -> None:
    with stripe_running("--reader", "simulated_stripe_s700", "--by-hand") as test_mode:
        till = Journal(driver(test_mode, key="rk_test_other"), test_mode)
        assert till.terminal.diagnosis().model == "Stripe S700 (simulated)"
        result = till.pay(ask())
        assert (result.outcome, result.card.last4) == (Outcome.APPROVED, "4242")
        declined = till.pay(ask(7501))
        assert (declined.outcome, declined.host_code) == (Outcome.DECLINED, "call_issuer")
        assert till.agrees(result)


def test_rule_4_stripe_out_of_reach_is_an_error_at_once_with_nothing_sent(stripe: StripeProcess) -> None:
    stripe.unplug()
    try:
        started = time.monotonic()
        with pytest.raises(DeviceMissing) as error:
            driver(stripe).payment(ask(), Hand())
        assert error.value.message_key == "stripe.unreachable"
        assert time.monotonic() - started < 5.0
    finally:
        stripe.replug()
    assert stripe.intents() == []


def test_nobody_is_trusted_who_cannot_prove_that_he_is_stripe() -> None:
    with stripe_running("--tls") as stranger, pytest.raises(DeviceError) as error:
        driver(stranger).payment(ask(), Hand())
    assert error.value.message_key == "stripe.unreachable"


@pytest.mark.parametrize(
    ("key", "fault", "told"),
    [
        ("", "", "stripe.no_key"),
        ("hunter2", "", "stripe.key_refused"),
        ("rk_test_somebody", "", "stripe.key_refused"),
        (KEY, "key-refused", "stripe.key_refused"),
        (KEY, "key-limited", "stripe.key_limited"),
    ],
)
def test_a_key_that_does_not_fit_is_said_before_anything_is_sent(
    stripe: StripeProcess, key: str, fault: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    if fault:
        stripe.next(fault)
    with caplog.at_level("DEBUG"), pytest.raises(DeviceMissing) as error:
        driver(stripe, key=key).payment(ask(), Hand())
    assert error.value.message_key == told
    assert "rk_test" not in caplog.text
    assert "rk_test" not in str(error.value)


def test_key_taken_away_in_the_middle_is_certain_and_a_new_one_is_asked_for(journal: Journal) -> None:
    journal.stripe.next("key-refused@readers.process_payment_intent")
    result = journal.pay(ask())
    assert (result.outcome, result.reason) == (Outcome.NOT_PERFORMED, "stripe.key_refused")
    assert journal.agrees(journal.pay(ask()))


def test_locked_keyring_is_said_and_nothing_is_sent(stripe: StripeProcess) -> None:
    def locked() -> str:
        raise StorageError("secrets.locked")

    terminal = StripeTerminal(StripeAddress(stripe.base, stripe.reader), locked, QUICK)
    with pytest.raises(DeviceMissing) as error:
        terminal.diagnosis()
    assert error.value.message_key == "stripe.key_locked"


@pytest.mark.parametrize(
    ("state", "told"), [("offline", "stripe.reader_offline"), ("", "stripe.reader_gone")], ids=["away", "unregistered"]
)
def test_a_reader_that_is_away_or_gone_is_said(stripe: StripeProcess, state: str, told: str) -> None:
    terminal = driver(stripe) if state else StripeTerminal(StripeAddress(stripe.base, "tmr_gone"), lambda: KEY, QUICK)
    if state:
        stripe.tell(state)
    with pytest.raises(DeviceMissing) as error:
        terminal.diagnosis()
    assert error.value.message_key == told


@pytest.mark.parametrize(
    "url",
    [
        "https://api.stripe.com.evil.example/tmr_a", "http://api.stripe.com/tmr_a", "http://10.0.0.7:80/tmr_a",
        "https://key@api.stripe.com/tmr_a", "https://api.stripe.com/tmr_a?key=1", "https://api.stripe.com/../x",
    ],
)  # fmt: skip
def test_the_key_goes_to_stripe_or_stays_here(url: str) -> None:
    with pytest.raises(RuleBroken) as error:
        StripeAddress.parse(url)
    assert error.value.message_key == "device.address_wrong"


def test_addresses_that_fit() -> None:
    assert StripeAddress.parse("https://api.stripe.com/tmr_a") == StripeAddress("https://api.stripe.com", "tmr_a")
    assert StripeAddress.parse("http://127.0.0.1:8080") == StripeAddress("http://127.0.0.1:8080", "")


def test_card_numbers_from_stripe_are_blocked_and_counted(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    from devices.terminals import stripe_run

    real: Callable[..., dict[str, object]] = stripe_run.Run._intent

    def leaking(self: stripe_run.Run) -> dict[str, object]:
        intent = real(self)
        charge = intent["latest_charge"]
        if isinstance(charge, dict):
            charge["payment_method_details"]["card_present"]["cardholder_name"] = "4242424242424242"
        return intent

    monkeypatch.setattr(stripe_run.Run, "_intent", leaking)
    result = journal.pay(ask())
    assert result.card.holder == "card data blocked"
    assert journal.terminal.blocked_count == 1
