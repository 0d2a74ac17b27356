"""Money from home at a real hub, on both databases, over real sockets: asked for, heard of, logged once."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.clinic import Clinic
from app.words import sentence
from models.basics.clock import SystemClock
from models.basics.errors import PaymentUnavailable, RuleBroken
from models.basics.ids import new_id
from models.operations import bodies, online
from models.operations.bodies import AllocationLine
from models.operations.kept_cards import CardDrop
from models.operations.records import Patient
from models.store.queries import tasks
from server.carriers import HttpTextCarrier
from server.online.offered import ChargeAsk, Charged, Declined, SaveAsk, SaveConsent, Unknown
from tests.support.clinic import tasks_of
from tests.support.hub import RunningHub
from tests.support.mail import text_provider
from tests.support.online import ASKS, DECLINED, SECRET, Home, home_at, pay, processor  # noqa: F401
from tests.support.simulators import StripeProcess
from tests.support.stepping import SteppedDesk
from tests.support.waiting import until

CONSENT = SaveConsent(said_by="Ada Quillfeather", words="card-1", words_sha256="ab" * 32)


@pytest.fixture
def home(hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(hub, processor) as made:
        yield made


@pytest.fixture
def small_home(sqlite_hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(sqlite_hub, processor) as made:
        yield made


def posted(home: Home, *lines: tuple[str, int], online_id: str = "") -> list[str]:
    """Post what waits at the desk. Returns the verdicts."""
    known = online_id or home.entries("online.receive")[-1]["online_id"]
    return home.say(online.OnlinePost(online_id=known, patient_id=home.guarantor, lines=tuple(
        AllocationLine(charge_id=charge, amount_cents=cents) for charge, cents in lines)))  # fmt: skip


def test_n49_paid_from_home_and_told_by_webhook_it_waits_until_it_is_posted(home: Home) -> None:
    begun = home.begin(6_000)
    assert pay(begun.url)[1] == f"http://127.0.0.1:9/portal/back/{begun.attempt_id}"
    until(lambda: home.kinds() == ["online.receive"])
    [fact] = home.entries("online.receive")
    assert (fact["amount_cents"], fact["patient_id"], fact["brand"], fact["last4"]) == (
        6_000, home.guarantor, "Visa", "4242")  # fmt: skip
    assert home.figures() == (3_000, 4_500, 0)
    [waits] = home.money.recent_unposted(home.tenant, home.child)
    assert (waits.amount_cents, waits.number) == (6_000, "WEB-00001")
    assert posted(home, (home.own, 3_000), (home.childs, 3_000)) == ["accepted"]
    assert home.figures() == (0, 1_500, 0)
    assert home.money.recent_unposted(home.tenant, home.guarantor) == ()
    home.holds()


@pytest.mark.parametrize(("cents", "left"), [(7_500, (0, 0, 0)), (5_000, (0, 2_500, 0))])
def test_n48_posted_by_itself_it_pays_the_oldest_of_the_family_first(home: Home, cents: int, left: object) -> None:
    home.rules(online_auto_post=True, online_auto_archive=True)
    pay(home.begin(cents).url)
    until(lambda: home.figures() == left)
    assert home.kinds() == ["online.receive", "online.post", "payment.collect", "payment.allocate", "online.archive"]
    [payment] = home.entries("payment.collect")
    assert (payment["patient_id"], payment["tender"], payment["receipt_no"]) == (home.guarantor, "online", "WEB-00001")
    home.holds()


def test_s1_08_the_charges_the_patient_chose_are_paid_first(small_home: Home) -> None:
    small_home.rules(online_auto_post=True)
    items = (online.OnlineItem(charge_id=small_home.childs, amount_cents=4_500),)
    pay(small_home.begin(4_500, items=items, patient_id=small_home.child).url)
    until(lambda: small_home.figures() == (3_000, 0, 0))


@pytest.mark.parametrize("fault", ["webhook-lost", "webhook-twice", "webhook-unsigned"])
def test_f_whatever_becomes_of_webhooks_the_fact_is_there_once(small_home: Home, fault: str) -> None:
    small_home.processor.tell(f"always {fault}")
    pay(small_home.begin(6_000).url)
    small_home.look_after()
    assert small_home.kinds() == ["online.receive"]
    small_home.look_after()
    assert small_home.kinds() == ["online.receive"]
    small_home.holds()


def test_events_told_backwards_and_again_change_nothing(small_home: Home) -> None:
    """The refund is heard of before the payment it is of; then everything once more."""
    small_home.processor.tell("always webhook-lost")
    pay(small_home.begin(6_000).url)
    small_home.processor.tell("clear")
    small_home.look_after()
    events = small_home.processor.tell("events")
    for _ in range(2):
        for event_id in reversed(events):
            small_home.processor.tell(f"tell-again {event_id}")
    until(lambda: small_home.processor.tell("state")["delivered"] >= 2 * len(events))
    small_home.look_after()
    assert small_home.kinds() == ["online.receive"]


def test_a_double_click_makes_one_page_and_a_key_means_one_thing(small_home: Home) -> None:
    first = small_home.begin(6_000, key="form-1")
    assert small_home.begin(6_000, key="form-1") == first
    with pytest.raises(RuleBroken, match=r"online\.key_used"):
        small_home.begin(5_000, key="form-1")
    pay(first.url)
    until(lambda: small_home.kinds() == ["online.receive"])
    again = small_home.begin(6_000, key="form-1")
    assert again.url.endswith(first.attempt_id)
    assert small_home.processor.captured_cents() == 6_000


@pytest.mark.parametrize("fault", ["drop-after@sessions.create", "drop-before@sessions.create",
                                   "error-after@sessions.create"])  # fmt: skip
def test_a_page_whose_answer_was_lost_is_asked_for_under_the_same_key(small_home: Home, fault: str) -> None:
    for _ in range(3):
        small_home.processor.next(fault)
    with pytest.raises(PaymentUnavailable, match=r"online\.unreachable"):
        small_home.begin(6_000, key="form-2")
    if fault.startswith("error-after"):  # it is kept for the key: nothing was ever shown, nobody pays
        return
    begun = small_home.begin(6_000, key="form-2")
    pay(begun.url)
    until(lambda: small_home.kinds() == ["online.receive"])
    assert len(small_home.column("SELECT attempt_id FROM online_attempt WHERE tenant = :tenant")) == 1


def test_a_page_that_expires_ends_its_attempt(small_home: Home) -> None:
    begun = small_home.begin(6_000)
    row = small_home.store.online.journal.attempt(small_home.tenant, begun.attempt_id)
    assert row is not None
    small_home.money.line(small_home.tenant).call(lambda it: it.v1.checkout.sessions.expire(row.session))
    until(lambda: (small_home.money.look(small_home.tenant, begun.attempt_id) or row).state == "ended")
    assert small_home.kinds() == []


def test_looking_knows_what_no_webhook_told(small_home: Home) -> None:
    """The patient comes back before any event does."""
    small_home.processor.tell("always webhook-lost")
    begun = small_home.begin(6_000)
    waiting = small_home.money.look(small_home.tenant, begun.attempt_id)
    assert waiting is not None
    assert waiting.state == "open"
    pay(begun.url)
    done = small_home.money.look(small_home.tenant, begun.attempt_id)
    assert done is not None
    assert (done.state, done.amount_cents, done.number, done.last4) == ("done", 6_000, "WEB-00001", "4242")
    assert small_home.money.look(small_home.tenant, "nobody") is None


# Kept cards -----------------------------------------------------------------------------------------------------------


def kept(home: Home, number: str = "4242424242424242") -> str:
    begun = home.money.begin_saving(home.tenant, SaveAsk(key=new_id(), patient_id=home.child, channel="portal",
                                                         return_url="http://127.0.0.1:9/{attempt}",
                                                         consent=CONSENT))  # fmt: skip
    before = len(home.entries("card.keep"))
    assert pay(begun.url, number, bank="complete")[0] == 303
    until(lambda: len(home.entries("card.keep")) == before + 1)
    return str(home.entries("card.keep")[-1]["kept_card_id"])


def test_s1_07_a_card_is_kept_with_its_payment_and_the_word_comes_first(home: Home) -> None:
    pay(home.begin(6_000, save=CONSENT).url)
    until(lambda: "card.keep" in home.kinds())
    assert home.kinds() == ["card.consent", "online.receive", "card.keep"]
    [consent], [card] = home.entries("card.consent"), home.entries("card.keep")
    assert (consent["patient_id"], consent["words"], card["consent_id"]) == (
        home.guarantor, "card-1", consent["consent_id"])  # fmt: skip
    assert (card["last4"], card["brand"], card["exp_year"], card["processor"]) == ("4242", "Visa", 2034, "stripe")
    home.holds()


def test_s1_18_a_card_that_was_saved_alone_is_charged_once_for_a_key(home: Home) -> None:
    card_id = kept(home)
    ask = ChargeAsk(key="instalment-1:1", kept_card_id=card_id, amount_cents=2_500, source_id="instalment-1")
    first = home.money.charge_kept_card(home.tenant, ask)
    assert isinstance(first, Charged)
    assert (first.amount_cents, first.last4) == (2_500, "4242")
    assert home.money.charge_kept_card(home.tenant, ask) == first
    assert home.processor.captured_cents() == 2_500
    [fact] = home.entries("online.receive")
    assert (fact["channel"], fact["source_id"], fact["kept_card_id"]) == ("plan", "instalment-1", card_id)


@pytest.mark.parametrize(("number", "reason", "needs"), [
    (DECLINED, "insufficient_funds", False), (ASKS, "authentication_required", True),
])  # fmt: skip
def test_a_kept_card_that_is_declined_took_nothing_and_takes_nothing_later(
    small_home: Home, number: str, reason: str, needs: bool
) -> None:
    small_home.processor.tell("clear")
    card_id = kept(small_home, ASKS if needs else "4242424242424242")
    if not needs:
        small_home.processor.next(f"refuse:{reason}@payment_intents.create")
    found = small_home.money.charge_kept_card(small_home.tenant, ChargeAsk(key="k", kept_card_id=card_id,
                                                                           amount_cents=900))  # fmt: skip
    assert found == Declined(reason, needs_patient=needs)
    assert small_home.processor.captured_cents() == 0
    assert {each["status"] for each in small_home.processor.intents()} <= {"canceled"}


@pytest.mark.parametrize("taken", [True, False])
def test_an_unknown_charge_is_looked_into_and_never_repeated(small_home: Home, taken: bool) -> None:
    card_id = kept(small_home)
    small_home.processor.tell("always webhook-lost")
    fault = "drop-after@payment_intents.create" if taken else "drop-before@payment_intents.create"
    for _ in range(3):
        small_home.processor.next(fault)
    for _ in range(6):
        small_home.processor.next("error-before:500@payment_intents.list")
    ask = ChargeAsk(key="instalment-2:1", kept_card_id=card_id, amount_cents=2_500)
    unknown = small_home.money.charge_kept_card(small_home.tenant, ask)
    assert isinstance(unknown, Unknown)
    small_home.processor.clear()
    found = small_home.money.charge_kept_card(small_home.tenant, ask)
    if taken:
        assert isinstance(found, Charged)
        assert small_home.processor.captured_cents() == 2_500
    else:
        assert found == unknown  # it may still be on its way
        assert small_home.processor.captured_cents() == 0
    assert len(small_home.processor.intents()) == int(taken)


def test_a_dropped_card_is_not_charged(small_home: Home) -> None:
    card_id = kept(small_home)
    small_home.say(CardDrop(kept_card_id=card_id, patient_id=small_home.guarantor))
    with pytest.raises(RuleBroken, match=r"online\.card_gone"):
        small_home.money.charge_kept_card(small_home.tenant, ChargeAsk(key="k", kept_card_id=card_id, amount_cents=900))
    small_home.money.forget_card(small_home.tenant, card_id)
    small_home.money.forget_card(small_home.tenant, card_id)  # forgotten already


# Refunds, disputes, payouts -------------------------------------------------------------------------------------------


def paid_and_posted(home: Home, cents: int = 3_000) -> str:
    before = len(home.entries("online.receive"))
    pay(home.begin(cents).url)
    until(lambda: len(home.entries("online.receive")) == before + 1)
    assert posted(home, (home.own, min(cents, 3_000))) == ["accepted"]
    return str(home.entries("online.receive")[-1]["online_id"])


def asked_back(home: Home, online_id: str, cents: int, refund_id: str = "") -> None:
    assert home.say(bodies.RefundRequest(
        refund_id=refund_id or new_id(), payment_id=online_id, patient_id=home.guarantor, amount_cents=cents,
        tender="online", reason="patient_request", number="PAY-1-00099",
    )) == ["accepted"]  # fmt: skip


def test_s1_14_a_refund_asked_for_at_a_desk_is_given_once_and_waits_to_be_posted(home: Home) -> None:
    online_id = paid_and_posted(home)
    asked_back(home, online_id, 1_000)
    until(lambda: len(home.entries("online.return")) == 1)
    home.look_after()
    assert home.processor.captured_cents() == 2_000
    [back] = home.entries("online.return")
    assert (back["amount_cents"], back["kind"]) == (1_000, "void")  # the same day
    assert home.entries("refund.paid") == []
    verdicts = home.say(online.OnlinePost(online_id=online_id, patient_id=home.guarantor, return_id=back["return_id"]))
    assert verdicts == ["accepted"]
    assert len(home.entries("refund.paid")) == 1
    home.holds()


def test_s1_12_refunds_are_posted_by_themselves_where_payments_are(small_home: Home) -> None:
    small_home.rules(online_auto_post=True)
    pay(small_home.begin(3_000).url)
    until(lambda: len(small_home.entries("payment.collect")) == 1)
    asked_back(small_home, small_home.entries("online.receive")[0]["online_id"], 3_000)
    until(lambda: len(small_home.entries("refund.paid")) == 1)
    assert small_home.figures() == (3_000, 4_500, 0)
    small_home.holds()


@pytest.mark.parametrize("fault", ["drop-after@refunds.create", "drop-before@refunds.create", "webhook-lost"])
def test_a_refund_whose_answer_was_lost_is_given_once(small_home: Home, fault: str) -> None:
    online_id = paid_and_posted(small_home)
    small_home.processor.tell("always webhook-lost")
    for _ in range(3):
        small_home.processor.next(fault)
    asked_back(small_home, online_id, 1_000)
    journal = small_home.store.online.journal

    def given() -> bool:
        journal.release_all(small_home.tenant)
        small_home.look_after()
        return len(small_home.entries("online.return")) == 1

    until(given)
    assert small_home.processor.captured_cents() == 2_000
    small_home.holds()


def test_a_refund_the_processor_refuses_leaves_the_money_where_it_lay(small_home: Home) -> None:
    online_id = paid_and_posted(small_home)
    charge = small_home.entries("online.receive")[0]["charge"]
    small_home.processor.next("refuse:charge_disputed@refunds.create")
    asked_back(small_home, online_id, 1_000)
    until(lambda: len(small_home.entries("refund.failed")) == 1)
    assert small_home.figures() == (0, 4_500, 0)
    assert charge
    small_home.holds()


def test_a_refund_that_fails_days_later_is_undone(small_home: Home) -> None:
    online_id = paid_and_posted(small_home)
    asked_back(small_home, online_id, 3_000)
    until(lambda: len(small_home.entries("online.return")) == 1)
    small_home.processor.next("refund-fails")
    small_home.processor.tell("settle")
    until(lambda: len(small_home.entries("online.return_failed")) == 1)
    assert len(small_home.entries("refund.failed")) == 1
    assert small_home.figures() == (0, 4_500, 0)
    small_home.holds()


def test_a_refund_made_at_the_processor_is_heard_of(small_home: Home) -> None:
    paid_and_posted(small_home)
    intent = small_home.entries("online.receive")[0]["intent"]
    line = small_home.money.line(small_home.tenant)
    line.call(lambda it: it.v1.refunds.create({"payment_intent": intent, "amount": 500}))
    until(lambda: len(small_home.entries("online.return")) == 1)
    assert small_home.entries("online.return")[0].get("refund_id", "") == ""
    small_home.holds()


@pytest.mark.parametrize(
    ("likes", "email", "texts", "channel", "address"),
    [
        ("", "ada@home.test", True, "email", "ada@home.test"),
        ("text", "ada@home.test", True, "text", "+15550104417"),
        ("", "", True, "text", "+15550104417"),
        ("text", "", False, "", ""),
    ],
    ids=["mail", "likes-texts", "no-mail", "nothing-reaches"],
)
def test_s1_14_the_payer_hears_once_what_goes_back(
    small_home: Home, monkeypatch: pytest.MonkeyPatch, likes: str, email: str, texts: bool, channel: str, address: str
) -> None:  # fmt: skip
    worker = small_home.running.hub.messages
    with text_provider() as provider:
        if texts:
            monkeypatch.setitem(worker._carriers, "text", HttpTextCarrier(provider.settings, 5.0))
            worker.wake(small_home.tenant)
            until(lambda: small_home.column("SELECT text FROM channels WHERE tenant = :tenant") == [1])
        small_home.say(Patient(id=small_home.guarantor, family="Quillfeather", given="Ada", birth_date="1984-03-14",
                               email=email, phone="5550104417", receipt_by=likes))  # fmt: skip
        online_id = paid_and_posted(small_home)
        asked_back(small_home, online_id, 1_000)
        until(lambda: len(small_home.entries("online.return")) == 1)
        small_home.look_after()
        [back] = small_home.entries("online.return")
        told = [each for each in small_home.entries("message.send")
                if each["papers"][0]["source_id"] == back["return_id"]]  # fmt: skip
        assert [(each["channel"], each["address"]) for each in told] == ([(channel, address)] if channel else [])
        for each in told:
            [paper] = each["papers"]
            assert (paper["kind"], paper["number"], paper["amount_cents"]) == ("void", back["number"], 1_000)
            assert not paper.get("document")
        if channel == "text":
            worker.wake(small_home.tenant)
            until(lambda: provider.desk.forms)
            assert "$10.00" in provider.desk.forms[0]["Body"]
    small_home.holds()


def test_s1_14_without_receipts_nobody_hears_of_a_refund(small_home: Home) -> None:
    small_home.rules(online_receipts=False)
    online_id = paid_and_posted(small_home)
    asked_back(small_home, online_id, 1_000)
    until(lambda: len(small_home.entries("online.return")) == 1)
    assert small_home.entries("message.send") == []


def test_h15_a_dispute_that_is_lost_is_told_once_until_somebody_says_what_becomes_of_it(
    small_home: Home, tmp_path: Path
) -> None:  # fmt: skip
    desk = SteppedDesk.of(small_home.running, small_home.tenant, tmp_path / "desk")

    def listed() -> list[tuple[str, int]]:
        desk.settle()
        with desk.store.reader() as reader:
            return [(each.what, each.cents) for each in tasks.open_tasks(reader, small_home.tenant)
                    if each.what == "dispute_lost"]  # fmt: skip

    paid_and_posted(small_home)
    small_home.processor.tell(f"dispute {small_home.entries('online.receive')[0]['charge']}")
    until(lambda: len(small_home.entries("dispute.opened")) == 1)
    dispute_id, reference = (small_home.column(f"SELECT {name} FROM dispute WHERE tenant = :tenant")[0]
                             for name in ("dispute_id", "reference"))  # fmt: skip
    small_home.processor.tell(f"decide {reference} lost")
    until(lambda: len(small_home.entries("online.dispute_lost")) == 1)
    small_home.look_after()
    [task] = [each for each in small_home.entries("task.opened") if each["what"] == "dispute_lost"]
    assert (task["amount_cents"], task["patient_id"]) == (3_000, small_home.guarantor)
    assert len(small_home.entries("online.dispute_lost")) == 1
    assert small_home.figures() == (0, 4_500, 0), "nothing moves before somebody says so"
    assert listed() == [("dispute_lost", 3_000)]
    said = bodies.DisputeClosed(dispute_id=dispute_id, patient_id=small_home.guarantor, outcome="owed_again")
    assert small_home.say(said) == ["accepted"]
    assert small_home.figures() == (3_000, 4_500, 0)
    assert not small_home.store.online.dispute_lost(small_home.tenant, reference)
    assert listed() == [], "somebody said so"
    desk.close()
    small_home.holds()


@pytest.mark.parametrize("posts", [True, False])
def test_h15_a_dispute_is_opened_and_what_is_won_comes_back(small_home: Home, posts: bool) -> None:
    small_home.rules(online_auto_post=posts)
    pay(small_home.begin(3_000).url)
    until(lambda: len(small_home.entries("online.receive")) == 1)
    small_home.processor.tell(f"dispute {small_home.entries('online.receive')[0]['charge']}")
    until(lambda: len(small_home.entries("dispute.opened")) == 1)
    assert small_home.entries("dispute.opened")[0]["fee_cents"] == 1_500
    if not posts:
        posted(small_home, (small_home.own, 3_000))
    dispute = small_home.column("SELECT reference FROM dispute WHERE tenant = :tenant")[0]
    small_home.processor.tell(f"decide {dispute} won")
    until(lambda: len(small_home.entries("dispute.closed")) == 1)
    small_home.holds()


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_h15_a_dispute_decided_before_the_money_was_posted_is_told_at_the_desk(
    small_home: Home, tmp_path: Path, outcome: str
) -> None:  # fmt: skip
    desk = SteppedDesk.of(small_home.running, small_home.tenant, tmp_path / "desk")

    def listed() -> list[tuple[str, int, str]]:
        desk.settle()
        with desk.store.reader() as reader:
            found = tasks_of(Clinic(desk.store, SystemClock())).items(reader)
            return [(each.kind, each.amount_cents, sentence(each.words, each.facts).title) for each in found]

    before = small_home.figures()
    pay(small_home.begin(3_000).url)
    until(lambda: len(small_home.entries("online.receive")) == 1)
    small_home.processor.tell(f"dispute {small_home.entries('online.receive')[0]['charge']}")
    until(lambda: len(small_home.entries("dispute.opened")) == 1)
    assert listed() == [("money_out", 3_000, "A bank took back a payment from home")]
    [reference] = [each["reference"] for each in small_home.entries("dispute.opened")]
    small_home.processor.tell(f"decide {reference} {outcome}")
    until(lambda: len(small_home.entries("online.dispute_ended")) == 1)
    kept = ("dispute_unposted", 3_000, "A bank kept a payment from home that was never posted")
    assert listed() == ([] if outcome == "won" else [kept])
    assert small_home.figures() == before
    assert posted(small_home, (small_home.own, 3_000)) == ["accepted" if outcome == "won" else "rejected"]
    for told in (small_home.store.online.dispute_lost, small_home.store.online.dispute_won):
        assert not told(small_home.tenant, reference), "decided once"
    desk.close()
    small_home.holds()


def test_s1_15_a_payout_says_what_it_is_made_of(home: Home) -> None:
    paid_and_posted(home)
    payout = home.processor.tell("payout")["payout"]
    until(lambda: len(home.entries("online.payout")) == 1)
    [made] = home.entries("online.payout")
    assert (made["payout_id"], made["amount_cents"]) == (payout, 3_000 - 117)
    [line] = made["lines"]
    assert (line["kind"], line["amount_cents"], line["fee_cents"]) == ("charge", 3_000, 117)
    home.processor.tell(f"arrive {payout}")
    home.processor.tell(f"bounce {payout}")
    until(lambda: len(home.entries("online.payout_failed")) == 1)
    assert len(home.entries("online.payout")) == 1
    home.holds()


# The door -------------------------------------------------------------------------------------------------------------


def knock(running: RunningHub, path: str, body: bytes, signature: str) -> int:
    parts = urlsplit(running.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    line.request("POST", path, body, {"stripe-signature": signature})
    status = line.getresponse().status
    line.close()
    return status


def signed(body: bytes, secret: str, at: int | None = None) -> str:
    import time

    from stripe import WebhookSignature

    moment = int(time.time()) if at is None else at
    mark = WebhookSignature._compute_signature(f"{moment}.{body.decode()}", secret)
    return f"t={moment},v1={mark}"


def test_only_the_processor_is_believed(small_home: Home) -> None:
    door = f"/stripe/webhooks/{small_home.tenant}"
    event = {"id": "evt_1", "type": "payment_intent.succeeded", "created": 1, "data": {"object": {"id": "pi_1"}}}
    body = json.dumps(event).encode()
    running = small_home.running
    assert knock(running, door, body, signed(body, "whsec_other")) == 400
    assert knock(running, door, body, signed(body, SECRET, at=1)) == 400
    assert knock(running, door, body + b" ", signed(body, SECRET)) == 400
    assert knock(running, door, body, "") == 400
    assert knock(running, door, b"\xff", "t=1,v1=0") == 400
    assert knock(running, f"/stripe/webhooks/{new_id()}", body, signed(body, SECRET)) == 404
    assert knock(running, door, b"x" * (1 << 19), "t=1,v1=0") == 413
    assert knock(running, door, body, signed(body, SECRET)) == 200
    assert knock(running, door, body, signed(body, SECRET)) == 200
    until(lambda: small_home.column("SELECT state FROM online_event WHERE tenant = :tenant") == ["ignored"])
    assert small_home.kinds() == []


def test_an_intent_of_a_reader_is_none_of_our_business(small_home: Home) -> None:
    line = small_home.money.line(small_home.tenant)
    asked = {"amount": 900, "currency": "usd", "metadata": {"attempt": "a-desk's"}}
    made = line.call(lambda it: it.v1.payment_intents.create(asked))
    assert small_home.money.take(small_home.tenant, str(made["id"])) is False
    assert small_home.kinds() == []


def test_a_practice_without_a_key_takes_nothing(small_home: Home) -> None:
    other = small_home.running.practice()
    assert not small_home.money.ready(other)
    with pytest.raises(RuleBroken, match=r"online\.not_set_up"):
        small_home.money.line(other)


def test_s1_12_the_payer_gets_a_receipt_unless_the_practice_does_not_want_it(small_home: Home) -> None:
    pay(small_home.begin(3_000, receipt_to="ada@elsewhere.test").url)
    until(lambda: len(small_home.entries("message.send")) == 1)
    [message] = small_home.entries("message.send")
    assert (message["address"], message["papers"][0]["number"]) == ("ada@elsewhere.test", "WEB-00001")
    small_home.rules(online_receipts=False)
    pay(small_home.begin(1_000).url)
    until(lambda: len(small_home.entries("online.receive")) == 2)
    assert len(small_home.entries("message.send")) == 1
