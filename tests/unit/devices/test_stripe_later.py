"""The Stripe driver asked later, giving back, keeping cards, showing carts; and the line and the key it works with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from devices.base import (
    CartLine,
    Moved,
    Outcome,
    PaymentResult,
    RefundRequest,
    ReversalRequest,
    StoreCardRequest,
    Traced,
)
from devices.terminals.stripe import StripeTerminal
from devices.terminals.stripe_link import StripeAddress
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, RuleBroken, StorageError
from tests.support.simulators import StripeProcess, stripe_running
from tests.support.stripes import (
    CENTS,
    KEY,
    QUICK,
    Hand,
    Journal,
    ask,
    driver,
    numbers,
)

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
        till.terminal.show_message("Front desk", "One moment")
        assert patient.tell("state")["readers"][0]["action"] == "set_reader_display"
        till.terminal.clear_display()
        hand = Hand()
        thread = threading.Thread(target=lambda: till.pay(ask(), hand), daemon=True)
        thread.start()
        patient.wait("present card")
        other = driver(patient, key="rk_test_other")
        for act in (lambda: other.show_cart([CartLine("Copay", 3000)], 3000), other.clear_display,
                    lambda: other.show_message("a", "b")):  # fmt: skip
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
