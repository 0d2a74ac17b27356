"""Payment requests by link, by keys: one and many from the window, through the hub to the patient's mailbox and phone,
paid on the page, sent again, taken back, snoozed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.ask_views import AskState
from models.operations.records import Charge, Patient, Practitioner, Rules
from tests.journeys.test_screens_many_desks import seat
from tests.support.front import Front
from tests.support.links import At, Payer
from tests.support.office import Office, rosas_visit
from tests.support.online_office import online_office
from tests.support.portal import House
from tests.support.simulators import StripeProcess
from tests.support.waiting import until
from tests.support.windows import themed  # noqa: F401
from widgets.inbox.asks_dialogs import SmallDialog
from widgets.screens import INBOX, LEDGER

pytestmark = pytest.mark.usefixtures("themed", "cycles_wait")
PEOPLE = ("ada", "bo", "cy")


@pytest.fixture
def office(tmp_path: Path, place: House, processor: StripeProcess) -> Iterator[Office]:
    """A practice whose patients pay online. Ada owes 80 and her child 20; Bo 30; Cy has no birth date on record."""
    day = "2026-05-04"
    records = (
        Rules(portal=True, portal_payments=True, online_auto_post=True),
        Practitioner(id="okafor", name="Dr. Okafor", online=True, online_auto_post=True),
        *(Patient(id=each, family="Quillfeather", given=each.title(), email=f"{each}@home.test",
                  birth_date="" if each == "cy" else "1984-03-14") for each in PEOPLE),
        Patient(id="bea", family="Quillfeather", given="Bea", birth_date="2016-03-14", guarantor_id="ada"),
        *(Charge(id=f"c-{each}", patient_id=each, service_date=day, description="Office visit",
                 responsibility_cents=cents)
          for each, cents in (("ada", 8_000), ("bea", 2_000), ("bo", 3_000), ("cy", 4_000))),
    )  # fmt: skip
    with online_office(tmp_path, place.hub, processor, *records) as made:
        place.hub.hub.messages.wake(made.tenant)
        yield made


def asks(front: Front) -> Any:
    return front.page.asks


def states(front: Front) -> dict[str, AskState]:
    """How the newest request of each patient stands."""
    return {line.patient.name.split()[0]: line.state for line in reversed(asks(front).state.lines)}


def dialog(front: Front, name: str) -> Any:
    found = getattr(asks(front), name)
    return found if found is not None and found.isVisible() else None


def sent(front: Front, place: House, to: str) -> str:
    """The address in the newest message to somebody, once it came."""
    told: list[str] = []
    front.meanwhile(lambda: told.append(place.sent(to, r"(http\S+/pay/\S+)")))
    return told[0]


def at_row(front: Front, name: str) -> None:
    """Put the row of a patient into focus."""
    line = next(line for line in asks(front).state.lines if line.patient.name.startswith(name))
    front.view.asks.table.set_key(line.ask_id)
    front.view.asks.table.setFocus()
    front.wait(lambda: asks(front).patient_id == line.patient.patient_id)


def test_s1_13_s1_16_s1_17_asked_reminded_taken_back_and_paid_by_keys(office: Office, place: House) -> None:
    with office.desk() as here:
        rosas_visit(here)
        until(lambda: here.rows("SELECT 1 FROM channels WHERE portal_url <> '' AND email = 1"), 20)
        with seat(here) as front:
            front.press("Ctrl+9")
            front.arrive(INBOX, lambda: front.view.empty.isVisible() is True)
            front.press("Ctrl+F")
            front.press("Right", "Right", "Right")
            front.wait(front.view.asks.empty.isVisible)
            _one(front)
            address = sent(front, place, "ada@home.test")
            _many(front)
            assert sent(front, place, "bo@home.test")
            _again_snoozed_taken_back(front, place)
            link_id = next(line.link_id for line in asks(front).state.lines if line.patient.name.startswith("Ada"))
            payer = Payer(At(place.hub, office.tenant), link_id)
            assert payer.address == address, "what the message carried"
            payer.opens()
            assert "Thank you for coming" in payer.proves().text
            front.meanwhile(payer.pays)
            front.wait(lambda: states(front)["Ada"] is AskState.PAID)
            front.picture("asks-paid")
            assert states(front) == {"Ada": AskState.PAID, "Bo": AskState.CANCELLED}
            _asked_again_from_the_ledger(front)
        until(lambda: here.desk.store.pending_count() == 0, 20)
        assert office.hub.store.verify(office.tenant, deep=True) == []


def _one(front: Front) -> None:
    """Ada is asked for what her family owes."""
    front.press("N")
    front.wait(lambda: dialog(front, "_one") is not None)
    front.type("bea q")
    front.wait(lambda: dialog(front, "_one").found.key == "bea")
    front.press("Return")
    front.wait(lambda: dialog(front, "_one").sheet is not None)
    assert dialog(front, "_one").sheet.patient.name.startswith("Ada")
    assert dialog(front, "_one").amount.cents == 10_000
    dialog(front, "_one").memo.setFocus()
    front.type("Thank you for coming")
    front.picture("asks-one")
    front.press("Return")
    front.wait(lambda: states(front).get("Ada") is AskState.SENT)


def _many(front: Front) -> None:
    """Bo is asked with many; who is not asked is seen before."""
    front.press("B")
    front.wait(lambda: dialog(front, "_many") is not None and asks(front)._sheet is not None)
    sheet = asks(front)._sheet
    assert [line.patient.patient_id for line in sheet.asked] == ["bo", "rosa"]
    assert {line.patient.patient_id: str(line.left) for line in sheet.left} == {
        "ada": "asked_already", "bea": "not_guarantor", "cy": "no_birth_date"}  # fmt: skip
    front.type("Spring")
    for key, count in (("asked", 1), ("left", 2), ("asked", 1)):  # snoozed, not any more, and snoozed again
        many = dialog(front, "_many")
        many.parts.set_key(key)
        many._show_part()
        front.wait(lambda: asks(front)._sheet is not None and not asks(front).busy)
        getattr(many, key).set_key("rosa")
        front.press("Alt+Z")
        front.wait(lambda count=count: asks(front)._sheet is not None and len(asks(front)._sheet.asked) == count)
    assert [line.patient.patient_id for line in asks(front)._sheet.left if line.left == "snoozed"] == ["rosa"]
    front.picture("asks-many")
    front.press("Return")
    front.wait(lambda: states(front).get("Bo") is AskState.SENT)


def _again_snoozed_taken_back(front: Front, place: House) -> None:
    at_row(front, "Bo")
    front.press("S")
    assert sent(front, place, "bo@home.test")
    front.wait(lambda: not asks(front).busy)
    at_row(front, "Bo")
    front.press("Z")
    front.wait(lambda: asks(front).snoozing.dialog is not None)
    front.press("Return")
    front.wait(
        lambda: asks(front).snoozing.dialog is None and any(each.snoozed_until for each in asks(front).state.lines)
    )
    at_row(front, "Bo")
    front.press("T")
    front.wait(lambda: dialog(front, "_cancel") is not None)
    front.type("Called us")
    front.press("Return")
    front.wait(lambda: states(front).get("Bo") is AskState.CANCELLED)


def _asked_again_from_the_ledger(front: Front) -> None:
    """Bo's snooze is ended where one looks at his account."""
    at_row(front, "Bo")
    front.press("Ctrl+L")
    front.arrive(LEDGER, lambda: front.state.view is not None)
    front.press("Alt+Z")
    front.wait(lambda: any(each.isVisible() for each in front.window.findChildren(SmallDialog)))
    [small] = [each for each in front.window.findChildren(SmallDialog) if each.isVisible()]
    assert "Empty the field" in small.what.text()
    front.picture("asks-snooze-ledger")
    small.field.clear()
    front.press("Return")
    front.wait(lambda: front.counter.rows("SELECT until FROM snooze WHERE patient_id = 'bo'") == [("",)])
