"""Patients answer STOP to a text: the provider passes it on, signed; it is written down once for everybody at that
number, the next text is not sent and says why, and START ends that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from models.basics.clock import FixedClock
from models.operations import records
from models.operations.messages import MessagePaper, MessageSend
from models.operations.protocol import Cursor
from server.deps import REPLIES_FROM, REPLIES_OF
from server.routes.replies import PATH
from server.text_replies import signature_of
from tests.support.mail import TOKEN, pass_on
from tests.support.portal import PASSWORD, Clinic, House, house, join
from tests.support.waiting import until

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
ROSA = "+15550104417"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_hub_template: Path) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("replies"), sqlite_hub_template, FixedClock(NOW)) as made:
        yield made


@pytest.fixture
def clinic(place: House) -> Clinic:
    return place.clinic()


def answers(place: House, body: str, number: str = ROSA, sid: str = "SM1", token: str = TOKEN, **more: str) -> int:
    """The provider passes a text on; what the hub answers."""
    form = {"From": number, "To": "+15550100000", "Body": body, "MessageSid": sid, **more}
    answer = pass_on(place.hub.url + PATH, form, f"{place.hub.hub.address.browser_url}{PATH}", token)
    if answer.status_code == 200:
        assert answer.text.endswith("<Response></Response>"), "the provider answers, not the hub"
    return answer.status_code


def bodies(clinic: Clinic, kind: str) -> list[dict[str, Any]]:
    page = clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64))
    return [entry.op["body"] for entry in page.entries if entry.op["kind"] == kind]


def said(clinic: Clinic) -> list[tuple[str, str, bool]]:
    """(who, where, agreed) as it was written down, in order."""
    return [(each["patient_id"], each["address"], each["agreed"]) for each in bodies(clinic, "message.consent")]


def asks(clinic: Clinic, message_id: str) -> None:
    """A desk asks for a text to Rosa."""
    paper = MessagePaper(kind="receipt", source_id="p", number="R-1", day="2026-03-02", amount_cents=500)
    clinic.put(MessageSend(message_id=message_id, patient_id=clinic.rosa, channel="text", address=ROSA,
                           template="receipt", papers=(paper,), language="es"))  # fmt: skip
    clinic.hub.hub.messages.wake(clinic.tenant)


def ended(clinic: Clinic, message_id: str) -> str:
    """What became of a message: sent, or why not."""

    def found() -> list[str]:
        failed = [each["reason"] for each in bodies(clinic, "message.failed") if each["message_id"] == message_id]
        sent = ["sent" for each in bodies(clinic, "message.sent") if each["message_id"] == message_id]
        return failed + sent

    until(lambda: bool(found()))
    return found()[0]


def test_stop_ends_texts_to_a_number_and_start_begins_them_again(place: House, clinic: Clinic) -> None:
    other = place.clinic("Birch Street Clinic")
    other.put(replace(_rosa(other), phone="(555) 010-9999"))
    asks(clinic, "before")
    assert ended(clinic, "before") == "sent"
    assert place.sent(ROSA, r"(Responda ALTO)")
    assert answers(place, "Alto", sid="S1") == 200
    assert said(clinic) == [(clinic.rosa, ROSA, False)]
    assert said(other) == [], "nobody is reached there at that practice"
    assert answers(place, "STOP", sid="S1") == answers(place, "STOP", sid="S2") == 200
    assert len(said(clinic)) == 1, "told again, or twice by the patient, it is written down once"
    asks(clinic, "after")
    assert ended(clinic, "after") == "stopped"
    assert answers(place, "START", sid="S3") == 200
    assert said(clinic)[1:] == [(clinic.rosa, ROSA, True)]
    assert answers(place, "STOP", sid="S1") == 200
    assert len(said(clinic)) == 2, "an old STOP that is passed on again ends nothing"
    asks(clinic, "again")
    assert ended(clinic, "again") == "sent"
    assert clinic.hub.store.verify(clinic.tenant, deep=True) == []


def test_a_code_by_text_is_not_sent_to_who_wants_none(place: House, clinic: Clinic) -> None:
    person = join(place, clinic, factor="text")
    assert answers(place, "END", sid="N1") == 200
    person.browser.get("/payments")
    person.browser.send("/sign-out")
    before = len(place.unread)
    person.browser.get("/")
    person.browser.send("/sign-in", username="rosa.q", password=PASSWORD)
    assert person.browser.says("text START to the same number first")
    until(lambda: _notes(clinic)[-1] == "failed")
    assert len(place.unread) == before
    assert answers(place, "START", sid="N2") == 200
    person.browser.send("/code/again")
    person.browser.send("/code", code=place.code(ROSA))
    assert person.browser.get("/account").status_code == 200


def _notes(clinic: Clinic) -> list[str]:
    """What became of the portal's own messages, in order."""
    query = "SELECT state FROM portal_note WHERE tenant = ? ORDER BY made_at, note_id"
    found = clinic.hub.hub.portal.rows.read(
        clinic.tenant, lambda reader: reader.execute(query, (clinic.tenant,)).fetchall()
    )
    return [str(row[0]) for row in found]


