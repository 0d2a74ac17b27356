"""One-time links at the desk: what is asked of whom, sent where, and how a link stands as the account moves on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.card_reader import CardReader
from app.link_at_collect import LinkAtCollect, LinkOrder
from app.link_views import LinkChoice, LinkOffer, LinksAsk
from app.links import Links
from app.messages import Messages
from app.payment_requests import PaymentRequests
from app.plan_lists import PlanLists
from app.plans import Plans
from app.schedule import Schedule
from app.views import AskedFor, CollectLine, CollectSheet, LineKind, PatientHead, VisitHead, VisitState
from app.words import WORDS
from models.basics.errors import RuleBroken, SyncLater
from models.operations.bodies import Allocate, AllocationLine
from models.operations.records import Channels, Rules
from models.operations.requests import PaymentRequestPut, PaymentRequestStatus
from models.rules.links import LinkState
from models.rules.rights import Right
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.printing_office import papers_of

EMAIL, PHONE = "rosa@home.test", "+15550104417"
PAGES = "https://pay.clinic.example/portal/alder"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa owes 40 and 25; Sofia, whose guarantor she is, 20. The practice's pages are there."""
    made = TestClinic(tmp_path)
    made.patient(email=EMAIL)
    made.patient("sofia", "Sofia", birth_date="2015-06-02", guarantor_id="rosa")
    made.visit()
    made.charge(4000, day="2026-05-14", charge_id="visit", visit="today", description="Office visit")
    made.charge(2500, day="2026-04-02", charge_id="older", description="Follow-up visit")
    made.charge(2000, day="2026-03-02", charge_id="sofias", patient_id="sofia", description="School physical")
    made.put(Channels(email=True, text=True, portal_url=PAGES), Rules(portal=True, portal_payments=True))
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> Iterator[Links]:
    with papers_of(clinic) as (papers, _):
        yield Links(clinic.clinic, Messages(clinic.clinic, papers), None)


def refused(call: Any, *given: Any, **more: Any) -> str:
    with pytest.raises((RuleBroken, SyncLater)) as error:
        call(*given, **more)
    assert error.value.message_key in WORDS
    return error.value.message_key


def pays(clinic: TestClinic, charge_id: str, cents: int, name: str) -> None:
    """Money comes at the desk, and pays a charge."""
    clinic.paid(cents, payment_id=name, receipt_no=f"01-1-A-{name}", number=f"PAY-{name}")
    line = AllocationLine(charge_id=charge_id, amount_cents=cents)
    clinic.put(Allocate(allocation_id=f"to-{name}", lot_payment_id=name, patient_id="rosa", lines=(line,)))


def test_s0_43_a_link_for_the_balance_goes_to_the_guarantor_by_both_ways(clinic: TestClinic, story: Links) -> None:
    offer = story.offer("balance", "sofia")
    assert (offer.patient.patient_id, offer.owed_cents, offer.expires_on) == ("rosa", 8500, date(2026, 5, 21))
    assert [(item.charge_id, item.amount_cents) for item in offer.items] == [
        ("sofias", 2000), ("older", 2500), ("visit", 4000)]  # fmt: skip
    choice = LinkChoice(note="  Thank you,\n Rosa ", ways=(("text", "555 010 4417"), ("email", EMAIL)))
    for _ in range(2):
        line = story.issue(offer, choice, MARIA)
    assert (line.state, line.amount_cents, line.due_cents, line.note) == (LinkState.OPEN, 8500, 8500, "Thank you, Rosa")
    assert (line.issued_by, line.expires_on, line.pending) == ("", date(2026, 5, 21), True)
    assert {(each.channel, each.state) for each in line.sent} == {("text", "waiting"), ("email", "waiting")}
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(1,)]
    assert clinic.rows("SELECT channel, address, template FROM message ORDER BY channel") == [
        ("email", EMAIL, "pay_link"), ("text", PHONE, "pay_link")]  # fmt: skip
    assert [each.link_id for each in story.of_patient("sofia")] == [line.link_id]
    assert [each.link_id for each in story.page(LinksAsk()).lines] == [line.link_id]
    assert [each.link_id for each in story.offer("balance", "rosa").known] == [line.link_id]


