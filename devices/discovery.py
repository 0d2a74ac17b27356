"""What comes and goes on this computer's serial ports: a look every two seconds, sooner where something is missing, on
a thread of its own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from devices.wires.ports import Lister, Port, system_ports
from models.basics.facts import facts

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
SURE_AFTER_S = 0.5
"""So soon it looks again when a device is missing for the first time."""
GONE_AFTER = 2
"""So many equal readings without a device until it is removed: a list read in the middle of things lacks some."""


@dataclass(frozen=True, slots=True)
class Change:
    """What came and went between two looks."""

    came: tuple[Port, ...] = ()
    went: tuple[Port, ...] = ()


class PortWatch:
    """Looks every two seconds on a thread of its own, and tells what changed. A device that comes is told at once, one
    that went after two equal readings; one that only changed its name went and came."""

    def __init__(self, ports: Lister = system_ports, every_s: float = LOOK_EVERY_S) -> None:
        self._ports, self._every_s = ports, every_s
        self._known: dict[str, Port] = {}
        self._missed: dict[str, int] = {}
        self._told: list[Callable[[Change], None]] = []
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    @property
    def ports(self) -> tuple[Port, ...]:
        """What is there, as of the last look; one that is missing for the first time is still here."""
        with self._lock:
            return tuple(self._known.values())

    def subscribe(self, told: Callable[[Change], None]) -> Callable[[], None]:
        """Call with every change, on the watch's thread; the answer ends it."""
        self._told.append(told)
        return lambda: self._told.remove(told) if told in self._told else None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="port-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End that."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(5.0)

    def look(self) -> Change:
        """Look once, and tell."""
        now = {port.name: port for port in self._ports()}
        with self._lock:
            change = self._compare(now)
        if change != Change():
            log.info("ports", extra=facts(came=len(change.came), went=len(change.went)))
            for told in list(self._told):
                told(change)
        return change

    def _compare(self, now: dict[str, Port]) -> Change:
        came = [port for name, port in now.items() if self._known.get(name) != port]
        went = []
        for name, port in list(self._known.items()):
            here = now.get(name)
            if here is None:
                self._missed[name] = self._missed.get(name, 0) + 1
                if self._missed[name] < GONE_AFTER:
                    continue
                del self._known[name]
            elif here == port:
                self._missed.pop(name, None)
                continue
            self._missed.pop(name, None)
            went.append(port)
        self._known.update({port.name: port for port in came})
        return Change(tuple(came), tuple(went))

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except OSError as error:  # the system's list cannot be read right now
                log.warning("ports not listed", extra=facts(error=type(error).__name__))
            self._closing.wait(min(self._every_s, SURE_AFTER_S) if self._missed else self._every_s)
