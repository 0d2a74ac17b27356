"""The tour: a receptionist's visit driven through the real window by key events, with pictures and a summary.

`tour` works the first desk; `follow` watches the second one, a process of its own, until the payment is on its screen.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.demo import Stage
from app.sample_practice import RECEPTIONIST
from app.views import Collected, DueState, TodayRow
from widgets.driving import (
    Script,
    Wait,
    drive,
    due_row,
    is_paid,
    on,
    page,
    press,
    rows,
    settled,
    sign_in,
    type_text,
    walk_to,
)
from widgets.main_window import MainWindow
from widgets.opening import application
from widgets.screens import APPROVED, COLLECT, LEDGER, TODAY

if TYPE_CHECKING:
    from app.desk import Desk

SIZE = (1366, 768)
LONG_PATIENCE_S = 200.0
SEEN, WATCHING, WANTED = "second-desk.json", "second-desk.ready", "second-desk.wanted"


@dataclass
class Visit:
    """One visit at the first desk, step by step."""

    stage: Stage
    window: MainWindow
    out: Path
    paid_at: float = 0.0
    row: TodayRow | None = None
    collected: Collected | None = None
    second: subprocess.Popen[bytes] | None = None
    seen: dict[str, Any] = field(default_factory=dict)

    def script(self) -> Script:
        """Sign in, look at the day, collect by card, see it approved, look at the account and at the second desk."""
        yield from sign_in(self.window, RECEPTIONIST.pin)
        yield from self._second_desk_watches()
        yield Wait("what was brought in to be sent", lambda: not self.stage.desk.store.pending_count(), LONG_PATIENCE_S)
        yield from self._today()
        yield from self._collect()
        yield from self._approved()
        yield from self._second_desk_sees()
        yield from self._ledger()

    def _today(self) -> Script:
        self.row = due_row(self.window)
        if self.row is None:  # nobody who has arrived owes anything: take the first who does
            self.row = next(row for row in rows(self.window) if row.due_state is DueState.DUE)
            yield from walk_to(self.window, self.row.visit.appointment_id)
        yield Wait("the decision column", lambda: page(self.window).presenter.state.side is not None)
        wanted = {"appointment_id": self.row.visit.appointment_id}
        (self.out / WANTED).write_text(json.dumps(wanted))
        yield from self._picture("01-today.png")

    def _collect(self) -> Script:
        press(self.window, "Return")
        yield Wait("the sheet", lambda: on(self.window, COLLECT) and page(self.window).presenter.state.primary)
        yield from self._picture("02-collect.png")
        forget = self.stage.desk.store.subscribe(self._written)
        press(self.window, "Return")
        yield Wait("the reader to ask for a card", self._reader_asks)
        yield from self._picture("03-reader.png")
        if self.stage.devices.terminal_url:
            self.stage.devices.tell("pax", "press")  # our simulator's patient waits for the picture
        yield Wait("the bank's answer", lambda: on(self.window, APPROVED), LONG_PATIENCE_S)
        forget()

    def _reader_asks(self) -> bool:
        """Does the reader ask for a card, or was a quick patient faster than the eye?"""
        return on(self.window, APPROVED) or page(self.window).presenter.state.ring is not None

    def _written(self, change: Any) -> None:
        if "payment" in change.topics and not self.paid_at:
            self.paid_at = time.time()

    def _approved(self) -> Script:
        place = self.window.navigator.place
        self.collected = place.collected if place else None
        assert self.collected is not None
        job_id = self.collected.print_job_id
        yield Wait("the receipt", lambda: self.stage.desk.printing.state(job_id)[0] == "printed")
        yield from self._picture("04-approved.png")
        self.stage.desk.printing.save_pdf(self.collected.payment_id, self.out / "receipt.pdf")

    def _ledger(self) -> Script:
        assert self.row is not None
        press(self.window, "Return")
        yield Wait("the schedule again", lambda: on(self.window, TODAY))
        press(self.window, "F2")
        yield Wait("the find field", self.window.find_overlay.isVisible)
        type_text(self.row.patient.mrn or self.row.patient.name)
        yield Wait("the patient", lambda: self.window.finder.shows(self.row.patient.patient_id if self.row else ""))
        press(self.window, "Ctrl+L")
        yield Wait("the account", lambda: on(self.window, LEDGER) and page(self.window).presenter.state is not None)
        yield from self._picture("05-ledger.png")

    def _second_desk_watches(self) -> Script:
        for name in (SEEN, WATCHING, WANTED):
            (self.out / name).unlink(missing_ok=True)
        home = self.stage.second.home.parent
        command = [sys.executable, "-m", "app", "demo", "--second-desk", "--tour", "--home", str(home)]
        hidden = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}  # a second window would take the keyboard from ours
        self.second = subprocess.Popen([*command, "--out", str(self.out)], env=hidden)
        yield Wait("the second desk", (self.out / WATCHING).exists)

    def _second_desk_sees(self) -> Script:
        yield Wait("the payment on the second desk", (self.out / SEEN).exists)
        self.seen = json.loads((self.out / SEEN).read_text())

    def _picture(self, name: str) -> Script:
        yield from settled()
        self.window.grab().save(str(self.out / name))

    def close(self) -> None:
        """End the second desk and take its notes away."""
        if self.second is not None:
            self.second.terminate() if self.second.poll() is None else None
            self.second.wait()
        for name in (SEEN, WATCHING, WANTED):
            (self.out / name).unlink(missing_ok=True)

    def summary(self) -> dict[str, Any]:
        """What happened, in figures read back from the store."""
        collected, row = self.collected, self.row
        assert collected is not None
        assert row is not None
        account = self.stage.desk.accounts.ledger(row.patient.patient_id).figures
        return {
            "patient": row.patient.name,
            "visit": f"{row.visit.title}, {row.visit.starts_at:%Y-%m-%d %H:%M}",
            "requested_cents": collected.requested_cents,
            "approved_cents": collected.amount_cents,
            "tender": str(collected.tender),
            "auth_code": collected.auth_code,
            "receipt_number": collected.receipt.receipt_no if collected.receipt else "",
            "total_paid_cents": account.total_paid_cents,
            "allocated_cents": account.allocated_cents,
            "unallocated_cents": account.unallocated_cents,
            "statement_balance_cents": account.statement_balance_cents,
            "total_balance_cents": account.total_balance_cents,
            "second_desk_seconds": round(self.seen["at"] - self.paid_at, 3),
            "seconds": round(time.monotonic() - self.stage.started, 1),
        }


def tour(stage: Stage) -> int:
    """Drive the visit and leave pictures, receipt and summary in `stage.out`. Returns 0 only if all of it happened."""
    out = stage.out or Path("out")
    out.mkdir(parents=True, exist_ok=True)
    window = shown(stage.desk)
    visit = Visit(stage, window, out)
    failure = drive(visit.script(), lambda: window, out)
    try:
        if not failure:
            take_paper(stage, visit, out)
            (out / "summary.json").write_text(json.dumps(visit.summary(), indent=1) + "\n")
    finally:
        visit.close()
        window.close()
    missing = [name for name in RESULTS if not (out / name).exists()]
    for trouble in (failure, f"missing: {', '.join(missing)}" if missing else ""):
        if trouble:
            print(f"tour: {trouble}", file=sys.stderr)
    return int(bool(failure or missing))


def _accounts(stage: Stage) -> int:
    from widgets.tour_accounts import accounts

    return accounts(stage)


def _payments(stage: Stage) -> int:
    from widgets.tour_payments import payments

    return payments(stage)


TOURS: dict[str, Callable[[Stage], int]] = {"copay": tour, "accounts": _accounts, "payments": _payments}
"""What `--tour` can be asked for."""

RESULTS = ("01-today.png", "02-collect.png", "03-reader.png", "04-approved.png", "05-ledger.png", "06-second-desk.png",
           "receipt.pdf", "receipt.png", "receipt.escpos", "summary.json")  # fmt: skip


def take_paper(stage: Stage, visit: Visit, out: Path) -> None:
    """The receipt as the printer got it, and as it lies on paper. For a printer that runs elsewhere the same bytes are
    put on paper by the simulator's own renderer."""
    assert visit.collected is not None
    if stage.devices.printer_url:
        newest = max(stage.devices.paper.glob("*.escpos"))
        shutil.copyfile(newest, out / "receipt.escpos")
        shutil.copyfile(newest.with_suffix(".png"), out / "receipt.png")
        return
    from devices.simulators.paper_picture import develop

    wire = stage.desk.printing.bytes_of(visit.collected.print_job_id)
    (out / "receipt.escpos").write_bytes(wire)
    (out / "receipt.png").write_bytes(develop(wire))


