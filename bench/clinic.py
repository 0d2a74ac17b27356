"""A desk of a grown clinic to measure on: filled once, kept in the system's temporary folder, used by several rows."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from app.clinic import Clinic
from app.folders import Folders
from app.secrets import DEVICE_KEY, STORE_KEY, Secrets
from app.settings import Settings
from app.signin import SignIn
from app.sync.keys import new_device_key
from bench.data import fill_store
from models.basics.clock import SystemClock
from models.operations.records import Practice
from models.store.desk import DeskStore

PATIENTS = int(os.environ.get("COPAYDESK_BENCH_PATIENTS", "100000"))
PAYMENTS = int(os.environ.get("COPAYDESK_BENCH_PAYMENTS", "1000000"))
ZONE = ZoneInfo("America/New_York")
PIN = "2580"
KEY = "5b" * 32


@dataclass(frozen=True, slots=True)
class GrownClinic:
    """Where it lies, and how large it is."""

    home: Path
    key_hex: str
    pin: str
    patients: int
    payments: int


def grown_clinic() -> GrownClinic:
    """The desk's folder, with today's visits; made if it is not there from an earlier run of the same day."""
    clock = SystemClock()
    today = clock.now().astimezone(ZONE).date()
    home = Path(tempfile.gettempdir()) / f"copaydesk-bench-{PATIENTS}-{PAYMENTS}-{today}"
    if not (home / "whole").exists():
        shutil.rmtree(home, ignore_errors=True)
        print(f"Filling a store with {PATIENTS} patients and {PAYMENTS} payments (once a day)…", file=sys.stderr)
        _fill(Folders(home), clock)
        (home / "whole").touch()
    return GrownClinic(home, KEY, PIN, PATIENTS, PAYMENTS)


def _fill(folders: Folders, clock: SystemClock) -> None:
    folders.make()
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    secrets.allow_key_file("bench")
    secrets.put(STORE_KEY, KEY)
    secrets.put(DEVICE_KEY, new_device_key())
    fill_store(folders.store, KEY, PATIENTS, PAYMENTS, today=clock.now().astimezone(ZONE).date())
    store = DeskStore.open(folders.store, KEY, clock)
    try:
        staff = SignIn(Clinic(store, clock)).new_staff("Maria Delgado", "receptionist", PIN)
        practice = Practice(id=store.tenant, name="Grown Clinic", timezone=str(ZONE))
        with store.write() as tx:
            for body in (practice, staff):
                tx.record(body, person_id="bench", business_date=clock.now().date().isoformat())
    finally:
        store.close()
