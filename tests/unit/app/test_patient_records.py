"""What is on record of a patient beside money: the register of consents, other contacts, all of it in one file."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.contacts import ContactForm
from app.keeping_cards import ENGLISH, SPANISH, checked_wish, new_consent
from app.lanes import Job
from app.messages import SendChoice
from app.views import KeepCard
from models.basics.errors import PosError, RuleBroken
from models.operations.kept_cards import STRIPE, CardConsent, CardKeep, kept_card_id_of
from models.operations.messages import MessageConsent
from models.operations.plans import PlanAccept, PlanLine, PlanPut
from models.operations.privacy import PortalTerms
from models.operations.records import Channels
from models.rules.numbers import plan_number
from tests.support.clinic import MARIA, PRIYA, TestClinic
from tests.support.counter import Counter, counter, rosa_with_copay_and_balance
from tests.support.papers import file_of, pdf_bytes

TERMS = "Ten payments of $4.50."
TERMS_SHA = hashlib.sha256(TERMS.encode()).hexdigest()


def fill(clinic: TestClinic) -> None:
    """Rosa agreed to this and that; her child's cards are on her account."""
    rosa_with_copay_and_balance(clinic)
    clinic.patient("kim", "Kim", mrn="0041878", guarantor_id="rosa")
    clinic.paid(2000, number="PAY-1-00001", receipt_no="R-1-1")
    clinic.put(
        Channels(email=True, text=True),
        CardConsent(consent_id="c-1", patient_id="rosa", channel="desk", said_by="Rosa Quillfeather",
                    words=SPANISH.version, words_sha256=SPANISH.sha256),
        CardKeep(kept_card_id=kept_card_id_of(STRIPE, "cus_1", "pm_1"), patient_id="rosa", consent_id="c-1",
                 processor=STRIPE, token="pm_1", customer="cus_1", brand="Visa", last4="4242"),
        CardConsent(consent_id="c-2", patient_id="rosa", channel="portal", said_by="Rosa Quillfeather",
                    words="online-9-en", words_sha256="0" * 64),
        PlanPut(plan_id="plan-1", patient_id="rosa", charge_ids=("charge-2026-03-02",), encounter_cents=4500,
                lines=(PlanLine(no=1, due_date="2026-06-14", amount_cents=4500),), terms="plan-1", text=TERMS,
                terms_sha256=TERMS_SHA),
        PlanAccept(plan_id="plan-1", patient_id="rosa", terms="plan-1", terms_sha256=TERMS_SHA,
                   said_by="Rosa Quillfeather", how="signature"),
        PortalTerms(consent_id="t-1", patient_id="rosa", said_by="Rosa Quillfeather", words="portal-1-en",
                    words_sha256="1" * 64),
    )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path / "desk", fill) as here:
        yield here
        here.holds()


def by_kind(desk: Counter, patient_id: str = "rosa") -> dict[str, tuple[str, str, bool]]:
    """(about what, which words, does it stand) of a patient's consents, by kind and key."""
    lines = desk.desk.consents.view(patient_id).lines
    return {f"{line.kind}:{line.key}": (line.subject, line.words, line.standing) for line in lines}


