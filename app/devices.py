"""The devices of this desk: how each is, what could be used instead, trying them, and what they were asked.

A change counts at once and is refused while it could cost money: a payment's answer comes from the device it was sent
to, and what is not known can only be told by the reader that was asked.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.card_reader import CardReader
from app.clinic import Clinic
from app.customer_display import CustomerDisplay
from app.device_kinds import KINDS, DeviceKind, whole_address
from app.device_log import DISPLAY, DRAWER, GOOD, PRINTER, READER, Act, DeviceEvent, DeviceLog, newest
from app.drawer import has_drawer, has_own_wire
from app.printing import Printing
from app.refusals import need
from app.scans import KEYBOARD
from app.settings import CARD_WAIT_S, DRAWER_URL, PRACTICE_DEVICES, PRINTER_PROFILE, Settings
from app.settings import DRAWER as DRAWER_FITTED
from app.status import DeskStatus
from app.views import DeviceLight, Person, Roll
from devices.base import Capability, PaymentTerminal, PrintResult, Restarts, ShowsMessage
from devices.printers.profiles import PROFILES
from devices.wires.address import plain_address
from models.basics.errors import DeviceError, DeviceMissing, RuleBroken
from models.basics.facts import facts
from models.rules.rights import Right
from models.store.queries import jobs
from receipts.layouts import common
from receipts.trial import trial_print

if TYPE_CHECKING:  # ports are listed only when somebody looks for devices
    from devices.found import Found

log = logging.getLogger(__name__)
SHOWN_EVENTS = 6
DRAWER_TEST = "Test of the drawer"
MESSAGE, SHOWN_LETTERS = "Hello. This is a test.", 40
"""What a test shows on the reader, under the desk's name."""
THROUGH_PRINTER = "printer"
"""Where a drawer is that has no wire of its own."""
_NOT_PRINTED = {PrintResult.NOT_PRINTED: "devices.test_not_printed", PrintResult.UNKNOWN: "devices.test_unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCard:
    """One device. `address` is fit to be shown; `light` how it is now (None: nobody can know). `model`, `serial` and
    `software` as a reader says of itself; `last_at` its last sign of life and `tested` its last test, local times.
    `opened_today` counts a drawer's pulses, `cuts`: the printer has a cutter; `shows_message`, `restarts`: the reader
    does when it is told to."""

    key: str
    name: str
    fitted: bool
    address: str = ""
    light: DeviceLight | None = None
    model: str = ""
    serial: str = ""
    software: str = ""
    took_ms: int = 0
    last_at: datetime | None = None
    tested: DeviceEvent | None = None
    card_wait_s: int = 0
    paper: str = ""
    cuts: bool = False
    opened_today: int = 0
    shows_message: bool = False
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class DevicesView:
    """The page: the cards, the newest events, what a test print looks like, on which paper. `fixed`: a desk that trains
    has the devices it has."""

    desk: str
    cards: tuple[DeviceCard, ...]
    events: tuple[DeviceEvent, ...]
    trial: tuple[common.Block, ...]
    roll: Roll
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """A test print that ended. `proven`: the printer said that it is on paper; a print queue never does."""

    took_ms: int
    proven: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A device that was found. `used_as`: the kind it already serves as, or empty."""

    found: Found
    used_as: str = ""


class Devices:
    """The story of Settings > Devices. Each call names its lane."""

    def __init__(
        self, clinic: Clinic, settings: Settings, status: DeskStatus, printing: Printing, events: DeviceLog,
        reader: CardReader, display: CustomerDisplay | None = None,
    ) -> None:  # fmt: skip
        self._clinic, self._settings, self._status, self._display = clinic, settings, status, display
        self._printing, self._events, self._reader = printing, events, reader

    # Looking ------------------------------------------------------------------------------------------------------

    def view(self) -> DevicesView:
        """How everything is. Asks no device. Lane `reads`."""
        lights = {light.key: light for light in self._status.lights()}
        cards = tuple(self._card(kind, lights.get(kind.key)) for kind in KINDS.values())
        named = self._clinic.facts()
        return DevicesView(named.desk, cards, self.events(at_most=SHOWN_EVENTS), self._trial(), self._printing.roll,
                           named.training)  # fmt: skip

    def events(self, device: str = "", at_most: int = 500) -> tuple[DeviceEvent, ...]:
        """What was asked of devices, the newest first, in local time. Lane `reads`."""
        zone = self._clinic.zone
        return tuple(replace(one, at=one.at.astimezone(zone)) for one in self._events.events(device, at_most))

    def export(self, path: Path) -> Path:
        """Write the whole log as text. Raises StorageError `device_log.not_written`. Lane `lists`."""
        return self._events.export(path, self._clinic.zone)

    def _card(self, kind: DeviceKind, light: DeviceLight | None) -> DeviceCard:
        url = self._url(kind)
        events = self.events(kind.key)
        contact = self._status.contact(kind.key)
        good = next((one for one in events if one.good), None)
        last = contact.at.astimezone(self._clinic.zone) if contact else good.at if good else None
        known = contact.reader if contact else None
        tested = newest(events, Act.TEST, Act.TEST_PRINT)
        return DeviceCard(
            key=kind.key, name=kind.name, fitted=bool(url), address=shown_address(url), light=light, last_at=last,
            tested=tested, model=known.model if known else "", serial=known.serial if known else "",
            software=known.app if known else "", took_ms=contact.took_ms if contact else 0,
            card_wait_s=self._settings.get(CARD_WAIT_S) if kind.key == READER else 0,
            paper=self._paper() if kind.key == PRINTER else "",
            cuts=kind.key == PRINTER and PROFILES[self._settings.get(PRINTER_PROFILE)].cutter,
            opened_today=self._opened(events) if kind.key == DRAWER else 0,
            shows_message=kind.key == READER and self._reader.can(Capability.MESSAGE),
            restarts=kind.key == READER and self._reader.can(Capability.RESTART),
        )  # fmt: skip

    def _url(self, kind: DeviceKind) -> str:
        """Where it is; a drawer without a wire of its own is where its printer is."""
        url = self._settings.get(kind.address)
        return THROUGH_PRINTER if kind.key == DRAWER and not url and has_drawer(self._settings) else url

    def _paper(self) -> str:
        profile = PROFILES[self._settings.get(PRINTER_PROFILE)]
        return f"{profile.paper_mm} mm, {profile.columns} columns"

    def _opened(self, events: tuple[DeviceEvent, ...]) -> int:
        today = self._clinic.now().date()
        return sum(one.act is Act.OPEN and one.good and one.at.date() == today for one in events)

    # Choosing -----------------------------------------------------------------------------------------------------

    def find(self) -> tuple[Offer, ...]:
        """What hangs on this computer now. Lane `lists`."""
        from devices.found import find, same_wire
        from devices.wires.ports import system_ports

        try:
            found, ports = find(), system_ports()
        except OSError as error:
            raise DeviceMissing("devices.not_listed", device="computer") from error
        used = {kind.key: self._url(kind) for kind in KINDS.values()}
        return tuple(
            Offer(each, next((key for key, url in used.items() if url and same_wire(url, each, ports)), ""))
            for each in found
        )

    def may_change(self, key: str) -> None:
        """Raises RuleBroken `devices.payment_running`, or for the reader `devices.reader_in_doubt`. Lane `reads`."""
        with self._clinic.store.reader() as reader:
            found = jobs.unresolved(reader, self._clinic.tenant)
        if self._status.paying or any(row.state != "unknown" for row in found):
            raise RuleBroken("devices.payment_running")
        if key == READER and found:
            raise RuleBroken("devices.reader_in_doubt", count=len(found))

    def address(self, key: str, typed: str) -> str:
        """What somebody typed as settings would keep it. Raises RuleBroken for what cannot be one. Lane `lists`."""
        return whole_address(typed, KINDS[key])

    def use(self, key: str, typed: str, person: Person, lender: Person | None = None) -> str:
        """Use the device at `typed` from now on; returns its address as it is kept. Lane of the kind.

        Raises RuleBroken: `staff.right_missing`, what `may_change` raises, or what is wrong with the address."""
        from devices.wires.ports import lasting_url, system_ports

        need(Right.SET_UP, person, lender)
        self.may_change(key)
        kind = KINDS[key]
        url = lasting_url(whole_address(typed, kind), system_ports())
        self._set(kind, url)
        self._events.note(key, Act.CHOSEN)
        log.info("device chosen", extra=facts(device=key, staff=person.staff_id))
        return url

    def remove(self, key: str, person: Person, lender: Person | None = None) -> None:
        """This desk has none any more. Raises as `use`. Lane of the kind."""
        need(Right.SET_UP, person, lender)
        self.may_change(key)
        self._set(KINDS[key], "")
        self._events.note(key, Act.REMOVED)

    def fit_drawer(self, person: Person, lender: Person | None = None) -> None:
        """A drawer hangs on the printer. Raises as `use`, `devices.not_fitted` without a printer. Lane `drawer`."""
        need(Right.SET_UP, person, lender)
        self.may_change(DRAWER)
        if not self._printing.fitted:
            raise RuleBroken("devices.not_fitted", device=KINDS[PRINTER].name.lower())
        self._settings.update({DRAWER_FITTED: True, DRAWER_URL: ""})
        self._events.note(DRAWER, Act.CHOSEN)

    def _set(self, kind: DeviceKind, url: str) -> None:
        if kind.key == DRAWER:
            self._settings.update({DRAWER_FITTED: False, DRAWER_URL: url})
        else:
            self._settings.update({kind.address: url, PRACTICE_DEVICES: False})
        if kind.key == PRINTER and url:
            self._printing.nudge()

    # Trying -------------------------------------------------------------------------------------------------------

    def test_reader(self) -> int:
        """Ask the reader who it is; returns how long it took in ms. Raises DeviceError. Lane `terminal`."""
        began = time.monotonic()
        error = self._status.check_reader_now()
        took_ms = round((time.monotonic() - began) * 1000)
        self._events.note(READER, Act.TEST, error.message_key if error else GOOD, took_ms)
        if error is not None:
            raise error
        return took_ms

    def watch_closely(self, on: bool) -> None:
        """The page is shown, or is no more: while it is, devices are asked often. Any thread, never waits."""
        self._status.watch_closely(on)

    def show_on_reader(self) -> None:
        """Show two lines on the reader, which everybody there can read; `clear_reader` takes them away. Raises
        RuleBroken `devices.payment_running`, DeviceError. Lane `terminal`."""
        terminal = self._reader_that(Capability.MESSAGE)
        named = self._clinic.facts()
        cast(ShowsMessage, terminal).show_message(named.desk[:SHOWN_LETTERS], MESSAGE)

    def clear_reader(self) -> None:
        """The lines were seen. Raises DeviceError. Lane `terminal`."""
        cast(ShowsMessage, self._reader_that(Capability.MESSAGE)).clear_display()

    def restart_reader(self) -> None:
        """Have the reader start anew; it is looked for until it answers again. One that hangs is mended by that, so a
        payment that is not known is no hindrance: what it charged stays in its batch. Raises RuleBroken
        `devices.payment_running`, DeviceError. Lane `terminal`."""
        terminal = self._reader_that(Capability.RESTART)
        with self._clinic.store.reader() as reader:
            if any(row.state != "unknown" for row in jobs.unresolved(reader, self._clinic.tenant)):
                raise RuleBroken("devices.payment_running")
        self._status.restarting(True)
        try:
            cast(Restarts, terminal).restart()
        except DeviceError:
            self._status.restarting(False)
            raise
        self._status.restarting(True)

    def _reader_that(self, can: Capability) -> PaymentTerminal:
        """The reader, where it can do that. Raises RuleBroken `devices.reader_cannot`, PaymentUnavailable."""
        terminal = self._reader.terminal()
        if can not in terminal.capabilities:
            raise RuleBroken("devices.reader_cannot")
        return terminal

    def test_print(self) -> Trial:
        """Print a page that shows what works. Raises DeviceError, DeviceMissing `devices.not_fitted`;
        `devices.test_not_printed`, `devices.test_unknown` when it began. Lane `printer`."""
        return self._put(self._trial(), Act.TEST_PRINT)

    def cut_paper(self) -> Trial:
        """Feed the paper out and cut it; nothing is printed. Raises as `test_print`. Lane `printer`."""
        return self._put((), Act.CUT)

    def _put(self, blocks: tuple[common.Block, ...], act: Act) -> Trial:
        if not self._printing.fitted:
            raise DeviceMissing("devices.not_fitted", device=KINDS[PRINTER].name.lower())
        began = time.monotonic()
        result = self._printing.print_trial(blocks, act)
        if result in _NOT_PRINTED:
            raise DeviceError(_NOT_PRINTED[result], device="printer")
        return Trial(round((time.monotonic() - began) * 1000), proven=result is PrintResult.PRINTED)

    def show_trial(self) -> None:
        """Show two lines on the customer display; `end_trial` takes them away. Any lane, never waits. Raises RuleBroken
        `devices.display_in_use` while it shows a payment."""
        if self._display is None or not self._display.trial():
            raise RuleBroken("devices.display_in_use")
        self._events.note(DISPLAY, Act.TEST)

    def end_trial(self) -> None:
        """The two lines were seen. Any lane, never waits."""
        if self._display is not None:
            self._display.end_trial()

    def open_drawer(self, person: Person, lender: Person | None = None) -> str:
        """Open the drawer once to see that it does; written into the day's log like every opening without a sale.
        Raises RuleBroken `staff.right_missing`, `drawer.no_drawer`. Lane `store`."""
        need(Right.PAYMENTS, person, lender)
        return self._printing.open_drawer(DRAWER_TEST, person)

    def check(self, key: str) -> None:
        """Look at a device now. Lane of the kind."""
        if key == READER:
            self._status.check_reader()
        elif key == PRINTER or (key == DRAWER and not has_own_wire(self._settings)):
            self._status.check_printer()
        elif key == DRAWER:
            self._status.check_drawer()

    def _trial(self) -> tuple[common.Block, ...]:
        roll, named = self._printing.roll, self._clinic.facts()
        now = self._clinic.now()
        when = f"{now:%b} {now.day}, {now.year} {now.hour % 12 or 12}:{now:%M} {'AM' if now.hour < 12 else 'PM'}"
        cutter = PROFILES[self._settings.get(PRINTER_PROFILE)].cutter
        return trial_print(named.practice, named.desk, when, common.Roll(roll.columns, roll.code_page), cutter=cutter)


def shown_address(url: str) -> str:
    """An address as a person wants to see it: without driver and options; nothing that could be secret."""
    if url in ("", KEYBOARD, THROUGH_PRINTER):
        return url
    head, colon, rest = plain_address(url).partition("://")
    return f"{head.rpartition('+')[2]}{colon}{rest}"
