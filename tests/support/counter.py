"""A desk as it stands on the counter: real store, real lanes, real simulators on real lines. No window, no hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from app.attempts import Attempts
from app.card_reader import CardReader
from app.checkout import Checkout, Parts
from app.clinic import Clinic
from app.collected import Telling
from app.desk import Desk, open_desk
from app.folders import Folders
from app.lanes import Job, Progress
from app.posting import Posting
from app.recovery import Recovery
from app.secrets import STORE_KEY, STRIPE_KEY, Secrets
from app.settings import CARD_WAIT_S, DRAWER, PRINTER_URL, TERMINAL_URL, Settings
from app.tenders import tenders
from app.till import Till
from app.views import Collected, CollectRequest, CollectSheet, TenderKind
from models.basics.clock import Clock, FixedClock
from tests.support.clinic import KEY, MARIA, MORNING, TestClinic
from tests.support.waiting import until

ROOT_OF_TESTS = Path(__file__).resolve().parents[2]


def furnish(folder: Path, fill: Callable[[TestClinic], Any], *, terminal: str = "", printer: str = "") -> Folders:
    """A desk's folder: store with a small clinic in it, settings, keys in a file somebody agreed to."""
    folders = Folders(folder)
    folders.make()
    settings = Settings.load(folders.settings)
    secrets = Secrets(folders, settings)
    secrets.allow_key_file("a test")
    secrets.put(STORE_KEY, KEY)
    if terminal.startswith("stripe+"):
        secrets.put(STRIPE_KEY, "rk_test_desk")
    settings.update({TERMINAL_URL: terminal, PRINTER_URL: printer, DRAWER: bool(printer), CARD_WAIT_S: 60})
    clinic = TestClinic(folder)
    fill(clinic)
    clinic.close()
    return folders


class Counter:
    """A desk that is open, with short ways to do what a receptionist does."""

    def __init__(self, folders: Folders, clock: Clock | None = None) -> None:
        self.folders = folders
        self.clock = clock or FixedClock(MORNING)
        self.desk: Desk = open_desk(folders, self.clock)
        assert self.desk.wait_started()
        self.steps: list[Progress] = []

    def sheet(self, patient_id: str = "rosa", appointment_id: str = "today") -> CollectSheet:
        """Open Collect."""
        return self.desk.checkout.open(patient_id, appointment_id)

    def request(self, sheet: CollectSheet, tender: TenderKind, **more: Any) -> CollectRequest:
        """What Enter would ask for: the default selection, credit off."""
        known = {"amounts": {line.key: line.owes_cents for line in sheet.lines if line.selected}, "use_credit": False,
                 "person": MARIA, **more}  # fmt: skip
        return CollectRequest(sheet=sheet, tender=tender, **known)

    def start(self, request: CollectRequest) -> tuple[Job[Collected], list[Any]]:
        """Submit a payment to its lane; the answer (Collected or an error) lands in the list."""
        answer: list[Any] = []
        lane = self.desk.lanes[self.desk.checkout.lane_for(request.tender)]
        job: Job[Collected] = lane.submit(lambda job: self.desk.checkout.collect(request, job), done=answer.append,
                                          failed=answer.append, progress=self.steps.append)  # fmt: skip
        return job, answer

    def collect(self, request: CollectRequest, timeout_s: float = 30.0) -> Collected:
        """Take a payment on its lane and wait for the answer; raises what it raised."""
        job, answer = self.start(request)
        assert job.finished.wait(timeout_s)
        if isinstance(answer[0], Exception):
            raise answer[0]
        collected: Collected = answer[0]
        return collected

    def undo(self, collected: Collected, reason: str = "wrong amount") -> Collected:
        """Take a payment back on its lane."""
        lane = self.desk.lanes[self.desk.checkout.lane_for(collected.tender)]
        return lane.call(lambda job: self.desk.checkout.undo(collected.payment_id, reason, MARIA, job), 30.0)

    def rows(self, sql: str) -> list[Any]:
        """Whatever a test wants to see in the tables."""
        with self.desk.store.reader() as reader:
            return list(reader.execute(sql).fetchall())

    def payments(self) -> list[tuple[str, int, str]]:
        """(tender, cents, reversed at) of every payment."""
        return self.rows("SELECT tender, amount_cents, reversed_at FROM payment ORDER BY taken_at, payment_id")

    def jobs(self, kind: str = "receipt") -> list[str]:
        """States of the print jobs of a kind, oldest first."""
        return [row[0] for row in self.rows(f"SELECT state FROM print_job WHERE kind = '{kind}' ORDER BY rowid")]

    def wait_job(self, job_id: str, state: str = "printed", timeout_s: float = 15.0) -> None:
        """Until a print job is there."""
        until(lambda: self.desk.printing.state(job_id)[0] == state, timeout_s)

    def holds(self) -> None:
        """The books hold: every invariant the store can check."""
        assert self.desk.store.verify() == []

    def close(self) -> None:
        self.desk.close()


@contextmanager
def counter(
    folder: Path,
    fill: Callable[[TestClinic], Any],
    *,
    terminal: str = "",
    printer: str = "",
    clock: Clock | None = None,
) -> Iterator[Counter]:
    """A desk for a test, closed at its end."""
    here = Counter(furnish(folder, fill, terminal=terminal, printer=printer), clock)
    try:
        yield here
    finally:
        here.close()


def rosa_with_copay_and_balance(clinic: TestClinic) -> None:
    """The design's first patient: a copay of 30 for today's visit and 45 owed since March."""
    clinic.patient()
    clinic.coverage()
    clinic.visit()
    clinic.charge(4500)


def tillless_checkout(clinic: TestClinic) -> Checkout:
    """Checkout over a store alone: no lanes, no devices, no spool."""
    known = Clinic(clinic.store, clinic.clock)
    settings = Settings(None)
    posting = Posting(known, settings)
    till = Till(known, settings, posting, Telling(known, settings, posting), lambda: None)
    attempts, reader = Attempts(till), CardReader(settings)
    recovery = Recovery(till, attempts, reader, lambda _step: None)
    return Checkout(Parts(till, attempts, reader, tenders(till, attempts, reader, recovery, lambda _step: None)))
