"""What a print queue of the computer's own printing system looks like to its printers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from devices.base import DeviceStatus


class JobState(Enum):
    """Where a job of a print queue is. DONE: the queue passed every byte on, which is not yet paper."""

    WAITING = "waiting"
    GOING = "going"
    DONE = "done"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class QueuedJob:
    """A job as its queue tells of it. `began`: some of it may have reached the printer."""

    state: JobState
    began: bool = False


class JobQueue(Protocol):
    """A queue of the computer's own printing system: takes whole jobs, one way. Nothing the printer says comes back."""

    @property
    def address(self) -> str:
        """As in settings: `cups://front_desk`, `spool://EPSON TM-T20`."""
        ...

    def status(self) -> DeviceStatus:
        """READY, or OFFLINE with the message key of why it takes nothing. Raises nothing."""
        ...

    def put(self, data: bytes, timeout_s: float) -> str:
        """Give it `data` as they are; returns the job's number. Raises DeviceError; with effect UNKNOWN where the queue
        may have taken the job all the same."""
        ...

    def job(self, number: str) -> QueuedJob:
        """How a job is. Raises DeviceError when the queue cannot be asked."""
        ...

    def cancel(self, number: str) -> None:
        """Take a job back; one that is over stays as it is. Raises DeviceError when the queue cannot be asked."""
        ...
