"""The demo and its tour as a newcomer starts them: processes, pseudo-terminals, hub, two desks, pictures, receipt."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pytest

from exchange.samples.clinic import clinic
from models.basics.clock import SystemClock
from tests.support.simulators import pax_running, printer_running

RESULTS = ("01-today.png", "02-collect.png", "03-reader.png", "04-approved.png", "05-ledger.png", "06-second-desk.png",
           "receipt.pdf", "receipt.png", "receipt.escpos", "summary.json")  # fmt: skip
FIGURES = {
    "patient", "visit", "requested_cents", "approved_cents", "tender", "auth_code", "receipt_number",
    "total_paid_cents", "allocated_cents", "unallocated_cents", "statement_balance_cents", "total_balance_cents",
    "second_desk_seconds", "seconds",
}  # fmt: skip


def without_display() -> dict[str, str]:
    """The environment of a machine without a screen."""
    hidden = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    return {name: value for name, value in os.environ.items() if name not in hidden}


@contextmanager
def screen() -> Iterator[str]:
    """A real X server with an empty screen; its display name."""
    program = shutil.which("Xvfb")
    if program is None:
        assert os.environ.get("CI") != "true", "the test command installs Xvfb"
        pytest.skip("no Xvfb on this machine; the same tour runs without a screen beside this")
    reading, writing = os.pipe()
    server = subprocess.Popen([program, "-displayfd", str(writing), "-screen", "0", "1400x900x24", "-nolisten", "tcp"],
                              pass_fds=[writing], stderr=subprocess.DEVNULL)  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            yield f":{told.readline().strip()}"
    finally:
        server.terminate()
        server.wait()


def tour(out: Path, *options: str, display: str = "") -> dict[str, object]:
    """Run the tour, without a display where none is given; its results were all left."""
    environment = without_display() | ({"DISPLAY": display} if display else {})
    ran = subprocess.run([sys.executable, "-m", "app", "demo", "--tour", "--out", str(out), *options],
                         env=environment, capture_output=True, text=True, check=False, timeout=110)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    assert {path.name for path in out.iterdir()} == set(RESULTS)
    summary: dict[str, object] = json.loads((out / "summary.json").read_text())
    assert set(summary) == FIGURES
    return summary


def size_of(png: Path) -> tuple[int, int]:
    """Width and height from the header of a PNG."""
    width, height = struct.unpack(">II", png.read_bytes()[16:24])
    return width, height


def text_of(pdf: Path) -> str:
    """The words of a PDF's first page."""
    return str(pypdfium2.PdfDocument(str(pdf))[0].get_textpage().get_text_bounded())


@pytest.mark.timeout(180)
def test_the_tour_of_the_generated_clinic_in_a_real_window(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with screen() as display:
        told = tour(out, display=display)
    now = SystemClock().now()
    hero = clinic(now.date(), now).next_arrived
    assert told["patient"] == hero.name
    assert told["requested_cents"] == told["approved_cents"] == hero.owed_cents
    assert told["tender"] == "card"
    assert told["statement_balance_cents"] == 0
    assert told["total_paid_cents"] == told["allocated_cents"]
    assert isinstance(told["second_desk_seconds"], float)
    assert told["second_desk_seconds"] < 10
    assert {size_of(out / name) for name in RESULTS if name[0].isdigit()} == {(1366, 768)}
    receipt, wire = text_of(out / "receipt.pdf"), (out / "receipt.escpos").read_bytes()
    for word in (str(told["receipt_number"]), str(told["auth_code"]), hero.name):
        assert word in receipt
        assert word.encode("cp1252") in wire


@pytest.mark.timeout(180)
def test_the_tour_without_a_screen_on_imported_patients_with_devices_that_run_elsewhere(tmp_path: Path) -> None:
    now = SystemClock().now()
    for name, text in clinic(now.date(), now, seed=7).bundles().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(text)
    files = [str(path) for path in tmp_path.iterdir() if path.is_file()]
    with pax_running(tcp=True) as terminal, printer_running(tcp=True) as printer:
        told = tour(tmp_path / "out", "--terminal", terminal.url, "--printer", printer.url, "--import", *files)
        captured = terminal.captured_cents()
    assert captured == told["approved_cents"]
    assert told["total_paid_cents"] >= told["approved_cents"]  # type: ignore[operator]


@pytest.mark.timeout(180)
def test_the_tour_of_an_account(tmp_path: Path) -> None:
    out = tmp_path / "out"
    ran = subprocess.run([sys.executable, "-m", "app", "demo", "--tour", "accounts", "--out", str(out)],
                         env=without_display(), capture_output=True, text=True, check=False, timeout=150)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads((out / "summary.json").read_text())
    assert {path.name for path in out.iterdir()} == {*told["pictures"], "summary.json"}
    assert {size_of(out / name) for name in told["pictures"]} == {(1366, 768)}
    acts = {act["act"]: act for act in told["acts"]}
    assert list(acts) == ["move", "autofill", "undo", "refund"]
    for name in ("move", "autofill", "undo"):  # what moves leaves both totals as they were
        before, after = acts[name]["before"], acts[name]["after"]
        assert before["total_paid_cents"] == after["total_paid_cents"]
        assert before["total_balance_cents"] == after["total_balance_cents"]
        assert before != after
    assert acts["undo"]["after"] == acts["autofill"]["before"]
    paid = [acts["refund"][when]["total_paid_cents"] for when in ("before", "after")]
    assert paid[0] - paid[1] == 6000


@pytest.mark.timeout(180)
def test_the_tour_of_all_payments(tmp_path: Path) -> None:
    """What a plan leaves of 600 is 100 of its deductible and 20 % of the rest; 60 of what was collected goes back."""
    out = tmp_path / "out"
    ran = subprocess.run([sys.executable, "-m", "app", "demo", "--tour", "payments", "--out", str(out)],
                         env=without_display(), capture_output=True, text=True, check=False, timeout=150)  # fmt: skip
    assert ran.returncode == 0, ran.stderr[-2000:]
    told = json.loads((out / "summary.json").read_text())
    assert {path.name for path in out.iterdir()} == {*told["pictures"], "summary.json"}
    assert {size_of(out / name) for name in told["pictures"]} == {(1366, 768)}
    names = {name[3:-4] for name in told["pictures"]}
    assert {"fee-schedules", "numbers", "columns", "coverage", "estimate", "good-faith-estimate", "refund"} <= names
    assert told["estimate"] == "$200.00"
    assert told["filtered"]["payments"] < told["all"]["payments"]
    assert told["given_back"]["outstanding"] == "$345.00"
    before, after = (float(told[when]["net"].lstrip("$").replace(",", "")) for when in ("all", "given_back"))
    assert before - after == 60


def test_a_window_without_a_screen_is_told_what_to_do() -> None:
    ran = subprocess.run([sys.executable, "-m", "app", "demo"], env=without_display(), capture_output=True, text=True,
                         check=False)  # fmt: skip
    if sys.platform == "linux":
        assert ran.returncode == 1
        assert "--tour --out DIR" in ran.stderr


def test_the_second_desk_needs_a_running_demo(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run([sys.executable, "-m", "app", "demo", "--second-desk"], env=environment, capture_output=True,
                         text=True, check=False)  # fmt: skip
    assert ran.returncode == 1
    assert "No demo is running" in ran.stderr
