"""Hard cases of computers, end to end: a desk that was restored (H8), one that runs twice (H9), a hub that was
restored (H11). Real windows in processes of their own, a hub process, a proxy before each desk."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.hub_process import HubProcess
from models.basics.clock import SystemClock
from models.operations import records
from models.store.engine import sqlite_engine
from models.store.hub import HubStore
from tests.support.hub import KEY
from tests.support.outside import ClinicOutside, DeskOutside
from tests.support.waiting import until


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClinicOutside]:
    made = ClinicOutside(tmp_path_factory.mktemp("clinic"))
    front = made.join("Front desk")
    front.start()
    front.record(records.Staff(id="maria", name="Maria Delgado", role="receptionist"))
    yield made
    made.close()


def owes(desk: DeskOutside, given: str) -> str:
    """A patient who is here and owes a copay of 25."""
    patient, day = given.lower(), desk.today
    desk.record(
        records.Patient(id=patient, family="Quillfeather", given=given, birth_date="1984-03-14"),
        records.Appointment(id=f"{patient}-visit", patient_id=patient, starts_at=f"{day}T17:00:00.000Z",
                            service_date=day, title="Office visit", status="arrived"),
        records.Charge(id=f"{patient}-copay", patient_id=patient, service_date=day, description="Office visit",
                       responsibility_cents=2500, appointment_id=f"{patient}-visit", kind="copay"),
    )  # fmt: skip
    return patient


def paid(desk: DeskOutside, patient: str) -> int:
    return len(desk.rows(f"SELECT 1 FROM payment WHERE patient_id = '{patient}'"))


class Gate:
    """Holds exchanges back behind the first one whose head begins with `opens`, until somebody lets them go."""

    def __init__(self, opens: bytes, holds: bytes) -> None:
        self._opens, self._holds, self._seen, self._go = opens, holds, False, threading.Event()

    def __call__(self, head: bytes) -> str:
        self._seen = self._seen or head.startswith(self._opens)
        if self._seen and head.startswith(self._holds):
            self._go.wait(15)
        return ""

    def open(self) -> None:
        self._go.set()


def test_h8_a_restored_computer_says_what_it_fetches(clinic: ClinicOutside) -> None:
    front, desk = clinic.desks[0], clinic.join("Side desk")
    desk.start()
    joe = owes(desk, "Joe")
    clinic.in_step(front, desk)
    desk.stop()
    copy = desk.folder.with_name("side-copy")
    shutil.copytree(desk.folder, copy)
    desk.start()
    desk.collect(joe, "joe-visit")
    clinic.in_step(front, desk)
    desk.stop()
    shutil.rmtree(desk.folder)
    shutil.copytree(copy, desk.folder)
    gate = Gate(b"", b"GET /v1/sync/pull")
    desk.proxy.fault = gate
    desk.start()
    kay = owes(desk, "Kay")
    desk.collect(kay, "kay-visit")
    seen = desk.until(lambda seen: bool(seen.banner) and seen.banner[0].startswith("This computer was restored"))
    seen.tells("missing record")
    seen.tells("Nothing is lost; go on working.")
    desk.picture("hard-h8")
    gate.open()
    desk.reads("Everything is here and at the hub again. Nothing was lost.")
    clinic.holds(front, desk)
    assert (paid(desk, joe), paid(front, joe), paid(front, kay)) == (1, 1, 1)
    assert desk.do("device")[2] == 2, "a new epoch, so a new letter in its receipts"


def test_h9_a_cloned_disk_stops_both_and_keeps_the_money(clinic: ClinicOutside) -> None:
    front, desk = clinic.desks[0], clinic.join("Back desk")
    desk.start()
    lea = owes(desk, "Lea")
    clinic.in_step(front, desk)
    desk.stop()
    twin = DeskOutside(desk.folder.with_name("twin"), desk.proxy)
    shutil.copytree(desk.folder, twin.folder)
    clinic.desks.append(twin)
    desk.start()
    desk.collect(lea, "lea-visit")
    clinic.in_step(front, desk)
    twin.start()
    twin.record(records.Patient(id="mo", family="Quillfeather", given="Mo", birth_date="1984-03-14"))
    until(lambda: twin.do("cursor")[1] == 0, 15)
    owes(desk, "Nia")
    desk.collect("nia", "nia-visit")
    for one in (desk, twin):
        one.press("Ctrl+R")
        one.until(lambda seen: bool(seen.banner) and seen.banner[0].startswith("This desk is running twice"), 15)
    seen = twin.see()
    seen.tells("Both copies’ payments are kept at the hub for a manager to look at; nothing is lost.")
    seen.tells("Close Copaydesk on the other computer")
    twin.picture("hard-h9")
    clinic.holds(front)
    assert paid(front, lea) == 1


def test_h11_a_restored_hub_is_filled_up_again_by_its_desks(clinic: ClinicOutside) -> None:
    front, hub = clinic.desks[0], clinic.hub
    ola = owes(front, "Ola")
    clinic.in_step(front)
    folder, port = clinic.folder / "hub", hub.port
    hub.process.close()
    copy = clinic.folder / "hub-copy"
    shutil.copytree(folder, copy)
    hub.process = HubProcess.start(folder, KEY, port=port)
    front.collect(ola, "ola-visit")
    clinic.in_step(front)
    gate = Gate(b"POST /v1/sync/ancestor", b"POST /v1/sync/witness")
    front.proxy.fault = gate
    hub.process.close()
    put_back(copy, folder, hub.tenant)
    hub.process = HubProcess.start(folder, KEY, port=port)
    front.press("Ctrl+R")
    seen = front.until(lambda seen: bool(seen.banner) and seen.banner[0].startswith("The server was restored"), 15)
    seen.tells("re-sending")
    seen.tells("Nothing is lost and nothing needs you.")
    front.picture("hard-h11")
    gate.open()
    front.reads("Everything is here and at the hub again. Nothing was lost.")
    clinic.holds(front)
    assert front.balances()["AR:ola-copay"] == [2500, 2500]


def put_back(copy: Path, folder: Path, tenant: str) -> None:
    """The hub's folder as it was, with a new epoch of its log, as `copaydesk restore` leaves it."""
    shutil.rmtree(folder)
    shutil.copytree(copy, folder)
    store = HubStore.open(sqlite_engine(folder / "hub.db", KEY), SystemClock())
    store.begin_epoch(tenant)
    store.close()
