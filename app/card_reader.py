"""The card reader of this desk: which driver, made when first used, made anew when its address changes."""

from __future__ import annotations

import threading

from app.device_log import READER, DeviceLog, watched
from app.settings import TERMINAL_URL, Settings
from devices.base import Capability, PaymentTerminal, Secret, no_secret
from models.basics.errors import PaymentUnavailable, PosError


class CardReader:
    """Holds the terminal; `secret` tells the key of a reader that has one, `events` writes down what it is asked. Use
    it on the `terminal` lane only; `fitted` may be asked anywhere."""

    def __init__(self, settings: Settings, secret: Secret = no_secret, events: DeviceLog | None = None) -> None:
        self._settings, self._secret = settings, secret
        self._events = events or DeviceLog()
        self._terminal: PaymentTerminal | None = None
        self._url = ""
        self._lock = threading.Lock()

    @property
    def fitted(self) -> bool:
        """Is a reader set up at this desk?"""
        return bool(self._settings.get(TERMINAL_URL))

    @property
    def driver(self) -> str:
        """The driver's name, for the journal."""
        scheme = self._settings.get(TERMINAL_URL).partition("://")[0]
        return scheme.partition("+")[0] if "+" in scheme else "pax"

    def can(self, what: Capability) -> bool:
        """Is there a reader, and can it do that? Opens nothing and changes nothing: may be asked anywhere but on the
        window's thread."""
        with self._lock:
            url = self._settings.get(TERMINAL_URL)
            known = self._terminal if url == self._url else None
        if not url:
            return False
        from devices.registry import terminal_for

        try:
            return what in (known or terminal_for(url, self._secret)).capabilities
        except PosError:  # an address that cannot be one: settings say so
            return False

    def terminal(self) -> PaymentTerminal:
        """The driver, not yet opened. Raises PaymentUnavailable `card.no_reader`, RuleBroken for a wrong address."""
        with self._lock:
            url = self._settings.get(TERMINAL_URL)
            if not url:
                raise PaymentUnavailable("card.no_reader")
            if self._terminal is None or url != self._url:
                self._drop()
                from devices.registry import terminal_for  # drivers load when one is used, not before the window

                self._terminal, self._url = watched(terminal_for(url, self._secret), READER, self._events), url
            return self._terminal

    def anew(self) -> None:
        """Make the driver anew at its next use: its key was changed."""
        self.close()

    def close(self) -> None:
        """Give the wire back."""
        with self._lock:
            self._drop()

    def _drop(self) -> None:
        if self._terminal is not None:
            self._terminal.close()
            self._terminal = None
