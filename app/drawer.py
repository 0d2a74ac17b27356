"""A cash drawer with a wire of its own. Its pulses are jobs of the same spool as a printer's drawer: written down as
sent before they are sent, so that nothing ever sends one again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from app.clinic import Clinic
from app.device_log import DRAWER as LOGGED_AS
from app.device_log import DeviceLog, watched
from app.lanes import Job, Lane
from app.settings import DRAWER, DRAWER_PULSE, DRAWER_SENSOR, DRAWER_URL, PRINTER_URL, Settings
from devices.base import CashDrawer, DrawerStatus
from models.basics.errors import DeviceBusy, Effect, PosError
from models.basics.facts import facts
from models.store.queries import jobs
from models.store.queries.jobs import JobRow

log = logging.getLogger(__name__)

Pulse = Callable[[JobRow, Callable[[], None]], None]
"""Does one pulse by the way given, and writes down how it went."""


def has_own_wire(settings: Settings) -> bool:
    """Does this desk's drawer hang on a wire of its own?"""
    return bool(settings.get(DRAWER_URL))


def has_drawer(settings: Settings) -> bool:
    """Does this desk have a drawer that can be opened, by its own wire or through the receipt printer?"""
    return has_own_wire(settings) or bool(settings.get(DRAWER) and settings.get(PRINTER_URL))


class OwnDrawer:
    """Works off the pulses of a drawer with its own wire, on `lane`."""

    def __init__(self, clinic: Clinic, settings: Settings, lane: Lane, pulse: Pulse, events: DeviceLog) -> None:
        self._clinic, self._settings, self._lane, self._pulse = clinic, settings, lane, pulse
        self._events = events
        self._driver: CashDrawer | None = None
        self._address = ("", "", "")
        self._draining = threading.Event()

    @property
    def fitted(self) -> bool:
        """Is there one?"""
        return has_own_wire(self._settings)

    def nudge(self) -> None:
        """A pulse may wait: look on the drawer's lane, soon. Never blocks."""
        if not self.fitted or self._draining.is_set():
            return
        self._draining.set()
        try:
            self._lane.submit(self._drain, failed=self._failed)
        except DeviceBusy:
            self._draining.clear()

    def look(self) -> DrawerStatus | None:
        """How it is now; None without one. Raises RuleBroken for an address that cannot be one. Its lane."""
        return self._drawer().status() if self.fitted else None

    def close(self) -> None:
        """Give the wire back. Its lane, or after that ended."""
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def _drain(self, job: Job[None]) -> None:
        self._draining.clear()  # who comes from here on asks for another look
        with self._clinic.store.reader() as reader:
            waiting = [each for each in jobs.jobs_in(reader, self._clinic.tenant, "queued") if each.kind == "drawer"]
        for each in waiting:
            if not job.cancelled:
                self._pulse(each, lambda: self._drawer().open_drawer())

    def _failed(self, error: Exception) -> None:
        level = logging.WARNING if isinstance(error, PosError) else logging.ERROR
        log.log(level, "drawer stopped", exc_info=None if isinstance(error, PosError) else error,
                extra=facts(error=type(error).__name__))  # fmt: skip

    def _drawer(self) -> CashDrawer:
        settings = self._settings
        address = (settings.get(DRAWER_URL), settings.get(DRAWER_PULSE), settings.get(DRAWER_SENSOR))
        if self._driver is None or address != self._address:
            self.close()
            from devices.registry import drawer_for  # drivers load when one is used, not before the window

            self._driver, self._address = watched(drawer_for(*address), LOGGED_AS, self._events), address
        return self._driver


def end_of(error: PosError) -> str:
    """The spool's state of a pulse that went wrong."""
    return "unknown" if error.effect is Effect.UNKNOWN else "not_printed"
