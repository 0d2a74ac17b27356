"""Payment requests by link at the desk: one, many at once with who is left out and why, taken back, snoozed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from app import asks
from app.ask_views import AskChoice, AskState, ManyChoice, ManySheet, ManyWish, Which
from app.asks import AT_ONCE, PAPERS_AT_ONCE, Asks
from app.clinic import Clinic
from app.messages import Messages
from app.words import WORDS
from models.basics.errors import RuleBroken
from models.operations.asks import AskSnooze
from models.operations.messages import MessageConsent
from models.operations.records import Channels, Rules
from models.rules.campaigns import Age, LeftOut
from models.rules.rights import Right
from tests.support import stores
from tests.support.clinic import MARIA, TestClinic
from tests.support.printing_office import papers_of

EMAIL, PHONE = "rosa@home.test", "+15550104417"
TODAY = date(2026, 5, 14)
BY_EMAIL = AskChoice("email", EMAIL)


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa owes 40 and 25; Sofia, whose guarantor she is, 20."""
    made = TestClinic(tmp_path)
    made.patient(email=EMAIL)
    made.patient("sofia", "Sofia", birth_date="2015-06-02", guarantor_id="rosa")
    made.visit()
    made.charge(4000, day="2026-05-14", charge_id="visit", visit="today", description="Office visit")
    made.charge(2500, day="2026-04-02", charge_id="older", description="Follow-up visit")
    made.charge(2000, day="2026-03-02", charge_id="sofias", patient_id="sofia", description="School physical")
    made.put(Channels(email=True, text=True, portal_url="https://pay.clinic.example/portal/alder"),
             Rules(portal=True, portal_payments=True))  # fmt: skip
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def story(clinic: TestClinic) -> Iterator[Asks]:
    with papers_of(clinic) as (papers, statements):
        yield Asks(clinic.clinic, Messages(clinic.clinic, papers), statements, papers)


def refused(call: Any, *given: Any, **more: Any) -> str:
    with pytest.raises(RuleBroken) as error:
        call(*given, **more)
    assert error.value.message_key in WORDS
    return error.value.message_key


def bodies(clinic: TestClinic, kind: str) -> list[dict[str, Any]]:
    """What the desk wrote down for the hub, of one kind."""
    found = clinic.rows("SELECT op FROM outbox ORDER BY dseq")
    return [op["body"] for row in found if (op := orjson.loads(row[0]))["kind"] == kind]


def test_s1_16_one_request_to_the_guarantor(clinic: TestClinic, story: Asks) -> None:
    sheet = story.sheet("sofia")
    assert (sheet.patient.patient_id, sheet.owed_cents, sheet.channel, sheet.why_not) == ("rosa", 8_500, "text", "")
    choice = replace(BY_EMAIL, remind_after=(3, 7), note="  Thank   you ")
    line = story.send(sheet, choice, MARIA)
    assert (line.state, line.amount_cents, line.address, line.times, line.pending) == (
        AskState.WAITING, 8_500, EMAIL, 3, True,
    )  # fmt: skip
    assert story.send(sheet, choice, MARIA) == line, "a second Enter"
    [body] = bodies(clinic, "ask.start")
    assert (body["remind_after"], body["note"], body.get("request_id", "")) == ([3, 7], "Thank you", "")
    assert [each.ask_id for each in story.sheet("rosa").known] == [line.ask_id]
    assert story.view(31).counts == ((AskState.WAITING, 1),)


def test_s1_16_more_than_is_owed_is_a_payment_request_of_its_own(clinic: TestClinic, story: Asks) -> None:
    story.send(story.sheet("rosa"), replace(BY_EMAIL, amount_cents=20_000), MARIA)
    [request], [body] = bodies(clinic, "payment_request.put"), bodies(clinic, "ask.start")
    assert (request["amount_cents"], request["request_id"]) == (20_000, body["request_id"])


def test_s1_16_a_statement_goes_along_with_the_patients_word(clinic: TestClinic, story: Asks) -> None:
    sheet = story.sheet("rosa")
    line = story.send(sheet, replace(BY_EMAIL, statement=True), MARIA)
    assert story.send(sheet, replace(BY_EMAIL, statement=True), MARIA) == line, "a second Enter"
    [issued], [body], [agreed] = (bodies(clinic, kind) for kind in ("statement.issued", "ask.start", "message.consent"))
    assert (issued["balance_cents"], body["statement"]["source_id"]) == (8_500, issued["statement_id"])
    assert (agreed["address"], agreed["agreed"]) == (EMAIL, True)
    assert orjson.loads(body["statement"]["document"])


