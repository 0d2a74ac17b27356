"""A receipt printer behind a queue of the computer's own printing system (CUPS, the Windows spooler): one way.

The queue takes a job and says when it has passed it on. What the printer made of it never comes back, so a job that
went through is HANDED_OVER, not printed. A queue that is stopped is given nothing: jobs would come out much later, with
nobody there; a job that gets stuck is taken back for the same reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from devices.base import (
    DeviceState,
    DeviceStatus,
    PrinterStatus,
    PrintResult,
    Reason,
    nobody_waits,
)
from devices.bytes import ESC
from devices.printers.escpos import DRAWER_CONNECTOR_PINS, PULSE_OFF, PULSE_ON
from devices.printers.profiles import PROFILES, PrinterProfile
from devices.queues import JobQueue, JobState, QueuedJob
from devices.ticks import REAL, Ticks
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout, Effect
from models.basics.facts import facts

log = logging.getLogger(__name__)

_OVER = frozenset({JobState.DONE, JobState.CANCELLED, JobState.LOST})


@dataclass(frozen=True, slots=True)
class QueuePatience:
    """How long to wait, in seconds. A job is given `through_s` and a second for each `bytes_per_s`."""

    put_s: float = 10.0
    through_s: float = 15.0
    bytes_per_s: float = 1000.0
    taken_back_s: float = 3.0
    poll_s: float = 0.1


class QueuedPrinter:
    """See ReceiptPrinter. Never answers PRINTED."""

    def __init__(
        self,
        queue: JobQueue,
        profile: PrinterProfile = PROFILES["80mm"],
        patience: QueuePatience = QueuePatience(),
        ticks: Ticks = REAL,
    ) -> None:
        self.profile = profile
        self._queue, self._patience, self._ticks = queue, patience, ticks

    def status(self) -> PrinterStatus:
        """See ReceiptPrinter: how the queue is. Of paper and drawer it knows nothing."""
        return PrinterStatus(self._queue.status())

    def look_ahead(self) -> PrinterStatus | None:
        """See ReceiptPrinter: a queue is asked when it is given something."""
        return None

    def print_bytes(self, data: bytes, begun: Callable[[], None] = nobody_waits) -> PrintResult:
        """See ReceiptPrinter. HANDED_OVER when the queue passed all of it on; NOT_PRINTED when it was taken back before
        the printer got any of it; UNKNOWN else."""
        refuse_unless_ready(self._queue.status())
        try:
            number = self._queue.put(data, self._patience.put_s)
        except DeviceError as error:
            if error.effect is not Effect.UNKNOWN:
                raise
            return PrintResult.UNKNOWN
        begun()
        result = self._follow(number, len(data))
        log.info("printed", extra=facts(bytes=len(data), result=result))
        return result

    def open_drawer(self, pin: int = 0) -> None:
        """See ReceiptPrinter. A pulse that did not go through in time is taken back, so that the drawer does not open
        later with nobody there."""
        connector = DRAWER_CONNECTOR_PINS[pin or self.profile.drawer_pin]
        result = self.print_bytes(bytes((ESC, ord("p"), connector, PULSE_ON, PULSE_OFF)))
        if result is PrintResult.NOT_PRINTED:
            raise DeviceBusy("drawer.not_opened", device="drawer")
        if result is PrintResult.UNKNOWN:
            doubt = DeviceTimeout("drawer.unsure", device="drawer")
            doubt.effect = Effect.UNKNOWN
            raise doubt

    def close(self) -> None:
        """See ReceiptPrinter; a queue is not held."""

    def _follow(self, number: str, size: int) -> PrintResult:
        """Wait until the job is over. Raises nothing: the queue has it."""
        patience = self._patience
        deadline = self._ticks.now() + patience.through_s + size / patience.bytes_per_s
        while self._ticks.now() < deadline:
            job = self._ask(number)
            if job is not None and job.state in _OVER:
                return _result(job)
            if job is not None and job.state is JobState.WAITING and self._queue.status().reason is not Reason.NONE:
                break  # the queue was stopped under it
            self._ticks.sleep(patience.poll_s)
        return self._take_back(number)

    def _take_back(self, number: str) -> PrintResult:
        """The job goes no further: end it, and see how it ended."""
        try:
            self._queue.cancel(number)
        except DeviceError:
            return PrintResult.UNKNOWN
        deadline = self._ticks.now() + self._patience.taken_back_s
        while self._ticks.now() < deadline:
            job = self._ask(number)
            if job is not None and job.state in _OVER:
                return _result(job)
            self._ticks.sleep(self._patience.poll_s)
        return PrintResult.UNKNOWN

    def _ask(self, number: str) -> QueuedJob | None:
        try:
            return self._queue.job(number)
        except DeviceError:
            return None


def refuse_unless_ready(status: DeviceStatus) -> None:
    """Raise what stands in the way of a job: DeviceMissing (no such queue) or DeviceBusy, with the status's own key."""
    if status.state is DeviceState.READY:
        return
    kind = DeviceMissing if status.reason is Reason.NO_HARDWARE else DeviceBusy
    raise kind(status.detail or "queue.stopped", device="printer")


def _result(job: QueuedJob) -> PrintResult:
    if job.state is JobState.DONE:
        return PrintResult.HANDED_OVER
    cleanly = job.state is JobState.CANCELLED and not job.began
    return PrintResult.NOT_PRINTED if cleanly else PrintResult.UNKNOWN