def test_nothing_of_a_person_and_nothing_secret_is_in_what_travels(clinic: TestClinic, story: Links) -> None:
    """The log carries opaque ids, an amount and the words for the page; no address, no name, no visit."""
    story.issue(story.offer("visit", "rosa", "today"), LinkChoice(ways=(("text", PHONE),)), MARIA)
    for (text,) in clinic.rows("SELECT op FROM outbox WHERE op LIKE '%link.issue%' OR op LIKE '%message.send%'"):
        body = orjson.dumps(orjson.loads(text)["body"]).decode()
        assert not [word for word in ("http", "/pay/", "Quillfeather", "Rosa", "Office", "1984") if word in body], body


MOVES = (
    ("as it was", (), LinkState.OPEN, 6500), ("a part was paid", (("older", 500),), LinkState.CHANGED, 6000),
    ("one was paid", (("visit", 4000),), LinkState.CHANGED, 2500),
    ("all was paid", (("visit", 4000), ("older", 2500)), LinkState.SETTLED, 0),
)  # fmt: skip


@pytest.mark.parametrize(("_name", "paid", "state", "due"), MOVES, ids=[move[0] for move in MOVES])
def test_n50_a_link_is_bound_to_what_was_owed(
    clinic: TestClinic, story: Links, _name: str, paid: tuple[tuple[str, int], ...], state: LinkState, due: int
) -> None:  # fmt: skip
    line = story.issue(story.offer("balance", "rosa", charge_ids=["visit", "older"]), LinkChoice(), MARIA)
    for number, (charge_id, cents) in enumerate(paid):
        pays(clinic, charge_id, cents, f"p{number}")
    now = story.find(line.link_id)
    assert (now.state, now.due_cents, now.amount_cents) == (state, due, 6500)
    assert now.usable is (due > 0)


def test_more_is_owed_later_and_a_part_that_was_asked_stays_a_part(clinic: TestClinic, story: Links) -> None:
    whole = story.issue(story.offer("visit", "rosa", "today"), LinkChoice(), MARIA)
    part = story.issue(story.offer("visit", "rosa", "today"), LinkChoice(amount_cents=1000), MARIA)
    assert (part.state, part.due_cents) == (LinkState.OPEN, 1000)
    clinic.charge(5500, day="2026-05-14", charge_id="visit", visit="today", description="Office visit")
    assert (story.find(whole.link_id).state, story.find(whole.link_id).due_cents) == (LinkState.CHANGED, 5500)
    assert (story.find(part.link_id).state, story.find(part.link_id).due_cents) == (LinkState.OPEN, 1000)
    pays(clinic, "visit", 5000, "most")
    assert (story.find(part.link_id).state, story.find(part.link_id).due_cents) == (LinkState.CHANGED, 500)


def test_a_request_is_asked_by_link_and_taken_back_with_it(clinic: TestClinic, story: Links) -> None:
    clinic.put(PaymentRequestPut(request_id="r", patient_id="rosa", amount_cents=15000, number="PAY-1-00009"))
    line = story.issue(story.offer("request", "rosa", "r"), LinkChoice(), MARIA)
    assert (line.due_cents, [each.link_id for each in story.of_subject("request", "r")]) == (15000, [line.link_id])
    clinic.paid(5000, payment_id="p", receipt_no="01-1-A-0001", number="PAY-1-00010", request_id="r")
    assert (story.find(line.link_id).state, story.find(line.link_id).due_cents) == (LinkState.CHANGED, 10000)
    clinic.put(PaymentRequestStatus(request_id="r", patient_id="rosa", status="cancelled"))
    assert story.find(line.link_id).state is LinkState.REVOKED