def test_stop_is_written_down_for_everybody_at_the_number_and_for_who_was_texted_there(
    place: House, clinic: Clinic
) -> None:
    sofia = records.Patient(id=clinic.sofia, family="Quillfeather", given="Sofia", phone="+1 555 010 2222")
    clinic.put(replace(_rosa(clinic), phone="555.010.2222"), sofia)
    assert answers(place, "stop", "+15550102222", "T1") == 200
    assert sorted(said(clinic)) == sorted([(clinic.rosa, "+15550102222", False), (clinic.sofia, "+15550102222", False)])
    asks(clinic, "elsewhere")
    assert ended(clinic, "elsewhere") == "sent", "another telephone"
    assert answers(place, "QUIT", ROSA, "T2") == 200
    assert (clinic.rosa, ROSA, False) in said(clinic)


def test_what_is_no_word_of_ours_and_who_is_not_known_is_answered_alike(place: House, clinic: Clinic) -> None:
    before = len(clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64)).entries)
    for body, number in (("HELP", ROSA), ("thank you", ROSA), ("STOP", "+15550100001"), ("START", ROSA), ("", ROSA)):
        assert answers(place, body, number, f"U-{body}-{number}") == 200
    assert len(clinic.hub.store.pull(clinic.tenant, Cursor("", 0, "0" * 64)).entries) == before


def test_only_what_the_provider_signed_is_heard(place: House, clinic: Clinic) -> None:
    line, url = place.hub.hub, place.hub.url + PATH
    assert answers(place, "STOP", sid="X1", token="tok-another") == 403
    assert httpx.post(url, data={"From": ROSA, "Body": "STOP", "MessageSid": "X2"}, verify=False).status_code == 403
    form = {"From": ROSA, "Body": "STOP", "MessageSid": "X3"}
    signed = signature_of(TOKEN.encode(), f"{line.address.browser_url}{PATH}", list(form.items()))
    told = {"X-Twilio-Signature": signed}
    for wrong in ({**form, "From": "+15550100009"}, {**form, "More": "x"}, {"From": ROSA, "Body": "STOP"}):
        assert httpx.post(url, data=wrong, headers=told, verify=False).status_code == 403
    assert httpx.post(url, content=b"\xff" * 20, headers=told, verify=False).status_code == 403
    assert httpx.post(url, content=b"a" * 20_000, headers=told, verify=False).status_code == 413
    assert httpx.get(url, verify=False).status_code == 405
    assert said(clinic) == []


def test_too_many_of_one_number_and_from_one_address_wait(place: House, clinic: Clinic) -> None:
    number = "+15550103333"
    statuses = [answers(place, "HELP", number, f"M{n}") for n in range(REPLIES_OF + 1)]
    assert statuses == [200] * REPLIES_OF + [429]
    assert answers(place, "HELP", "+15550103334", "M") == 200, "somebody else is heard"
    line = place.hub.hub.replies_from
    while line.let("", "127.0.0.1"):
        pass
    assert answers(place, "STOP", sid="late") == 429
    assert said(clinic) == []
    line._times.clear()
    assert REPLIES_FROM > REPLIES_OF


def _rosa(clinic: Clinic) -> records.Patient:
    return records.Patient(id=clinic.rosa, family="Quillfeather", given="Rosa", birth_date="1984-03-14",
                           phone="(555) 010-4417", email="rosa@home.test", mrn="A-1")  # fmt: skip
