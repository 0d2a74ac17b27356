"""`python -m tests`: the one door. Format, lint, types, import contracts, advisories, tests; stops at the first that
fails. The files of journeys and rooms are taken in turns by one process more than there are cores, since much of a
journey is waiting; then the simulator's thousands of runs, which take every core by themselves.

Arguments are pytest's: `python -m tests tests/unit/models -k money` runs only those, without the checks before.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tests import audit
from tests.support.memory import on_memory
from tests.turns import RUN

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
SIMULATING = [*PYTEST, SIMULATOR]
OPTIONS = ["-o", "console_output_style=count", "-o", "tmp_path_retention_policy=failed"]
NOTHING_LEFT = 5
"""How pytest ends without a test: the others had taken every file."""
BESIDE = "COPAYDESK_TESTS_BESIDE"
"""Tells tests that measure how many processes of tests there are."""


def main(arguments: list[str]) -> int:
    """Run the checks and the tests, or only the tests that were asked for; the first failure ends it."""
    if arguments:
        return step("tests", lambda: _called([*PYTEST, *arguments]))
    for name, command in CHECKS.items():
        if status := step(name, partial(_called, command)):
            return status
    rest = {"advisories": advised_against, "journeys and rooms": lambda: in_turns(files()),
            "simulator": lambda: _called(SIMULATING)}  # fmt: skip
    return next((status for name, work in rest.items() if (status := step(name, work))), 0)


def advised_against() -> int:
    """Is anything known against a package of the lock files? Without a line to the index nobody knows, and the rest is
    tested all the same."""
    return int(audit.main() == audit.FOUND)


def step(name: str, work: Callable[[], int]) -> int:
    """Do it, and say how it went and what it took. Returns its status, 0 when all is well."""
    started, before_s = time.monotonic(), _processor_s()
    print(f"== {name}", flush=True)
    status = work()
    took = f"{time.monotonic() - started:.0f} s, {_processor_s() - before_s:.0f} s of processors"
    print(f"== {name}: {'ok' if status == 0 else 'FAILED'} in {took}", flush=True)
    return status


def files() -> list[str]:
    """Every file of tests but the simulator's, those of the first folder first."""
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("test_*.py"))]
    return [name for path in paths if (name := path.relative_to(ROOT).as_posix()) != SIMULATOR]


def in_turns(paths: list[str]) -> int:
    """Run these files in PROCESSES processes; the status of the first process that failed, 0 when none did."""
    with tempfile.TemporaryDirectory(prefix="tests-", dir=on_memory(), ignore_cleanup_errors=True) as home:
        folder = Path(home) / "turns"
        folder.mkdir()
        Path(home).chmod(0o711)  # tests run servers under users of their own
        command = [*PYTEST, "-p", "tests.turns", "--turns", str(folder), *OPTIONS, *paths]
        environment = {**_environment(), BESIDE: str(PROCESSES), "TMPDIR": home}
        with ThreadPoolExecutor(PROCESSES) as watching:
            statuses = list(watching.map(lambda _: _told(command, environment), range(PROCESSES)))
        left_out = [path for number, path in enumerate(paths) if not _was_run(folder / str(number))]
    for path in left_out:
        print(f"nobody ran {path} to its end", flush=True)
    return next((status for status in statuses if status not in {0, NOTHING_LEFT}), 1 if left_out else 0)


def _was_run(entry: Path) -> bool:
    return entry.exists() and entry.read_text() == RUN


def _told(command: list[str], environment: dict[str, str]) -> int:
    """Run it and pass on what it says: dots line by line, what comes after them in one piece. Returns its status."""
    after = b""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:  # fmt: skip
        assert process.stdout is not None
        for line in process.stdout:
            if after or not _DOTS.fullmatch(line):
                after += line
            else:
                _say(line)
    _say(after)
    return process.returncode


_DOTS = re.compile(rb"[.FEsxX]* *(\[ *\d+/\d+\])?\n")
"""One letter for each test, and how many there were of those that are loaded."""


def _say(words: bytes) -> None:
    sys.stdout.buffer.write(words)
    sys.stdout.buffer.flush()


def _called(command: list[str]) -> int:
    return subprocess.call(command, cwd=ROOT, env=_environment())


def _processor_s() -> float:
    """What everything that was started and has ended used of all processors, seconds."""
    used = os.times()
    return used.children_user + used.children_system


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
