"""Receipts by e-mail and text through the real window, a real hub in a process of its own, a real mail server and a
real text provider on this machine."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pypdfium2
import pytest
from PySide6.QtTest import QTest

from app.desk import Desk, open_desk
from app.good_faith import GoodFaith
from app.messages import SendChoice
from app.views import AttentionItem, Collected, CollectRequest, Person, TenderKind
from models.basics.ids import new_id
from models.operations.bodies import Allocate, AllocationLine, Collect
from models.operations.records import Appointment, Charge, Patient
from server.routes.replies import PATH
from server.tls import own_address
from tests.journeys.test_desk_with_its_hub import set_up
from tests.support.front import attended
from tests.support.mail import TOKEN, MailServer, TextProvider, mail_server, pass_on, text_provider
from tests.support.waiting import until
from tests.support.windows import picture, press, themed, type_text  # noqa: F401
from widgets.main_window import MainWindow
from widgets.papers.send_dialog import SendDialog
from widgets.screens import APPROVED, ATTENTION, LEDGER, Place

ADDRESS = "rosa.quillfeather@home.test"


@dataclass
class House:
    """A desk that hosts its hub, with somewhere for its messages to go, and its window."""

    desk: Desk
    mail: MailServer
    texts: TextProvider
    person: Person

    def patient(self, **more: Any) -> str:
        """A new patient who owes a copay; the id."""
        patient_id = new_id()
        day = self.desk.facts().business_date.isoformat()
        with self.desk.store.write() as tx:
            tx.record(Patient(id=patient_id, family="Quillfeather", given="Rosa", **more), person_id="x",
                      business_date=day)  # fmt: skip
            tx.record(Charge(id=f"c-{patient_id}", patient_id=patient_id, service_date=day, description="Skin biopsy",
                             responsibility_cents=7500, kind="copay"), person_id="x", business_date=day)  # fmt: skip
        return patient_id

    def pay(self, patient_id: str) -> Collected:
        """Take the copay in cash."""
        checkout = self.desk.checkout
        sheet = checkout.open(patient_id)
        request = CollectRequest(sheet=sheet, amounts={f"c-{patient_id}": 7500}, use_credit=False,
                                 tender=TenderKind.CASH, person=self.person)  # fmt: skip
        return self.desk.lanes["store"].call(lambda job: checkout.collect(request, job), 30)

    def messages(self, patient_id: str) -> list[tuple[str, str]]:
        """(channel, state) of every message to a patient, oldest first."""
        with self.desk.store.reader() as reader:
            return [tuple(row) for row in reader.execute(
                "SELECT channel, state FROM message WHERE patient_id = ? ORDER BY asked_at, message_id", (patient_id,)
            )]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with ExitStack() as stack:
        mail = stack.enter_context(mail_server(tmp_path_factory.mktemp("mail")))
        texts = stack.enter_context(text_provider())
        told = {
            "COPAYDESK_SMTP_HOST": mail.settings.host, "COPAYDESK_SMTP_PORT": str(mail.settings.port),
            "COPAYDESK_SMTP_SECURITY": "none", "COPAYDESK_SMTP_FROM": mail.settings.sender,
            "COPAYDESK_TEXT_URL": texts.settings.url, "COPAYDESK_TEXT_FROM": texts.settings.sender,
            "COPAYDESK_TEXT_TOKEN": TOKEN,
        }  # fmt: skip
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in told.items():
            patch.setenv(name, value)
        desk = open_desk(set_up(tmp_path_factory.mktemp("clinic")))
        stack.callback(desk.close)
        tile = next(tile for tile in desk.sign_in.tiles() if tile.name.startswith("Priya"))
        made = House(desk, mail, texts, desk.sign_in.verify(tile.staff_id, "2580"))
        until(lambda: desk.practice.channels().email and desk.practice.channels().text, 60)
        yield made


@pytest.fixture
def window(house: House, themed: Any) -> Iterator[MainWindow]:  # noqa: F811
    made = MainWindow(house.desk)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    made.session.sign_in(house.person)
    with attended():
        yield made
    made.hide()
    made.deleteLater()
    QTest.qWait(1)


def wait(condition: Any, patience_s: float = 20.0) -> None:
    """Let the window live until `condition`."""
    for _ in range(int(patience_s * 100)):
        if condition():
            return
        QTest.qWait(10)
    raise AssertionError("it did not happen in time")


def dialog(window: MainWindow) -> SendDialog:
    found: list[SendDialog] = []

    def seen() -> bool:
        found[:] = [each for each in window.findChildren(SendDialog) if each.isVisible()]
        return bool(found)

    wait(seen)
    return found[0]


def approved(window: MainWindow, collected: Collected) -> Any:
    """Approved, once it knows what can be done."""
    window.navigator.go(Place(APPROVED, collected=collected))
    page = window.navigator.page
    wait(lambda: page.widget.ways.buttons["email"].isEnabled() and page.widget.ways.buttons["text"].isEnabled())
    page.widget.take_focus()
    return page.widget


def test_s0_40_an_email_with_its_receipt_by_keys_alone(house: House, window: MainWindow) -> None:
    """Approved, Alt+E, the address, the patient's yes, Enter: the PDF is in the mail and every list tells it."""
    patient_id = house.patient()
    before = len(house.mail.box.mails)
    view = approved(window, house.pay(patient_id))
    press("Alt+E")
    asked = dialog(window)
    type_text(ADDRESS)
    asked.attach.setFocus()
    press("Space")
    picture(window, "send-receipt")
    press("Return")
    wait(lambda: not asked.isVisible())
    wait(lambda: view._sent_words.text() == f"E-mailed to {ADDRESS}")
    picture(window, "approved-emailed")
    assert len(house.mail.box.mails) == before + 1
    mail = house.mail.box.mails[-1]
    (pdf,) = mail.iter_attachments()
    words = pypdfium2.PdfDocument(BytesIO(pdf.get_content()))[0].get_textpage().get_text_bounded()
    assert "Skin biopsy" in words
    assert "$75.00" in words
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "Skin biopsy" not in plain.get_content()
    view = house.desk.accounts.ledger(patient_id)
    assert view.documents[0].sent.startswith("E-mailed ")
    acts = {line.act: line.what for line in view.log}
    assert {"act.consent_given", "act.message_email", "act.message_sent"} <= set(acts)
    assert acts["act.message_sent"] == f"{view.documents[0].number} to {ADDRESS}"
    assert house.desk.store.verify() == []


