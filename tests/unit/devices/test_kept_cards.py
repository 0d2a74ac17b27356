"""Cards kept with a payment and charged again without their holder, at both makers' readers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from devices.base import Capability, Outcome, PaymentResult
from devices.terminals.stripe import StripeTerminal
from models.basics.errors import DeviceMissing
from tests.support.simulators import PaxProcess
from tests.support.stripes import CENTS, Hand, Journal, ask
from tests.unit.devices.test_pax_terminal import SALE, Seen, driver, references, request

# PAX ------------------------------------------------------------------------------------------------------------------


KEPT = SALE + 100


def kept(terminal: object, token: str, cents: int = KEPT) -> PaymentResult:
    asked = replace(request(), terminal_ref=str(next(references)), amount_cents=cents)
    return terminal.charge_kept(asked, token, Seen())  # type: ignore[attr-defined,no-any-return]


def test_a_sale_keeps_its_card_only_with_a_consent_and_it_is_charged_again(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert terminal.payment(request(), Seen()).token == ""
        sale = terminal.payment(replace(request(), terminal_ref=str(next(references)), consent_id="consent-1"), Seen())
        assert (sale.outcome, sale.token[:3], sale.token[-4:]) == (Outcome.APPROVED, "tok", sale.card.last4)
        later = terminal.transaction_status(sale.terminal_ref, SALE)
        assert later.token == sale.token, "a late answer brings the card, too"
        shown = pax.tell("state")["screen"]
        again = kept(terminal, sale.token, 700)
        assert (again.outcome, again.approved_cents, again.card.last4) == (Outcome.APPROVED, 700, sale.card.last4)
        assert again.card.entry_mode == "on_file"
        assert (shown, pax.captured_cents()) == ("idle", 2 * SALE + 700)


KEPT_ENDS = {
    "declined": (Outcome.DECLINED, 0),
    "partial:1500": (Outcome.PARTIALLY_APPROVED, 1500),
    "answer-lost": (Outcome.APPROVED, KEPT),
    "nak:3": (Outcome.NOT_PERFORMED, 0),
    "debit-only": (Outcome.APPROVED, KEPT),
}


@pytest.mark.parametrize("fault", KEPT_ENDS)
def test_a_kept_card_ends_as_a_shown_one_does(pax: PaxProcess, fault: str) -> None:
    with driver(pax) as terminal:
        token = terminal.payment(replace(request(), consent_id="consent-1"), Seen()).token
        pax.next(fault)
        result = kept(terminal, token)
        if result.outcome is Outcome.UNKNOWN:
            result = terminal.transaction_status(result.terminal_ref, KEPT)
        assert (result.outcome, result.approved_cents) == KEPT_ENDS[fault]
        assert pax.captured_cents() == SALE + result.approved_cents
        assert pax.requests("T02") == 0, "a kept card is never tried as a debit card"


def test_what_is_no_token_is_never_sent(pax: PaxProcess) -> None:
    with driver(pax) as terminal:
        assert kept(terminal, "tok00000000").outcome is Outcome.NOT_PERFORMED
        for token in ("", "tok\x1f1", "tok\x1cT00"):
            with pytest.raises(ValueError, match="token"):
                kept(terminal, token)
    assert pax.captured_cents() == 0


# Stripe ---------------------------------------------------------------------------------------------------------------


def charge(journal: Journal, token: str, cents: int = CENTS) -> tuple[PaymentResult, PaymentResult]:
    """What the driver says, and what it says when it is asked later."""
    asked = ask(cents)
    noting = replace(asked, noted=lambda name: journal.noted.__setitem__(asked.attempt_id, name))
    said = journal.terminal.charge_kept(noting, token, Hand())
    return said, journal.later(asked)


def token_of(journal: Journal) -> str:
    return journal.pay(ask(consent_id="consent-1")).token


def test_a_payment_keeps_its_card_only_with_a_consent_and_it_is_charged_again(journal: Journal) -> None:
    assert journal.pay(ask()).token == ""
    token = token_of(journal)
    assert (token[:4], token.partition("/")[2][:3]) == ("cus_", "pm_")
    said, later = charge(journal, token, 700)
    assert (said.outcome, said.approved_cents, said.card.entry_mode) == (Outcome.APPROVED, 700, "on_file")
    assert (said.card.brand, said.card.last4) == ("Visa", "4242")
    assert (later.outcome, later.host_ref) == (Outcome.APPROVED, said.host_ref)
    assert journal.stripe.captured_cents() == 2 * CENTS + 700
    assert Capability.TOKENIZE in StripeTerminal.capabilities


def test_a_try_that_goes_on_keeps_the_card_only_where_that_one_says_so(journal: Journal) -> None:
    journal.stripe.next("declined")
    first = journal.pay(ask(consent_id="consent-1"))
    second = journal.pay(ask(continues=first.host_ref))
    assert (first.outcome, second.outcome, second.token) == (Outcome.DECLINED, Outcome.APPROVED, "")
    journal.stripe.next("declined")
    third = journal.pay(ask())
    fourth = journal.pay(ask(continues=third.host_ref, consent_id="consent-1"))
    assert (fourth.outcome, fourth.host_ref) == (Outcome.APPROVED, third.host_ref)
    assert fourth.token.startswith("cus_")


STRIPE_ENDS = {
    "authentication-required": (Outcome.DECLINED, "stripe.wants_holder", False),
    "drop-after@payment_intents.confirm": (Outcome.APPROVED, "", True),
    "drop-before@payment_intents.confirm": (Outcome.NOT_PERFORMED, "stripe.not_charged", False),
    "error-after:500@payment_intents.confirm": (Outcome.APPROVED, "", True),
    "garbled@payment_intents.confirm": (Outcome.APPROVED, "", True),
}


@pytest.mark.parametrize("fault", STRIPE_ENDS)
def test_how_a_kept_card_ends_and_nothing_is_left_that_could_be_charged(journal: Journal, fault: str) -> None:
    token = token_of(journal)
    journal.stripe.next(fault)
    said, later = charge(journal, token)
    outcome, reason, charged = STRIPE_ENDS[fault]
    assert (said.outcome, said.reason) == (outcome, reason)
    assert later.outcome is (Outcome.APPROVED if charged else Outcome.NOT_PERFORMED)
    assert journal.stripe.captured_cents() == CENTS * (2 if charged else 1)
    assert journal.stripe.intents()[-1]["status"] == ("succeeded" if charged else "canceled")


def test_a_kept_card_whose_answer_nobody_can_fetch_is_not_known(journal: Journal) -> None:
    token = token_of(journal)
    journal.stripe.next("drop-after@payment_intents.confirm")
    journal.stripe.next("drop-before@payment_intents.retrieve")
    said, later = charge(journal, token)
    assert (said.outcome, later.outcome) == (Outcome.UNKNOWN, Outcome.APPROVED)


def test_a_kept_card_that_is_gone_at_stripe_or_never_was_one(journal: Journal) -> None:
    token = token_of(journal)
    journal.stripe.next("refuse:resource_missing@payment_intents.create")
    said, _ = charge(journal, token)
    assert (said.outcome, said.reason) == (Outcome.NOT_PERFORMED, "stripe.card_gone")
    journal.terminal.forget_card(token)
    journal.terminal.forget_card(token)
    assert charge(journal, token)[0].outcome is Outcome.DECLINED
    with pytest.raises(ValueError, match="token"):
        charge(journal, "pm_1")
    journal.stripe.unplug()
    try:
        with pytest.raises(DeviceMissing):
            charge(journal, token)
    finally:
        journal.stripe.replug()
    assert journal.stripe.captured_cents() == CENTS
