"""What a plan covers, at a desk: cards, benefits typed in, estimates of visits (S2-07), how old an answer is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.accounts import Accounts
from app.eligibility import Eligibility, EstimateOrder, TypedBenefits, freshness_of
from app.eligibility_answers import Answers, read_answers
from app.views import Person
from app.words import WORDS, sentence
from models.basics.errors import RuleBroken
from models.rules.estimate import OFFICE_VISIT, TREATMENT, Procedure
from tests.support.clinic import DAY, MARIA, TestClinic
from tests.unit.exchange.test_x12 import SUBSCRIBER, answer, message

ZONE = ZoneInfo("America/Chicago")
NOBODY = Person("x", "X", "", "X", manager=False)
ROSA = SUBSCRIBER.replace("DOE*JANE", "QUILLFEATHER*ROSA").replace("19800101", "19840314")
AT = ("20261003*0931~HL", "20260514*0831~HL")
GOLD = ("EB*1**30**GOLD", "EB*B*IND*30***27*25*****Y", "EB*A*IND*30*****.2****Y", "EB*C*IND*30***29*800*****Y")


@pytest.fixture
def office(tmp_path: Path):
    made = TestClinic(tmp_path)
    made.patient()
    made.coverage(member_id="MBR123456", checked_at="", copay_cents=None)
    yield made
    made.store.close()


def text(*lines: str, subscriber: str = ROSA, at: str = AT[1]) -> bytes:
    return message(answer(*lines, subscriber=subscriber).replace(AT[0], at))


def take(office: TestClinic, data: bytes) -> Any:
    content = read_answers("in.271", data)
    return Answers(office.store).write(content, ZONE, office.clock.now(), DAY, "maria")


def story(office: TestClinic) -> Eligibility:
    return Eligibility(office.clinic)


def rows(office: TestClinic, query: str) -> list[tuple[Any, ...]]:
    with office.store.reader() as reader:
        return [tuple(row) for row in reader.execute(query)]


def test_the_same_answer_twice_is_one(office: TestClinic) -> None:
    first = take(office, text(*GOLD))
    again = take(office, text(*GOLD) + text(*GOLD).replace(b"~", b"~\r\n"))
    assert (first.created, again.created, again.unchanged) == (1, 0, 2)
    assert rows(office, "SELECT count(*) FROM eligibility_check") == [(1,)]


def test_the_card_has_the_newest_answer_and_the_insurance_follows(office: TestClinic) -> None:
    take(office, text(*GOLD))
    take(office, text("EB*1**30**OLD", at="20260301*0900~HL"))
    card = story(office).card("rosa")
    assert card.check is not None
    assert card.coverage is not None
    assert (card.check.plan, card.check.state, card.check.coverage_id) == ("GOLD", "active", "cover-rosa")
    assert (card.coverage.copay_cents, card.coverage.checked_at) == (2500, "2026-05-14T13:31:00.000Z")
    assert (card.freshness.level, card.freshness.facts["seconds"]) == ("fresh", 4200)
    assert "SECRETWORD" not in story(office).raw(card.check.check_id)
    assert "QUILLFEATHER" in story(office).raw(card.check.check_id)


def test_what_was_said_of_the_insurance_meanwhile_stays(office: TestClinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody marks the plan while a file is being read: the answer does not undo that."""
    write = office.store.write

    def late() -> Any:
        monkeypatch.setattr(office.store, "write", write)
        story(office).set_both("cover-rosa", True, MARIA)
        return write()

    monkeypatch.setattr(office.store, "write", late)
    take(office, text(*GOLD))
    assert rows(office, "SELECT copay_cents, copay_and_deductible FROM coverage") == [(2500, 1)]


def test_a_payer_that_did_not_answer_hides_nothing(office: TestClinic) -> None:
    take(office, text(*GOLD))
    take(office, text("AAA*N**72*C", at="20260514*0935~HL"))
    card = story(office).card("rosa")
    assert card.check is not None
    assert card.rejected is not None
    assert (card.check.plan, card.rejected.rejections) == ("GOLD", ("72",))
    assert card.coverage is not None
    assert card.coverage.status == "active"


def test_an_inactive_plan_ends_the_insurance_and_has_no_estimate(office: TestClinic) -> None:
    take(office, text("EB*6**30"))
    assert rows(office, "SELECT status FROM coverage") == [("cancelled",)]
    view = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT))
    assert (view.estimate.outcome, view.estimate.why[0].key) == ("none", "estimate.why.inactive")


