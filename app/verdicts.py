"""The hub's word on a decision of this desk: some acts wait for it, because money leaves the house."""

from __future__ import annotations

import threading
import time
from typing import Any

from app.clinic import Clinic
from app.hub_line import HubLine
from app.lanes import Job
from models.store.rows import Change

PATIENCE_S = 8.0
"""So long somebody at the desk waits for the hub before the act is set aside."""
_SLICE_S = 0.2


class Verdicts:
    """Asks the outbox how the hub judged an operation. Any thread but the window's."""

    def __init__(self, clinic: Clinic, line: HubLine | None, patience_s: float = PATIENCE_S) -> None:
        self._clinic, self._line, self._patience_s = clinic, line, patience_s

    @property
    def alone(self) -> bool:
        """Is this desk without a hub? Then its own judgement is the last word."""
        return self._line is None

    @property
    def online(self) -> bool:
        """Does the hub answer now?"""
        return self._line is not None and self._line.state().online

    def wait(self, op_id: str, job: Job[Any]) -> tuple[str, str]:
        """(verdict, reason) of the hub on an operation that is committed here; verdict empty when it did not come in
        time, the line broke, or the person gave up waiting. Sends what waits at once."""
        came = threading.Event()

        def changed(change: Change) -> None:
            if change.everything or "outbox" in change.topics:
                came.set()

        end = self._clinic.store.subscribe(changed)
        try:
            if self._line is not None:
                self._line.nudge()
            until = time.monotonic() + self._patience_s
            while True:
                came.clear()
                verdict, reason = self.said(op_id)
                if verdict or job.cancelled or not self.online or time.monotonic() > until:
                    return verdict, reason
                came.wait(_SLICE_S)
        finally:
            end()

    def said(self, op_id: str) -> tuple[str, str]:
        """(verdict, reason) as far as the hub has answered; both empty before."""
        with self._clinic.store.reader() as reader:
            row = reader.execute("SELECT verdict, CASE verdict WHEN '' THEN '' ELSE reason END FROM outbox "
                                 "WHERE tenant = ? AND op_id = ?", (self._clinic.tenant, op_id)).fetchone()  # fmt: skip
        return (str(row[0]), str(row[1])) if row else ("", "")
