"""The desk's scanner: listens on its wire, takes what a typing one sends, and says what the desk does with a scan.

A licence finds its patient and is forgotten. A payment card is turned away: the card reader alone may see it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from app.device_log import GOOD, SCANNER, Act, DeviceLog
from app.settings import SCANNER_PREFIX, SCANNER_URL, Settings
from app.views import DeviceLight
from devices.scanners.burst import Burst
from devices.scanners.reading import CardBlocked, CodeRead, LicenceRead, Read, read
from devices.scanners.serial_scanner import SerialScanner
from devices.wires import open_pipe
from models.basics.errors import PosError
from models.basics.facts import facts

log = logging.getLogger(__name__)

KEYBOARD = "keyboard"
"""The address of a scanner that types."""
_AGAIN_S = (0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Scanned:
    """What a scan means: something for Find to look for, or words for the person (a message key), never both."""

    find: str = ""
    words: str = ""


class Scans:
    """Tells subscribers of every scan, on any thread. `start` listens at the wire of the settings, and at the next one
    when they change."""

    def __init__(self, settings: Settings, events: DeviceLog | None = None) -> None:
        self._settings, self._events = settings, events or DeviceLog()
        self._callbacks: list[Callable[[Scanned], None]] = []
        self._lights: list[Callable[[], None]] = []
        self._closing, self._changed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._key = ""
        self._listening = False
        self._forget_settings = settings.subscribe(self._set)

    def subscribe(self, callback: Callable[[Scanned], None]) -> Callable[[], None]:
        """Call with every scan; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def subscribe_lights(self, callback: Callable[[], None]) -> None:
        """Call when `light` may differ."""
        self._lights.append(callback)

    def burst(self) -> Burst:
        """What tells a typing scanner from a person, by the settings as they are now."""
        typed = self._settings.get(SCANNER_URL) == KEYBOARD
        return Burst(every_key=typed, prefix=self._settings.get(SCANNER_PREFIX) if typed else "")

    def take(self, payload: str) -> None:
        """Something was scanned. Nothing of `payload` outlives this call but what it means."""
        found = meaning(read(payload))
        log.info("scan", extra=facts(key=found.words or "looked_for"))
        self._events.note(SCANNER, Act.SCAN, found.words or GOOD)
        for callback in list(self._callbacks):
            callback(found)

    def light(self) -> DeviceLight | None:
        """How a scanner on a wire is; None where there is none, or it types and nobody can know."""
        if self._settings.get(SCANNER_URL) in ("", KEYBOARD):
            return None
        if self._listening:
            return DeviceLight("scanner", "ok", "light.scanner.ready")
        if not self._key:
            return DeviceLight("scanner", "busy", "light.scanner.checking")
        return DeviceLight("scanner", "warn", "light.scanner.missing", {"cause": self._key})

    def start(self) -> None:
        """Begin to listen."""
        self._thread = threading.Thread(target=self._listen, name="desk-scanner", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and give the wire back."""
        self._forget_settings()
        self._closing.set()
        self._changed.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def _set(self, key: str) -> None:
        if key == SCANNER_URL.key:
            self._key = ""
            self._changed.set()
            self._tell()

    def _tell(self) -> None:
        for callback in list(self._lights):
            callback()

    def _listen(self) -> None:
        tries = 0
        while not self._closing.is_set():
            self._changed.clear()
            url = self._settings.get(SCANNER_URL)
            if url in ("", KEYBOARD):
                self._changed.wait()
                continue
            heard = self._hear(url)
            tries = 0 if heard else min(tries + 1, len(_AGAIN_S) - 1)
            self._changed.wait(_AGAIN_S[tries])

    def _hear(self, url: str) -> bool:
        """Listen at one wire until it goes or the settings change. Could it be opened?"""
        scanner = None
        try:
            scanner = SerialScanner(open_pipe(url, device="scanner"))
            scanner.open()
            self._stand(listening=True)
            while not self._changed.is_set():
                payload = scanner.next()
                if payload:
                    self.take(payload)
        except PosError as error:
            opened = self._listening
            self._stand(listening=False, key=error.message_key)
            return opened
        finally:
            if scanner is not None:
                scanner.close()
        self._stand(listening=False)
        return True

    def _stand(self, *, listening: bool, key: str = "") -> None:
        if (listening, key) != (self._listening, self._key):
            log.info("scanner", extra=facts(key="light.scanner.ready" if listening else key or "closed"))
            if listening or key:
                self._events.note(SCANNER, Act.LOOK, GOOD if listening else key)
            self._listening, self._key = listening, key
            self._tell()


def meaning(scan: Read) -> Scanned:
    """What a scan is for at this desk."""
    if isinstance(scan, LicenceRead):
        person = scan.licence
        return Scanned(find=f"{person.family} {person.given} {person.birth_date:%m/%d/%Y}")
    if isinstance(scan, CodeRead):
        return Scanned(find=scan.text)
    if isinstance(scan, CardBlocked):
        return Scanned(words="scan.card_blocked")
    return Scanned(words=f"scan.unreadable.{scan.reason}")
