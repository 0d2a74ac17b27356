"""Payments of plans that the hub charges by itself: once, whatever dies; a no, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.basics.clock import FixedClock
from models.basics.ids import new_id
from models.operations import records
from models.operations.kept_cards import CardDrop
from models.operations.messages import MessageConsent
from models.operations.plans import PlanAccept, PlanActivate, PlanCancel, PlanLine, PlanPut, PlanSkip
from models.rules.agreement import sha256
from models.rules.plan_standing import State
from models.rules.plans import Frequency, asked_for, nth_due
from models.store.hub_plans import CHANGED, GONE, LOCKED, STARTED, Accepting, Reading, Terms, terms_of
from models.store.hub_reading import HubReader
from models.store.hub_repair import AFTER_RESTORE
from models.store.plan_acts import finance_id
from models.store.plan_jobs import PlanJobs
from models.store.plan_looking import plans_where, stands
from models.store.queries import plans
from server.online.offered import SaveAsk, SaveConsent
from server.plan_charges import PlanCharger
from tests.support.charging import Lives
from tests.support.hub import RunningHub
from tests.support.online import BROKE, DAY, Home, home_at, pay, pay_by_bank, processor  # noqa: F401
from tests.support.simulators import StripeProcess
from tests.support.waiting import until

CONSENT = SaveConsent(said_by="Ada Quillfeather", words="card-1", words_sha256="ab" * 32)
NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""The day the plan is signed, noon at the practice."""


@pytest.fixture
def home(hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(hub, processor) as made:
        yield made


@pytest.fixture
def small_home(sqlite_hub: RunningHub, processor: StripeProcess) -> Iterator[Home]:  # noqa: F811
    with home_at(sqlite_hub, processor) as made:
        yield made


class Charging:
    """A plan of the guarantor's 30.00 in three payments, paid with a kept card; and a hub whose clock can be set."""

    def __init__(self, home: Home, cents: int = 1_000, count: int = 3, often: Frequency = Frequency.MONTHLY,
                 account: str = "") -> None:  # fmt: skip
        """`account`: a bank account in place of a card."""
        self.home, self.plan_id = home, new_id()
        home.processor.tell("clear")
        self.card_id = kept(home, account)
        home.processor.tell("always webhook-lost")
        if cents * count != 3_000:
            home.say(records.Charge(id=home.own, patient_id=home.guarantor, service_date=DAY, description="Visit",
                                    responsibility_cents=cents * count))  # fmt: skip
        text = "I agree to pay."
        first = NOON.date()
        lines = tuple(PlanLine(no=n + 1, due_date=nth_due(first, n, often).isoformat(), amount_cents=cents)
                      for n in range(count))  # fmt: skip
        about: dict[str, Any] = {"plan_id": self.plan_id, "patient_id": home.guarantor, "terms_sha256": sha256(text)}
        verdicts = home.say(
            PlanPut(**about, charge_ids=(home.own,), encounter_cents=cents * count, lines=lines, terms="plan-1",
                    text=text, method="card", kept_card_id=self.card_id, remind_days=3),
            PlanAccept(**about, terms="plan-1", said_by="Ada Quillfeather", how="signature"),
            PlanActivate(**about, charge_ids=(home.own,)),
        )  # fmt: skip
        assert verdicts == ["accepted"] * 3
        self.clock = FixedClock(NOON)
        self.jobs = PlanJobs(home.store._transaction, home.store._look, self.clock)
        self.charger = PlanCharger(self.jobs, home.money)

    def at(self, day: str, hour: int = 17) -> int:
        """Let it be that day, and charge what is due. Returns how many payments it was at."""
        self.clock.set(datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC))
        return self.charger.charge_due(self.home.tenant)

    def state(self, no: int) -> State:
        """Where a payment is, as everybody sees it."""

        def look(tx: Any) -> State:
            reader, tenant = HubReader(tx), self.home.tenant
            [row] = plans_where(reader, tenant, "plan_id = ?", self.plan_id)
            now = stands(reader, tenant, row, self.clock.now().date())
            return next(each.state for each in now.lines if each.line.no == no)

        found: State = self.home.store._look(look, self.home.tenant)
        return found

    def told(self) -> list[tuple[int, int, str, str]]:
        """(number, attempt, outcome, next day) of what the log says, in order."""
        return [(each["no"], each["attempt"], each["outcome"], each["next_on"])
                for each in self.home.entries("plan.charged")]  # fmt: skip