def test_s2_11_a_link_ends_by_time_and_by_word(clinic: TestClinic, story: Links) -> None:
    line = story.issue(story.offer("balance", "rosa"), LinkChoice(expires_on=date(2026, 5, 15)), MARIA)
    other = story.issue(story.offer("balance", "rosa"), LinkChoice(), MARIA)
    gone = story.revoke(other.link_id, MARIA, "sent to the wrong number")
    assert (gone.state, gone.due_cents, gone.usable) == (LinkState.REVOKED, 0, False)
    assert refused(story.revoke, other.link_id, MARIA) == "link.over"
    assert refused(story.send, other.link_id, "text", PHONE, MARIA) == "link.over"
    clinic.clock.advance(timedelta(hours=36).total_seconds())  # 9:41 PM of the last day
    assert story.find(line.link_id).state is LinkState.OPEN
    clinic.clock.advance(timedelta(hours=3).total_seconds())
    assert story.find(line.link_id).state is LinkState.EXPIRED


def test_s4_07_a_link_is_sent_again_and_twice_under_one_name_is_once(clinic: TestClinic, story: Links) -> None:
    line = story.issue(story.offer("balance", "rosa"), LinkChoice(ways=(("text", PHONE),)), MARIA)
    clinic.clock.advance(60)
    for _ in range(2):
        line = story.send(line.link_id, "email", EMAIL, MARIA, message_id="again")
    assert [each.channel for each in line.sent] == ["email", "text"]
    assert refused(story.send, line.link_id, "text", "0", MARIA) == "message.number_wrong"
    assert refused(story.send, "nobody", "text", PHONE, MARIA) == "link.gone"


WRONG = (
    ({"amount_cents": 8501}, "link.amount_wrong"), ({"amount_cents": -1}, "link.amount_wrong"),
    ({"expires_on": date(2026, 5, 13)}, "link.expiry_wrong"), ({"expires_on": date(2027, 1, 1)}, "link.expiry_wrong"),
    ({"note": "x" * 201}, "link.note_long"), ({"note": "4242 4242 4242 4242"}, "collect.card_number"),
    ({"ways": (("email", "nobody"),)}, "message.address_wrong"), ({"ways": (("text", "5"),)}, "message.number_wrong"),
)  # fmt: skip


def test_what_may_not_be_is_told_and_nothing_is_written(clinic: TestClinic, story: Links) -> None:
    offer = story.offer("balance", "rosa")
    for wrong, key in WRONG:
        assert refused(story.issue, offer, LinkChoice(**wrong), MARIA) == key
    assert refused(story.issue, offer, LinkChoice(), replace(MARIA, rights=frozenset())) == "staff.right_missing"
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(0,)]
    assert refused(story.offer, "visit", "rosa", "nothing") == "link.nothing_owed"
    assert refused(story.offer, "balance", "nobody") == "collect.patient_gone"


def test_why_a_link_cannot_be_made_here(clinic: TestClinic, story: Links) -> None:
    def why() -> str:
        offer: LinkOffer = story.offer("balance", "rosa")
        return offer.why_not

    assert why() == ""
    clinic.patient(email=EMAIL, birth_date="")
    assert why() == "link.no_birth_date"
    clinic.put(Rules(portal=True))
    assert why() == "link.payments_off"
    clinic.put(Channels(email=True))
    assert why() == "link.no_pages"
    assert refused(story.issue, story.offer("balance", "rosa"), LinkChoice(), MARIA) == "link.no_pages"


def test_without_a_hub_the_address_is_not_there_and_says_so(clinic: TestClinic, story: Links) -> None:
    line = story.issue(story.offer("balance", "rosa"), LinkChoice(), MARIA)
    assert refused(story.address, line.link_id) == "sync.hub_unreachable"