def test_s2_07_an_estimate_of_a_visit_from_its_own_charges(office: TestClinic) -> None:
    take(office, text(*GOLD))
    office.visit()
    office.charge(0, DAY, visit="today", charge_id="c1", code="99213", allowed_cents=60_000, insurance_pending=True)
    office.charge(0, DAY, visit="today", charge_id="c2", code="80050", allowed_cents=40_000, insurance_pending=True)
    view = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=TREATMENT, appointment_id="today"))
    assert view.estimate.amount_cents == 84_000  # 600 and 200 of the deductible's 800, and 20 % of 200
    assert [line.code for line in view.estimate.lines] == ["99213", "80050"]
    assert (view.estimate.confidence, view.caveat in WORDS) == ("high", True)
    said = [str(sentence(each.key, each.facts)) for each in view.estimate.why]
    assert "Coinsurance of 20 % on the rest makes $40.00." in said


def test_s2_16_an_answer_of_an_earlier_month_than_the_visit_says_so(office: TestClinic) -> None:
    take(office, text(*GOLD))
    office.visit("june", minutes=60 * 24 * 20, service_date="2026-06-03")
    here = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT))
    then = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT, appointment_id="june"))
    assert (here.freshness.level, then.freshness.level) == ("fresh", "earlier")
    assert [each.key for each in then.estimate.why][-1] == "estimate.why.earlier_month"
    assert then.freshness.words in WORDS
    assert then.estimate.amount_cents == here.estimate.amount_cents == 2500


def test_an_office_visit_without_prices_proposes_the_copay(office: TestClinic) -> None:
    take(office, text(*GOLD))
    view = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT))
    assert (view.estimate.outcome, view.estimate.amount_cents) == ("components", 2500)


def test_nobody_asked_yet(office: TestClinic) -> None:
    view = story(office).estimate(EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT))
    assert (view.check, view.estimate.outcome, view.freshness.level) == (None, "none", "never")
    assert view.estimate.why[0].key == "estimate.why.never"
    with pytest.raises(RuleBroken, match=r"estimate\.purpose_wrong"):
        story(office).estimate(EstimateOrder(patient_id="rosa", purpose="private_pay"))


def test_a_plan_known_to_ask_for_both(office: TestClinic) -> None:
    take(office, text(*GOLD))
    order = EstimateOrder(patient_id="rosa", purpose=OFFICE_VISIT,
                          procedures=(Procedure(code="99213", allowed_cents=15_000),))  # fmt: skip
    assert story(office).estimate(order).estimate.amount_cents == 2_500
    story(office).set_both("cover-rosa", True, MARIA)
    assert story(office).estimate(order).estimate.amount_cents == 15_000
    story(office).set_both("cover-rosa", False, MARIA)
    assert story(office).estimate(order).estimate.amount_cents == 2_500
    with pytest.raises(RuleBroken, match=r"eligibility\.insurance_gone"):
        story(office).set_both("none", True, MARIA)


def typed(office: TestClinic, **more: Any) -> TypedBenefits:
    return replace(story(office).form("rosa"), **more)


def test_benefits_typed_in_count_as_an_answer(office: TestClinic) -> None:
    form = typed(office, copay_cents=3_000, coinsurance_bp=2_000, deductible_left_cents=10_000,
                 out_of_pocket_left_cents=100_000, note="Told by telephone")  # fmt: skip
    assert (form.payer, form.member_id) == ("Blue Cross", "MBR123456")
    card = story(office).type_in(form, MARIA)
    story(office).type_in(form, MARIA)  # Enter twice
    assert card.check is not None
    assert (card.check.source, card.check.state, card.freshness.level) == ("typed", "active", "fresh")
    assert rows(office, "SELECT count(*), max(actor) FROM eligibility_check") == [(1, "maria")]
    assert rows(office, "SELECT copay_cents, checked_at FROM coverage") == [(3_000, "2026-05-14T14:41:00.000Z")]
    order = EstimateOrder(patient_id="rosa", purpose=TREATMENT,
                          procedures=(Procedure(allowed_cents=15_000, from_payer=True),))  # fmt: skip
    view = story(office).estimate(order)
    assert (view.estimate.amount_cents, view.estimate.confidence) == (11_000, "medium")  # N38, typed in
    assert "estimate.why.by_hand" in [each.key for each in view.estimate.why]