def test_s1_16_what_cannot_be_asked_is_refused(clinic: TestClinic, story: Asks) -> None:
    sheet = story.sheet("rosa")
    nobody = replace(MARIA, rights=frozenset())
    nothing = replace(sheet, owed_cents=0)
    assert refused(story.send, sheet, BY_EMAIL, nobody) == "staff.right_missing"
    assert refused(story.send, nothing, BY_EMAIL, MARIA) == "ask.nothing_owed"
    assert refused(story.send, sheet, replace(BY_EMAIL, address="rosa"), MARIA) == "message.address_wrong"
    assert refused(story.send, sheet, AskChoice("text", "12"), MARIA) == "message.number_wrong"
    assert refused(story.send, sheet, replace(BY_EMAIL, note="x" * 2_001), MARIA) == "ask.note_long"
    assert refused(story.send, sheet, replace(BY_EMAIL, note="4242 4242 4242 4242"), MARIA) == "collect.card_number"
    assert refused(story.send, sheet, replace(BY_EMAIL, remind_after=(1, 2, 3)), MARIA) == "refused.ask_wrong"
    assert refused(story.again, "gone", MARIA) == refused(story.cancel, "gone", MARIA) == "ask.gone"
    assert refused(story.snooze, "rosa", TODAY, MARIA) == "ask.days_wrong"
    clinic.put(Rules(portal=True))
    assert refused(story.send, story.sheet("rosa"), BY_EMAIL, MARIA) == "link.payments_off"
    clinic.put(Channels(email=True))
    assert story.sheet("rosa").why_not == "link.no_pages"
    assert bodies(clinic, "ask.start") == []


def test_s1_16_taken_back_before_the_hub_heard_of_it(clinic: TestClinic, story: Asks) -> None:
    line = story.send(story.sheet("rosa"), BY_EMAIL, MARIA)
    assert refused(story.again, line.ask_id, MARIA) == "ask.over"
    assert story.cancel(line.ask_id, MARIA, "Asked by phone").state is AskState.CANCELLED
    assert refused(story.cancel, line.ask_id, MARIA) == "ask.over"
    assert bodies(clinic, "link.revoke") == []
    assert [len(story.view(31, which).lines) for which in (Which.OPEN, Which.OVER)] == [0, 1]


