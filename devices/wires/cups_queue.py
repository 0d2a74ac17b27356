"""A raw queue of CUPS, through its own commands: `lp` takes the bytes as they are, `lpstat` tells how the queue is.

Sources: lp(1), lpstat(1), cancel(1); RFC 8011 for what a job's state means. A completed job is one whose bytes the
queue's backend has passed on: it is not paper yet.
"""

from __future__ import annotations

import os
import re
import subprocess

from devices.base import DeviceState, DeviceStatus, Reason
from devices.queues import JobState, QueuedJob
from devices.wires import libcups
from devices.wires.address import QueueAddress, plain_address
from models.basics.errors import DeviceBusy, DeviceError, DeviceMissing, DeviceTimeout, Effect

ASK_S = 5.0
_TITLE = "Receipt"  # what people see in the queue: never whose
_NUMBER = re.compile(r"-(\d+) \(")
_STATES = {
    libcups.WAITING: JobState.WAITING,
    libcups.HELD: JobState.WAITING,
    libcups.STOPPED: JobState.WAITING,
    libcups.GOING: JobState.GOING,
    libcups.COMPLETED: JobState.DONE,
    libcups.CANCELLED: JobState.CANCELLED,
    libcups.ABORTED: JobState.CANCELLED,
}
READY = DeviceStatus(DeviceState.READY)


class CupsQueue:
    """See JobQueue. Asks the server that `lp` asks: CUPS_SERVER, client.conf, or this computer's own."""

    def __init__(self, url: str, address: QueueAddress, *, device: str) -> None:
        self._url, self._queue, self._device = url, address.queue, device

    @property
    def address(self) -> str:
        return self._url

    def status(self) -> DeviceStatus:
        """See JobQueue."""
        try:
            _, said = self._run("lpstat", "-r", "-a", self._queue, "-p", self._queue)
        except DeviceError as error:
            return _offline(Reason.NO_HARDWARE, error.message_key)
        lines = said.splitlines()
        if "scheduler is running" not in lines:
            return _offline(Reason.NO_HARDWARE, "queue.no_spooler")
        about = [line for line in lines if line.startswith((f"printer {self._queue} ", f"{self._queue} "))]
        if not about:
            return _offline(Reason.NO_HARDWARE, "queue.unknown")
        if any(line.startswith(f"{self._queue} not accepting") for line in about):
            return _offline(Reason.OFFLINE, "queue.rejects")
        if any(line.startswith(f"printer {self._queue} disabled") for line in about):
            return _offline(Reason.OFFLINE, "queue.stopped")
        return READY

    def put(self, data: bytes, timeout_s: float) -> str:
        """See JobQueue."""
        try:
            status, said = self._run("lp", "-d", self._queue, "-o", "raw", "-t", _TITLE, "-", given=data,
                                     timeout_s=timeout_s)  # fmt: skip
        except DeviceTimeout as error:
            error.effect = Effect.UNKNOWN  # the job may have gone through all the same
            raise
        number = _NUMBER.search(said)
        if status != 0:
            raise DeviceBusy("queue.rejects", device=self._device, address=plain_address(self._url))
        if number is None:
            raise DeviceBusy("queue.rejects", effect=Effect.UNKNOWN, device=self._device,
                             address=plain_address(self._url))  # fmt: skip
        return number[1]

    def job(self, number: str) -> QueuedJob:
        """See JobQueue. Where the server keeps no history of jobs, one that is over is LOST."""
        try:
            found = libcups.job_state(self._queue, int(number))
        except OSError as error:
            raise self._missing("queue.no_spooler") from error
        if found is None:
            return QueuedJob(JobState.LOST, began=True)
        return QueuedJob(_STATES.get(found[0], JobState.WAITING), began=found[1])

    def cancel(self, number: str) -> None:
        """See JobQueue."""
        self._run("cancel", f"{self._queue}-{number}")

    def _run(self, *words: str, given: bytes = b"", timeout_s: float = ASK_S) -> tuple[int, str]:
        """Exit status and what was said, in English. Raises DeviceMissing without CUPS, DeviceTimeout."""
        try:
            ended = subprocess.run(words, input=given, capture_output=True, timeout=timeout_s, check=False,
                                   env={**os.environ, "LC_ALL": "C"})  # fmt: skip
        except OSError as error:
            raise self._missing("queue.no_spooler") from error
        except subprocess.TimeoutExpired as error:
            raise DeviceTimeout("queue.silent", device=self._device, address=plain_address(self._url)) from error
        return ended.returncode, ended.stdout.decode("utf-8", "replace")

    def _missing(self, key: str) -> DeviceMissing:
        return DeviceMissing(key, device=self._device, address=plain_address(self._url))


def _offline(reason: Reason, key: str) -> DeviceStatus:
    return DeviceStatus(DeviceState.OFFLINE, reason, key)
