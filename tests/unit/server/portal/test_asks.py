"""A payment request on its way: the message with its statement, and the note on the patient's own page (S1-16)."""

from __future__ import annotations

from models.operations import records
from models.operations.asks import AskCancel, AskStart
from models.operations.messages import MessageConsent, MessagePaper
from receipts.attachments import as_text
from tests.support.portal import House, join
from tests.support.waiting import until
from tests.unit.receipts.test_statement import HENRY

EMAIL = "rosa@home.test"
NOTE = "Thank you for <b>coming</b> in"


def test_s1_16_the_statement_goes_along_and_the_note_is_in_the_portal_never_in_the_message(place: House) -> None:
    clinic = place.clinic()
    statement = MessagePaper(kind="statement", source_id="s", number="ST-1", day="2026-03-02", amount_cents=10_000,
                             document=as_text(HENRY))  # fmt: skip
    person = join(place, clinic)
    place.mail.box.mails.clear()
    consent = MessageConsent(consent_id="c", patient_id=clinic.rosa, channel="email", address=EMAIL, agreed=True,
                             words="unprotected-1")  # fmt: skip
    ask = AskStart(ask_id="k", patient_id=clinic.rosa, amount_cents=10_000, channel="email", address=EMAIL, note=NOTE,
                   statement=statement)  # fmt: skip
    clinic.put(consent, ask)
    place.hub.hub.messages.wake(clinic.tenant)
    until(lambda: place.mail.box.mails)
    mail = place.mail.box.mails[-1]
    words = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (attached,) = mail.iter_attachments()
    assert attached.get_content().startswith(b"%PDF")
    assert "$100.00" in words
    assert "/pay/" in words
    assert "Your statement is attached as PDF." in words
    assert "Thank you" not in str(mail)
    page = person.browser.get("/payments").text
    assert "Thank you for &lt;b&gt;coming&lt;/b&gt; in" in page
    assert "We asked you for $100.00 on Mar 2, 2026:" in page
    clinic.put(AskCancel(ask_id="k", patient_id=clinic.rosa))
    assert "Thank you" not in person.browser.get("/payments").text


def test_a_request_is_written_in_the_language_of_who_pays(place: House) -> None:
    clinic = place.clinic()
    rosa = records.Patient(id=clinic.rosa, family="Quillfeather", given="Rosa", birth_date="1984-03-14", language="es")
    clinic.put(rosa, AskStart(ask_id="k", patient_id=clinic.rosa, amount_cents=8_000, channel="email", address=EMAIL))
    place.mail.box.mails.clear()
    place.hub.hub.messages.wake(clinic.tenant)
    until(lambda: place.mail.box.mails)
    mail = place.mail.box.mails[-1]
    assert str(mail["Subject"]) == "Su cuenta en Alder Street Family Medicine"
    words = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Puede pagar $80.00 en línea aquí:" in words
    assert "La página pide primero su fecha de nacimiento." in words