def test_s0_40_the_patients_preference_sends_by_itself(house: House, window: MainWindow) -> None:
    patient_id = house.patient(phone="5550104417", receipt_by="text")
    before = len(house.texts.desk.forms)
    view = approved(window, house.pay(patient_id))
    wait(lambda: view._sent_words.text() == "Texted to (555) 010-4417")
    assert view.ways.buttons["text"].isChecked()
    picture(window, "approved-texted")
    forms = house.texts.desk.forms[before:]
    assert [form["To"] for form in forms] == ["+15550104417"]
    assert "Skin" not in forms[0]["Body"]
    assert "Quillfeather" not in forms[0]["Body"]


def answers(house: House, body: str, number: str, reference: str) -> None:
    """The provider passes an answer to a text on to the hub, under the address patients reach it at."""
    hub = urlsplit(house.desk.clinic.identity.hub_url)
    form = {"From": number, "To": house.texts.settings.sender, "Body": body, "MessageSid": reference}
    told = [pass_on(f"{hub.scheme}://{hub.netloc}{PATH}", form, f"{hub.scheme}://{host}{PATH}").status_code
            for host in (hub.netloc, f"{own_address()}:{hub.port}")]  # fmt: skip
    assert 200 in told, told


def test_who_answers_stop_gets_no_text_and_the_desk_says_why(house: House, window: MainWindow) -> None:
    """A Spanish text, ALTO, and the button of the next receipt is off with its reason; then START."""
    patient_id = house.patient(phone="5550106611", receipt_by="text", language="es")
    before = len(house.texts.desk.forms)
    collected = house.pay(patient_id)
    view = approved(window, collected)
    wait(lambda: view._sent_words.text() == "Texted to (555) 010-6611")
    [form] = house.texts.desk.forms[before:]
    assert form["Body"].endswith("Responda ALTO para no recibir más mensajes.")
    answers(house, "Alto", form["To"], "SM-1")
    wait(lambda: house.desk.messages.ways(patient_id)[1].why_not == "message.text_stopped")
    window.navigator.go(Place(LEDGER, patient_id))
    window.navigator.go(Place(APPROVED, collected=collected))
    button = window.navigator.page.widget.ways.buttons["text"]
    wait(lambda: not button.isEnabled() and "wants no texts" in button.toolTip() + button.accessibleDescription())
    picture(window, "approved-no-texts")
    assert len(house.texts.desk.forms) == before + 1
    acts = {line.act: line.what for line in house.desk.accounts.ledger(patient_id).log}
    assert acts["act.texts_stopped"] == "(555) 010-6611"
    answers(house, "START", form["To"], "SM-2")
    wait(lambda: house.desk.messages.ways(patient_id)[1].why_not == "")