def kept(home: Home, account: str = "") -> str:
    """A kept card's id, or a kept bank account's."""
    if account:
        home.rules(online_debits=True)
    begun = home.money.begin_saving(home.tenant, SaveAsk(key=new_id(), patient_id=home.guarantor, channel="portal",
                                                         return_url="http://127.0.0.1:9/{attempt}",
                                                         consent=CONSENT))  # fmt: skip
    assert (pay_by_bank(begun.url, account) if account else pay(begun.url))[0] == 303
    until(lambda: home.entries("card.keep"))
    return str(home.entries("card.keep")[-1]["kept_card_id"])


def test_s4_06_terms_are_accepted_from_home_once_and_paid_off_without_what_is_not_earned(home: Home) -> None:
    """New terms for a plan with interest: what is agreed is the text that was read, on either database."""
    old = Charging(home)
    plan_id, text = new_id(), "I agree to pay the rest."
    lines = tuple(PlanLine(no=n, due_date=f"2099-0{n}-01", amount_cents=1_050, interest_cents=50) for n in (1, 2))
    home.desk.stream.copay(home.guarantor, home.own, 1_000)
    home.say(PlanPut(
        plan_id=plan_id, patient_id=home.guarantor, charge_ids=(home.own,), encounter_cents=2_000, lines=lines,
        terms="plan-1", terms_sha256=sha256(text), text=text, replaces=old.plan_id,
        finance_charge_id=finance_id(home.tenant, plan_id),
    ))  # fmt: skip

    def look(reader: HubReader) -> Terms:
        row = plans.plan(reader, home.tenant, plan_id)
        assert row is not None
        return terms_of(reader, home.tenant, row, Reading(old.card_id, "", "en", NOON.date()))

    seen = home.store.portal.read(home.tenant, look)
    assert seen.stands
    assert "charges my card, Visa •••• 4242" in seen.text
    wish = Accepting(plan_id=plan_id, key="form", seen_sha256=seen.sha256, said_by="Ada", kept_card_id=old.card_id,
                     channel="link", sent_at="", language="en")  # fmt: skip
    assert home.store.agreements.accept(home.tenant, replace(wish, seen_sha256=sha256(text))) == CHANGED
    assert [home.store.agreements.accept(home.tenant, wish) for _ in range(2)] == [STARTED, STARTED]
    assert home.store.agreements.accept(home.tenant, replace(wish, plan_id=old.plan_id)) == LOCKED
    assert home.store.agreements.accept(home.tenant, replace(wish, plan_id="nobody")) == GONE
    assert home.column("SELECT status FROM plan WHERE tenant = :tenant ORDER BY replaces") == ["cancelled", "active"]
    assert len(home.entries("plan.accept")) == 2
    begun = home.begin(2_000, request_id=asked_for(plan_id, 0))
    assert pay(begun.url)[0] == 303
    home.money.look(home.tenant, begun.attempt_id)
    assert [each["amount_cents"] for each in home.entries("charge.fee")] == [100, 0]
    assert home.figures()[0] == 0
    assert home.column("SELECT status FROM plan WHERE tenant = :tenant ORDER BY replaces") == ["cancelled", "closed"]
    home.holds()