def test_s1_16_requests_are_listed_page_by_page_and_every_one_is_counted(
    clinic: TestClinic, story: Asks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filter chooses among all of them, not among those of a page."""
    monkeypatch.setattr(asks, "PAGE", 2)
    sent = [story.send(story.sheet("rosa"), replace(BY_EMAIL, amount_cents=100 + n), MARIA).ask_id for n in range(5)]
    for ask_id in sent[:2]:
        story.cancel(ask_id, MARIA)
    pages = [story.view(31, page=page) for page in range(4)]
    assert sorted(line.ask_id for view in pages for line in view.lines) == sorted(sent)
    assert [(len(view.lines), view.more) for view in pages] == [(2, True), (2, True), (1, False), (0, False)]
    assert {view.counts for view in pages} == {((AskState.WAITING, 3), (AskState.CANCELLED, 2))}
    over = story.view(31, Which.OVER)
    assert ({line.ask_id for line in over.lines}, over.more) == (set(sent[:2]), False)


# Many at once -----------------------------------------------------------------------------------------------------


def left(sheet: ManySheet) -> dict[str, LeftOut | None]:
    return {line.patient.patient_id: line.left for line in sheet.left}


def test_s1_17_who_is_asked_and_who_is_not_and_why(clinic: TestClinic, story: Asks) -> None:
    clinic.patient("bo", "Bo", email="bo@home.test", birth_date="1971-02-01")
    clinic.charge(500, day="2026-05-01", charge_id="bos", patient_id="bo")
    sheet = story.many(ManyWish())
    assert [(line.patient.patient_id, line.cents, line.channel, line.address) for line in sheet.asked] == [
        ("bo", 500, "text", PHONE), ("rosa", 8_500, "text", PHONE)]  # fmt: skip
    assert left(sheet) == {"sofia": LeftOut.NOT_GUARANTOR}
    assert left(story.many(ManyWish(least_cents=501)))["bo"] is LeftOut.BELOW_MINIMUM
    old = story.many(ManyWish(ages=frozenset({Age.TO_90})))
    assert ([line.patient.patient_id for line in old.asked], left(old)["bo"]) == (["rosa"], LeftOut.OTHER_AGE)
    clinic.put(Channels(email=True, portal_url="https://pay.clinic.example/portal/alder"))
    clinic.patient("bo", "Bo", birth_date="1971-02-01")
    assert left(story.many(ManyWish()))["bo"] is LeftOut.NO_ADDRESS
    story.snooze("rosa", TODAY + timedelta(days=1), MARIA)
    assert left(story.many(ManyWish()))["rosa"] is LeftOut.SNOOZED
    story.snooze("rosa", None, MARIA)
    story.send(story.sheet("rosa"), BY_EMAIL, MARIA)
    assert left(story.many(ManyWish()))["rosa"] is LeftOut.ASKED_ALREADY


def test_s1_17_many_are_written_down_a_few_at_a_time_and_nobody_twice(clinic: TestClinic, story: Asks) -> None:
    people = [f"p{n:02d}" for n in range(AT_ONCE + 3)]
    for each in people:
        clinic.patient(each, each, birth_date="1971-02-01", email=f"{each}@home.test")
        clinic.charge(1_000, day="2026-05-01", charge_id=f"c-{each}", patient_id=each)
    sheet, choice = story.many(ManyWish()), ManyChoice("Spring", (3,), "Thank you")
    assert story.send_some(sheet, choice, MARIA) == AT_ONCE
    assert story.send_some(sheet, choice, MARIA) == AT_ONCE, "begun again after a crash"
    assert story.send_some(sheet, choice, MARIA, AT_ONCE) == len(sheet.asked) == AT_ONCE + 4
    started = bodies(clinic, "ask.start")
    assert len(started) == len({body["ask_id"] for body in started}) == len(sheet.asked)
    assert {(body["campaign"], body["note"]) for body in started} == {("Spring", "Thank you")}
    assert story.many(ManyWish()).asked == ()
    again = story.many(ManyWish())
    assert refused(story.send_some, again, choice, MARIA) == "ask.nobody"
    assert refused(story.send_some, sheet, replace(choice, name=" "), MARIA) == "ask.name_missing"
    assert refused(story.send_some, replace(sheet, why_not="link.no_pages"), choice, MARIA) == "link.no_pages"


def test_s1_17_a_statement_goes_along_to_those_who_agreed_and_is_issued_once(clinic: TestClinic, story: Asks) -> None:
    """Rosa agreed to papers by e-mail and owes with her family; Bo did not; Cy goes by text."""
    for name in ("bo", "cy"):
        clinic.patient(name, name.title(), email="" if name == "cy" else "bo@home.test", birth_date="1971-02-01")
        clinic.charge(500, day="2026-05-01", charge_id=f"c-{name}", patient_id=name)
    clinic.put(MessageConsent(consent_id="c", patient_id="rosa", channel="email", address=EMAIL, agreed=True,
                              words="unprotected-1"))  # fmt: skip
    assert story.many(ManyWish()).papers == 0, "by text, as each of them likes it"
    sheet, choice = story.many(ManyWish(channel="email")), ManyChoice("Spring", statement=True)
    assert [(line.patient.patient_id, line.agreed) for line in sheet.asked] == [("bo", False), ("rosa", True)]
    assert refused(story.send_some, sheet, choice, replace(MARIA, rights=frozenset({Right.PAYMENTS}))) == (
        "staff.right_missing")  # fmt: skip
    for _ in range(2):  # begun again after a crash
        assert story.send_some(sheet, choice, MARIA) == 2
    [issued] = bodies(clinic, "statement.issued")
    papers = {body["patient_id"]: body.get("statement") for body in bodies(clinic, "ask.start")}
    assert papers["bo"] is None
    assert (papers["rosa"]["source_id"], papers["rosa"]["amount_cents"]) == (issued["statement_id"], 8_500)
    assert orjson.loads(papers["rosa"]["document"])


def test_s1_17_statements_are_issued_a_few_at_a_time_and_none_for_what_is_not_owed(
    clinic: TestClinic, story: Asks
) -> None:  # fmt: skip
    people = [f"p{n}" for n in range(PAPERS_AT_ONCE + 1)]
    for each in people:
        clinic.patient(each, each, birth_date="1971-02-01", email=f"{each}@home.test")
        clinic.charge(1_000, day="2026-05-01", charge_id=f"c-{each}", patient_id=each)
        clinic.put(MessageConsent(consent_id=each, patient_id=each, channel="email", address=f"{each}@home.test",
                                  agreed=True, words="unprotected-1"))  # fmt: skip
    sheet, choice = story.many(ManyWish(channel="email")), ManyChoice("Spring", statement=True)
    clinic.charge(0, day="2026-05-01", charge_id="c-p0", patient_id="p0")
    done = 0
    while done < len(sheet.asked):
        done = story.send_some(sheet, choice, MARIA, done)
    assert len(bodies(clinic, "ask.start")) == len(people) + 1
    assert {body["patient_id"] for body in bodies(clinic, "statement.issued")} == set(people) - {"p0"}


def test_s1_17_a_family_is_snoozed_by_who_pays_for_it(clinic: TestClinic, story: Asks) -> None:
    clinic.put(AskSnooze(patient_id="sofia", until="2026-08-01"))
    sheet = story.snoozing("sofia")
    assert (sheet.patient.patient_id, sheet.until) == ("rosa", date(2026, 8, 1))
    story.snooze("sofia", TODAY + timedelta(days=1), MARIA)
    assert story.snoozing("rosa").until == TODAY + timedelta(days=1), "the last word counts"
    assert left(story.many(ManyWish()))["rosa"] is LeftOut.SNOOZED
    story.snooze("rosa", None, MARIA)
    assert story.snoozing("sofia").until is None
    assert "rosa" not in left(story.many(ManyWish()))
    assert refused(story.snoozing, "nobody") == "collect.patient_gone"


# Beside a hub -----------------------------------------------------------------------------------------------------


def test_s1_16_what_the_hub_did_shows_at_the_desk(tmp_path: Path) -> None:
    """Sent, not sent, sent again instead, taken back: as the list tells it."""
    clock = stores.clock()
    hub = stores.sqlite_hub(tmp_path, clock)
    desk = stores.joined_desk(hub, tmp_path, at=clock)
    clinic = TestClinic.over(desk, clock)
    clinic.patient(email=EMAIL)
    clinic.charge(2500, day="2026-03-02", charge_id="older")
    clinic.put(Channels(email=True, text=True, portal_url="https://pay.clinic.example/portal/alder"),
               Rules(portal=True, portal_payments=True))  # fmt: skip
    here = Clinic(desk, clock)
    story = Asks(here, Messages(here, None), None, None)  # type: ignore[arg-type]
    made = story.send(story.sheet("rosa"), BY_EMAIL, MARIA)

    def hub_works() -> None:
        stores.sync(hub, desk)
        while hub.asks.work_off(stores.TENANT):
            pass
        stores.sync(hub, desk)

    def fails() -> None:
        [each] = hub.messages.gather(stores.TENANT)
        assert hub.messages.claim(each, "worker", 60)
        assert hub.messages.failed(each, "worker", "2026-03-16", "address_refused")
        stores.sync(hub, desk)

    hub_works()
    assert story.find(made.ask_id).state is AskState.SENT
    fails()
    line = story.find(made.ask_id)
    assert (line.state, line.reason) == (AskState.FAILED, "message.failed.address_refused")
    assert story.again(made.ask_id, MARIA).state is AskState.SENT
    assert bodies(clinic, "message.send")[-1]["instead_of"]
    hub_works()
    fails()
    assert story.find(made.ask_id).state is AskState.FAILED, "the one instead of it failed, too"
    assert story.view(31, Which.FAILED).counts == ((AskState.FAILED, 1),)
    story.cancel(made.ask_id, MARIA)
    hub_works()
    assert story.find(made.ask_id).state is AskState.CANCELLED
    assert len(bodies(clinic, "link.revoke")) == 1
    assert desk.verify() == []
    assert hub.verify(stores.TENANT) == []
    desk.close()
    hub.close()
