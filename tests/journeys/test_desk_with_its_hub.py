"""A desk that hosts its hub: set up, opened, a payment taken and confirmed; offline when the hub is gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.checkout import Checkout
from app.desk import Desk, open_desk
from app.folders import Folders
from app.lanes import Job
from app.secrets import Secrets
from app.settings import DRAWER, HUB_LISTEN, PRACTICE_DEVICES, TERMINAL_URL, Settings
from app.setup import PracticeWish, Setup, StaffWish
from app.views import CollectEnd, CollectRequest, Person, TenderKind
from models.basics.clock import SystemClock
from models.operations.records import Charge, Patient
from tests.support.counter import Counter, furnish, rosa_with_copay_and_balance
from tests.support.waiting import until


def set_up(folder: Path) -> Folders:
    """First run: a practice whose hub runs at this desk."""
    folders = Folders(folder)
    folders.make()
    settings = Settings.load(folders.settings)
    setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
    setup.allow_key_file("a test")
    assert setup.needed()
    setup.start_practice(
        PracticeWish("Alder Street Family Medicine", "America/Chicago"), "Desk 1",
        [StaffWish("Priya Nair", "manager", "2580"), StaffWish("Maria Delgado", "receptionist", "4711")],
    )  # fmt: skip
    assert not setup.needed()
    return folders


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    opened = open_desk(set_up(tmp_path_factory.mktemp("first")))
    yield opened
    opened.close()


def lights(desk: Desk) -> dict[str, str]:
    return {light.key: light.words for light in desk.status.lights()}


def test_a_payment_is_confirmed_by_the_hub(desk: Desk) -> None:
    assert desk.hub is not None
    assert desk.sync is not None
    until(lambda: lights(desk)["line"] == "light.line.online", 30)
    assert [tile.name for tile in desk.sign_in.tiles()] == ["Maria Delgado", "Priya Nair"]
    person: Person = desk.sign_in.verify(desk.sign_in.tiles()[0].staff_id, "4711")
    day = desk.facts().business_date.isoformat()
    with desk.store.write() as tx:
        tx.record(Patient(id="rosa", family="Quillfeather", given="Rosa"), person_id="x", business_date=day)
        tx.record(Charge(id="c", patient_id="rosa", service_date=day, description="Office visit",
                         responsibility_cents=3000, kind="copay"), person_id="x", business_date=day)  # fmt: skip
    checkout: Checkout = desk.checkout
    sheet = checkout.open("rosa")
    request = CollectRequest(sheet=sheet, amounts={"c": 3000}, use_credit=False, tender=TenderKind.CASH, person=person)
    taken = desk.lanes["store"].call(lambda job: checkout.collect(request, job), 30)
    assert taken.number == "PAY-1-00001"
    until(lambda: not any(line.pending for line in desk.accounts.ledger("rosa").payments), 30)
    until(lambda: lights(desk)["sync"] in ("light.sync.synced_now", "light.sync.synced"))
    log = desk.accounts.ledger("rosa").log
    assert [(line.act, line.by, line.station, line.pending) for line in log][:2] == [
        ("act.allocated", "Maria Delgado", "Desk 1", False), ("act.collected", "Maria Delgado", "Desk 1", False),
    ]  # fmt: skip
    again = desk.lanes["store"].call(lambda job: checkout.collect(request, job), 30)
    assert again.payment_id == taken.payment_id
    with pytest.raises(Exception, match=r"undo\.reason_missing"):
        checkout.undo(taken.payment_id, "", person, Job())
    undone = desk.lanes["store"].call(lambda job: checkout.undo(taken.payment_id, "wrong person", person, job), 30)
    assert undone.facts["undone"] is True
    until(lambda: desk.store.pending_count() == 0, 30)
    assert desk.accounts.ledger("rosa").figures.statement_balance_cents == 3000
    assert desk.store.verify() == []


def test_a_hub_that_cannot_start_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk works on alone, says so, and connects by itself when the reason is gone."""
    monkeypatch.setattr("app.desk.LINE_AGAIN_S", 0.2)
    folders = set_up(tmp_path)
    Settings.load(folders.settings).set(HUB_LISTEN, "203.0.113.9")
    desk = open_desk(folders)
    try:
        until(lambda: desk.sync is not None and desk.sync.state().cause == "hub.address_unknown", 30)
        assert lights(desk)["line"] == "light.line.offline"
        assert desk.schedule.day().rows == ()
        desk.settings.set(HUB_LISTEN, "127.0.0.1")
        until(lambda: lights(desk)["line"] == "light.line.online", 30)
    finally:
        desk.close()


def test_practice_reader_and_printer(tmp_path: Path) -> None:
    """No hardware: simulators come and go with the desk, and a card goes all the way to paper."""
    folders = furnish(tmp_path, rosa_with_copay_and_balance)
    settings = Settings.load(folders.settings)
    settings.update({PRACTICE_DEVICES: True, DRAWER: True})
    counter = Counter(folders)
    try:
        until(lambda: lights(counter.desk)["reader"] == "light.reader.ready", 20)
        until(lambda: lights(counter.desk)["drawer"] == "light.drawer.closed", 20)
        taken = counter.collect(counter.request(counter.sheet(), TenderKind.CARD))
        assert taken.end is CollectEnd.TAKEN
        counter.wait_job(taken.print_job_id)
        devices = counter.desk.practice_devices
        assert devices is not None
        until(lambda: list(devices.paper.glob("*.txt")))
        assert Settings.load(folders.settings).get(TERMINAL_URL) == ""
    finally:
        counter.close()


def test_a_second_desk_may_join(desk: Desk) -> None:
    assert desk.hub is not None
    assert str(desk.hub.join_code(desk.store.tenant, "Desk 2"))
