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
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.folders import Folders
from app.practice_devices import PracticeDevices
from app.sample_practice import RECEPTIONIST, furnish
from app.secrets import STRIPE_KEY, Secrets
from app.settings import Settings
from app.setup import Setup, local_zone
from app.words import sentence_for
from models.basics.clock import SystemClock
from models.basics.errors import PosError

if TYPE_CHECKING:
    from app.desk import Desk

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
    report = furnish(folders, _open_zone(SystemClock().now()), files=options.paths or ())
    _say(f"Imported {report.created} records, refused {len(report.refused)}.")
    _set_devices(folders, devices, options)


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
