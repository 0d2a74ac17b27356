"""A small clinic in a real encrypted store: what the stories of the desk are tried on. Everybody is a Quillfeather."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.clinic import Clinic
from app.giving_back import GivingBack
from app.posting import Posting
from app.settings import Settings
from app.tasks import Tasks
from models.basics.clock import FixedClock, utc_text
from models.operations.bodies import Collect
from models.operations.records import Appointment, Charge, Coverage, Patient, Practice, Practitioner
from models.store.desk import DeskStore
from models.store.rows import DeskIdentity
from tests.support.people import MARIA, PRIYA  # noqa: F401 - from here for those who want the clinic, too
from tests.support.stores import KEY, empty_desk

MORNING = datetime(2026, 5, 14, 14, 41, tzinfo=UTC)
"""Thursday, May 14, 2026, 9:41 AM in Chicago."""
DAY = "2026-05-14"


def identity(device_no: int = 1) -> DeskIdentity:
    """Who the desk of a test is."""
    return DeskIdentity(
        tenant="alder", device_id=f"desk-{device_no}", device_no=device_no, epoch=1, desk_name=f"Desk {device_no}",
        hub_url="", server_epoch="e1",
    )  # fmt: skip


def tasks_of(clinic: Clinic, settings: Settings | None = None) -> Tasks:
    """The tasks of a desk; one without devices where `settings` name none."""
    return Tasks(clinic, GivingBack(clinic, Posting(clinic, settings or Settings(None))))


class TestClinic:
    """A store with a practice in it, a clock that stands at 9:41, and short ways to fill it."""

    __test__ = False

    def __init__(self, folder: Path, device_no: int = 1, now: datetime = MORNING) -> None:
        self.clock = FixedClock(now)
        self.folder = folder
        there = (folder / "desk.db").exists()
        self.store = DeskStore.open(folder / "desk.db", KEY, self.clock) if there else empty_desk(folder, at=self.clock)
        if self.store.identity is None:
            self.store.enrol(identity(device_no))
            self.put(
                Practice(id="alder", name="Alder Street Family Medicine", timezone="America/Chicago",
                         address=("214 Alder Street, Suite 3",), phone="(555) 010-2200"),
                Practitioner(id="okafor", name="Dr. Okafor"),
            )  # fmt: skip
        self.clinic = Clinic(self.store, self.clock)
        self.settings = Settings(None)

    @classmethod
    def over(cls, store: DeskStore, clock: Any) -> TestClinic:
        """Short ways to fill a store that is open already."""
        clinic = cls.__new__(cls)
        clinic.store, clinic.clock = store, clock
        return clinic

    def put(self, *bodies: Any, day: str = DAY) -> None:
        """Write records down as operations of this desk."""
        with self.store.write() as tx:
            for body in bodies:
                tx.record(body, person_id="maria", business_date=day)

    def patient(self, patient_id: str = "rosa", given: str = "Rosa", family: str = "Quillfeather", **more: Any) -> str:
        """Somebody with an account."""
        known = {"birth_date": "1984-03-14", "mrn": "0041877", "phone": "5550104417", **more}
        self.put(Patient(id=patient_id, family=family, given=given, **known))
        return patient_id

    def visit(self, appointment_id: str = "today", patient_id: str = "rosa", minutes: int = 4, **more: Any) -> str:
        """A visit of the day, `minutes` from now, with Dr. Okafor."""
        starts = self.clock.now() + timedelta(minutes=minutes)
        known = {"title": "Office visit", "status": "arrived", "service_date": DAY, "practitioner_id": "okafor", **more}
        self.put(Appointment(id=appointment_id, patient_id=patient_id, starts_at=utc_text(starts), **known))
        return appointment_id

    def coverage(self, patient_id: str = "rosa", copay_cents: int | None = 3000, **more: Any) -> None:
        """An insurance with a copay for office visits."""
        known = {"payer": "Blue Cross", "plan": "Blue Cross PPO", "checked_at": "2026-05-14T13:05:00.000Z", **more}
        self.put(Coverage(id=f"cover-{patient_id}", patient_id=patient_id, copay_cents=copay_cents, **known))

    def charge(
        self, cents: int, day: str = "2026-03-02", patient_id: str = "rosa", charge_id: str = "", visit: str = "",
        **more: Any,
    ) -> str:  # fmt: skip
        """Something the patient is responsible for."""
        charge_id = charge_id or f"charge-{day}"
        known = {"description": "Lab panel", **more}
        self.put(Charge(id=charge_id, patient_id=patient_id, service_date=day, responsibility_cents=cents,
                        appointment_id=visit, **known))  # fmt: skip
        return charge_id

    def paid(
        self, cents: int, payment_id: str = "early", patient_id: str = "rosa", visit: str = "", **more: Any
    ) -> str:
        """Cash taken some time ago and still on the account: credit, or prepaid for a visit."""
        known = {"tender": "cash", "number": "", "receipt_no": "", **more}
        self.put(Collect(payment_id=payment_id, patient_id=patient_id, amount_cents=cents, appointment_id=visit,
                         **known), day="2026-04-02")  # fmt: skip
        return payment_id

    def rows(self, sql: str, values: Iterable[Any] = ()) -> list[Any]:
        """Whatever a test wants to see in the tables."""
        with self.store.reader() as reader:
            return list(reader.execute(sql, tuple(values)).fetchall())

    def close(self) -> None:
        self.store.close()
