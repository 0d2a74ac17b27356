"""The lights of the status bar: reader, printer, drawer, sync and line, kept up to date without ever blocking anybody.

Devices are looked at on their own lanes: at opening, after ten quiet minutes, and more often while something is wrong.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.card_reader import CardReader
from app.clinic import Clinic
from app.clock_guard import off_seconds
from app.customer_display import CustomerDisplay
from app.hub_line import HubLine
from app.lanes import Job, Lane
from app.line_news import CONNECTING, UPDATE_NEEDED
from app.printing import Printing
from app.returned import ReturnedRefunds
from app.scans import Scans
from app.settings import DRAWER, HUB_HERE, Settings
from app.sync.state import SyncState
from app.views import DeviceLight
from devices.base import DeviceState, DeviceStatus, DrawerStatus, PrinterStatus, Reason, TerminalInfo
from models.basics.clock import utc_text
from models.basics.errors import DeviceBusy, PosError
from models.basics.facts import facts
from models.store.queries import holding, jobs, tasks

if TYPE_CHECKING:  # ports are listed behind the first screen
    from devices.discovery import Change

log = logging.getLogger(__name__)

TICK_S = 1.0
_OF_LATE = timedelta(days=7)
READER_QUIET_S = 600.0
READER_AGAIN_S = (0.5, 1.0, 2.0, 5.0)
"""Pauses before an absent reader is looked for again: plugged in, it is ready within ten seconds."""
READER_SILENT_S = 8.0
"""A reader that is there and says nothing takes seconds to ask, in which no card could be taken."""
PRINTER_EVERY_S = 15.0
PRINTER_AGAIN_S = 2.0
CLOSELY_S, CLOSELY_TICK_S, LATE_S = 1.0, 0.2, 0.7
"""While somebody looks at the devices each is asked again so soon, and one that has not answered after so long is shown
as being looked for: what a card shows is younger than two seconds."""
RESTART_S, RESTART_PAUSE_S = 180.0, 3.0
"""So long a reader that starts anew is not called missing; and it is left alone until it has really gone."""

_STEPS = {
    "arming": ("busy", "light.reader.arming"),
    "waiting": ("busy", "light.reader.waiting"),
    "authorising": ("busy", "light.reader.busy"),
    "checking": ("busy", "light.reader.busy"),
}
_PRINTER = {
    Reason.PAPER_OUT: ("bad", "light.printer.paper_out"),
    Reason.COVER_OPEN: ("bad", "light.printer.cover_open"),
    Reason.CUTTER: ("bad", "light.printer.cutter"),
}
_DRAWER = {True: "light.drawer.open", False: "light.drawer.closed", None: "light.drawer.ready"}


_NOBODY = TerminalInfo()
_RESTARTING = "light.reader.restarting"


@dataclass(frozen=True, slots=True)
class Contact:
    """When a device last answered, how long it took, and what a reader says of itself."""

    at: datetime
    took_ms: int
    reader: TerminalInfo = _NOBODY


class DeskStatus:
    """Knows how everything on this desk is. `lights` reads what is known and asks no device."""

    def __init__(
        self, clinic: Clinic, settings: Settings, lanes: Mapping[str, Lane], reader: CardReader, printing: Printing,
        scans: Scans, line: HubLine | None, display: CustomerDisplay | None = None,
    ) -> None:  # fmt: skip
        self._clinic, self._settings, self._lanes = clinic, settings, lanes
        self._reader, self._printing, self._scans, self._line = reader, printing, scans, line
        self._step = ""
        self._reader_key = ""
        self._reader_missed = 0
        self._back: list[Callable[[], None]] = []
        self._returned: ReturnedRefunds | None = None
        self._reader_seen_s = self._printer_seen_s = -1e9
        self._printer: PrinterStatus | None = None
        self._contacts: dict[str, Contact] = {}
        self._display, self._counter_seen_s = display, -1e9
        self._drawer: DrawerStatus | None = None
        self._asking = {name: threading.Event() for name in ("terminal", "printer", "drawer", "display")}
        self._asking_returned = threading.Event()
        self._closing = threading.Event()
        self._hurry = threading.Event()
        self._closely = False
        self._restarting_until_s = -1e9
        self._asked_s: dict[str, float] = {}
        self._late: frozenset[str] = frozenset()
        self._thread: threading.Thread | None = None
        self._callbacks: list[Callable[[], None]] = []
        self._known: tuple[DeviceLight, ...] = ()
        self._printing_now = ""
        printing.subscribe(self._printed)
        scans.subscribe_lights(self._tell)
        if line is not None:
            line.subscribe(lambda _state: self._tell())
        settings.subscribe(self._set)

    def lights(self) -> tuple[DeviceLight, ...]:
        """Reader, printer, drawer, a scanner on a wire, a customer display, sync, line: how each is, and its words."""
        with self._clinic.store.reader() as reader:
            doubt = jobs.in_doubt(reader, self._clinic.tenant)
            unsure_cents = holding.provisional(reader, self._clinic.tenant) if self._away else 0
            waiting = sum(job.kind != "drawer" for job in jobs.jobs_in(reader, self._clinic.tenant, "queued"))
            serves = self._serves(reader)
        line = self._line_lights(unsure_cents, serves=serves)
        devices = (self._reader_light(doubt), self._printer_light(waiting), self._drawer_light())
        more = (self._scans.light(), self._display.light() if self._display else None)
        return (*devices, *(light for light in more if light is not None), *line)

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when some light may differ, on any thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    @property
    def paying(self) -> bool:
        """Is the reader in the middle of a payment, or of finding out about one?"""
        return bool(self._step)

    def contact(self, key: str) -> Contact | None:
        """When `reader` or `printer` last answered since the program started or its address changed."""
        return self._contacts.get(key)

    def every_day(self, returned: ReturnedRefunds) -> None:
        """Let refunds that banks sent back be asked for whenever that is due and the reader is idle."""
        self._returned = returned

    def when_reader_is_back(self, callback: Callable[[], None]) -> None:
        """Call when the reader answers again after it did not, on its lane."""
        self._back.append(callback)

    def told(self, step: str) -> None:
        """The reader is at this step of a payment; empty when it is done. Any thread."""
        self._step = step
        if not step:
            self._reader_seen_s = time.monotonic()
        self._tell()

    # Looking after devices ----------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to look after the devices."""
        self._thread = threading.Thread(target=self._watch, name="desk-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that."""
        self._closing.set()
        self._hurry.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def watch_closely(self, on: bool) -> None:
        """Somebody looks at the devices, or does no more. Any thread, never waits."""
        self._closely = on
        self._hurry.set()

    def restarting(self, begun: bool) -> None:
        """The reader was told to start anew and does, or does not. Any thread."""
        self._restarting_until_s = time.monotonic() + RESTART_S if begun else -1e9
        self._reader_key, self._reader_missed = (_RESTARTING if begun else ""), 0
        self._reader_seen_s = time.monotonic() if begun else -1e9
        self._tell()

    def check_reader(self, _job: Job[None] | None = None) -> None:
        """Ask the reader for a sign of life. Lane `terminal`."""
        self.check_reader_now()

    def check_reader_now(self) -> PosError | None:
        """Ask the reader for a sign of life, and tell why there is none. Lane `terminal`."""
        began, trouble = time.monotonic(), None
        try:
            info = self._reader.terminal().diagnosis()
            self._answered("reader", began, info)
        except PosError as error:
            anew = time.monotonic() < self._restarting_until_s
            key, trouble = (_RESTARTING if anew else error.message_key), error
            self._reader_missed += 1
        else:
            key = "light.reader.ready"
            self._reader_missed = 0  # one that answers may only be about to go: `_restarting_until_s` stands
        self._asking["terminal"].clear()
        self._reader_seen_s = time.monotonic()
        was, self._reader_key = self._reader_key, key
        if key != was:
            log.info("reader", extra=facts(key=key))
        self._tell()
        if was and was != key == "light.reader.ready":
            for back in list(self._back):
                back()
        return trouble

    def check_printer(self, _job: Job[None] | None = None) -> None:
        """Ask the printer how it is. Lane `printer`."""
        began = time.monotonic()
        try:
            status = self._printing.look()
            if status is not None and status.device.reason not in (Reason.NO_HARDWARE, Reason.TIMEOUT):
                self._answered("printer", began)
        except PosError as error:  # an address that cannot be one
            log.warning("printer", extra=facts(key=error.message_key))
            status = None
        self._asking["printer"].clear()
        self._printer_seen_s = time.monotonic()
        was, self._printer = self._printer, status
        if was != status:
            self._tell()
        if status is not None and status.device.state is DeviceState.READY:
            self._printing.nudge_if_waiting()

    def check_drawer(self, _job: Job[None] | None = None) -> None:
        """Ask a drawer with a wire of its own how it is. Lane `drawer`."""
        try:
            status = self._printing.drawer.look()
        except PosError as error:  # an address that cannot be one
            status = DrawerStatus(DeviceStatus(DeviceState.OFFLINE, Reason.NO_HARDWARE, error.message_key))
        self._asking["drawer"].clear()
        was, self._drawer = self._drawer, status
        if was != status:
            self._tell()

    def check_display(self, job: Job[None]) -> None:
        """Show what could not be shown so far. Lane `display`."""
        display = self._display
        if display is not None:
            was = display.light()
            display.look(job)
            if display.light() != was:
                self._tell()
        self._asking["display"].clear()

    def _answered(self, key: str, began: float, info: TerminalInfo = _NOBODY) -> None:
        took_ms = round((time.monotonic() - began) * 1000)
        self._contacts[key] = Contact(self._clinic.clock.now(), took_ms, info)

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self._look_after()
            except PosError as error:
                log.warning("watch", extra=facts(key=error.message_key))
            self._hurry.wait(CLOSELY_TICK_S if self._closely else TICK_S)
            self._hurry.clear()

    def _look_after(self) -> None:
        now = time.monotonic()
        if self._reader.fitted and not self._step and now - self._reader_seen_s > self._reader_patience_s():
            self._ask("terminal", self.check_reader)
        if self._returned is not None and not self._step and self._returned.due:
            self._ask_returned(self._returned)
        if self._printing.fitted:
            ready = self._printer is not None and self._printer.device.state is DeviceState.READY
            if now - self._printer_seen_s > self._at_most_s(PRINTER_EVERY_S if ready else PRINTER_AGAIN_S):
                self._ask("printer", self.check_printer)
        if now - self._counter_seen_s > self._at_most_s(PRINTER_AGAIN_S):
            self._counter_seen_s = now
            if self._printing.drawer.fitted:
                self._ask("drawer", self.check_drawer)
            if self._display is not None and self._display.fitted:
                self._ask("display", self.check_display)
        self._note_late(now)

    def _at_most_s(self, usual_s: float) -> float:
        return min(usual_s, CLOSELY_S) if self._closely else usual_s

    def _note_late(self, now: float) -> None:
        """Whoever looks is told that an answer is waited for."""
        late = frozenset(
            lane for lane, asked in self._asking.items()
            if self._closely and asked.is_set() and now - self._asked_s.get(lane, now) > LATE_S
        )  # fmt: skip
        if late != self._late:
            self._late = late
            self._tell()

    def _reader_patience_s(self) -> float:
        if self._reader_key == _RESTARTING:
            return RESTART_PAUSE_S
        return self._at_most_s(self._usual_reader_patience_s())

    def _usual_reader_patience_s(self) -> float:
        if self._reader_key == "light.reader.ready":
            return READER_QUIET_S
        if not self._reader_key.startswith("device."):
            return READER_SILENT_S
        return READER_AGAIN_S[min(self._reader_missed, len(READER_AGAIN_S) - 1)]

    def ports_changed(self, change: Change) -> None:
        """Something was plugged in or pulled: look at once. Any thread."""
        self._reader_missed = 0
        if self._reader_key != "light.reader.ready" or change.went:
            self._reader_seen_s = -1e9
        self._printer_seen_s = self._counter_seen_s = -1e9
        self._hurry.set()

    def _ask(self, lane: str, look: Callable[[Job[None]], None]) -> None:
        """Once at a time: a lane that is busy with a payment or a receipt is not given more to do."""
        if self._asking[lane].is_set():
            return
        self._asked_s[lane] = time.monotonic()
        self._asking[lane].set()
        try:
            self._lanes[lane].submit(look, failed=lambda error: self._look_failed(lane, error))
        except DeviceBusy:
            self._asking[lane].clear()

    def _ask_returned(self, returned: ReturnedRefunds) -> None:
        if self._asking_returned.is_set():
            return
        self._asking_returned.set()

        def failed(error: Exception) -> None:
            self._asking_returned.clear()
            log.warning("returned refunds", extra=facts(error=type(error).__name__))

        try:
            self._lanes["terminal"].submit(returned.look, done=lambda _: self._asking_returned.clear(), failed=failed)
        except DeviceBusy:
            self._asking_returned.clear()

    def _look_failed(self, lane: str, error: Exception) -> None:
        self._asking[lane].clear()
        log.error("look failed", exc_info=error, extra=facts(lane=lane))

    def _printed(self, job_id: str) -> None:
        state, reason = self._printing.state(job_id)
        self._printing_now = job_id if state == "sending" else ""
        if state == "queued" and reason:
            self._printer_seen_s = -1e9  # it waits for something the light should say, too
        self._tell()

    def _set(self, key: str) -> None:
        if key.partition(".")[0] in ("terminal", "printer", "drawer", "display"):
            self._drawer, self._counter_seen_s = None, -1e9
            self._reader_key, self._printer = "", None
            self._contacts = {}
            self._reader_seen_s = self._printer_seen_s = -1e9
            self._tell()

    def _tell(self) -> None:
        for callback in list(self._callbacks):
            callback()

    @property
    def _away(self) -> bool:
        return self._line is not None and not self._line.state().online

    # The lights ---------------------------------------------------------------------------------------------------

    def _reader_light(self, doubt: int) -> DeviceLight:
        if not self._reader.fitted:
            return DeviceLight("reader", "warn", "light.reader.none")
        if self._step:
            state, words = _STEPS.get(self._step, ("busy", "light.reader.busy"))
            return DeviceLight("reader", state, words)
        if doubt:
            return DeviceLight("reader", "bad", "light.reader.doubt", {"count": doubt})
        if self._reader_key == _RESTARTING:
            return DeviceLight("reader", "busy", _RESTARTING)
        if not self._reader_key or "terminal" in self._late:
            return DeviceLight("reader", "busy", "light.reader.checking")
        if self._reader_key == "light.reader.ready":
            return DeviceLight("reader", "ok", "light.reader.ready")
        return DeviceLight("reader", "bad", "light.reader.missing", {"cause": self._reader_key})

    def _printer_light(self, waiting: int) -> DeviceLight:
        told: dict[str, int | str | bool | None] = {"waiting": waiting}
        if not self._printing.fitted:
            return DeviceLight("printer", "warn", "light.printer.none", told)
        if self._printing_now:
            return DeviceLight("printer", "busy", "light.printer.printing", told)
        if self._printer is None or "printer" in self._late:
            return DeviceLight("printer", "busy", "light.printer.checking", told)
        if self._printer.device.state is DeviceState.READY:
            low = self._printer.paper_low
            return DeviceLight("printer", "warn" if low else "ok",
                               "light.printer.paper_low" if low else "light.printer.ready", told)  # fmt: skip
        state, words = _PRINTER.get(self._printer.device.reason, ("bad", "light.printer.missing"))
        return DeviceLight("printer", state, words, {**told, "cause": self._printer.device.detail})

    def _own_drawer_light(self) -> DeviceLight:
        """Of a drawer with a wire of its own."""
        if self._drawer is None:
            return DeviceLight("drawer", "busy", "light.drawer.ready")
        if self._drawer.device.state is not DeviceState.READY:
            return DeviceLight("drawer", "bad", "light.drawer.unplugged", {"cause": self._drawer.device.detail})
        is_open = self._drawer.is_open
        return DeviceLight("drawer", "warn" if is_open else "ok", _DRAWER[is_open])

    def _drawer_light(self) -> DeviceLight:
        if self._printing.drawer.fitted:
            return self._own_drawer_light()
        if not (self._settings.get(DRAWER) and self._printing.fitted):
            return DeviceLight("drawer", "warn", "light.drawer.none")
        if self._printer is None:
            return DeviceLight("drawer", "busy", "light.drawer.ready")
        if self._printer.device.reason in (Reason.NO_HARDWARE, Reason.TIMEOUT):
            return DeviceLight("drawer", "bad", "light.drawer.missing")
        is_open = self._printer.drawer_open
        return DeviceLight("drawer", "warn" if is_open else "ok", _DRAWER[is_open])

    def _serves(self, reader: Any) -> bool:
        """Does the hub run here, and did other desks take payments of late? They go on alone when this one closes."""
        if not self._settings.get(HUB_HERE):
            return False
        since = (self._clinic.today() - _OF_LATE).isoformat()
        return tasks.others_take(reader, self._clinic.tenant, self._clinic.identity.device_id, since)

    def _line_lights(self, provisional_cents: int, *, serves: bool) -> tuple[DeviceLight, DeviceLight]:
        if self._line is None:
            return DeviceLight("sync", "ok", "light.sync.alone"), DeviceLight("line", "ok", "light.line.alone")
        state = self._line.state()
        told: dict[str, int | str | bool | None] = {"pending": state.pending, "cause": state.cause,
                                                    "provisional_cents": provisional_cents,
                                                    "serves": serves}  # fmt: skip
        if state.cause == UPDATE_NEEDED:
            sync = DeviceLight("sync", "warn", "light.sync.update", told)
        elif state.stopped:
            sync = DeviceLight("sync", "bad", "light.sync.stopped", told)
        elif not state.online and state.pending:
            sync = DeviceLight("sync", "warn", "light.sync.waiting", told)
        elif state.last_synced_at is None:
            sync = DeviceLight("sync", "busy", "light.sync.never", told)
        else:
            minutes = int((self._clinic.clock.now() - state.last_synced_at).total_seconds() // 60)
            words = "light.sync.synced" if minutes > 0 else "light.sync.synced_now"
            sync = DeviceLight("sync", "ok", words, {**told, "minutes": minutes})
        return sync, _line_light(state, told)


def _line_light(state: SyncState, told: dict[str, int | str | bool | None]) -> DeviceLight:
    """How the line is. Its facts are what the banner is made of (`app.line_news`)."""
    off_s = off_seconds(state.hub_ahead_ms)
    told = {**told, "online": state.online, "at": utc_text(state.since), "stopped": state.stopped,
            "repair": state.repair, "count": state.repair_count, "off_s": off_s, "still_s": state.still_s}  # fmt: skip
    if not state.online:
        connecting = state.cause == CONNECTING
        words = "light.line.connecting" if connecting else "light.line.offline"
        return DeviceLight("line", "busy" if connecting else "warn", words, told)
    if state.still_s:
        return DeviceLight("line", "bad", "light.line.still", told)
    if state.repair:
        return DeviceLight("line", "busy", "light.line.mending", told)
    if off_s:
        return DeviceLight("line", "warn", "light.line.clock_off", told)
    return DeviceLight("line", "ok", "light.line.online", told)
