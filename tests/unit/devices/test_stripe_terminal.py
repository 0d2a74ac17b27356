"""The Stripe driver against the simulated processor, a real process: one test for each row of what must happen when.

The truth is what the processor captured. Whatever the driver says must agree with it, or be UNKNOWN and become right.
"""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from devices.base import (
    Outcome,
    PaymentResult,
    Step,
)
from models.basics.errors import DeviceMissing, StorageError
from tests.support.simulators import stripe_running
from tests.support.stripes import (
    CENTS,
    QUICK,
    Hand,
    Journal,
    ask,
    driver,
)
from tests.support.waiting import until

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
        until(lambda: Step.CHECKING in hand.steps)
        patient.replug()
        patient.tell("press")
        thread.join(10)
        assert answer[0].outcome is Outcome.APPROVED
        assert waiting.agrees(answer[0])