def test_a_plan_is_charged_on_its_days_and_closes_at_zero(home: Home) -> None:
    plan = Charging(home)
    assert plan.at("2026-03-02") == 0, "what is due at signing is taken at the desk"
    assert plan.at("2026-04-01") == 0
    assert plan.at("2026-04-02", hour=12) == 0, "nobody is charged at eight in the morning"
    assert plan.at("2026-04-02") == 1
    assert plan.at("2026-04-02") == 0
    [fact] = home.entries("online.receive")
    about = asked_for(plan.plan_id, 2)
    assert (fact["amount_cents"], fact["channel"], fact["source_id"], fact["request_id"]) == (
        1_000,
        "plan",
        about,
        about,
    )
    assert home.figures()[0] == 2_000, "posted by itself, although the practice posts by hand"
    home.desk.stream.copay(home.guarantor, home.own, 1_000)
    home.push()
    assert plan.at("2026-05-02") == 1
    assert home.figures()[0] == 0
    assert [each["reopened"] for each in home.entries("plan.closed")] == [False]
    assert plan.told() == [(2, 1, "charged", ""), (3, 1, "charged", "")]
    assert plan.at("2026-06-02") == 0
    assert home.processor.captured_cents() == 2_000
    home.holds()


def test_a_card_that_says_no_is_tried_again_after_three_days_and_seven_and_the_patient_is_told(
    small_home: Home,
) -> None:
    plan = Charging(small_home)
    small_home.say(records.Channels(email=True))
    for _ in range(3):
        small_home.processor.next("refuse:insufficient_funds@payment_intents.create")
    for day in ("2026-04-02", "2026-04-04", "2026-04-05", "2026-04-08", "2026-04-09", "2026-04-20"):
        plan.at(day)
    assert plan.told() == [
        (2, 1, "declined", "2026-04-05"), (2, 2, "declined", "2026-04-09"), (2, 3, "declined", ""),
    ]  # fmt: skip
    messages = [each for each in small_home.entries("message.send") if each["template"] == "plan_declined"]
    assert [(each["template"], each["address"], each["papers"][0]["amount_cents"]) for each in messages] == [
        ("plan_declined", "ada@home.test", 1_000)] * 3  # fmt: skip
    assert small_home.processor.captured_cents() == 0
    assert plan.at("2026-05-02") == 1, "the next payment is charged all the same"
    assert small_home.processor.captured_cents() == 1_000


def test_a_card_that_says_no_brings_a_link_on_which_the_patient_pays_and_it_is_not_tried_again(
    small_home: Home,
) -> None:
    plan = Charging(small_home)
    small_home.say(records.Channels(email=True), records.Rules(portal=True, portal_payments=True))
    small_home.processor.next("refuse:insufficient_funds@payment_intents.create")
    plan.at("2026-04-02")
    [link], [told] = small_home.entries("link.issue"), small_home.entries("message.send")
    assert (link["subject"], link["subject_id"], link["amount_cents"], link["expires_at"][:10]) == (
        "plan", plan.plan_id, 1_000, "2026-04-09")  # fmt: skip
    assert (told["template"], told["papers"][0]["source_id"]) == ("plan_pay", link["link_id"])
    begun = small_home.begin(1_000, source_id=link["link_id"], request_id=asked_for(plan.plan_id, 2))
    plan.at("2026-04-05")
    assert [each[2] for each in plan.told()] == ["declined"], "nothing is charged while the patient has a page open"
    assert pay(begun.url)[0] == 303
    small_home.money.look(small_home.tenant, begun.attempt_id)
    plan.at("2026-04-06")
    assert [each[2] for each in plan.told()] == ["declined"]
    assert small_home.processor.captured_cents() == 1_000
    assert small_home.figures()[0] == 2_000, "posted by itself, although the practice posts by hand"
    small_home.holds()


def test_the_patient_is_reminded_once_before_a_charge(small_home: Home) -> None:
    plan = Charging(small_home)
    ada = records.Patient(id=small_home.guarantor, family="Quillfeather", given="Ada", birth_date="1984-03-14",
                          email="ada@home.test", phone="5550104417", receipt_by="text", language="es")  # fmt: skip
    stop = MessageConsent(consent_id="t", patient_id=small_home.guarantor, channel="text", address="+15550104417",
                          agreed=False, words="texts-1")  # fmt: skip
    small_home.say(records.Channels(email=True, text=True), ada, stop)
    for day in ("2026-03-29", "2026-03-30", "2026-03-31", "2026-04-02"):
        plan.at(day)
    told = [each for each in small_home.entries("message.send") if each["template"] == "plan_reminder"]
    assert [each["papers"][0]["day"] for each in told] == ["2026-04-02"]
    assert [(each["language"], each["channel"]) for each in told] == [("es", "email")], "she ended texts"