def test_s0_40_a_refused_address_comes_back_and_goes_elsewhere(house: House, window: MainWindow) -> None:
    """550 at the server: Needs attention says so, and the dialog opens again from there."""
    patient_id = house.patient(email="gone@home.test")
    house.mail.box.rcpt = ["550 5.1.1 No such user"]
    view = approved(window, house.pay(patient_id))
    press("Alt+E")
    dialog(window)
    press("Return")
    wait(lambda: view._sent_words.text() == "Not e-mailed to gone@home.test")
    item = next(item for item in house.desk.attention.items() if item.kind == "message_failed")
    window.navigator.go(Place(ATTENTION, item=item.item_id))
    wait(lambda: window.navigator.page.presenter.state.selected == item.item_id)
    picture(window, "attention-message")
    window.navigator.page.widget.applied.emit()
    asked = dialog(window)
    assert window.navigator.place is not None
    assert window.navigator.place.screen == LEDGER
    assert asked.address.text() == "gone@home.test"
    asked.address.selectAll()
    type_text(ADDRESS)
    press("Return")
    wait(lambda: not asked.isVisible())
    wait(lambda: [state for _channel, state in house.messages(patient_id)] == ["failed", "sent"])
    assert all(item.kind != "message_failed" for item in house.desk.attention.items())
    assert house.mail.box.recipients[-1] == [ADDRESS]
    assert list(house.mail.box.mails[-1].iter_attachments()) == []  # nobody agreed to a PDF


def test_h1_a_patient_is_told_what_a_visit_owes_again(house: House, window: MainWindow) -> None:
    """The hub could not give all the credit: Ctrl+M, a look at the words, Enter; the mail names no visit."""
    patient_id = house.patient(email=ADDRESS)
    charge_id, day = f"c-{patient_id}", house.desk.facts().business_date.isoformat()
    spend = Allocate(allocation_id=new_id(), lot_payment_id=f"p-{patient_id}", patient_id=patient_id,
                     lines=(AllocationLine(charge_id=charge_id, amount_cents=4000),))  # fmt: skip
    credit = Collect(payment_id=f"p-{patient_id}", patient_id=patient_id, tender="external", amount_cents=3000,
                     number="", receipt_no="")  # fmt: skip
    with house.desk.store.write() as tx:
        for body in (credit, spend):
            tx.record(body, person_id=house.person.staff_id, business_date=day)

    def told() -> list[AttentionItem]:
        return [item for item in house.desk.attention.items() if item.patient and item.patient.patient_id == patient_id]

    wait(lambda: told() != [])
    item = told()[0]
    before = len(house.mail.box.mails)
    window.navigator.go(Place(ATTENTION, item=item.item_id))
    wait(lambda: window.navigator.page.presenter.state.selected == item.item_id)
    picture(window, "attention-message-patient")
    press("Ctrl+M")
    asked = dialog(window)
    assert "$45.00 is open on your account" in asked.preview.text()
    picture(window, "send-balance")
    press("Return")
    wait(lambda: not asked.isVisible())
    wait(lambda: house.messages(patient_id) == [("email", "sent")])
    assert len(house.mail.box.mails) == before + 1
    plain = house.mail.box.mails[-1].get_body(("plain",))
    assert plain is not None
    assert "$45.00 is open on your account" in plain.get_content()
    assert "Skin" not in plain.get_content()
    assert list(house.mail.box.mails[-1].iter_attachments()) == []
    acts = {line.act: line.what for line in house.desk.accounts.ledger(patient_id).log}
    assert acts["act.message_sent"] == f"Open amount to {ADDRESS}"


