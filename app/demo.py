"""`copaydesk demo`: a whole clinic on this computer. Hub, reader, printer and drawer are real processes on real lines.

Everything lives in a folder of its own and goes with it; nothing of a real desk is touched. The patients are invented,
unless `--import` names files.
"""

from __future__ import annotations

import argparse
import getpass
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.folders import Folders
from app.importing import Importing, ImportReport
from app.practice_devices import PracticeDevices
from app.secrets import STORE_KEY, STRIPE_KEY, Secrets
from app.settings import Settings
from app.setup import SETUP, PracticeWish, Setup, StaffWish, local_zone
from app.views import Person
from app.words import sentence_for
from models.basics.clock import FixedClock, SystemClock, business_date
from models.basics.errors import PosError
from models.rules.rights import rights_of
from models.store.desk import DeskStore

if TYPE_CHECKING:
    from app.desk import Desk
    from exchange.samples.clinic import SampleClinic

RECEPTIONIST = StaffWish("Maria Delgado", "receptionist", "2580", "PIN 2580")
MANAGER = StaffWish("Nora Whitfield", "manager", "1379", "PIN 1379")

OPENING, CLOSING = 9, 16
"""The sample clinic is busiest between these hours."""

SIMULATED_STRIPE = "stripe+http://"
"""Addresses of readers at the simulated Stripe: only this computer may be spoken to so."""

ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "Pacific/Honolulu",
         "Pacific/Auckland", "Asia/Tokyo", "Asia/Kolkata", "Europe/Athens", "Europe/London")  # fmt: skip
"""Where the sample clinic may be, so that it is open whenever somebody looks."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A demo that is set up: the first desk, the folder of the second, the devices, and where results go."""

    desk: Desk
    second: Folders
    devices: PracticeDevices
    out: Path | None
    started: float


OpenWindow = Callable[["Desk"], int]
Tour = Callable[[Stage], int]
Follow = Callable[["Desk", Path], int]


def demo_command(
    options: argparse.Namespace, *, open_window: OpenWindow, tours: Mapping[str, Tour], follow: Follow
) -> int:
    """Run the demo, one of its tours, or its second desk. Returns 0 only if all of it happened."""
    try:
        if options.second_desk:
            return _second_desk(options, open_window, follow)
        with stage(options) as ready:
            if options.tour:
                return tours[options.tour](ready)
            _say(f"Demo clinic in {ready.desk.facts().zone}. Sign in as {RECEPTIONIST.name}, PIN {RECEPTIONIST.pin}.",
                 "For a second desk of this clinic add --second-desk to the command, in another terminal.")  # fmt: skip
            return open_window(ready.desk)
    except PosError as error:
        _say(str(sentence_for(error)))
        return 1


@contextmanager
def stage(options: argparse.Namespace) -> Iterator[Stage]:
    """Set a clinic up and open its first desk. At the end all is closed, and the folder removed if it was ours."""
    from app.desk import open_desk

    started = time.monotonic()
    home = options.home or Path(tempfile.mkdtemp(prefix="copaydesk-demo-"))
    first, second = Folders(home / "desk-1"), Folders(home / "desk-2")
    devices = PracticeDevices()
    desk: Desk | None = None
    try:
        first.make()
        devices = PracticeDevices.start(
            first, terminal=not options.terminal, printer=not options.printer, by_hand=bool(options.tour)
        )  # fmt: skip
        if not (home / "desk-1" / "desk.db").exists():
            _furnish(first, devices, options)
        else:
            _set_devices(first, devices, options)
        desk = open_desk(first)
        if not second.store.exists():
            _join_second(desk, second)
        _pointer().write_text(json.dumps({"home": str(home)}))
        if options.out is not None:
            options.out.mkdir(parents=True, exist_ok=True)
        yield Stage(desk, second, devices, options.out, started)
    finally:
        _pointer().unlink(missing_ok=True)
        if desk is not None:
            desk.close()
        devices.close()
        if options.home is None:
            shutil.rmtree(home, ignore_errors=True)


def _furnish(folders: Folders, devices: PracticeDevices, options: argparse.Namespace) -> None:
    """A practice with staff, devices, patients and what they paid before."""
    zone = _open_zone(SystemClock().now())
    sample = _sample(zone)
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    setup = Setup(folders, settings, secrets, SystemClock())
    setup.allow_key_file("demo data only")
    who = sample.practice
    wish = PracticeWish(who.name, zone, who.address, who.phone, who.npi, who.tin)
    setup.start_practice(wish, "Desk 1", (RECEPTIONIST, MANAGER))
    _set_devices(folders, devices, options)
    clock = FixedClock(SystemClock().now())
    store = DeskStore.open(folders.store, secrets.get(STORE_KEY) or "", clock)
    try:
        if options.paths:
            _bring(store, clock, options.paths, shift=True)
        else:
            path = folders.home / "sample-clinic.ndjson"
            path.write_bytes(sample.ndjson())
            _bring(store, clock, [path], shift=False)
            _past_payments(store, clock, sample)
            _set_up_house(store, clock, sample)
    finally:
        store.close()


