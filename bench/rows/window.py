"""The window: from the start of the process to a pay screen that can be used, over a store of a grown clinic."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from operator import itemgetter
from pathlib import Path
from typing import Any

from bench.measure import Row, Spread, process, spread

ROUNDS = 7
EMPTY_WINDOW = (
    "import sys; from PySide6.QtWidgets import QApplication, QWidget; a = QApplication([]); w = QWidget(); "
    "w.show(); w.repaint(); sys.exit(0)"
)


def start() -> Row:
    """Process start to the lock painted, PIN to Today painted, Enter to Collect painted; typing is not counted."""
    from bench.clinic import grown_clinic

    clinic = grown_clinic()
    told = [_probe(clinic.home, clinic.pin) for _ in range(ROUNDS + 1)][1:]
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    empty = process(EMPTY_WINDOW)
    parts = {name: _of(told, itemgetter(name)) for name in ("lock_s", "today_s", "collect_s")}
    return Row(
        name="start to a usable pay screen",
        ours=_of(told, lambda one: one["lock_s"] + one["today_s"] + one["collect_s"]),
        beside_name="whole process, empty window", beside=empty, target_ms=350,
        figures={
            "start to lock ms": parts["lock_s"].p50_ms, "PIN (argon2id) to Today ms": parts["today_s"].p50_ms,
            "Enter to Collect ms": parts["collect_s"].p50_ms,
            "RSS MiB": max(one["rss_mib"] for one in told), "patients": clinic.patients, "payments": clinic.payments,
        },
    )  # fmt: skip


def _of(told: list[dict[str, Any]], figure: Callable[[dict[str, Any]], float]) -> Spread:
    return spread([figure(one) for one in told])


def _probe(home: Path, pin: str) -> dict[str, Any]:
    """One start of the program in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "probe.json"
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "bench.start_probe", str(home), pin, str(answer), repr(time.time())]
        subprocess.run(command, check=True, env=environment, capture_output=True)
        return dict(json.loads(answer.read_text()))


ROWS = {"start to a usable pay screen": start}
