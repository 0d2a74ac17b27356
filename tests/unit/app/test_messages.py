"""Papers by e-mail and text as the desk asks for them: once, to an address that is one, with the patient's word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from app.messages import Messages, SendChoice, SendSheet
from app.superbills import Superbills
from app.words import WORDS
from models.basics.errors import RuleBroken
from models.operations.bodies import Allocate, AllocationLine
from models.operations.messages import MessagePaper, MessageSend
from models.operations.records import Channels
from models.rules.addresses import FAILURES
from tests.support.clinic import MARIA, TestClinic
from tests.support.printing_office import papers_of

ADDRESS = "rosa@home.test"


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[TestClinic]:
    """Rosa paid 55 in cash; a visit of today with a service and a fee; mail and texts are set up."""
    made = TestClinic(tmp_path)
    made.patient(email=ADDRESS)
    made.visit()
    made.charge(4000, day="2026-05-14", charge_id="visit", visit="today", description="Office visit", code="99213",
                billed_cents=18500, allowed_cents=11200, insurance_paid_cents=7200, diagnoses=("E11.9", "I10"),
                modifiers="25")  # fmt: skip
    made.charge(2500, day="2026-05-14", charge_id="fee", visit="today", description="Late fee", kind="fee")
    made.paid(5500, receipt_no="01-1-A-0001", number="PAY-1-00001")
    made.put(Channels(email=True, text=True))
    yield made
    assert made.store.verify() == []
    made.close()


@pytest.fixture
def messages(clinic: TestClinic) -> Iterator[Messages]:
    with papers_of(clinic) as (papers, _):
        yield Messages(clinic.clinic, papers)


def sheet(messages: Messages, name: str = "receipt:early") -> SendSheet:
    return messages.sheet([name], "rosa")


def asked(clinic: TestClinic) -> list[dict[str, Any]]:
    """The bodies of every request, as they will travel."""
    found = clinic.rows("SELECT op FROM outbox WHERE json_extract(op, '$.kind') = 'message.send' ORDER BY dseq")
    return [orjson.loads(row[0])["body"] for row in found]


def test_s0_40_a_request_carries_all_that_it_says(clinic: TestClinic, messages: Messages) -> None:
    line = messages.send(sheet(messages), SendChoice("email", ADDRESS, attach=True), MARIA)
    assert (line.state, line.address, line.numbers) == ("waiting", ADDRESS, ("01-1-A-0001",))
    (body,) = asked(clinic)
    (paper,) = body["papers"]
    assert orjson.loads(paper["document"])["total_cents"] == 5500
    assert paper["amount_cents"] == 5500
    assert clinic.rows("SELECT papers FROM message")[0][0].count('document":""') == 1  # the row keeps it not twice


def test_s0_40_without_a_yes_the_paper_stays_here(clinic: TestClinic, messages: Messages) -> None:
    messages.send(sheet(messages), SendChoice("email", ADDRESS), MARIA)
    (body,) = asked(clinic)
    assert body["papers"][0]["document"] == ""
    assert clinic.rows("SELECT count(*) FROM consent")[0][0] == 0


def test_s0_40_the_patients_word_is_asked_once_for_an_address(clinic: TestClinic, messages: Messages) -> None:
    assert sheet(messages).email.agreed is None
    for _ in range(2):
        messages.send(sheet(messages), SendChoice("email", ADDRESS, attach=True), MARIA)
    assert sheet(messages).email.agreed is True
    assert messages.agreed("rosa", "email", " ROSA@home.test") is None  # the local part is another one
    assert messages.agreed("rosa", "email", "rosa@HOME.test") is True
    assert clinic.rows("SELECT agreed, words FROM consent") == [(1, "unprotected-1")]
    assert len(clinic.rows("SELECT 1 FROM outbox WHERE json_extract(op, '$.kind') = 'message.consent'")) == 1
    messages.take_back_consent("rosa", "email", ADDRESS, MARIA)
    assert sheet(messages).email.agreed is False


def test_h1_what_is_open_is_told_in_words_alone(clinic: TestClinic, messages: Messages) -> None:
    made = messages.sheet(["balance:visit"], "rosa")
    assert (made.template, made.can_attach, made.papers[0].amount_cents) == ("balance", False, 4000)
    messages.send(made, SendChoice("email", ADDRESS, attach=True), MARIA)
    (body,) = asked(clinic)
    assert (body["template"], body["attach"]) == ("balance", False)
    assert [(paper["kind"], paper["day"], paper["amount_cents"], paper["document"]) for paper in body["papers"]] == [
        ("balance", "2026-05-14", 4000, "")
    ]
    assert clinic.rows("SELECT count(*) FROM consent")[0][0] == 0


def test_h1_nothing_is_told_once_it_is_paid(clinic: TestClinic, messages: Messages) -> None:
    clinic.put(Allocate(allocation_id="a", lot_payment_id="early", patient_id="rosa",
                        lines=(AllocationLine(charge_id="visit", amount_cents=4000),)))  # fmt: skip
    with pytest.raises(RuleBroken) as refused:
        messages.sheet(["balance:visit"], "rosa")
    assert refused.value.message_key == "message.nothing_owed"


def test_h1_a_balance_never_takes_a_paper_along(clinic: TestClinic) -> None:
    paper = MessagePaper(kind="balance", source_id="visit", number="", day="2026-05-14", amount_cents=1, document="{}")
    send = MessageSend(message_id="m", patient_id="rosa", channel="email", address=ADDRESS, template="balance",
                       papers=(paper,), attach=True)  # fmt: skip
    with clinic.store.write() as tx:
        assert tx.record(send, person_id="maria", business_date="2026-05-14").reason == "message_unknown"


def test_s0_40_a_second_enter_sends_nothing_twice(clinic: TestClinic, messages: Messages) -> None:
    made = sheet(messages)
    for _ in range(3):
        messages.send(made, SendChoice("text", "(555) 010-4417"), MARIA)
    assert len(asked(clinic)) == 1
    assert asked(clinic)[0]["address"] == "+15550104417"


@pytest.mark.parametrize(
    ("channel", "typed", "key"),
    [("email", "rosa", "message.address_wrong"), ("email", "", "message.address_wrong"),
     ("email", "rosa@home.test\nBcc: x@evil.test", "message.address_wrong"), ("text", "12", "message.number_wrong")],
)  # fmt: skip
def test_s0_40_an_address_that_is_none_is_refused_at_the_desk(
    clinic: TestClinic, messages: Messages, channel: str, typed: str, key: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        messages.send(sheet(messages), SendChoice(channel, typed), MARIA)
    assert refused.value.message_key == key
    assert asked(clinic) == []


def test_s0_40_a_hub_without_mail_is_known_before_anybody_asks(clinic: TestClinic, messages: Messages) -> None:
    clinic.put(Channels(email=False, text=True, text_trouble="text_login"))
    made = sheet(messages)
    assert (made.email.why_not, made.text.why_not, made.text.trouble) == (
        "message.no_email", "", "message.trouble.text_login",
    )  # fmt: skip
    assert made.first_channel == "text"
    with pytest.raises(RuleBroken) as refused:
        messages.send(made, SendChoice("email", ADDRESS), MARIA)
    assert refused.value.message_key == "message.no_email"


def test_s0_40_what_is_remembered_is_sent_by_itself_the_next_time(clinic: TestClinic, messages: Messages) -> None:
    assert messages.send_as_liked("early", "rosa", MARIA) is None
    messages.send(sheet(messages), SendChoice("text", "555 010 7777", remember=True), MARIA)
    assert clinic.rows("SELECT phone, receipt_by, email FROM patient WHERE id = 'rosa'") == [
        ("555 010 7777", "text", ADDRESS)
    ]
    for _ in range(3):  # the page may be opened as often as it likes
        line = messages.send_as_liked("early", "rosa", MARIA)
        assert line is not None
        assert line.address == "(555) 010-7777"
    assert len(asked(clinic)) == 2


def test_s0_40_a_superbill_goes_as_a_pdf_by_mail_or_not_at_all(clinic: TestClinic, messages: Messages) -> None:
    made = sheet(messages, "superbill:today")
    assert made.text.why_not == "message.text_is_open"
    with pytest.raises(RuleBroken) as refused:
        messages.send(made, SendChoice("email", ADDRESS), MARIA)
    assert refused.value.message_key == "message.needs_consent"
    messages.send(made, SendChoice("email", ADDRESS, attach=True), MARIA)
    assert asked(clinic)[0]["template"] == "superbill"


def test_s0_40_only_what_failed_is_sent_again(messages: Messages) -> None:
    line = messages.send(sheet(messages), SendChoice("email", ADDRESS), MARIA)
    for message_id in (line.message_id, "nobody's"):
        with pytest.raises(RuleBroken) as refused:
            messages.again(message_id, "rosa")
        assert refused.value.message_key == "message.gone"


# Superbills -------------------------------------------------------------------------------------------------------


def test_s0_40_a_superbill_lists_services_with_codes_and_no_fee(clinic: TestClinic) -> None:
    document = Superbills(clinic.clinic).document("today")
    (line,) = document.lines
    assert (line.code, line.modifiers, line.price_cents, line.allowed_cents, line.pointers) == (
        "99213", "25", 18500, 11200, "AB",
    )  # fmt: skip
    assert (document.provider, document.diagnoses, document.birth_date) == (
        "Dr. Okafor",
        ("E11.9", "I10"),
        "1984-03-14",
    )
    assert (document.charges_cents, document.insurance_cents, document.patient_cents) == (18500, 7200, 4000)
    assert document.patient_cents == document.adjusted_cents + document.paid_cents + document.balance_cents


def test_s0_40_a_visit_without_services_has_no_superbill(clinic: TestClinic) -> None:
    clinic.visit("bare", minutes=90)
    for visit, key in (("bare", "superbill.no_services"), ("nowhere", "superbill.no_visit")):
        with pytest.raises(RuleBroken) as refused:
            Superbills(clinic.clinic).document(visit)
        assert refused.value.message_key == key


@pytest.mark.parametrize(
    "key",
    [*(f"message.failed.{reason}" for reason in FAILURES),
     *(f"message.trouble.{reason}" for reason in ("mail_login", "mail_not_private", "mail_unreached", "mail_sender",
                                                  "text_login", "text_not_private", "text_unreached"))],
)  # fmt: skip
def test_s0_40_whatever_the_hub_tells_has_words(key: str) -> None:
    assert WORDS[key].title