def test_s4_02_the_register_tells_who_agreed_to_which_words_and_takes_back(desk: Counter) -> None:
    story = desk.desk.consents
    sheet = desk.desk.messages.sheet(["receipt:early"], "rosa")
    desk.desk.messages.send(sheet, SendChoice("email", "rosa@home.test", attach=True), MARIA)
    found = by_kind(desk)
    mail = next(key for key in found if key.startswith("email:"))
    assert found == {
        "card:c-1": ("Visa •••• 4242", "card-on-file-1-es", True), "card:c-2": ("", "online-9-en", False),
        "plan:plan-1": (plan_number("plan-1"), "plan-1", True), "portal:t-1": ("", "portal-1-en", True),
        mail: ("rosa@home.test", "unprotected-1", True),
    }  # fmt: skip
    lines = {line.key: line for line in story.view("rosa").lines}
    assert lines[mail[6:]].at is not None
    assert (lines["c-1"].text, lines["c-1"].sha256) == (SPANISH.text, SPANISH.sha256)
    assert (lines["c-2"].text, lines["c-2"].sha256) == ("", "0" * 64), (
        "words this program does not have are not made up"
    )
    assert (lines["plan-1"].text, lines["plan-1"].how) == (TERMS, "signature")
    assert hashlib.sha256(lines[mail[6:]].text.encode()).hexdigest() == lines[mail[6:]].sha256
    assert set(by_kind(desk, "kim")) == {"card:c-1", "card:c-2"}, "cards of who pays"

    said = lines[mail[6:]].at
    desk.clock.advance(3_600)
    for line in (lines["c-1"], lines[mail[6:]]):
        story.take_back("rosa", line, MARIA)
    after = {line.key: line for line in story.view("rosa").lines}
    assert [after[key].standing for key in ("c-1", mail[6:], "plan-1")] == [False, False, True]
    assert (after[mail[6:]].at, after[mail[6:]].ended_at) == (said, said + timedelta(hours=1)), "both are kept"
    assert after["c-1"].ended_at is not None
    assert desk.desk.kept_cards.view("rosa").cards == ()
    assert desk.desk.messages.agreed("rosa", "email", "rosa@home.test") is False
    for line in (lines["c-1"], lines["plan-1"], lines["t-1"]):
        with pytest.raises(RuleBroken, match=r"consent\.not_here"):
            story.take_back("rosa", line, MARIA)


@pytest.mark.parametrize("language", ["", "en", "es", "fr"])
def test_s1_18_words_are_read_in_the_patients_language_where_there_are_some(language: str) -> None:
    words = new_consent("Rosa", language).words
    assert words is (SPANISH if language == "es" else ENGLISH)
    assert checked_wish(KeepCard("c", "Rosa", words=words.version)).words == words.version
    with pytest.raises(RuleBroken, match=r"card\.consent_missing"):
        checked_wish(KeepCard("c", "Rosa", words="card-on-file-0"))


def test_s4_02_other_contacts_are_kept_changed_and_removed(desk: Counter) -> None:
    story = desk.desk.contacts
    ben = replace(story.blank("rosa"), name=" Ben  Quillfeather ", relation="Spouse or partner", phone="555 010 4418",
                  may_be_told=True)  # fmt: skip
    story.put(ben, MARIA)
    [line] = story.put(ben, MARIA).contacts
    assert line == ContactForm(ben.contact_id, "rosa", "Ben Quillfeather", "Spouse or partner", "(555) 010-4418", "",
                               may_be_told=True)  # fmt: skip
    assert desk.rows("SELECT count(*) FROM outbox WHERE op LIKE '%\"contact.put\"%'") == [(1,)], "twice is once"
    [changed] = story.put(replace(line, email="Ben@Home.test", may_be_told=False), MARIA).contacts
    assert (changed.email, changed.may_be_told, changed.phone) == ("Ben@home.test", False, line.phone)
    log = desk.desk.accounts.ledger("rosa").log
    assert [(each.act, each.what) for each in log][:1] == [("act.contact", "Ben Quillfeather")]
    assert story.remove(changed.contact_id, "rosa", MARIA).contacts == ()
    assert story.view("kim").contacts == ()


@pytest.mark.parametrize(
    ("change", "key", "field"),
    [
        ({"name": "  "}, "contact.name_missing", "name"),
        ({"phone": "", "email": ""}, "contact.unreachable", "phone"),
        ({"phone": "12"}, "contact.number_wrong", "phone"),
        ({"email": "ben at home"}, "message.address_wrong", "email"),
        ({"name": "4242 4242 4242 4242"}, "collect.card_number", "name"),
        ({"patient_id": "nobody"}, "collect.patient_gone", None),
    ],
)
def test_a_contact_has_a_name_and_can_be_reached(desk: Counter, change: dict[str, str], key: str, field: str) -> None:
    form = replace(ContactForm("k", "rosa", "Ben", phone="5550104418"), **change)
    with pytest.raises(RuleBroken) as error:
        desk.desk.contacts.put(form, MARIA)
    assert (error.value.message_key, error.value.facts.get("field")) == (key, field)
    assert desk.desk.contacts.view("rosa").contacts == ()