def drafted(clinic: TestClinic, discount: str) -> str:
    """An agreement that is saved, nobody agreed to it yet; its id."""
    story = Plans(clinic.clinic, CardReader(clinic.settings))
    page = story.begin("rosa")
    story.save(page, replace(page.form, payments="2", discount=discount), MARIA)
    return page.form.plan_id


def test_s4_06_s4_07_who_sends_a_discount_has_the_right_or_borrows_it(clinic: TestClinic, story: Links) -> None:
    """Its patient's word alone lets it off: so somebody who may let off lends the right, and is written down."""
    plan_id = drafted(clinic, "10")
    offer, way = story.offer("plan", "rosa", plan_id), LinkChoice(ways=(("text", PHONE),))
    assert offer.needs is Right.ADJUST
    assert refused(story.issue, offer, way, MARIA, "plan_link") == "staff.right_missing"
    assert refused(story.issue, offer, way, MARIA, "plan_link", MARIA) == "staff.right_missing"
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(0,)]
    assert story.issue(offer, way, MARIA, "plan_link", PRIYA).subject_id == plan_id
    made = "SELECT DISTINCT op ->> '$.actor', op ->> '$.supervisor' FROM outbox WHERE op LIKE '%\"link.issue\"%'"
    assert clinic.rows(made) == [("maria", "priya")]
    again = story.offer("plan", "rosa", plan_id)
    story.issue(again, way, PRIYA, "plan_link")
    assert clinic.rows(f"{made} AND op LIKE '%{again.link_id}%'") == [("priya", "")]


def test_s4_07_without_a_discount_nobody_has_to_lend(clinic: TestClinic, story: Links) -> None:
    offer = story.offer("plan", "rosa", drafted(clinic, ""))
    assert offer.needs is None
    assert story.issue(offer, LinkChoice(), MARIA, "plan_link").usable


# At Collect -------------------------------------------------------------------------------------------------------


def _sheet(clinic: TestClinic, lines: tuple[tuple[str, str, int], ...], asked: AskedFor | None = None) -> CollectSheet:
    """A sheet for Rosa's visit: (line, charge, what it owes) each."""
    day = date(2026, 5, 14)
    made = tuple(CollectLine(key, LineKind.BALANCE, key, "", key, day, cents, True, charge_id, "today")
                 for key, charge_id, cents in lines)  # fmt: skip
    head = PatientHead("rosa", "Rosa Quillfeather", "RQ", date(1984, 3, 14), 42, "0041877")
    visit = VisitHead("today", clinic.clock.now(), "Office visit", "Dr. Okafor", VisitState.ARRIVED)
    return CollectSheet("attempt", head, visit, None, made, 0, 0, 0, 0, ("cash",), "", True, asked=asked)


def test_s0_43_what_collect_would_take_is_asked_to_the_cent(clinic: TestClinic, story: Links) -> None:
    """The charges that were chosen, with what was typed for each; nothing is paid."""
    sheet = _sheet(clinic, (("a", "visit", 4000), ("b", "older", 2500)))
    order = LinkOrder(sheet, {"a": 4000, "b": 500}, 0, 4500)
    at_collect = LinkAtCollect(story, PaymentRequests(clinic.clinic))
    offer = at_collect.offer(order)
    assert (offer.subject, offer.owed_cents) == ("balance", 4500)
    for _ in range(2):
        line = at_collect.ask(order, offer, LinkChoice(ways=(("text", PHONE),)), MARIA)
    assert (line.state, line.due_cents) == (LinkState.OPEN, 4500)
    [(items,)] = clinic.rows("SELECT items FROM pay_link")
    assert {each["charge_id"]: each["amount_cents"] for each in orjson.loads(items)} == {"visit": 4000, "older": 500}
    assert clinic.rows("SELECT count(*) FROM payment") == clinic.rows("SELECT count(*) FROM payment_request") == [(0,)]