def test_s0_40_a_hub_killed_between_claim_and_sent_sends_again_and_tells_once(house: House) -> None:
    """The mail server has the message, the hub dies before it hears so: at least once, under the same Message-ID."""
    patient_id = house.patient(email=ADDRESS)
    collected = house.pay(patient_id)
    box, desk, person = house.mail.box, house.desk, house.person
    before = len(box.mails)
    box.taken.clear()
    box.hold.clear()
    sheet = desk.messages.sheet([f"receipt:{collected.payment_id}"], patient_id)
    line = desk.messages.send(sheet, SendChoice("email", ADDRESS), person)
    desk.sync.nudge()  # type: ignore[union-attr]
    assert box.taken.wait(30)
    hub = desk.hub
    assert hub is not None
    killed = hub.process_id
    os.kill(killed, signal.SIGKILL)
    box.hold.set()
    until(lambda: hub.process_id not in (0, killed), 30)
    until(lambda: len(box.mails) == before + 2, 60)
    until(lambda: (found := desk.messages.find(line.message_id)) is not None and found.state == "sent", 60)
    assert box.mails[-1]["Message-ID"] == box.mails[-2]["Message-ID"]
    told = [entry.act for entry in desk.accounts.ledger(patient_id).log].count("act.message_sent")
    assert told == 1


def test_s0_40_what_is_asked_without_a_line_goes_once_it_is_back(house: House) -> None:
    patient_id = house.patient(email=ADDRESS)
    collected = house.pay(patient_id)
    desk = house.desk
    hub = desk.hub
    assert hub is not None
    before, killed = len(house.mail.box.mails), hub.process_id
    os.kill(killed, signal.SIGKILL)
    sheet = desk.messages.sheet([f"receipt:{collected.payment_id}"], patient_id)
    line = desk.messages.send(sheet, SendChoice("email", ADDRESS, attach=True), house.person)
    assert line.state == "waiting"
    assert line.pending
    until(lambda: (found := desk.messages.find(line.message_id)) is not None and found.state == "sent", 60)
    assert len(house.mail.box.mails) == before + 1
    assert len(list(house.mail.box.mails[-1].iter_attachments())) == 1


def test_s2_16_a_good_faith_estimate_leaves_the_hub_as_it_was_kept(house: House) -> None:
    """The mail carries the very bytes that lie among the documents, and says nothing of the visit."""
    desk, patient_id, address = house.desk, house.patient(), "estimate@home.test"
    day, visit = desk.facts().business_date.isoformat(), new_id()
    with desk.store.write() as tx:
        for body in (
            Appointment(id=visit, patient_id=patient_id, starts_at=f"{day}T15:00:00.000Z", title="Crown",
                        service_date=day, payment_profile="cash"),
            Charge(id=f"crown-{visit}", patient_id=patient_id, appointment_id=visit, service_date=day, code="D2740",
                   description="Crown", responsibility_cents=90_000, billed_cents=90_000),
        ):  # fmt: skip
            tx.record(body, person_id="x", business_date=day)
    story = GoodFaith(desk.clinic, desk.documents)
    given = desk.lanes["documents"].call(lambda _job: story.give(visit, "", house.person), 30)
    until(lambda: desk.documents.view(patient_id).items[0].state in ("clean", "unscanned"), 60)
    sheet = desk.messages.sheet([f"good_faith:{given}"], patient_id)
    choice = SendChoice("email", address, attach=True)
    desk.lanes["store"].call(lambda _job: desk.messages.send(sheet, choice, house.person), 30)
    until(lambda: house.messages(patient_id) == [("email", "sent")], 60)
    [mail] = [each for each in house.mail.box.mails if str(each["To"]) == address]
    [attached] = mail.iter_attachments()
    assert attached.get_content() == b"".join(desk.documents.content(given))
    said = f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}"
    assert not any(word in said for word in ("Crown", "D2740", "900", "Rosa", "Quillfeather"))


def test_s0_40_no_secret_and_no_patient_in_any_log(house: House) -> None:
    said = "\n".join(path.read_text("utf-8", "replace") for folder in (house.desk.folders.logs, house.desk.folders.hub)
                     for path in Path(folder).rglob("*.log"))  # fmt: skip
    assert "message" in said
    for secret in (ADDRESS, "gone@home.test", "5550104417", "Quillfeather", TOKEN):
        assert secret not in said
