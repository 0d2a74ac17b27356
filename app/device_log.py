"""What was asked of which device, how it ended and how long it took: a file beside the technical log, bounded.

Nothing but words of fixed lists can enter: which device, which act, how it ended (a message key of this program), and
two numbers. No text of a device, a person or a card has a way in, and a line of another kind is not read back.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar, cast

from app.words import WORDS, sentence
from devices.base import DrawerStatus, Outcome, PrinterStatus, PrintResult, Reason
from models.basics.clock import Clock, SystemClock, parse_utc, utc_text
from models.basics.errors import PosError, StorageError
from models.basics.facts import facts

log = logging.getLogger(__name__)
Driver = TypeVar("Driver")

KEEPS = 2_000
"""So many events are kept; the file holds at most twice as many lines."""
LONGEST_MS = 24 * 3600 * 1000


class Act(StrEnum):
    """What is asked of a device."""

    LOOK = "look"
    TEST = "test"
    PAYMENT = "payment"
    VOID = "void"
    REFUND = "refund"
    OUTCOME = "outcome"
    TOTALS = "totals"
    BATCH = "batch"
    KEEP_CARD = "keep_card"
    SIGNATURE = "signature"
    SHOW = "show"
    MESSAGE = "message"
    RESTART = "restart"
    PRINT = "print"
    TEST_PRINT = "test_print"
    CUT = "cut"
    OPEN = "open"
    SCAN = "scan"
    CHOSEN = "chosen"
    REMOVED = "removed"


QUIET = frozenset({Act.LOOK})
"""Asked again and again: written down only when the answer is another one."""
READER, PRINTER, DRAWER, SCANNER, DISPLAY = "reader", "printer", "drawer", "scanner", "display"
DEVICES = (READER, PRINTER, DRAWER, SCANNER, DISPLAY)
GOOD, OTHER = "device_log.end.good", "device_log.end.other"


@dataclass(frozen=True, slots=True)
class DeviceEvent:
    """One line. `at` is aware UTC; `end` a message key with words; `took_ms` how long it took, 0 where that says
    nothing."""

    at: datetime
    device: str
    act: Act
    end: str
    took_ms: int = 0

    @property
    def good(self) -> bool:
        """Did it end as it should?"""
        return self.end in _WELL


class DeviceLog:
    """The log of one desk. Everything may be called on any thread; writing never raises: a full disk stops no
    payment. Without a `path` it lives as long as the program."""

    def __init__(self, path: Path | None = None, clock: Clock | None = None) -> None:
        self._path, self._clock = path, clock or SystemClock()
        self._events: deque[DeviceEvent] | None = None
        self._lines = 0
        self._lock = threading.Lock()
        self._callbacks: list[Callable[[], None]] = []

    def subscribe(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call when there is a new event, on any thread; the answer ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback) if callback in self._callbacks else None

    def note(self, device: str, act: Act, end: str = GOOD, took_ms: float = 0) -> None:
        """Write an event down. A device nobody knows is left out, an end nobody knows is told as "other"."""
        if device not in DEVICES or not isinstance(act, Act):
            log.error("no event of a device", extra=facts(device=device in DEVICES))
            return
        took = max(0, min(LONGEST_MS, round(took_ms)))
        event = DeviceEvent(self._clock.now(), device, act, end if end in WORDS else OTHER, took)
        with self._lock:
            known = self._known()
            if act in QUIET and next((one.end for one in reversed(known) if _same(one, event)), "") == event.end:
                return
            known.append(event)
            self._write(event)
        for callback in list(self._callbacks):
            callback()

    def events(self, device: str = "", at_most: int = KEEPS) -> tuple[DeviceEvent, ...]:
        """The newest first, of one device or of all."""
        with self._lock:
            found = [one for one in reversed(self._known()) if not device or one.device == device]
        return tuple(found[:at_most])

    def export(self, path: Path, zone: tzinfo) -> Path:
        """Write it all as text, the oldest first, times in `zone`. Raises StorageError `device_log.not_written`; a file
        that was there stays whole then."""
        new = path.with_name(f"{path.name}.new")
        try:
            new.write_text("".join(f"{line_of(one, zone)}\n" for one in reversed(self.events())), encoding="utf-8")
            os.replace(new, path)
        except OSError as error:
            new.unlink(missing_ok=True)
            raise StorageError("device_log.not_written", folder=str(path.parent)) from error
        return path

    # The file -----------------------------------------------------------------------------------------------------

    def _known(self) -> deque[DeviceEvent]:
        if self._events is None:
            lines = self._read()
            self._lines = len(lines)
            self._events = deque((one for line in lines if (one := _event(line)) is not None), KEEPS)
        return self._events

    def _read(self) -> list[str]:
        if self._path is None:
            return []
        try:
            return self._path.read_text("utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            log.warning("device log not read", extra=facts(error=type(error).__name__))
            return []

    def _write(self, event: DeviceEvent) -> None:
        if self._path is None:
            return
        try:
            if self._lines >= 2 * KEEPS:
                self._shorten(self._path)
            else:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(_line(event))
                self._lines += 1
        except OSError as error:
            log.warning("device log not written", extra=facts(error=type(error).__name__))

    def _shorten(self, path: Path) -> None:
        new = path.with_suffix(".new")
        new.write_text("".join(map(_line, self._known())), encoding="utf-8")
        os.replace(new, path)
        self._lines = len(self._known())


def line_of(event: DeviceEvent, zone: tzinfo) -> str:
    """An event as one line of text."""
    at = event.at.astimezone(zone)
    took = f"{event.took_ms} ms" if event.took_ms else ""
    return f"{at:%Y-%m-%d %H:%M:%S}  {event.device:<8}  {act_words(event):<28}  {end_words(event):<44}  {took}".rstrip()


def act_words(event: DeviceEvent) -> str:
    """What was asked, in words."""
    return sentence(f"device_log.act.{event.act}").title


def end_words(event: DeviceEvent) -> str:
    """How it ended, in words that name no fact: what filled them was not kept."""
    row = WORDS[event.end]
    named = {"device": NAMES.get(event.device, event.device), "address": "its address"}
    return sentence(event.end, named).title if "{" in row.title else row.title


NAMES: Mapping[str, str] = {READER: "card reader", PRINTER: "receipt printer", DRAWER: "cash drawer",
                            SCANNER: "scanner", DISPLAY: "customer display"}  # fmt: skip


def _same(one: DeviceEvent, other: DeviceEvent) -> bool:
    return (one.device, one.act) == (other.device, other.act)


def _line(event: DeviceEvent) -> str:
    told = {"at": utc_text(event.at), "device": event.device, "act": event.act, "end": event.end,
            "took_ms": event.took_ms}  # fmt: skip
    return json.dumps(told) + "\n"


def _event(line: str) -> DeviceEvent | None:
    """A line read back; None for whatever is no line of this log."""
    try:
        told = json.loads(line)
        event = DeviceEvent(parse_utc(told["at"]), told["device"], Act(told["act"]), told["end"], int(told["took_ms"]))
    except (ValueError, TypeError, KeyError):
        return None
    return event if event.device in DEVICES and event.end in WORDS and 0 <= event.took_ms <= LONGEST_MS else None


# A driver whose acts are written down ---------------------------------------------------------------------------------

_VERBS = {
    "diagnosis": Act.LOOK, "status": Act.LOOK, "payment": Act.PAYMENT, "reversal": Act.VOID, "refund": Act.REFUND,
    "transaction_status": Act.OUTCOME, "totals": Act.TOTALS, "close_batch": Act.BATCH, "store_card": Act.KEEP_CARD,
    "signature": Act.SIGNATURE, "show_cart": Act.SHOW, "show_message": Act.MESSAGE,
    "restart": Act.RESTART, "print_bytes": Act.PRINT, "open_drawer": Act.OPEN,
}  # fmt: skip
_OF_DRAWER = frozenset({"open_drawer"})
_STATUS = {
    Reason.PAPER_OUT: "light.printer.paper_out", Reason.COVER_OPEN: "light.printer.cover_open",
    Reason.CUTTER: "light.printer.cutter", Reason.PAPER_LOW: "light.printer.paper_low",
}  # fmt: skip
_WELL = frozenset({
    GOOD, *(f"device_log.end.{end}" for end in ("approved", "partially_approved", "closed", "printed", "handed_over")),
})  # fmt: skip


def watched(driver: Driver, device: str, events: DeviceLog) -> Driver:
    """`driver`, whose every act is written down when it has ended. It does nothing else and keeps nothing."""
    return cast(Driver, _Watched(driver, device, events))


def noted_as(driver: Driver, act: Act) -> Driver:
    """A watched driver whose acts are written down as `act`: a test print is no receipt."""
    if not isinstance(driver, _Watched):
        return driver
    return cast(Driver, _Watched(driver._driver, driver._device, driver._events, act))


class _Watched:
    def __init__(self, driver: object, device: str, events: DeviceLog, act: Act | None = None) -> None:
        self._driver, self._device, self._events, self._act = driver, device, events, act

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._driver, name)
        if name not in _VERBS:
            return found
        return self._noted(found, self._act or _VERBS[name], DRAWER if name in _OF_DRAWER else self._device)

    def _noted(self, verb: Callable[..., Any], act: Act, device: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            began, end = time.monotonic(), OTHER
            try:
                result = verb(*given, **named)
                end = end_of(result)
                return result
            except PosError as error:
                end = error.message_key
                raise
            finally:
                self._events.note(device, act, end, (time.monotonic() - began) * 1000)

        return call


def end_of(result: object) -> str:
    """How an act ended, by what a driver answered."""
    if isinstance(result, PrinterStatus):
        return _printer_end(result)
    if isinstance(result, DrawerStatus):
        return result.device.detail or GOOD
    if isinstance(result, PrintResult):
        return f"device_log.end.{result.value}"
    outcome, reason = getattr(result, "outcome", None), str(getattr(result, "reason", "") or "")
    if outcome is None or outcome in (Outcome.APPROVED, Outcome.PARTIALLY_APPROVED):
        return reason if reason in WORDS else GOOD if outcome is None else f"device_log.end.{outcome.value}"
    return reason if reason in WORDS else f"device_log.end.{outcome.value}"


def _printer_end(status: PrinterStatus) -> str:
    device = status.device
    if device.reason is Reason.NONE:
        return "light.printer.paper_low" if status.paper_low else GOOD
    return _STATUS.get(device.reason, device.detail or "printer.offline")


def newest(events: Iterable[DeviceEvent], *acts: Act) -> DeviceEvent | None:
    """The newest of some acts, out of events that come newest first."""
    return next((one for one in events if one.act in acts), None)