def test_a_card_that_says_no_at_first_pays_later(small_home: Home) -> None:
    plan = Charging(small_home)
    small_home.processor.next("refuse:insufficient_funds@payment_intents.create")
    plan.at("2026-04-02")
    plan.at("2026-04-05")
    assert [each[2] for each in plan.told()] == ["declined", "charged"]
    assert small_home.figures()[0] == 2_000


def test_what_was_paid_meanwhile_is_not_charged_again(small_home: Home) -> None:
    plan = Charging(small_home)
    small_home.processor.next("refuse:insufficient_funds@payment_intents.create")
    plan.at("2026-04-02")
    small_home.desk.stream.copay(small_home.guarantor, small_home.own, 2_000)
    small_home.push()
    plan.at("2026-04-05")
    assert small_home.processor.captured_cents() == 0
    assert [each[2] for each in plan.told()] == ["declined"]


@pytest.mark.parametrize("taken", [True, False])
def test_what_nobody_knows_stays_unknown_until_it_is_known(small_home: Home, taken: bool) -> None:
    plan = Charging(small_home)
    fault = "drop-after" if taken else "drop-before"
    for _ in range(3):
        small_home.processor.next(f"{fault}@payment_intents.create")
    for _ in range(6):
        small_home.processor.next("error-before:500@payment_intents.list")
    plan.at("2026-04-02")
    assert plan.told() == [(2, 1, "unknown", "")]
    small_home.processor.clear()
    assert plan.at("2026-04-02") == 0, "it is asked again, but not at once"
    plan.clock.advance(601)
    assert plan.charger.charge_due(small_home.tenant) == 1
    if taken:
        assert [each[2] for each in plan.told()] == ["unknown", "charged"]
        assert small_home.processor.captured_cents() == 1_000
    else:
        assert plan.told() == [(2, 1, "unknown", "")]
    assert len(small_home.processor.intents()) == int(taken)


def test_s4_06_a_plan_debits_a_bank_account_once_a_payment_and_waits_for_the_bank(home: Home) -> None:
    """While the bank is asked nobody charges the payment again, however often it is looked at; then it is charged."""
    plan = Charging(home, account="000123456789")
    assert plan.at("2026-04-02") == 1
    assert (plan.told(), plan.state(2)) == ([], State.PROCESSING)
    for hour in (18, 19, 20):
        plan.at("2026-04-03", hour)
    assert len(home.processor.intents()) == 1
    home.processor.tell("settle-debits")
    plan.at("2026-04-06")
    assert (plan.told(), plan.state(2), home.figures()[0]) == ([(2, 1, "charged", "")], State.PAID, 2_000)
    assert len(home.processor.intents()) == 1
    home.holds()


def test_s4_06_a_bank_that_refuses_a_payment_of_a_plan_is_asked_again_by_the_rules(small_home: Home) -> None:
    plan = Charging(small_home, account=BROKE)
    small_home.say(records.Channels(email=True))
    plan.at("2026-04-02")
    small_home.processor.tell("settle-debits")
    plan.at("2026-04-06")
    assert (plan.told(), plan.state(2)) == ([(2, 1, "declined", "2026-04-07")], State.FAILED)
    told = [each["template"] for each in small_home.entries("message.send")]
    assert told.count("plan_declined") == 1
    assert "debit_refused" not in told, "it is said once"
    plan.at("2026-04-07")
    assert ([each["status"] for each in small_home.processor.intents()], plan.state(2)) == (
        ["canceled", "processing"], State.PROCESSING)  # fmt: skip
    small_home.holds()