def _sample(zone: str) -> SampleClinic:
    from exchange.samples.clinic import clinic

    now = SystemClock().now().astimezone(ZoneInfo(zone))
    return clinic(now.date(), now, zone)


def _bring(store: DeskStore, clock: FixedClock, paths: Sequence[Path], *, shift: bool) -> ImportReport:
    report = Importing(store, clock).run(list(paths), shift_to_today=shift)
    _say(f"Imported {report.created} records, refused {len(report.refused)}.")
    return report


def _past_payments(store: DeskStore, clock: FixedClock, sample: SampleClinic) -> None:
    """What the clinic took before now, recorded at the times it was taken."""
    from exchange.samples.money import as_operations

    for payment in sorted(sample.payments, key=lambda each: each.taken_at):
        clock.set(payment.taken_at)
        day = business_date(payment.taken_at, sample.zone).isoformat()
        with store.write() as tx:
            collect, allocate = as_operations(
                sample, payment, store.tenant, number=tx.next_payment_number(), receipt_no=tx.next_receipt_no()
            )  # fmt: skip
            group = collect.payment_id
            for body in (collect, allocate):
                if body is not None:
                    tx.record(body, person_id=SETUP, group=group, business_date=day)


def _set_up_house(store: DeskStore, clock: FixedClock, sample: SampleClinic) -> None:
    """The practice's own rules, ways to pay and kinds of visit; every provider takes part in AutoFill."""
    from app.clinic import Clinic
    from app.rules import MoneyRules
    from exchange.samples.house import house

    day = business_date(clock.now(), sample.zone).isoformat()
    with store.write() as tx:
        for body in house(store.tenant):
            tx.record(body, person_id=SETUP, business_date=day)
    rules = MoneyRules(Clinic(store, clock))
    for provider in rules.view().providers:
        rules.opt_in(Person(SETUP, "Set-up", "", "", True, rights_of("manager")), provider.practitioner_id, True)


def _set_devices(folders: Folders, devices: PracticeDevices, options: argparse.Namespace) -> None:
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    if (options.terminal or "").startswith(SIMULATED_STRIPE):
        secrets.put(STRIPE_KEY, "rk_test_demo")  # a simulator on this computer takes every test key
    setup = Setup(folders, settings, secrets, SystemClock())
    setup.set_devices(options.terminal or devices.terminal_url, options.printer or devices.printer_url, drawer=True)


def _join_second(desk: Desk, folders: Folders) -> None:
    """The clinic's second desk joins with a code of the first one's hub, as a desk in the next room would."""
    folders.make()
    settings = Settings.load(folders.settings)
    setup = Setup(folders, settings, Secrets(folders, settings), SystemClock())
    setup.allow_key_file("demo data only")
    assert desk.hub is not None
    setup.join_practice(str(desk.hub.join_code(desk.store.tenant, "Desk 2")), "Desk 2")


def _second_desk(options: argparse.Namespace, open_window: OpenWindow, follow: Follow) -> int:
    """The second desk of the demo that runs now; with `--tour` it only looks for the payment of the first."""
    from app.desk import open_desk

    home = options.home or _running_home()
    if home is None:
        _say("No demo is running. Start it first: copaydesk demo")
        return 1
    desk = open_desk(Folders(home / "desk-2"))
    try:
        if options.tour:
            return follow(desk, options.out)
        _say(f"Sign in as {RECEPTIONIST.name}, PIN {RECEPTIONIST.pin}.")
        return open_window(desk)
    finally:
        desk.close()


def _open_zone(now: datetime) -> str:
    """This computer's zone while a clinic would be open there, else the first where one is."""
    here = local_zone()
    return next((zone for zone in (here, *ZONES) if OPENING <= now.astimezone(ZoneInfo(zone)).hour < CLOSING), here)


def _pointer() -> Path:
    """Where a running demo says which folder it lives in."""
    return Path(tempfile.gettempdir()) / f"copaydesk-demo-{getpass.getuser()}.json"


def _running_home() -> Path | None:
    try:
        return Path(json.loads(_pointer().read_text())["home"])
    except (OSError, ValueError, KeyError):
        return None


def _say(*lines: str) -> None:
    for line in lines:
        print(line, file=sys.stderr, flush=True)
