"""Simulated hardware as real processes on pseudo-terminals or TCP, for every test that needs a machine.

    with pax_running() as terminal:            # a PaxProcess; terminal.url is what settings hold
        terminal.next("declined")              # the next sale is declined
        ...
        assert terminal.captured_cents() == 0  # what the bank took: the truth

The fixtures `pax` and `printer` (function scope) start one; import them, or use the context managers.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
START_S = 20.0


class SimulatorProcess:
    """One running simulator. `url` is the device's address, `folder` its own short-named place."""

    def __init__(
        self, machine: str, arguments: Sequence[str], *, tcp: bool = False, http: bool = False, link: Path | None = None
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{machine}-"))  # short: a UNIX socket's path has a limit
        self._control = self.folder / "control"
        ready = self.folder / "ready"
        network = "--http" if http else "--tcp"
        where = [network, "127.0.0.1:0"] if tcp or http else ["--pty", str(link or self.folder / machine)]
        self.paper = self.folder / "paper"
        words = [sys.executable, "-m", "devices.simulators", machine, *where, "--ready-file", str(ready)]
        words += ["--control", str(self._control), "--until-stdin-closes", *arguments]
        with (self.folder / "said").open("wb") as said:
            self.process = subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=said, stderr=said)
        until = time.monotonic() + START_S
        while not ready.exists():
            if self.process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"the {machine} simulator did not start: {self.said()}")
            time.sleep(0.005)
        self.url = ready.read_text(encoding="utf-8")

    def said(self) -> str:
        """What the simulator wrote on its screen."""
        return (self.folder / "said").read_text(encoding="utf-8", errors="replace")

    def tell(self, line: str, timeout_s: float = 20.0) -> Any:
        """Give one command over the control channel and return its answer. Raises ValueError when refused."""
        with socket.socket(socket.AF_UNIX) as door:
            door.settimeout(timeout_s)
            door.connect(str(self._control))
            door.sendall(line.encode() + b"\n")
            answer = door.makefile("r", encoding="utf-8").readline()
        word, _, rest = answer.strip().partition(" ")
        if word != "ok":
            raise ValueError(rest)
        return json.loads(rest) if rest else None

    def next(self, fault: str) -> None:
        """Have this fault once."""
        self.tell(f"next {fault}")

    def always(self, fault: str) -> None:
        """Have this fault until `clear`."""
        self.tell(f"always {fault}")

    def clear(self) -> None:
        """Behave."""
        self.tell("clear")

    def unplug(self) -> None:
        """Pull the plug."""
        self.tell("unplug")

    def replug(self) -> None:
        """Plug in again, under the same address."""
        self.tell("replug")

    def reset(self) -> None:
        """As after a start."""
        self.tell("reset")

    def kill(self) -> None:
        """End without any warning (SIGKILL)."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """End cleanly (SIGTERM) and clear away; returns the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(10.0)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        if self.process.stdin is not None:
            self.process.stdin.close()
        return status

    def clear_away(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


class PaxProcess(SimulatorProcess):
    """A card terminal with a patient in front of it."""

    def captured_cents(self) -> int:
        """The money the simulated bank took: the truth."""
        return int(self.tell("captured")["captured_cents"])

    def requests(self, command: str) -> int:
        """How many frames of this command arrived whole."""
        return int(self.tell("captured")["requests"].get(command, 0))

    def wait(self, screen: str) -> None:
        """Until the terminal's screen begins so: `present card`, `authorising`, `approved`, `idle`."""
        self.tell(f"wait {screen}")


class StripeProcess(SimulatorProcess):
    """A payment processor's API with a card reader and a patient in front of it."""

    def captured_cents(self) -> int:
        """The money the account took: the truth."""
        return int(self.tell("captured")["captured_cents"])

    def requests(self, route: str) -> int:
        """How often a route was asked (`payment_intents.create`)."""
        return int(self.tell("captured")["requests"].get(route, 0))

    def keys(self, beginning: str) -> list[str]:
        """The idempotency keys that came and begin so, in order, repetitions too."""
        return [key for key in self.tell("captured")["keys"] if key.startswith(beginning)]

    def intents(self) -> list[dict[str, Any]]:
        """Every PaymentIntent: id, amount, status, metadata."""
        found: list[dict[str, Any]] = self.tell("intents")
        return found

    def wait(self, screen: str) -> None:
        """Until the reader's screen begins so: `present card`, `authorising`, `approved`, `declined`."""
        self.tell(f"wait {screen}")

    @property
    def base(self) -> str:
        """The address of the API alone."""
        parts = urlsplit(self.url.removeprefix("stripe+"))
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def reader(self) -> str:
        """The id of its reader."""
        return self.url.rpartition("/")[2]


class PrinterProcess(SimulatorProcess):
    """A receipt printer with a drawer on its cable."""

    def state(self) -> dict[str, Any]:
        """What the printer and its drawer are like."""
        found: dict[str, Any] = self.tell("state")
        return found

    def receipts(self) -> list[str]:
        """The text of every piece of paper so far, oldest first, as soon as it is whole."""
        self.tell("settled")
        return [path.read_text(encoding="utf-8") for path in sorted(self.paper.glob("*.txt"))]


@contextmanager
def machine_running(
    machine: str, *arguments: str, tcp: bool = False, link: Path | None = None
) -> Iterator[SimulatorProcess]:
    """A simulated `drawer`, `display` or anything else that only has a line and commands."""
    running = SimulatorProcess(machine, arguments, tcp=tcp, link=link)
    try:
        yield running
    finally:
        running.stop()
        running.clear_away()


@contextmanager
def pax_running(
    *arguments: str, tcp: bool = False, http: bool = False, present_after_s: float = 0.0, link: Path | None = None
) -> Iterator[PaxProcess]:
    """A card terminal whose patient and bank are quick unless `arguments` say otherwise."""
    quick = ["--present-after", str(present_after_s), "--bank", "0", "--acknowledge-wait", "0.15",
             "--restart", "0.3"]  # fmt: skip
    terminal = PaxProcess("pax", [*quick, *arguments], tcp=tcp, http=http, link=link)
    try:
        yield terminal
    finally:
        terminal.stop()
        terminal.clear_away()


@contextmanager
def stripe_running(*arguments: str, present_after_s: float = 0.0) -> Iterator[StripeProcess]:
    """A processor whose patient and bank are quick unless `arguments` say otherwise."""
    quick = ["--present-after", str(present_after_s), "--bank", "0"]
    processor = StripeProcess("stripe", [*quick, *arguments], tcp=True)
    try:
        yield processor
    finally:
        processor.stop()
        processor.clear_away()


@contextmanager
def printer_running(*arguments: str, tcp: bool = False) -> Iterator[PrinterProcess]:
    """A receipt printer; its paper goes to `printer.paper`."""
    folder = os.fspath(Path(tempfile.mkdtemp(prefix="paper-")))
    printer = PrinterProcess("printer", ["--paper", folder, *arguments], tcp=tcp)
    printer.paper = Path(folder)
    try:
        yield printer
    finally:
        printer.stop()
        printer.clear_away()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def pax() -> Iterator[PaxProcess]:
    """A card terminal on a pseudo-terminal."""
    with pax_running() as terminal:
        yield terminal


@pytest.fixture
def printer() -> Iterator[PrinterProcess]:
    """A receipt printer on a pseudo-terminal."""
    with printer_running() as machine:
        yield machine
