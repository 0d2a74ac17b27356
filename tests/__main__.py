"""`python -m tests`: the one door. Format, lint, types, import contracts, tests; stops at the first that fails. The
tests run in two halves side by side, one a core; then the simulator, which takes both.

Arguments are pytest's: `python -m tests tests/unit/models -k money` runs only those, without the checks before.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
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
HALVES: dict[str, list[str]] = {
    "journeys": ["tests/journeys"],
    "the rooms": [
        f"tests/unit/{room}" for room in (
            "app", "devices", "exchange", "house", "models", "receipts", "resources", "server", "widgets",
        )
    ],
}  # fmt: skip
"""A test names every folder of tests, so that a new room is not left out."""
SIMULATOR = ["tests/unit/simulator"]


def main(arguments: list[str]) -> int:
    """Run the checks and the tests, or only the tests that were asked for; the first failure ends it."""
    if arguments:
        return one_by_one({"tests": [*PYTEST, *arguments]})
    return one_by_one(CHECKS) or side_by_side(HALVES) or one_by_one({"simulator": [*PYTEST, *SIMULATOR]})


def one_by_one(steps: dict[str, list[str]]) -> int:
    """Run each step; the status of the first that fails, 0 when none does."""
    for name, command in steps.items():
        started = time.monotonic()
        print(f"== {name}", flush=True)
        status = subprocess.call(command, cwd=ROOT, env=_environment())
        print(f"== {name}: {'ok' if status == 0 else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
        if status != 0:
            return status
    return 0


def side_by_side(halves: dict[str, list[str]]) -> int:
    """Run the halves at once, and show what each said when it is over; the first status that is not 0."""
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        running = {}
        for name, folders in halves.items():
            print(f"== {name}", flush=True)
            said = stack.enter_context(tempfile.TemporaryFile())
            running[name] = said, subprocess.Popen([*PYTEST, *folders], cwd=ROOT, stdout=said, stderr=subprocess.STDOUT,
                                                   env=_environment() | {"COPAYDESK_TESTS_BESIDE": "3"})  # fmt: skip
        status = 0
        for name, (said, half) in running.items():
            status = half.wait() or status
            said.seek(0)
            sys.stdout.buffer.write(said.read())
            outcome = "ok" if half.returncode == 0 else "FAILED"
            print(f"== {name}: {outcome} in {time.monotonic() - started:.0f} s", flush=True)
    return status


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
