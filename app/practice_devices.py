"""A practice reader, printer and drawer: simulators as child processes, for training and for trying the program out.

They hang on pseudo-terminals (on Windows: TCP on this computer), so that the real drivers talk over a real line. No
real device is ever touched and no real money moved. They end with this program, however that happens.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from app.folders import Folders
from models.basics.errors import DeviceMissing

START_S = 10.0
_TCP_ONLY = sys.platform == "win32"


@dataclass
class PracticeDevices:
    """The running simulators. `paper` is the folder in which every printed receipt lands as text and picture."""

    terminal_url: str = ""
    printer_url: str = ""
    paper: Path = field(default_factory=Path)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @classmethod
    def start(cls, folders: Folders, *, terminal: bool = True, printer: bool = True, by_hand: bool = False,
              card: str = "visa") -> PracticeDevices:  # fmt: skip
        """Start them and wait until they listen. `by_hand`: the patient waits until told to `press`.

        Raises DeviceMissing `setup.practice_devices_failed` when one does not come up; none is left running then.
        """
        devices = cls(paper=folders.devices / "paper")
        devices.paper.mkdir(parents=True, exist_ok=True, mode=0o700)
        hand = ["--by-hand"] if by_hand else []
        try:
            if terminal:
                devices.terminal_url = devices._launch(folders, "pax", ["--card", card, *hand])
            if printer:
                devices.printer_url = devices._launch(folders, "printer", ["--paper", str(devices.paper)])
        except DeviceMissing:
            devices.close()
            raise
        return devices

    def tell(self, machine: str, line: str) -> None:
        """Give a simulator (`pax` or `printer`) a command: `press`, `next declined`, `card mastercard`…"""
        pipe = self._processes[machine].stdin
        assert pipe is not None
        pipe.write(f"{line}\n".encode())
        pipe.flush()

    def close(self) -> None:
        """End them and wait for that."""
        for process in self._processes.values():
            assert process.stdin is not None
            process.stdin.close()
        for process in self._processes.values():
            try:
                process.wait(START_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def _launch(self, folders: Folders, machine: str, options: list[str]) -> str:
        ready = folders.devices / f"{machine}.url"
        ready.unlink(missing_ok=True)
        where = ["--tcp", "127.0.0.1:0"] if _TCP_ONLY else ["--pty", str(folders.devices / f"{machine}.tty")]
        process = subprocess.Popen(
            [*own_program(), "simulate", machine, *where, "--ready-file", str(ready), "--until-stdin-closes", *options],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=own_environment(),
        )  # fmt: skip
        self._processes[machine] = process
        until = time.monotonic() + START_S
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise DeviceMissing("setup.practice_devices_failed", device=machine)
            time.sleep(0.01)
        return ready.read_text("utf-8")


def own_program() -> list[str]:
    """The words that start this program."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]


def own_environment() -> dict[str, str]:
    """This program's environment, with its own modules in reach of the child."""
    root = str(Path(__file__).resolve().parents[1])
    known = os.environ.get("PYTHONPATH", "")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root}