WITHOUT_CHARGES = (
    ("a copay in advance", (("a", "", 3000),), {"a": 3000}, 0, 3000),
    ("money beyond the lines", (("a", "visit", 4000),), {"a": 4000}, 1000, 5000),
    ("credit pays a part", (("a", "visit", 4000),), {"a": 4000}, 0, 2500),
)  # fmt: skip


@pytest.mark.parametrize(("_name", "lines", "amounts", "extra", "cents"), WITHOUT_CHARGES,
                         ids=[each[0] for each in WITHOUT_CHARGES])  # fmt: skip
def test_s0_43_what_has_no_charge_is_asked_as_a_payment_of_the_visit(
    clinic: TestClinic, story: Links, _name: str, lines: Any, amounts: dict[str, int], extra: int, cents: int
) -> None:  # fmt: skip
    order = LinkOrder(_sheet(clinic, lines), amounts, extra, cents)
    at_collect = LinkAtCollect(story, PaymentRequests(clinic.clinic))
    offer = at_collect.offer(order)
    for _ in range(2):
        line = at_collect.ask(order, offer, LinkChoice(), MARIA)
    assert (line.subject, line.due_cents, line.state) == ("request", cents, LinkState.OPEN)
    asked = clinic.rows("SELECT request_id, appointment_id, amount_cents, status FROM payment_request")
    assert asked == [(line.subject_id, "today", cents, "pending")]
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(1,)]


def test_s0_43_parts_beyond_what_a_charge_owes_are_refused(clinic: TestClinic, story: Links) -> None:
    offer = story.offer("balance", "rosa", charge_ids=["visit", "older"])
    assert refused(story.issue, offer, LinkChoice(parts=(("older", 2501),)), MARIA) == "link.amount_wrong"
    assert refused(story.issue, offer, LinkChoice(parts=(("sofias", 100),)), MARIA) == "link.amount_wrong"
    assert clinic.rows("SELECT count(*) FROM pay_link") == [(0,)]


def test_s0_43_today_says_what_a_visit_is_asked_by_link(clinic: TestClinic, story: Links) -> None:
    schedule = Schedule(clinic.clinic, clinic.settings)
    assert (schedule.side("today").link_cents, schedule.side("today").link_until) == (0, None)
    line = story.issue(story.offer("balance", "rosa", charge_ids=["older"]), LinkChoice(), MARIA)
    assert schedule.side("today").link_cents == 0, "that one is for another visit"
    line = story.issue(story.offer("visit", "rosa", "today"), LinkChoice(), MARIA)
    assert (schedule.side("today").link_cents, schedule.side("today").link_until) == (4000, date(2026, 5, 21))
    assert schedule.side("today").total_cents == 4000, "what is asked is not paid"
    story.revoke(line.link_id, MARIA)
    assert schedule.side("today").link_cents == 0
    order = LinkOrder(_sheet(clinic, (("a", "", 3000),)), {"a": 3000}, 0, 3000)
    at_collect = LinkAtCollect(story, PaymentRequests(clinic.clinic))
    at_collect.ask(order, at_collect.offer(order), LinkChoice(), MARIA)
    assert schedule.side("today").link_cents == 3000


def test_s4_03_s4_07_a_line_of_the_history_for_each_channel(clinic: TestClinic, story: Links) -> None:
    """By text and by e-mail: two lines, in the field's words."""
    story.issue(story.offer("balance", "rosa"), LinkChoice(ways=(("text", PHONE), ("email", EMAIL))), MARIA)
    found = {(each.event, each.status) for each in PlanLists(clinic.clinic).history("rosa")}
    assert found == {("QuickPay link texted to (555) 010-4417 for balance of $85.00", "Pending"),
                     (f"QuickPay link emailed to {EMAIL} for balance of $85.00", "Pending")}  # fmt: skip
    assert PlanLists(clinic.clinic).history("rosa", "another plan") == ()