def test_s4_02_everything_on_record_goes_into_one_file(desk: Counter, tmp_path: Path) -> None:
    story, path = desk.desk.patient_export, tmp_path / desk.desk.patient_export.file_name()
    scan = pdf_bytes(2)
    desk.desk.documents.add(file_of(tmp_path, "Knee MRI.pdf", scan), "rosa", "", MARIA)
    desk.desk.notes.add("n-1", "rosa", "", "Prefers mornings.", MARIA)
    desk.desk.contacts.put(replace(desk.desk.contacts.blank("rosa"), name="Ben", phone="5550104418"), MARIA)
    assert path.name == "patient-record-2026-05-14.zip", "nobody's name"
    saved = desk.desk.lanes["documents"].call(lambda job: story.export("rosa", path, PRIYA, job), 30.0)
    assert os.stat(path).st_mode & 0o777 == 0o600
    with zipfile.ZipFile(path) as made:
        assert made.testzip() is None
        names = made.namelist()
        assert saved.rows == len(names)
        assert {name.partition("/")[0] for name in names} >= {"receipts", "documents", "agreements", "patient.json"}
        assert all(made.read(name).startswith(b"%PDF") for name in names if name.endswith(".pdf"))
        assert made.read("documents/001-Knee MRI.pdf") == scan
        said = json.loads(made.read("patient.json"))
        contents = _table(made, "contents.csv")
        tables = {name: _table(made, name) for name in names if name.endswith(".csv")}
    assert (said["patient"][0]["mrn"], said["insurance"][0]["payer"]) == ("0041877", "Blue Cross")
    assert [each["name"] for each in said["alternate_contacts"]] == ["Ben"]
    assert [row["File"] for row in contents] == names[:-1]
    assert [(row["Amount"], row["Number"]) for row in tables["payments.csv"]] == [("20.00", "PAY-1-00001")]
    assert [row["Balance"] for row in tables["line-items.csv"]] == ["45.00"]
    assert [row["Note"] for row in tables["notes.csv"]] == ["Prefers mornings."]
    assert {row["Kind"] for row in tables["consents.csv"]} == {"card", "plan", "portal"}
    assert {"Note", "Payment"} & {row["Act"] for row in tables["log.csv"]}
    [(parts, size)] = desk.rows(
        "SELECT json_extract(op, '$.body.parts'), json_extract(op, '$.body.size_bytes') FROM outbox "
        "WHERE op LIKE '%\"patient.exported\"%'"
    )
    assert (parts, size) == (saved.rows, path.stat().st_size)
    assert desk.desk.accounts.ledger("rosa").log[0].act == "act.exported"


def _table(made: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.read(name).decode("utf-8-sig"))))


def test_an_export_is_whole_or_nothing_and_needs_the_right(desk: Counter, tmp_path: Path) -> None:
    story, path = desk.desk.patient_export, tmp_path / "record.zip"
    path.write_bytes(b"what was there")
    stopped: Job[object] = Job()
    stopped.cancel()
    tries = {"staff.right_missing": (replace(MARIA, rights=frozenset()), Job()), "export.stopped": (PRIYA, stopped)}
    for key, (person, job) in tries.items():
        with pytest.raises(RuleBroken) as refused:
            story.export("rosa", path, person, job)
        assert refused.value.message_key == key
    item = desk.desk.documents.add(file_of(tmp_path, "a.pdf", pdf_bytes(1)), "rosa", "", MARIA).items[0]
    for piece in desk.desk.folders.documents.glob("*/*"):
        piece.write_bytes(b"decayed")
    with pytest.raises(PosError):
        story.export("rosa", path, PRIYA, Job())
    assert item.can_open
    assert (path.read_bytes(), list(tmp_path.glob(".*"))) == (b"what was there", [])
    assert desk.rows("SELECT count(*) FROM outbox WHERE op LIKE '%\"patient.exported\"%'") == [(0,)]