def follow(desk: Desk, out: Path) -> int:
    """At the second desk: sign in, wait until the payment is painted, say when, leave a picture."""
    window = shown(desk)

    def script() -> Script:
        yield from sign_in(window, RECEPTIONIST.pin)
        yield Wait("the schedule", lambda: bool(rows(window)))
        (out / WATCHING).touch()
        yield Wait("what to look for", (out / WANTED).exists, LONG_PATIENCE_S)
        appointment_id = json.loads((out / WANTED).read_text())["appointment_id"]
        yield Wait("the payment", lambda: is_paid(window, appointment_id), LONG_PATIENCE_S)
        window.repaint()
        seen = time.time()
        yield from walk_to(window, appointment_id)
        yield from settled()
        window.grab().save(str(out / "06-second-desk.png"))
        unfinished = out / f"{SEEN}.new"
        unfinished.write_text(json.dumps({"at": seen}))
        unfinished.replace(out / SEEN)

    failure = drive(script(), lambda: window, out)
    window.close()
    if failure:
        print(f"second desk: {failure}", file=sys.stderr)
    return int(bool(failure))


def shown(desk: Desk) -> MainWindow:
    """A window over the desk at its designed size, in front."""
    application()
    window = MainWindow(desk)
    window.show()
    window.resize(*SIZE)
    window.activateWindow()
    return window
