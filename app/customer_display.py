"""The customer display: what the patient is to pay, what they gave and get back. Amounts only, and nothing once the
payment is over: the whole room reads it."""

from __future__ import annotations

import logging
import threading

from app.device_log import DISPLAY, GOOD, Act, DeviceLog
from app.lanes import Job, Lane
from app.settings import DISPLAY_URL, Settings
from app.views import DeviceLight
from devices.base import LineDisplay
from models.basics.errors import DeviceBusy, PosError
from models.basics.facts import facts
from models.basics.money import show_cents

log = logging.getLogger(__name__)
_COLUMNS = 20
NOTHING = ("", "")
TRIAL = ("This display works", "01234567890123456789")


class CustomerDisplay:
    """Shows the newest wish, on its own lane: nobody waits for it, and a display that is away stops no payment."""

    def __init__(self, settings: Settings, lane: Lane, events: DeviceLog | None = None) -> None:
        self._settings, self._lane, self._events = settings, lane, events or DeviceLog()
        self._driver: LineDisplay | None = None
        self._address = ""
        self._wanted = NOTHING
        self._shown: tuple[str, str] | None = None
        self._key = ""
        self._asked = threading.Event()

    @property
    def fitted(self) -> bool:
        """Is there one?"""
        return bool(self._settings.get(DISPLAY_URL))

    def due(self, cents: int) -> None:
        """What is to be paid. Any thread, never blocks; nothing due shows nothing."""
        self._want(_lines(("To pay", cents)) if cents else NOTHING)

    def change(self, received_cents: int, change_cents: int) -> None:
        """What was given in cash and what goes back."""
        self._want(_lines(("Received", received_cents), ("Change", change_cents)))

    def clear(self) -> None:
        """The payment is over: show nothing."""
        self._want(NOTHING)

    def trial(self) -> bool:
        """Show two lines that prove that it works. False while it shows a payment. Any thread, never blocks."""
        if self._wanted not in (NOTHING, TRIAL):
            return False
        self._want(TRIAL)
        return True

    def end_trial(self) -> None:
        """Take them away again, unless a payment has come meanwhile."""
        if self._wanted == TRIAL:
            self.clear()

    def start(self) -> None:
        """After opening: what an earlier run may have left there goes."""
        self._nudge()

    def look(self, _job: Job[None] | None = None) -> None:
        """Try again what was not shown. Lane `display`."""
        self._show()

    def light(self) -> DeviceLight | None:
        """How it is; None without one."""
        if not self.fitted:
            return None
        if self._key:
            return DeviceLight("display", "warn", "light.display.missing", {"cause": self._key})
        known = self._shown is not None
        return DeviceLight("display", "ok" if known else "busy",
                           "light.display.ready" if known else "light.display.checking")  # fmt: skip

    def close(self) -> None:
        """Show nothing and give the wire back. After the lane ended."""
        self._wanted = NOTHING
        if self._driver is not None:
            self._show()
        if self._driver is not None:
            self._driver.close()
            self._driver = None

    def _want(self, lines: tuple[str, str]) -> None:
        if lines != self._wanted:
            self._wanted = lines
            self._nudge()

    def _nudge(self) -> None:
        if not self.fitted or self._asked.is_set():
            return
        self._asked.set()
        try:
            self._lane.submit(self._work)
        except DeviceBusy:  # the desk closes
            self._asked.clear()

    def _work(self, _job: Job[None]) -> None:
        self._asked.clear()  # who comes from here on asks again
        self._show()

    def _show(self) -> None:
        """Bring the display to what is wanted; where that fails it is noted, and tried again by `look`."""
        wanted = self._wanted
        try:
            display = self._display()
            if display is None or wanted == self._shown:
                return
            if wanted == NOTHING:
                display.clear()
            else:
                display.show(*wanted)
        except PosError as error:
            if error.message_key != self._key:
                log.warning("display", extra=facts(key=error.message_key))
            self._key, self._shown = error.message_key, None
            self._events.note(DISPLAY, Act.LOOK, error.message_key)
        else:
            self._key, self._shown = "", wanted
            self._events.note(DISPLAY, Act.LOOK, GOOD)

    def _display(self) -> LineDisplay | None:
        url = self._settings.get(DISPLAY_URL)
        if url != self._address or self._driver is None:
            if self._driver is not None:
                self._driver.close()
            self._driver, self._shown, self._key = None, None, ""
            if url:
                from devices.registry import display_for  # drivers load when one is used, not before the window

                self._driver = display_for(url)
            self._address = url
        return self._driver


def _lines(*rows: tuple[str, int]) -> tuple[str, str]:
    """One amount under its words, or two amounts each behind its words, to the right."""
    if len(rows) == 1:
        ((words, cents),) = rows
        return words, show_cents(cents).rjust(_COLUMNS)
    first, second = (f"{words}{show_cents(cents).rjust(_COLUMNS - len(words))}" for words, cents in rows)
    return first, second
