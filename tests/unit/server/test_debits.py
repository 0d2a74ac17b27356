"""Bank debits from home at a real hub: asked, under way for days, paid or refused; whatever becomes of webhooks, each
is asked for once and counts once (S2-16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.asked_for import collectable
from models.basics.ids import new_id
from models.operations import online
from models.operations.bodies import AllocationLine, RefundRequest
from models.operations.requests import PaymentRequestPut
from models.rules.payment_status import Status
from models.store.hub_reading import HubReader
from models.store.queries import requests
from server.online.offered import ChargeAsk, Charged, Declined, Processing, SaveAsk, SaveConsent
from tests.support.hub import RunningHub
from tests.support.online import BACK, BROKE, CLOSED, Home, home_at, pay, pay_by_bank, processor  # noqa: F401
from tests.support.simulators import StripeProcess
from tests.support.waiting import until

CONSENT = SaveConsent(said_by="Ada Quillfeather", words="portal-2", words_sha256="ab" * 32)


@pytest.fixture
def home(hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(hub, processor) as made:
        made.rules(online_debits=True)
        yield made


@pytest.fixture
def small_home(sqlite_hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(sqlite_hub, processor) as made:
        made.rules(online_debits=True)
        yield made


def days_go_by(home: Home) -> None:
    """Every bank that was asked answers."""
    home.processor.tell("settle-debits")


def silent(home: Home) -> None:
    """No webhook arrives from now on."""
    home.processor.tell("always webhook-lost")


def state_of(home: Home, attempt_id: str) -> str:
    found = home.money.look(home.tenant, attempt_id)
    assert found is not None
    return found.state


def test_s2_16_a_debit_is_under_way_for_days_and_no_money_until_its_bank_pays(home: Home) -> None:
    home.rules(online_debits=True, online_auto_post=True)
    begun = home.begin(6_000)
    assert pay_by_bank(begun.url)[0] == 303
    until(lambda: home.kinds() == ["online.processing"])
    [asked] = home.entries("online.processing")
    assert (asked["amount_cents"], asked["brand"], asked["last4"]) == (6_000, "STRIPE TEST BANK", "6789")
    assert (home.figures(), state_of(home, begun.attempt_id)) == ((3_000, 4_500, 0), "processing")
    [waits] = home.money.recent_unposted(home.tenant, home.child)
    assert (waits.amount_cents, waits.number, waits.processing) == (6_000, "", True)
    home.look_after()
    assert home.kinds() == ["online.processing"]
    days_go_by(home)
    until(lambda: home.figures() == (0, 1_500, 0))
    [came] = home.entries("online.receive")
    assert (came["way"], came["online_id"], came["brand"]) == ("bank", asked["online_id"], "STRIPE TEST BANK")
    [payment] = home.entries("payment.collect")
    assert (payment["tender"], payment["method_id"], payment["amount_cents"]) == ("online", "ach", 6_000)
    assert (home.money.recent_unposted(home.tenant, home.guarantor), state_of(home, begun.attempt_id)) == ((), "done")
    home.holds()


@pytest.mark.parametrize(("account", "reason"), [(BROKE, "insufficient_funds"), (CLOSED, "account_closed")])
def test_s2_16_a_bank_that_refuses_leaves_everything_owed_and_the_payer_hears_of_it(
    small_home: Home, account: str, reason: str
) -> None:
    small_home.running.hub.messages.wake(small_home.tenant)
    begun = small_home.begin(6_000)
    pay_by_bank(begun.url, account)
    until(lambda: small_home.kinds() == ["online.processing"])
    days_go_by(small_home)
    until(lambda: small_home.kinds() == ["online.processing", "online.refused"])
    found = small_home.money.look(small_home.tenant, begun.attempt_id)
    assert found is not None
    assert (found.state, found.reason) == ("declined", reason)
    assert small_home.entries("online.refused")[0]["reason"] == reason
    assert (small_home.figures(), small_home.money.recent_unposted(small_home.tenant, small_home.guarantor)) == (
        (3_000, 4_500, 0), ())  # fmt: skip
    assert pay(small_home.begin(6_000).url)[0] == 303
    until(lambda: len(small_home.entries("online.receive")) == 1)
    small_home.holds()


@pytest.mark.parametrize("fault", ["webhook-lost", "webhook-twice", "webhook-reordered", "webhook-unsigned"])
@pytest.mark.parametrize("account", ["000123456789", BROKE])
def test_f_whatever_becomes_of_webhooks_a_debit_is_said_once(small_home: Home, account: str, fault: str) -> None:
    small_home.processor.tell(f"always {fault}")
    ended = "online.refused" if account == BROKE else "online.receive"
    pay_by_bank(small_home.begin(6_000).url, account)
    small_home.look_after()
    assert small_home.kinds() == ["online.processing"]
    days_go_by(small_home)
    for _ in range(2):
        small_home.look_after()
        assert small_home.kinds() == ["online.processing", ended]
    small_home.holds()


def test_events_told_backwards_and_again_change_nothing(small_home: Home) -> None:
    """Success is heard of before anything else, then all of it twice: one payment, and nothing is under way."""
    silent(small_home)
    pay_by_bank(small_home.begin(6_000).url)
    days_go_by(small_home)
    small_home.processor.tell("clear")
    events = small_home.processor.tell("events")
    for _ in range(2):
        for event_id in reversed(events):
            small_home.processor.tell(f"tell-again {event_id}")
    until(lambda: small_home.processor.tell("state")["delivered"] >= 2 * len(events))
    small_home.look_after()
    assert small_home.kinds() == ["online.receive"]
    assert not any(each.processing for each in small_home.money.recent_unposted(small_home.tenant, small_home.child))


@pytest.mark.parametrize("alone", [False, True])
def test_a_debit_nobody_told_of_is_found_days_later(small_home: Home, alone: bool) -> None:
    """No event is told or kept any more; `alone`: the hub has even forgotten that it asked, as after a restore."""
    silent(small_home)
    pay_by_bank(small_home.begin(6_000).url)
    small_home.look_after()
    days_go_by(small_home)
    act = (
        "DELETE FROM online_attempt WHERE tenant = :tenant" if alone
        else "UPDATE online_attempt SET due_at = '' WHERE tenant = :tenant"
    )  # fmt: skip
    small_home.store.online._transaction(lambda tx: tx.run(act, tenant=small_home.tenant), small_home.tenant)
    small_home.processor.tell("forget-events")
    small_home.worker.look_after([small_home.tenant], poll=alone)
    assert small_home.kinds() == ["online.processing", "online.receive"]


def test_a_debit_that_comes_back_is_a_lost_dispute_at_once(small_home: Home) -> None:
    small_home.rules(online_debits=True, online_auto_post=True)
    pay_by_bank(small_home.begin(6_000).url)
    days_go_by(small_home)
    until(lambda: small_home.figures() == (0, 1_500, 0))
    charge = small_home.entries("online.receive")[0]["charge"]
    small_home.processor.tell(f"dispute {charge} debit_not_authorized")
    until(lambda: len(small_home.entries("online.dispute_lost")) == 1)
    [opened] = small_home.entries("dispute.opened")
    assert (opened["amount_cents"], opened["reason"]) == (6_000, "debit_not_authorized")
    assert [each["what"] for each in small_home.entries("task.opened")] == ["dispute_lost"]
    small_home.holds()


@pytest.mark.parametrize("fails", [False, True])
def test_s1_14_a_refund_of_a_debit_takes_days_and_may_fail(small_home: Home, fails: bool) -> None:
    """The processor says pending first; nothing is given back before it says how that ended."""
    small_home.rules(online_debits=True, online_auto_post=True)
    pay_by_bank(small_home.begin(6_000).url)
    days_go_by(small_home)
    until(lambda: small_home.figures() == (0, 1_500, 0))
    online_id = small_home.entries("online.receive")[0]["online_id"]
    small_home.say(RefundRequest(refund_id=new_id(), payment_id=online_id, patient_id=small_home.guarantor,
                                 amount_cents=1_000, tender="online", reason="patient_request",
                                 number="PAY-1-00001"))  # fmt: skip
    until(lambda: small_home.processor.requests("refunds.create") == 1)
    small_home.look_after()
    assert small_home.entries("online.return", "online.refund_refused") == []
    if fails:
        small_home.processor.next("refund-fails")
    small_home.processor.tell("settle")
    until(lambda: len(small_home.entries("online.refund_refused" if fails else "online.return")) == 1)
    small_home.look_after()
    assert small_home.processor.requests("refunds.create") == 1
    assert [each["method_id"] for each in small_home.entries("refund.paid")] == ([] if fails else ["ach"])
    small_home.holds()


def test_where_the_practice_takes_cards_alone_no_account_is_asked_for(small_home: Home) -> None:
    small_home.rules()
    assert pay_by_bank(small_home.begin(6_000).url)[0] == 402
    begun = small_home.begin(6_000, key="one form")
    small_home.rules(online_debits=True)
    assert small_home.begin(6_000, key="one form") == begun, "what was asked for stays as it was"


def kept(home: Home, account: str = "000123456789") -> str:
    """A bank account the guarantor lets the practice keep."""
    begun = home.money.begin_saving(home.tenant, SaveAsk(
        key=new_id(), patient_id=home.guarantor, channel="portal", return_url=BACK, consent=CONSENT,
    ))  # fmt: skip
    assert pay_by_bank(begun.url, account)[0] == 303
    found = home.money.look(home.tenant, begun.attempt_id)
    assert found is not None
    assert found.state == "done"
    return found.kept_card_id


def test_s0_31_a_kept_account_is_debited_once_a_key_and_answers_days_later(home: Home) -> None:
    card_id = kept(home)
    [card] = home.entries("card.keep")
    assert (card["way"], card["brand"], card["last4"], card["exp_year"]) == ("bank", "STRIPE TEST BANK", "6789", 0)
    ask = ChargeAsk(key="payment-3", kept_card_id=card_id, amount_cents=1_000)
    first = home.money.charge_kept_card(home.tenant, ask)
    assert isinstance(first, Processing)
    assert home.money.charge_kept_card(home.tenant, ask) == first
    days_go_by(home)
    paid = home.money.charge_kept_card(home.tenant, ask)
    assert isinstance(paid, Charged)
    assert (paid.amount_cents, home.processor.captured_cents()) == (1_000, 1_000)
    assert len(home.processor.intents()) == 1
    assert home.kinds() == ["card.consent", "card.keep", "online.processing", "online.receive"]
    home.holds()


def test_a_kept_account_without_funds_is_declined_and_nothing_is_taken_later(small_home: Home) -> None:
    card_id = kept(small_home, BROKE)
    ask = ChargeAsk(key="payment-4", kept_card_id=card_id, amount_cents=1_000)
    assert isinstance(small_home.money.charge_kept_card(small_home.tenant, ask), Processing)
    days_go_by(small_home)
    assert small_home.money.charge_kept_card(small_home.tenant, ask) == Declined("insufficient_funds")
    assert [each["status"] for each in small_home.processor.intents()] == ["canceled"]
    assert [kind for kind in small_home.kinds() if kind.startswith("online")] == ["online.processing", "online.refused"]


# A request for an amount ------------------------------------------------------------------------------------------


def asked(home: Home, cents: int = 5_000) -> str:
    request_id = new_id()
    assert home.say(PaymentRequestPut(request_id=request_id, patient_id=home.guarantor, amount_cents=cents,
                                      number=f"PAY-{request_id[-5:]}")) == ["accepted"]  # fmt: skip
    return request_id


def standing(home: Home, request_id: str) -> Any:
    def look(tx: Any) -> Any:
        return requests.request(HubReader(tx), home.tenant, request_id)

    return home.store._look(look, home.tenant)


@pytest.mark.parametrize(("account", "posts", "ends"), [
    ("000123456789", True, Status.PAID), ("000123456789", False, Status.PENDING), (BROKE, True, Status.PENDING),
])  # fmt: skip
def test_s2_08_a_request_is_processing_while_its_payers_bank_is_asked(
    small_home: Home, account: str, posts: bool, ends: Status
) -> None:
    small_home.rules(online_debits=True, online_auto_post=posts)
    request_id = asked(small_home)
    pay_by_bank(small_home.begin(5_000, request_id=request_id).url, account)
    until(lambda: standing(small_home, request_id).status == Status.PROCESSING)
    weeks = datetime.now(UTC) + timedelta(days=14)
    assert not collectable(standing(small_home, request_id), weeks), "a bank is no reader that died"
    days_go_by(small_home)
    until(lambda: standing(small_home, request_id).status == ends)
    if ends is Status.PENDING and account != BROKE:
        [came] = small_home.entries("online.receive")
        lines = (AllocationLine(charge_id=small_home.own, amount_cents=3_000),)
        small_home.say(online.OnlinePost(online_id=came["online_id"], patient_id=small_home.guarantor, lines=lines))
        assert standing(small_home, request_id).status == Status.PAID
    small_home.holds()


def test_a_request_that_was_cancelled_meanwhile_stands_as_it_was(small_home: Home) -> None:
    from models.operations.requests import PaymentRequestStatus

    request_id = asked(small_home)
    begun = small_home.begin(5_000, request_id=request_id)
    small_home.say(PaymentRequestStatus(request_id=request_id, patient_id=small_home.guarantor, status="cancelled"))
    pay_by_bank(begun.url)
    until(lambda: small_home.kinds() == ["online.processing"])
    assert standing(small_home, request_id).status == Status.CANCELLED
    days_go_by(small_home)
    until(lambda: small_home.kinds() == ["online.processing", "online.receive"])
    assert standing(small_home, request_id).status == Status.CANCELLED
