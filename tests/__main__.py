"""`python -m tests`: the one door. Format, lint, types, import contracts, tests; stops at the first that fails. The
tests of journeys and rooms run file by file in one process more than there are cores, since much of a journey is
waiting; then the simulator's thousands of runs, which take every core by themselves.

Arguments are pytest's: `python -m tests tests/unit/models -k money` runs only those, without the checks before.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TOOLS = Path(sys.executable).parent

CHECKS: dict[str, list[str]] = {
    "format": [str(TOOLS / "ruff"), "format", "--check", "--quiet", "."],
    "lint": [str(TOOLS / "ruff"), "check", "--quiet", "."],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(TOOLS / "lint-imports")],
}
PYTEST = [sys.executable, "-m", "pytest"]
PROCESSES = (os.cpu_count() or 2) + 1
FOLDERS = [
    "tests/journeys",  # first: its files take longest
    *(
        f"tests/unit/{room}" for room in (
            "app", "devices", "exchange", "house", "models", "receipts", "resources", "server", "simulator", "widgets",
        )
    ),
]  # fmt: skip
"""A test names every folder of tests, so that a new room is not left out."""
SIMULATOR = "tests/unit/simulator/test_simulator.py"
TESTS: dict[str, list[str]] = {
    "journeys and rooms": [
        *PYTEST, "-n", str(PROCESSES), "--dist", "loadfile", "--no-loadscope-reorder", f"--ignore={SIMULATOR}",
        *FOLDERS,
    ],
    "simulator": [*PYTEST, SIMULATOR],
}  # fmt: skip


def main(arguments: list[str]) -> int:
    """Run the checks and the tests, or only the tests that were asked for; the first failure ends it."""
    if arguments:
        return one_by_one({"tests": [*PYTEST, *arguments]})
    return one_by_one(CHECKS) or one_by_one(TESTS)


def one_by_one(steps: dict[str, list[str]]) -> int:
    """Run each step; the status of the first that fails, 0 when none does."""
    for name, command in steps.items():
        started, before_s = time.monotonic(), _processor_s()
        print(f"== {name}", flush=True)
        status = subprocess.call(command, cwd=ROOT, env=_environment())
        took = f"{time.monotonic() - started:.0f} s, {_processor_s() - before_s:.0f} s of processors"
        print(f"== {name}: {'ok' if status == 0 else 'FAILED'} in {took}", flush=True)
        if status != 0:
            return status
    return 0


def _processor_s() -> float:
    """What everything that was started and has ended used of all processors, seconds."""
    used = os.times()
    return used.children_user + used.children_system


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