def test_a_word_that_was_given_again_stands_again(desk: Counter) -> None:
    """What the log says of one address, over and over, is one line of the register."""
    told = [True, False, True]
    for agreed in told:
        TestClinic.over(desk.desk.store, desk.clock).put(MessageConsent(
            consent_id="m-1", patient_id="rosa", channel="email", address="a@b.test", agreed=agreed,
            words="unprotected-1",
        ))  # fmt: skip
    assert by_kind(desk)["email:m-1"] == ("a@b.test", "unprotected-1", True)


def test_how_to_reach_a_patient_is_kept_and_their_papers_follow(desk: Counter) -> None:
    story = desk.desk.reaching
    view = story.view("rosa")
    assert (view.form.phone, view.stopped_at) == ("(555) 010-4417", None)
    assert dict(view.languages) | {"": "Not said", "es": "Spanish"} == dict(view.languages)
    form = replace(view.form, email="rosa@home.test", language="es", receipt_by="email")
    story.put(form, MARIA)
    before = desk.rows("SELECT count(*) FROM outbox")
    story.put(form, MARIA)
    assert desk.rows("SELECT count(*) FROM outbox") == before, "nothing new, nothing written"
    sheet = desk.desk.messages.sheet(["receipt:early"], "rosa")
    assert sheet.language == "es"
    assert desk.desk.messages.sheet(["receipt:early"], "kim").language == "es", "a child's papers are who pays's"
    desk.desk.messages.send(sheet, SendChoice("email", "rosa@home.test", attach=True), MARIA)
    [agreed] = [each for each in desk.desk.consents.view("rosa").lines if each.kind == "email"]
    assert agreed.words == "unprotected-1-es"
    assert agreed.text.startswith("El correo electrónico no viaja protegido.")
    desk.desk.consents.take_back("rosa", agreed, MARIA)
    assert [each.text for each in desk.desk.consents.view("rosa").lines if each.kind == "email"] == [agreed.text]
    [said] = desk.rows("SELECT op FROM outbox WHERE op LIKE '%message.send%'")
    assert json.loads(said[0])["body"]["language"] == "es"
    for wrong, key in (({"email": "rosa@"}, "message.address_wrong"), ({"phone": "12"}, "message.number_wrong"),
                       ({"phone": "4111111111111111"}, "collect.card_number")):  # fmt: skip
        with pytest.raises(RuleBroken, match=key.replace(".", r"\.")):
            story.put(replace(form, **wrong), MARIA)
    with pytest.raises(RuleBroken, match=r"collect\.patient_gone"):
        story.view("nobody")


def put(desk: Counter, body: object) -> None:
    """Write something down at the desk."""
    with desk.desk.store.write() as tx:
        tx.record(body, person_id=MARIA.staff_id, business_date="2026-05-14")


def test_a_number_that_ended_texts_gets_none_and_the_desk_says_why(desk: Counter) -> None:
    said = MessageConsent(consent_id="t-1", patient_id="rosa", channel="text", address="+15550104417", agreed=False,
                          words="texts-1")  # fmt: skip
    put(desk, said)
    messages = desk.desk.messages
    sheet = messages.sheet(["receipt:early"], "rosa")
    assert sheet.text.why_not == "message.text_stopped"
    assert sheet.email.why_not == ""
    open_sheet = replace(sheet, text=replace(sheet.text, why_not=""))
    with pytest.raises(RuleBroken, match=r"message\.text_stopped"):
        messages.send(open_sheet, SendChoice("text", "555 010 4417"), MARIA)
    [line] = [each for each in desk.desk.consents.view("rosa").lines if each.kind == "text"]
    assert (line.subject, line.standing, line.can_take_back) == ("(555) 010-4417", False, False)
    assert line.text.startswith("STOP to a text ends texts")
    assert desk.desk.reaching.view("rosa").stopped_at == line.ended_at
    put(desk, replace(said, agreed=True))
    assert desk.desk.reaching.view("rosa").stopped_at is None
    assert messages.sheet(["receipt:early"], "rosa").text.why_not == ""