def test_what_the_patient_pays_of_a_plan_by_bank_is_not_charged_meanwhile(small_home: Home) -> None:
    """The patient's own debit is under way on the payment's day; the hub has even forgotten that it asked."""
    plan = Charging(small_home)
    small_home.rules(online_debits=True)
    begun = small_home.begin(1_000, request_id=asked_for(plan.plan_id, 2))
    pay_by_bank(begun.url)
    small_home.look_after()
    small_home.store.online._transaction(
        lambda tx: tx.run("DELETE FROM online_attempt WHERE tenant = :tenant AND state = 'processing'",
                          tenant=small_home.tenant), small_home.tenant)  # fmt: skip
    plan.at("2026-04-02")
    assert (plan.told(), len(small_home.processor.intents())) == ([], 1)
    small_home.processor.tell("settle-debits")
    small_home.look_after()
    plan.at("2026-04-03")
    assert (plan.told(), plan.state(2), small_home.figures()[0]) == ([], State.PAID, 2_000)
    small_home.holds()


def test_h11_a_restored_hub_first_learns_what_it_charged(small_home: Home) -> None:
    plan = Charging(small_home)
    small_home.store.begin_epoch(small_home.tenant)
    assert plan.at("2026-04-02") == 0, "due, and not charged yet"
    assert small_home.processor.captured_cents() == 0
    plan.clock.set(datetime.now(UTC) + AFTER_RESTORE)
    assert not plan.jobs.must_wait(small_home.tenant)


def test_skipped_cancelled_and_without_a_card_nothing_is_charged(small_home: Home) -> None:
    plan = Charging(small_home)
    about = {"plan_id": plan.plan_id, "patient_id": small_home.guarantor}
    small_home.say(PlanSkip(**about, no=2))
    assert plan.at("2026-04-02") == 0
    small_home.say(CardDrop(kept_card_id=plan.card_id, patient_id=small_home.guarantor))
    plan.at("2026-05-02")
    assert plan.told() == [(3, 1, "declined", "")]
    small_home.say(PlanCancel(**about, charge_ids=(small_home.own,)))
    assert plan.at("2026-06-02") == 0
    assert small_home.processor.captured_cents() == 0
    small_home.holds()


STEPS = 14


def test_f_a_hub_killed_at_every_step_of_a_charge_charges_once(
    own_sqlite_hub: RunningHub, processor: StripeProcess  # noqa: F811
) -> None:  # fmt: skip
    """Every payment of a plan is another life: killed one step further on, and gone on with by the next one. Its days
    lie before the processor's own clock, as days do that have come."""
    with home_at(own_sqlite_hub, processor) as home:
        Charging(home, 500, 30, Frequency.WEEKLY)
        tenant, database = home.tenant, own_sqlite_hub.settings.database_path
        own_sqlite_hub.stop()
        moments = [("before_online", 1), ("after_online", 1)]
        moments += [(name, n) for n in range(1, STEPS + 1) for name in ("hub_before_commit", "hub_after_commit")]
        killed, due, charged = 0, NOON, 0
        with Lives() as lives:
            for moment, times in moments:
                due = datetime.combine(nth_due(NOON.date(), charged + 1, Frequency.WEEKLY), NOON.time(), UTC)
                died = lives.live(database, tenant, processor.base, due.isoformat(), moment, times)
                killed += died
                charged += 1
                for hours in (1, 2, 3):  # looked into, and asked again where that takes its time
                    if processor.captured_cents() != 500 * charged or hours == 1:
                        after = due + timedelta(hours=hours)
                        lives.live(database, tenant, processor.base, after.isoformat())
                assert processor.captured_cents() == 500 * charged, f"killed at {moment} {times}"
                if not died and moment == "hub_after_commit":
                    break
        assert killed >= 8
        own_sqlite_hub.start()
        assert home.figures()[0] == 500 * (30 - charged)
        outcomes = [each["outcome"] for each in home.entries("plan.charged")]
        assert outcomes.count("charged") == charged == len(home.entries("payment.collect"))
        home.holds()