@pytest.mark.parametrize(("change", "key"), [
    ({"payer": " "}, "eligibility.payer_missing"), ({}, "eligibility.nothing_typed"),
    ({"copay_cents": -1}, "eligibility.amount_wrong"), ({"coinsurance_bp": 10_001}, "eligibility.share_wrong"),
    ({"copay_cents": 1, "network": "blue"}, "eligibility.network_wrong"),
    ({"copay_cents": 1, "patient_id": "nobody"}, "collect.patient_gone"),
])  # fmt: skip
def test_what_cannot_be_typed_in(office: TestClinic, change: dict[str, Any], key: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        story(office).type_in(typed(office, **change), MARIA)
    assert refused.value.message_key == key
    assert rows(office, "SELECT count(*) FROM eligibility_check") == [(0,)]


def test_typing_in_needs_the_right_for_visits(office: TestClinic) -> None:
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        story(office).type_in(typed(office, copay_cents=1), NOBODY)
    with pytest.raises(RuleBroken, match=r"staff\.right_missing"):
        story(office).set_both("cover-rosa", True, NOBODY)


def test_the_log_of_the_account_tells_of_answers(office: TestClinic) -> None:
    take(office, text(*GOLD))
    story(office).type_in(typed(office, copay_cents=3_000), MARIA)
    lines = Accounts(office.clinic, office.settings).ledger("rosa").log
    told = [(sentence(line.act).title, line.what) for line in lines]
    assert ("Payer answered about the plan", "Springfield Health Plan GOLD") in told
    assert ("Benefits typed in", "Blue Cross Blue Cross PPO") in told


# Whose it is ------------------------------------------------------------------------------------------------------


def refused(office: TestClinic, data: bytes) -> list[str]:
    return [each.reason for each in take(office, data).refusals]


def test_somebody_else_under_the_same_number_is_not_taken_instead(office: TestClinic) -> None:
    spouse = ROSA.replace("ROSA", "IVO").replace("19840314", "19830101")
    assert refused(office, text("EB*1**30", subscriber=spouse)) == ["x12.patient_unknown"]
    office.patient("ivo", "Ivo", birth_date="1983-01-01", mrn="2")
    assert take(office, text("EB*1**30", subscriber=spouse)).created == 1
    assert rows(office, "SELECT patient_id FROM eligibility_check") == [("ivo",)]


def test_a_child_on_a_parents_plan(office: TestClinic) -> None:
    office.patient("kim", "Kim", birth_date="2015-05-05", mrn="3")
    office.coverage("kim", member_id="mbr-123456", payer="Blue Cross", checked_at="", copay_cents=None)
    child = ROSA.replace("22*0", "22*1") + "HL*4*3*23*0~NM1*03*1*QUILLFEATHER*KIM~DMG*D8*20150505~"
    assert take(office, text("EB*1**30", "EB*B**98***27*10*****Y", subscriber=child)).created == 1
    assert rows(office, "SELECT patient_id, coverage_id FROM eligibility_check") == [("kim", "cover-kim")]


def test_without_a_member_number_name_and_birth_date_decide(office: TestClinic) -> None:
    unknown = ROSA.replace("MBR123456", "OTHER9")
    assert take(office, text("EB*1**30", subscriber=unknown)).created == 1
    office.patient("rosa2", "Rosa", mrn="9")
    assert refused(office, text("EB*1**98", subscriber=unknown)) == ["x12.patient_ambiguous"]
    with office.store.write() as tx:  # as the hub's word on a merge leaves it
        tx.session.run("INSERT INTO alias (tenant, patient_id, survivor_id, into_id, seq) "
                       "VALUES ('alder', 'rosa2', 'rosa', 'rosa', 1)")  # fmt: skip
    assert take(office, text("EB*1**98", subscriber=unknown)).created == 1
    assert story(office).card("rosa2").check is not None


def test_how_old_answers_are_for_a_list(office: TestClinic) -> None:
    take(office, text(*GOLD))
    office.patient("ivo", "Ivo", mrn="2")
    told = story(office).freshness(("rosa", "ivo"))
    assert (told["rosa"].level, told["ivo"].level) == ("fresh", "never")
    assert sentence(told["rosa"].words, told["rosa"].facts).title == "Eligibility checked 1 h ago"
    office.clock.advance(20 * 86_400)
    assert story(office).freshness(("rosa",))["rosa"].level == "usable"
    office.clock.advance(20 * 86_400)
    assert story(office).freshness(("rosa",))["rosa"].level == "old"
    assert freshness_of("2026-05-15T00:00:00.000Z", office.clinic.local("2026-05-14T00:00:00.000Z")).level == "fresh"
