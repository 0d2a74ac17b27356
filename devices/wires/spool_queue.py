"""A printer of the Windows spooler, given bytes as they are (datatype RAW).

Source: Win32 print spooler (OpenPrinter, StartDocPrinter, WritePrinter, GetJob, JOB_INFO_1, PRINTER_INFO_2). The
spooler is one-way: its flags tell of the queue, and a job that went through usually vanishes from it. A spooler that is
told to keep printed documents says so instead.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from devices.base import DeviceState, DeviceStatus, Reason
from devices.queues import JobState, QueuedJob
from devices.wires.address import QueueAddress, plain_address
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout, Effect

_TITLE = "Receipt"  # what people see in the queue: never whose
PAUSED, ERROR, DELETING, SPOOLING, PRINTING, OFFLINE, PAPER_OUT = 0x1, 0x2, 0x4, 0x8, 0x10, 0x20, 0x40
PRINTED, DELETED, BLOCKED, USER_INTERVENTION, COMPLETE = 0x80, 0x100, 0x200, 0x400, 0x1000
"""JOB_STATUS_…"""
_STUCK = PAUSED | ERROR | OFFLINE | PAPER_OUT | BLOCKED | USER_INTERVENTION
PRINTER_PAUSED, PRINTER_ERROR, PRINTER_PENDING_DELETION, PRINTER_PAPER_OUT = 0x1, 0x2, 0x4, 0x10
PRINTER_OFFLINE, PRINTER_NOT_AVAILABLE, PRINTER_DOOR_OPEN = 0x80, 0x1000, 0x400000
"""PRINTER_STATUS_…"""
WORK_OFFLINE = 0x400
"""PRINTER_ATTRIBUTE_WORK_OFFLINE: somebody chose "Use printer offline"."""
ENUM_LOCAL, ENUM_CONNECTIONS = 0x2, 0x4
"""PRINTER_ENUM_LOCAL, PRINTER_ENUM_CONNECTIONS."""
CANCEL_JOB = 3
NO_SUCH_PRINTER, NO_SUCH_JOB = 1801, 87
"""ERROR_INVALID_PRINTER_NAME, ERROR_INVALID_PARAMETER."""

_TROUBLE: tuple[tuple[int, Reason, str], ...] = (
    (PRINTER_PAPER_OUT, Reason.PAPER_OUT, "printer.paper_out"),
    (PRINTER_DOOR_OPEN, Reason.COVER_OPEN, "printer.cover_open"),
    (PRINTER_OFFLINE | PRINTER_NOT_AVAILABLE, Reason.OFFLINE, "printer.offline"),
    (PRINTER_PAUSED | PRINTER_PENDING_DELETION, Reason.OFFLINE, "queue.stopped"),
    (PRINTER_ERROR, Reason.OFFLINE, "printer.offline"),
)
"""Flags of the queue, what they mean here and the words for it, worst first."""


class SystemSpooler(Protocol):
    """The functions of `win32print` this needs. They raise what `win32print.error` is, with the number first."""

    error: type[Exception]

    def EnumPrinters(self, flags: int, name: None, level: int) -> Sequence[dict[str, Any]]: ...
    def OpenPrinter(self, name: str) -> Any: ...
    def ClosePrinter(self, handle: Any) -> None: ...
    def GetPrinter(self, handle: Any, level: int) -> dict[str, Any]: ...
    def StartDocPrinter(self, handle: Any, level: int, document: tuple[str, None, str]) -> int: ...
    def StartPagePrinter(self, handle: Any) -> None: ...
    def WritePrinter(self, handle: Any, data: bytes) -> int: ...
    def EndPagePrinter(self, handle: Any) -> None: ...
    def EndDocPrinter(self, handle: Any) -> None: ...
    def GetJob(self, handle: Any, number: int, level: int) -> dict[str, Any]: ...
    def SetJob(self, handle: Any, number: int, level: int, info: None, command: int) -> None: ...


def system_spooler() -> SystemSpooler | None:
    """The spooler of this computer, or None where it has none."""
    try:
        import win32print
    except ImportError:
        return None
    spooler: SystemSpooler = win32print
    return spooler


def printers_of(spooler: SystemSpooler | None) -> tuple[str, ...]:
    """The names of this computer's own printers and of those it is connected to (EnumPrinters, PRINTER_INFO_4: no
    server is asked). Raises OSError when the spooler does not tell."""
    if spooler is None:
        return ()
    try:
        known = spooler.EnumPrinters(ENUM_LOCAL | ENUM_CONNECTIONS, None, 4)
    except spooler.error as error:
        raise OSError("the print spooler does not answer") from error
    return tuple(sorted(str(each["pPrinterName"]) for each in known))


class SpoolQueue:
    """See JobQueue. `spooler` gives the system's functions."""

    def __init__(
        self, url: str, address: QueueAddress, *, device: str,
        spooler: Callable[[], SystemSpooler | None] = system_spooler,
    ) -> None:  # fmt: skip
        self._url, self._name, self._device, self._make = url, address.queue, device, spooler
        self._seen: dict[str, int] = {}

    @property
    def address(self) -> str:
        return self._url

    def status(self) -> DeviceStatus:
        """See JobQueue."""
        try:
            told = self._with_printer(lambda system, handle: system.GetPrinter(handle, 2))
        except DeviceError as error:
            return DeviceStatus(DeviceState.OFFLINE, Reason.NO_HARDWARE, error.message_key)
        if told["Attributes"] & WORK_OFFLINE:
            return DeviceStatus(DeviceState.OFFLINE, Reason.OFFLINE, "queue.stopped")
        for flags, reason, key in _TROUBLE:
            if told["Status"] & flags:
                return DeviceStatus(DeviceState.OFFLINE, reason, key)
        return DeviceStatus(DeviceState.READY)

    def put(self, data: bytes, timeout_s: float) -> str:
        """See JobQueue. A call into the spooler cannot be broken off: after `timeout_s` it is left to itself, and what
        became of the job is not known."""
        answer: list[str | DeviceError] = []

        def work() -> None:
            try:
                answer.append(self._with_printer(lambda system, handle: self._write(system, handle, data)))
            except DeviceError as error:
                answer.append(error)

        writing = threading.Thread(target=work, name="spooler", daemon=True)
        writing.start()
        writing.join(timeout_s)
        if not answer:
            raise DeviceTimeout("queue.silent", effect=Effect.UNKNOWN, device=self._device,
                                address=plain_address(self._url))  # fmt: skip
        if isinstance(answer[0], DeviceError):
            raise answer[0]
        return answer[0]

    def job(self, number: str) -> QueuedJob:
        """See JobQueue. A job that vanished went through, unless it was last seen stuck or being deleted."""
        told = self._with_printer(lambda system, handle: _job(system, handle, int(number)))
        last = self._seen.get(number, 0)
        if told is None:
            self._seen.pop(number, None)
            if not last & (_STUCK | DELETING | DELETED):
                return QueuedJob(JobState.DONE, began=True)
            held = PAUSED | DELETING  # only a job that was deleted while it was held surely never began
            waited = last & held == held and not last & PRINTING
            return QueuedJob(JobState.CANCELLED, began=not waited)
        flags = int(told["Status"])
        kept = PRINTING | DELETING | (PAUSED if flags & DELETING else 0)
        self._seen[number] = flags | last & kept
        if flags & (PRINTED | COMPLETE):
            return QueuedJob(JobState.DONE, began=True)
        going = bool(flags & PRINTING)
        return QueuedJob(JobState.GOING if going else JobState.WAITING, began=going)

    def cancel(self, number: str) -> None:
        """See JobQueue."""
        self._with_printer(lambda system, handle: _cancel(system, handle, int(number)))
        self._seen[number] = self._seen.get(number, 0) | DELETING

    def _write(self, system: SystemSpooler, handle: Any, data: bytes) -> str:
        number = system.StartDocPrinter(handle, 1, (_TITLE, None, "RAW"))
        try:
            system.StartPagePrinter(handle)
            written = system.WritePrinter(handle, data)
            system.EndPagePrinter(handle)
            system.EndDocPrinter(handle)
        except system.error as error:
            raise DeviceBusy("queue.rejects", effect=Effect.UNKNOWN, device=self._device,
                             address=plain_address(self._url)) from error  # fmt: skip
        if written != len(data):
            _cancel(system, handle, number)
            raise DeviceBusy("queue.rejects", effect=Effect.UNKNOWN, device=self._device,
                             address=plain_address(self._url))  # fmt: skip
        return str(number)

    def _with_printer(self, work: Callable[[SystemSpooler, Any], Any]) -> Any:
        """Do `work` with the printer's handle. Raises DeviceMissing: no spooler, no such printer, or it refused."""
        system = self._make()
        if system is None:
            raise self._missing("queue.no_spooler")
        try:
            handle = system.OpenPrinter(self._name)
        except system.error as error:
            raise self._missing("queue.unknown") from error
        try:
            return work(system, handle)
        except system.error as error:
            raise self._missing("queue.rejects") from error
        finally:
            system.ClosePrinter(handle)

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))


def _job(system: SystemSpooler, handle: Any, number: int) -> dict[str, Any] | None:
    """What the spooler tells of a job, or None when it is not in the queue any more."""
    try:
        return system.GetJob(handle, number, 1)
    except system.error as error:
        if error.args and error.args[0] == NO_SUCH_JOB:
            return None
        raise


def _cancel(system: SystemSpooler, handle: Any, number: int) -> None:
    try:
        system.SetJob(handle, number, 0, None, CANCEL_JOB)
    except system.error as error:
        if not error.args or error.args[0] != NO_SUCH_JOB:
            raise
